# study-recipe: what --preset best is made of, each part alone beside the paper's network and training on the same images; and all of
# it. As many steps each, so that a part which makes a step longer does not get less of them.

RECIPE := balance adamw cosine ema smoothing mixup dropout resnet
RECIPE_balance   := --balance
RECIPE_adamw     := --optimizer adamw --weight-decay 0.05 --beta1 0.9
RECIPE_cosine    := --schedule cosine --warmup 3%
RECIPE_ema       := --ema 2.5%
RECIPE_smoothing := --smoothing 0.05
RECIPE_mixup     := --mixup 0.2
RECIPE_dropout   := --dropout 0.2
RECIPE_resnet    :=

# $(call PART,name)
define PART
$(call SEEDED,recipe/$1): studies/%/recipe/$1: $(call LEARNT_FROM,data) $(OF_STUDY) .options/recipe
	$$(call LEARN,$$@,$$*,$$(RECIPE_$1),data/valid,data/train)
$(call SCORED_ON,recipe/$1,data/test)
endef
$(foreach p,$(RECIPE),$(eval $(call PART,$p)))
$(call STAMP,.options/recipe,$(BEST_WIDTH) $(foreach p,$(RECIPE),$(RECIPE_$p)))
# What NETWORK says is the paper's network's alone.
$(call SEEDED,recipe/resnet): OF_ALL := --arch resnet --width $(BEST_WIDTH) --size $(SIZE)

# $(call LEARN_BEST,model,seed,options,size,folder of streams): --preset best, for as many steps
LEARN_BEST = .pipelines/train $1 $^ -- sktrain classifier --resume --preset best --size $4 --seed $2 --steps $(STUDY_STEPS) \
    --save-every $(SAVE_EVERY) $3 --log $1.training.tsv -o $1 $(addprefix --valid ,$(call AS_CLASSES,$5/valid)) $(call AS_CLASSES,$5/train)
OF_BEST := .options/best-study .tools/sktrain
$(call STAMP,.options/best-study,$(STUDY_STEPS))
$(call SEEDED,recipe/best): studies/%/recipe/best: $(call LEARNT_FROM,data) $(OF_BEST)
	$(call LEARN_BEST,$@,$*,,$(SIZE),data)
$(eval $(call SCORED_ON,recipe/best,data/test))
$(call SEEDED,recipe/raw): studies/%/recipe/raw: $(call LEARNT_FROM,prepared/raw) $(OF_BEST)
	$(call LEARN_BEST,$@,$*,,$(SIZE),prepared/raw)
$(eval $(call SCORED_ON,recipe/raw,prepared/raw/test))
$(call SEEDED,recipe/best.tta.scores.tsv): studies/%/recipe/best.tta.scores.tsv: studies/%/recipe/best $(TEST) .tools/skclassify
	$(call SCORE,$<,data/test,--tta)

$(call STAMP,.options/study-recipe,$(SEEDS) $(RECIPE))
study-recipe.tsv: $(call SCORES,unaugmented scratch $(RECIPE:%=recipe/%) recipe/best recipe/raw recipe/best.tta) $(WITH_GROUPS) \
    .options/study-recipe .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) 'none of it=unaugmented' 'changed on the fly=scratch=unaugmented' \
	    'classes half and half=recipe/balance=unaugmented' 'AdamW=recipe/adamw=unaugmented' \
	    'warm-up and cosine=recipe/cosine=unaugmented' 'averaged weights=recipe/ema=unaugmented' \
	    'smoothed labels=recipe/smoothing=unaugmented' 'mixup=recipe/mixup=unaugmented' \
	    'dropout 0.2=recipe/dropout=unaugmented' 'residual network=recipe/resnet=unaugmented' \
	    'preset best=recipe/best=unaugmented' 'preset best, turns scored=recipe/best.tta=unaugmented' \
	    'preset best, unfiltered images=recipe/raw=unaugmented'
