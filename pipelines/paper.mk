# make -f pipelines/paper.mk DATA=dir data report: the paper's experiment on photographs. Called by `make paper`.
# `data` first, in a make of its own: the classes are known only when the data are there.

OUT     ?= $(or $(PAPER_OUT),build/paper)
CLASSES := $(notdir $(basename $(wildcard $(OUT)/data/train/*.names)))
KIND    := photographs
export DATA
NAMES = $(foreach c,$(CLASSES),head -n 3 $(STREAMS)/train/$c.names;)
PHOTOS = { $(NAMES) } | $(PIPELINES)/decode "$$DATA"
include $(dir $(lastword $(MAKEFILE_LIST)))experiment.mk

.PHONY: data lists
data: lists
	@$(MAKE) --no-print-directory -f $(PIPELINES)/data.mk BIN=$(BIN) OUT=$(STREAMS) SIZE=$(SIZE) streams
lists:
	@$(PIPELINES)/split "$$DATA" $(STREAMS)
