# study-synthetic: real images, real ones and 0.5, 1 and 2 times as many that a GAN drew, and as many drawn ones alone. The paper's
# GAN draws no class to order, so each class has one of its own.

AMOUNTS := 0.5 1 2
# $(call GAN_OF_CLASS,class)
define GAN_OF_CLASS
$(call SEEDED,drawing/$1): studies/%/drawing/$1: augmented/$1.ppm .options/network .options/drawing .tools/sktrain
	.pipelines/train $$@ $$^ -- sktrain gan --resume $(OF_ALL) --batch $(BATCH) --learning-rate $(LEARNING_RATE) \
	    --seed $$* $(EMA:%=--ema %) --steps $(STUDY_GAN_STEPS) --save-every $(SAVE_EVERY) --log $$@.training.tsv -o $$@ $$<
endef
$(call STAMP,.options/drawing,$(STUDY_GAN_STEPS) $(BATCH) $(LEARNING_RATE))
$(foreach c,$(CLASSES),$(eval $(call GAN_OF_CLASS,$c)))

# $(call DRAWN,amount,class): so many times the training images of the class
define DRAWN
$(call SEEDED,drawn.$1/$2.ppm): studies/%/drawn.$1/$2.ppm: studies/%/drawing/$2 data/counts.tsv .tools/skgen
	images=$$$$(awk -F '\t' '$$$$1 == "train" && $$$$2 == "$2" { print int($1 * $$$$3 + 0.5) }' data/counts.tsv)
	skgen -s $$* -n $$$$images $$<
endef
$(foreach a,$(AMOUNTS),$(foreach c,$(CLASSES),$(eval $(call DRAWN,$a,$c))))

# $(call WITH_DRAWN,amount)
define WITH_DRAWN
$(call SEEDED,real.$1): studies/%/real.$1: $(call LEARNT_FROM,data) $(foreach c,$(CLASSES),studies/%/drawn.$1/$c.ppm) $(OF_STUDY)
	$$(call LEARN,$$@,$$*,$$(ON_THE_FLY),data/valid,data/train studies/$$*/drawn.$1)
endef
$(foreach a,$(AMOUNTS),$(eval $(call WITH_DRAWN,$a)))
$(call SEEDED,synthetic): studies/%/synthetic: $(foreach c,$(CLASSES),studies/%/drawn.1/$c.ppm) $(VALID) $(OF_STUDY)
	$(call LEARN,$@,$*,$(ON_THE_FLY),data/valid,studies/$*/drawn.1)

$(call STAMP,.options/study-synthetic,$(SEEDS))
study-synthetic.tsv: $(call SCORES,scratch $(AMOUNTS:%=real.%) synthetic) $(WITH_GROUPS) .options/study-synthetic .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) 'real=scratch' $(foreach a,$(AMOUNTS),'real and $a times as many synthetic=real.$a=scratch') \
	    'synthetic alone=synthetic=scratch'
