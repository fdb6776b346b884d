#!/bin/bash
# shellcheck disable=SC2154 # out and err are tap.sh's
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# Options that mean nothing where they stand, and numbers that are none: exit 2, and a line that names the option. An option that would be
# taken in silence is one that somebody believes in.

skphantom -n 4 -w 32 benign > b.ppm
skphantom -n 4 -w 32 malignant > m.ppm
small='--size 32 --width 2 -b 4 -n 1 -q'
# shellcheck disable=SC2086 # a list of words
{
    sktrain gan $small -z 4 -o gan b.ppm
    sktrain classifier $small -o classifier benign=b.ppm malignant=m.ppm
}
skgen -n 4 --latents-out latents gan > generated.ppm
skaug --log drawn.tsv b.ppm > copies.ppm
skclassify --features features -l benign classifier b.ppm > scores.tsv
skclassify -l malignant classifier m.ppm >> scores.tsv

# TOOL AND ARGUMENTS | what the message says
while IFS='|' read -r command pattern; do
    [ -n "$command" ] || continue
    read -ra words <<< "$command"
    exits 2 "$command" "${words[@]}"
    [ ! -s "$out" ] && grep -qE -e "^${words[0]}: .*${pattern# }" "$err"; tap_result $? "and it says $pattern"
done << 'END'
sktrain gan -o x --dropout 0.9 b.ppm | --dropout is of the classifier
sktrain gan -o x --dropout 0.5 b.ppm | --dropout is of the classifier
sktrain --dropout 0.9 gan -o x b.ppm | --dropout is of the classifier
sktrain gan b.ppm -o x --dropout=0.9 | --dropout is of the classifier
sktrain gan -o x --freeze b.ppm | --freeze is of the classifier
sktrain gan -o x --init - | --init - reads standard input: images come from elsewhere
sktrain gan -o x --valid b.ppm b.ppm | --valid is of a gan with --judge
sktrain gan -o x --judge c --valid a=b.ppm b.ppm | 'a=b.ppm' is of a class
sktrain gan -o x --judge c --valid b.ppm a=b.ppm | 'b.ppm' is not class=stream
sktrain gan -o - --judge c b.ppm | --judge has no meaning with -o -
sktrain classifier -o x --judge c benign=b.ppm malignant=m.ppm | --judge is of the gan
sktrain classifier -o x -z 128 benign=b.ppm malignant=m.ppm | -z .--latent. is of the gan
sktrain classifier -o x --latent 7 benign=b.ppm malignant=m.ppm | -z .--latent. is of the gan
sktrain classifier -o x --samples s benign=b.ppm malignant=m.ppm | --samples is of the gan
sktrain gan -o x benign=b.ppm m.ppm | 'benign=b.ppm' and 'm.ppm': either all streams are of classes
sktrain gan -o x m.ppm b.ppm benign=b.ppm | 'm.ppm' and 'benign=b.ppm': .*./benign=b.ppm
sktrain gan -o x =b.ppm | '=b.ppm': the class has no name
sktrain classifier -o x a=b.ppm =m.ppm | '=m.ppm': the class has no name
sktrain gan -o x -- -=b.ppm | class name '-' means none in tables
sktrain classifier -o x a=b.ppm --valid -=b.ppm -- -=m.ppm | class name '-' means none in tables
sktrain gan -o x -l 0 b.ppm | --learning-rate
sktrain gan -o x -l -0 b.ppm | --learning-rate
sktrain classifier -o x -l 1e-400 benign=b.ppm malignant=m.ppm | --learning-rate
sktrain gan -o x -n 1 -e 1 b.ppm | either --steps or --epochs
sktrain -q -o x | gan or classifier
skfilter -m median -c 5 b.ppm | --sigma-color has no meaning for median
skfilter -c 75 -m median b.ppm | --sigma-color has no meaning for median
skfilter -m gaussian --sigma-color 5 b.ppm | --sigma-color has no meaning for gaussian
skfilter -m median -g 2 b.ppm | --sigma-space has no meaning for median
skfilter -m median --sigma-space 75 b.ppm | --sigma-space has no meaning for median
skaug --replay drawn.tsv -n 1 b.ppm | --copies has no meaning with --replay
skaug -n 1 --replay drawn.tsv b.ppm | --copies has no meaning with --replay
skaug --replay drawn.tsv -k b.ppm | --keep has no meaning with --replay
skaug --replay drawn.tsv -r 180 b.ppm | --rotate has no meaning with --replay
skaug --replay drawn.tsv -x 0 b.ppm | --shear has no meaning with --replay
skaug --replay drawn.tsv -f hv b.ppm | --flip has no meaning with --replay
skaug --replay drawn.tsv --zoom 0 b.ppm | --zoom has no meaning with --replay
skaug --replay drawn.tsv --hue 5 b.ppm | --hue has no meaning with --replay
skaug --replay drawn.tsv -s 1 b.ppm | --seed has no meaning with --replay
skgen --latents latents -s 1 gan | --seed has no meaning with --latents
skgen --latents latents -s 1 -t 1 -c a=1 gan | --truncation has no meaning with --latents
skgen -c benign= gan | --class: '' is no share
skgen -t 0 --latents latents gan | --truncation has no meaning with --latents
skgen --interpolation linear gan | --interpolation
skinfo -t -d latents latents | either --tensors or --dump
skmetrics roc -t 0.5 scores.tsv | roc takes no option -t
skmetrics -s 1 pr scores.tsv | pr takes no option -s
skmetrics calibration -r 2000 scores.tsv | calibration takes no option -r
skmetrics stats -p benign features | stats takes no option -p
skmetrics fid -t 0.1 features features | fid takes no option -t
skmetrics nearest -s 1 features features | nearest takes no option -s
skmetrics leak -r 2000 b.ppm m.ppm | leak takes no option -r
skmetrics score -t 1.5 scores.tsv | --threshold
END

# The numbers of every tool are decimal, and nothing stands around them.
for number in '' ' 5' '5 ' '+5' 0x10 5x x nan NAN inf -inf infinity 1e400 '5,0' 5-5 -- '5
'; do
    for option in 'skgamma -g' 'skfilter -g' 'skaug --hue' 'sktrain gan -o x -l' 'skphantom --hair' 'skgen -t' 'skmetrics score -t'; do
        read -ra words <<< "$option"
        exits 2 "$option '$number'" "${words[@]}" "$number" gan
        says 'says so' 'is not a number from' "$err"
    done
done
for number in '' ' 5' '5 ' '+5' 0x10 5x x nan 5.0 5e0 99999999999999999999 '5,0' 5-5 --5 -- 010x; do
    for option in 'skcrop -w' 'skfilter -d' 'skaug -n' 'sktrain gan -o x -b' 'skphantom -w' 'skgen -n' 'skmetrics score -r' 'skgamma -j' \
        'skaug -s'; do
        read -ra words <<< "$option"
        exits 2 "$option '$number'" "${words[@]}" "$number" gan
        says 'says so' 'is not a whole number from' "$err"
    done
    [ -z "$number" ] && continue # which is no number of threads
    exits 2 "SK_THREADS='$number'" env SK_THREADS="$number" skgamma b.ppm
    says 'says so' 'SK_THREADS: .*is not a whole number' "$err"
done

for level in AVX2 avx avx-2 sse2 fma ' avx2' 'avx2 ' 'avx2,baseline' 2 auto; do
    for tool in skgamma sktrain skmetrics skphantom; do
        exits 2 "SK_SIMD='$level' ($tool)" env SK_SIMD="$level" "$tool" -V
        says 'says so' "^$tool: SK_SIMD: '$level' is none of avx512, avx2, baseline\$" "$err"
    done
done
for level in avx512 avx2 baseline; do # those that the processor has, and the others by name
    if SK_SIMD=$level skgamma -V > "$out" 2> "$err"; then
        says "SK_SIMD=$level is followed" "SIMD level $level;" "$out"
    else
        says "SK_SIMD=$level is refused where the processor lacks it" "^skgamma: SK_SIMD: this processor has no $level\$" "$err"
        [ $level != baseline ]; tap_result $? 'which none does of baseline'
    fi
done
skgamma -V > widest
ok 'SK_SIMD of nothing' env SK_SIMD= skgamma -V
same 'is the widest' widest "$out"

# What has a meaning is taken: the last of two, abbreviations, a point alone in front, an exponent, a zero with a sign.
ok 'the last of two counts' bash -c 'skgamma -g 3 -g 2 b.ppm | cmp - <(skgamma -g 2 b.ppm)'
ok 'abbreviations' bash -c 'skfilter --meth median --diam 3 b.ppm | cmp - <(skfilter -m median -d 3 b.ppm)'
ok 'other ways to write a number' bash -c 'skgamma -g .2e+1 b.ppm | cmp - <(skgamma -g 2 b.ppm) && skgamma -g 0002. b.ppm | cmp - <(skgamma -g 2 b.ppm)'
# shellcheck disable=SC2086 # a list of words
{
    ok 'minus zero' sktrain classifier $small --dropout -0 -o zero benign=b.ppm malignant=m.ppm
    ok 'is zero' sktrain classifier $small --resume --dropout 0 -o zero benign=b.ppm malignant=m.ppm
}
! skinfo zero | grep -e '	-0$' >&2; tap_result $? 'in the file, too'
ok 'a replay with what it takes' bash -c 'skaug -q -j 2 --replay drawn.tsv --log again.tsv b.ppm | cmp - copies.ppm'
ok 'some of the latents' bash -c 'skgen -n 2 --latents latents gan | cmp -n 6000 - generated.ppm'
ok 'a space of the Gaussian' skfilter -m gaussian -g 2 b.ppm

# Names of classes stand in tables of one word a field, and in the header of a weights file, which is UTF-8.
long=$(printf 'a%.0s' {1..63})
for name in ' ' 'a b' $'a\tb' $'a\nb' $'b\r' $'a\1' $'a\177' $'a\377' $'lat\351' $'\300\200' $'\340\200\200' $'\355\240\200' $'\364\220\200\200' $'\303' \
    "a$long"; do
    exits 2 "a class named $(printf %q "$name")" sktrain gan -o x "$name=b.ppm"
    [ "$(wc -l < "$err")" -eq 2 ]; tap_result $? 'is refused in a line, and one that says where help is'
    exits 2 'and so is a validation class' sktrain classifier -o x --valid "$name=b.ppm" a=b.ppm b=m.ppm
done
for name in "$long" $'\303\251' $'\346\274\242' $'\360\237\230\200' '#1' 'a&<b' "it's" '"a\' --; do
    # shellcheck disable=SC2086
    ok "a class named $name" sktrain classifier $small -o named --restart -- a=b.ppm "$name=m.ppm"
    # (the backslash is doubled where a table is written)
    skinfo named | grep -qxF "classes	a ${name/\\/\\\\}"; tap_result $? 'keeps its name'
done

# A message is one line, and no sequence of bytes for the terminal, whatever names stand in it.
for name in $'no\nfile' $'no\tfile' $'no\033[31mfile' $'no\rfile' $'no\177file'; do
    for tool in skgamma skgen skinfo 'skmetrics roc' 'skclassify --with x'; do
        # shellcheck disable=SC2086
        exits 1 "$tool of $(printf %q "$name")" $tool "$name"
        [ "$(wc -l < "$err")" -eq 1 ] && [ "$(tr -d '[:print:]\n' < "$err" | wc -c)" -eq 0 ] && grep -q 'no?.*file' "$err"
        tap_result $? 'is named in one line'
    done
done

# Grids of samples are named by the step: none may be a file that is read, or another output.
mkdir grids && cp b.ppm grids/x-000001.ppm && cp b.ppm grids/x-1234567.ppm && ln -s grids other
for step in 000001 1234567; do
    for prefix in grids/x ./grids/x other/x; do
        # shellcheck disable=SC2086
        exits 1 "samples $prefix over step $step" sktrain gan $small --restart -o again --samples $prefix grids/x-$step.ppm
        says 'are refused' "^sktrain: $prefix-$step.ppm: is read too" "$err"
        same 'and the images are there' b.ppm grids/x-$step.ppm
    done
done
# shellcheck disable=SC2086
{
    exits 1 'samples over the model' sktrain gan $small -o new-000001.ppm --samples new b.ppm
    exits 1 'over the log' sktrain gan $small -o again --restart --log ./new-000001.ppm --samples new b.ppm
    ok 'beside images of such a name' sktrain gan $small -o again --restart --samples y grids/x-000001.ppm
}

# Weights that make no numbers: nothing of that reaches a file or a screen.
spoil() { # FROM NUMBER: a weights file that has this number everywhere, and no sum that would tell
    perl -e 'local $/; open F, "<", shift; binmode F; binmode STDOUT; my $x = <F>; my $n = 8 + unpack "Q<", $x; my $h = substr $x, 0, $n;
        $h =~ s/crc32"/crcXX"/g; print $h, pack("f<", shift) x ((length($x) - $n) / 4)' "$1" "$2"
}
for number in nan inf -inf; do
    spoil gan $number > g; spoil classifier $number > c; spoil latents $number > z
    exits 1 "a generator of $number" skgen g
    says 'is refused' "^skgen: g: tensor '.*' holds numbers that are not finite" "$err"
    exits 1 "a classifier of $number" skclassify c b.ppm
    says 'is refused' "^skclassify: c: tensor '.*' holds numbers that are not finite" "$err"
done
spoil latents nan > z
exits 1 'latents that are no numbers' skgen --latents z gan
[ ! -s "$out" ]; tap_result $? 'make no image'
spoil gan 3e38 > g; spoil classifier 3e38 > c
exits 1 'a generator whose sums overflow' skgen g
says 'is said' '^skgen: what the network makes is not all numbers' "$err"
exits 1 'a classifier whose sums overflow' skclassify --features f c b.ppm
says 'is said' '^skclassify: image 0: what the network makes of it is not finite' "$err"
! grep -qiwE "nan|inf" "$out"; tap_result $? 'without NaN in its table'
[ ! -e f ]; tap_result $? 'or features'
done_testing
