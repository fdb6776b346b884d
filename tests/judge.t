#!/bin/bash
# shellcheck disable=SC2154,SC2086 # out and err are tap.sh's; options are words
# sktrain gan --judge: distances at each save, the best snapshot beside the last.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

fails() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 1 "$name: exit 1" sktrain gan -q "$@"
    [ "$(wc -l < "$err")" -eq 1 ]; tap_result $? "$name: one line"
    says "$name: says what" "^sktrain: .*$pattern" "$err"
}
# The value of metadata KEY of FILE
of() { skinfo "$2" | awk -F '\t' -v key="$1" '$1 == key { print $2 }'; }
# Column N of a log where it is judged
judged() { awk -F '\t' -v n="$2" 'NR > 1 && $7 != "-" { print $n }' "$1"; }

skphantom -n 30 -w 32 benign > b.ppm
skphantom -n 30 -w 32 malignant > m.ppm
skphantom -n 8 -w 32 -s 2 benign > vb.ppm
skphantom -n 5 -w 32 -s 2 malignant > vm.ppm
tiny='--size 32 --width 2 --kernel 4 -b 6'
classes='benign=b.ppm malignant=m.ppm'
ok 'a judge' sktrain classifier -q $tiny --width 6 -e 8 -l 0.005 -o judge --valid benign=vb.ppm --valid malignant=vm.ppm $classes
gan="sktrain gan -q $tiny --latent 4 -l 0.002 -n 32 --save-every 5 --judge judge"
given='--valid benign=vb.ppm --valid malignant=vm.ppm'

ok 'a judged GAN' $gan -j 1 $given --log g.tsv -o g $classes
[ ! -s "$err" ]; tap_result $? 'nothing on stderr with -q'
says 'a log with columns' '^step	epoch	d_loss	g_loss	d_x	d_g_z	fd	kid	images_per_second$' g.tsv
judged g.tsv 1 | tr '\n' ' ' | grep -qx '5 10 15 20 25 30 32 '; tap_result $? 'filled at each save, and at the end'
judged g.tsv 8 | LC_ALL=C sort -u | wc -l | grep -qx 7; tap_result $? 'by figures of their own'
judged g.tsv 8 | LC_ALL=C sort -g | head -n 1 | grep -qx -e "$(of best_kid g)"; tap_result $? 'the least is what files say'
best=$(awk -F '\t' -v kid="$(of best_kid g)" '$8 == kid { print $1, $7 }' g.tsv)
[ "$best" = "$(of best_step g) $(of best_fd g)" ] && [ "$(of step g.best) $(of best_fd g.best)" = "$best" ]
tap_result $? 'with its step and fd'
[ "$(of step g)" = 32 ] && ! skinfo -t g.best | grep -q discriminator; tap_result $? 'the model is the last, the best one has no discriminator'
ok 'both draw' sh -c 'skgen -n 3 g > last.ppm && skgen -n 3 g.best > best.ppm'
exits 1 'other images' cmp -s last.ppm best.ppm

# The snapshot is the generator of that step.
step=${best% *}
ok 'a training up to the best step' $gan $given -n "$step" --save-every "$step" --log short.tsv -o short $classes
cmp <(skgen -n 5 short) <(skgen -n 5 g.best); tap_result $? 'ends in its generator'
judged short.tsv 8 | grep -qx -e "$(of best_kid g)"; tap_result $? 'with its figures'

# The same whatever the threads, and however often it is killed.
ok 'on two threads' $gan -j 2 $given --log g2.tsv -o g2 $classes
same 'the same model' g g2
same 'the same best one' g.best g2.best
same 'the same checkpoint' g.ckpt g2.ckpt
cut -f 1-8 g.tsv > a; cut -f 1-8 g2.tsv > b
same 'the same log' a b
ok 'killed, and resumed' "$TESTS/kill-test" 5 KILL --width 2 --kernel 4 --ema 3 --judge "$PWD/judge"
ok 'of two classes' "$TESTS/kill-test" 3 KILL --classes --width 2 --kernel 4 --judge "$PWD/judge"
rm -f g2.best
ok 'resumed where the best one is lost' $gan $given --resume -o g2 $classes
same 'makes it again' g.best g2.best

# With --ema the average is judged and kept.
ok 'an average' $gan $given --ema 3 -o e $classes
cmp <(skinfo -d generator.fc.weight e.ckpt) <(skinfo -d generator.fc.weight e); tap_result $? 'is in the checkpoint'
[ "$(of best_step e)" = 32 ] || exits 1 'the best one is of another step' cmp -s <(skgen -n 2 e) <(skgen -n 2 e.best)

# What a run is.
while IFS='|' read -r what pattern options; do
    exits 1 "resumed with $what is refused" $gan $options --resume -o g $classes
    says "by name: $what" "^sktrain: g: is of another run: .*$pattern" "$err"
done << END
another interval|judged_every is 5 there and 6 here|$given --save-every 6
more steps, no multiple|judged_last is 32 there and 33 here|$given -n 33
more steps, a multiple|judged_last is 32 there and 0 here|$given -n 35
other images|valid_count is 13 there and 8 here|--valid benign=vb.ppm
a carved tenth|valid_count is 13 there and 6 here|
END
exits 1 'resumed without a judge' sktrain gan -q $tiny --latent 4 -l 0.002 -n 32 --save-every 5 --resume -o g $classes
says 'by name' 'judge is [0-9a-f]{8} there and none here' "$err"
ok 'without a judge' sktrain gan -q $tiny --latent 4 -l 0.002 -n 12 --save-every 5 -o n $classes
[ ! -e n.best ]; tap_result $? 'nothing is kept beside'
exits 1 'which is not gone on with one' $gan $given -n 12 --resume -o n $classes
ok 'steps that are a multiple' $gan $given -n 10 -o long $classes
ok 'may become more' $gan $given -n 20 --resume -o long $classes
ok 'as at once' $gan $given -n 20 -o once $classes
same 'the same model' once long
same 'and best one' once.best long.best

# Without --valid a tenth is carved out, and not trained on.
ok 'without --valid' sktrain gan ${tiny% -b 6} -b 6 --latent 4 -n 10 --judge judge -o carved --log carved.tsv $classes
says 'it is said' 'warning: no --valid: a tenth of the training images is judged by' "$err"
[ "$(of valid_count carved)" = 6 ]; tap_result $? 'of either class'
awk -F '\t' 'END { exit !($1 == 10 && $2 == sprintf("%.4f", 60 / 54)) }' carved.tsv; tap_result $? 'an epoch is what is left'
ok 'streams alone' $gan --valid vb.ppm --valid vm.ppm -n 5 -o alone b.ppm m.ppm
[ "$(of valid_count alone)" = 13 ]; tap_result $? 'judged by all of both'
ok 'a judge down a pipe' sh -c "$gan $given --judge - -o piped $classes < judge"
same 'the same' g.best piped.best

# What cannot judge.
head -c 3085 vb.ppm > one.ppm
: > empty
fails 'a GAN' 'n: is a gan, not a classifier' $tiny --judge n -o x $classes
fails 'no such file' 'nowhere: No such file' $tiny --judge nowhere -o x $classes
head -c 700 judge > cut.judge
fails 'a cut file' 'cut.judge: the file ends' $tiny --judge cut.judge -o x $classes
fails 'another size' 'judge: judges images of 32x32, not 64x64' --judge judge --width 2 -o x nowhere.ppm
fails 'one image' '1 validation image: two at least' $tiny --judge judge --valid one.ppm -o x b.ppm
fails 'no image' '--valid: no image' $tiny --judge judge --valid empty -o x b.ppm
exits 2 'a class that is not trained on' sktrain gan -q $tiny --judge judge --valid naevus=vm.ppm -o x benign=b.ppm
says 'is named' '--valid naevus: no training images of this class' "$err"
fails 'the judge as the model' 'judge: is read too' $tiny --judge judge -o judge b.ppm
cp judge x.best
fails 'the judge where the best one goes' 'x.best: is read too' $tiny --judge x.best -o x b.ppm
fails 'the log where the best one goes' 'y.best' $tiny --judge judge --log y.best -o y b.ppm
[ ! -e x ] && [ ! -e y ] && [ ! -e y.best ]; tap_result $? 'nothing is left'
done_testing
