# Measurements. OPENBLAS_CORETYPE is left as the caller has it: the tables print the kernel.

.PHONY: bench-layers
bench-layers: $(BUILD)/bench/bench_layers
	$<
