# What the report shows besides the paper's figures, and the report: one page with all pictures and tables, see report/page.

# --- the classifier ---
# Images of each class in 20 bins of the score
histogram.tsv: $(PRETRAINED).scores.tsv .options/main
	awk -F '\t' -v classes='$(CLASSES)' '/^#/ { next } $$1 == "image" { for (i = 1; i <= NF; i++) if ($$i == "score") column = i; next }
	    { bin = int(20 * $$column); n[bin > 19 ? 19 : bin, $$2]++ }
	    END { k = split(classes, class, " "); printf "score"; for (c = 1; c <= k; c++) printf "\t%s", class[c]; print ""
	          for (b = 0; b < 20; b++) { printf "%.3f", (b + 0.5) / 20; for (c = 1; c <= k; c++) printf "\t%d", n[b, class[c]]; print "" } }' $<
worst.tsv: $(PRETRAINED).scores.tsv .options/main .tools/worst
	.pipelines/worst data $< 12

# --- copies and leaks ---
# The eight generated images nearest to training images, and after each that image
copies.tsv: nearest.tsv data/counts.tsv .tools/copies
	.pipelines/copies data $< 8 $(CLASSES)
nearest-quantiles.tsv: nearest.tsv nearest-test.tsv
	printf 'images\tsmallest\tone_in_20\tmedian\n'
	for f in 'generated	$(word 1,$^)' 'real test images	$(word 2,$^)'; do
	    grep '^[0-9]' "$${f#*	}" | cut -f 3 | sort -g | awk -v OFS='\t' -v images="$${f%	*}" '{ x[NR] = $$1 }
	        END { print images, x[1], x[int(0.05 * (NR - 1)) + 1], x[int(0.5 * (NR - 1)) + 1] }'
	done
# The eight nearest pairs of different splits, copies first
leak-shown.tsv: leak-pairs.tsv
	grep '^images_of' $<
	sed '/^#/d; /^images_of/d' $< | sort -s -t '	' -k 6,6 -k 5,5g | sed -n 1,8p

# --- the report ---
sha256.tsv: $(TRAIN) $(VALID) $(TEST) $(GAN_MODEL) $(PRETRAINED) $(SCRATCH) .options/main
	sha256sum $(filter-out .options/%,$^) | awk -v OFS='\t' '{ print $$2, $$1 }'
REPORTED := $(foreach m,$(PRETRAINED) $(SCRATCH),$(addprefix $m.,metrics.tsv operating.tsv)) \
    compare.tsv leaks.tsv leak-shown.tsv copies.tsv nearest.tsv nearest-quantiles.tsv worst.tsv sha256.tsv \
    $(foreach f,fid $(if $(INCEPTION),inception-fid),$(STAGES:%=runs/$(MAIN)/gan.%.$f.tsv) sample.$f.tsv) $(SWEEPS:%=sweep-%.tsv)
$(call STAMP,.options/report,$(KIND) $(SWEEPS) $(SWEEP_STEPS) $(SWEEP_EPOCHS) $(SEEDS) $(INCEPTION) $(LEAK_IMAGES))
report.html: $(PICTURES) $(REPORTED) data/preparation.tsv .options/report $(wildcard .pipelines/report/*)
	KIND='$(KIND)' RUN=runs/$(MAIN) STAGES='$(STAGES)' EPOCHS=$(CLASSIFIER_EPOCHS) SWEEPS='$(SWEEPS)' SWEEP_STEPS=$(SWEEP_STEPS) \
	    SWEEP_EPOCHS=$(SWEEP_EPOCHS) SEEDS='$(SEEDS)' COPIES=$(COPIES) AUGMENT_SEED=$(AUGMENT_SEED) INCEPTION=$(call quoted,$(INCEPTION)) \
	    LEAK_IMAGES=$(LEAK_IMAGES) GAMMAS='$(GAMMAS)' .pipelines/report/page "$$PWD"
