#!/bin/bash
# shellcheck disable=SC2154,SC2086 # out and err are tap.sh's; options are split on purpose
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

skphantom -n 40 -w 32 benign > benign.ppm
skphantom -n 40 -w 32 malignant > malignant.ppm
skphantom -n 20 -w 32 -s 2 benign > valid-benign.ppm
skphantom -n 20 -w 32 -s 2 malignant > valid-malignant.ppm
sktrain classifier -q --size 32 --width 4 --kernel 4 -b 16 -e 8 --valid benign=valid-benign.ppm \
    --valid malignant=valid-malignant.ppm -o classifier benign=benign.ppm malignant=malignant.ppm
sktrain gan -q --size 32 --width 4 --latent 4 -b 8 -n 4 -o gan malignant.ppm

ok 'a table' sh -c 'skclassify -l malignant classifier malignant.ppm > table'
says 'names the classes' '^# classes: benign malignant$' table
says 'names the model' '^# model: classifier:[0-9a-f]{8}$' table
says 'has a header' '^image	truth	score	predicted$' table
[ "$(grep -c '^[0-9]*	malignant	[01]\.[0-9]*	\(benign\|malignant\)$' table)" -eq 40 ]; tap_result $? 'and a row an image'
grep -v '^[#i]' table | awk -F '\t' '$1 != NR - 1 || ($3 >= 0.5) != ($4 == "malignant") { exit 1 }'
tap_result $? 'in order, predicted by the score'
skclassify -l benign classifier benign.ppm | grep -v '^[#i]' | cat table - | skmetrics score > metrics
awk -F '\t' '$1 == "auc" { exit !($2 > 0.6) }' metrics; tap_result $? 'which it learnt from'
[ "$(cut -f 3 table | grep -cE '0\.[0-9]{8,}$|e-[0-9]+$')" -ge 20 ]; tap_result $? 'with 9 digits, so that what differs does not tie'
ok 'on one thread' sh -c 'skclassify -j 1 -l malignant classifier malignant.ppm > j1'
same 'the same table' table j1
ok 'without the truth, from standard input' sh -c 'skclassify classifier < malignant.ppm > unknown'
[ "$(cut -f 2 unknown | grep -c '^-$')" -eq 40 ]; tap_result $? 'it is -'
ok 'two streams' sh -c 'skclassify classifier benign.ppm malignant.ppm | tail -n 1 > last'
says 'are counted through' '^79	' last
ok 'compressed images' sh -c 'gzip -c malignant.ppm | skclassify -l malignant classifier - > gz'
same 'are the same' table gz
ok 'no image' sh -c 'skclassify classifier < /dev/null > none'
[ "$(wc -l < none)" -eq 3 ]; tap_result $? 'is a table without rows'
ok 'from the checkpoint' skclassify classifier.ckpt malignant.ppm

# More than two classes: a column each, and the last class's probability as with two.
skphantom -n 40 -w 32 --overlap 0.9 malignant > middle.ppm
sktrain classifier -q --size 32 --width 4 --kernel 4 -b 16 -e 4 -o three benign=benign.ppm middle=middle.ppm malignant=malignant.ppm
ok 'three classes' sh -c 'for c in benign middle malignant; do skclassify -l $c three $c.ppm; done | awk "!/^(#|image)/ || !seen[\$0]++" > three.tsv'
says 'are named' '^# classes: benign middle malignant$' three.tsv
says 'have a column each' '^image	truth	score	predicted	score:benign	score:middle	score:malignant$' three.tsv
awk -F '\t' 'BEGIN { split("benign middle malignant", name, " ") } /^[0-9]/ {
    n++; best = 1; for (c = 2; c <= 3; c++) if ($(4 + c) >= $(4 + best)) best = c
    sum = $5 + $6 + $7; if (sum < 0.999998 || sum > 1.000002 || $3 != $7 || $4 != name[best]) exit 1 } END { exit n != 120 }' three.tsv
tap_result $? 'which sum to 1; the likeliest is predicted'
ok 'measured' sh -c 'skmetrics score three.tsv > metrics'
awk -F '\t' '$1 ~ /^confusion:/ { n += $2; k++ } END { exit !(n == 120 && k == 9) }' metrics; tap_result $? 'all confusions are counted'
sed 's/"benign middle malignant"/"benign middle malignanT"/' three > renamed
exits 1 'other names without their checksum' skclassify renamed benign.ppm

# Turns: the mean over what is made by netpbm's programs; and turns of an image have its score.
for t in null lr tb xy r90 r180 r270 xform=leftright,topbottom,transpose; do
    skeach pamflip -$t < valid-malignant.ppm > turned.ppm
    skclassify classifier turned.ppm | grep -v '^[#i]' | cut -f 3 > turn-${t%%=*}
    skclassify --tta classifier turned.ppm | grep -v '^[#i]' | cut -f 3 > all-${t%%=*}
done
paste turn-* | awk '{ s = 0; for (c = 1; c <= NF; c++) s += $c; printf "%.9f\n", s / NF; n = NF } END { exit n != 8 }' > mean
ok 'turns' sh -c 'skclassify --tta classifier valid-malignant.ppm > tta'
says 'are said' '^# turns: 8$' tta
grep -v '^[#i]' tta | cut -f 3 | paste - mean | awk '{ d = $1 - $2; if (d > 1e-6 || d < -1e-6) exit 1 } END { exit NR != 20 }'
tap_result $? 'the mean over eight'
paste all-* | awk '{ for (c = 2; c <= NF; c++) { d = $c - $1; if (d > 1e-6 || d < -1e-6) exit 1 } }'; tap_result $? 'of any turn the same'
! cmp -s turn-null turn-xy; tap_result $? 'which single scores are not'
ok 'on one thread' sh -c 'skclassify -j 1 --tta classifier valid-malignant.ppm > j1'
same 'the same bytes' tta j1
ok 'features beside turns' sh -c 'skclassify --tta --features turned classifier malignant.ppm > again && skclassify --features as-they-are classifier malignant.ppm > again'
same 'are those of the images as they are' turned as-they-are

# Thresholds and temperatures: the option's, the model's, or 0.5.
ok '--threshold' sh -c 'skclassify --threshold 0.9 classifier malignant.ppm > high'
says 'is said' '^# threshold: 0.9$' high
awk -F '\t' '/^[0-9]/ { n += ($3 >= 0.9) != ($4 == "malignant") } END { exit n > 0 }' high; tap_result $? 'and followed'
for bad in -0.1 1.1 nan x ''; do exits 2 "--threshold '$bad'" skclassify --threshold "$bad" classifier malignant.ppm; done
exits 2 '--threshold of three classes' skclassify --threshold 0.5 three malignant.ppm
says 'says why' 'threshold is of two classes, not of 3' "$err"
sktrain classifier -q --size 32 --width 4 --kernel 4 -b 16 -e 8 --calibrate --valid benign=valid-benign.ppm \
    --valid malignant=valid-malignant.ppm -o calibrated benign=benign.ppm malignant=malignant.ppm
ok 'a calibrated model' sh -c 'skclassify calibrated malignant.ppm > own && skclassify classifier malignant.ppm > plain'
threshold=$(skinfo calibrated | sed -n 's/^threshold\t//p')
says 'its threshold stands there' "^# threshold: $threshold\$" own
awk -F '\t' -v t="$threshold" '/^[0-9]/ { n += ($3 >= t) != ($4 == "malignant") } END { exit n > 0 }' own; tap_result $? 'and is followed'
grep -v '^[#i]' plain | cut -f 3 | paste - <(grep -v '^[#i]' own | cut -f 3) |
    awk -v t="$(skinfo calibrated | sed -n 's/^temperature\t//p')" '{ d = log($1 / (1 - $1)) / t - log($2 / (1 - $2)); if (d > 1e-4 || d < -1e-4) exit 1 }'
tap_result $? 'the temperature divides the logits'
ok 'an option against its own' sh -c 'skclassify --threshold 0.5 calibrated malignant.ppm | grep -c "^# threshold: 0.5"'
ok 'checkpoints have them too' sh -c 'skclassify calibrated.ckpt malignant.ppm | grep -q "^# threshold: $0$"' "$threshold"

# Several models.
sktrain classifier -q --size 32 --width 4 --kernel 4 -b 16 -e 4 -s 2 --valid benign=valid-benign.ppm \
    --valid malignant=valid-malignant.ppm -o classifier.2 benign=benign.ppm malignant=malignant.ppm
sktrain classifier -q --size 32 --width 4 --kernel 5 -b 16 -e 4 -s 3 -o reversed malignant=malignant.ppm benign=benign.ppm
ok 'two' sh -c 'skclassify --with classifier.2 classifier malignant.ppm > with && skclassify classifier.2 malignant.ppm > second'
says 'are named' "^# with: classifier:$(skinfo classifier.2 | sed -n 's/^crc32\t//p')\$" with
mean_of() { grep -v '^[#i]' "$1" | cut -f 3 | paste - <(grep -v '^[#i]' "$2" | cut -f 3); }
mean_of plain second | awk '{ printf "%.9f\n", ($1 + $2) / 2 }' | paste - <(grep -v '^[#i]' with | cut -f 3) |
    awk '{ d = $1 - $2; if (d > 1e-8 || d < -1e-8) exit 1 }'
tap_result $? 'the mean of their scores'
ok 'classes in another order, another kernel' sh -c 'skclassify --with reversed classifier malignant.ppm > with && skclassify reversed malignant.ppm > second'
mean_of plain second | awk '{ printf "%.9f\n", ($1 + 1 - $2) / 2 }' | paste - <(grep -v '^[#i]' with | cut -f 3) |
    awk '{ d = $1 - $2; if (d > 1e-8 || d < -1e-8) exit 1 }'
tap_result $? 'by their names'
ok 'with itself' sh -c 'skclassify --with classifier --with classifier --with classifier classifier malignant.ppm | grep -v "^#" > with'
grep -v '^#' plain > without
same 'the scores of one' with without
exits 1 'other classes' skclassify --with three classifier malignant.ppm
says 'are named' 'three: is of other classes \(benign middle malignant\) than the first model$' "$err"
exits 1 'a GAN' skclassify --with gan classifier malignant.ppm
sktrain classifier -q --size 64 --width 2 --kernel 4 -b 4 -n 1 -o large benign=<(skphantom -n 4 -w 64 benign) malignant=<(skphantom -n 4 -w 64 malignant)
exits 1 'another size' skclassify --with large classifier malignant.ppm
says 'is named' 'large: is of --size 64, the first model of 32$' "$err"
exits 1 'features over a model of --with' skclassify --features classifier.2 --with classifier.2 classifier malignant.ppm
ok 'a label that no class has' skclassify -l malignat classifier malignant.ppm
says 'is said' "^skclassify: warning: --truth: 'malignat' is none of the model's classes: benign malignant$" "$err"
ok 'one that a class has' skclassify -l benign classifier malignant.ppm
[ ! -s "$err" ]; tap_result $? 'is not'

# Heat maps: red - blue is the heat. On phantoms 80 % of it lies on the lesion.
skphantom -n 200 -w 32 benign > many-benign.ppm
skphantom -n 200 -w 32 malignant > many-malignant.ppm
sktrain classifier -q --size 32 --width 8 --kernel 5 -b 16 -e 12 --valid benign=valid-benign.ppm \
    --valid malignant=valid-malignant.ppm -o seeing benign=many-benign.ppm malignant=many-malignant.ppm
samples() { od -An -v -tu1 -w1 "$1" | awk -v size="$2" '(NR - 1) % size >= 13 { print $1 }'; } # of images of so many bytes, 13 the header
share() # HEAT MASKS: how many images, and the mean over them of the share of the heat that lies on the mask
{
    paste <(samples "$1" 3085 | paste - - -) <(samples "$2" 1037) | awk '
        { all += $1 - $3; on += ($1 - $3) * $4 / 255 }
        NR % 1024 == 0 { n++; s += all > 0 ? on / all : 0; all = on = 0 }
        END { printf "%d %.4f\n", n, n ? s / n : 0 }'
}
for class in benign malignant; do
    skphantom -n 25 -w 32 -s 3 --mask $class.masks $class > $class.seen
    for how in -q --tta; do
        ok "heat maps of $class, $how" skclassify $how --explain $class.heat seeing $class.seen
        share $class.heat $class.masks > share
        awk '{ exit !($1 == 25 && $2 > 0.8) }' share; tap_result $? "four fifths lie on the lesion: $(cat share)"
    done
done
sktrain classifier -q --preset best --size 32 --width 8 -b 16 -e 16 --valid benign=valid-benign.ppm --valid malignant=valid-malignant.ppm \
    -o residual.best benign=many-benign.ppm malignant=many-malignant.ppm
for class in benign malignant; do
    ok "heat maps of $class by the best preset's network" skclassify --explain $class.heat residual.best $class.seen
    share $class.heat $class.masks > share
    awk '{ exit !($1 == 25 && $2 > 0.8) }' share; tap_result $? "four fifths lie on the lesion: $(cat share)"
done
ok 'heat maps of malignant' skclassify --tta --explain malignant.heat seeing malignant.seen
skclassify seeing malignant.seen > plain
ok 'heat maps on two threads' sh -c 'skclassify -j 2 --explain j2.heat seeing malignant.seen > explained'
same 'the table is as without' plain explained
ok 'on one' sh -c 'skclassify -j 1 --explain j1.heat seeing malignant.seen > again'
same 'the same bytes' j2.heat j1.heat
ok 'of one image' sh -c 'tail -c 3085 malignant.seen | skclassify --explain one.heat seeing > again'
tail -c 3085 j1.heat > last.heat
same 'the same as among others' last.heat one.heat
[ "$(head -c 12 j1.heat | tr '\n' ' ')" = 'P6 32 32 255' ]; tap_result $? 'are PPM of the size of the images'
samples j1.heat 3085 | paste - - - | awk '{ h = $1 - $3; if (h < 0 || $2 < $3 || $1 < $2) exit 1; if (h > most) most = h }
    NR % 1024 == 0 { if (most != 255) exit 1; most = 0; n++ } END { exit n != 25 }'
tap_result $? 'the hottest pixel of each is 255'
for t in lr r90; do
    skeach pamflip -$t < malignant.seen > turned.ppm
    skeach pamflip -$t < malignant.heat > turned.heat
    skclassify --tta --explain own.heat seeing turned.ppm > again
    paste <(samples own.heat 3085) <(samples turned.heat 3085) |
        awk '{ d = $1 - $2; if (d > 2 || d < -2) n++ } END { exit !(NR == 76800 && n < 50) }'
    tap_result $? "with --tta those of turned images are turned: $t"
done
ok 'with itself' skclassify --with seeing --explain with.heat seeing malignant.seen
paste <(samples with.heat 3085) <(samples j1.heat 3085) | awk '{ d = $1 - $2; if (d > 1 || d < -1) exit 1 } END { exit NR != 76800 }'
tap_result $? 'the same heat'
for model in "--with reversed classifier" three reversed; do
    ok "heat maps by $model" sh -c 'skclassify --explain some.heat '"$model"' malignant.seen > again'
    [ "$(wc -c < some.heat)" -eq $((25 * 3085)) ] && ! cmp -s some.heat j1.heat; tap_result $? 'are those of another network'
done
sktrain classifier -q --arch resnet --size 32 --width 4 -b 16 -e 1 -o residual benign=benign.ppm malignant=malignant.ppm 2> /dev/null
ok 'by a residual network' skclassify --explain residual.heat residual malignant.seen
ok 'of no image' sh -c 'skclassify --explain none.heat seeing < /dev/null > again'
[ -e none.heat ] && [ ! -s none.heat ]; tap_result $? 'an empty stream'
ppmmake gray50 32 32 > flat.ppm
ok 'of an image of one colour' skclassify --explain flat.heat seeing flat.ppm
ok 'into a pipe' bash -c 'skclassify --explain >(cat > piped.heat; touch piped.done) seeing malignant.seen > again; until [ -e piped.done ]; do sleep 0.01; done'
same 'the same pictures' j1.heat piped.heat
exits 2 'heat maps to standard output' skclassify --explain - seeing malignant.seen
says 'are refused' 'explain wants a file: the table is on standard output' "$err"
exits 1 'heat maps where the table goes' sh -c 'skclassify --explain both seeing malignant.seen > both'
exits 1 'where the features go' skclassify --features both --explain both seeing malignant.seen
exits 1 'over the images' skclassify --explain malignant.seen seeing malignant.seen
exits 1 'over the model' skclassify --explain seeing seeing malignant.seen
exits 1 'over one of --with' skclassify --explain classifier.2 --with classifier.2 classifier malignant.seen
exits 1 'of a damaged stream' sh -c 'head -c 5000 malignant.seen | skclassify --explain left seeing'
exits 1 'beside a table that cannot be written' sh -c 'skclassify --explain left seeing malignant.seen > /dev/full'
exits 1 'on a full disk' skclassify --explain /dev/full seeing malignant.seen
[ -z "$(find . -name '*left*')" ]; tap_result $? 'none are left'

# A model card: each fact is the file's.
ok 'a card' sh -c 'skclassify --card calibrated > card'
says 'is one' '^# Model card$' card
skinfo calibrated | while IFS=$(printf '\t') read -r key value; do
    grep -Fxq -e "- $key: $value" card || grep -Fq -e "($key): $value" card || echo "$key"
done > untold
[ ! -s untold ]; tap_result $? 'says all that the file says'
says 'the number of validation images' "n = $(skinfo calibrated | sed -n 's/^valid_count\t//p')," card
says 'what it is not' 'no medical device' card
says 'what nobody can know' '^- 17 ethical approval: missing$' card
says 'validation given apart' 'were given apart' card
ok 'of one whose validation was carved out' sh -c 'skclassify --card three > card'
says 'says so' 'carved out of the images given' card
says 'no threshold where the file has none' '^- Threshold \(threshold\): missing$' card
skinfo three > facts
sed -n 's/.*(\([a-z0-9_]*\)): \(.*\)/\1\t\2/p' card | grep -v '	missing$' | grep -vFxf facts > invented
[ ! -s invented ]; tap_result $? 'nothing is invented'
ok 'from standard input' sh -c 'skclassify --card - < three > piped'
same 'the same' card piped
exits 1 'a card with a stream' skclassify --card three malignant.ppm
for class in benign malignant; do skclassify -q -l $class calibrated $class.ppm; done > for.card
skmetrics score -q -r 100 for.card > metrics.tsv
{ echo site; for class in benign malignant; do skclassify -q calibrated $class.ppm; done | awk '/^[0-9]/ { print NR % 2 ? "arm" : "leg" }'; } > sites
skmetrics score -q -r 100 --by sites for.card > by.tsv
ok 'with what was measured' sh -c 'skclassify --card calibrated metrics.tsv > card'
says 'metrics have their intervals' "^- auc: $(awk -F '\t' '$1 == "auc" { print $2 " ." $3 " to " $4 ".$" }' metrics.tsv)" card
says 'which answers what asks for them' '^- 38 precision of these estimates: in part, see metrics.tsv$' card
says 'but not by group' '^- 14 fairness: missing$' card
ok 'by strata' sh -c 'skclassify --card calibrated metrics.tsv by.tsv > card'
says 'each for itself' '^- auc, .*(arm|leg).*: ' card
says 'which answers that' '^- 14 fairness: in part, see by.tsv$' card
says 'after the others' '^## Measured: by.tsv$' card
exits 1 'of another model' skclassify --card three metrics.tsv
says 'is refused by name' 'metrics.tsv: has figures of another model, ' "$err"
skclassify -q -l benign calibrated benign.ppm > half.benign
skclassify -q -l malignant classifier.2 malignant.ppm > half.malignant
skmetrics score -q -r 100 half.benign half.malignant > mixed.tsv
exits 1 'of this one and another' skclassify --card calibrated mixed.tsv
says 'is refused' "^skclassify: calibrated: mixed.tsv: has figures of another model, classifier:.*, not of " "$err"
for class in benign malignant; do skclassify -q --with classifier.2 -l $class calibrated $class.ppm; done | skmetrics score -q -r 100 > mean.tsv
exits 1 'of a mean with another' skclassify --card calibrated mean.tsv
says 'is refused' '^skclassify: calibrated: mean.tsv: has figures of the mean of several models, not of this one$' "$err"
sed 's/^auc\t/a<b>*c*\&lt;[d]\t/' metrics.tsv > marked.tsv
ok 'figures whose names Markdown would take for its own' sh -c 'skclassify --card calibrated marked.tsv > card'
grep -qF -e '- a\<b>\*c\*\&lt;\[d]: ' card; tap_result $? 'stand as they are'
exits 1 'scores for metrics' skclassify --card calibrated for.card
says 'are refused' 'for.card: is no table of skmetrics score: it has no column metric' "$err"
grep -v model: metrics.tsv > nameless
exits 1 'of nobody' skclassify --card calibrated nameless
says 'are refused' 'nameless: does not say which model its figures are of' "$err"
for option in --tta '-l benign' '--threshold 0.5' '--with three' '--features f' '--explain f'; do
    exits 2 "a card beside $option" skclassify --card $option three
done
exits 2 'of no model' skclassify --card
exits 1 'of a GAN' skclassify --card gan
exits 1 'of what is no model' skclassify --card malignant.ppm
exits 1 'on a full disk' sh -c 'skclassify --card three > /dev/full'

# Features.
ok 'features' sh -c 'skclassify --features f classifier malignant.ppm > again && skclassify --features g classifier benign.ppm > other'
[ "$(tail -c +9 f | head -c 400 | grep -c '"features":{"dtype":"F32","shape":\[40,16\]')" -eq 1 ]
tap_result $? 'of the last map, a row an image'
ok 'serve a Frechet distance' sh -c 'skmetrics fid -q f g > fid'
awk -F '\t' '$1 == "fd" { exit !($2 > 0) }' fid; tap_result $? 'above 0 for other images'
ok 'and for the same' sh -c 'skmetrics fid -q f f > same'
awk -F '\t' '$1 == "fd" { exit !($2 < 1e-3 && $2 > -1e-3) }' same; tap_result $? '0'

for command in 'head -c 0 malignant.ppm' 'head -c $((13 + 3072)) malignant.ppm'; do
    sh -c "$command | skclassify --features few classifier" > table
    [ "$(head -c 300 few | grep -ao '"shape":\[[01],16\]')" ]; tap_result $? "features of few images: $command"
done
ok 'features into a pipe' bash -c 'skclassify --features >(cat > piped; touch done) classifier malignant.ppm > again; until [ -e done ]; do sleep 0.01; done'
same 'are the same' f piped
cp classifier kept
for file in classifier malignant.ppm; do
    exits 1 "features over $file" skclassify --features $file classifier malignant.ppm
    says 'are refused' "^skclassify: $file: is read too$" "$err"
    [ ! -s "$out" ]; tap_result $? 'before any row'
done
exits 1 'features over standard input' sh -c 'skclassify --features malignant.ppm classifier < malignant.ppm'
same 'the model is as it was' classifier kept
exits 1 'features where the table goes' sh -c 'skclassify --features both classifier malignant.ppm > both'
exits 1 'and in its pipe' bash -c 'set -o pipefail; skclassify --features /dev/stdout classifier malignant.ppm | cat'
exits 1 'a damaged image' sh -c 'head -c 5000 malignant.ppm | skclassify --features left classifier'
[ -z "$(find . -name '*left*')" ]; tap_result $? 'leaves no features'
exits 1 'a table that cannot be written' sh -c 'skclassify --features left classifier malignant.ppm > /dev/full'
[ -z "$(find . -name '*left*')" ]; tap_result $? 'leaves none either'

# Memory stays, however many images there are: these features would be 10 MB, in 16 of room.
if [ "${SK_FLAVOR:-release}" = release ] && [ -x /usr/bin/time ]; then
    sktrain classifier -q --size 32 --width 64 --kernel 4 -b 2 -n 1 -o wide benign=benign.ppm malignant=malignant.ppm 2> /dev/null
    for _ in $(seq 25); do cat malignant.ppm; done > thousand.ppm
    /usr/bin/time -f %M -o peak.few skclassify --features few wide thousand.ppm > table
    for _ in 1 2 3 4 5 6 7 8 9 10; do cat thousand.ppm; done | /usr/bin/time -f %M -o peak.many skclassify --features many wide > table
    [ "$(wc -c < many)" -gt 10240000 ]; tap_result $? 'features of many images'
    [ "$(cat peak.many)" -lt $(($(cat peak.few) + 4096)) ]; tap_result $? 'in the memory of few'
else
    skip 'features of many images in the memory of few' 'no time(1), or a sanitizer'
fi

# Inception: what is refused (tests/unit/test_inception.c has its figures).
inception() # METADATA
{
    local header="{\"__metadata__\":{\"architecture\":\"inception_v3\"$1}}"
    printf '%b%s' "\\x$(printf %02x ${#header})\\0\\0\\0\\0\\0\\0\\0" "$header"
}
inception > bare
exits 1 'Inception without --features' skclassify bare malignant.ppm
says 'has no scores' '^skclassify: bare: Inception gives features, no scores' "$err"
exits 2 'Inception with a truth, which is for a table' skclassify -l benign --features f bare malignant.ppm
says 'has none' '^skclassify: bare: Inception gives features, no table: --truth has no meaning' "$err"
exits 1 'Inception without a variant' skclassify --features f bare malignant.ppm
says 'is refused' "^skclassify: bare: no metadata 'variant'" "$err"
inception ',"variant":"keras"' > empty
exits 1 'Inception without tensors' skclassify --features f empty malignant.ppm
says 'is refused' '^skclassify: empty: .*Conv2d_1a_3x3.conv.weight' "$err"
exits 2 'Inception with heat maps' skclassify --explain heat --features f bare malignant.ppm
# With weights made by counting, and images of any size and kind.
"$ROOT/build/${SK_FLAVOR:-release}/unit/test_inception" weights inception
(skphantom -n 2 -w 50 benign; skphantom -n 1 -w 20 benign | ppmtopgm) > three.ppm
ok 'Inception' skclassify -j 2 --features i2 inception three.ppm
[ ! -s "$out" ]; tap_result $? 'writes no table'
[ "$(head -c 400 i2 | grep -oa '"shape":\[3,2048\]')" ]; tap_result $? 'and 2048 features of each image'
ok 'on one thread, from standard input' sh -c 'cat three.ppm | skclassify -j 1 --features i1 inception'
same 'the same features' i1 i2
ok 'to standard output, which has no table' sh -c 'skclassify -j 1 --features /dev/stdout inception three.ppm | cat > io'
same 'the same features too' io i1
ok 'whatever kernel OpenBLAS takes' env OPENBLAS_CORETYPE=Prescott skclassify -j 2 --features i3 inception three.ppm
same 'the same features' i1 i3
ok 'a distance' sh -c 'skmetrics fid -q i1 i2 > ifid'
says 'names the extractor' 'inception-keras:[0-9a-f]{8}' ifid

# Bad models and images.
exits 1 'a GAN' skclassify gan malignant.ppm
says 'is no classifier' '^skclassify: gan: is a gan, not a classifier$' "$err"
exits 1 'no such model' skclassify nowhere malignant.ppm
{ head -c 6000 classifier; printf '\377'; tail -c +6002 classifier; } > flipped
exits 1 'a flipped byte' skclassify flipped malignant.ppm
says 'is refused' '^skclassify: flipped: .*CRC' "$err"
skphantom -w 33 benign > odd.ppm
exits 1 'an image of another size' sh -c 'cat malignant.ppm odd.ppm | skclassify classifier'
says 'is named' '^skclassify: standard input: image 40: is 33x33, not 32x32' "$err"
[ "$(grep -c '^[0-9]' "$out")" -eq 40 ]; tap_result $? 'after the rows before it'
head -c 5000 malignant.ppm > short.ppm
exits 1 'a truncated stream' skclassify classifier short.ppm
says 'is named' '^skclassify: short.ppm: image 1' "$err"
[ "$(grep -c '^[0-9]' "$out")" -eq 1 ]; tap_result $? 'after the row before it'
exits 1 'a full disk' sh -c 'skclassify classifier malignant.ppm > /dev/full'
says 'is said' '^skclassify: standard output: No space left on device$' "$err"
exits 1 'features to a full disk' skclassify --features /dev/full/f classifier malignant.ppm
exits 2 'no model' skclassify
for words in '-' '- -' '- malignant.ppm -' '--with - classifier' '--with - classifier -' '--with - - malignant.ppm' '--with - --with - classifier malignant.ppm'; do
    # shellcheck disable=SC2086 # words
    exits 2 "standard input twice: $words" skclassify $words < classifier
    says 'is said' '^skclassify: standard input is a model: images, and other models, come from elsewhere$' "$err"
done
ok 'a model from standard input' bash -c 'skclassify - malignant.ppm < classifier | cmp - <(skclassify classifier malignant.ppm)'
exits 2 'features to standard output' skclassify --features - classifier malignant.ppm
exits 2 'a truth that is no word' skclassify -l '' classifier malignant.ppm
ok 'help' skclassify -h
says 'goes to stdout' '^usage: skclassify' "$out"
ok 'version' skclassify -V

# The page's examples.
ok 'the first example of the page' bash -c '{ skclassify -l benign classifier valid-benign.ppm
  skclassify -l malignant classifier valid-malignant.ppm | grep -v "^[#i]"
} | skmetrics score'
ok 'the second' sh -c 'skclassify --features real classifier malignant.ppm > real.tsv &&
skgen -n 64 gan | skclassify --features fake classifier > fake.tsv && skmetrics fid real fake'
ok 'the heat maps of the page' bash -c 'set -e; cp large classifier
skphantom -n 50 -s 2 --mask masks.pgm malignant > lesions.ppm
skclassify --tta --explain heat.ppm classifier lesions.ppm > scores.tsv
pnmcat -leftright <(head -c 12301 lesions.ppm) <(head -c 12301 heat.ppm) | pnmtopng > heat.png'
done_testing
