# The trainings. What a run is, its path says: runs/BATCH_RATE_OPTIMIZER_SEED/gan.STEPS, and classifier.STEPS.EPOCHS from that GAN. So
# nothing is trained twice, and what another setting made stays. The settings of all runs are in a stamp.

$(call STAMP,.options/augmented,$(COPIES) $(AUGMENT_SEED))
augmented/%.ppm: data/train/%.ppm .options/augmented .tools/skaug
	skaug -k -n $(COPIES) -s $(AUGMENT_SEED) $<
AUGMENTED := $(CLASSES:%=augmented/%.ppm)

OF_ALL = $(NETWORK) --size $(SIZE) --width $(WIDTH)
$(call STAMP,.options/network,$(OF_ALL) $(EMA:%=--ema %) $(REORDERED))
# $(call SKTRAIN,kind,model,run)
part = $(word $1,$(subst _, ,$2))
SETTING = --batch $(call part,1,$1) --learning-rate $(call part,2,$1) --optimizer $(call part,3,$1) --seed $(call part,4,$1)
SKTRAIN = sktrain $1 --resume $(OF_ALL) $(call SETTING,$3) --save-every $(SAVE_EVERY) --log $2.training.tsv -o $2
CLASS_STREAMS := $(foreach c,$(CLASSES),--valid $c=data/valid/$c.ppm) $(foreach c,$(CLASSES),$c=augmented/$c.ppm)

MAIN   := $(BATCH)_$(LEARNING_RATE)_adam_$(SEED)
by_batch     = $(foreach s,$(SEEDS),$1_$(LEARNING_RATE)_adam_$s)
by_rate      = $(foreach s,$(SEEDS),$(BATCH)_$1_adam_$s)
by_optimizer = $(foreach s,$(SEEDS),$(BATCH)_$(if $(filter sgd,$1),$(SGD_RATE),$(LEARNING_RATE))_$1_$s)
SWEEP_batch     := $(SWEEP_BATCH)
SWEEP_rate      := $(SWEEP_RATE)
SWEEP_optimizer := adam sgd
SWEEPS := $(if $(filter-out 0,$(SWEEP_STEPS)),batch rate optimizer)
SWEPT  := $(sort $(foreach t,$(SWEEPS),$(foreach v,$(SWEEP_$t),$(call by_$t,$v))))
# study-init starts from a whole GAN of each seed.
STUDIED := $(call by_batch,$(BATCH))
GAN_OF = runs/$(BATCH)_$(LEARNING_RATE)_adam_$1/gan.$(STEPS)

# A model and its log are made together. $(call GAN,run,steps,earlier): a stage goes on from a copy of the earlier one's checkpoint.
define GAN
runs/$1/gan.$2 runs/$1/gan.$2.log.tsv &: .options/network .tools/sktrain $(AUGMENTED) $(if $3,runs/$1/gan.$3)
	.pipelines/train runs/$1/gan.$2 $$^ $(if $3,--from runs/$1/gan.$3) -- \
	    $(call SKTRAIN,gan,runs/$1/gan.$2,$1) $(EMA:%=--ema %) --steps $2 $(AUGMENTED)
endef
# $(call CLASSIFIER,run,steps,epochs): from that GAN
define CLASSIFIER
runs/$1/classifier.$2.$3 runs/$1/classifier.$2.$3.log.tsv &: runs/$1/gan.$2 .options/network .tools/sktrain $(AUGMENTED) $(VALID)
	.pipelines/train runs/$1/classifier.$2.$3 $$^ -- \
	    $(call SKTRAIN,classifier,runs/$1/classifier.$2.$3,$1) --init $$< --epochs $3 $(CLASS_STREAMS)
endef

IN_ORDER := $(shell printf '%s\n' $(STAGES) $(SWEEP_STEPS) | sort -n -u)
stages_of = $(filter $(if $(filter $1,$(MAIN)),$(STAGES)) $(if $(filter $1,$(STUDIED)),$(STEPS)) \
    $(if $(filter $1,$(SWEPT)),$(SWEEP_STEPS)),$(IN_ORDER))
chain = $(if $2,$(eval $(call GAN,$1,$(firstword $2),$3))$(call chain,$1,$(wordlist 2,99,$2),$(firstword $2)))
$(foreach r,$(sort $(MAIN) $(SWEPT) $(STUDIED)),$(call chain,$r,$(call stages_of,$r)))
$(foreach c,$(sort $(MAIN)=$(STEPS)=$(CLASSIFIER_EPOCHS) $(SWEPT:%=%=$(SWEEP_STEPS)=$(SWEEP_EPOCHS))),\
    $(eval $(call CLASSIFIER,$(word 1,$(subst =, ,$c)),$(word 2,$(subst =, ,$c)),$(word 3,$(subst =, ,$c)))))

# What the report shows of the main run carries this stamp: with other settings it is made from other runs.
GAN_MODEL  := runs/$(MAIN)/gan.$(STEPS)
PRETRAINED := runs/$(MAIN)/classifier.$(STEPS).$(CLASSIFIER_EPOCHS)
SCRATCH    := runs/$(MAIN)/scratch.$(CLASSIFIER_EPOCHS)
$(call STAMP,.options/main,$(GAN_MODEL) $(PRETRAINED) $(SCRATCH) $(STAGES))
# The same classifier, which has seen no GAN
$(SCRATCH) $(SCRATCH).log.tsv &: .options/network .tools/sktrain $(AUGMENTED) $(VALID)
	.pipelines/train $(SCRATCH) $^ -- \
	    $(call SKTRAIN,classifier,$(SCRATCH),$(MAIN)) --epochs $(CLASSIFIER_EPOCHS) $(CLASS_STREAMS)
