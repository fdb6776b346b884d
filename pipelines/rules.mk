# What the pipelines share: the shell, which is strict and measures; the tools' path; options as prerequisites.

# A recipe is one script, run by bash -e -o pipefail; see `measured`. It writes what it makes under another name and then
# renames it ($(KEEP)), so that nothing that is cut short, however it is stopped, is taken for whole.
PIPELINES := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SHELL := $(PIPELINES)/measured
.SHELLFLAGS = --target=$@
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
KEEP = mv $@.part $@

# How images are prepared
FILTER ?= -m bilateral -d 9 -c 75 -g 75
GAMMA  ?= 1.5
PREPARATION = printf 'step\tvalue\nfilter\t%s\ngamma\t%s\nsize\t%s\n' '$(FILTER)' '$(GAMMA)' '$(SIZE)' > $@.part

export OUT
# (abspath would take a folder with a space for two)
TOOLS_IN = $(or $(BIN),$(PIPELINES)/../bin)
export PATH := $(if $(filter /%,$(TOOLS_IN)),,$(CURDIR)/)$(TOOLS_IN):$(PATH)
export LC_ALL := C
VERSION := $(shell PATH='$(PATH)' sktrain -V | head -n 1)

# The first line of a recipe: what it is for, and what it took last time; also with make -n.
TOOK = \# $@ $(shell $(PIPELINES)/costs $(OUT) $@)

# $(call STAMP,file,text): a file that changes when the text does. Options go through one, so that what was made with
# other options is made again. make -n changes nothing, and still sees it.
STAMP = $(eval $1: $(shell [ "$$(cat $1 2>/dev/null)" = '$(strip $2)' ] || echo FORCE); @mkdir -p $(dir $1) && echo '$(strip $2)' > $1)

FORCE:
