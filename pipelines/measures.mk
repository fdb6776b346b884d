# What is measured on the test images.

# --- classifiers: scores, and what follows from them ---
ONE_TABLE = awk '!/^(\#|image\t)/ || !seen[$$0]++'
%.scores.tsv: % $(TEST) .tools/skclassify
	for c in $(CLASSES); do skclassify -l $$c $< data/test/$$c.ppm; done | $(ONE_TABLE)
%.valid.tsv: % $(VALID) .tools/skclassify
	for c in $(CLASSES); do skclassify -l $$c $< data/valid/$$c.ppm; done | $(ONE_TABLE)
# Where lesions or patients are known, the intervals are over them.
TEST_GROUPS := $(if $(wildcard data/test/*.groups),test.groups)
WITH_GROUPS := $(TEST_GROUPS) .options/measures .tools/skmetrics
$(call STAMP,.options/measures,$(TEST_GROUPS))
test.groups: $(CLASSES:%=data/test/%.groups)
	cat $^
%.metrics.tsv: %.scores.tsv $(WITH_GROUPS)
	skmetrics score $(TEST_GROUPS:%=-g %) $<
%.roc.tsv: %.scores.tsv .tools/skmetrics
	skmetrics roc $<
%.pr.tsv: %.scores.tsv .tools/skmetrics
	skmetrics pr $<
%.calibration.tsv: %.scores.tsv .tools/skmetrics
	skmetrics calibration $<
%.operating.tsv: %.valid.tsv %.scores.tsv $(WITH_GROUPS) .tools/operating
	.pipelines/operating $(wordlist 1,2,$^) $(TEST_GROUPS)
compare.tsv: $(SCRATCH).scores.tsv $(PRETRAINED).scores.tsv $(WITH_GROUPS) .options/main
	skmetrics compare $(TEST_GROUPS:%=-g %) $(wordlist 1,2,$^)

# --- images that stand in two splits ---
$(call STAMP,.options/leaks,$(LEAK_IMAGES))
leak-pairs.tsv: $(TRAIN) $(VALID) $(TEST) .options/leaks .tools/leaks .tools/skmetrics
	.pipelines/leaks $(LEAK_IMAGES:%=-n %) data $(ORIGINALS) $(CLASSES)
leaks.tsv: leak-pairs.tsv
	awk -v OFS='\t' 'BEGIN { print "images_of", "stand_in", "images", "found", "nearest", "lesions" }
	    $$1 == "#" { splits[++n] = $$2 OFS $$3; images[n] = $$4; next }
	    $$1 == "images_of" { next }
	    { s = $$1 OFS $$3 }
	    $$6 == "lesion" { lesions[s] += !seen[s, $$2]++; next }
	    !found[s]++ || $$5 < nearest[s] { nearest[s] = $$5 }
	    END { for (i = 1; i <= n; i++) { s = splits[i]; print s, images[i], found[s] + 0, found[s] ? nearest[s] : "-", lesions[s] + 0 } }' $<

# --- generators: distances between features of the classifier from scratch, which no generated image has taught ---
$(call STAMP,.options/generated,$(GENERATED) $(SEED))
$(call STAMP,.options/extractor,$(SCRATCH))
%.generated.ppm: % .options/generated .tools/skgen
	skgen -n $(GENERATED) -s $(SEED) $<
train.ppm: $(TRAIN)
	cat $^
valid.ppm: $(VALID)
	cat $^
test.ppm: $(TEST)
	cat $^
# As many training photographs as there are generated images, where there are so many, drawn at random in the test set's mix of
# classes: what a perfect generator would reach
sample.ppm: $(TRAIN) data/counts.tsv .options/generated .tools/sample .tools/pick
	.pipelines/sample data $(GENERATED) $(SEED) $(CLASSES)
# These serve more than one table, and users: they stay. Make would delete them as intermediate files, whose patterns .PRECIOUS
# must name letter by letter. (.SECONDARY would keep them too, but would not make again what is missing.)
.PRECIOUS: %.scores.tsv %.valid.tsv %.generated.ppm %.features %.inception pictures/step-%.ppm
%.features: %.ppm $(SCRATCH) .options/extractor .tools/skclassify
	skclassify --features $@ $(SCRATCH) $< > /dev/null
export INCEPTION_FILE := $(call absolute,$(INCEPTION))
EMPTY :=
%.inception: %.ppm $(subst $(EMPTY) ,\ ,$(INCEPTION_FILE)) .tools/skclassify
	skclassify --features $@ "$$INCEPTION_FILE" $< > /dev/null
%.fid.tsv: test.features %.generated.features .tools/skmetrics
	skmetrics fid $(wordlist 1,2,$^)
sample.fid.tsv: test.features sample.features .tools/skmetrics
	skmetrics fid $(wordlist 1,2,$^)
%.inception-fid.tsv: test.inception %.generated.inception .tools/skmetrics
	skmetrics fid $(wordlist 1,2,$^)
sample.inception-fid.tsv: test.inception sample.inception .tools/skmetrics
	skmetrics fid $(wordlist 1,2,$^)
nearest.tsv: train.features $(GAN_MODEL).generated.features .options/main .tools/skmetrics
	skmetrics nearest $(wordlist 1,2,$^)
# The same for real images that the networks have not seen: what to expect of images that are no copies
nearest-test.tsv: train.features test.features .tools/skmetrics
	skmetrics nearest $(wordlist 1,2,$^)
