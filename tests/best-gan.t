#!/bin/bash
# shellcheck disable=SC2154 # out and err are tap.sh's
# make best-gan, with tiny networks on phantoms: rungs of equal time, their rows, what is made once, what is listed as not made.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "best-gan" "it runs the released tools"; done_testing; }

export SK_THREADS=1
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
tiny=(TRAIN_COUNT=20 VALID_COUNT=6 TEST_COUNT=12 SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' BATCH=4 STEPS=4 STUDY_STEPS=6 GENERATED=16
    CLASSIFIER_EPOCHS=1 MINUTES=0.004 PART_MINUTES=0.002 'GAN_OPTIONS=--width 2 --latent 4 -b 4' SAVE_EVERY=10)
ladder() { make --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" "${tiny[@]}" "$@"; }
planned() { ladder -n best-gan "$@" 2>"$err" | sed -n 's|^# [^ ]*/e/\([^ ]*\).*|\1|p'; }
column_of() { awk -F '\t' -v n="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == n) c = i; next } { print $c }' e/best-gan.tsv | paste -s -d ' '; }

ok "a part alone" ladder best-gan PARTS=averages ENDS=
is "is a row, beside photographs'" "photographs averages" "$(column_of gan)"
is "of the first seed and PART_MINUTES" "- 0.002" "$(column_of minutes)"
says "its page is whole" '</html>' e/best-gan.html
says "and fits a phone" '<meta name="viewport" content="width=device-width' e/best-gan.html
says "as do its pictures" '^p > img \{ max-width: 100%' e/best-gan.html
says "whose table is moved sideways, its numbers unbroken" 'overflow-x: auto.*white-space: nowrap' e/best-gan.html
says "and says how to make the others" 'best, 0.004 minutes: <code>make best-gan DATA=folder PARTS= ENDS=best<' e/best-gan.html
cp e/gans/0.002/1/averages averages
steps=$(cat e/gans/0.002/averages.steps)
is "of the steps that were measured" "$steps" "$(skinfo averages | awk -F '\t' '$1 == "steps" { print $2 }')"
is "and what is made is not made again" "" "$(planned PARTS=averages ENDS=)"

ok "others beside it, and both ends" ladder best-gan PARTS='averages nearest'
is "of which make has nothing to say" "" "$(grep 'mk:[0-9]*:' "$err")"
is "are rows" "photographs averages nearest best paper" "$(column_of gan)"
same "what was there stays as it was" averages e/gans/0.002/1/averages
is "each row is full" "" "$(awk -F '\t' 'NF != 18' e/best-gan.tsv)"
is "told are those of classes" "- - [0-9.]+ [0-9.]+ -" "$(column_of told | sed -E 's/[0-9.]+/[0-9.]+/g')"
is "pupils are of the ends" "- - - [0-9.]+ -" "$(column_of pupil | sed -E 's/[0-9.]+/[0-9.]+/g')"
named() { skinfo "$1" | awk -F '\t' '$1 == "preset" || $1 == "upsampling" { print $2 }' | sort | paste -sd ' '; }
is "by the options of their names" "best" "$(named e/gans/0.002/1/nearest)"
is "whose default is the other one" "best bilinear" "$(named e/gans/0.004/1/best)"
is "of classes" "20 20" "$(skinfo e/gans/0.002/1/nearest | awk -F '\t' '$1 == "class_images" { print $2 }')"
ok "nor is anything of a row made again with fewer" ladder best-gan PARTS= ENDS=
is "which are still in the table" "photographs averages nearest best paper" "$(column_of gan)"
for name in gans/0.004/1/best.grid.jpg gans/0.004/1/best.pairs.jpg pictures/real.jpg; do
    [ -s "e/$name" ] && grep -q "$name" e/best-gan.html; tap_result $? "the page shows $name"
done
! grep -q 'averages, 0.002' <(sed -n '/Not trained/,$p' e/best-gan.html); tap_result $? "what is made is not listed as not trained"

# --- what the scripts count ---
printf 'fake\ttrain\tdistance\n0\t3\t0.05\n1\t2\t0.3\n2\t-\t-\n' >near
printf '# power\nimages\tn\tcolumns\trows\tcheckers\nx\t3\t0.1\t0.2\t0.3\n' >nyquist
printf 'metric\tvalue\nfd\t1.5\nkid\t0.2\nprecision\t0.5\nrecall\t0.25\ndensity\t0.75\ncoverage\t0.125\n' >prdc
ok "a row" "$ROOT/pipelines/gan-row" none 10 1 name 99 prdc nyquist near near
is "has all of them" "name 10 1 99 1.5 0.2 0.5 0.25 0.75 0.125 0.1 0.2 0.3 1 0.05 1 - -" "$(tail -n 1 "$out" | tr '\t' ' ')"
exits 2 "a row of nothing" "$ROOT/pipelines/gan-row"
exits 2 "no training to pace" "$ROOT/pipelines/pace" 3
printf '#!/bin/bash\nwhile [ $# -gt 0 ]; do [ "$1" = --steps ] && n=$2; shift; done\nexec sleep "$(echo "$n" | awk "{ print 0.5 + \\$1 * 0.2 }")"\n' >slow
chmod +x slow
ok "pace" "$ROOT/pipelines/pace" 1 ./slow
awk '{ exit !($1 > 200 && $1 <= 310) }' "$out"; tap_result $? "takes off what starting takes: five steps a second"
exits 1 "a training that fails has no pace" "$ROOT/pipelines/pace" 1 false

for wrong in 'PARTS=better' 'ENDS=paper,best'; do
    exits 2 "$wrong" ladder best-gan "$wrong"
    says "is named" "is none of paper" "$err"
done
exits 2 "without DATA" make --no-print-directory -C "$ROOT" BIN="$SK_BIN" best-gan
says "says what it wants" 'usage: make best-gan DATA=folder' "$err"
done_testing
