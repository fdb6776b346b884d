# The studies: what is said to help, each setting measured beside training without it. The classifiers are studies/SEED/SETTING, all
# of as many steps and validated as often; what two studies share is trained once. The Makefiles study-*.mk say how each is trained,
# and make their tables study-*.tsv; here is what they have in common.

STUDIES := init filters augmentation synthetic recipe width resolution
# Steps of a classifier, and of the GAN of a class; the GAN of study-init is the experiment's own.
STUDY_STEPS     ?= 1000
STUDY_GAN_STEPS ?= $(if $(FULL),$(STEPS),1500)
# How images are changed on the fly, see sktrain(1)
STUDY_AUGMENT   ?= flip,rotate,zoom,shift,colour
$(if $(FOLDS),$(if $(filter $(FOLDS),2 3 4 5 6 7 8 9 10),,$(error FOLDS=$(FOLDS): not from 2 to 10))\
    $(if $(filter $(filter-out augmentation,$(STUDIES)),$(MAKECMDGOALS:study-%=%)),$(error FOLDS: of study-augmentation alone)))
# Channels of the residual network that study-recipe sets beside the paper's
BEST_WIDTH      ?= 32
# What study-width and study-resolution go through
STUDY_WIDTHS    ?= 8 16 32 64
STUDY_SIDES     ?= 32 64 128
VARIABLES += FULL FOLDS STUDY_STEPS STUDY_GAN_STEPS STUDY_AUGMENT BEST_WIDTH STUDY_WIDTHS STUDY_SIDES

GOALS += $(STUDIES:%=study-%)
.PHONY: $(STUDIES:%=study-%)
$(STUDIES:%=study-%): study-%: study-%.html study-%.tsv
	awk -F '\t' 'NR > 1 { printf "%-34s seed %s  AUC %.3f (%.3f to %.3f)", $$1, $$3, $$4, $$5, $$6
	    print $$8 == "-" ? "" : sprintf("  %+.3f (%+.3f to %+.3f)", $$8, $$9, $$10) }' study-$*.tsv
	echo "see $$WHERE/study-$*.html"

$(call STAMP,.options/study,$(STUDY_STEPS) $(STUDY_AUGMENT) $(BATCH) $(LEARNING_RATE))
OF_STUDY := .options/network .options/study .tools/sktrain
# $(call SEEDED,name): that file of each seed
SEEDED = $(SEEDS:%=studies/%/$1)
# Training and validation streams of a folder of streams
LEARNT_FROM = $(CLASSES:%=$1/train/%.ppm) $(CLASSES:%=$1/valid/%.ppm)
AS_CLASSES = $(foreach c,$(CLASSES),$c=$1/$c.ppm)
ON_THE_FLY = --augment $(STUDY_AUGMENT)
# $(call LEARN,model,seed,options,folder of validation streams,folders of training streams)
LEARN = .pipelines/train $1 $^ -- sktrain classifier --resume $(OF_ALL) --batch $(BATCH) --learning-rate $(LEARNING_RATE) \
    --seed $2 --steps $(STUDY_STEPS) --save-every $(SAVE_EVERY) $3 --log $1.training.tsv -o $1 \
    $(addprefix --valid ,$(call AS_CLASSES,$4)) $(foreach f,$5,$(call AS_CLASSES,$f))
# $(call SCORE,model,folder of test streams,options)
SCORE = for c in $(CLASSES); do skclassify $3 -l $$c $1 $2/$$c.ppm; done | $(ONE_TABLE)
# $(call SCORED_ON,model below studies/SEED,folder of test streams): the rule
define SCORED_ON

$(call SEEDED,$1.scores.tsv): studies/%/$1.scores.tsv: studies/%/$1 $(CLASSES:%=$2/%.ppm) .tools/skclassify
	$$(call SCORE,$$<,$2)
endef

# What a table is made of, of all seeds; its rows are 'WORDS=MODEL=BASELINE', without BASELINE where it is one itself.
SCORES = $(foreach s,$(SEEDS),$(1:%=studies/$s/%.scores.tsv))
# $(call STUDY_TABLE,groups or nothing)
STUDY_TABLE = .pipelines/study-table -p $(lastword $(CLASSES)) $(1:%=-g %) '$(SEEDS)'

include $(STUDIES:%=.pipelines/study-%.mk)

$(STUDIES:%=pictures/study-%.svg): pictures/study-%.svg: study-%.tsv .pipelines/plots/study.gp
	gnuplot -c .pipelines/plots/study.gp /dev/stdout $<
$(call STAMP,.options/study-report,$(SEEDS) $(FULL) $(FOLDS) $(STEPS) $(STUDY_GAN_STEPS) $(KIND))
$(STUDIES:%=study-%.html): study-%.html: study-%.tsv pictures/study-%.svg data/counts.tsv data/preparation.tsv .options/study-report \
    $(wildcard .pipelines/report/*)
	KIND='$(KIND)' SEEDS='$(SEEDS)' FOLDS='$(FOLDS)' STEPS=$(STEPS) STUDY_STEPS=$(STUDY_STEPS) STUDY_GAN_STEPS=$(STUDY_GAN_STEPS) \
	    BATCH=$(BATCH) STUDY_AUGMENT='$(STUDY_AUGMENT)' GROUPED='$(TEST_GROUPS)' .pipelines/report/study-page "$$PWD" $*
