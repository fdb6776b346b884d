# What the pipelines share: the shell's strictness, the tools' path, options as prerequisites, pictures and measures.

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

PIPELINES := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
export PATH := $(abspath $(or $(BIN),$(PIPELINES)/../bin)):$(PATH)
VERSION := $(shell PATH='$(PATH)' sktrain -V | head -n 1)
export LC_ALL := C

# $(call STAMP,file,text): a file that changes when the text does. Options go through one, so that what was made with
# other options is made again.
STAMP = $(shell mkdir -p $(dir $1); [ "$$(cat $1 2>/dev/null)" = '$2' ] || echo '$2' > $1)

# A checkpoint older than a prerequisite belongs to other data or options; a younger one is gone on from.
DROP_OLD_CHECKPOINT = @for p in $^; do [ ! $$p -nt $@.ckpt ] || rm -f $@ $@.ckpt; done

%.png: %.ppm
	pnmtopng -quiet $< > $@

# Scores of a classifier on the test images: OUT/NAME is the model, OUT/NAME.scores.tsv the table, one class after another.
# STREAMS is where train/, valid/ and test/ are.
STREAMS ?= $(OUT)
$(OUT)/%.scores.tsv: $(OUT)/% $(CLASSES:%=$(STREAMS)/test/%.ppm)
	for c in $(CLASSES); do skclassify -l $$c $< $(STREAMS)/test/$$c.ppm; done | awk '!/^(#|image\t)/ || !seen[$$0]++' > $@
