# make -f pipelines/paper.mk DATA=dir data report: the paper's experiment on photographs. Called by `make paper`.
# `data` first, in a make of its own: the classes are known only when the data are there.

OUT     ?= $(or $(PAPER_OUT),build/paper)
STREAMS := $(OUT)/data
CLASSES := $(notdir $(basename $(wildcard $(STREAMS)/train/*.names)))
include $(dir $(lastword $(MAKEFILE_LIST)))rules.mk

# The paper's values; what it does not say is in the preset (see sktrain(1)).
SIZE              ?= 64
WIDTH             ?= 64
STEPS             ?= 3000
BATCH             ?= 128
LEARNING_RATE     ?= 2e-4
CLASSIFIER_EPOCHS ?= 60
SEED              ?= 1
COPIES            ?= 1
GENERATED         ?= 1000
# The sweeps train a GAN and a classifier for each of their settings: hours at the default.
SWEEP_STEPS       ?= $(STEPS)
SWEEP_EPOCHS      ?= $(CLASSIFIER_EPOCHS)
SWEEP_BATCH       ?= 32 64 100
SWEEP_RATE        ?= 1e-4 1e-3
# SGD's rate is its own: Adam's would stand still
SGD_RATE          ?= 1e-2

NETWORK := --preset paper --size $(SIZE) --width $(WIDTH) --seed $(SEED)
SETTING := --batch $(BATCH) --learning-rate $(LEARNING_RATE) --optimizer adam

.PHONY: data report
data:
	@DATA='$(DATA)'; $(PIPELINES)/split "$$DATA" $(STREAMS)
	@$(MAKE) --no-print-directory -f $(PIPELINES)/data.mk BIN=$(BIN) OUT=$(STREAMS) SIZE=$(SIZE) streams

SWEEPS := $(if $(filter-out 0,$(SWEEP_STEPS)),base $(SWEEP_BATCH:%=batch-%) $(SWEEP_RATE:%=rate-%) sgd)
RUNS   := pretrained scratch $(SWEEPS:%=sweep/%/classifier)

report: $(OUT)/report.html
	@echo 'paper: see $(OUT)/report.html'

# --- data and its augmentation ---
$(call STAMP,$(OUT)/.options/augmented,$(COPIES) $(SEED) $(VERSION))
$(OUT)/augmented/%.ppm: $(STREAMS)/train/%.ppm $(OUT)/.options/augmented
	@mkdir -p $(@D)
	skaug -k -n $(COPIES) -s $(SEED) $< > $@
AUGMENTED := $(CLASSES:%=$(OUT)/augmented/%.ppm)
VALID := $(CLASSES:%=$(STREAMS)/valid/%.ppm)
TEST := $(CLASSES:%=$(STREAMS)/test/%.ppm)

# --- the GAN: samples after 1/15, 2/15, 1/3 and all of the steps are the paper's 200, 400, 1000 and 3000 ---
SAVE_EVERY := $(shell echo $$(( $(STEPS) < 15 ? 1 : $(STEPS) / 15 )))
$(call STAMP,$(OUT)/.options/gan,$(NETWORK) $(SETTING) --steps $(STEPS) $(VERSION))
$(OUT)/gan: $(OUT)/.options/gan $(AUGMENTED)
	@mkdir -p $(OUT)/samples
	$(DROP_OLD_CHECKPOINT)
	[ -f $@.ckpt ] || rm -f $(OUT)/samples/*
	sktrain gan --resume $(NETWORK) $(SETTING) --steps $(STEPS) --save-every $(SAVE_EVERY) --samples $(OUT)/samples/step \
	    --log $@.log.tsv -o $@ $(AUGMENTED)
$(OUT)/gan.log.tsv: $(OUT)/gan ;

# --- classifiers, from scratch and from the GAN's discriminator ---
CLASS_STREAMS := $(foreach c,$(CLASSES),--valid $c=$(STREAMS)/valid/$c.ppm) $(foreach c,$(CLASSES),$c=$(OUT)/augmented/$c.ppm)
TRAIN_CLASSIFIER = sktrain classifier --resume $(NETWORK) --log $@.log.tsv -o $@

$(call STAMP,$(OUT)/.options/classifier,$(NETWORK) $(SETTING) --epochs $(CLASSIFIER_EPOCHS) $(VERSION))
$(OUT)/scratch: $(OUT)/.options/classifier $(AUGMENTED) $(VALID)
	$(DROP_OLD_CHECKPOINT)
	$(TRAIN_CLASSIFIER) $(SETTING) --epochs $(CLASSIFIER_EPOCHS) $(CLASS_STREAMS)
$(OUT)/pretrained: $(OUT)/.options/classifier $(OUT)/gan $(AUGMENTED) $(VALID)
	$(DROP_OLD_CHECKPOINT)
	$(TRAIN_CLASSIFIER) --init $(OUT)/gan $(SETTING) --epochs $(CLASSIFIER_EPOCHS) $(CLASS_STREAMS)

# --- sweeps: the same twice, a GAN and a classifier from it, with one setting changed ---
setting = $(strip $(if $(filter batch-%,$1),--batch $(1:batch-%=%) --learning-rate $(LEARNING_RATE) --optimizer adam,\
    $(if $(filter rate-%,$1),--batch $(BATCH) --learning-rate $(1:rate-%=%) --optimizer adam,\
    $(if $(filter sgd,$1),--batch $(BATCH) --learning-rate $(SGD_RATE) --optimizer sgd,$(SETTING)))))
$(foreach s,$(SWEEPS),$(call STAMP,$(OUT)/.options/sweep-$s,$(NETWORK) $(call setting,$s) $(SWEEP_STEPS) $(SWEEP_EPOCHS) $(VERSION)))
$(OUT)/sweep/%/gan: $(OUT)/.options/sweep-% $(AUGMENTED)
	@mkdir -p $(@D)
	$(DROP_OLD_CHECKPOINT)
	sktrain gan --resume $(NETWORK) $(call setting,$*) --steps $(SWEEP_STEPS) --log $@.log.tsv -o $@ $(AUGMENTED)
$(OUT)/sweep/%/classifier: $(OUT)/sweep/%/gan $(AUGMENTED) $(VALID)
	$(DROP_OLD_CHECKPOINT)
	$(TRAIN_CLASSIFIER) --init $< $(call setting,$*) --epochs $(SWEEP_EPOCHS) $(CLASS_STREAMS)

# --- measures, all on the test images ---
$(OUT)/%.metrics.tsv: $(OUT)/%.scores.tsv
	skmetrics score $< > $@
$(OUT)/%.roc.tsv: $(OUT)/%.scores.tsv
	skmetrics roc $< > $@
$(OUT)/%.calibration.tsv: $(OUT)/%.scores.tsv
	skmetrics calibration $< > $@

# Distances are between features of the classifier that was trained on photographs alone.
$(call STAMP,$(OUT)/.options/generated,$(GENERATED) $(SEED))
$(OUT)/%.generated.ppm: $(OUT)/% $(OUT)/.options/generated
	skgen -n $(GENERATED) -s $(SEED) $< > $@
$(OUT)/%.features: $(OUT)/%.ppm $(OUT)/scratch
	skclassify --features $@ $(OUT)/scratch $< > /dev/null
$(OUT)/test.ppm: $(TEST)
	cat $^ > $@
$(OUT)/train.ppm: $(CLASSES:%=$(STREAMS)/train/%.ppm)
	cat $^ > $@
$(OUT)/%.fid.tsv: $(OUT)/test.features $(OUT)/%.generated.features
	skmetrics fid $^ > $@
$(OUT)/train.fid.tsv: $(OUT)/test.features $(OUT)/train.features
	skmetrics fid $^ > $@

# --- pictures ---
PICTURES := counts.png filters.png gammas.png augmented.png noise.png first.png losses.png confusion.png roc.png \
    generated.png real.png
NAMES := $(foreach c,$(CLASSES),head -n 3 $(STREAMS)/train/$c.names;)
CROP = skcrop -w 96
PHOTOS = { $(NAMES) } | $(PIPELINES)/decode "$$DATA"
TILES = $(PIPELINES)/montage $1 2
export DATA

$(OUT)/counts.png: $(STREAMS)/counts.tsv
	gnuplot -c $(PIPELINES)/plots/counts.gp $@ $<
# Rows of Figure 6: as it is, Gaussian, median, bilateral, bilateral and gamma
$(OUT)/filters.ppm: $(STREAMS)/counts.tsv
	{ $(PHOTOS) | $(CROP); for f in gaussian median bilateral; do $(PHOTOS) | skfilter -m $$f -d 9 | $(CROP); done; \
	  $(PHOTOS) | skfilter | skgamma | $(CROP); } | $(call TILES,$(words $(CLASSES) $(CLASSES) $(CLASSES))) > $@
# Figure 7: gamma 1.0, 1.5 and 2.0
$(OUT)/gammas.ppm: $(STREAMS)/counts.tsv
	for g in 1.0 1.5 2.0; do $(PHOTOS) | skfilter | skgamma -g $$g | $(CROP); done | \
	    $(call TILES,$(words $(CLASSES) $(CLASSES) $(CLASSES))) > $@
# Figure 8: an image a row, and seven augmented copies of it
ONE = head -c $$((4 * (13 + $(SIZE) * $(SIZE) * 3)))
$(OUT)/augmented.ppm: $(CLASSES:%=$(STREAMS)/train/%.ppm)
	for f in $^; do $(ONE) $$f; done | skaug -k -n 7 -s $(SEED) | $(call TILES,8) > $@
# Figure 11: one latent vector, 8 values a row, -3 to 3 from black to white; and what becomes of it
$(OUT)/first.ppm: $(OUT)/gan
	skgen -n 1 -s $(SEED) --latents-out $(OUT)/first.latents $< | pamenlarge -scale=4 > $@
$(OUT)/noise.ppm: $(OUT)/first.ppm
	tail -c +$$((9 + $$(od -An -tu8 -N8 $(OUT)/first.latents))) $(OUT)/first.latents | od -An -v -w4 -tf4 | \
	    awk '{ v = int(127.5 + 42.5 * $$1); value[NR] = v < 0 ? 0 : v > 255 ? 255 : v } \
	        END { print "P2 16", int(NR / 16), 255; for (i = 1; i <= NR - NR % 16; i++) print value[i] }' | pamenlarge -scale=16 > $@
$(OUT)/generated.ppm: $(OUT)/gan
	skgen -n 64 -s $(SEED) $< | $(call TILES,8) > $@
$(OUT)/real.ppm: $(CLASSES:%=$(STREAMS)/train/%.ppm)
	for f in $^; do head -c $$((64 / $(words $(CLASSES)) * (13 + $(SIZE) * $(SIZE) * 3))) $$f; done | $(call TILES,8) > $@
$(OUT)/losses.png: $(OUT)/gan.log.tsv
	gnuplot -c $(PIPELINES)/plots/losses.gp $< $@
$(OUT)/confusion.png: $(OUT)/pretrained.metrics.tsv
	gnuplot -c $(PIPELINES)/plots/confusion.gp $@ $< $(CLASSES)
AUC = $$(awk -F '\t' '$$1 == "auc" { printf "%.3f", $$2 }' $1)
$(OUT)/roc.png: $(OUT)/pretrained.roc.tsv $(OUT)/scratch.roc.tsv $(OUT)/pretrained.metrics.tsv $(OUT)/scratch.metrics.tsv
	gnuplot -c $(PIPELINES)/plots/roc.gp $@ $(word 1,$^) "from the GAN, AUC $(call AUC,$(word 3,$^))" \
	    $(word 2,$^) "from scratch, AUC $(call AUC,$(word 4,$^))"

$(call STAMP,$(OUT)/.options/report,$(SWEEPS))
$(OUT)/report.html: $(PICTURES:%=$(OUT)/%) $(RUNS:%=$(OUT)/%.metrics.tsv) $(OUT)/gan.fid.tsv $(OUT)/train.fid.tsv \
    $(SWEEPS:%=$(OUT)/sweep/%/gan.fid.tsv) $(OUT)/.options/report $(PIPELINES)/report
	SWEEPS='$(SWEEPS)' BATCH=$(BATCH) LEARNING_RATE=$(LEARNING_RATE) SGD_RATE=$(SGD_RATE) $(PIPELINES)/report $(OUT) > $@
