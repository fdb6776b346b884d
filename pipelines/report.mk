# What the report shows besides the paper's figures, and the report; included by experiment.mk.

PICTURES += $(addprefix $(OUT)/pictures/,pr.svg histogram.svg worst.ppm copies.ppm leaks.ppm)
PLOT = gnuplot -c $(PIPELINES)/plots/$1.gp $@.part

# Rows of Figure 6: as it is, Gaussian, median, bilateral, and as the networks see them
$(call STAMP,$(OUT)/.options/prepared,$(FILTER) $(GAMMA) $(VERSION))
$(OUT)/pictures/filters.ppm: $(STREAMS)/counts.tsv $(OUT)/.options/prepared
	$(TOOK)
	{ $(PHOTOS) | $(CROP); for f in gaussian median bilateral; do $(PHOTOS) | skfilter -m $$f -d 9 | $(CROP); done
	  $(PHOTOS) | skfilter $(FILTER) | skgamma -g $(GAMMA) | $(CROP); } | $(call TILES,$(THREE_EACH))
	$(KEEP)
# Figure 7: gamma 1.0, 1.5 and 2.0, and what is used
GAMMAS := $(shell printf '%s\n' 1.0 1.5 2.0 '$(GAMMA)' | sort -s -g -u)
$(OUT)/pictures/gammas.ppm: $(STREAMS)/counts.tsv $(OUT)/.options/prepared
	$(TOOK)
	for g in $(GAMMAS); do $(PHOTOS) | skfilter $(FILTER) | skgamma -g $$g | $(CROP); done | $(call TILES,$(THREE_EACH))
	$(KEEP)

# --- the classifier ---
$(OUT)/%.pr.tsv: $(OUT)/%.scores.tsv
	$(TOOK)
	skmetrics pr $< > $@.part
	$(KEEP)
AREA = $$(awk -F '\t' '$$1 == "pr_auc" { printf "%.3f", $$2 }' $1)
$(OUT)/pictures/pr.svg: $(PRETRAINED).pr.tsv $(SCRATCH).pr.tsv $(PRETRAINED).metrics.tsv $(SCRATCH).metrics.tsv \
    $(OUT)/.options/main $(PIPELINES)/plots/pr.gp
	$(TOOK)
	$(call PLOT,pr) $(STREAMS)/counts.tsv $(lastword $(CLASSES)) \
	    $(word 1,$^) "from the GAN, area $(call AREA,$(word 3,$^))" $(word 2,$^) "from scratch, area $(call AREA,$(word 4,$^))"
	$(KEEP)
# Images of each class in 20 bins of the score
$(OUT)/histogram.tsv: $(PRETRAINED).scores.tsv $(OUT)/.options/main
	$(TOOK)
	awk -F '\t' -v classes='$(CLASSES)' '/^#/ { next } $$1 == "image" { for (i = 1; i <= NF; i++) if ($$i == "score") column = i; next }
	    { bin = int(20 * $$column); n[bin > 19 ? 19 : bin, $$2]++ }
	    END { k = split(classes, class, " "); printf "score"; for (c = 1; c <= k; c++) printf "\t%s", class[c]; print ""
	          for (b = 0; b < 20; b++) { printf "%.3f", (b + 0.5) / 20; for (c = 1; c <= k; c++) printf "\t%d", n[b, class[c]]; print "" } }' $< > $@.part
	$(KEEP)
$(OUT)/pictures/histogram.svg: $(OUT)/histogram.tsv $(PIPELINES)/plots/histogram.gp
	$(TOOK)
	$(call PLOT,histogram) $< $(CLASSES)
	$(KEEP)
$(OUT)/worst.tsv: $(PRETRAINED).scores.tsv $(OUT)/.options/main $(PIPELINES)/worst
	$(TOOK)
	$(PIPELINES)/worst $(STREAMS) $< 12 > $@.part
	$(KEEP)
$(OUT)/pictures/worst.ppm: $(OUT)/worst.tsv $(TEST)
	$(TOOK)
	grep '^[0-9]' $< | while read -r i c rest; do $(PIPELINES)/pick $(STREAMS)/test/$$c.ppm $$i; done > $@.part
	$(KEEP)

# --- copies and leaks ---
# The eight generated images nearest to training images, and after each that image
$(OUT)/copies.tsv: $(OUT)/nearest.tsv $(STREAMS)/counts.tsv $(PIPELINES)/copies
	$(TOOK)
	$(PIPELINES)/copies $(STREAMS) $< 8 $(CLASSES) > $@.part
	$(KEEP)
$(OUT)/pictures/copies.ppm: $(OUT)/copies.tsv $(OUT)/train.ppm $(GAN_MODEL).generated.ppm
	$(TOOK)
	grep '^[0-9]' $< | while read -r fake train rest; do $(PIPELINES)/pick $(word 3,$^) $$fake; $(PIPELINES)/pick $(word 2,$^) $$train; done > $@.part
	$(KEEP)
$(OUT)/nearest-quantiles.tsv: $(OUT)/nearest.tsv $(OUT)/nearest-test.tsv
	$(TOOK)
	{ printf 'images\tsmallest\tone_in_20\tmedian\n'
	  for f in 'generated	$(word 1,$^)' 'real test images	$(word 2,$^)'; do
	      grep '^[0-9]' "$${f#*	}" | cut -f 3 | sort -g | awk -v OFS='\t' -v images="$${f%	*}" '{ x[NR] = $$1 }
	          END { print images, x[1], x[int(0.05 * (NR - 1)) + 1], x[int(0.5 * (NR - 1)) + 1] }'
	  done; } > $@.part
	$(KEEP)
# The eight nearest pairs of different splits, copies first, one image of each after the other
$(OUT)/leak-shown.tsv: $(OUT)/leak-pairs.tsv
	$(TOOK)
	{ grep '^images_of' $<; sed '/^#/d; /^images_of/d' $< | sort -s -t '	' -k 6,6 -k 5,5g | sed -n 1,8p; } > $@.part
	$(KEEP)
$(OUT)/pictures/leaks.ppm: $(OUT)/leak-shown.tsv $(OUT)/test.ppm $(OUT)/train.ppm $(OUT)/valid.ppm
	$(TOOK)
	sed 1d $< | while read -r a i b j rest; do $(PIPELINES)/pick $(OUT)/$$a.ppm $$i; $(PIPELINES)/pick $(OUT)/$$b.ppm $$j; done > $@.part
	$(KEEP)

# --- the report ---
$(OUT)/sha256.tsv: $(TRAIN) $(VALID) $(TEST) $(GAN_MODEL) $(PRETRAINED) $(SCRATCH) $(OUT)/.options/main
	$(TOOK)
	sha256sum $(filter-out $(OUT)/.options/%,$^) | awk -v OFS='\t' '{ print substr($$2, length("$(OUT)/") + 1), $$1 }' > $@.part
	$(KEEP)
REPORTED := $(foreach m,$(PRETRAINED) $(SCRATCH),$(addprefix $m.,metrics.tsv operating.tsv)) \
    $(addprefix $(OUT)/,compare.tsv leaks.tsv leak-shown.tsv copies.tsv nearest.tsv nearest-quantiles.tsv worst.tsv sha256.tsv) \
    $(foreach f,fid $(if $(INCEPTION),inception-fid),$(STAGES:%=$(OUT)/runs/$(MAIN)/gan.%.$f.tsv) $(OUT)/sample.$f.tsv) $(SWEEPS:%=$(OUT)/sweep-%.tsv)
$(call STAMP,$(OUT)/.options/report,$(KIND) $(SWEEPS) $(SWEEP_STEPS) $(SWEEP_EPOCHS) $(SEEDS) $(INCEPTION) $(LEAK_IMAGES))
$(OUT)/report.html: $(PICTURES) $(REPORTED) $(STREAMS)/preparation.tsv $(OUT)/.options/report $(wildcard $(PIPELINES)/report/*)
	$(TOOK)
	KIND='$(KIND)' RUN=runs/$(MAIN) STAGES='$(STAGES)' EPOCHS=$(CLASSIFIER_EPOCHS) SWEEPS='$(SWEEPS)' SWEEP_STEPS=$(SWEEP_STEPS) \
	    SWEEP_EPOCHS=$(SWEEP_EPOCHS) SEEDS='$(SEEDS)' COPIES=$(COPIES) AUGMENT_SEED=$(AUGMENT_SEED) INCEPTION='$(INCEPTION)' \
	    LEAK_IMAGES=$(LEAK_IMAGES) GAMMAS='$(GAMMAS)' $(PIPELINES)/report/page $(OUT) > $@.part
	$(KEEP)
