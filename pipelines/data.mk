# make -f pipelines/data.mk DATA=dir OUT=dir: turns the lists that pipelines/split wrote into streams:
# decoded, filtered, brightened, cropped. Called by `make data`.

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PIPELINES := $(dir $(lastword $(MAKEFILE_LIST)))
SIZE   ?= 64
FILTER ?= -m bilateral -d 9 -c 75 -g 75
GAMMA  ?= 1.5
export DATA
export PATH := $(abspath $(or $(BIN),$(PIPELINES)../bin)):$(PATH)

STREAMS := $(patsubst %.names,%.ppm,$(wildcard $(OUT)/train/*.names $(OUT)/valid/*.names $(OUT)/test/*.names))

.PHONY: streams
streams: $(STREAMS)
	@awk -F '\t' '{ printf "%-8s%-24s%8s%8s\n", $$1, $$2, $$3, $$4 }' $(OUT)/counts.tsv

# The options are a prerequisite: other options, other streams.
OPTIONS := $(OUT)/.options
OPTIONS_LINE := $(shell skcrop -V | head -n 1); skfilter $(FILTER); skgamma -g $(GAMMA); skcrop -w $(SIZE)
$(shell [ "$$(cat $(OPTIONS) 2>/dev/null)" = '$(OPTIONS_LINE)' ] || echo '$(OPTIONS_LINE)' > $(OPTIONS))

.SECONDEXPANSION:
$(STREAMS): $(OUT)/%.ppm: $(OUT)/.state/$$(subst /,.,$$*) $(OPTIONS)
	$(PIPELINES)decode "$$DATA" < $(OUT)/$*.names | skfilter $(FILTER) | skgamma -g $(GAMMA) | skcrop -w $(SIZE) > $@
