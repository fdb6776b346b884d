# The paper's experiment, from streams to the report: what paper.mk (photographs) and demo.mk (phantoms) have in common. make runs in the
# experiment's folder, see `steps`: all names are relative to it. They say CLASSES (the positive one last; REORDERED names it where it is
# not the last in alphabetical order) and KIND, make data/{train,valid,test}/CLASS.ppm and data/counts.tsv, and set PHOTOS: commands that
# write the first three images of each class as they are; UNPREPARED, called with SPLIT/CLASS: commands that write all of that class; and
# ORIGINALS: the folder that data/*/*.names are in, as the shell is to read it, or -.

GOALS += report env sweep-batch sweep-rate sweep-optimizer
include .pipelines/rules.mk

# The paper's values; what it does not say is in the preset (see sktrain(1)).
WIDTH             ?= 64
NETWORK           ?= --preset paper
# Half-life in steps of the averages that the generator is; none, where it is empty
EMA               ?=
STEPS             ?= 3000
BATCH             ?= 128
LEARNING_RATE     ?= 2e-4
CLASSIFIER_EPOCHS ?= 60
SEED              ?= 1
COPIES            ?= 1
AUGMENT_SEED      ?= 1
GENERATED         ?= 1000
SAVE_EVERY        ?= 100
# The sweeps train a GAN and a classifier from it for each setting and seed.
override FULL     := $(filter-out 0,$(FULL))
SEEDS             ?= $(if $(FULL),1 2 3,$(SEED))
SWEEP_STEPS       ?= $(firstword $(STAGES))
SWEEP_EPOCHS      ?= 6
SWEEP_BATCH       ?= 32 64 100 128
SWEEP_RATE        ?= 1e-3 2e-4 1e-4 5e-5
# SGD's rate is its own: at Adam's it would stand still.
SGD_RATE          ?= 1e-2
# The leaks are looked for among the first so many images of each class and split; all, where it is empty.
LEAK_IMAGES       ?=
# A safetensors file of Inception v3's weights, for distances by its features too (see skclassify(1))
INCEPTION         ?=
VARIABLES := DATA OUT SIZE FILTER GAMMA WIDTH NETWORK EMA STEPS BATCH LEARNING_RATE CLASSIFIER_EPOCHS SEED COPIES AUGMENT_SEED GENERATED SAVE_EVERY \
    SEEDS SWEEP_STEPS SWEEP_EPOCHS SWEEP_BATCH SWEEP_RATE SGD_RATE LEAK_IMAGES INCEPTION CLUSTER CLUSTER_TRAIN CLUSTER_WORK CLUSTER_HOSTS

# The paper shows samples after 1, 2, 5 and 15 fifteenths of the steps (200, 400, 1000 and 3000).
STAGES := $(shell for n in 1 2 5 15; do echo $$(( $(STEPS) * n < 15 ? 1 : $(STEPS) * n / 15 )); done)

TRAIN := $(CLASSES:%=data/train/%.ppm)
VALID := $(CLASSES:%=data/valid/%.ppm)
TEST  := $(CLASSES:%=data/test/%.ppm)

ifneq ($(SERIAL),)
.NOTPARALLEL:
endif

.PHONY: report env sweep-batch sweep-rate sweep-optimizer
report: report.html
	echo "see $$WHERE/report.html"
sweep-batch sweep-rate sweep-optimizer: %: %.tsv
	awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%-*s", (i == 1 ? 14 : 26), $$i; print "" }' $<

# Each variable, its value, and who set it; then what the targets took last time
VALUE_OF = $(if $(filter OUT,$1),$(WHERE),$($1))
SET_BY = $(if $(filter OUT DATA,$1),$(if $(findstring $1=,$(MAKEFLAGS)),command line,default),$(subst file,default,$(origin $1)))
env:
	$(foreach v,$(VARIABLES),printf '%-18s %-28s %s\n' $v $(call quoted,$(call VALUE_OF,$v)) '$(call SET_BY,$v)';)
	.pipelines/costs . | awk -F '\t' 'NR == 1 { next } NR == 2 { print "\nwhat it took last time, in seconds" } { printf "%10.1f  %s\n", $$2, $$1 }'

include $(addprefix .pipelines/,training.mk measures.mk sweeps.mk pictures.mk report.mk studies.mk best-gan.mk best-classifier.mk)
