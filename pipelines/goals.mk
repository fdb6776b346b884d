# Several goals that are no files, as in `make deps demo` or `make clean all`: one after another, also with -j, each by a make of its
# own, which sees what the one before has installed, made or removed.
.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)
$(sort $(MAKECMDGOALS)):
	+@$(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST)) $@
