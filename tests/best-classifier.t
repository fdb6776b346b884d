#!/bin/bash
# shellcheck disable=SC2154 # out, err and scratch are tap.sh's
# shellcheck source=tests/tap.sh
# What of a second folder may be trained on, and the best classifiers' table and page: with tiny networks on phantoms.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "the best classifiers" "they run the released tools"; done_testing; }

export SK_THREADS=1
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
put() { mkdir -p "$1"; skphantom -n 12 -w 48 -s "$2" "$3" | (cd "$1" && pamsplit -quiet - %d.ppm); }
put photos/train/benign 1 benign
put photos/train/malignant 2 malignant
put photos/test/benign 3 benign
put photos/test/malignant 4 malignant
put "all/nv" 5 benign
put "all/bkl" 6 benign
put "all/mel" 7 malignant
put "all/bcc" 8 malignant
pamflip -r90 photos/test/benign/3.ppm >all/nv/turned.ppm
groups() { printf 'path\tgroup\n'; (cd "$1" && find . -name '*.ppm' -printf '%P\n') | awk -F / -v OFS='\t' "$2"; }
groups photos '{ print $0, "L" $1 $2 int($3 / 2) }' >g && mv g photos/groups.tsv
groups all '{ print $0, $0 == "mel/4.ppm" || $0 == "bcc/1.ppm" ? "Ltestmalignant5" : $2 == "turned.ppm" ? "Mnv0" : "M" $1 int($2 / 2) }' >g && mv g all/groups.tsv

tiny=(SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' BATCH=4 STEPS=4 CLASSIFIER_EPOCHS=1 BEST_SIZE=32 'BEST_OPTIONS=--width 2 -e 1 -b 8')
best() {
    make --no-print-directory -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" OUT="$scratch/p" DATA="$scratch/photos" "${tiny[@]}" "$@" >"$out" 2>"$err"
}
rows() { sed 1d p/best-classifier.tsv | cut -f 1,2 | tr '\t' '/' | paste -s -d '|'; }
ok "on the training split alone" best lists best-classifier
is "beside the paper's" "paper/1|own.32/1" "$(rows)"
says "by its preset" '^preset	best$' <(skinfo p/best/1/own.32)
is "each row is full" "" "$(awk -F '\t' 'NF != 13 || (NR > 1 && $3 != 24)' p/best-classifier.tsv)"
is "a difference is to the paper's, which has none" "- yes" "$(awk -F '\t' 'NR > 1 { print $10 == "-" ? "-" : "yes" }' p/best-classifier.tsv | paste -s -d ' ')"
says "is printed" '^own.32 +seed 1 +AUC 0' "$out"
says "on a page" '</html>' p/best-classifier.html
says "which names what was not run" 'from a second|second folder of photographs: <code>make best-classifier DATA=folder ALL=folder</code>' p/best-classifier.html
says "that it is one seed" 'One seed' p/best-classifier.html
says "and not the preset alone" 'trained with <code>--width 2 -e 1 -b 8</code>' p/best-classifier.html
says "scores are of turns" "^# turns: 8$" p/best/1/own.32.scores.tsv

ok "a second folder from the first command on" best OUT="$scratch/fresh" ALL="$scratch/all" lists
ok "with a second folder" best ALL="$scratch/all" FOLDS=2 best-classifier
is "five rows" "paper/1|own.32/1|all.two/1|all.dx/1|ensemble/1" "$(rows)"
split() { awk -F '\t' -v name="$1" '$1 == name { print $4 }' p/best/all/labels.tsv; }
is "a test photograph that is turned is left out" test "$(split nv/turned.ppm)"
is "and what is of its lesion" "test test" "$(split nv/0.ppm) $(split nv/1.ppm)"
is "and what the tables say is a test lesion" "test test" "$(split mel/4.ppm) $(split bcc/1.ppm)"
is "no lesion is in two splits" "" "$(awk -F '\t' 'NR > 1 && !seen[$3, $4]++ && n[$3]++ { print $3 }' p/best/all/labels.tsv)"
is "each photograph is in one" 49 "$(sed 1d p/best/all/labels.tsv | wc -l)"
is "each class trains and validates" "bcc bkl mel nv bcc bkl mel nv" \
    "$(for s in train valid; do awk -F '\t' -v s=$s '$4 == s { print $2 }' p/best/all/labels.tsv | sort -u; done | paste -s -d ' ')"
# The labels are such as skdata takes
mkdir again && cp p/best/all/labels.tsv again/ && ln -s ../all/nv ../all/bkl ../all/mel ../all/bcc again/
ok "and skdata reads them" skdata -q again listed
is "the same splits" "$(sed 1d p/best/all/labels.tsv | cut -f 1,4 | sort | md5sum)" \
    "$(for s in train valid test; do cat listed/$s/*.names | sed "s/\$/\t$s/"; done | sort | md5sum)"
is "two classes of all" "benign malignant" "$(skinfo p/best/1/all.two | awk -F '\t' '$1 == "classes" { print $2 }')"
is "each diagnosis" "bcc bkl mel nv" "$(skinfo p/best/1/all.dx | awk -F '\t' '$1 == "classes" { print $2 }')"
is "the positive one last in its scores" "benign malignant" "$(sed -n 's/^# classes: //p' p/best/1/all.two.scores.tsv | head -n 1)"
exits 2 "ALL of other classes" best ALL="$scratch/all" POSITIVE=benign best-classifier
says "is refused" 'ALL: is put to benign and malignant, and the classes of DATA are malignant benign' "$err"
is "trained on what is for training" "$(awk -F '\t' '$4 == "train"' p/best/all/labels.tsv | wc -l)" \
    "$(skinfo p/best/1/all.dx | awk -F '\t' '$1 == "images_count" { print $2 }')"
for m in all.two all.dx; do
    is "$m: the same images" "$(skinfo p/best/1/all.two | awk '/^images_count/')" "$(skinfo p/best/1/$m | awk '/^images_count/')"
done
is "scores of diagnoses add up: of two classes, for all test images" "24 24" \
    "$(awk -F '\t' '/^[0-9]/ { n++; ok += $3 >= 0 && $3 <= 1 && ($4 == "malignant") == ($3 >= 0.5) } END { print n, ok }' p/best/1/all.dx.scores.tsv)"
is "folds are of all photographs, each once" 49 "$(grep -c '^[0-9]' p/best/1/folds.2.metrics.tsv.scores)"
says "the page has them" 'by 2-fold cross-validation' p/best-classifier.html
says "and how many were left out" '[0-9]+ were left out' p/best-classifier.html
make --no-print-directory -C "$ROOT" -n -f pipelines/paper.mk BIN="$SK_BIN" OUT="$scratch/p" DATA="$scratch/photos" "${tiny[@]}" ALL="$scratch/all" FOLDS=2 best-classifier >plan 2>"$err"
is "nothing is made again" "" "$(sed -n 's|^# [^ ]*/p/\([^ ]*\).*|\1|p' plan)"

make --no-print-directory -C "$ROOT" -n BIN="$SK_BIN" OUT="$scratch/new" best-classifier DATA="$scratch/photos" ALL="$scratch/all" >plan 2>"$err"
tap_result $? "make -n on a fresh clone"
says "says that it will train" '-- sktrain classifier --resume --preset best ' plan
ok "and makes nothing" test ! -e new

# --- the scripts by themselves ---
table() { printf '# classes: %s\nimage\ttruth\tscore\tpredicted\tscore:a\tscore:b\tscore:c\n' 'a b c'; cat; }
printf '0\tx\t0.2\ta\t0.5\t0.3\t0.2\n1\ty\t0.6\tc\t0.1\t0.3\t0.6\n' | table >scores
is "sums of classes" "0 x 0.5 bad|1 y 0.9 bad" "$("$ROOT/pipelines/binary" bad good b c <scores | grep '^[0-9]' | tr '\t' ' ' | paste -s -d '|')"
is "of one" "0 x 0.2 good|1 y 0.6 bad" "$("$ROOT/pipelines/binary" bad good c <scores | grep '^[0-9]' | tr '\t' ' ' | paste -s -d '|')"
exits 1 "a class that is not there" "$ROOT/pipelines/binary" bad good d <scores
two() { printf '# classes: good bad\n# threshold: %s\nimage\ttruth\tscore\tpredicted\n' "$1"; cat; }
printf '0\tx\t0.2\tgood\n0\ty\t0.4\tgood\n' | two 0.3 >one
printf '0\tx\t0.4\tgood\n0\ty\t0.7\tbad\n' | two 0.7 >other
is "means, by the mean threshold" "0 x 0.3 good|0 y 0.55 bad" \
    "$("$ROOT/pipelines/mean-scores" bad good one other | grep '^[0-9]' | tr '\t' ' ' | paste -s -d '|')"
printf '0\ty\t0.4\tgood\n0\tx\t0.7\tbad\n' | two 0.7 >mixed
exits 1 "means of other images" "$ROOT/pipelines/mean-scores" bad good one mixed
printf '0\tx\t0.4\tgood\n' | two 0.7 >short
exits 1 "of a table that is short" "$ROOT/pipelines/mean-scores" bad good one short
mkdir -p lists two none
printf '%s\n' nv/{1..20}.ppm >lists/nv.names && cp lists/nv.names two/benign.names
printf '%s\n' mel/{1..20}.ppm >lists/mel.names && cp lists/mel.names two/malignant.names
printf 'name\ttest_name\tdistance\tkind\nnv/3.ppm\tx\t0.1\tcopy\n' >same
ok "a second folder whose lesions are unknown" "$ROOT/pipelines/apart" labels lists two same none
cp "$out" labels
is "each photograph is its own" 40 "$(awk -F '\t' 'NR > 1 && $3 == $1' labels | wc -l)"
is "the one that stands in the test split is left out" "nv/3.ppm" "$(awk -F '\t' '$4 == "test" { print $1 }' labels)"
is "and each class trains and validates" "mel train|mel valid|nv test|nv train|nv valid" "$(sed 1d labels | cut -f 2,4 | sort -u | tr '\t' ' ' | paste -s -d '|')"
printf '%s\n' L{1..10} L{1..10} >lists/nv.groups
"$ROOT/pipelines/apart" labels lists two same none >labels
is "lesions of one class known alone" "nv/13.ppm nv/3.ppm" "$(awk -F '\t' '$4 == "test" { print $1 }' labels | sort | paste -s -d ' ')"
for command in 'binary bad good' 'mean-scores bad good' apart 'apart same x' 'apart other a b c d' "best-table -p x"; do
    # shellcheck disable=SC2086 # words
    exits 2 "$command" "$ROOT"/pipelines/$command </dev/null
done
done_testing
