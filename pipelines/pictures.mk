# The report's pictures.

PICTURES := $(addprefix pictures/,counts.svg filters.jpg gammas.jpg augmented.jpg noise.png first.png losses.svg real.jpg \
    scheme-real.jpg scheme-generated.jpg confusion.svg roc.svg calibration.svg validation.svg \
    pr.svg histogram.svg worst.ppm copies.ppm leaks.ppm $(STAGES:%=step-%.jpg))
MONTAGE = .pipelines/montage
PICK = .pipelines/pick
THREE_EACH = $(words $(CLASSES) $(CLASSES) $(CLASSES))
CROP = skcrop -w 120
%.jpg: %.ppm
	pnmtojpeg -quality=92 -sample=1x1 $<
%.png: %.ppm
	pnmtopng -quiet $<

# --- of images ---
FILTERS := $(PREPARERS) $(addprefix .tools/,$(if $(filter phantoms,$(KIND)),skphantom,decode) montage)
$(call STAMP,.options/prepared,$(FILTER) $(GAMMA))
# Rows of Figure 6: as it is, Gaussian, median, bilateral, and as the networks see them
pictures/filters.ppm: data/counts.tsv .options/prepared $(FILTERS)
	{ $(PHOTOS) | $(CROP); for f in gaussian median bilateral; do $(PHOTOS) | skfilter -m $$f -d 9 | $(CROP); done
	  $(PHOTOS) | skfilter $(FILTER) | skgamma -g $(GAMMA) | $(CROP); } | $(MONTAGE) $(THREE_EACH)
# Figure 7: gamma 1.0, 1.5 and 2.0, and what is used
GAMMAS := $(shell printf '%s\n' 1.0 1.5 2.0 '$(GAMMA)' | sort -s -g -u)
pictures/gammas.ppm: data/counts.tsv .options/prepared $(FILTERS)
	for g in $(GAMMAS); do $(PHOTOS) | skfilter $(FILTER) | skgamma -g $$g | $(CROP); done | $(MONTAGE) $(THREE_EACH)
# Figure 8: two images of each class, a row each, and seven augmented copies
pictures/augmented.ppm: $(TRAIN) .tools/skaug .tools/pick .tools/montage
	for c in $(CLASSES); do $(PICK) data/train/$$c.ppm first 2; done | skaug -k -n 7 -s $(SEED) | $(MONTAGE) 8
# Figure 11: one latent vector, -3 to 3 from black to white, 16 values a row; and what becomes of it
pictures/first.latents: $(GAN_MODEL) .options/main .tools/skgen
	skgen -n 1 -s $(SEED) --latents-out $@ $< > /dev/null
pictures/first.ppm: $(GAN_MODEL) pictures/first.latents .tools/skgen
	skgen --latents $(word 2,$^) $< | pamenlarge -scale=4
pictures/noise.ppm: pictures/first.latents
	skinfo -d latents $< | tr '\t' '\n' |
	    awk '{ v = int(127.5 + 42.5 * $$1); value[NR] = v < 0 ? 0 : v > 255 ? 255 : v }
	        END { w = NR < 16 ? NR : 16; h = int(NR / w); print "P2", w, h, 255; for (i = 1; i <= w * h; i++) print value[i] }' |
	    pamenlarge -scale=16
# Figures 12 to 15: the same latent vectors through the generator of each stage
pictures/step-%.ppm: runs/$(MAIN)/gan.% .options/main .tools/skgen .tools/montage
	skgen -n 64 -s $(SEED) $< | $(MONTAGE) 8
EACH = $$(( $1 / $(words $(CLASSES)) ))
pictures/real.ppm: $(TRAIN) .tools/pick .tools/montage
	for c in $(CLASSES); do $(PICK) data/train/$$c.ppm first $(call EACH,64); done | $(MONTAGE) 8
# Figure 1's
pictures/scheme-real.ppm: $(TRAIN) .tools/pick .tools/montage
	for c in $(CLASSES); do $(PICK) data/train/$$c.ppm first $(call EACH,4); done | $(MONTAGE) 2
pictures/scheme-generated.ppm: $(GAN_MODEL) .options/main .tools/skgen .tools/montage
	skgen -n 4 -s $(SEED) $< | $(MONTAGE) 2
# What stands in worst.tsv, copies.tsv and leak-shown.tsv (report.mk), in that order
pictures/worst.ppm: worst.tsv $(TEST) .tools/pick
	grep '^[0-9]' $< | while read -r i c rest; do $(PICK) data/test/$$c.ppm $$i; done
pictures/copies.ppm: copies.tsv train.ppm $(GAN_MODEL).generated.ppm .tools/pick
	grep '^[0-9]' $< | while read -r fake train rest; do $(PICK) $(GAN_MODEL).generated.ppm $$fake; $(PICK) train.ppm $$train; done
pictures/leaks.ppm: leak-shown.tsv test.ppm train.ppm valid.ppm .tools/pick
	sed 1d $< | while read -r a i b j rest; do $(PICK) $$a.ppm $$i; $(PICK) $$b.ppm $$j; done

# --- of numbers ---
PLOT = gnuplot -c .pipelines/plots/$1.gp /dev/stdout
pictures/counts.svg: data/counts.tsv .pipelines/plots/counts.gp
	$(call PLOT,counts) $<
pictures/losses.svg: $(GAN_MODEL).log.tsv .options/main .pipelines/plots/losses.gp
	$(call PLOT,losses) $<
pictures/confusion.svg: $(PRETRAINED).metrics.tsv .options/main .pipelines/plots/confusion.gp
	$(call PLOT,confusion) $< $(CLASSES)
AUC = $$(awk -F '\t' '$$1 == "auc" { printf "%.3f", $$2 }' $1.metrics.tsv)
pictures/roc.svg: $(foreach m,$(PRETRAINED) $(SCRATCH),$m.roc.tsv $m.metrics.tsv) .options/main .pipelines/plots/roc.gp
	$(call PLOT,roc) $(PRETRAINED).roc.tsv "from the GAN, AUC $(call AUC,$(PRETRAINED))" \
	    $(SCRATCH).roc.tsv "from scratch, AUC $(call AUC,$(SCRATCH))"
AREA = $$(awk -F '\t' '$$1 == "pr_auc" { printf "%.3f", $$2 }' $1.metrics.tsv)
pictures/pr.svg: $(foreach m,$(PRETRAINED) $(SCRATCH),$m.pr.tsv $m.metrics.tsv) data/counts.tsv .options/main .pipelines/plots/pr.gp
	$(call PLOT,pr) data/counts.tsv $(lastword $(CLASSES)) \
	    $(PRETRAINED).pr.tsv "from the GAN, area $(call AREA,$(PRETRAINED))" $(SCRATCH).pr.tsv "from scratch, area $(call AREA,$(SCRATCH))"
pictures/histogram.svg: histogram.tsv .pipelines/plots/histogram.gp
	$(call PLOT,histogram) $< $(CLASSES)
pictures/calibration.svg: $(PRETRAINED).calibration.tsv $(SCRATCH).calibration.tsv .options/main .pipelines/plots/calibration.gp
	$(call PLOT,calibration) $< "from the GAN" $(word 2,$^) "from scratch"
pictures/validation.svg: $(PRETRAINED).log.tsv $(SCRATCH).log.tsv .options/main .pipelines/plots/validation.gp
	$(call PLOT,validation) $< "from the GAN" $(word 2,$^) "from scratch"
