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

SHARDS ?= 1
ifneq ($(SHARDS),1)
# Each in so many pieces, steps of their own, which stay until the stream is whole: a filtered stream is that of its pieces.
NUMBERS := $(if $(filter 1,$(words $(SHARDS))),$(shell seq 1000))
$(if $(filter $(SHARDS),$(NUMBERS)),,$(error SHARDS=$(SHARDS): not from 1 to 1000))
SHARD_NUMBERS := $(wordlist 1,$(SHARDS),$(NUMBERS))
# The k-th has the lines from n (k - 1) / SHARDS on. What .state has of its photographs is its stamp, a word k:checksum: one that is
# mended makes its own piece again. The stamp is as old as .state: another number of pieces makes nothing again.
SUM_SHARDS = awk -v of=$(SHARDS) 'NR == FNR { n++; next } \
    { while (FNR > int(n * k / of)) { if (k) close(sum); k++; sum = "echo " k ":$$(cksum | tr \" \" -)" } print | sum }'
state_of = $D.state/$(subst /,.,$(1:$D%=%))
shard_stamp = $D.options/$(subst /,.,$(1:$D%=%)).$2-of-$(SHARDS)
# $(call SHARD,stream without .ppm,k)
define SHARD
$(call shard_stamp,$1,$2): $(if $(call differ,$(file <$(call shard_stamp,$1,$2)),$(filter $2:%,$(SUMS))),FORCE)
	echo '$(filter $2:%,$(SUMS))'; touch -r $(call state_of,$1) $$@.part
$1.shard-$2-of-$(SHARDS).ppm: $(call shard_stamp,$1,$2) $D.options/streams .tools/decode $(PREPARERS)
	names() { awk -v k=$2 -v of=$(SHARDS) 'NR == FNR { n++; next } FNR > int(n * (k - 1) / of) && FNR <= int(n * k / of)' $1.names $1.names; }
	names | .pipelines/decode "$$$$DATA" | skdata --check <(names) | $$(PREPARE)
endef
SHARDS_OF = $(foreach k,$(SHARD_NUMBERS),$1.shard-$k-of-$(SHARDS).ppm)
SUMS := # of the stream at hand
define SHARDED
$(eval SUMS := $(shell $(SUM_SHARDS) $(call state_of,$1) $(call state_of,$1)))
$(foreach k,$(SHARD_NUMBERS),$(eval $(call SHARD,$1,$k)))
$1.ppm: $(call SHARDS_OF,$1)
	cat $$^
	rm -f $1.shard-*.ppm
.SECONDARY: $(call SHARDS_OF,$1)
endef
$(foreach s,$(STREAMED:.ppm=),$(eval $(call SHARDED,$s)))
else
.SECONDEXPANSION:
$(STREAMED): %.ppm: $D.state/$$(subst /,.,$$(subst $D,,$$*)) $D.options/streams .tools/decode $(PREPARERS)
	.pipelines/decode "$$DATA" < $*.names | skdata --check $*.names | $(PREPARE)
endif
