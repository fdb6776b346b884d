# make external: photographs of another clinic beside the model's own test figures, with tiny classifiers on phantoms.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "make external" "it runs the released tools"; done_testing; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
external() { env "${poison[@]}" make -s --no-print-directory -C "$ROOT" external "$@"; }
poison=()
of_all() { awk -F '\t' -v m="$1" '$1 == m { print $2, $5, $8 }' x/external.tsv; }

# A model of two classes with its own figures, one of three, a GAN
for c in benign malignant; do skphantom -n 8 -w 40 $c | skcrop -w 32 >$c.ppm; done
tiny=(-q --kernel 4 --size 32 --width 2 -b 4)
sktrain classifier "${tiny[@]}" -e 2 -o "mo del" --valid benign=benign.ppm --valid malignant=malignant.ppm \
    benign=benign.ppm malignant=malignant.ppm
sktrain classifier "${tiny[@]}" -e 1 -o three --valid bcc=benign.ppm --valid mel=malignant.ppm --valid nv=benign.ppm \
    bcc=benign.ppm mel=malignant.ppm nv=benign.ppm
sktrain gan "${tiny[@]}" -z 8 -n 1 -o gan benign.ppm malignant.ppm
for c in benign malignant; do skclassify -l $c "mo del" $c.ppm; done >own.scores
skmetrics score -q own.scores >"mo del.metrics.tsv"

# Another clinic's, in a folder whose name has what a shell and make would read
data="it's \"another\" \$clinic"
model="$PWD/mo del"
mkdir -p "$data"/{benign,malignant}
for c in benign malignant; do skphantom -n 6 -w 48 -s 9 $c | (cd "$data/$c" && pamsplit -quiet - %d.ppm); done
typed=${data//\$/\$\$} # make's spelling of it

ok "two classes" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x"
cp "$out" printed
is "the table has its columns" "metric own own_low own_high external low high difference" \
    "$(grep -v '^#' x/external.tsv | head -n 1 | tr '\t' ' ')"
is "counts have no difference" "16 12 -" "$(of_all n)"
says "the figures are printed" '^auc +[0-9.]+ ' printed
is "a row each" "$(grep -vc '^#' x/external.tsv)" "$(wc -l <printed)"
is "and nothing else" "metric" "$(head -n 1 printed | cut -d ' ' -f 1)"
decoded() { (cd "$data" && cat "$1"/?.ppm) | skfilter -m bilateral -d 9 -c 75 -g 75 | skgamma -g 1.5 | skcrop -w 32; }
for c in benign malignant; do decoded $c >$c.stream; skclassify -l $c "$model" $c.stream; done >by-hand
skmetrics score -q by-hand >by-hand.metrics
is "they are those of the tools by hand" "$(grep '^auc	' by-hand.metrics)" "$(grep '^auc	' x/metrics.tsv)"
is "beside the model's own" \
    "$(cut -f 1,2 "mo del.metrics.tsv" | sed '/^#/d; 1,/^metric/d')" "$(sed '/^#/d; 1,/^metric/d' x/external.tsv | cut -f 1,2)"
awk -F '\t' '$8 ~ /[0-9]/ { n++; d = $8 - ($5 - $2); if (d * d > 1e-12) exit 1 } END { exit n < 5 }' x/external.tsv
tap_result $? "the difference is external - own"
ok "without strata there is no table by them" test ! -e x/strata.tsv
ok "another GAMMA" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" GAMMA=1.2 OWN="$model.metrics.tsv"
ok "is handed on" test -n "$(cmp x/data/test/benign.ppm benign.stream 2>&1)"

# What the model's own figures are
mv "mo del.metrics.tsv" "o'wn"
ok "no figures beside the model" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x"
says "are said" 'mo del\.metrics\.tsv: no such table: the model.s own figures are unknown' "$err"
is "and -" "- 12 -" "$(of_all n)"
ok "OWN elsewhere" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" OWN="$PWD/o'wn"
is "is read" "16 12 -" "$(of_all n)"
exits 2 "OWN that is not there" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" OWN="$PWD/none"
exits 2 "OWN that is no table of metrics" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" OWN="$PWD/own.scores"
sed 's/classifier:[0-9a-f]*/classifier:00000000/' "o'wn" >stranger
exits 2 "OWN of another model" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" OWN="$PWD/stranger"
says "is named" 'stranger: not of this model' "$err"
ok "leaves no table" test ! -e x/external.tsv
external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" >"$out" 2>&1
exits 2 "OWN that would be replaced" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x" OWN="$PWD/x/metrics.tsv"
ok "stays" test -s x/metrics.tsv

# Groups and strata, and a class of the model that has no photographs
mkdir d
for c in nv mel; do skphantom -n 6 -w 40 -s 5 malignant | (cd d && pamsplit -quiet - $c%d.ppm); done
{ printf 'path\tclass\tgroup\tsite\n'
    for c in nv mel; do for i in 0 1 2 3 4 5; do
        printf '%s%d.ppm\t%s\t%sp%d\t%s\n' $c $i $c $c $((i / 2)) "$([ $i -gt 3 ] && echo arm || echo leg)"
    done; done; } >d/labels.tsv
ok "labels.tsv, two of three classes" external MODEL="$PWD/three" DATA="$PWD/d" OUT="$PWD/x"
says "what has no photographs is said" "no photographs of the model's class 'bcc'" "$err"
says "intervals are of groups" '^# .*groups' x/metrics.tsv
says "strata have their table" '^auc	.*	site=arm$' x/strata.tsv
is "of the same images" 12 "$(awk -F '\t' '$1 == "n" && $5 ~ /^site=/ { n += $2 } END { print n }' x/strata.tsv)"
is "scores are of these photographs alone" 12 "$(grep -c '^[0-9]' x/scores.tsv)"

# What is refused
exits 2 "other classes than the model's" external MODEL="$model" DATA="$PWD/d" OUT="$PWD/x"
says "are named" "'mel' 'nv' not among the model's classes, which are: benign malignant" "$err"
ok "and the table before is gone" test ! -e x/external.tsv
exits 2 "a GAN" external MODEL="$PWD/gan" DATA="$PWD/d" OUT="$PWD/x"
says "is named" "gan: its kind is 'gan', not classifier" "$err"
exits 2 "what is no model" external MODEL="$PWD/own.scores" DATA="$PWD/d" OUT="$PWD/x"
exits 2 "no such model" external MODEL="$PWD/none" DATA="$PWD/d" OUT="$PWD/x"
says "is named" 'none: no such model' "$err"
exits 2 "no such folder" external MODEL="$model" DATA="$PWD/none" OUT="$PWD/x"
head -c 100 "$data/benign/1.ppm" >"$data/benign/cut.ppm"
exits 2 "a damaged photograph" external MODEL="$model" DATA="$PWD/$typed" OUT="$PWD/x"
says "is named" 'benign/cut\.ppm' "$err"
ok "leaves no table either" test ! -e x/external.tsv
exits 2 "a blank in OUT" external MODEL="$model" DATA="$PWD/d" OUT="$PWD/o u t"
exits 2 "no DATA" external MODEL="$model"
says "shows the usage" 'usage: make external MODEL=' "$err"
exits 2 "no MODEL" external DATA="$PWD/d"
poison=(MODEL="$model" DATA="$PWD/d")
exits 2 "which the environment does not give" external
says "shows it too" 'usage: make external MODEL=' "$err"
done_testing
