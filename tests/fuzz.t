#!/bin/bash
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# Replays the corpora of the fuzzers, without libFuzzer; `make fuzz` looks for more.
programs=$ROOT/build/${SK_FLAVOR:-release}/fuzz
for corpus in "$TESTS"/fuzz/corpus/*; do
    target=${corpus##*/}
    ok "$target" "$programs/replay_$target" "$corpus"/*
done
done_testing
