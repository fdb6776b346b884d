# make -f pipelines/demo.mk [OUT=build/demo]: the whole pipeline on phantoms, which need no data. Called by `make demo`.

include $(dir $(lastword $(MAKEFILE_LIST)))variables.mk

OUT     ?= build/demo
CLASSES := benign malignant
KIND    := phantoms
ORIGINALS := -
# Phantoms a class in each split
TRAIN_COUNT ?= 400
VALID_COUNT ?= 60
TEST_COUNT  ?= 200
# A small network, so that it takes a minute; averaged, it draws as well as a larger one
WIDTH             ?= 16
NETWORK           ?= --kernel 4 --latent 64
EMA               ?= 60
STEPS             ?= 1200
BATCH             ?= 32
LEARNING_RATE     ?= 6e-4
CLASSIFIER_EPOCHS ?= 12
GENERATED         ?= 400
SWEEP_STEPS       ?= 40
SWEEP_EPOCHS      ?= 1
SWEEP_BATCH       ?= 16 24 32 64
SWEEP_RATE        ?= 2e-3 6e-4 3e-4 1e-4
# Phantoms of different seeds cannot leak: enough of them to show the search
LEAK_IMAGES       ?= 12
PHOTOS = for c in $(CLASSES); do skphantom -n 3 -w 120 -s $(SEED)1 $$c; done
include $(dir $(lastword $(MAKEFILE_LIST)))experiment.mk

# `first` is made before all else: what a generator draws that has seen little, and the training that the longest one goes on from
FIRST := $(OUT)/pictures/step-$(word 2,$(STAGES)).jpg

.PHONY: demo first shown
demo: report $(addprefix $(OUT)/,grid.png real.png metrics.tsv fid.tsv)
	@awk -F '\t' '$$1 == "auc" || $$1 == "accuracy" { printf "%s %.3f (95 %% CI %.3f to %.3f)\n", $$1, $$2, $$3, $$4 }' $(OUT)/metrics.tsv
	awk -F '\t' '$$1 == "fd" { printf "Frechet distance %.4g, generated to test phantoms\n", $$2 }' $(OUT)/fid.tsv
	echo 'demo: see $(OUT)/report.html, and beside it grid.png (generated lesions), real.png, metrics.tsv'

first: shown $(OUT)/runs/$(MAIN)/gan.$(word 3,$(STAGES))
shown: $(FIRST)
	@echo 'demo: the first generated lesions are in $(FIRST)'

# --- data: the three splits are phantoms of different seeds ---
$(call STAMP,$(OUT)/.options/data,$(TRAIN_COUNT) $(VALID_COUNT) $(TEST_COUNT) $(SEED) $(SIZE) $(FILTER) $(GAMMA) $(VERSION))
define PHANTOMS # split, count, seed
$(STREAMS)/$1/%.ppm: $(OUT)/.options/data
	$$(TOOK)
	skphantom -n $2 -w 96 -s $3 $$* | skfilter $(FILTER) | skgamma -g $(GAMMA) | skcrop -w $(SIZE) > $$@.part
	$$(KEEP)
endef
$(eval $(call PHANTOMS,train,$(TRAIN_COUNT),$(SEED)1))
$(eval $(call PHANTOMS,valid,$(VALID_COUNT),$(SEED)2))
$(eval $(call PHANTOMS,test,$(TEST_COUNT),$(SEED)3))
$(STREAMS)/preparation.tsv: $(OUT)/.options/data
	$(TOOK)
	$(PREPARATION)
	$(KEEP)
$(STREAMS)/counts.tsv: $(OUT)/.options/data
	$(TOOK)
	{ printf 'split\tclass\timages\tgroups\n'
	  for split in 'test $(TEST_COUNT)' 'train $(TRAIN_COUNT)' 'valid $(VALID_COUNT)'; do
	      for c in $(CLASSES); do printf '%s\t%s\t%d\t%d\n' $${split% *} $$c $${split#* } $${split#* }; done
	  done; } > $@.part
	$(KEEP)

# --- under names of their own ---
$(OUT)/grid.png: $(OUT)/pictures/step-$(STEPS).ppm $(OUT)/.options/main
	pamenlarge -scale=2 $< | pnmtopng -quiet > $@.part
	$(KEEP)
$(OUT)/real.png: $(OUT)/pictures/real.ppm
	pamenlarge -scale=2 $< | pnmtopng -quiet > $@.part
	$(KEEP)
$(OUT)/metrics.tsv: $(PRETRAINED).metrics.tsv $(OUT)/.options/main
	cp $< $@.part
	$(KEEP)
$(OUT)/fid.tsv: $(GAN_MODEL).fid.tsv $(OUT)/.options/main
	cp $< $@.part
	$(KEEP)
