# make -f pipelines/demo.mk [OUT=build/demo]: the whole pipeline on phantoms, which need no data. Called by `make demo`.

HERE := $(dir $(lastword $(MAKEFILE_LIST)))
include $(HERE)variables.mk
OUT     ?= build/demo
USUAL   := demo
ifneq ($(HERE),.pipelines/)
include $(HERE)entry.mk
else

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
STUDY_STEPS       ?= 150
STUDY_GAN_STEPS   ?= 300
SWEEP_STEPS       ?= 40
SWEEP_EPOCHS      ?= 1
SWEEP_BATCH       ?= 16 24 32 64
SWEEP_RATE        ?= 2e-3 6e-4 3e-4 1e-4
# Phantoms of different seeds cannot leak, but some come near: enough of them to show the search and what it finds
LEAK_IMAGES       ?= 36
PHOTOS = for c in $(CLASSES); do skphantom -n 3 -w 120 -s $(SEED)1 $$c; done
GOALS := demo first
include .pipelines/experiment.mk

.PHONY: demo first
demo: report grid.png real.png metrics.tsv fid.tsv
	awk -F '\t' '$$1 == "auc" || $$1 == "accuracy" { printf "%s %.3f (95 %% CI %.3f to %.3f)\n", $$1, $$2, $$3, $$4 }' metrics.tsv
	awk -F '\t' '$$1 == "fd" { printf "Frechet distance %.4g, generated to test phantoms\n", $$2 }' fid.tsv
	echo "demo: see $$WHERE/report.html, and beside it grid.png (generated lesions), real.png, metrics.tsv"

# `first` is made before all else, by all threads: what a generator draws that has seen little, and the training that the longest one
# goes on from. Then, as the networks are too small for threads, a step has one and many are made at a time.
FIRST := pictures/step-$(word 2,$(STAGES)).jpg
first: $(FIRST) runs/$(MAIN)/gan.$(word 3,$(STAGES))
	echo "demo: the first generated lesions are in $$WHERE/$(FIRST)"
ifeq ($(filter -j1,$(MAKEFLAGS)),)
demo: export SK_THREADS := $(or $(SK_THREADS),1)
endif

# --- data: the three splits are phantoms of different seeds ---
$(call STAMP,.options/data,$(TRAIN_COUNT) $(VALID_COUNT) $(TEST_COUNT) $(SEED) $(PREPARE))
DRAWN := .options/data .tools/skphantom $(PREPARERS)
OF_train := -n $(TRAIN_COUNT) -s $(SEED)1
OF_valid := -n $(VALID_COUNT) -s $(SEED)2
OF_test  := -n $(TEST_COUNT) -s $(SEED)3
UNPREPARED = skphantom -w 96 $(OF_$(patsubst %/,%,$(dir $1))) $(notdir $1)
$(foreach d,train valid test,$(CLASSES:%=data/$d/%.ppm)): data/%.ppm: $(DRAWN)
	$(call UNPREPARED,$*) | $(PREPARE)
data/preparation.tsv: .options/data
	$(PREPARATION)
data/counts.tsv: .options/data
	printf 'split\tclass\timages\tgroups\n'
	for split in 'test $(TEST_COUNT)' 'train $(TRAIN_COUNT)' 'valid $(VALID_COUNT)'; do
	    for c in $(CLASSES); do printf '%s\t%s\t%d\t%d\n' $${split% *} $$c $${split#* } $${split#* }; done
	done

# --- under names of their own ---
grid.png: pictures/step-$(STEPS).ppm .options/main
	pamenlarge -scale=2 $< | pnmtopng -quiet
real.png: pictures/real.ppm
	pamenlarge -scale=2 $< | pnmtopng -quiet
metrics.tsv: $(PRETRAINED).metrics.tsv .options/main
	cat $<
fid.tsv: $(GAN_MODEL).fid.tsv .options/main
	cat $<

endif
