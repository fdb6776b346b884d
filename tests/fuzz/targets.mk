# Fuzzing. `make fuzz` needs clang and its runtime; `make check` replays tests/fuzz/corpus with any compiler.

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TOOLS := $(TOOLS:%=$(BUILD)/fuzz/tools/%.o) $(foreach tool,$(TOOLS),$(call COMMANDS_OF,$(tool)))
REPLAYS := $(FUZZERS:%=$(BUILD)/fuzz/replay_%)

$(BUILD)/fuzz/tools/%.o: src/%.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CPPFLAGS) -Dmain=$*_main -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/replay_options $(BUILD)/fuzz/fuzz_options: $(FUZZ_TOOLS)
$(BUILD)/fuzz/replay_options $(BUILD)/fuzz/fuzz_options: LDFLAGS += -Wl,--wrap=fopen,--wrap=open,--wrap=fclose,--wrap=sk_tool_binary_stdout

$(BUILD)/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBSK)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(LIBSK) $(LDLIBS_ALL)

$(BUILD)/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBSK)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(LIBSK) $(LDLIBS_ALL)

-include $(wildcard $(BUILD)/fuzz/tools/*.d)

check: $(if $(filter-out $(UNITS),$(T)),$(REPLAYS))

# FUZZ: which targets; RUNS: executions of each. What it learns stays in build/fuzz/learnt.
# Inputs have at most 4096 bytes. Raw, that is 32768 samples (bits); deflate makes at most 1032 bytes of one, so as gzip it is
# 33.8 million of 2 bytes, 65 MB, and the array's last doubling at most that again: nothing may ask for more than 140 MB at once.
FUZZ ?= $(FUZZERS)
RUNS ?= 1000000
FUZZ_LIMITS := -max_len=4096 -malloc_limit_mb=140 -rss_limit_mb=1024 -timeout=10
.PHONY: fuzz
fuzz:
	@echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' | \
	    clang -xc - -fsanitize=fuzzer,address,undefined -o /dev/null 2> /dev/null || \
	    { echo 'fuzz: skipped: no clang with its runtime (make deps-checkers)'; exit 0; }; \
	$(MAKE) --no-print-directory FLAVOR=fuzz CC=clang $(FUZZ:%=build/fuzz/fuzz/fuzz_%) && \
	for target in $(FUZZ); do \
	    mkdir -p build/fuzz/learnt/$$target; \
	    build/fuzz/fuzz/fuzz_$$target $(FUZZ_LIMITS) -runs=$(RUNS) -print_final_stats=1 -artifact_prefix=build/fuzz/ \
	        $$([ $$target != options ] || echo -close_fd_mask=3 -dict=tests/fuzz/options.dict) \
	        $$([ $$target != pnm ] || echo -dict=tests/fuzz/pnm.dict) \
	        build/fuzz/learnt/$$target tests/fuzz/corpus/$$target; \
	done
