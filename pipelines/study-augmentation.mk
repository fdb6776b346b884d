# study-augmentation: images as they are, with copies made beforehand as in the paper, changed anew whenever they come ("scratch",
# which the other studies have too), and then scored as the mean of their turns and mirror images. FOLDS=n: by n-fold
# cross-validation.

# $(call AUGMENTED_BY,folder of streams,folder of copies,prefix of models)
define AUGMENTED_BY
$(call SEEDED,$3unaugmented): studies/%/$3unaugmented: $(call LEARNT_FROM,$1) $(OF_STUDY)
	$$(call LEARN,$$@,$$*,,$1/valid,$1/train)
$(call SEEDED,$3offline): studies/%/$3offline: $(CLASSES:%=$2/%.ppm) $(CLASSES:%=$1/valid/%.ppm) $(OF_STUDY)
	$$(call LEARN,$$@,$$*,,$1/valid,$2)
$(call SEEDED,$3scratch): studies/%/$3scratch: $(call LEARNT_FROM,$1) $(OF_STUDY)
	$$(call LEARN,$$@,$$*,$$(ON_THE_FLY),$1/valid,$1/train)
$(foreach w,unaugmented offline scratch,$(call SCORED_ON,$3$w,$1/test))
$(call SEEDED,$3scratch.tta.scores.tsv): studies/%/$3scratch.tta.scores.tsv: \
    studies/%/$3scratch $(CLASSES:%=$1/test/%.ppm) .tools/skclassify
	$$(call SCORE,$$<,$1/test,--tta)
endef
$(eval $(call AUGMENTED_BY,data,augmented,))

WHOLE :=
GROUPS_OF_TESTS := $(TEST_GROUPS)
ifneq ($(FOLDS),)
include .pipelines/study-folds.mk
endif
$(call STAMP,.options/study-augmentation,$(SEEDS) $(FOLDS) $(GROUPS_OF_TESTS))
study-augmentation.tsv: $(call SCORES,$(addprefix $(WHOLE),unaugmented offline scratch scratch.tta)) $(GROUPS_OF_TESTS) \
    .options/study-augmentation .tools/skmetrics .tools/study-table
	$(call STUDY_TABLE,$(GROUPS_OF_TESTS)) 'none=$(WHOLE)unaugmented' \
	    'copies made beforehand=$(WHOLE)offline=$(WHOLE)unaugmented' 'on the fly=$(WHOLE)scratch=$(WHOLE)unaugmented' \
	    'on the fly, turns scored=$(WHOLE)scratch.tta=$(WHOLE)unaugmented'
