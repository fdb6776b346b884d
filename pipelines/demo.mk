# make -f pipelines/demo.mk [OUT=build/demo]: the whole pipeline on phantoms, which need no data. Called by `make demo`.

OUT     ?= build/demo
CLASSES := benign malignant
include $(dir $(lastword $(MAKEFILE_LIST)))rules.mk

# Images a class in each split
TRAIN_COUNT ?= 400
VALID_COUNT ?= 60
TEST_COUNT  ?= 200
GENERATED   ?= 400
SEED        ?= 1
GAN         ?= --width 24 --kernel 4 --latent 64 --batch 32 --steps 1200 --learning-rate 6e-4 --seed $(SEED)
CLASSIFIER  ?= --width 24 --kernel 4 --batch 32 --epochs 12 --seed $(SEED)

.PHONY: demo
demo: $(addprefix $(OUT)/,grid.png real.png losses.png roc.png confusion.png metrics.tsv scratch.metrics.tsv fid.tsv)
	@awk -F '\t' '$$1 == "auc" || $$1 == "accuracy" { printf "%s %.3f (95 %% CI %.3f to %.3f)\n", $$1, $$2, $$3, $$4 }' $(OUT)/metrics.tsv
	@awk -F '\t' '$$1 == "fd" { printf "Frechet distance %.4g, generated to test phantoms\n", $$2 }' $(OUT)/fid.tsv
	@echo 'demo: see $(OUT)/: grid.png (generated lesions) beside real.png, losses.png, roc.png, confusion.png, metrics.tsv'

# --- data: the three splits are phantoms of different seeds ---
$(call STAMP,$(OUT)/.options/data,$(TRAIN_COUNT) $(VALID_COUNT) $(TEST_COUNT) $(SEED) $(VERSION))
PHANTOMS = skphantom -n $1 -w 96 -s $2 $* | skfilter | skgamma | skcrop -w 64 > $@

$(OUT)/train/%.ppm: $(OUT)/.options/data
	@mkdir -p $(@D)
	$(call PHANTOMS,$(TRAIN_COUNT),$(SEED)1)
$(OUT)/valid/%.ppm: $(OUT)/.options/data
	@mkdir -p $(@D)
	$(call PHANTOMS,$(VALID_COUNT),$(SEED)2)
$(OUT)/test/%.ppm: $(OUT)/.options/data
	@mkdir -p $(@D)
	$(call PHANTOMS,$(TEST_COUNT),$(SEED)3)

$(OUT)/augmented/%.ppm: $(OUT)/train/%.ppm
	@mkdir -p $(@D)
	skaug -k -n 1 -s $(SEED) $< > $@

# --- the GAN, on both classes ---
$(call STAMP,$(OUT)/.options/gan,$(GAN) $(VERSION))
$(OUT)/gan: $(OUT)/.options/gan $(CLASSES:%=$(OUT)/augmented/%.ppm)
	$(DROP_OLD_CHECKPOINT)
	sktrain gan --resume $(GAN) --log $@.log.tsv -o $@ $(filter %.ppm,$^)
$(OUT)/gan.log.tsv: $(OUT)/gan ;

$(call STAMP,$(OUT)/.options/generated,$(GENERATED) $(SEED))
$(OUT)/generated.ppm: $(OUT)/gan $(OUT)/.options/generated
	skgen -n $(GENERATED) -s $(SEED) $< > $@

# --- classifiers: from scratch, and from the GAN's discriminator ---
TRAIN_CLASSIFIER = sktrain classifier --resume $(foreach c,$(CLASSES),--valid $c=$(OUT)/valid/$c.ppm) --log $@.log.tsv -o $@
CLASS_STREAMS := $(foreach c,$(CLASSES),$c=$(OUT)/augmented/$c.ppm)
CLASSIFIER_DATA := $(CLASSES:%=$(OUT)/augmented/%.ppm) $(CLASSES:%=$(OUT)/valid/%.ppm)

$(call STAMP,$(OUT)/.options/scratch,$(CLASSIFIER) $(VERSION))
$(OUT)/scratch: $(OUT)/.options/scratch $(CLASSIFIER_DATA)
	$(DROP_OLD_CHECKPOINT)
	$(TRAIN_CLASSIFIER) $(CLASSIFIER) $(CLASS_STREAMS)

$(call STAMP,$(OUT)/.options/pretrained,$(CLASSIFIER) $(VERSION))
$(OUT)/pretrained: $(OUT)/.options/pretrained $(OUT)/gan $(CLASSIFIER_DATA)
	$(DROP_OLD_CHECKPOINT)
	$(TRAIN_CLASSIFIER) --init $(OUT)/gan $(CLASSIFIER) $(CLASS_STREAMS)

# --- figures ---
$(OUT)/%.metrics.tsv: $(OUT)/%.scores.tsv
	skmetrics score $< > $@
$(OUT)/metrics.tsv: $(OUT)/pretrained.metrics.tsv
	cp $< $@
$(OUT)/%.roc.tsv: $(OUT)/%.scores.tsv
	skmetrics roc $< > $@
$(OUT)/test.features: $(OUT)/scratch $(CLASSES:%=$(OUT)/test/%.ppm)
	cat $(filter %.ppm,$^) | skclassify --features $@ $< > $(OUT)/test.scores
$(OUT)/generated.features: $(OUT)/scratch $(OUT)/generated.ppm
	skclassify --features $@ $^ > $(OUT)/generated.scores
$(OUT)/fid.tsv: $(OUT)/test.features $(OUT)/generated.features
	skmetrics fid $^ > $@

# --- pictures ---
GRID = $(PIPELINES)/montage 8 2 > $@
$(OUT)/grid.ppm: $(OUT)/gan
	skgen -n 64 -s $(SEED) $< | $(GRID)
$(OUT)/real.ppm: $(CLASSES:%=$(OUT)/train/%.ppm)
	for f in $^; do head -c $$((32 * (13 + 64 * 64 * 3))) $$f; done | $(GRID)
$(OUT)/losses.png: $(OUT)/gan.log.tsv
	gnuplot -c $(PIPELINES)/plots/losses.gp $< $@
AUC = $$(awk -F '\t' '$$1 == "auc" { printf "%.3f", $$2 }' $1)
$(OUT)/roc.png: $(OUT)/pretrained.roc.tsv $(OUT)/scratch.roc.tsv $(OUT)/pretrained.metrics.tsv $(OUT)/scratch.metrics.tsv
	gnuplot -c $(PIPELINES)/plots/roc.gp $@ $(word 1,$^) "from the GAN, AUC $(call AUC,$(word 3,$^))" \
	    $(word 2,$^) "from scratch, AUC $(call AUC,$(word 4,$^))"
$(OUT)/confusion.png: $(OUT)/metrics.tsv
	gnuplot -c $(PIPELINES)/plots/confusion.gp $@ $< $(CLASSES)
