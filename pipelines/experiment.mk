# The paper's experiment, from streams to the report: what paper.mk (photographs) and demo.mk (phantoms) have in common.
# They say OUT, CLASSES (the positive one last; REORDERED names it where it is not the last in alphabetical order) and KIND, make
# $(STREAMS)/{train,valid,test}/CLASS.ppm and counts.tsv, and set PHOTOS: commands that write the first three images of each class
# as they are; and ORIGINALS: the folder that data/*/*.names are in, as the shell is to read it, or -.

STREAMS := $(OUT)/data
include $(dir $(lastword $(MAKEFILE_LIST)))rules.mk

# The paper's values; what it does not say is in the preset (see sktrain(1)).
SIZE              ?= 64
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
SEEDS             ?= $(SEED)
SWEEP_STEPS       ?= $(call share,1)
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
    SEEDS SWEEP_STEPS SWEEP_EPOCHS SWEEP_BATCH SWEEP_RATE SGD_RATE LEAK_IMAGES INCEPTION

# n fifteenths of the steps: after 1, 2, 5 and 15 of them the paper shows samples (200, 400, 1000 and 3000).
share = $(shell echo $$(( $(STEPS) * $1 < 15 ? 1 : $(STEPS) * $1 / 15 )))
STAGES := $(foreach n,1 2 5 15,$(call share,$n))

TRAIN := $(CLASSES:%=$(STREAMS)/train/%.ppm)
VALID := $(CLASSES:%=$(STREAMS)/valid/%.ppm)
TEST  := $(CLASSES:%=$(STREAMS)/test/%.ppm)

ifneq ($(SERIAL),)
.NOTPARALLEL:
endif

.PHONY: report env sweep-batch sweep-rate sweep-optimizer
ifeq ($(CLASSES),)
report sweep-batch sweep-rate sweep-optimizer:
	@echo '$(STREAMS): the classes are known when the data are there; what will be done with them, make can tell then'
else
report: $(OUT)/report.html
	@echo 'see $(OUT)/report.html'
sweep-batch sweep-rate sweep-optimizer: %: $(OUT)/%.tsv
	@awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%-*s", (i == 1 ? 14 : 26), $$i; print "" }' $<
endif

# Each variable, its value, and who set it; then what the targets took last time
env:
	@$(foreach v,$(VARIABLES),printf '%-18s %-28s %s\n' $v '$(subst ','\'',$($v))' '$(subst file,default,$(origin $v))';)
	$(PIPELINES)/costs $(OUT) | awk -F '\t' 'NR == 1 { next } NR == 2 { print "\nwhat it took last time, in seconds" } { printf "%10.1f  %s\n", $$2, $$1 }'

# --- augmentation ---
$(call STAMP,$(OUT)/.options/augmented,$(COPIES) $(AUGMENT_SEED) $(VERSION))
$(OUT)/augmented/%.ppm: $(STREAMS)/train/%.ppm $(OUT)/.options/augmented
	$(TOOK)
	skaug -k -n $(COPIES) -s $(AUGMENT_SEED) $< > $@.part
	$(KEEP)
AUGMENTED := $(CLASSES:%=$(OUT)/augmented/%.ppm)

# --- training: what a run is, its path says: runs/BATCH_RATE_OPTIMIZER_SEED/gan.STEPS, and classifier.STEPS.EPOCHS from that GAN.
# So nothing is trained twice, and what another setting made stays. The settings of all runs are in the stamp.
$(call STAMP,$(OUT)/.options/network,$(NETWORK) $(EMA:%=--ema %) --size $(SIZE) --width $(WIDTH) $(VERSION) $(REORDERED))
part = $(word $1,$(subst _, ,$2))
SETTING = --batch $(call part,1,$1) --learning-rate $(call part,2,$1) --optimizer $(call part,3,$1) --seed $(call part,4,$1)
# A classifier has no latents.
NETWORK_gan = $(NETWORK) $(EMA:%=--ema %)
NETWORK_classifier := $(shell sed -E 's/(^| )(-z *|--latent[= ] *)[^ ]*//g' <<< '$(NETWORK)')
SKTRAIN = sktrain $1 --resume $(NETWORK_$1) --size $(SIZE) --width $(WIDTH) $(call SETTING,$2) --save-every $(SAVE_EVERY) \
    --log $@.log.tsv -o $@
# A checkpoint older than a prerequisite belongs to other data or options; a younger one is gone on from.
DROP_OLD_CHECKPOINT = for p in $^; do [ ! $$p -nt $@.ckpt ] || rm -f $@ $@.ckpt; done

MAIN   := $(BATCH)_$(LEARNING_RATE)_adam_$(SEED)
by_batch     = $(foreach s,$(SEEDS),$1_$(LEARNING_RATE)_adam_$s)
by_rate      = $(foreach s,$(SEEDS),$(BATCH)_$1_adam_$s)
by_optimizer = $(foreach s,$(SEEDS),$(BATCH)_$(if $(filter sgd,$1),$(SGD_RATE),$(LEARNING_RATE))_$1_$s)
SWEEP_batch     := $(SWEEP_BATCH)
SWEEP_rate      := $(SWEEP_RATE)
SWEEP_optimizer := adam sgd
SWEEPS := $(if $(filter-out 0,$(SWEEP_STEPS)),batch rate optimizer)
SWEPT  := $(sort $(foreach t,$(SWEEPS),$(foreach v,$(SWEEP_$t),$(call by_$t,$v))))

# $(call GAN,run,steps,earlier): an earlier stage's checkpoint is gone on from, and so becomes this one's (made young first: were it
# moved first and then killed, it would be older than the earlier model, and dropped).
define GAN
$(OUT)/runs/$1/gan.$2: $(OUT)/.options/network $(AUGMENTED) $(if $3,$(OUT)/runs/$1/gan.$3)
	$$(TOOK)
	$$(DROP_OLD_CHECKPOINT)
	$(if $3,[ -f $$@.ckpt ] || [ ! -f $(OUT)/runs/$1/gan.$3.ckpt ] || { touch $(OUT)/runs/$1/gan.$3.ckpt; mv $(OUT)/runs/$1/gan.$3.ckpt $$@.ckpt; })
	$$(call SKTRAIN,gan,$1) --steps $2 $$(AUGMENTED)
endef
# $(call CLASSIFIER,run,steps,epochs)
define CLASSIFIER
$(OUT)/runs/$1/classifier.$2.$3: $(OUT)/runs/$1/gan.$2 $(OUT)/.options/network $(AUGMENTED) $(VALID)
	$$(TOOK)
	$$(DROP_OLD_CHECKPOINT)
	$$(call SKTRAIN,classifier,$1) --init $(OUT)/runs/$1/gan.$2 --epochs $3 $$(CLASS_STREAMS)
endef
CLASS_STREAMS := $(foreach c,$(CLASSES),--valid $c=$(STREAMS)/valid/$c.ppm) $(foreach c,$(CLASSES),$c=$(OUT)/augmented/$c.ppm)

chain = $(if $2,$(eval $(call GAN,$1,$(firstword $2),$3))$(call chain,$1,$(wordlist 2,99,$2),$(firstword $2)))
stages_of = $(shell printf '%s\n' $(if $(filter $1,$(MAIN)),$(STAGES)) $(if $(filter $1,$(SWEPT)),$(SWEEP_STEPS)) | sort -n -u)
$(foreach r,$(sort $(MAIN) $(SWEPT)),$(call chain,$r,$(call stages_of,$r)))
$(foreach c,$(sort $(MAIN)=$(STEPS)=$(CLASSIFIER_EPOCHS) $(SWEPT:%=%=$(SWEEP_STEPS)=$(SWEEP_EPOCHS))),\
    $(eval $(call CLASSIFIER,$(word 1,$(subst =, ,$c)),$(word 2,$(subst =, ,$c)),$(word 3,$(subst =, ,$c)))))


GAN_MODEL  := $(OUT)/runs/$(MAIN)/gan.$(STEPS)
PRETRAINED := $(OUT)/runs/$(MAIN)/classifier.$(STEPS).$(CLASSIFIER_EPOCHS)
# The same classifier, which has seen no GAN
SCRATCH    := $(OUT)/runs/$(MAIN)/scratch.$(CLASSIFIER_EPOCHS)
$(SCRATCH): $(OUT)/.options/network $(AUGMENTED) $(VALID)
	$(TOOK)
	$(DROP_OLD_CHECKPOINT)
	$(call SKTRAIN,classifier,$(MAIN)) --epochs $(CLASSIFIER_EPOCHS) $(CLASS_STREAMS)

# --- measures ---
ONE_TABLE = awk '!/^(\#|image\t)/ || !seen[$$0]++'
$(OUT)/%.scores.tsv: $(OUT)/% $(TEST)
	$(TOOK)
	for c in $(CLASSES); do skclassify -l $$c $< $(STREAMS)/test/$$c.ppm; done | $(ONE_TABLE) > $@.part
	$(KEEP)
$(OUT)/%.valid.tsv: $(OUT)/% $(VALID)
	$(TOOK)
	for c in $(CLASSES); do skclassify -l $$c $< $(STREAMS)/valid/$$c.ppm; done | $(ONE_TABLE) > $@.part
	$(KEEP)
# Where lesions or patients are known, the intervals are over them.
TEST_GROUPS := $(if $(wildcard $(STREAMS)/test/*.groups),$(OUT)/test.groups)
$(call STAMP,$(OUT)/.options/measures,$(TEST_GROUPS) $(VERSION))
$(OUT)/test.groups: $(CLASSES:%=$(STREAMS)/test/%.groups)
	$(TOOK)
	cat $^ > $@.part
	$(KEEP)
$(OUT)/%.metrics.tsv: $(OUT)/%.scores.tsv $(TEST_GROUPS) $(OUT)/.options/measures
	$(TOOK)
	skmetrics score $(TEST_GROUPS:%=-g %) $< > $@.part
	$(KEEP)
$(OUT)/%.roc.tsv: $(OUT)/%.scores.tsv
	$(TOOK)
	skmetrics roc $< > $@.part
	$(KEEP)
$(OUT)/%.calibration.tsv: $(OUT)/%.scores.tsv
	$(TOOK)
	skmetrics calibration $< > $@.part
	$(KEEP)
$(OUT)/%.operating.tsv: $(OUT)/%.valid.tsv $(OUT)/%.scores.tsv $(TEST_GROUPS) $(OUT)/.options/measures $(PIPELINES)/operating
	$(TOOK)
	$(PIPELINES)/operating $(wordlist 1,2,$^) $(TEST_GROUPS) > $@.part
	$(KEEP)

# What the report shows of the main run carries this stamp: with other settings it is made from other runs.
$(call STAMP,$(OUT)/.options/main,$(GAN_MODEL) $(PRETRAINED) $(SCRATCH) $(STAGES))
$(OUT)/compare.tsv: $(SCRATCH).scores.tsv $(PRETRAINED).scores.tsv $(TEST_GROUPS) $(OUT)/.options/main $(OUT)/.options/measures
	$(TOOK)
	skmetrics compare $(TEST_GROUPS:%=-g %) $(wordlist 1,2,$^) > $@.part
	$(KEEP)
$(call STAMP,$(OUT)/.options/leaks,$(LEAK_IMAGES))
$(OUT)/leak-pairs.tsv: $(TRAIN) $(VALID) $(TEST) $(OUT)/.options/leaks $(PIPELINES)/leaks
	$(TOOK)
	$(PIPELINES)/leaks $(LEAK_IMAGES:%=-n %) $(STREAMS) $(ORIGINALS) $(CLASSES) > $@.part
	$(KEEP)
$(OUT)/leaks.tsv: $(OUT)/leak-pairs.tsv
	$(TOOK)
	awk -v OFS='\t' 'BEGIN { print "images_of", "stand_in", "images", "found", "nearest", "lesions" }
	    $$1 == "#" { splits[++n] = $$2 OFS $$3; images[n] = $$4; next }
	    $$1 == "images_of" { next }
	    { s = $$1 OFS $$3 }
	    $$6 == "lesion" { lesions[s] += !seen[s, $$2]++; next }
	    !found[s]++ || $$5 < nearest[s] { nearest[s] = $$5 }
	    END { for (i = 1; i <= n; i++) { s = splits[i]; print s, images[i], found[s] + 0, found[s] ? nearest[s] : "-", lesions[s] + 0 } }' $< > $@.part
	$(KEEP)

# Distances between features of the classifier from scratch, which no generated image has taught.
$(call STAMP,$(OUT)/.options/generated,$(GENERATED) $(SEED))
$(call STAMP,$(OUT)/.options/extractor,$(SCRATCH))
$(OUT)/%.generated.ppm: $(OUT)/% $(OUT)/.options/generated
	$(TOOK)
	skgen -n $(GENERATED) -s $(SEED) $< > $@.part
	$(KEEP)
define WHOLE # split, its streams
$(OUT)/$1.ppm: $2
	$$(TOOK)
	cat $$^ > $$@.part
	$$(KEEP)
endef
$(eval $(call WHOLE,train,$(TRAIN)))
$(eval $(call WHOLE,valid,$(VALID)))
$(eval $(call WHOLE,test,$(TEST)))
# As many training photographs as there are generated images, where there are so many, drawn at random in the test set's mix of
# classes: what a perfect generator would reach
$(OUT)/sample.ppm: $(TRAIN) $(STREAMS)/counts.tsv $(OUT)/.options/generated $(PIPELINES)/sample
	$(TOOK)
	$(PIPELINES)/sample $(STREAMS) $(GENERATED) $(SEED) $(CLASSES) > $@.part
	$(KEEP)
# These serve more than one table, and users: they stay. Make would delete them as intermediate files, whose patterns .PRECIOUS
# must name letter by letter. (.SECONDARY would keep them too, but would not make again what is missing.)
.PRECIOUS: $(addprefix $(OUT)/,%.scores.tsv %.valid.tsv %.generated.ppm %.features %.inception pictures/step-%.ppm)
$(OUT)/%.features: $(OUT)/%.ppm $(SCRATCH) $(OUT)/.options/extractor
	$(TOOK)
	skclassify --features $@ $(SCRATCH) $< > /dev/null
$(OUT)/%.inception: $(OUT)/%.ppm $(INCEPTION)
	$(TOOK)
	skclassify --features $@ $(INCEPTION) $<
define DISTANCE # features' suffix, table's suffix
$(OUT)/%.$2.tsv: $(OUT)/test.$1 $(OUT)/%.generated.$1
	$$(TOOK)
	skmetrics fid $$^ > $$@.part
	$$(KEEP)
$(OUT)/sample.$2.tsv: $(OUT)/test.$1 $(OUT)/sample.$1
	$$(TOOK)
	skmetrics fid $$^ > $$@.part
	$$(KEEP)
endef
$(eval $(call DISTANCE,features,fid))
$(eval $(call DISTANCE,inception,inception-fid))
$(OUT)/nearest.tsv: $(OUT)/train.features $(GAN_MODEL).generated.features $(OUT)/.options/main
	$(TOOK)
	skmetrics nearest $(wordlist 1,2,$^) > $@.part
	$(KEEP)
# The same for real images that the networks have not seen: what to expect of images that are no copies
$(OUT)/nearest-test.tsv: $(OUT)/train.features $(OUT)/test.features
	$(TOOK)
	skmetrics nearest $^ > $@.part
	$(KEEP)

# --- the sweeps' tables ---
run_files = $(foreach r,$(foreach v,$(SWEEP_$1),$(call by_$1,$v)),$(OUT)/runs/$r/classifier.$(SWEEP_STEPS).$(SWEEP_EPOCHS).metrics.tsv \
    $(OUT)/runs/$r/gan.$(SWEEP_STEPS).fid.tsv)
rows = $(foreach v,$(SWEEP_$1),'$v$(if $(filter sgd,$v), $(SGD_RATE))' '$(call by_$1,$v)')
define SWEEP
$(call STAMP,$(OUT)/.options/sweep-$1,$(foreach v,$(SWEEP_$1),$(call by_$1,$v)) $(SWEEP_STEPS) $(SWEEP_EPOCHS))
$(OUT)/sweep-$1.tsv: $(call run_files,$1) $(OUT)/.options/sweep-$1 $(PIPELINES)/sweep-table
	$$(TOOK)
	$(PIPELINES)/sweep-table $(OUT)/runs $(SWEEP_STEPS) $(SWEEP_EPOCHS) $(call rows,$1) > $$@.part
	$$(KEEP)
endef
$(foreach t,batch rate optimizer,$(eval $(call SWEEP,$t)))

# --- pictures ---
PICTURES := $(addprefix $(OUT)/pictures/,counts.svg filters.jpg gammas.jpg augmented.jpg noise.png first.png losses.svg real.jpg \
    scheme-real.jpg scheme-generated.jpg confusion.svg roc.svg calibration.svg validation.svg $(STAGES:%=step-%.jpg))
%.jpg: %.ppm
	$(TOOK)
	pnmtojpeg -quality=92 -sample=1x1 $< > $@.part
	$(KEEP)
%.png: %.ppm
	$(TOOK)
	pnmtopng -quiet $< > $@.part
	$(KEEP)
TILES = $(PIPELINES)/montage $1 > $@.part
THREE_EACH = $(words $(CLASSES) $(CLASSES) $(CLASSES))
CROP = skcrop -w 120

$(OUT)/pictures/counts.svg: $(STREAMS)/counts.tsv $(PIPELINES)/plots/counts.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/counts.gp $@.part $<
	$(KEEP)
# Figure 8: two images of each class, a row each, and seven augmented copies
$(OUT)/pictures/augmented.ppm: $(TRAIN)
	$(TOOK)
	for f in $^; do $(PIPELINES)/pick $$f first 2; done | skaug -k -n 7 -s $(SEED) | $(call TILES,8)
	$(KEEP)
# Figure 11: one latent vector, -3 to 3 from black to white, 16 values a row; and what becomes of it
$(OUT)/pictures/first.ppm: $(GAN_MODEL) $(OUT)/.options/main
	$(TOOK)
	skgen -n 1 -s $(SEED) --latents-out $(OUT)/pictures/first.latents $< | pamenlarge -scale=4 > $@.part
	$(KEEP)
$(OUT)/pictures/noise.ppm: $(OUT)/pictures/first.ppm
	$(TOOK)
	skinfo -d latents $(OUT)/pictures/first.latents | tr '\t' '\n' |
	    awk '{ v = int(127.5 + 42.5 * $$1); value[NR] = v < 0 ? 0 : v > 255 ? 255 : v }
	        END { w = NR < 16 ? NR : 16; h = int(NR / w); print "P2", w, h, 255; for (i = 1; i <= w * h; i++) print value[i] }' | pamenlarge -scale=16 > $@.part
	$(KEEP)
# Figures 12 to 15: the same latent vectors through the generator of each stage
$(OUT)/pictures/step-%.ppm: $(OUT)/runs/$(MAIN)/gan.% $(OUT)/.options/main
	$(TOOK)
	skgen -n 64 -s $(SEED) $< | $(call TILES,8)
	$(KEEP)
EACH = $$(( $1 / $(words $(CLASSES)) ))
$(OUT)/pictures/real.ppm: $(TRAIN)
	$(TOOK)
	for f in $^; do $(PIPELINES)/pick $$f first $(call EACH,64); done | $(call TILES,8)
	$(KEEP)
# Figure 1's
$(OUT)/pictures/scheme-real.ppm: $(TRAIN)
	$(TOOK)
	for f in $^; do $(PIPELINES)/pick $$f first $(call EACH,4); done | $(call TILES,2)
	$(KEEP)
$(OUT)/pictures/scheme-generated.ppm: $(GAN_MODEL) $(OUT)/.options/main
	$(TOOK)
	skgen -n 4 -s $(SEED) $< | $(call TILES,2)
	$(KEEP)
$(OUT)/pictures/losses.svg: $(GAN_MODEL) $(OUT)/.options/main $(PIPELINES)/plots/losses.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/losses.gp $@.part $<.log.tsv
	$(KEEP)
$(OUT)/pictures/confusion.svg: $(PRETRAINED).metrics.tsv $(OUT)/.options/main $(PIPELINES)/plots/confusion.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/confusion.gp $@.part $< $(CLASSES)
	$(KEEP)
AUC = $$(awk -F '\t' '$$1 == "auc" { printf "%.3f", $$2 }' $1)
$(OUT)/pictures/roc.svg: $(PRETRAINED).roc.tsv $(SCRATCH).roc.tsv $(PRETRAINED).metrics.tsv $(SCRATCH).metrics.tsv \
    $(OUT)/.options/main $(PIPELINES)/plots/roc.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/roc.gp $@.part $(word 1,$^) "from the GAN, AUC $(call AUC,$(word 3,$^))" \
	    $(word 2,$^) "from scratch, AUC $(call AUC,$(word 4,$^))"
	$(KEEP)
$(OUT)/pictures/calibration.svg: $(PRETRAINED).calibration.tsv $(SCRATCH).calibration.tsv $(OUT)/.options/main $(PIPELINES)/plots/calibration.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/calibration.gp $@.part $(word 1,$^) "from the GAN" $(word 2,$^) "from scratch"
	$(KEEP)
$(OUT)/pictures/validation.svg: $(PRETRAINED) $(SCRATCH) $(OUT)/.options/main $(PIPELINES)/plots/validation.gp
	$(TOOK)
	gnuplot -c $(PIPELINES)/plots/validation.gp $@.part $(word 1,$^).log.tsv "from the GAN" $(word 2,$^).log.tsv "from scratch"
	$(KEEP)

include $(PIPELINES)/report.mk
