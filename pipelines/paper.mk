# make -f pipelines/paper.mk DATA=dir data report: the paper's experiment on photographs. Called by `make paper`.
# `data` first, in a make of its own: the classes are known only when the data are there.

include $(dir $(lastword $(MAKEFILE_LIST)))variables.mk

# CLASSES=two|dx is what skdata is told; from here on it is the names of the classes.
DIAGNOSES := $(if $(findstring command line,$(origin CLASSES)),$(CLASSES))
OUT     ?= $(or $(PAPER_OUT),build/paper)
FOUND   := $(sort $(notdir $(basename $(wildcard $(OUT)/data/train/*.names))))
# The class that the others are told from
POSITIVE ?= $(lastword $(FOUND))
$(if $(and $(FOUND),$(filter-out $(FOUND),$(POSITIVE))),$(error POSITIVE=$(POSITIVE): the classes are $(FOUND)))
override CLASSES := $(filter-out $(POSITIVE),$(FOUND)) $(POSITIVE)
REORDERED := $(if $(filter $(POSITIVE),$(lastword $(FOUND))),,$(POSITIVE))
KIND    := photographs
export DATA
NAMES = $(foreach c,$(CLASSES),head -n 3 $(STREAMS)/train/$c.names;)
ORIGINALS := "$$DATA"
PHOTOS = { $(NAMES) } | $(PIPELINES)/decode "$$DATA"
include $(dir $(lastword $(MAKEFILE_LIST)))experiment.mk
VARIABLES += POSITIVE

.PHONY: data lists
data: lists
	@$(MAKE) --no-print-directory -f $(PIPELINES)/data.mk OUT=$(STREAMS) SIZE=$(SIZE) streams
lists:
	@skdata $(if $(DIAGNOSES),--classes '$(DIAGNOSES)') -- "$$DATA" $(STREAMS)
