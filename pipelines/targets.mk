# The root Makefile's targets that compose the tools; the work is done by the Makefiles and scripts beside this one.

# With `make -j deps demo` the packages still come first.
ifneq ($(filter deps deps-lint,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

PACKAGES := gcc libc6-dev make netpbm libnetpbm-dev|libnetpbm11-dev|libnetpbm10-dev libopenblas-dev libcjson-dev zlib1g-dev \
            gnuplot-nox|gnuplot-qt|gnuplot-x11 perl libcmocka-dev mandoc
LINT_PACKAGES := clang clang-tidy cppcheck shellcheck mandoc valgrind

.PHONY: deps deps-lint
deps:
	@pipelines/debian-packages $(PACKAGES:%='%')

deps-lint:
	@pipelines/debian-packages $(LINT_PACKAGES:%='%')

# Processes at a time in pipelines; the tools' own threads are SK_THREADS.
JOBS ?= $(shell nproc)

.PHONY: data
data: all
	@$(if $(and $(DATA),$(OUT)),,echo 'usage: make data DATA=folder OUT=folder [SIZE=64] [SPLIT=none]' >&2; exit 2)
	@$(if $(word 2,$(OUT)),echo 'make data: OUT=$(OUT): a path with spaces is no target for make' >&2; exit 2)
	@DATA='$(DATA)'; pipelines/split "$$DATA" $(OUT) $(SPLIT)
	@$(MAKE) --no-print-directory -j$(JOBS) -f pipelines/data.mk BIN=$(BIN) streams
