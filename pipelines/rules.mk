# What the pipelines share: the shell, which is strict and measures; options and tools as prerequisites.

# A recipe is one script, and what it prints is its target: see `measured`, which also renames, counts and says. The goals in GOALS are
# no files. V=1: make prints the recipes.
SHELL := .pipelines/measured
.SHELLFLAGS = --target=$(if $(filter-out $(GOALS),$@),./$@)
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: FORCE
FORCE:
MAKEFLAGS += --no-builtin-rules
ifeq ($(V),)
.SILENT:
endif
override OUT := .
export OUT
export LC_ALL := C

quoted = '$(subst ','\'',$1)'

# Where recipes run, if not here: see `cluster`.
ifneq ($(CLUSTER),)
export CLUSTER CLUSTER_TRAIN CLUSTER_WORK CLUSTER_HOSTS
NO_CLUSTER := $(shell CLUSTER=$(call quoted,$(CLUSTER)) CLUSTER_HOSTS=$(call quoted,$(CLUSTER_HOSTS)) .pipelines/cluster --check)
$(if $(NO_CLUSTER),$(error $(NO_CLUSTER)))
endif

# How images are prepared
SIZE   ?= 64
FILTER ?= -m bilateral -d 9 -c 75 -g 75
GAMMA  ?= 1.5
PREPARE = skfilter $(FILTER) | skgamma -g $(GAMMA) | skcrop -w $(SIZE)
PREPARERS := $(addprefix .tools/,skfilter skgamma skcrop)
PREPARATION = printf 'step\tvalue\nfilter\t%s\ngamma\t%s\nsize\t%s\n' '$(FILTER)' '$(GAMMA)' '$(SIZE)'

# A path of make's command line as it is from here
absolute = $(if $1,$(if $(filter /%,$(firstword $1)),$1,$(value CALLED_FROM)/$1))
override DATA := $(call absolute,$(DATA))
export DATA

# $(call STAMP,file,text): a file that changes when the text does. Options go through one, so that what was made with other options is
# made again. make -n changes nothing, and still sees it.
differ = $(or $(subst x$1,,x$2),$(subst x$2,,x$1))
define STAMP
$(eval TEXT_$1 := $$(strip $$2))
$(eval $1: $(if $(call differ,$(file <$1),$(TEXT_$1)),FORCE) ; printf '%s\n' $$(call quoted,$$(TEXT_$$@)))
endef

# .tools/NAME changes when a tool, or a script here, does.
$(foreach t,$(TOOL_SUMS),$(call STAMP,.tools/$(firstword $(subst =, ,$t)),$t))
.tools/%:
	echo '$*: no such tool; make builds them' >&2; exit 1
