# Photographs into streams, in the folder $D: skdata writes the lists and this turns them into streams, decoded, filtered, brightened,
# cropped. The goal `lists` comes first, in a make of its own: which streams there are is known when the lists are there.
STREAMED := $(patsubst %.names,%.ppm,$(wildcard $(addsuffix /*.names,$(addprefix $D,train valid test))))

.PHONY: lists streams
lists:
	skdata $(call quoting,--classes,$(DIAGNOSES)) $(call quoting,--split,$(SPLIT)) -- "$$DATA" $(or $D,.)
quoting = $(if $2,$1 $(call quoted,$2))
streams: $(STREAMED) $Dpreparation.tsv
	[ ! -e $Dcounts.tsv ] || awk -F '\t' '{ printf "%-8s%-24s%8s%8s\n", $$1, $$2, $$3, $$4 }' $Dcounts.tsv

$(call STAMP,$D.options/streams,$(PREPARE))
$Dpreparation.tsv: $D.options/streams
	$(PREPARATION)
.SECONDEXPANSION:
$(STREAMED): %.ppm: $D.state/$$(subst /,.,$$(subst $D,,$$*)) $D.options/streams .tools/decode $(PREPARERS)
	.pipelines/decode "$$DATA" < $*.names | skdata --check $*.names | $(PREPARE)
