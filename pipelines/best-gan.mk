# best-gan: a ladder from the paper's GAN to sktrain's --preset best, all rungs trained for equal times on this machine: each part alone
# for PART_MINUTES and the first seed, then both ends for MINUTES and all SEEDS. A GAN is gans/MINUTES/SEED/NAME, of as many steps as
# gans/MINUTES/NAME.steps says, which is measured once. Some alone: make best-gan PARTS='averages augment' ENDS=

# Options by name: what is added to the paper's, what is taken from the best, and the best by other means
GAN_paper        := --preset paper
GAN_averages     := --preset paper --ema 2.5%
GAN_augment      := --preset paper --ema 2.5% --augment flip,turn,translate,cutout,colour
GAN_hinge        := --preset paper --ema 2.5% --loss hinge --spectral-norm
GAN_relativistic := --preset paper --ema 2.5% --loss relativistic --penalty 100 --beta1 0
GAN_dcgan        := --preset best --arch dcgan
GAN_best         := --preset best
GAN_plain        := --preset best --augment none
GAN_constant     := --preset best --schedule constant
GAN_steep        := --preset best --penalty 0
GAN_unclipped    := --preset best --clip 0
GAN_nearest      := --preset best --upsampling nearest
GAN_wide         := --preset best --width 24
GAN_NAMES := paper averages augment hinge relativistic dcgan best plain constant steep unclipped nearest wide
# Those that learn from copies made beforehand, as the paper's does; and those of classes, which they draw to order: it knows none.
COPYING     := paper averages hinge relativistic
CONDITIONAL := dcgan best plain constant steep unclipped nearest wide

PARTS        ?= $(GAN_NAMES)
ENDS         ?= paper best
MINUTES      ?= 40
PART_MINUTES ?= 10
# Further options of all of them
GAN_OPTIONS  ?=
VARIABLES += PARTS ENDS MINUTES PART_MINUTES GAN_OPTIONS
$(if $(filter-out $(GAN_NAMES),$(PARTS) $(ENDS)),$(error PARTS, ENDS: $(filter-out $(GAN_NAMES),$(PARTS) $(ENDS)) is none of $(GAN_NAMES)))

GOALS += best-gan
.PHONY: best-gan
best-gan: best-gan.html best-gan.tsv
	awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%-*s", (i == 1 ? 13 : 10), NR > 1 && $$i ~ /\./ ? sprintf("%.3g", $$i) : $$i; print "" }' best-gan.tsv
	echo "see $$WHERE/best-gan.html"

# $(call GAN_ROWS): MINUTES/SEED/NAME of what is wanted
GAN_ROWS := $(sort $(PARTS:%=$(PART_MINUTES)/$(firstword $(SEEDS))/%) $(foreach s,$(SEEDS),$(ENDS:%=$(MINUTES)/$s/%)))
$(call STAMP,.options/gans,$(SIZE) $(GAN_OPTIONS))
GAN_IMAGES = $(if $(filter $1,$(COPYING)),$(AUGMENTED),$(TRAIN))
GAN_STREAMS = $(if $(filter $1,$(CONDITIONAL)),$(call AS_CLASSES,data/train),$(call GAN_IMAGES,$1))
$(foreach n,$(sort $(PARTS) $(ENDS)),$(call STAMP,.options/gan-$n,$(GAN_$n)))
# $(call LADDER_GAN,minutes,name)
define LADDER_GAN
gans/$1/$2.steps: .options/gans .options/gan-$2 $(call GAN_IMAGES,$2) .tools/pace
	.pipelines/pace $1 sktrain gan -q $(GAN_$2) --size $(SIZE) $(GAN_OPTIONS) $(call GAN_STREAMS,$2)
$(foreach s,$(SEEDS),gans/$1/$s/$2): gans/$1/%/$2: gans/$1/$2.steps .options/gans .options/gan-$2 $(call GAN_IMAGES,$2) .tools/sktrain
	.pipelines/train $$@ $$^ -- sktrain gan --resume $(GAN_$2) --size $(SIZE) $(GAN_OPTIONS) --seed $$* --steps $$$$(cat $$<) \
	    --save-every $(SAVE_EVERY) --log $$@.training.tsv -o $$@ $(call GAN_STREAMS,$2)
endef
$(foreach n,$(sort $(PARTS) $(ENDS)),$(foreach m,$(sort $(if $(filter $n,$(PARTS)),$(PART_MINUTES)) $(if $(filter $n,$(ENDS)),$(MINUTES))),\
    $(eval $(call LADDER_GAN,$m,$n))))

# --- what is measured, on test images: by Inception's features where there are its weights, else by those of the classifier from scratch ---
BY := $(if $(INCEPTION),inception,features)
$(call STAMP,.options/by,$(BY))
%.prdc.tsv: test.$(BY) %.generated.$(BY) .options/by .tools/skmetrics
	skmetrics fid -q --prdc $(wordlist 1,2,$^)
sample.prdc.tsv: test.$(BY) sample.$(BY) .options/by .tools/skmetrics
	skmetrics fid -q --prdc $(wordlist 1,2,$^)
%.nyquist.tsv: %.generated.ppm .tools/skmetrics
	skmetrics nyquist $<
sample.nyquist.tsv: sample.ppm .tools/skmetrics
	skmetrics nyquist $<
# In pixels: the nearest training image of each generated one, and each one's nearest other
%.nearest.tsv: train.ppm %.generated.ppm .tools/skmetrics
	skmetrics nearest $(wordlist 1,2,$^)
%.repeats.tsv: %.generated.ppm .tools/skmetrics
	skmetrics nearest $<
test.nearest.tsv: train.ppm test.ppm .tools/skmetrics
	skmetrics nearest $(wordlist 1,2,$^)
test.repeats.tsv: test.ppm .tools/skmetrics
	skmetrics nearest $<

# --- of those of classes: whether a classifier of real images tells them, and what one that has seen them alone tells of real ones ---
# $(call GAN_CLASSES,minutes/seed/name)
define GAN_CLASSES
$(CLASSES:%=gans/$1.drawn/%.ppm): gans/$1.drawn/%.ppm: gans/$1 data/counts.tsv .tools/skgen
	images=$$$$(awk -F '\t' '$$$$1 == "train" && $$$$2 == "$$*" { print $$$$3 }' data/counts.tsv)
	skgen -s 2 -c $$* -n $$$$images $$<
gans/$1.told.tsv: $(SCRATCH) $(CLASSES:%=gans/$1.drawn/%.ppm) .tools/skclassify .tools/skmetrics
	$$(call SCORE,$$<,gans/$1.drawn) | skmetrics score -q -r 100
gans/$1.pupil: $(CLASSES:%=gans/$1.drawn/%.ppm) $(VALID) $(OF_STUDY)
	$$(call LEARN,$$@,1,$$(ON_THE_FLY),data/valid,gans/$1.drawn)
gans/$1.pupil.tsv: gans/$1.pupil $(TEST) .tools/skclassify .tools/skmetrics
	$$(call SCORE,$$<,data/test) | skmetrics score -q
endef
# A pupil takes as long as a part: at full length alone.
IN_CLASSES = $(if $(word 2,$(CLASSES)),$(if $(filter $(CONDITIONAL),$(notdir $1)),gans/$1.told.tsv \
    $(if $(filter $(MINUTES)/%,$1),gans/$1.pupil.tsv)))
$(foreach r,$(GAN_ROWS),$(if $(call IN_CLASSES,$r),$(eval $(call GAN_CLASSES,$r))))

# --- a row each, and the table: also of what was made before, by other settings of PARTS and ENDS ---
define GAN_ROW
gans/$1.row.tsv: $(addprefix gans/$1.,prdc.tsv nyquist.tsv nearest.tsv repeats.tsv) $(call IN_CLASSES,$1) .tools/gan-row
	.pipelines/gan-row gans/$1 $(subst /, ,$1) "$$$$(cat gans/$(firstword $(subst /, ,$1))/$(notdir $1).steps)"
endef
$(foreach r,$(GAN_ROWS),$(eval $(call GAN_ROW,$r)))
photographs.row.tsv: sample.prdc.tsv sample.nyquist.tsv test.nearest.tsv test.repeats.tsv .tools/gan-row
	.pipelines/gan-row photographs - - photographs - sample.prdc.tsv sample.nyquist.tsv test.nearest.tsv test.repeats.tsv
ROW_FILES := $(sort $(GAN_ROWS:%=gans/%.row.tsv) $(wildcard gans/*/*/*.row.tsv))
$(call STAMP,.options/best-gan,$(ROW_FILES))
best-gan.tsv: photographs.row.tsv $(ROW_FILES) .options/best-gan
	head -n 1 $<
	for row in $(filter %.tsv,$^); do sed 1d "$$row"; done

# --- pictures: of each 64, and beside its nearest training images the generated ones that are nearest to any ---
gans/%.grid.ppm: gans/%.generated.ppm .tools/pick .tools/montage
	$(PICK) $< first 64 | $(MONTAGE) 8
gans/%.pairs.ppm: gans/%.nearest.tsv gans/%.generated.ppm train.ppm .tools/pick .tools/montage
	grep '^[0-9]' $< | sort -s -t "$$(printf '\t')" -k 3,3g | head -n 8 | while read -r fake train rest; do
	    $(PICK) gans/$*.generated.ppm $$fake; $(PICK) train.ppm $$train; done | $(MONTAGE) 4
.PRECIOUS: gans/%.grid.jpg gans/%.pairs.jpg
GRIDS := $(GAN_ROWS:%=gans/%.grid.jpg) $(GAN_ROWS:%=gans/%.pairs.jpg)
$(call STAMP,.options/ladder,$(GAN_ROWS) $(MINUTES) $(PART_MINUTES) $(GAN_OPTIONS) $(KIND))
best-gan.html: best-gan.tsv $(GRIDS) pictures/real.jpg .options/ladder .tools/ladder-page
	.pipelines/ladder-page best-gan.tsv '$(GAN_NAMES)' '$(PART_MINUTES)' '$(MINUTES)' '$(KIND)'
