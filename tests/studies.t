# The studies, with tiny networks on phantoms: what they make, and make once; what goes on; and what their pages say of which figures.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "studies" "they run the released tools"; done_testing; }
command -v gnuplot >"$out" || { skip "studies" "no gnuplot"; done_testing; }

export SK_THREADS=1
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
tiny=(TRAIN_COUNT=24 VALID_COUNT=6 TEST_COUNT=12 SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' BATCH=4 STEPS=4
    STUDY_STEPS=6 STUDY_GAN_STEPS=3 BEST_WIDTH=2 'STUDY_WIDTHS=2 4' 'STUDY_SIDES=32 64')
study() { make --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" "${tiny[@]}" "$@"; }
planned() { study -n "$@" 2>"$err" | sed -n 's|^# [^ ]*/e/\([^ ]*\).*|\1|p'; }
trained() { planned "$@" | grep -E '^(studies|runs)/' | grep -vE '\.(tsv|ppm)$' | paste -s -d ' '; }
columns="setting n seed auc low high baseline difference difference_low difference_high p"
settings() { sed 1d "e/study-$1.tsv" | cut -f 1,3,7 | tr '\t' '/' | paste -s -d '|'; }

# --- one study, killed and gone on with ---
is "study-filters trains each preparation once" "studies/1/filtered studies/1/gamma studies/1/raw studies/1/scratch" \
    "$(trained study-filters | tr ' ' '\n' | sort | paste -s -d ' ')"
(study() { exec make --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" "${tiny[@]}" "$@"; }
    study study-filters STUDY_STEPS=400 >"$out" 2>"$err") &
for ((i = 0; i < 200; i++)); do [ -f e/studies/1/raw.ckpt ] && break; sleep 0.05; done
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
ok "killed in a training: its checkpoint is there" test -s e/studies/1/raw.ckpt
ok "it goes on" study study-filters STUDY_STEPS=400
sktrain classifier -q --kernel 4 --size 32 --width 2 --batch 4 --learning-rate 6e-4 --seed 1 --steps 400 \
    --augment flip,rotate,zoom,shift,colour -o whole --valid benign=e/prepared/raw/valid/benign.ppm --valid malignant=e/prepared/raw/valid/malignant.ppm \
    benign=e/prepared/raw/train/benign.ppm malignant=e/prepared/raw/train/malignant.ppm
same "to the bytes of a training that was not killed" whole e/studies/1/raw
is "and what is made is not made again" "" "$(planned study-filters STUDY_STEPS=400)"

# --- all of them: rows, columns, what they share ---
for s in filters init augmentation synthetic recipe width resolution; do
    ok "study-$s" study -j2 "study-$s"
    is "has the columns" "$columns" "$(sed -n '1p' e/study-$s.tsv | tr '\t' ' ')"
    is "each row is full" "" "$(awk -F '\t' 'NF != 11 || (NR > 1 && $2 != 24)' e/study-$s.tsv)"
    is "each but a baseline has a difference" "" "$(awk -F '\t' 'NR > 1 && ($7 == "-") != ($8 == "-")' e/study-$s.tsv)"
    says "and a page" "</html>" e/study-$s.html
    is "a picture in it, a line a row" \
        "$(sed 1d e/study-$s.tsv | wc -l)" \
        "$(grep '<text>' e/pictures/study-$s.svg | grep -cE '[0-9] %<|raw|filter|gamma|none|beforehand|fly|real|synthetic|scored|half|AdamW|cosine|weights|labels|mixup|dropout|residual|best|width|pixels')"
done
is "filters" "raw/1/-|filter/1/raw|gamma/1/raw|filter and gamma/1/raw" "$(settings filters)"
is "augmentation" \
    "none/1/-|copies made beforehand/1/none|on the fly/1/none|on the fly, turns scored/1/none" "$(settings augmentation)"
is "synthetic" "real/1/-|$(for a in 0.5 1 2; do printf '%s|' "real and $a times as many synthetic/1/real"; done)synthetic alone/1/real" \
    "$(settings synthetic)"
is "init" "$(settings init)|" \
    "$(for p in 5 10 25 50 100; do printf '%s|' "from scratch, $p %/1/-" "from the GAN, $p %/1/from scratch, $p %"; done)"
is "recipe: each part beside none of it, once" "none of it/-|12 of 12" \
    "$(sed -n 2p e/study-recipe.tsv | cut -f 1,7 | tr '\t' '/')|$(sed 1,2d e/study-recipe.tsv | awk -F '\t' '$7 == "none of it" { n++ } END { print n " of " NR }')"
is "its parts differ in what their models say" "$(ls e/studies/1/recipe/*.log.tsv | wc -l)" \
    "$(for m in e/studies/1/recipe/*.log.tsv; do skinfo "${m%.log.tsv}" | grep -v 'crc32\|step\|valid_'; echo; done | awk -v RS= '!n[$0]++ { k++ } END { print k }')"
is "the best is of its preset" "preset best resnet" "$(skinfo e/studies/1/recipe/best | awk '$1 == "preset" { p = $1 " " $2 } $1 == "architecture" { a = $2 } END { print p, a }')"
is "width" "width 2/1/-|width 4/1/width 2" "$(settings width)"
is "resolution" "32 pixels/1/-|64 pixels/1/32 pixels" "$(settings resolution)"
is "of networks of these sizes" "32 64" "$(for s in 32 64; do skinfo e/studies/1/side.$s | awk '$1 == "size" { print $2 }'; done | paste -s -d ' ')"
for s in filters init augmentation synthetic recipe width resolution; do is "study-$s: nothing is made again" "" "$(planned "study-$s")"; done
is "each trained once" "" "$(grep -c '^begun' e/.cost/studies+1+* | awk -F : '$2 != 1 && $1 !~ /raw$/')"
is "tests are prepared as trainings" \
    "prepared/raw/test/benign.ppm" "$(sed -n 's/.*\(prepared[^ ]*\)\/\$c.ppm.*/\1\/benign.ppm/p' e/.cost/studies+1+raw.scores.tsv)"
is "a GAN of each class, of its images alone" "augmented/benign.ppm augmented/malignant.ppm" \
    "$(sed -n 's/.* -o studies\/1\/drawing\/.* \(augmented.*\)/\1/p' e/.cost/studies+1+drawing+* | paste -s -d ' ')"
images() { pamfile -allimages "$1" | wc -l; }
is "half, once and twice as many drawn" \
    "12 24 48" "$(for a in 0.5 1 2; do images e/studies/1/drawn.$a/benign.ppm; done | paste -s -d ' ')"
is "another seed: its own runs, and those of the first stay" "" \
    "$(trained study-augmentation 'SEEDS=1 2' | tr ' ' '\n' | grep -v '^studies/2/')"
is "FULL=1: three seeds" "1 2 3" \
    "$(study -n study-filters FULL=1 | grep -oE 'study-table.*' | sed -n "1s/.*'\([0-9 ]*\)' *'raw=.*/\1/p")"
is "FULL=0 is not" "" "$(planned study-filters FULL=0)"

# --- cross-validation, and shares of labels, by lesion ---
ok "FOLDS=3" study study-augmentation FOLDS=3
is "each image is tested once" 84 "$(sed -n 2p e/study-augmentation.tsv | cut -f 2)"
is "nothing is made again" "" "$(planned study-augmentation FOLDS=3)"
exits 2 "FOLDS=1" study study-augmentation FOLDS=1
says "is refused" 'FOLDS=1: not from 2 to 10' "$err"
exits 2 "FOLDS of another study too" study study-init FOLDS=3
says "by name" 'FOLDS: of study-augmentation alone' "$err"

deal=$ROOT/pipelines/deal
skphantom -n 40 -w 8 benign >lesions.ppm
seq 0 39 | awk '{ print "lesion " int($1 / 4) }' >lesions.groups
pamsplit -quiet lesions.ppm 'image%d.ppm'
positions() { # which image each of standard input is
    rm -rf parts; mkdir parts
    (cd parts && pamsplit -quiet -padname=4 - 'part%d.ppm')
    for f in parts/part*; do for ((i = 0; i < 40; i++)); do cmp -s "$f" "image$i.ppm" && { echo $i; break; }; done; done
}
for p in 5 10 25 50; do "$deal" 7 share $p lesions.ppm | positions >all.$p; sort -nu all.$p >share.$p; done
is "shares of whole lesions, not less than asked for" \
    "4 4 12 20" "$(for p in 5 10 25 50; do wc -l <share.$p; done | paste -s -d ' ')"
is "by lesion" "" "$(for p in 5 10 25 50; do awk '{ n[int($1 / 4)]++ } END { for (l in n) if (n[l] != 4) print l }' share.$p; done)"
is "each part of the next" "" "$(for p in '5 10' '10 25' '25 50'; do comm -23 <(sort share.${p% *}) <(sort share.${p#* }); done)"
is "gone through until as many as all, each as often" "10" "$(sort all.5 | uniq -c | awk '{ print $1 }' | sort -u)"
is "as many as all" "40 40" "$(wc -l <all.5) $(wc -l <all.25)"
same "all are all" <("$deal" 7 share 100 lesions.ppm) lesions.ppm
ok "another seed, another share" bash -c "! cmp -s <('$deal' 7 share 50 lesions.ppm) <('$deal' 8 share 50 lesions.ppm)"
for k in 1 2 3; do
    for d in train valid test; do "$deal" --groups 7 $d $k 3 lesions.ppm >$d.$k 2>"$err" || :; done
    is "fold $k: a lesion is in one split, each in one" "10 40" \
        "$(sort -u train.$k valid.$k test.$k | wc -l) $(cat train.$k valid.$k test.$k | wc -l)"
    is "and none in two" "" "$(for d in train valid test; do sort -u $d.$k; done | sort | uniq -d)"
done
is "tests of all folds are all lesions, once" "40 10" "$(cat test.[123] | wc -l) $(sort -u test.[123] | wc -l)"

# A patient with lesions of both classes
mkdir -p both
for c in a b; do cp lesions.ppm both/$c.ppm; seq 0 39 | awk -v c=$c '{ print $1 < 20 ? "shared " int($1 / 2) : c " " int($1 / 2) }' >both/$c.groups; done
for d in train valid test; do for c in a b; do "$deal" --groups 3 $d 1 4 both/$c.ppm | sort -u >both/$c.$d; done; done
is "is in one split, whichever class is dealt" "" "$(for d in train valid test; do cat both/[ab].$d | sort -u; done | sort | uniq -d)"
is "and folds are even: a quarter of 30" 8 "$(sort -u both/[ab].test | wc -l)"

head -c 1000 lesions.ppm >cut.ppm
exits 1 "a stream cut short" "$deal" 1 share 50 cut.ppm
seq 3 >lesions.groups
exits 1 "groups of other images" "$deal" 1 share 50 lesions.ppm
says "are told" '^deal: lesions.groups: 3 lines for 40 images' "$err"
for wrong in "1 share 0 x" "1 share x x" "1 half 50 x" "1 share 50"; do
    # shellcheck disable=SC2086 # words
    exits 2 "deal $wrong" "$deal" $wrong
done

# Photographs whose lesions are known
for d in train test; do
    for class in benign malignant; do
        mkdir -p "photos/$d/$class"
        skphantom -n 24 -w 40 -s "${#d}${#class}" $class | (cd "photos/$d/$class" && pamsplit -quiet - %d.ppm)
    done
done
{
    printf 'path\tgroup\n'
    (cd photos && find . -name '*.ppm' -printf '%P\n') | awk -F / -v OFS='\t' '{ print $0, $1 " " $2 " " int($3 / 2) }'
} >photos/groups.tsv
photos() {
    make --no-print-directory -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" OUT="$scratch/p" DATA="$scratch/photos" "${tiny[@]}" "$@"
}
ok "photographs" photos data study-augmentation FOLDS=2
is "are tested once" 96 "$(sed -n 2p p/study-augmentation.tsv | cut -f 2)"
says "with intervals over lesions" 'over lesions or patients' p/study-augmentation.html
is "no lesion in two splits of a fold" "" "$(for c in benign malignant; do for d in train valid test; do
    "$deal" --groups 1 $d 1 2 p/data/{train,valid,test}/$c.ppm 2>"$err" | sort -u; done; done | sort | uniq -d)"
ok "and other filters of these" photos study-filters

# --- the words follow the figures ---
planted() { # SEEDS <rows: a page of them
    { echo "$columns" | tr ' ' '\t'; sed 's/ *| */\t/g'; } >e/study-filters.tsv
    KIND=phantoms SEEDS=$1 FOLDS='' STEPS=4 STUDY_STEPS=6 STUDY_GAN_STEPS=3 BATCH=4 STUDY_AUGMENT=flip GROUPED='' \
        "$ROOT/pipelines/report/study-page" "$scratch/e" filters >page.html 2>"$err" || remark <"$err"
    sed -n '/id="summary"/,/<\/section>/p' page.html | sed 's/<[^>]*>//g' >words
}
planted 1 <<'END'
raw|200|1|0.8|0.7|0.9|-|-|-|-|-
filter|200|1|0.85|0.8|0.9|raw|0.05|0.01|0.09|0.01
gamma|200|1|0.7|0.6|0.8|raw|-0.1|-0.15|-0.05|0.001
both|200|1|0.81|0.7|0.9|raw|0.01|-0.02|0.04|0.5
edge|200|1|0.82|0.7|0.9|raw|0.02|0|0.04|0.05
none|200|1|0.82|0.7|0.9|raw|0.02|-|-|-
END
says "above: it helps" '^filter helps: its AUC is above that of “raw”, by \+0\.050 \(\+0\.010 to \+0\.090\), p = 0\.01\.$' words
says "below: it hurts" '^gamma hurts: .*−0\.100 \(−0\.150 to −0\.050\)' words
says "about 0: the interval includes 0" \
    '^both shows no difference to “raw”, the interval includes 0: \+0\.010 \(−0\.020 to \+0\.040\)' words
says "from 0 on: it includes 0" '^edge shows no difference' words
says "no interval: no comparison" '^none cannot be compared' words
says "counted" 'Of 5 settings 1 help; 1 hurt; of 1 there is no interval; with 2 the interval of the difference .* includes 0\.$' words
says "one seed is said" 'One seed' page.html
says "what was not run, with its command" 'three seeds: <code>make study-filters DATA=folder FULL=1</code>' page.html
ok "nothing of chance" bash -c '! grep -q "Not told apart" page.html'
planted '1 2 3' <<'END'
raw|200|1|0.6|0.45|0.7|-|-|-|-|-
raw|200|2|0.8|0.7|0.9|-|-|-|-|-
raw|200|3|0.8|0.7|0.9|-|-|-|-|-
filter|200|1|0.85|0.8|0.9|raw|0.05|0.01|0.09|0.01
filter|200|2|0.85|0.8|0.9|raw|0.05|0.01|0.09|0.01
filter|200|3|0.85|0.8|0.9|raw|0.05|-0.01|0.09|0.07
gamma|200|1|0.85|0.8|0.9|raw|0.05|0.02|0.09|0.01
gamma|200|2|0.85|0.8|0.9|raw|0.05|0.01|0.09|0.01
gamma|200|3|0.85|0.8|0.9|raw|0.05|0.01|0.09|0.01
END
says "not in every seed: it depends" \
    '^filter against “raw” depends on the seed, the interval is above 0 in 2 of 3 and below in 0: seed 1: ' words
says "in every seed: it helps" '^gamma helps' words
says "chance is said" 'holds 0\.5, which is chance, in 1 of 9 rows' page.html
ok "three seeds: nothing is left to run" bash -c '! grep -qE "Not run|One seed" page.html'
planted 1 <<'END'
raw|200|1|0.8|0.7|0.9|-|-|-|-|-
filter|200|1|0.81|0.8|0.9|raw|0.01|-0.01|0.09|0.3
gamma|200|1|0.81|0.8|0.9|raw|0.01|-0.01|0.09|0.3
END
says "nothing shown: so it says" \
    'This study shows no difference: with each of the 2 settings the interval of the difference to its baseline includes 0' words

# --- on a fresh clone ---
for goal in study-init 'study-filters DATA=x' "study-augmentation DATA=it's FOLDS=5" 'study-synthetic DATA=x FULL=1'; do
    # shellcheck disable=SC2086 # words
    make --no-print-directory -C "$ROOT" -n BIN="$SK_BIN" OUT="$scratch/new" $goal >"$out" 2>"$err"
    tap_result $? "make -n $goal"
    says "says that it will train" '-- sktrain classifier ' "$out"
    says "and ends with its page" 'report/study-page "\$PWD" [a-z]* > study-' "$out"
done
ok "and makes nothing" test ! -e new
done_testing
