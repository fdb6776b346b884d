# Measurements. The peak is of the kernel that the tools take; OPENBLAS_CORETYPE, where the caller has set it, is followed, and said.

# Threads that spin while they wait take from each other, as in the tools, which start themselves anew for it.
bench bench-layers: export OMP_WAIT_POLICY ?= passive
bench bench-layers: export GOMP_SPINCOUNT ?= 3000

.PHONY: bench-layers
bench-layers: $(BUILD)/bench/bench_layers
	$<

# TSV of the speeds that matter, about a minute.
.PHONY: bench
bench: all $(BUILD)/bench/bench
	@$(BUILD)/bench/bench $(BIN)

# The same step by PyTorch, where Debian's python3-torch is installed; some minutes.
.PHONY: bench-peer
bench-peer: $(BUILD)/bench/bench_step
	@if [ -x /usr/bin/python3 ]; then /usr/bin/python3 tests/bench/peer_torch.py $<; else echo '# skipped: no Python'; fi

# Losses of training by fast convolutions beside those by im2col, and beside other seeds; some minutes.
.PHONY: bench-kernels
bench-kernels: $(BUILD)/bench/bench_kernels
	$<

# The filters beside OpenCV's, where Debian's python3-opencv is installed; PHOTOS: image files to run on.
.PHONY: bench-opencv
bench-opencv: all
	@if [ -x /usr/bin/python3 ]; then /usr/bin/python3 tests/bench/peer_opencv.py $(BIN) $(PHOTOS); else echo '# skipped: no Python'; fi

# Photographs decoded, filtered, brightened and cropped, beside jpegtopnm alone; DATA: a folder of JPEGs.
.PHONY: bench-ingest
bench-ingest: all
	@SK_BIN=$(BIN) tests/bench/ingest "$$DATA"

# A GAN's step on two ranks beside two threads, where there is an mpicc; some minutes.
.PHONY: bench-ranks
bench-ranks: all $(if $(shell command -v $(MPICC)),$(BUILD)/mpi/sktrain)
	@if [ -x $(BUILD)/mpi/sktrain ]; then SK_BIN=$(BIN) tests/bench/ranks $(BUILD)/mpi/sktrain; else echo '# skipped: no $(MPICC)'; fi

# A long stream through a pipe of four tools; IMAGES: how many, a million (some minutes) unless told.
.PHONY: bench-archive
bench-archive: all
	@SK_BIN=$(BIN) tests/bench/archive $(IMAGES)
