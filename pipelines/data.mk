# make -f pipelines/data.mk DATA=dir OUT=dir: turns the lists that skdata wrote into streams:
# decoded, filtered, brightened, cropped. Called by `make data`.

include $(dir $(lastword $(MAKEFILE_LIST)))variables.mk
include $(dir $(lastword $(MAKEFILE_LIST)))rules.mk

SIZE   ?= 64
export DATA

LISTED := $(patsubst %.names,%.ppm,$(wildcard $(OUT)/train/*.names $(OUT)/valid/*.names $(OUT)/test/*.names))

.PHONY: streams
streams: $(LISTED) $(OUT)/preparation.tsv
	@awk -F '\t' '{ printf "%-8s%-24s%8s%8s\n", $$1, $$2, $$3, $$4 }' $(OUT)/counts.tsv

# The options are a prerequisite: other options, other streams.
OPTIONS := $(OUT)/.options/streams
$(call STAMP,$(OPTIONS),skfilter $(FILTER) | skgamma -g $(GAMMA) | skcrop -w $(SIZE): $(VERSION))
$(OUT)/preparation.tsv: $(OPTIONS)
	$(PREPARATION)
	$(KEEP)

.SECONDEXPANSION:
$(LISTED): $(OUT)/%.ppm: $(OUT)/.state/$$(subst /,.,$$*) $(OPTIONS)
	$(PIPELINES)/decode "$$DATA" < $(OUT)/$*.names | skdata --check $(OUT)/$*.names | skfilter $(FILTER) | skgamma -g $(GAMMA) | skcrop -w $(SIZE) > $@.part
	$(KEEP)
