# sktools: GNU Make builds everything; `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
include pipelines/variables.mk

# Processes at a time: all processors build. A -j of the user goes before this one, and what the environment or the make above says
# is left alone (while this is read, only the shell sees it).
ifndef JOBS
JOBS := $(shell pipelines/cores)
endif
ifeq ($(filter -j% --jobserver%,$(shell printf %s "$$MAKEFLAGS")),)
MAKEFLAGS += -j$(JOBS)
endif

ifneq ($(and $(word 2,$(MAKECMDGOALS)),$(filter-out bin/% build/%,$(MAKECMDGOALS))),)
include pipelines/goals.mk
else

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
ifeq ($(FLAVOR),coverage) # threads count together
OPTIMIZE := -O1 -g
SANITIZE := --coverage -fprofile-update=atomic
endif
ifeq ($(FLAVOR),fuzz) # clang's
OPTIMIZE := -O1 -g -fno-omit-frame-pointer
SANITIZE := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
endif
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-psabi -Wvla
# -ffp-contract=off: a fused multiply-add is written, never chosen by the compiler,
# so that results do not depend on the compiler's mood.
# The two -fno-* let loops with sqrtf and conditions vectorise and change no result.
CFLAGS_OURS = -std=c11 -D_GNU_SOURCE $(OPTIMIZE) -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp $(WARNINGS) $(SANITIZE) -Ilib
CFLAGS_ALL = $(CFLAGS_OURS) $(CFLAGS)
LDFLAGS_ALL = -fopenmp $(SANITIZE) -Wl,--as-needed $(LDFLAGS)
# With --as-needed a tool links what it calls: skgamma starts without OpenBLAS.
LDLIBS_ALL = -lnetpbm -lopenblas -lcjson -lcsv -lz -ldl -lm

TOOLS    := $(patsubst src/%.c,%,$(wildcard src/*.c))
LIB_SRC  := $(wildcard lib/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIBSK    := $(BUILD)/libsk.a
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

# Recipes are as quiet as make -s, unless V=1: of what is built, the first three files have a line, and each tenth.
ifeq ($(V),)
Q := @
OPTION_LETTERS = $(filter-out --%,$(firstword -$(MAKEFLAGS)))
BUILT :=
said = $(if $(or $(findstring n,$(OPTION_LETTERS)),$(findstring s,$(OPTION_LETTERS))),,$(eval BUILT += x)$(call counted,$1,$(words $(BUILT))))
counted = $(if $(or $(filter 1 2 3,$2),$(filter %0,$2)),$(info build: $1$(if $(filter 1 2 3,$2),, ($2 files so far))))
endif

.PHONY: all
all: $(TOOLS:%=$(BIN)/%)

# The command line is a prerequisite: objects of other flags are rebuilt. `make install` takes what has been built, whichever
# compiler built it: root's environment is another one, and is not to build anything.
FLAGS_STAMP := $(BUILD)/flags.ours $(BUILD)/flags.users
$(BUILD)/flags.ours:  FLAGS := $(strip $(CFLAGS_OURS) $(VERSION))
$(BUILD)/flags.users: FLAGS := $(strip $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS))
ifneq ($(file <$(BUILD)/flags.ours),$(strip $(CFLAGS_OURS) $(VERSION)))
$(BUILD)/flags.ours: FORCE
endif
$(BUILD)/flags.mpi: FLAGS := $(MPI)
ifneq ($(MAKECMDGOALS),install)
ifneq ($(file <$(BUILD)/flags.mpi),$(MPI))
$(BUILD)/flags.mpi: FORCE
endif
ifneq ($(file <$(BUILD)/flags.users),$(strip $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)))
$(BUILD)/flags.users: FORCE
endif
endif
quoted = '$(subst ','\'',$1)'
c_string = $(call quoted,"$(subst ",\",$(subst \,\\,$1))")
$(FLAGS_STAMP) $(BUILD)/flags.mpi:
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(FLAGS)) > $@
.PHONY: FORCE
FORCE:

$(BUILD)/lib/base/version.o: CPPFLAGS += -DSK_VERSION='"$(VERSION)"' -DSK_CFLAGS=$(call c_string,$(CFLAGS_ALL))

$(BUILD)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(Q)$(call said,$<)$(CC) $(CFLAGS_ALL) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(LIBSK): $(LIB_OBJ)
	@rm -f $@
	$(Q)$(call said,$@)ar rcs $@ $^

# A tool of several commands has them in a folder of its name.
COMMANDS_OF = $(patsubst %.c,$(BUILD)/%.o,$(wildcard src/$1/*.c))
$(foreach tool,$(TOOLS),$(eval $(BIN)/$(tool): $(call COMMANDS_OF,$(tool))))

$(BIN)/%: $(BUILD)/src/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(Q)$(call said,$@)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(LIBSK) $(LDLIBS_ALL)

# MPI=1: sktrain's batches are shared over the ranks that mpirun starts. No other tool is linked with it; the library has the object
# that knows no ranks, before which this one comes.
MPI   ?=
MPICC ?= mpicc
MPI_COMPILER = env OMPI_CC=$(call quoted,$(CC)) MPICH_CC=$(call quoted,$(CC)) $(MPICC)
$(BUILD)/mpi/ranks_mpi.o: lib/base/ranks_mpi.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(Q)$(call said,$<)$(MPI_COMPILER) $(CFLAGS_ALL) $(CPPFLAGS) -DSK_MPI -MMD -MP -c -o $@ $<

$(BUILD)/mpi/sktrain: $(BUILD)/src/sktrain.o $(BUILD)/mpi/ranks_mpi.o $(LIBSK)
	$(Q)$(call said,$@)$(MPI_COMPILER) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(LIBSK) $(LDLIBS_ALL)

$(BIN)/sktrain: $(BUILD)/flags.mpi
ifneq ($(MPI),)
$(BIN)/sktrain: $(BUILD)/mpi/sktrain
	@mkdir -p $(@D)
	$(Q)rm -f $@; cp $< $@
endif

$(BUILD)/tests/unit/%.o: CPPFLAGS += -DSK_FIXTURES=$(call c_string,$(CURDIR)/tests/fixtures)
$(BUILD)/unit/test_networks: $(BUILD)/tests/unit/naive_dcgan.o

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(Q)$(call said,$@)$(CC) $(LDFLAGS_ALL) -o $@ $< $(filter %.o,$(wordlist 2,99,$^)) $(LIBSK) -lcmocka $(LDLIBS_ALL)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIBSK)
	@mkdir -p $(@D)
	$(Q)$(call said,$@)$(CC) $(LDFLAGS_ALL) -o $@ $< $(LIBSK) $(LDLIBS_ALL)

-include $(LIB_OBJ:.o=.d) $(wildcard $(BUILD)/mpi/*.d $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)
.SECONDARY:

# --- tests ---------------------------------------------------------------

# SK_BIN: the binaries under test.
# T: run only these, e.g. make check T='tests/skgamma.t', make check-asan T='$(UNITS)'; unit tests alone need no tools
T ?= $(sort $(wildcard tests/*.t)) $(sort $(UNITS))
# What a failed assertion has to say is shown; in parallel, prove does so in the manner of files alone.
PROVE := prove --exec tests/run-test -j2 --timer --formatter TAP::Formatter::File --failures --comments

.PHONY: check check-asan check-tsan check-valgrind
check: $(if $(filter-out $(UNITS),$(T)),all $(UNITS),$(T)) $(if $(filter tests/mpi.t,$(T)),$(if $(shell command -v $(MPICC)),$(BUILD)/mpi/sktrain))
	SK_BIN=$(call quoted,$(CURDIR)/$(BIN)) SK_FLAVOR=$(FLAVOR) $(PROVE) $(T)

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
	rm -rf bin build compile_commands.json

include $(wildcard pipelines/targets.mk tests/targets.mk tests/bench/targets.mk tests/fuzz/targets.mk)

endif # one goal
