# The root Makefile's targets that compose the tools; the work is done by the Makefiles and scripts beside this one.

# What a step of an experiment on photographs runs takes all processors, so steps are made in turn, unless make -j asks for another
# number, or a cluster has more.
SERIAL = $(if $(CLUSTER),,$(if $(filter -j$(JOBS),$(MAKEFLAGS)),SERIAL=yes))

PACKAGES := gcc libc6-dev make netpbm libnetpbm-dev|libnetpbm11-dev|libnetpbm10-dev libopenblas-dev libcjson-dev libcsv-dev zlib1g-dev \
            gnuplot-nox|gnuplot-qt|gnuplot-x11 perl time libcmocka-dev mandoc
LINT_PACKAGES := clang libomp-dev clang-tidy cppcheck shellcheck mandoc
CHECKERS := clang libclang-rt-dev|libclang-rt-14-dev libomp-dev valgrind

.PHONY: deps deps-lint deps-checkers
deps:
	@pipelines/debian-packages $(PACKAGES:%='%')

deps-lint:
	@pipelines/debian-packages $(LINT_PACKAGES:%='%')

deps-checkers:
	@pipelines/debian-packages $(CHECKERS:%='%')

# Paths reach the recipes by the environment: no quote in them is the shell's.
PIPELINE = MAKE='$(MAKE)' BIN=$(BIN) pipelines/steps
.PHONY: data
data: export OUT := $(OUT)
data: all
	@$(if $(and $(DATA),$(OUT)),,echo 'usage: make data DATA=folder OUT=folder [SIZE=64] [SPLIT=none] [CLASSES=two|dx]' >&2; exit 2)
	+@$(PIPELINE) data.mk lists streams

# What another clinic costs: a classifier's figures for photographs of any layout beside its own.
external: export DATA := $(DATA)
external: export MODEL := $(MODEL)
external: export OWN := $(OWN)
external: export OUT := $(OUT)
external: export CLASSES := $(CLASSES)
external: export FILTER := $(FILTER)
external: export GAMMA := $(GAMMA)
.PHONY: external
external: all
	@$(if $(and $(MODEL),$(DATA)),,echo 'usage: make external MODEL=classifier DATA=folder' \
	    '[OUT=build/external] [OWN=metrics.tsv] [CLASSES=two|dx]' >&2; exit 2)
	@PATH=$(if $(filter /%,$(BIN)),,"$$PWD"/)$(BIN):"$$PATH" BIN=$(BIN) pipelines/external

# Of an experiment: `report`, a sweep's table, a study's, or that of the best networks
EXPERIMENTS := paper sweep-batch sweep-rate sweep-optimizer study-init study-filters study-augmentation study-synthetic study-recipe study-width study-resolution best-gan best-classifier
.PHONY: demo paper sweep-batch sweep-rate sweep-optimizer study-init study-filters study-augmentation study-synthetic best-gan env
.PHONY: study-recipe study-width study-resolution best-classifier
demo: export OUT := $(or $(OUT),build/demo)
demo: all
	+@$(PIPELINE) demo.mk first demo

$(EXPERIMENTS) env: export OUT := $(or $(OUT),$(PAPER_OUT),build/paper)
paper: EXPERIMENT := report
sweep-% study-% best-%: EXPERIMENT = $@
best-classifier: EXPERIMENT = lists-of-all labels-of-all $@
$(EXPERIMENTS): all
	@$(if $(DATA),,echo 'usage: make $@ DATA=folder [NAME=value...]; see make help, make env' >&2; exit 2)
	+@$(PIPELINE) paper.mk lists $(EXPERIMENT) $(SERIAL)

env: all
	+@$(PIPELINE) paper.mk env

MANS = $(patsubst man/%,%,$(wildcard man/man[157]/*))
SHARED = $(shell find pipelines -type f ! -name sktools)
PROGRAMS = $(TOOLS) sktools
INSTALLED = $(PROGRAMS:%=bin/%) $(PROGRAMS:%=share/bash-completion/completions/%) $(PROGRAMS:%=share/zsh/site-functions/_%) \
    $(MANS:%=share/man/%)
at = $(call quoted,$(DESTDIR)$(PREFIX)/$1)

.PHONY: install uninstall
install: all
	pipelines/folders make $(call quoted,$(DESTDIR)) $(call at,share/sktools) \
	    $(foreach f,$(sort $(dir $(INSTALLED) $(SHARED:%=share/sktools/%))),$(call at,$(f:%/=%)))
	install -m 755 $(TOOLS:%=$(BIN)/%) pipelines/sktools $(call at,bin)
	@for f in $(MANS); do install -m 644 man/$$f $(call at,share/man)/$$f; done
	@for f in $(SHARED); do install -m $$([ -x $$f ] && echo 755 || echo 644) $$f $(call at,share/sktools)/$$f; done
	@for program in $(TOOLS:%=$(BIN)/%) pipelines/sktools; do \
	    t=$${program##*/}; \
	    table=$$($$program --help-options 2> /dev/null) || { echo "make install: $$t does not run here: no completions of it"; continue; }; \
	    src/completions -v tool=$$t -v shell=bash <<< "$$table" | install -m 644 /dev/stdin $(call at,share/bash-completion/completions)/$$t; \
	    src/completions -v tool=$$t -v shell=zsh <<< "$$table" | install -m 644 /dev/stdin $(call at,share/zsh/site-functions)/_$$t; \
	done

uninstall:
	@rm -f $(foreach f,$(INSTALLED),$(call at,$f))
	pipelines/folders remove $(call quoted,$(DESTDIR)) $(call at,share/sktools)

# --- lint: each check where its program is installed ---
SCRIPTS = $(shell grep -lE '^\#!.*(sh|bash)$$' pipelines/* pipelines/report/* tests/* .ci/* 2>/dev/null) $(wildcard tests/*.t)
SOURCES = $(LIB_SRC) $(wildcard src/*.c src/*/*.c tests/unit/*.c tests/bench/*.c tests/fuzz/*.c)
HAVE = command -v $(1) > /dev/null || { echo "lint: no $(1): skipped (make deps-lint)"; exit 0; }; echo "lint: $(1)";
SYNTAX = -fsyntax-only -Werror $(filter-out -Wno-psabi,$(CFLAGS_ALL)) $(CPPFLAGS) -DSK_VERSION='""' -DSK_CFLAGS='""' -DSK_FIXTURES='""'
# What bugprone- calls a bug and is none here; what cppcheck takes for one: a struct sk_error is written before it is read.
TIDY := -*,bugprone-*,cert-err34-c,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions
TIDY := $(TIDY),-bugprone-implicit-widening-of-multiplication-result,-bugprone-reserved-identifier,-bugprone-sizeof-expression,-bugprone-incorrect-roundings
CPPCHECK_NOT := missingIncludeSystem ctuuninitvar funcArgOrderDifferent

.PHONY: lint lint-floors lint-man lint-shell lint-gcc lint-clang lint-tidy lint-cppcheck
lint: lint-floors lint-man lint-shell lint-gcc lint-clang lint-tidy lint-cppcheck
lint-floors:
	@echo 'lint: includes go down'; tests/check-floors
lint-man:
	@$(call HAVE,mandoc) mandoc -T lint -W warning man/man[157]/*
lint-shell:
	@$(call HAVE,shellcheck) shellcheck -x -S warning -s bash -P tests $(SCRIPTS)
lint-gcc:
	@$(call HAVE,gcc) printf '%s\0' $(SOURCES) | xargs -0 -n 1 -P $(JOBS) gcc $(SYNTAX) -Wno-psabi
lint-clang:
	@$(call HAVE,clang) printf '%s\0' $(SOURCES) | xargs -0 -n 1 -P $(JOBS) clang $(SYNTAX) -Wno-psabi
lint-tidy:
	@$(call HAVE,clang-tidy) printf '%s\0' $(LIB_SRC) $(wildcard src/*.c src/*/*.c) | xargs -0 -n 4 -P $(JOBS) \
	    sh -c 'clang-tidy --quiet --checks="$(TIDY)" --warnings-as-errors="*" "$$@" -- \
	        -std=c11 -D_GNU_SOURCE -Ilib -DSK_VERSION=\"\" -DSK_CFLAGS=\"\" 2> /dev/null' clang-tidy
lint-cppcheck:
	@$(call HAVE,cppcheck) cppcheck -j $(JOBS) --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
	    $(CPPCHECK_NOT:%=--suppress=%) --inline-suppr -D_GNU_SOURCE -Ilib lib src

.PHONY: help
help:
	@cat pipelines/help
	@for out in build/demo $(or $(PAPER_OUT),build/paper); do pipelines/costs $$out total; done | sed '1s/^/\nLast time, all steps one after another:\n/'
