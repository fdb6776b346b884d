# sktools: GNU Make builds everything; `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=

# One object folder a flavour, so that objects of different flags never mix.
FLAVOR ?= release
BUILD  := build/$(FLAVOR)
ifeq ($(FLAVOR),release)
BIN := bin
else
BIN := $(BUILD)/bin
endif

CC       ?= cc
OPTIMIZE := -O3 -g
SANITIZE :=
ifeq ($(FLAVOR),asan)
OPTIMIZE := -O1 -g -fno-omit-frame-pointer
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
ifeq ($(FLAVOR),valgrind)
OPTIMIZE := -O1 -g
endif
ifeq ($(FLAVOR),tsan) # clang's, whose OpenMP tells the sanitizer what waits for what
OPTIMIZE := -O1 -g -fno-omit-frame-pointer
SANITIZE := -fsanitize=thread
endif
ifeq ($(FLAVOR),fuzz) # clang's
OPTIMIZE := -O1 -g -fno-omit-frame-pointer
SANITIZE := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
endif
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-psabi -Wvla
# -ffp-contract=off: a fused multiply-add is written, never chosen by the compiler,
# so that results do not depend on the compiler's mood.
# The two -fno-* let loops with sqrtf and conditions vectorise and change no result.
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE $(OPTIMIZE) -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp $(WARNINGS) $(SANITIZE) -Ilib $(CFLAGS)
LDFLAGS_ALL = -fopenmp $(SANITIZE) -Wl,--as-needed $(LDFLAGS)
# With --as-needed a tool links what it calls: skgamma starts without OpenBLAS.
LDLIBS_ALL = -lnetpbm -lopenblas -lcjson -lz -lm

TOOLS    := $(patsubst src/%.c,%,$(wildcard src/*.c))
LIB_SRC  := $(wildcard lib/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIBSK    := $(BUILD)/libsk.a
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

.PHONY: all
all: $(TOOLS:%=$(BIN)/%)

# The command line is a prerequisite: objects of other flags are rebuilt.
FLAGS_STAMP := $(BUILD)/flags.stamp
FLAGS_LINE  := $(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(VERSION)
$(shell mkdir -p $(BUILD); [ "$$(cat $(FLAGS_STAMP) 2>/dev/null)" = '$(FLAGS_LINE)' ] || echo '$(FLAGS_LINE)' > $(FLAGS_STAMP))

$(BUILD)/lib/base/version.o: CPPFLAGS += -DSK_VERSION='"$(VERSION)"' -DSK_CFLAGS='"$(CFLAGS_ALL)"'

$(BUILD)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(LIBSK): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

# A tool of several commands has them in a folder of its name.
COMMANDS_OF = $(patsubst %.c,$(BUILD)/%.o,$(wildcard src/$1/*.c))
$(foreach tool,$(TOOLS),$(eval $(BIN)/$(tool): $(call COMMANDS_OF,$(tool))))

$(BIN)/%: $(BUILD)/src/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(LIBSK) $(LDLIBS_ALL)

$(BUILD)/tests/unit/%.o: CPPFLAGS += -DSK_FIXTURES='"$(CURDIR)/tests/fixtures"'
$(BUILD)/unit/test_networks: $(BUILD)/tests/unit/naive_dcgan.o

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(filter %.o,$(wordlist 2,99,$^)) $(LIBSK) -lcmocka $(LDLIBS_ALL)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(LIBSK) $(LDLIBS_ALL)

-include $(LIB_OBJ:.o=.d) $(wildcard $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)
.SECONDARY:

# --- tests ---------------------------------------------------------------

# SK_BIN: the binaries under test; SK_UNIT: the unit test programs.
# T: run only these, e.g. make check T='tests/skgamma.t'
T ?= $(sort $(wildcard tests/*.t)) $(sort $(UNITS))
PROVE := prove --exec tests/run-test -j2 --timer

.PHONY: check check-asan check-tsan check-valgrind
check: all $(UNITS)
	SK_BIN=$(CURDIR)/$(BIN) SK_FLAVOR=$(FLAVOR) $(PROVE) $(T)

check-asan:
	$(MAKE) FLAVOR=asan check

check-tsan:
	@echo 'int main(void) { return 0; }' | clang -xc - -fopenmp -fsanitize=thread -o /dev/null 2> /dev/null || \
	    { echo 'check-tsan: skipped: no clang with its OpenMP and sanitizers'; exit 0; }; \
	TSAN_OPTIONS='ignore_noninstrumented_modules=1' $(MAKE) FLAVOR=tsan CC=clang check

check-valgrind:
	@command -v valgrind > /dev/null || { echo 'check-valgrind: skipped: no valgrind'; exit 0; }; \
	    SK_WRAP='valgrind -q --error-exitcode=99' $(MAKE) FLAVOR=valgrind check

.PHONY: clean
clean:
	rm -rf bin build

include $(wildcard pipelines/targets.mk tests/bench/targets.mk tests/fuzz/targets.mk)
