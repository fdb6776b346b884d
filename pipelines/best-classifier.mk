# make best-classifier: what the best preset reaches on the test photographs, beside the paper's classifier of `make paper`. Scores are
# those of --tta, predicted by the model's own threshold. Models are best/SEED/NAME:
#   own.SIZE            trained on DATA's own training split
#   own.inception       Inception v3 fine-tuned on that, where INCEPTION has its weights
# and where ALL is a second folder of photographs, on all of it but what shows a lesion of DATA's test split, by its tables or by
# `skmetrics leak` (see `apart`):
#   all.two, all.dx     benign and malignant, and each diagnosis, whose malignant ones' scores add up
#   all.inception       Inception again
# FOLDS=n: each diagnosis by n-fold cross-validation over ALL, whole lesions, in their natural mix.

BEST_SIZE      ?= 64
INCEPTION_SIZE ?= 160
# Before cropping, e.g. 'skfilter -m bilateral -d 9 -c 75 -g 75 | skgamma -g 1.5'; empty: photographs as they are
BEST_FILTER    ?=
# Further options of sktrain classifier, which win: shorter or smaller trainings
BEST_OPTIONS   ?=
INCEPTION_OPTIONS ?=
VARIABLES += ALL BEST_SIZE INCEPTION_SIZE BEST_FILTER BEST_OPTIONS INCEPTION_OPTIONS
override ALL := $(call absolute,$(ALL))
export ALL

$(call STAMP,.options/best,$(BEST_OPTIONS))
$(call STAMP,.options/best-inception,$(INCEPTION_OPTIONS) $(INCEPTION_FILE))
$(call STAMP,.options/best-images,$(BEST_FILTER))
BEST_PREPARE = $(BEST_FILTER:%=% |) skcrop -w $1
OF_IMAGES := .options/best-images $(PREPARERS)
# $(call BEST_TRAIN,model,seed,size,options,streams that validate,streams that train)
BEST_TRAIN = .pipelines/train $1 $^ -- sktrain classifier --resume --preset best --size $3 --seed $2 --save-every $(SAVE_EVERY) $4 \
    --log $1.training.tsv -o $1 $(addprefix --valid ,$5) $6
BEST_SEEDED = $(SEEDS:%=best/%/$1)
# $(call BEST_SCORED,model below best/SEED,size): its scores of the test photographs
define BEST_SCORED
$(call BEST_SEEDED,$1.scores.tsv): best/%/$1.scores.tsv: best/%/$1 $(CLASSES:%=best/own.$2/test/%.ppm) .tools/skclassify
	$$(call SCORE,$$<,best/own.$2/test,--tta)
endef

# --- DATA's own splits ---
SIDES_OF_OWN := $(sort $(BEST_SIZE) $(INCEPTION_SIZE))
OWN_IMAGES = $(foreach d,train valid test,$(CLASSES:%=best/own.$1/$d/%.ppm))
# $(call OWN_STREAMS,size)
define OWN_STREAMS
$(call OWN_IMAGES,$1): best/own.$1/%.ppm: data/%.ppm $(OF_IMAGES)
	$$(call UNPREPARED,$$*) | $(call BEST_PREPARE,$1)
endef
$(foreach s,$(SIDES_OF_OWN),$(eval $(call OWN_STREAMS,$s)))
# $(call OWN_MODEL,name,size,options,further prerequisites)
define OWN_MODEL
$(call BEST_SEEDED,$1): best/%/$1: $(call LEARNT_FROM,best/own.$2) .tools/sktrain $4
	$$(call BEST_TRAIN,$$@,$$*,$2,$3,$(call AS_CLASSES,best/own.$2/valid),$(call AS_CLASSES,best/own.$2/train))
$(call BEST_SCORED,$1,$2)
endef
FINE_TUNED = --arch inception --init "$$$$INCEPTION_FILE" $(INCEPTION_OPTIONS)
$(eval $(call OWN_MODEL,own.$(BEST_SIZE),$(BEST_SIZE),$(BEST_OPTIONS),.options/best))
$(eval $(call OWN_MODEL,own.inception,$(INCEPTION_SIZE),$(FINE_TUNED),.options/best-inception))

# --- all other photographs ---
# The lists come first, in makes of their own: which diagnoses there are is known when they are there.
GOALS += lists-of-all labels-of-all best-classifier
.PHONY: lists-of-all labels-of-all best-classifier
lists-of-all:
	[ -z "$$ALL" ] || skdata --split none --classes dx -- "$$ALL" best/all/dx
	[ -z "$$ALL" ] || skdata -q --split none --classes two -- "$$ALL" best/all/two
# make -n sees no lists yet.
ifeq ($(wildcard best/all/dx/counts.tsv),)
best/all/dx/counts.tsv best/all/two/counts.tsv: lists-of-all
endif
labels-of-all: $(if $(ALL),best/all/labels.tsv)
best/all/same.tsv: best/all/dx/counts.tsv data/counts.tsv .tools/apart .tools/decode .tools/skmetrics
	.pipelines/apart same best/all/dx/test "$$ALL" data/test $(ORIGINALS)
best/all/labels.tsv: best/all/same.tsv best/all/two/counts.tsv .tools/apart
	.pipelines/apart labels best/all/dx/test best/all/two/test $< data/test
ifneq ($(ALL),)
# Before the lists are made no classes are known.
$(if $(and $(strip $(CLASSES)),$(call differ,benign malignant,$(CLASSES))),$(error ALL: is put to benign and malignant, and the classes of DATA are $(CLASSES)))
DIAGNOSED := $(sort $(basename $(notdir $(wildcard best/all/dx/test/*.names))))
endif
# CLASS=benign or CLASS=malignant
TWO := $(if $(wildcard best/all/labels.tsv),$(shell .pipelines/apart classes best/all/labels.tsv))
MALIGNANT := $(patsubst %=malignant,%,$(filter %=malignant,$(TWO)))
DX_STREAMS = $(foreach c,$(DIAGNOSED),$c=$1/$c.ppm)
TWO_STREAMS = $(foreach t,$(TWO),$(lastword $(subst =, ,$t))=$1/$(firstword $(subst =, ,$t)).ppm)
PLACES := train valid test
IN_ALL = $(foreach d,$2,$(DIAGNOSED:%=best/all.$1/$d/%.ppm))
# $(call ALL_STREAMS,size): beside a stream `deal` finds its groups
define ALL_STREAMS
$(call IN_ALL,$1,$(PLACES)): best/all.$1/%.ppm: best/all/labels.tsv $(OF_IMAGES) .tools/decode .tools/apart
	.pipelines/apart groups $$< $$* > best/all.$1/$$*.groups
	.pipelines/apart list $$< $$* | .pipelines/decode "$$$$ALL" | $(call BEST_PREPARE,$1)
endef
$(foreach s,$(SIDES_OF_OWN),$(eval $(call ALL_STREAMS,$s)))
# $(call ALL_MODEL,name,size,options,further prerequisites,DX or TWO)
define ALL_MODEL
$(call BEST_SEEDED,$1): best/%/$1: $(call IN_ALL,$2,train valid) .tools/sktrain $4
	$$(call BEST_TRAIN,$$@,$$*,$2,$3,$(call $5_STREAMS,best/all.$2/valid),$(call $5_STREAMS,best/all.$2/train))
endef
$(eval $(call ALL_MODEL,all.two,$(BEST_SIZE),$(BEST_OPTIONS),.options/best,TWO))
$(eval $(call ALL_MODEL,all.dx,$(BEST_SIZE),$(BEST_OPTIONS),.options/best,DX))
$(eval $(call ALL_MODEL,all.inception,$(INCEPTION_SIZE),$(FINE_TUNED),.options/best-inception,TWO))
$(eval $(call BEST_SCORED,all.two,$(BEST_SIZE)))
$(eval $(call BEST_SCORED,all.inception,$(INCEPTION_SIZE)))
AS_TWO := $(lastword $(CLASSES)) $(firstword $(CLASSES))
$(call BEST_SEEDED,all.dx.scores.tsv): best/%/all.dx.scores.tsv: best/%/all.dx $(CLASSES:%=best/own.$(BEST_SIZE)/test/%.ppm) \
    .tools/skclassify .tools/binary
	for c in $(CLASSES); do skclassify -q --tta -l $$c $< best/own.$(BEST_SIZE)/test/$$c.ppm; done | $(ONE_TABLE) | .pipelines/binary $(AS_TWO) $(MALIGNANT)

# --- what there is, and all of it together ---
BEST_NAMES := own.$(BEST_SIZE) $(if $(INCEPTION),own.inception) $(if $(ALL),all.two all.dx $(if $(INCEPTION),all.inception))
ENSEMBLE := $(if $(word 2,$(BEST_NAMES)),ensemble)
$(call BEST_SEEDED,ensemble.scores.tsv): best/%/ensemble.scores.tsv: $(foreach n,$(BEST_NAMES),best/%/$n.scores.tsv) .tools/mean-scores
	.pipelines/mean-scores $(AS_TWO) $(filter %.scores.tsv,$^)

# --- each diagnosis by cross-validation over ALL ---
ACROSS :=
ifneq ($(and $(ALL),$(FOLDS)),)
ORDER_OF_ALL := $(shell seq $(FOLDS))
OF_FOLD = best/all.$(BEST_SIZE)/fold.$1.$(FOLDS)
# $(call ALL_DEALT,fold,split): of which class a group is, all of them say together
define ALL_DEALT
$(DIAGNOSED:%=$(OF_FOLD)/$2/%.ppm): $(OF_FOLD)/$2/%.ppm: $(call IN_ALL,$(BEST_SIZE),$(PLACES)) .tools/deal .options/best-folds
	.pipelines/deal --groups $(SEED) $2 $1 $(FOLDS) $(PLACES:%=best/all.$(BEST_SIZE)/%/$$*.ppm) > $$@.groups
	.pipelines/deal $(SEED) $2 $1 $(FOLDS) $(PLACES:%=best/all.$(BEST_SIZE)/%/$$*.ppm) > $$@
endef
# $(call FOLD_MODEL,fold)
define FOLD_MODEL
$(call BEST_SEEDED,fold.$1.$(FOLDS)): best/%/fold.$1.$(FOLDS): $(foreach d,train valid,$(DIAGNOSED:%=$(OF_FOLD)/$d/%.ppm)) \
    .tools/sktrain .options/best
	$$(call BEST_TRAIN,$$@,$$*,$(BEST_SIZE),$(BEST_OPTIONS),$(call DX_STREAMS,$(OF_FOLD)/valid),$(call DX_STREAMS,$(OF_FOLD)/train))
$(call BEST_SEEDED,fold.$1.$(FOLDS).scores.tsv): best/%/fold.$1.$(FOLDS).scores.tsv: best/%/fold.$1.$(FOLDS) \
    $(DIAGNOSED:%=$(OF_FOLD)/test/%.ppm) .tools/skclassify
	for c in $(DIAGNOSED); do skclassify --tta -l $$$$c $$< $(OF_FOLD)/test/$$$$c.ppm; done | $$(ONE_TABLE)
endef
$(foreach k,$(ORDER_OF_ALL),$(foreach d,train valid test,$(eval $(call ALL_DEALT,$k,$d)))$(eval $(call FOLD_MODEL,$k)))
$(call STAMP,.options/best-folds,$(SEED) $(FOLDS))
ACROSS := $(call BEST_SEEDED,folds.$(FOLDS).metrics.tsv)
$(ACROSS): best/%/folds.$(FOLDS).metrics.tsv: $(foreach k,$(ORDER_OF_ALL),best/%/fold.$k.$(FOLDS).scores.tsv) .tools/skmetrics
	cat $(filter %.scores.tsv,$^) | $(ONE_TABLE) > $@.scores
	for k in $(ORDER_OF_ALL); do cat $(DIAGNOSED:%=best/all.$(BEST_SIZE)/fold.$$k.$(FOLDS)/test/%.ppm.groups); done > $@.groups
	skmetrics score -g $@.groups $@.scores > $@
endif

# --- the table and its page ---
# What stands against it; without it the GAN and the classifier of `make paper` are trained first.
AGAINST := $(PRETRAINED)
$(call STAMP,.options/best-table,$(SEEDS) $(FOLDS) $(BEST_NAMES) $(AGAINST))
best-classifier.tsv: $(foreach n,$(BEST_NAMES) $(ENSEMBLE),$(call BEST_SEEDED,$n.scores.tsv)) $(AGAINST).scores.tsv $(ACROSS) $(WITH_GROUPS) \
    .options/best-table .tools/best-table
	.pipelines/best-table -p $(lastword $(CLASSES)) $(TEST_GROUPS:%=-g %) '$(SEEDS)' $(AGAINST) $(BEST_NAMES) $(ENSEMBLE)
$(call STAMP,.options/best-page,$(BEST_SIZE) $(INCEPTION_SIZE) $(ALL) $(INCEPTION) $(BEST_FILTER) $(BEST_OPTIONS))
best-classifier.html: best-classifier.tsv data/counts.tsv .options/best-page $(wildcard .pipelines/report/*)
	KIND='$(KIND)' SEEDS='$(SEEDS)' FOLDS='$(FOLDS)' BEST_SIZE=$(BEST_SIZE) INCEPTION_SIZE=$(INCEPTION_SIZE) BEST_FILTER='$(BEST_FILTER)' \
	    BEST_OPTIONS='$(BEST_OPTIONS)' WITH_ALL='$(if $(ALL),yes)' WITH_INCEPTION='$(if $(INCEPTION),yes)' \
	    GROUPED='$(TEST_GROUPS)' .pipelines/report/best-page "$$PWD"
best-classifier: best-classifier.html
	awk -F '\t' 'NR > 1 { printf "%-16s seed %-8s AUC %s  accuracy %s  %s\n", $$1, $$2, $$4, $$7, $$10 }' best-classifier.tsv
	echo "see $$WHERE/best-classifier.html"
