# skmetrics: thresholds that can be used, scores and classes of all kinds, strata, two classifiers by groups, decision curves,
# conformal sets, and images within one stream.
. "$(dirname "$0")/tap.sh"
. "$TESTS/tables.sh"
cp "$fixtures"/scores*.tsv "$fixtures"/second*.tsv "$fixtures"/multi*.tsv .
column() { grep -v '^#' "$2" | tail -n +2 | cut -f "$1"; }

# --- thresholds --------------------------------------------------------------
rows >close.tsv <<END
b 0.87654321068 b
b 0.70000000068 b
a 0.30000000012 a
a 0.1 a
END
ok 'scores of many digits' skmetrics score close.tsv
equal "$(value threshold_at_sensitivity_90 "$out")" 0.70000000068 'a threshold has all its digits'
equal "$(value youden_threshold "$out")" 0.70000000068 "Youden's too"
awk 'BEGIN { srand(7); for (i = 0; i < 400; i++) { t = rand() < 0.4; s = (rand() + rand() + rand() + 0.6 * t) / 3.6
    printf "%s %.17g %s\n", (t ? "b" : "a"), s, (s >= 0.5 ? "b" : "a") } }' | rows >fine.tsv
skmetrics score -q fine.tsv >fine.score
used() { # TABLE SCORE OPTIONS...: every threshold of the table gives the rates that stand beside it, when it is used
    local table=$1 score=$2 level threshold; shift 2
    for level in 80 90 95; do
        threshold=$(value threshold_at_sensitivity_$level "$score")
        skmetrics score -q -r 100 "$@" -t "$threshold" "$table" >used.tsv || return 1
        [ "$(value specificity used.tsv)" = "$(value specificity_at_sensitivity_$level "$score")" ] || return 1
        threshold=$(value threshold_at_specificity_$level "$score")
        skmetrics score -q -r 100 "$@" -t "$threshold" "$table" >used.tsv || return 1
        [ "$(value sensitivity used.tsv)" = "$(value sensitivity_at_specificity_$level "$score")" ] || return 1
    done
    skmetrics score -q -r 100 "$@" -t "$(value youden_threshold "$score")" "$table" >used.tsv || return 1
    [ "$(value sensitivity used.tsv) $(value specificity used.tsv)" = "$(value youden_sensitivity "$score") $(value youden_specificity "$score")" ]
}
ok 'thresholds of score can be used' used fine.tsv fine.score
{ echo '# classes: a b'; cat fine.tsv; } >named.tsv
skmetrics score -q -p a named.tsv >other.score
ok 'and those of the other class, by 1 - score' used named.tsv other.score -p a
for curve in roc pr decision; do
    skmetrics $curve fine.tsv | grep -v '^#' >curve.tsv
    ok "$curve: a row's threshold gives its rates" awk -F '\t' -v curve=$curve '
        FNR == NR { if ($1 ~ /^[0-9]/) { score[++n] = $3; positive[n] = $2 == "b"; positives += positive[n] } next }
        /^threshold/ || $1 == "-" { next }
        FNR % 20 == 3 {
            tp = fp = 0
            for (i = 1; i <= n; i++) if (score[i] >= $1) { tp += positive[i]; fp += !positive[i] }
            a = curve == "roc" ? fp / (n - positives) : curve == "pr" ? tp / positives : (tp - fp * $1 / (1 - $1)) / n
            rows++; d = a - $2; if ((d < 0 ? -d : d) > 1e-8) { print FNR, $1, a, $2; bad = 1 }
        }
        END { exit bad || rows < 5 }' fine.tsv curve.tsv
done
ok 'operating points' env SK_THREADS=1 "$ROOT/pipelines/operating" fine.tsv fine.tsv
cp "$out" seen.tsv
ok 'stand on thresholds that can be used' awk -F '\t' 'NR > 1 { n++; if ($3 != $5 || $4 != $8) exit 1 } END { exit n != 6 }' seen.tsv

# --- nothing that is no number ------------------------------------------------
rows >one.tsv <<<'b 0.7 b'
rows >equal.tsv <<<$'a 0.5 a\nb 0.5 b'
rows >wrong.tsv <<<$'a 0.9 b\nb 0.1 a'
{ echo '# classes: a b c'; printf 'image\ttruth\tscore:a\tscore:b\tscore:c\tpredicted\n0\ta\t1\t0\t0\ta\n1\tb\t0\t1\t0\tb\n'; } >lacking.tsv
for table in one equal wrong lacking; do
    for command in score roc pr calibration decision "compare $table.tsv" 'score -g groups' "compare -g groups $table.tsv"; do
        case $table in one) echo g ;; *) printf 'g\nh\n' ;; esac >groups
        # shellcheck disable=SC2086
        ok "$command of $table" skmetrics -q $command $table.tsv
        equal "$(grep -ciE '(^|[^a-z])[-+]?(nan|inf)' "$out")" 0 'prints no nan and no inf'
    done
done
ok 'conformal of a few' skmetrics conformal -c lacking.tsv lacking.tsv
equal "$(grep -ciE '(^|[^a-z])[-+]?(nan|inf)' "$out")" 0 'prints none either'

# --- scores ------------------------------------------------------------------
rows >float.tsv <<<$'b 1.0000001 b\na -0.0000004 a\nb 1.000001 b\na 0.2 a'
ok 'scores of single precision' skmetrics score float.tsv
equal "$(value brier "$out")" 0.01 'are 0 and 1'
for bad in 1.00001 1.0000011 -0.000002 1e9; do
    printf 'truth\tscore\tpredicted\na\t0.5\ta\nb\t%s\ta\n' "$bad" >bad.tsv
    exits 1 "score $bad" skmetrics roc bad.tsv
    says 'is said as it stands' "bad.tsv: line 3: score $bad is no probability" "$err"
done
cut -f 1-3 scores.tsv >nopredicted.tsv
ok 'no predictions, -t' skmetrics score -t 0.5 nopredicted.tsv
same 'and a threshold' <(grep -v '^#' "$out") <(skmetrics score -t 0.5 scores.tsv | grep -v '^#')
exits 1 'no predictions' skmetrics score nopredicted.tsv
says 'is said, with what to do' "nopredicted.tsv: no column 'predicted'.*-t" "$err"
ok 'compare without predictions, -t' skmetrics compare -t 0.5 nopredicted.tsv <(cut -f 1-3 second.tsv)
same 'compares by the threshold' <(grep ^accuracy "$out") <(skmetrics compare scores.tsv second.tsv | grep ^accuracy)

# --- classes -----------------------------------------------------------------
rows >plain.tsv <<<$'melanoma 0.9 melanoma\nnevus 0.2 nevus\nnevus 0.6 melanoma\nmelanoma 0.7 melanoma'
ok 'an AUC below 0.5' skmetrics score plain.tsv
says 'is remarked on' '^# auc is below 0.5: the positive class is nevus: did you mean -p melanoma\?$' "$out"
says 'and warned of' '^skmetrics: warning: auc is below 0.5: the positive class is nevus: did you mean -p melanoma\?$' "$err"
ok 'quietly' skmetrics score -q plain.tsv
equal "$(cat "$err")" '' 'not warned of'
ok 'the class it meant' skmetrics score -p melanoma plain.tsv
equal "$(grep -c 'below' "$out") $(wc -c <"$err")" '0 0' 'is not remarked on'
ok 'a bad classifier of known classes' skmetrics score <(echo '# classes: melanoma nevus'; cat plain.tsv)
says 'is said, without a guess' '^# auc is below 0.5: the positive class is nevus$' "$out"
ok 'classes added up' skmetrics score -p bkl,mel multi.tsv
cp "$out" sum.score
awk -F '\t' -v OFS='\t' '/^#/ { next } /^image/ { print "image", "truth", "score", "predicted"; next }
    { print $1, ($2 == "nv" ? "nv" : "x"), $4 + $5, ($6 == "nv" ? "nv" : "x") }' multi.tsv >added.tsv
ok 'by hand' skmetrics score -p x added.tsv
cp "$out" seen.tsv
ok 'are the same' close_tables sum.score seen.tsv 4
says 'which is said' '^# positive: bkl,mel$' sum.score
ok 'in another order' skmetrics score -p mel,bkl multi.tsv
cp "$out" seen.tsv
ok 'too' close_tables sum.score seen.tsv 2
for curve in roc pr calibration decision; do ok "$curve of two classes" skmetrics $curve -p bkl,mel multi.tsv; done
exits 1 'all classes' skmetrics score -p nv,bkl,mel multi.tsv
says 'are too many' 'multi.tsv: all of its classes are positive' "$err"
for bad in bkl,bkl "bkl," ,bkl bkl,x; do exits 1 "classes '$bad'" skmetrics score -p "$bad" multi.tsv; done
exits 1 'sums beyond 1' skmetrics roc -p bkl,mel <(sed "s/^3	\([a-z]*\)	.*/3	\1	0.1	0.7	0.6	nv/" multi.tsv)
says 'are no probabilities' 'line 6: the scores of bkl,mel add up to 1.3, beyond 1' "$err"
rows >comma.tsv <<<$'a,b 0.9 a,b\nc 0.2 c'
ok 'a name with a comma' skmetrics score -p a,b comma.tsv
equal "$(value auc "$out")" 1 'is that name'

# --- figures with intervals --------------------------------------------------
skmetrics score scores.tsv >score.tsv
for metric in pauc_above_sensitivity_80 youden_threshold youden_sensitivity youden_specificity youden_j; do
    ok "$metric lies within its interval" interval $metric score.tsv
done
rows >perfect.tsv <<<$'a 0.1 a\na 0.2 a\nb 0.8 b\nb 0.9 b'
ok 'perfect separation' skmetrics score perfect.tsv
equal "$(value pauc_above_sensitivity_80 "$out") $(value youden_j "$out") $(value youden_threshold "$out")" '0.2 1 0.8' 'has all of the area'

# --- strata ------------------------------------------------------------------
awk 'BEGIN { print "sex\tsite"; for (i = 0; i < 60; i++) print (i % 3 ? "female" : "male") "\t" (i < 20 ? "-" : i < 40 ? "back" : "head and neck") }' >strata.tsv
seq 60 | sed 's/.$//; s/^$/0/' >groups
ok 'strata' skmetrics score --by strata.tsv scores.tsv
cp "$out" strata.score
equal "$(grep '^metric' strata.score)" "metric${tab}value${tab}low${tab}high${tab}stratum" 'one column more'
same 'all rows first' <(awk -F '\t' '$5 == "all"' strata.score | cut -f 1-4) <(grep -v '^#' score.tsv | tail -n +2)
equal "$(grep ^auc strata.score | cut -f 5 | tr '\n' ' ')" 'all sex=female sex=male site=- site=back site=head and neck ' 'every value of every column'
subset() { awk -F '\t' -v want="$2" 'FNR == NR { keep[FNR - 2] = $'"$1"' == want; next } /^[#i]/ || keep[$1]' strata.tsv scores.tsv; }
for pair in '1 male' '2 head and neck' '2 -'; do
    of=${pair#* }
    subset "${pair%% *}" "$of" >subset.tsv
    same "$of: as those rows alone" <(awk -F '\t' -v s="=$of" 'substr($5, length($5) - length(s) + 1) == s' strata.score | cut -f 1-4) \
        <(skmetrics score -q subset.tsv | grep -v '^#' | tail -n +2)
done
gap() { awk -F '\t' -v metric="$1" '$1 == metric && $5 ~ /^sex/ { v[++n] = $2 } END { d = v[1] - v[2]; printf "%.6f", d < 0 ? -d : d }' strata.score; }
for metric in sensitivity specificity auc; do
    equal "$(sed -n "s/^# greatest gap by sex: $metric \([0-9.]*\): .* (n [0-9]*), .* (n [0-9]*)$/\1/p" strata.score | awk '{ printf "%.6f", $1 }')" \
        "$(gap $metric)" "the greatest gap of $metric is named"
done
ok 'unknown is not compared' sh -c "! grep '^# greatest gap by site: .* - ' strata.score"
ok 'strata and groups' skmetrics score --by strata.tsv -g groups scores.tsv
same 'as those rows and groups alone' <(awk -F '\t' '$5 == "sex=male"' "$out" | cut -f 1-4) \
    <(subset 1 male >subset.tsv; awk 'NR % 3 == 1' groups | skmetrics score -q -g - subset.tsv | grep -v '^#' | tail -n +2)
awk 'BEGIN { print "sex"; for (i = 0; i < 90; i++) print (i % 2 ? "f" : "m") }' >multi.strata
ok 'strata of three classes' skmetrics score --by multi.strata multi.tsv
equal "$(grep -c '^macro_auc' "$out") $(grep -c '^auc:mel' "$out") $(grep -c '^confusion:nv:nv' "$out")" '3 3 3' 'have all rows'
(head -n 31 strata.tsv; head -n 1 strata.tsv; tail -n +32 strata.tsv) >joined.strata
ok 'strata of two classes, joined' skmetrics score --by joined.strata scores.tsv
same 'are one table' <(grep -v '^#' "$out") <(grep -v '^#' strata.score)
exits 1 'too few strata' skmetrics score --by <(head -n 60 strata.tsv) scores.tsv
says 'are said' ': 59 rows for 60 rows of scores' "$err"
exits 1 'an empty stratum' skmetrics score --by <(sed '5s/^[a-z]*//' strata.tsv) scores.tsv
says 'is said' "line 5: no sex" "$err"
{ echo id; seq 101; } >ids.tsv
{ head -n 3 scores.tsv; for _ in 1 2; do grep '^[0-9]' scores.tsv; done; } | head -n 104 >many.tsv
exits 1 'a column that divides nothing' skmetrics score --by ids.tsv many.tsv
says 'is refused' 'more than 100 values of id' "$err"
exits 2 'strata of a curve' skmetrics roc --by strata.tsv scores.tsv
says 'are no option of it' 'roc takes no option --by' "$err"
exits 2 'strata and scores from standard input' skmetrics score --by -

# --- two classifiers ---------------------------------------------------------
ok 'a classifier and itself' skmetrics compare scores.tsv scores.tsv
equal "$(column 4-7 "$out" | sort -u)" "0${tab}0${tab}0${tab}1" 'differ by nothing, p 1'
ok 'by groups' skmetrics compare -g groups scores.tsv scores.tsv
equal "$(column 4-7 "$out" | sort -u)" "0${tab}0${tab}0${tab}1" 'neither'
ok 'of three classes' skmetrics compare multi.tsv multi.tsv
equal "$(column 4-7 "$out" | sort -u)" "0${tab}0${tab}0${tab}1" 'nor each of its classes'
ok 'two classifiers by groups' skmetrics compare -g groups scores.tsv second.tsv
cp "$out" groups.compare
says 'are compared by groups' '^# difference: .*BCa bootstrap of 7 groups' groups.compare
ok '-j 1' skmetrics compare -j 1 -g groups scores.tsv second.tsv
same 'whatever the threads' "$out" groups.compare
skmetrics compare scores.tsv second.tsv >images.compare
same 'of the same values' <(column 1-4 groups.compare) <(column 1-4 images.compare)
ok 'but other intervals' awk -F '\t' '$1 == "auc" { a[++n] = $5 " " $6 " " $7 } END { exit n != 2 || a[1] == a[2] }' groups.compare images.compare
seq 60 >own.groups
ok 'each image its own group' skmetrics compare -g own.groups scores.tsv second.tsv
cp "$out" own.compare
# strata are drawn in the same order, so the samples are others, but of the same kind
ok 'intervals are as wide as those of images, or of the closed forms' awk -F '\t' '/^(auc|acc|sens.*ty|spec.*ty|brier|pr_auc|mcc)\t/ { w = $6 - $5
    if (FNR == NR) width[$1] = w; else { n++; r = w / width[$1]; if (r < 0.7 || r > 1.4) { print $1, r; exit 1 } } } END { exit n < 4 }' own.compare images.compare
grep '^[0-9]' scores.tsv | cat scores.tsv - >twice.a
grep '^[0-9]' second.tsv | cat second.tsv - >twice.b
ok 'every image twice' skmetrics compare -g <(cat own.groups own.groups) twice.a twice.b
same 'is no more than once, when groups are known' <(grep -vE '^([#n]|[tf][pn]|ece|brier)' "$out" | cut -f 1-7) \
    <(skmetrics compare -g own.groups scores.tsv second.tsv | grep -vE '^([#n]|[tf][pn]|ece|brier)')
awk -F '\t' -v OFS='\t' '/^[0-9]/ { c = $2 == "nv" ? 3 : $2 == "bkl" ? 4 : 5; for (i = 3; i < 6; i++) $i = ($i + (i == c)) / 2; $6 = $2 } { print }' multi.tsv >better.tsv
ok 'three classes' skmetrics compare multi.tsv better.tsv
cp "$out" multi.compare
skmetrics score multi.tsv >multi.score
skmetrics score better.tsv >better.score
for metric in auc macro_auc multiclass_accuracy macro_f1 auc:bkl brier:nv threshold_at_sensitivity_90:mel; do
    equal "$(awk -F '\t' -v m=$metric '$1 == m { print $2, $3 }' multi.compare)" "$(value $metric multi.score) $(value $metric better.score)" "$metric of both"
done
ok 'a better one is better' awk -F '\t' '/^(macro_auc|multiclass_accuracy|auc:nv)/ { n++; if (!($5 > 0 && $5 < $4 && $4 < $6 && $7 < 0.05)) exit 1 } END { exit n != 3 }' multi.compare
ok 'three classes, by groups' skmetrics compare -g <(seq 90 | sed 's/.$//; s/^$/0/') multi.tsv better.tsv
says 'too' 'bootstrap of 10 groups' "$out"
ok 'one of three classes' skmetrics compare -p bkl multi.tsv better.tsv
same 'is that one' <(column 1-7 "$out") <(sed -n 's/:bkl	/	/p' multi.compare)
exits 1 'groups of other images' skmetrics compare -g <(seq 59) scores.tsv second.tsv
exits 2 'two tables from standard input' skmetrics compare -g - - second.tsv

# --- decision curves, conformal sets -----------------------------------------
ok 'decision' skmetrics decision scores.tsv
cp "$out" decision.tsv
ok 'agrees with the formula' close_tables scores.decision.tsv decision.tsv 4
says 'says what it is' '^# net benefit of 60 images: 31 malignant, 29 others$' decision.tsv
ok 'of the other class' skmetrics decision -p benign scores.tsv
says 'by its share' "^0${tab}0.483333333${tab}0.483333333${tab}0$" "$out"
ok 'conformal' skmetrics conformal -c second.tsv scores.tsv
cp "$out" conformal.tsv
ok 'agrees with the formula, two classes' close_tables scores.conformal.tsv conformal.tsv 5
(head -n 2 multi.tsv; grep '^[0-9]' multi.tsv | head -n 60) >valid.tsv
(head -n 2 multi.tsv; grep '^[0-9]' multi.tsv | tail -n 30) >test.tsv
ok 'conformal, three classes' skmetrics conformal --calibration valid.tsv <test.tsv
cp "$out" seen.tsv
ok 'agrees with the formula, three classes' close_tables multi.conformal.tsv seen.tsv 5
ok 'without classes' skmetrics conformal -c <(grep -v '^#' second.tsv) <(grep -v '^#' scores.tsv)
same 'two labels do' <(grep -v '^#' "$out") <(grep -v '^#' conformal.tsv)
rows >few.tsv <<<$'a 0.1 a\nb 0.8 b\nb 0.9 b'
ok 'too few to calibrate by' skmetrics conformal -c few.tsv few.tsv
says 'is said' '^# all sets hold a: too few' "$out"
equal "$(column 3-5 "$out" | sort -u)" "1${tab}2${tab}1" 'and leaves nothing decided'
# a level is kept: 400 images calibrate, 4000 of their kind are tested
draw() { awk -v seed="$1" -v n="$2" 'BEGIN { srand(seed); for (i = 0; i < n; i++) { t = rand() < 0.3; s = (rand() + rand() + t) / 3; printf "%s %.9f %s\n", (t ? "b" : "a"), s, "a" } }' | rows; }
draw 1 2000 >calibration.tsv
draw 2 4000 >tested.tsv
for level in 0.8 0.95; do
    ok "level $level" skmetrics conformal --level $level -c calibration.tsv tested.tsv
    cp "$out" seen.tsv
    ok 'is kept in each class' awk -F '\t' -v level=$level '/^(a|b)\t/ { n++; if ($3 < level - 0.03 || $3 > level + 0.03) exit 1 } END { exit n != 2 }' seen.tsv
done
exits 2 'nothing to calibrate by' skmetrics conformal scores.tsv
for bad in 0 1 0.4 x; do exits 2 "level $bad" skmetrics conformal --level $bad -c second.tsv scores.tsv; done
exits 1 'other classes' skmetrics conformal -c multi.tsv scores.tsv
exits 1 'one label, no classes' skmetrics conformal -c one.tsv one.tsv
exits 2 'a level of another command' skmetrics score --level 0.9 scores.tsv
says 'is named' 'score takes no option --level' "$err"

# --- within one stream -------------------------------------------------------
skphantom -w 48 -n 6 -s 5 benign >six.ppm
pamsplit -quiet six.ppm 'six%d.ppm'
{ cat six.ppm; pamflip -lr six1.ppm; pamflip -r90 six4.ppm; cat six1.ppm; } >with.ppm # 0 to 5, then copies of 1, 4, 1
ok 'leak within a stream' skmetrics leak with.ppm
equal "$(column 1-2 "$out" | tr '\t\n' '> ')" '1>6 1>8 4>7 6>8 ' 'lists the pairs, none twice, none of an image and itself'
cp "$out" within.tsv
ok 'by one thread' sh -c 'skmetrics leak -j 1 - <with.ppm'
same 'the same' <(column 1-3 "$out") <(column 1-3 within.tsv)
ok 'in bounded memory' skmetrics leak --memory 128 with.ppm
same 'the same bytes' "$out" within.tsv
ok 'through a pipe' sh -c 'cat with.ppm | skmetrics leak -j 2 --memory 128 -'
same 'the same rows' <(column 1-4 "$out") <(column 1-4 within.tsv)
ok 'of two streams' skmetrics leak --map with.ppm six.ppm
cp "$out" two.tsv
ok 'in bounded memory' skmetrics leak --map --memory 200 with.ppm six.ppm
same 'the same' "$out" two.tsv
exits 1 'a cut stream in bounded memory' sh -c '{ for i in 1 2 3 4 5 6; do cat six.ppm; done; head -c 9000 six.ppm; } | skmetrics leak --memory 128 six.ppm -'
says 'is named' '^skmetrics: standard input: image 37: ' "$err"
exits 1 'no folder for temporary files' env TMPDIR="$PWD/missing" skmetrics leak --memory 128 six.ppm
says 'is named' '^skmetrics: .*/missing: a temporary file: ' "$err"
exits 1 'too many threads for the memory' skmetrics leak -j 64 --memory 128 six.ppm
says 'says what is needed' '^skmetrics: 6 images and 64 threads need [0-9]+ MiB of memory, 128 MiB are allowed$' "$err"
for bad in 0 127 -1 1G x ''; do exits 2 "memory '$bad'" skmetrics leak --memory "$bad" six.ppm; done
exits 2 'memory of another command' skmetrics nearest --memory 128 six.ppm
ok 'no copies' skmetrics leak six.ppm
equal "$(grep -v '^#' "$out")" "a${tab}b${tab}distance${tab}kind" 'no pairs'
ok 'nearest within a stream' skmetrics nearest with.ppm
equal "$(awk '/^[0-9]/ && $3 < 0.15 { printf "%s>%s ", $1, $2 }' "$out")" '1>8 4>7 6>1 7>4 8>1 ' 'is another image'
equal "$(column 1 "$out" | tr '\n' ' ')" '0 1 2 3 4 5 6 7 8 ' 'of each image'
ok 'nearest within features' skmetrics nearest "$fixtures/features.real"
cp "$out" seen.tsv
ok 'is another row' awk -F '\t' '/^[0-9]/ { n++; if ($1 == $2 || $3 == 0) exit 1 } END { exit n != 20 }' seen.tsv
for images in none six0; do
    [ $images = six0 ] || : >none.ppm
    ok "leak within $images" skmetrics leak $images.ppm
    equal "$(column 1 "$out")" '' 'finds none'
    ok "nearest within $images" skmetrics nearest $images.ppm
    equal "$(column 1-3 "$out")" "$([ $images = none ] || printf '0\t-\t-')" 'nor a neighbour'
done
exits 2 'leak of three' skmetrics leak six.ppm six.ppm six.ppm
exits 2 'nearest of none' skmetrics nearest
exits 1 'leak within a cut stream' sh -c 'head -c 9000 six.ppm | skmetrics leak -'
exits 1 'full disk' sh -c 'skmetrics leak with.ppm >/dev/full'

# --- patterns of period 2 -----------------------------------------------------
plain() { # TYPE WIDTH HEIGHT MAXVAL EXPRESSION-OF-x-AND-y: a plain image
    awk -v w="$2" -v h="$3" -v m="$4" "BEGIN { print \"$1\"; print w, h; print m
        for (y = 0; y < h; y++) for (x = 0; x < w; x++) print $5 }"
}
nyquist() { awk -F '\t' '!/^(#|images)/ { printf "%s %.4g %.4g %.4g|", $2, $3, $4, $5 }' "$out"; }
plain P2 8 4 255 '(x % 2) * 9' >columns.pgm
plain P2 8 4 255 '100 + (y % 2) * 9' >rows.pgm
plain P2 8 4 65535 '((x + y) % 2) * 900' >checkers.pgm
plain P2 9 5 255 '((x + y) % 2) * 9 + (x == 8 || y == 4 ? 77 : 0)' >odd.pgm
plain P3 8 4 255 '(x % 2) * 9 "\n" (x % 2) * 9 "\n" (x % 2) * 9' >columns.ppm
plain P2 8 4 255 'int(x / 2) % 2' >wide.pgm
plain P2 8 4 255 7 >flat.pgm
ok 'nyquist' skmetrics nyquist columns.pgm rows.pgm checkers.pgm odd.pgm columns.ppm wide.pgm
equal "$(nyquist)" '1 32 0 0|1 0 32 0|1 0 0 32|1 0 0 32|1 32 0 0|1 0 0 0|' 'as many times white noise as there are pixels'
ok 'of a flat image' skmetrics nyquist flat.pgm
equal "$(tail -n 1 "$out")" "flat.pgm${tab}1${tab}-${tab}-${tab}-" 'there is none'
ok 'of a stream' sh -c 'cat columns.pgm rows.pgm | gzip | skmetrics nyquist'
equal "$(nyquist)" '2 16 16 0|' 'is summed over its images'
says 'which is named' '^standard input' "$out"
ok 'of noise' sh -c 'perl -e "srand 3; for (1 .. 400) { print qq(P5\n16 16\n255\n), map { chr int rand 256 } 1 .. 256 }" | skmetrics nyquist'
awk -F '\t' '/^standard/ { for (i = 3; i < 6; i++) if ($i < 0.75 || $i > 1.3) exit 1; n++ } END { exit !n }' "$out"; tap_result $? 'is 1'
ok 'of no image' sh -c ': | skmetrics nyquist'
equal "$(tail -n 1 "$out")" "standard input${tab}0${tab}-${tab}-${tab}-" 'is none'
plain P2 1 4 255 y >narrow.pgm
exits 1 'of a narrow one' skmetrics nyquist columns.pgm narrow.pgm
says 'which is named' 'narrow.pgm: image 0: is 1x4' "$err"
exits 1 'of a cut one' sh -c 'head -c 20 columns.pgm | skmetrics nyquist'
exits 1 'to a full disk' sh -c 'skmetrics nyquist columns.pgm >/dev/full'
exits 2 'with an option of another command' skmetrics nyquist --prdc columns.pgm

# --- precision, recall, density, coverage ------------------------------------
cp "$fixtures"/features.* .
prdc() { for metric in precision recall density coverage; do value $metric "$1"; done | paste -s | cat <(printf '%s\t' "$2") -; }
skmetrics fid features.real features.fake >plain.fid
ok 'fid --prdc' skmetrics fid --prdc features.real features.fake
cp "$out" prdc.tsv
same 'has the rows of fid' <(grep -v '^#' plain.fid) <(grep -v '^#' prdc.tsv | head -n "$(grep -vc '^#' plain.fid)")
equal "$(value prdc_k prdc.tsv)" 5 'says of how many neighbours'
skmetrics fid --prdc features.fake features.real >turned.tsv
skmetrics fid --prdc features.real features.real >itself.tsv
{ printf 'pair\tprecision\trecall\tdensity\tcoverage\n'; prdc prdc.tsv fake; prdc turned.tsv turned; prdc itself.tsv same; } >prdc.seen
ok 'agree with their definitions' close_tables features.prdc.tsv prdc.seen 5
ok 'on one thread' skmetrics fid -j 1 --prdc features.real features.fake
same 'are the same' "$out" prdc.tsv
ok 'of four images' skmetrics fid -q --prdc features.real features.few
equal "$(value precision "$out") $(value coverage "$out")" '- -' 'are not there'
skmetrics stats features.real >real.statistics
ok 'of statistics' skmetrics fid -q --prdc real.statistics features.fake
equal "$(value recall "$out")" - 'neither'
says 'which is said' '^# precision, .*need the features too$' "$out"
exits 2 'of another command' skmetrics nearest --prdc features.real features.fake
says 'is named' 'nearest takes no option --prdc' "$err"

# --- features of other types -------------------------------------------------
# Rewrites the features of a file as another type: TYPE, and how perl packs a number.
retype() { # FILE TYPE
    perl -e '
        use strict; my ($path, $type) = @ARGV; local $/; open my $in, "<:raw", $path or die; my $all = <$in>;
        my $length = unpack "Q<", $all; my $header = substr $all, 8, $length; my @value = unpack "f<*", substr $all, 8 + $length;
        my ($rows, $dim) = $header =~ /\[(\d+), (\d+)\]/;
        my %pack = (F64 => sub { pack "d<", $_[0] }, BF16 => sub { substr pack("f<", $_[0]), 2 }, I32 => sub { pack "l<", $_[0] },
            F16 => sub { my $x = abs $_[0]; return pack "S<", 0 if $x < 2 ** -14; my $e = int(log($x) / log(2) + 100) - 100;
                $e-- if 2 ** $e > $x; $e++ if 2 ** ($e + 1) <= $x;
                pack "S<", ($_[0] < 0 ? 0x8000 : 0) | ($e + 15 << 10) | int(($x / 2 ** $e - 1) * 1024) });
        my $data = join "", map { $pack{$type}->($_) } @value; my $end = length $data;
        my $extra = "xyz";
        $header = "{\"__metadata__\":{\"extractor\":\"fixture\"},\"features\":{\"dtype\":\"$type\",\"shape\":[$rows,$dim],\"data_offsets\":[0,$end]},"
            . "\"unasked\":{\"dtype\":\"F8_E5M2\",\"shape\":[3],\"data_offsets\":[$end," . ($end + 3) . "]}}";
        binmode STDOUT; print pack("Q<", length $header), $header, $data, $extra' "$1" "$2"
}
cp "$fixtures"/features.* .
skmetrics fid features.real features.fake | grep -v '^#' >fid.wanted
for type in F64 F16 BF16; do
    for side in real fake; do retype features.$side $type >$side.$type; done
    ok "fid of $type" skmetrics fid real.$type fake.$type
    cp "$out" fid.seen
    if [ $type = F64 ]; then same 'is that of F32' fid.wanted <(grep -v '^#' fid.seen)
    else ok 'is near that of F32' awk -F '\t' '$1 == "fd" { v[++n] = $2 } END { r = v[1] / v[2]; exit n != 2 || r < 0.95 || r > 1.05 }' fid.wanted fid.seen; fi
    ok "nearest of $type, F32" skmetrics nearest real.$type features.real
    equal "$(awk '/^[0-9]/ && $1 == $2' "$out" | wc -l)" 20 'finds them'
    ok "stats of $type" sh -c "skmetrics stats real.$type | skmetrics fid - real.$type | grep -q '^fd	0$'"
done
retype features.real I32 >real.I32
exits 1 'features of I32' skmetrics fid real.I32 features.fake
says 'are refused by their type' "^skmetrics: real.I32: tensor 'features' is of type I32, none of F32, F64, F16 and BF16$" "$err"
ok 'types are named' skinfo -t real.F16
says 'of what is needed and what is not' '^unasked	F8_E5M2	3	3$' "$out"
ok 'numbers of F16' skinfo -d features real.F16
equal "$(wc -l <"$out")" 20 'are printed'
exits 1 'numbers of F8' skinfo -d unasked real.F16

# --- the page's examples -----------------------------------------------------
head -n 31 strata.tsv >benign.strata
(head -n 1 strata.tsv; tail -n +32 strata.tsv) >malignant.strata
cp scores.tsv valid.tsv
cp groups scores.groups
# shellcheck disable=SC2016
for example in 'cat benign.strata malignant.strata >scores.strata' \
    "skmetrics score --by scores.strata scores.tsv | grep '^# greatest gap'" \
    "t=\$(skmetrics score valid.tsv | awk '\$1 == \"threshold_at_sensitivity_90\" { print \$2 }')" \
    'skmetrics score -t $t scores.tsv' \
    "skmetrics compare -g scores.groups scores.tsv second.tsv | grep '^sensitivity'"; do
    ok "$example" sh -e -c "[ ! -f t ] || . ./t; $example; [ -z \"\$t\" ] || echo t=\$t >t"
    says 'which stands in the page' "^$(printf '%s' "$example" | sed 's/[][\\.*^$|{}()?+]/\\&/g')$" "$ROOT/man/man1/skmetrics.1"
done

for option in by calibration level prdc; do ok "help has --$option" sh -c "skmetrics -h | grep -q -e --$option"; done
done_testing
