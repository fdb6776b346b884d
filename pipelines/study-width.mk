# study-width: learning curves of --preset best over the network's width. Over images there is study-init.

# $(call WIDE,width)
define WIDE
$(call SEEDED,width.$1): studies/%/width.$1: $(call LEARNT_FROM,data) $(OF_BEST)
	$$(call LEARN_BEST,$$@,$$*,--width $1,$$(SIZE),data)
$(call SCORED_ON,width.$1,data/test)
endef
$(foreach w,$(STUDY_WIDTHS),$(eval $(call WIDE,$w)))

$(call STAMP,.options/study-width,$(SEEDS))
study-width.tsv: $(call SCORES,$(STUDY_WIDTHS:%=width.%)) $(WITH_GROUPS) .options/study-width .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) $(foreach w,$(STUDY_WIDTHS),'width $w=width.$w$(if $(filter $w,$(firstword $(STUDY_WIDTHS))),,=width.$(firstword $(STUDY_WIDTHS)))')
