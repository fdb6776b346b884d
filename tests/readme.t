# README.md: its commands run as they stand, in order, in a fresh checkout that has been built. What takes hours is made small by make's
# own variables in the environment, and what would be installed is by an apt-get that installs nothing.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "README" "it is about the released tools"; done_testing; }
command -v gnuplot >"$out" || { skip "README" "no gnuplot"; done_testing; }
unset MFLAGS MAKELEVEL SK_THREADS

mkdir -p clone/build/release home path
(cd "$ROOT" && cp -rp *.md Makefile pipelines lib src man tests bin "$scratch/clone/" &&
    cd build/release && cp -rp --parents flags.* libsk.a lib src unit tests/unit "$scratch/clone/build/release/")
for program in apt-get sudo; do printf '#!/bin/sh\nexit 0\n' >path/$program; done
chmod +x path/*
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "# wanted '$2', got '$3'"
}

export HOME=$scratch/home PATH=$scratch/path:${PATH#"$SK_BIN:"}
small=(T=build/release/unit/test_roc TRAIN_COUNT=10 VALID_COUNT=4 TEST_COUNT=8 WIDTH=2 GENERATED=16 BATCH=4 STEPS=4
    CLASSIFIER_EPOCHS=1 SWEEP_STEPS=1 SWEEP_EPOCHS=1 SWEEP_BATCH=4 SWEEP_RATE=1e-3 LEAK_IMAGES=2
    BEST_SIZE=32 'BEST_OPTIONS=--width\ 2\ -e\ 1\ -b\ 8')
export MAKEFLAGS=" -- ${small[*]}"
cd clone || exit 1

sed -n 's/^    //p' README.md | sed ':more; /\\$/ { N; s/\\\n *//; b more }' >../commands
while IFS= read -r command; do
    ok "${command%% #*}" eval "set -o pipefail; $command"
done <../commands
ok "all of them were there" test "$tap_count" -ge 15
cd "$scratch/clone" || exit 1
for made in build/demo/report.html streams/train/benign.ppm generated.ppm malignant.tsv build/paper/report.html build/paper/sweep-rate.tsv \
    build/external/external.tsv copies.ppm "$HOME/.local/share/man/man7/sktools.7"; do
    ok "there is $made" test -s "$made"
done
is "images" "100 80" "$(for f in generated.ppm copies.ppm; do pamfile -count <$f | tr -dc 0-9; echo; done | paste -s -d ' ')"

# What it says is there: files, targets, tools, packages
while IFS= read -r word; do
    case $word in
        (make) ;;
        ("make "*) target=${word#make }; target=${target#-n }; target=${target%% *}; ok "make has $target" make -n "$target" ;;
        (sk*) ok "there is ${word%% *}" test -x "bin/${word%% *}" -o -x "pipelines/${word%% *}" ;;
        (*.md | */ | */*.html) ok "there is $word" test -e "$word" ;;
    esac
done < <(grep -v '^    ' README.md | grep -oE '`[^`]+`' | tr -d '`' | grep -vE 'bench|^build/' | sort -u)
for package in gcc netpbm libopenblas libcjson libcsv zlib1g libcmocka gnuplot perl time mandoc; do
    says "make deps installs $package" "^ *(PACKAGES :=)?.*[ |]$package" <(sed -n '/^PACKAGES/,/[^\\]$/p' pipelines/targets.mk)
done
done_testing
