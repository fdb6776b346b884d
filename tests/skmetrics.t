# skmetrics: figures against scikit-learn's and scipy's (tests/fixtures/metrics.py), rules of the positive class,
# bad input, streams.
. "$(dirname "$0")/tap.sh"
. "$TESTS/tables.sh"

# --- figures -----------------------------------------------------------------
cp "$fixtures"/scores*.tsv "$fixtures"/second*.tsv "$fixtures"/multi*.tsv "$fixtures"/features* .

ok 'score runs' skmetrics score scores.tsv
cp "$out" score.tsv
ok 'score agrees with scikit-learn' close_tables <(cat scores.metrics.tsv; tail -n +2 scores.points.tsv) score.tsv 2
ok "Wilson's intervals agree with scipy" close_tables scores.wilson.tsv <(grep -E '^(metric|accuracy|sens.*ty|spec.*ty|precision|npv)	' score.tsv) 4
delong() { printf 'what\tvalue\tlow\thigh\n'; for table in "$@"; do skmetrics score "$table" | grep ^auc; done | cut -f 2-4 | paste <(printf 'a\nb\n') -; }
ok "DeLong's intervals agree with pROC" close_tables <(head -n 3 second.delong.tsv) <(delong scores.tsv second.tsv) 4
skmetrics compare scores.tsv second.tsv >second.compare
ok "DeLong's paired test agrees with pROC" close_tables <(printf 'd\tl\th\tp\n'; sed -n 4p second.delong.tsv | cut -f 2-) \
    <(printf 'd\tl\th\tp\n'; grep ^auc second.compare | cut -f 4-) 4
ok "McNemar's test agrees with scipy" close_tables second.mcnemar.tsv <(grep -E '^(metric|accuracy|sensitivity|specificity)	' second.compare | cut -f 1-4,7) 5
ok 'three classes' skmetrics score multi.tsv
cp "$out" multi.score
ok 'agree with scikit-learn, each against the rest and all together' close_tables multi.metrics.tsv <(grep -v '^ece' multi.score) 2
for metric in multiclass_accuracy multiclass_balanced_accuracy macro_f1 macro_auc macro_pr_auc auc:bkl f1:nv; do
    ok "$metric lies within its interval" interval "$metric" multi.score
done
ok 'three classes, one asked for' skmetrics score -p bkl multi.tsv
same 'is that one against the rest' <(grep -v '^#' "$out" | tail -n +2) <(sed -n 's/:bkl	/	/p' multi.score | grep -v ^conf)
for metric in accuracy sensitivity specificity precision npv f1 balanced_accuracy mcc auc pr_auc brier ece; do
    ok "$metric lies within its interval" interval "$metric" score.tsv
done
for metric in n tp fp tn fn; do
    says "$metric has no interval" "^$metric${tab}[0-9]+${tab}-${tab}-$" score.tsv
done
says 'score says what was measured' '^# metrics of 60 images: 31 malignant, 29 others$' score.tsv
says 'score hands provenance on' '^#   split: test$' score.tsv
says 'score says how' 'BCa bootstrap within classes, 2000 replicates, seed 1$' score.tsv
for curve in roc pr calibration; do
    ok "$curve runs" skmetrics $curve scores.tsv
    cp "$out" $curve.tsv
    ok "$curve agrees with scikit-learn" close_tables scores.$curve.tsv $curve.tsv 5
done
says 'roc starts above all scores, which is no number' "^-${tab}0${tab}0$" roc.tsv
says 'roc says its area' "^# auc: $(value auc score.tsv)$" roc.tsv

for pair in fake few; do
    ok "fid runs: $pair" skmetrics fid features.real features.$pair
    cp "$out" fid.$pair
    cp "$err" fid.$pair.err
    # scipy's root of a singular matrix is good to 8 digits
    equal "$(value fd fid.$pair | awk '{ printf "%.7g", $1 }')" \
        "$(awk -v p=$pair '$1 == p { printf "%.7g", $2 }' features.distances.tsv)" "fd agrees with scipy: $pair"
done
equal "$(value kid fid.fake)" "$(awk '$1 == "fake" { printf "%.9g", $3 }' features.distances.tsv)" 'kid agrees with numpy'
equal "$(grep -v '^#' fid.few | cut -f1 | tr '\n' ' ')" 'metric fd kid kid_sd n_real n_fake dim extractor ' 'rows of fid'
equal "$(value n_fake fid.few) $(value dim fid.few) $(value extractor fid.few)" '4 6 fixture' 'fid says what it compared'
equal "$(value kid_sd fid.fake)" - 'one subset has no standard deviation'
says 'too few images for the features: a warning' '^skmetrics: warning: features.few: 4 images for 6 features' fid.few.err
equal "$(cat fid.fake.err)" '' 'enough images: none'
ok 'fid -q' skmetrics fid -q features.real features.few
equal "$(cat "$err")" '' 'no warning with -q'
ok 'a set against itself' skmetrics fid features.real features.real
equal "$(value fd "$out")" 0 'is at distance 0'
ok 'fid the other way round' skmetrics fid -q features.few features.real
equal "$(value fd "$out") $(value kid "$out")" "$(value fd fid.few) $(value kid fid.few)" 'is the same'
ok 'stats' sh -c 'skmetrics stats features.real >real.stats && skmetrics stats <features.few - >few.stats'
ok 'fid of statistics' skmetrics fid -q real.stats features.few
equal "$(value fd "$out") $(value n_real "$out") $(value dim "$out") $(value extractor "$out")" \
    "$(value fd fid.few) 20 6 fixture" 'is that of the features'
equal "$(value kid "$out") $(value kid_sd "$out")" '- -' 'but for kid'
says 'which is said' '^# .*kid needs the features' "$out"
ok 'fid of statistics alone' skmetrics fid -q few.stats real.stats
equal "$(value fd "$out")" "$(value fd fid.few)" 'too'
ok 'stats of statistics' sh -c 'skmetrics stats real.stats | cmp - real.stats'
exits 1 'nearest to statistics' skmetrics nearest real.stats features.few
says 'is refused' "^skmetrics: real.stats: no tensor 'features'" "$err"
exits 1 'stats of a table' skmetrics stats scores.tsv
exits 1 'cut statistics' sh -c 'head -c 600 real.stats | skmetrics fid -q - features.real'
exits 1 'stats to a full disk' sh -c 'skmetrics stats features.real >/dev/full'

# --- a threshold, and groups -------------------------------------------------
ok 'score -t' skmetrics score -t 0.68 <(cut -f 1-3 scores.tsv)
equal "$(value sensitivity "$out")" "$(value sensitivity_at_specificity_80 score.tsv)" 'the threshold of an operating point gives that point'
says 'which is said' '^# decision: score at least 0.68$' "$out"
ok 'the predictions were at 0.5' skmetrics score --threshold 0.5 scores.tsv
same 'and --threshold makes the same' <(grep -v '^#' "$out") <(grep -v '^#' score.tsv)
exits 2 'a threshold beyond 1' skmetrics score -t 1.1 scores.tsv
seq -f 'lesion%02g' 60 >own.groups
ok 'each row a group' skmetrics score -g own.groups scores.tsv
cp "$out" own.score
says 'is said' '^# low, high: .*bootstrap of 60 groups' own.score
ok 'the same values' close_tables score.tsv own.score 2
# the closed forms and the bootstrap are different methods, but of one error
ok 'and intervals as wide, within a fifth' awk -F '\t' '/^[a-z]/ && $3 ~ /[0-9]/ { w = $4 - $3
    if (FNR == NR) one[$1] = w; else if ($1 ~ /^(acc|sens|spec|auc)/ && $1 !~ /_at_/) { n++; r = w / one[$1]; if (r < 0.8 || r > 1.25) exit 1 } }
    END { exit n != 4 }' score.tsv own.score
grep -v '^[#i]' scores.tsv | cat scores.tsv - >twice.tsv
ok 'every image twice' skmetrics score --groups <(cat own.groups own.groups) twice.tsv
# ece apart, whose sums are rounded otherwise: a replicate that ties with the estimate then no longer does
same 'is no more than once, when groups are known' <(grep -vE '^([#n]|[tf][pn]|ece)' "$out") <(grep -vE '^([#n]|[tf][pn]|ece)' own.score)
ok 'whatever the threads' skmetrics score -j 1 -g own.groups scores.tsv
same 'it is the same' "$out" own.score
ok 'groups not known' skmetrics score -g <(yes - | head -n 60) scores.tsv
says 'are groups of their own' 'bootstrap of 60 groups' "$out"
ok 'three classes, by groups' skmetrics score -g <(seq 10 99 | sed 's/.$//') <(sort -t "$tab" -k 2,2 multi.tsv | grep -v '^[#i]' | cat <(head -n 2 multi.tsv) -)
says 'too' 'bootstrap of 9 groups' "$out"
exits 1 'too few groups' skmetrics score -g <(head -n 59 own.groups) scores.tsv
says 'is said' ': 59 lines for 60 rows of scores$' "$err"
exits 1 'too many groups' skmetrics score -g <(cat own.groups own.groups) scores.tsv
exits 1 'an empty group' skmetrics score -g <(sed '3s/.*//' own.groups) scores.tsv
says 'is said' ': line 3: no group$' "$err"
exits 1 'no such file' skmetrics score -g nothere scores.tsv
exits 2 'standard input twice' skmetrics score -g -
exits 2 'groups of a curve' skmetrics roc -g own.groups scores.tsv

# --- reproducible ------------------------------------------------------------
ok '-j 1' skmetrics score -j 1 scores.tsv
same 'one thread or many' "$out" score.tsv
ok '-s 2' skmetrics score -s 2 scores.tsv
cp "$out" seed2.tsv
ok 'another seed, the same values' close_tables score.tsv seed2.tsv 2
exits 1 'but other intervals' cmp -s <(grep ^mcc score.tsv) <(grep ^mcc seed2.tsv)
ok 'fid -j 1' skmetrics fid -j 1 features.real features.few
same 'fid: one thread or many' "$out" fid.few
(head -n 3 scores.tsv; tail -n +4 scores.tsv | tac) >turned.tsv
ok 'rows in another order' skmetrics score turned.tsv
same 'give the same figures' <(grep -v '^#' "$out") <(grep -v '^#' score.tsv)

# --- streams and files -------------------------------------------------------
ok 'standard input' skmetrics score <scores.tsv
same 'is as a file' <(grep -v '^# from' "$out") <(grep -v '^# from' score.tsv)
ok 'standard input as -' skmetrics score - <scores.tsv
same 'too' <(grep -v '^# from' "$out") <(grep -v '^# from' score.tsv)
(head -n 3 scores.tsv; sed -n '4,30p' scores.tsv) >first.tsv
(head -n 3 scores.tsv; sed -n '31,$p' scores.tsv) >second.tsv
ok 'two files' skmetrics score first.tsv second.tsv
same 'are one table' <(grep -v '^#' "$out") <(grep -v '^#' score.tsv)
ok 'two tables joined' skmetrics score <(cat first.tsv second.tsv)
same 'too' <(grep -v '^#' "$out") <(grep -v '^#' score.tsv)
sed 's/$/\r/' scores.tsv >crlf.tsv
ok 'CR LF' skmetrics score crlf.tsv
same 'is no different' <(grep -v '^#' "$out") <(grep -v '^#' score.tsv)

# --- the positive class ------------------------------------------------------
ok 'the other class' skmetrics score --positive benign scores.tsv
equal "$(value auc "$out") $(value tp "$out") $(value brier "$out")" \
    "$(value auc score.tsv) $(value tn score.tsv) $(value brier score.tsv)" 'is measured by 1 - score'
says 'which is said' '^# positive: benign, by 1 - score$' "$out"
rows >plain.tsv <<END
melanoma 0.9 melanoma
nevus 0.2 nevus
nevus 0.6 melanoma
melanoma 0.7 melanoma
END
ok 'without classes' skmetrics score plain.tsv
says 'the last in the alphabet is positive' '^# positive: nevus$' "$out"
equal "$(value auc "$out")" 0 'and what score speaks of'
ok 'without classes, with --positive' skmetrics score -p melanoma plain.tsv
equal "$(value auc "$out") $(value fp "$out")" '1 1' 'score speaks of that one'
{ echo '# classes: b a'; sed 's/melanoma/a/g; s/nevus/b/g' plain.tsv; } >order.tsv
ok 'classes in another order' skmetrics score order.tsv
says 'the last named is positive' '^# positive: a$' "$out"
exits 1 'a class that is none' skmetrics score -p c order.tsv
says 'is named' "^skmetrics: order.tsv: the positive class 'c' is none of its classes" "$err"
exits 1 'nor without a list' skmetrics score -p benign plain.tsv
printf '# classes: a b c\nimage\ttruth\tscore:a\tscore:b\tscore:c\tpredicted\n0\ta\t.7\t.1\t.2\ta\n1\tb\t.2\t.5\t.3\tb\n2\tc\t.4\t.1\t.5\tc\n3\ta\t.3\t.1\t.6\tc\n' >three.tsv
ok 'three classes' skmetrics score -p a three.tsv
equal "$(value auc "$out") $(value tp "$out") $(value fn "$out") $(value tn "$out")" '0.75 1 1 2' 'one against the rest'
ok 'three classes, none asked for' skmetrics score three.tsv
says 'the last' '^# positive: c$' "$out"
sed 's/score:c/score/' three.tsv >onescore.tsv
exits 1 'three classes and one score' skmetrics roc -p b <(cut -f 1,2,5,6 onescore.tsv)
says 'that speaks of another' "'score' is the probability of c; b needs a column score:b" "$err"

# --- values that do not exist ------------------------------------------------
rows >one.tsv <<<'malignant 0.7 malignant'
ok 'one row' skmetrics score one.tsv
equal "$(value n "$out") $(value auc "$out") $(value specificity "$out") $(value mcc "$out") $(value brier "$out")" \
    '1 - - - 0.09' 'no AUC of one class'
says 'and why' "^# no negative images: what needs them is '-'$" "$out"
equal "$(grep -cwiE '[-+]?(nan|inf)' "$out")" 0 'nothing is not a number'
ok 'roc of one class' skmetrics roc one.tsv
says 'has no fpr' "^0.7${tab}-${tab}1$" "$out"
(echo '# classes: benign malignant'; rows <<<'benign 0.7 malignant') >negative.tsv
ok 'negatives alone' skmetrics pr negative.tsv
says 'have no recall' "^0.7${tab}-${tab}0$" "$out"
rows >equal.tsv <<END
a 0.5 b
b 0.5 b
a 0.5 b
END
ok 'equal scores' skmetrics score equal.tsv
equal "$(value auc "$out")" 0.5 'have AUC 1/2'
says 'and a word' '^# all scores are 0.5: they tell nothing apart$' "$out"
equal "$(value sensitivity_at_specificity_80 "$out") $(value threshold_at_specificity_80 "$out")" '0 -' 'no specificity but by calling none'
equal "$(value specificity_at_sensitivity_80 "$out") $(value threshold_at_sensitivity_80 "$out")" '0 0.5' 'no sensitivity but by calling all'
ok 'calibration of equal scores' skmetrics calibration equal.tsv
equal "$(grep -c "${tab}0${tab}-${tab}-$" "$out")" 14 'empty bins are said to be empty'
rows >perfect.tsv <<END
a 0.1 a
a 0.2 a
b 0.8 b
b 0.9 b
END
ok 'perfect separation' skmetrics score perfect.tsv
says 'is not certain' "^auc${tab}1${tab}0.34[0-9]+${tab}1$" "$out"
says 'nor does a bootstrap know how sure it is' "^f1${tab}1${tab}-${tab}-$" "$out"

# --- two classifiers ---------------------------------------------------------
awk -F '\t' -v OFS='\t' '/^[0-9]/ { $3 = ($3 + ($2 == "malignant")) / 2; $4 = $3 >= 0.5 ? "malignant" : "benign" } { print }' \
    scores.tsv >better.tsv
ok 'compare' skmetrics compare scores.tsv better.tsv
cp "$out" compare.tsv
equal "$(grep -v '^#' compare.tsv | head -n 1)" "$(printf 'metric\ta\tb\tdifference\tlow\thigh\tp')" 'header'
same 'the rows of score' <(grep -v '^#' compare.tsv | cut -f 1) <(grep -v '^#' score.tsv | cut -f 1)
equal "$(awk '$1 == "auc" { print $2 }' compare.tsv)" "$(value auc score.tsv)" "a's AUC"
skmetrics score better.tsv >better.score
equal "$(awk '$1 == "auc" { print $3 }' compare.tsv)" "$(value auc better.score)" "b's AUC"
equal "$(awk '$1 == "accuracy" { print $2, $3 }' compare.tsv)" "$(value accuracy score.tsv) $(value accuracy better.score)" \
    'both accuracies'
ok 'difference within its interval, p small' awk '/^(auc|accuracy)/ { n++; if (!($5 > 0 && $5 < $4 && $4 < $6 && $7 < 0.05)) exit 1 }
    END { exit n != 2 }' compare.tsv
ok 'the other way round' skmetrics compare better.tsv scores.tsv
same 'differences change sign' <(awk '/^[a-s]/ && NF == 7 && $1 != "metric" { print $1, -$4, $7 }' "$out") \
    <(awk '/^[a-s]/ && NF == 7 && $1 != "metric" { print $1, 0 + $4, $7 }' compare.tsv)
ok 'the other class' skmetrics compare -p benign scores.tsv better.tsv
equal "$(awk '$1 == "sensitivity" { print $2 }' "$out")" "$(value specificity score.tsv)" 'is measured'
head -n 60 better.tsv >short.tsv
exits 1 'fewer rows' skmetrics compare scores.tsv short.tsv
says 'is said' '^skmetrics: short.tsv: 57 rows, scores.tsv has 60$' "$err"
exits 1 'other images' skmetrics compare scores.tsv <(sed 's/^7	/77	/' better.tsv)
says 'is said' 'line 11: image 77, where scores.tsv has 7$' "$err"
exits 1 'another truth' skmetrics compare scores.tsv <(awk -F '\t' -v OFS='\t' '$1 == "5" { $2 = $2 == "benign" ? "malignant" : "benign" } { print }' better.tsv)
says 'is said' 'line 9: truth ' "$err"
exits 2 'one file' skmetrics compare scores.tsv
exits 2 'standard input twice' skmetrics compare - -

# --- neighbours --------------------------------------------------------------
skphantom -w 48 -n 12 -s 5 benign >train.ppm
skphantom -w 48 -n 3 -s 6 malignant >fresh.ppm
pamsplit -quiet train.ppm 'train%d.ppm'
{ pamflip -lr train3.ppm; cat fresh.ppm; pamflip -r90 train7.ppm | pamscale -quiet -width 70 -height 70; pnmgamma 1.2 train0.ppm; } >fake.ppm
ok 'nearest in pixels' skmetrics nearest train.ppm fake.ppm
cp "$out" nearest.tsv
equal "$(awk '/^[0-9]/ && $3 < 0.15 { printf "%s>%s ", $1, $2 }' nearest.tsv)" '0>3 4>7 5>0 ' 'copies are found, turned, scaled, lighter'
equal "$(grep -c '^[0-9]' nearest.tsv)" 6 'a row an image'
equal "$(grep -v '^#' nearest.tsv | head -n 1)" "$(printf 'fake\ttrain\tdistance')" 'header'
says 'how far training images are apart' '^# median distance of 12 training images to their nearest other: 0.[0-9]+$' nearest.tsv
ok 'nearest through a pipe' sh -c 'cat fake.ppm | skmetrics nearest -j 1 train.ppm -'
same 'whatever the threads' <(grep -v '^#' "$out") <(grep -v '^#' nearest.tsv)
ok 'leak' skmetrics leak fake.ppm train.ppm
equal "$(grep -v '^#' "$out" | cut -f 1,2 | tr '\t\n' '> ')" 'a>b 0>3 4>7 5>0 ' 'lists the copies alone'
cp "$out" leak.tsv
ok 'leak --map' skmetrics leak --map fake.ppm train.ppm
equal "$(grep -v '^#' "$out" | cut -f 1,2,3,4)" "$(grep -v '^#' leak.tsv)" 'has the same pairs'
equal "$(awk '/^[0-9]/ { printf "%s %.1f %d %s, ", $1, $5, ($6 + 360.5) % 360, $7 }' "$out")" '0 1.0 180 yes, 4 1.0 90 no, 5 1.0 0 no, ' \
    'and how large, turned and mirrored b is'
ok 'leak by one thread' skmetrics leak -j 1 fake.ppm train.ppm
same 'is the same' "$out" leak.tsv
for of in 'leak fake.ppm train.ppm' 'nearest train.ppm fake.ppm' 'nearest features.real features.fake' \
    'fid features.real features.few' 'fid features.real features.fake'; do
    # shellcheck disable=SC2086
    OPENBLAS_CORETYPE=Prescott skmetrics $of > kernel.tsv 2> kernel.err
    # shellcheck disable=SC2086
    ok "$of" skmetrics $of
    same 'the same bytes whatever kernel OpenBLAS takes' "$out" kernel.tsv
done
ok 'leak, other way' skmetrics leak train.ppm fake.ppm
equal "$(grep -v '^#' "$out" | cut -f 1,2 | tr '\t\n' '> ')" 'a>b 0>5 3>0 7>4 ' 'has the rows of the other stream'
pamcut -left 6 -top 2 -width 38 -height 38 train1.ppm >cropped.ppm
pnmrotate -quiet -background black 20 train2.ppm | pamcut -left 7 -top 7 -width 48 -height 48 >>cropped.ppm
pamcut -left 5 -top 4 train5.ppm | pnmpad -black -left 5 -top 4 >>cropped.ppm
pamcut -width 40 -height 40 train6.ppm | pamflip -r90 | pamscale -quiet -width 64 -height 64 | pnmtojpeg -quality 70 | jpegtopnm -quiet >>cropped.ppm
ok 'leak of crops' skmetrics leak cropped.ppm train.ppm
equal "$(grep '^[0-9]' "$out" | cut -f 1,2 | tr '\t\n' '> ')" '0>1 1>2 2>5 3>6 ' 'turned, shifted, mirrored, compressed'
ok 'leak into crops' skmetrics leak train.ppm cropped.ppm
equal "$(grep '^[0-9]' "$out" | cut -f 1,2 | tr '\t\n' '> ')" '1>0 2>1 5>2 6>3 ' 'finds the same'
ok 'leak -t 0' skmetrics leak -t 0 train.ppm train.ppm
equal "$(awk '/^[0-9]/ && $1 == $2 && $3 == 0' "$out" | wc -l)" 12 'finds exact copies'
ok 'leak -t 2' skmetrics leak --threshold 2 fresh.ppm train.ppm
equal "$(grep -c '^[0-9]' "$out")" 3 'lists everything'
ok 'no leak' skmetrics leak fresh.ppm train.ppm
equal "$(grep -v '^#' "$out")" "$(printf 'a\tb\tdistance\tkind')" 'lists nothing'
: >none.ppm
{ pgmmake 0.5 30 20; pgmmake 0.8 16 16; } >plain.pgm
ok 'leak of plain images' skmetrics leak plain.pgm train.ppm
equal "$(grep -c '^[0-9]' "$out")" 0 'which no picture shows'
ok 'leak of plain images into plain ones' skmetrics leak plain.pgm plain.pgm
equal "$(grep '^[0-9]' "$out" | tr '\t\n' '> ')" '0>0>0>copy 1>1>0>copy ' 'by their colour'
ok 'leak of one image' skmetrics leak train4.ppm train.ppm
equal "$(grep '^[0-9]' "$out" | tr '\t\n' '> ')" '0>4>0>copy ' 'is found'
ok 'leak of nothing' skmetrics leak none.ppm train.ppm
ok 'leak into nothing' skmetrics leak train.ppm none.ppm
ok 'nearest of no fakes' skmetrics nearest train.ppm none.ppm
exits 1 'nearest without training images' skmetrics nearest none.ppm train.ppm
says 'is said' '^skmetrics: none.ppm: no images to search$' "$err"
ok 'nearest in features' skmetrics nearest features.real features.fake
equal "$(grep -c '^[0-9]' "$out")" 20 'a row an image'
says 'says whose' 'features of fixture$' "$out"
ok 'nearest to itself' skmetrics nearest features.real features.real
equal "$(awk '/^[0-9]/ && $1 == $2 && $3 == 0' "$out" | wc -l)" 20 'is itself'
exits 1 'features against images' skmetrics nearest train.ppm features.fake
says 'is said' '^skmetrics: features.fake: is a file of features, train.ppm is not$' "$err"
exits 1 'images against features' skmetrics nearest features.fake train.ppm
says 'too' '^skmetrics: features.fake: is a file of features, train.ppm is not$' "$err"
head -c 8000 train.ppm >cut.ppm
exits 1 'a cut stream' skmetrics leak train.ppm cut.ppm
says 'is named' '^skmetrics: cut.ppm: image 1: ' "$err"
printf 'P5 4 4 255 0123456789abcdef' >tiny.pgm
exits 1 'too small an image' skmetrics leak train.ppm tiny.pgm
says 'is named' '^skmetrics: tiny.pgm: image 0: 4 x 4 pixels are too few' "$err"
exits 1 'an image of one pixel' sh -c 'pgmmake 1 1 1 | skmetrics leak - train.ppm'
says 'is named too' '^skmetrics: standard input: image 0: 1 x 1 pixels are too few' "$err"
for bad in -0.1 2.1 nan x ''; do exits 2 "threshold '$bad'" skmetrics leak -t "$bad" train.ppm train.ppm; done
exits 2 'threshold of another command' skmetrics nearest -t 1 train.ppm train.ppm
exits 2 'leak from standard input alone' skmetrics leak - -

# --- bad input ---------------------------------------------------------------
refuses() { # NAME PATTERN FILE
    exits 1 "$1" skmetrics score "$3"
    says "$1: said" "^skmetrics: $2" "$err"
    equal "$(wc -l <"$err") $(wc -c <"$out")" '1 0' "$1: in one line, and nothing printed"
}
: >empty.tsv
refuses 'empty file' 'empty.tsv: empty' empty.tsv
rows </dev/null >header.tsv
refuses 'header alone' 'header.tsv: no rows to score' header.tsv
cut -f 1,2,4 scores.tsv >noscore.tsv
refuses 'missing column' "noscore.tsv: no column 'score'" noscore.tsv
cut -f 1-3 scores.tsv >nopredicted.tsv
refuses 'missing predictions' "nopredicted.tsv: no column 'predicted'" nopredicted.tsv
ok 'roc needs no predictions' skmetrics roc nopredicted.tsv
for bad in nan inf '' x 0x1 '0,5'; do
    printf 'truth\tscore\tpredicted\na\t0.5\ta\nb\t%s\ta\n' "$bad" >bad.tsv
    refuses "score '$bad'" "bad.tsv: line 3: score: '$bad' is not a number" bad.tsv
done
for bad in 1.01 -0.1 2; do
    printf 'truth\tscore\tpredicted\na\t0.5\ta\nb\t%s\ta\n' "$bad" >bad.tsv
    refuses "score $bad" "bad.tsv: line 3: score $bad is no probability" bad.tsv
done
printf 'truth\tscore\tpredicted\na\t-\ta\n' >bad.tsv
refuses 'no score' 'bad.tsv: line 2: no score' bad.tsv
printf 'truth\tscore\tpredicted\na\t0.5\ta\n-\t0.5\ta\n' >bad.tsv
refuses 'no truth' 'bad.tsv: line 3: no truth: a row without it cannot be scored' bad.tsv
printf '# classes: a b\ntruth\tscore\tpredicted\na\t0.5\tc\n' >bad.tsv
refuses 'a label that is no class' "bad.tsv: line 3: predicted 'c' is none of the classes" bad.tsv
printf 'truth\tscore\tpredicted\na\t0.5\n' >bad.tsv
refuses 'a short row' 'bad.tsv: line 2: 2 fields, the header has 3' bad.tsv
printf '# classes: a\ntruth\tscore\tpredicted\na\t0.5\ta\n' >bad.tsv
refuses 'a single class' "bad.tsv: '# classes:' names less than two" bad.tsv
head -c 100000 /dev/urandom >bad.tsv
exits 1 'noise' skmetrics score bad.tsv
head -c 3000000 /dev/zero | tr '\0' 'x' >bad.tsv
refuses 'a huge line' "bad.tsv: no column 'truth'" bad.tsv
refuses 'no file' 'nothere.tsv: No such file' nothere.tsv
refuses 'a folder' '/: cannot read: Is a directory' /
exits 1 'two files of other classes' skmetrics score order.tsv scores.tsv
says 'which are named' "scores.tsv: classes 'benign malignant' where order.tsv has 'b a'" "$err"
exits 1 'files with classes and without' skmetrics score scores.tsv plain.tsv
says 'which is said' "plain.tsv: has no line '# classes:', unlike scores.tsv" "$err"

# Tables that are measured together were scored alike, or it is said.
part() { printf '# classes: benign malignant\n%s' "$2"; printf 'image\ttruth\tscore\tpredicted\n0\t%s\t0.2\tbenign\n1\t%s\t0.8\tmalignant\n' "$1" "$1"; }
part benign $'# model: classifier:1\n' > part.benign
part malignant $'# model: classifier:1\n' > part.malignant
part malignant $'# model: classifier:2\n' > part.model
part malignant $'# model: classifier:1\n# turns: 8\n' > part.turns
part malignant $'# model: classifier:1\n# with: classifier:2\n' > part.with
part malignant $'# model: classifier:1\n# threshold: 0.3\n' > part.threshold
part malignant '' > part.unknown
cat part.benign part.malignant > part.both
for command in score roc pr calibration decision 'conformal -c part.both'; do
    for other in model turns with threshold unknown; do
        # shellcheck disable=SC2086
        ok "$command, another $other" skmetrics $command part.benign part.$other
        says 'is warned of' "^skmetrics: warning: part\\.b.* and part\\.$other were not scored alike: '(model|turns|with|threshold): .*' is in part\\.[a-z]* alone\$" "$err"
        # shellcheck disable=SC2086
        ok 'but for -q' skmetrics $command -q part.benign part.$other
        [ ! -s "$err" ]; tap_result $? 'in silence'
    done
    # shellcheck disable=SC2086
    ok "$command of tables that are alike" skmetrics $command part.benign part.malignant part.both
    [ ! -s "$err" ]; tap_result $? 'in silence'
done

exits 1 'fid of a table' skmetrics fid scores.tsv features.real
says 'names the file' '^skmetrics: scores.tsv: ' "$err"
exits 1 'fid of a missing file' skmetrics fid features.real nothere
head -c 300 features.real >cut.features
exits 1 'fid of a cut file' skmetrics fid features.real cut.features
says 'names it' '^skmetrics: cut.features: ' "$err"
sed 's/"fixture"/"another"/' features.fake >another
exits 1 'another extractor' skmetrics fid features.real another
says 'is named' 'another: features of extractor another cannot be compared with features.real.s of fixture' "$err"
sed 's/"features"/"feathers"/' features.fake >feathers
exits 1 'no features' skmetrics fid feathers features.real
says 'is said' "feathers: no tensor 'features' of shape" "$err"
sed 's/\[20, 6\]/[24, 5]/' features.fake >other
exits 1 'another dimension' skmetrics fid features.real other
says 'is said' 'other: 5 features an image, features.real has 6' "$err"
sed 's/"extractor": "fixture"/"estractor": "fixture"/' features.fake >anonymous
exits 1 'one extractor known' skmetrics fid features.real anonymous
ok 'none known' skmetrics fid anonymous anonymous
equal "$(value extractor "$out")" - 'is said'

# --- usage, output -----------------------------------------------------------
exits 2 'no command' skmetrics
exits 2 'no such command' skmetrics scores scores.tsv
exits 2 'no such option' skmetrics score -x scores.tsv
says 'is said under our name' '^skmetrics: ' "$err"
exits 2 'an option of another command' skmetrics roc -r 500 scores.tsv
says 'is named' '^skmetrics: roc takes no option -r' "$err"
exits 2 'fid of one file' skmetrics fid features.real
exits 2 'fid of three' skmetrics fid features.real features.real features.real
for bad in 99 1000001 x 1e3 ''; do exits 2 "replicates '$bad'" skmetrics score -r "$bad" scores.tsv; done
for bad in -1 18446744073709551616 x; do exits 2 "seed '$bad'" skmetrics score -s "$bad" scores.tsv; done
ok 'options anywhere' skmetrics -q score scores.tsv -s 2 --replicates 2000
same 'are options' "$out" seed2.tsv
ok 'after --' skmetrics score -- scores.tsv
ok 'help' skmetrics -h
for option in groups positive replicates seed threshold jobs quiet help version; do says "help has --$option" "--$option" "$out"; done
ok 'help of a command' skmetrics score -h
ok 'version' skmetrics -V
exits 1 'full disk' sh -c 'skmetrics score scores.tsv >/dev/full'
says 'is said' 'skmetrics: standard output: No space left' "$err"
exits 1 'full disk, small output' sh -c 'skmetrics fid features.real features.fake >/dev/full'
# shellcheck disable=SC2016
exits 1 'gone reader, SIGPIPE ignored' bash -c 'trap "" PIPE; (sleep 0.2; skmetrics roc scores.tsv) | true; exit ${PIPESTATUS[0]}'
equal "$(cat "$err")" '' 'in silence'

# --- the page's examples -----------------------------------------------------
cp train4.ppm test.ppm
# shellcheck disable=SC2016
for example in "skmetrics score scores.tsv | awk '\$1 == \"auc\"'" \
    "skmetrics score scores.tsv | grep '^sensitivity_at_specificity_80'" \
    "skmetrics leak train.ppm test.ppm | awk '/^[0-9]/ { print \$1 }'"; do
    ok "$example" sh -c "$example"
    says 'which stands in the page' "$(printf '%s' "$example" | sed 's/[][\\.*^$|{}()?+]/\\&/g')" "$ROOT/man/man1/skmetrics.1"
    equal "$(wc -l <"$out")" 1 'and prints a figure'
done
{ cat train4.ppm train3.ppm; pnmgamma 1.3 1 0.8 train4.ppm; } >benign.ppm
printf '%s\n' 'one photo.jpg' other.jpg again.jpg >benign.names
# shellcheck disable=SC2016
example='skmetrics leak benign.ppm | awk '\''NR == FNR { name[n++] = $0; next } /^[0-9]/ { print name[$1] "\t" name[$2] }'\'' benign.names -'
ok 'names of images that are alike' sh -c "$example"
equal "$(cat "$out")" "one photo.jpg${tab}again.jpg" 'a pair a line'
ok 'which stands in the page too' grep -qF 'awk '\''NR == FNR { name[n++] = $0; next } /^[0-9]/ { print name[$1]' "$ROOT/man/man1/skmetrics.1"
done_testing
