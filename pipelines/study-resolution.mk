# study-resolution: --preset best on the same photographs, unfiltered, at some sizes; so many steps of as many images each.

# $(call SIDED,pixels)
define SIDED
$(foreach d,train valid test,$(CLASSES:%=prepared/side.$1/$d/%.ppm)): prepared/side.$1/%.ppm: data/%.ppm .options/sides .tools/skcrop
	$$(call UNPREPARED,$$*) | skcrop -w $1
$(call SEEDED,side.$1): studies/%/side.$1: $(call LEARNT_FROM,prepared/side.$1) $(OF_BEST)
	$$(call LEARN_BEST,$$@,$$*,,$1,prepared/side.$1)
$(call SCORED_ON,side.$1,prepared/side.$1/test)
endef
$(foreach s,$(STUDY_SIDES),$(eval $(call SIDED,$s)))
$(call STAMP,.options/sides,$(STUDY_SIDES))

$(call STAMP,.options/study-resolution,$(SEEDS))
study-resolution.tsv: $(call SCORES,$(STUDY_SIDES:%=side.%)) $(WITH_GROUPS) .options/study-resolution .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) $(foreach s,$(STUDY_SIDES),'$s pixels=side.$s$(if $(filter $s,$(firstword $(STUDY_SIDES))),,=side.$(firstword $(STUDY_SIDES)))')
