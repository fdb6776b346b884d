# study-init: from scratch against from the GAN, which has seen all training images without their labels, at some shares of the
# labels.

SHARES := 5 10 25 50 100
# $(call LABELLED,seed,percent): that share of each class, whole lesions or patients; a smaller share is part of a larger one. It is
# gone through more often, so that all classifiers see as many images.
define LABELLED
$(CLASSES:%=studies/$1/labels.$2/%.ppm): studies/$1/labels.$2/%.ppm: data/train/%.ppm .tools/deal
	.pipelines/deal $1 share $2 $$<
studies/$1/scratch.$2: $(CLASSES:%=studies/$1/labels.$2/%.ppm) $(VALID) $(OF_STUDY)
	$$(call LEARN,$$@,$1,$$(ON_THE_FLY),data/valid,studies/$1/labels.$2)
studies/$1/pretrained.$2: $(call GAN_OF,$1) $(CLASSES:%=studies/$1/labels.$2/%.ppm) $(VALID) $(OF_STUDY)
	$$(call LEARN,$$@,$1,$$(ON_THE_FLY) --init $$<,data/valid,studies/$1/labels.$2)
endef
$(foreach s,$(SEEDS),$(foreach p,$(SHARES),$(eval $(call LABELLED,$s,$p))))

# All labels without a GAN are what every study has.
SCRATCH_OF = scratch$(patsubst %,.%,$(filter-out 100,$1))
INIT_ROWS := $(foreach p,$(SHARES),'from scratch, $p %=$(call SCRATCH_OF,$p)' \
    'from the GAN, $p %=pretrained.$p=$(call SCRATCH_OF,$p)')
$(call STAMP,.options/study-init,$(INIT_ROWS) $(SEEDS))
study-init.tsv: $(call SCORES,$(foreach p,$(SHARES),$(call SCRATCH_OF,$p) pretrained.$p)) $(WITH_GROUPS) \
    .options/study-init .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) $(INIT_ROWS)
