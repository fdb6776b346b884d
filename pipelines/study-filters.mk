# study-filters: photographs as they are, through the bilateral filter, brightened by gamma, and both, which is what data/ holds.

PREPARED = $(foreach d,train valid test,$(CLASSES:%=prepared/$1/$d/%.ppm))
$(call PREPARED,raw): prepared/raw/%.ppm: data/%.ppm .options/filters .tools/skcrop
	$(call UNPREPARED,$*) | skcrop -w $(SIZE)
$(call PREPARED,filtered): prepared/filtered/%.ppm: data/%.ppm .options/filters .tools/skfilter .tools/skcrop
	$(call UNPREPARED,$*) | skfilter $(FILTER) | skcrop -w $(SIZE)
$(call PREPARED,gamma): prepared/gamma/%.ppm: data/%.ppm .options/filters .tools/skgamma .tools/skcrop
	$(call UNPREPARED,$*) | skgamma -g $(GAMMA) | skcrop -w $(SIZE)
$(call STAMP,.options/filters,$(PREPARE))

# $(call PREPARED_BY,raw|filtered|gamma)
define PREPARED_BY
$(call SEEDED,$1): studies/%/$1: $(call LEARNT_FROM,prepared/$1) $(OF_STUDY)
	$$(call LEARN,$$@,$$*,$$(ON_THE_FLY),prepared/$1/valid,prepared/$1/train)
$(call SCORED_ON,$1,prepared/$1/test)
endef
$(foreach p,raw filtered gamma,$(eval $(call PREPARED_BY,$p)))

$(call STAMP,.options/study-filters,$(SEEDS))
study-filters.tsv: $(call SCORES,raw filtered gamma scratch) $(WITH_GROUPS) .options/study-filters .tools/study-table
	$(call STUDY_TABLE,$(TEST_GROUPS)) 'raw=raw' 'filter=filtered=raw' 'gamma=gamma=raw' 'filter and gamma=scratch=raw'
