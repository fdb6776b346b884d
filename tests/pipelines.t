# The experiment of `make paper` and `make demo`, with tiny networks on phantoms: what is made again, and what is not.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "pipelines" "they run the released tools"; done_testing; }
command -v gnuplot >"$out" || { skip "pipelines" "no gnuplot"; done_testing; }

export SK_THREADS=1
tiny=(TRAIN_COUNT=10 VALID_COUNT=4 TEST_COUNT=8 GENERATED=16 SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' EMA=2 BATCH=4 STEPS=6
    CLASSIFIER_EPOCHS=1 SWEEP_STEPS=2 SWEEP_EPOCHS=1 'SWEEP_BATCH=2 4' 'SWEEP_RATE=6e-4 1e-3')
pipeline() { make --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" "${tiny[@]}" "$@"; }
trained() { pipeline -n "$@" 2>"$err" | grep -o '^# [^ ]*/runs/[^ ]*' | grep -E '/(gan|classifier|scratch)\.[0-9.]*$' | sed 's|.*/runs/||' | sort | paste -s -d ' '; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "# wanted '$2', got '$3'"
}

is "what there is to train is known before: each once" \
    "2_6e-4_adam_1/classifier.2.1 2_6e-4_adam_1/gan.2 4_1e-2_sgd_1/classifier.2.1 4_1e-2_sgd_1/gan.2 4_1e-3_adam_1/classifier.2.1 4_1e-3_adam_1/gan.2 4_6e-4_adam_1/classifier.2.1 4_6e-4_adam_1/classifier.6.1 4_6e-4_adam_1/gan.1 4_6e-4_adam_1/gan.2 4_6e-4_adam_1/gan.6 4_6e-4_adam_1/scratch.1" \
    "$(trained report)"
ok "and make -n does nothing" test ! -e e

# a sweep, interrupted, gone on from with -j
(pipeline() { exec make --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" "${tiny[@]}" "$@"; }
    pipeline sweep-rate >"$out" 2>"$err") &
for ((i = 0; i < 100; i++)); do [ -f e/.cost/runs+4_6e-4_adam_1+gan.1 ] && break; sleep 0.05; done
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
ok "a sweep whose make was killed goes on" pipeline -j3 sweep-rate
is "two rows of two rates" "setting 6e-4 1e-3" "$(cut -f 1 e/sweep-rate.tsv | paste -s -d ' ')"
is "what another sweep needs besides" "4_1e-2_sgd_1/classifier.2.1 4_1e-2_sgd_1/gan.2" "$(trained sweep-optimizer)"
pipeline -j2 demo >said 2>&1
tap_result $? "the demo"
is "a line a step, from where the sweep ended" "" "$(sed -n 's|^step \([0-9]*\) of [0-9]*: .*|\1|p' said | awk '$1 != NR')"
is "the last is the last" "$(grep -c '^step ' said)" "$(sed -n 's|^step [0-9]* of \([0-9]*\): report.html$|\1|p' said)"
is "no recipes" 0 "$(grep -cE 'skaug|skmetrics (score|fid)' said)"
is "no long lines" "" "$(awk 'length > 132' said)"
is "a second time there is nothing to do" 0 "$(pipeline -n report | grep -c '^#')"
ok "all is below one folder" test -s e/report.html
tables_without_source() {
    local table
    for table in e/runs/*/*.metrics.tsv; do [ -s "${table%.metrics.tsv}.scores.tsv" ] || echo "$table"; done
    for table in e/runs/*/*.fid.tsv; do
        [ -s "${table%.fid.tsv}.generated.ppm" ] && [ -s "${table%.fid.tsv}.generated.features" ] || echo "$table"
    done
}
is "scores, images and features stay, which the tables were made from" "" "$(tables_without_source)"
ok "the main run is the bytes of one that was not cut into stages" bash -c "sktrain gan -q --kernel 4 --latent 8 --ema 2 --size 32 --width 2 --batch 4 \
    --learning-rate 6e-4 --optimizer adam --seed 1 -n 6 -o whole e/augmented/benign.ppm e/augmented/malignant.ppm && cmp whole e/runs/4_6e-4_adam_1/gan.6"

# what is made beside something else: asked for, or as the report needs it
rm e/runs/4_6e-4_adam_1/gan.6.log.tsv
ok "without the log of a GAN" pipeline report
is "it is made again, whole" 6 "$(tail -n 1 e/runs/4_6e-4_adam_1/gan.6.log.tsv | cut -f 1)"
for file in runs/4_6e-4_adam_1/gan.1.log.tsv runs/4_6e-4_adam_1/classifier.6.1.log.tsv \
    runs/4_6e-4_adam_1/scratch.1.log.tsv runs/4_1e-2_sgd_1/gan.2.log.tsv pictures/first.latents; do
    sum=$(cut -f 1-4 e/$file | sha256sum) model=e/${file%.log.tsv}
    [ $file = pictures/first.latents ] || model_sum=$(sha256sum <$model)
    rm e/$file
    ok "without $file" pipeline report $file
    is "it is made again" "$sum" "$(cut -f 1-4 e/$file | sha256sum)"
    [ $file = pictures/first.latents ] || is "and the model is the same" "$model_sum" "$(sha256sum <$model)"
done
stages() { (cd e/runs/4_6e-4_adam_1 && find . -name 'gan.[12]*' -printf '%p %i %T@ %s\n' | sort); }
stages >before
rm e/runs/4_6e-4_adam_1/gan.6*
ok "a stage made again" pipeline report
stages >after
same "leaves the earlier ones as they were" before after

# which tools made it: as they are, not when they were built
mkdir tools && cp "$SK_BIN"/sk* tools/
other_tools() { pipeline "$@" BIN="$scratch/tools"; }
sleep 1; touch tools/*
is "tools built again, alike: nothing" 0 "$(other_tools -n report | grep -c '^# ')"
printf 'x' >>tools/skmetrics
other_tools -n report >"$out" 2>&1
grep -E '^# ' "$out" >planned
is "another skmetrics: no training" "" "$(grep -E '/(gan|classifier|scratch)\.[0-9.]*( |$)' planned)"
for made in sweep-rate.tsv report.html runs/4_6e-4_adam_1/gan.6.fid.tsv runs/4_6e-4_adam_1/classifier.6.1.roc.tsv leak-pairs.tsv; do
    is "but $made" 1 "$(grep -c "/$made " <(sed 's|$| |' planned))"
done
cp "$SK_BIN"/skmetrics tools/; printf 'x' >>tools/sktrain
is "another sktrain: all trainings" 12 "$(other_tools -n report | grep -cE '^# .*/(gan|classifier|scratch)\.[0-9.]*( |$)')"
cp "$SK_BIN"/sktrain tools/; printf 'x' >>tools/skaug
is "another skaug too, of what it augments" 12 "$(other_tools -n report | grep -cE '^# .*/(gan|classifier|scratch)\.[0-9.]*( |$)')"
cp "$SK_BIN"/skaug tools/; printf 'x' >>tools/skgamma
says "another skgamma: the data" '/data/train/benign.ppm$|/data/train/benign.ppm ' <(other_tools -n report | grep '^# ')
cp "$SK_BIN"/skgamma tools/
is "the first ones again: nothing" 0 "$(other_tools -n report | grep -c '^# ')"

# what fails is not there, in no part, and says why; V=1 says the recipes
printf '#!/bin/bash\n"%s/skmetrics" "$@"; echo "skmetrics: it is tired" >&2; exit 3\n' "$SK_BIN" >tools/skmetrics
rm e/compare.tsv e/sweep-rate.tsv
exits 2 "a tool that fails at its end" other_tools report
is "leaves nothing of what it made" "" "$(find e -name "*.part" -o -path e/sweep-rate.tsv)"
says "its message is shown" '^skmetrics: it is tired$' "$err"
says "and the recipe" '^skmetrics (score|fid|compare|roc) ' "$err"
ok "and goes on when it is mended" pipeline V=1 report
says "V=1: the recipe" '^skmetrics compare ' "$out"

# what depends on what
is "other epochs: classifiers, no GAN" "4_6e-4_adam_1/classifier.6.2 4_6e-4_adam_1/scratch.2" "$(trained report CLASSIFIER_EPOCHS=2)"
is "another rate in the sweep: its row" "4_5e-4_adam_1/classifier.2.1 4_5e-4_adam_1/gan.2" "$(trained report 'SWEEP_RATE=6e-4 1e-3 5e-4')"
is "another seed of the sweeps: as many runs again" 8 "$(trained report 'SEEDS=1 2' | wc -w)"
is "fewer rows: none" "" "$(trained report SWEEP_BATCH=4)"
is "fewer generated images: none" "" "$(trained report GENERATED=8)"
is "another width: all" 12 "$(trained report WIDTH=3 | wc -w)"
is "and asking has changed nothing" 0 "$(pipeline -n report | grep -c '^#')"
touch e/runs/4_1e-3_adam_1/gan.2
is "a newer GAN: its classifier" "4_1e-3_adam_1/classifier.2.1" "$(trained report)"
pipeline -t report >/dev/null 2>&1
rm e/runs/2_6e-4_adam_1/classifier.2.1.metrics.tsv
is "a lost table is measured again, without training" "" "$(trained report)"
says "by what made it" '^skmetrics score ' <(pipeline -n report)
touch e/data/valid/benign.ppm
is "newer validation images: classifiers" 6 "$(trained report | wc -w)"
is "and no GAN" "" "$(trained report | grep gan)"
pipeline -t report >/dev/null 2>&1
touch e/data/train/benign.ppm
is "newer training images: all" 12 "$(trained report | wc -w)"
pipeline -t report >/dev/null 2>&1

# several seeds
ok "a sweep over two seeds" pipeline sweep-rate 'SEEDS=1 2'
is "says so" "2 2" "$(tail -n +2 e/sweep-rate.tsv | cut -f 2 | paste -s -d ' ')"
says "with mean and range" '	[0-9.]* \([0-9.]* to [0-9.]*\)	' e/sweep-rate.tsv

# large and small distances of one seed and of two, a figure that does not exist
mkdir -p t/r t/s
for run in r:11134.2:0.012345 s:20000:14818.792; do
    IFS=: read -r name fd kid <<<"$run"
    printf 'metric\tvalue\nfd\t%s\nkid\t%s\n' "$fd" "$kid" >t/$name/gan.2.fid.tsv
    printf 'metric\tvalue\tlow\thigh\naccuracy\t0.7\t0.6\t0.8\nprecision\t-\t-\t-\nsensitivity\t1\t0.9\t1\nauc\t0.5\t0.4\t0.6\n' >t/$name/classifier.2.1.metrics.tsv
done
"$ROOT/pipelines/sweep-table" t 2 1 one r two 'r s' >table
is "a row of one seed" "one 1 0.700 (0.600 to 0.800) - 1.000 (0.900 to 1.000) 0.500 (0.400 to 0.600) 11134 0.0123" "$(sed -n 2p table | tr '\t' ' ')"
is "and of two" "15567 (11134 to 20000) 7409 (0.0123 to 14819)" "$(sed -n 3p table | cut -f 7,8 | tr '\t' ' ')"

# photographs of three classes, one of them with a name that markup would change
mkdir -p photos/{a_nevus,bcc,melanoma}
for class in a_nevus bcc melanoma; do
    skphantom -n 16 -w 40 -s ${#class} malignant | (cd photos/$class && pamsplit -quiet - %d.ppm)
done
paper() { make --no-print-directory -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" OUT="$scratch/p" DATA="$scratch/photos" "${tiny[@]}" SWEEP_STEPS=0 "$@"; }
ok "their streams" paper data
ok "their report" paper report
says "names them" 'learnt to tell the classes a_nevus, bcc and melanoma apart' p/report.html
is "measures them together" 5 "$(grep -c '>all classes: ' p/report.html)"
says "counts each confusion" 'Confusion matrix: [0-9].* of a_nevus called ' p/report.html
is "draws the names as they are" 2 "$(grep -c '> *a_nevus *<' p/pictures/confusion.svg)"
is "the positive class by its name is the same" "" "$(paper -n report POSITIVE=melanoma | grep '^#')"
is "another one is another training" "4_2e-4_adam_1/classifier.6.1" \
    "$(paper -n report POSITIVE=bcc | grep -o '^# [^ ]*/classifier.6.1 ' | sed 's|.*/runs/||; s| $||')"
exits 2 "one that there is not" paper report POSITIVE=mole
says "is named" 'POSITIVE=mole: the classes are a_nevus bcc melanoma' "$err"

# training images drawn in the mix of the test split
mkdir -p u/train
skphantom -w 16 -n 50 -s 1 benign >u/train/b.ppm
skphantom -w 16 -n 8 -s 2 malignant >u/train/m.ppm
: >u/train/none.ppm
counts() { printf 'split\tclass\timages\tgroups\ntrain\tb\t50\t-\ntrain\tm\t8\t-\ntrain\tnone\t0\t-\n'; printf 'test\t%s\t%s\t-\n' "$@"; }
mix() { # how many of the drawn images are of each class; all are training images, none twice
    "$ROOT/pipelines/sample" u "$@" >drawn || return 1
    rm -f image.* && pamsplit -quiet drawn image.%d && : >sums && for f in image.*; do [ ! -e "$f" ] || md5sum <"$f"; done | sort >sums
    for c in b m; do rm -f one.*; pamsplit -quiet u/train/$c.ppm one.%d; for f in one.*; do md5sum <"$f"; done | sort -u >$c.sums; done
    echo "$(comm -12 sums b.sums | wc -l) $(comm -12 sums m.sums | wc -l) $(wc -l <sums) $(uniq sums | wc -l)"
}
counts b 30 m 10 >u/counts.tsv
is "three to one, as in the test split" "15 5 20 20" "$(mix 20 1 b m)"
is "fewer where a class has not as many" "24 8 32 32" "$(mix 1000 1 b m)"
is "and whole numbers" "5 2 7 7" "$(mix 7 1 b m)"
counts b 10 m 0 none 0 >u/counts.tsv
is "none of a class that is not tested" "9 0 9 9" "$(mix 9 1 b m none)"
mix 9 1 b m none >/dev/null
cp drawn first
mix 9 1 b m none >/dev/null
same "the same seed, the same images" first drawn
mix 9 2 b m none >/dev/null
ok "another, others" test -n "$(cmp first drawn 2>&1)"
counts b 0 m 0 >u/counts.tsv
exits 1 "no test images" "$ROOT/pipelines/sample" u 9 1 b m

# what it took
pipeline -s env BATCH=5 >variables 2>"$err"
says "env: a variable that was set" '^BATCH +5 +command line' variables
says "env: one that was not" '^SWEEP_STEPS +2 +command line|^SEED +1 +default' variables
says "env: what a step took" '^ +[0-9.]+  runs/4_6e-4_adam_1/gan\.6$' variables
says "make -n: too" '^# .*/runs/4_6e-4_adam_1/gan\.6 \(took [0-9.]+ s' <(pipeline -n report WIDTH=3)
done_testing
