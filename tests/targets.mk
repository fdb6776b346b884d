# For who works on the code: what clangd and other tools read, and which lines of the library the tests run.

# The commands by which make would compile each file. (A make of its own, which make -n does not run.)
COMPILING = MAKEFLAGS= $(firstword $(MAKE)) --no-print-directory -n -B FLAVOR=$(FLAVOR) $(SOURCES:%.c=$(BUILD)/%.o)
compile_commands.json: FORCE
	@$(COMPILING) | tests/compile-commands > $@

# All tests, or T, with counters in the code: those of an earlier run do not count.
.PHONY: coverage
coverage:
	@find build/coverage -name '*.gcda' -delete 2> /dev/null || :
	$(MAKE) FLAVOR=coverage check || failed=1; tests/covered build/coverage; exit $$failed

.PHONY: lint-text
lint: lint-text
lint-text:
	@echo 'lint: files are as .editorconfig has them'; tests/check-text
