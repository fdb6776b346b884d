# Measurements. OPENBLAS_CORETYPE is left as the caller has it: the tables print the kernel.

.PHONY: bench-layers
bench-layers: $(BUILD)/bench/bench_layers
	$<

# TSV of the speeds that matter, about a minute.
.PHONY: bench
bench: all $(BUILD)/bench/bench
	@$(BUILD)/bench/bench $(BIN)
