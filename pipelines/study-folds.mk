# Cross-validation: folds/N/K/{train,valid,test} are dealt from all images of data/, by lesion or patient, with the seed SEED. Each
# image is in one fold's test split; the scores of all folds make one table.

FOLD := folds/$(FOLDS)
ORDER := $(shell seq $(FOLDS))
# $(call DEALT,fold,split)
define DEALT
$(CLASSES:%=$(FOLD)/$1/$2/%.ppm): $(FOLD)/$1/$2/%.ppm: data/train/%.ppm data/valid/%.ppm data/test/%.ppm .tools/deal .options/folds
	.pipelines/deal $(SEED) $2 $1 $(FOLDS) $$(wordlist 1,3,$$^)
endef
$(foreach k,$(ORDER),$(foreach d,train valid test,$(eval $(call DEALT,$k,$d))))
$(call STAMP,.options/folds,$(SEED) $(wildcard data/train/*.groups))

# $(call COPIES_OF,fold)
define COPIES_OF
$(CLASSES:%=$(FOLD)/$1/augmented/%.ppm): $(FOLD)/$1/augmented/%.ppm: $(FOLD)/$1/train/%.ppm .options/augmented .tools/skaug
	skaug -k -n $(COPIES) -s $(AUGMENT_SEED) $$<
endef
$(foreach k,$(ORDER),$(eval $(call COPIES_OF,$k)))
$(foreach k,$(ORDER),$(eval $(call AUGMENTED_BY,$(FOLD)/$k,$(FOLD)/$k/augmented,fold.$k.$(FOLDS)/)))

# $(call POOLED,setting): the scores of all folds
WHOLE := folds.$(FOLDS)/
define POOLED
$(call SEEDED,$(WHOLE)$1.scores.tsv): studies/%/$(WHOLE)$1.scores.tsv: \
    $(foreach k,$(ORDER),studies/%/fold.$k.$(FOLDS)/$1.scores.tsv)
	cat $$^ | $$(ONE_TABLE)
endef
$(foreach w,unaugmented offline scratch scratch.tta,$(eval $(call POOLED,$w)))
GROUPS_OF_TESTS := $(TEST_GROUPS:%=$(FOLD)/%)
$(FOLD)/test.groups: $(TRAIN) $(VALID) $(TEST) .tools/deal .options/folds
	for k in $(ORDER); do for c in $(CLASSES); do
	    .pipelines/deal --groups $(SEED) test $$k $(FOLDS) data/train/$$c.ppm data/valid/$$c.ppm data/test/$$c.ppm
	done; done
