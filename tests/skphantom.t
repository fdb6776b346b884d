# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

shape_of() { pamfile -allimages "$1" | sed 's/^.*Image //'; }

# What is written.
ok 'one benign image by default' sh -c 'skphantom benign > one.ppm'
shape_of one.ppm > shape
says 'it is a raw PPM of 64 x 64 pixels and maxval 255' '^0:.*PPM raw, 64 by 64  maxval 255$' shape
[ "$(wc -c < one.ppm)" -eq $((13 + 3 * 64 * 64)) ]; tap_result $? 'and nothing else'
ok 'seven malignant images of width 33' sh -c 'skphantom -n 7 -w 33 malignant > seven.ppm'
[ "$(shape_of seven.ppm | grep -c 'PPM raw, 33 by 33  maxval 255$')" -eq 7 ]; tap_result $? 'are seven images of 33 x 33'
ok 'long options' sh -c 'skphantom --count 7 --width 33 --seed 1 --jobs 1 --quiet malignant > long.ppm'
ok 'the width by its other name' sh -c 'skphantom -n 7 --size 33 malignant | cmp - long.ppm'
same 'mean the same' seven.ppm long.ppm
ok 'no image is a stream too' sh -c 'skphantom -n 0 benign > none.ppm && test ! -s none.ppm'
ok 'one pixel' sh -c 'skphantom -w 1 malignant | pamfile -allimages -'

# The same bytes, whatever the threads, window and count.
skphantom -n 70 -s 5 -j 1 malignant > j1.ppm
for jobs in 2 3 7; do
    skphantom -n 70 -s 5 -j $jobs malignant > j.ppm
    same "-j $jobs writes the bytes of -j 1" j1.ppm j.ppm
done
SK_THREADS=5 skphantom -n 70 -s 5 malignant > j.ppm
same 'SK_THREADS=5 too' j1.ppm j.ppm
skphantom -n 20 -s 5 malignant > twenty.ppm
head -c "$(wc -c < twenty.ppm)" j1.ppm > first.ppm
same 'the first images of a longer stream are the shorter stream' first.ppm twenty.ppm
skphantom -n 20 -s 6 malignant > other.ppm
exits 1 'another seed, other images' cmp -s twenty.ppm other.ppm
skphantom -n 20 -s 5 benign > other.ppm
exits 1 'another class, other images' cmp -s twenty.ppm other.ppm
skphantom -n 20 -s 18446744073709551615 benign > largest.ppm
skphantom -n 20 -s 18446744073709551614 benign > other.ppm
exits 1 'the largest seeds are told apart' cmp -s largest.ppm other.ppm
pamsplit -quiet twenty.ppm image%d.ppm
[ "$(cat image*.ppm | wc -c)" -eq "$(wc -c < twenty.ppm)" ] && [ "$(md5sum image*.ppm | cut -c1-32 | sort -u | wc -l)" -eq 20 ]
tap_result $? 'no image comes twice'

# Parts of the model.
parts='--overlap 0.4 --diameter 8 --asymmetry 2 --border 0.5 --islands 1.5 --network 2 --dots 0 --mottle 3 --texture 0.2
    --vignette 0 --noise 4 --hair 1 --field 0.5 --ruler 1'
backwards='--ruler 1 --field 0.5 --hair 1 --noise 4 --vignette 0 --texture 0.2 --mottle 3 --dots 0 --network 2 --islands 1.5
    --border 0.5 --asymmetry 2 --diameter 8 --overlap 0.4'
# shellcheck disable=SC2086 # many words
skphantom -n 20 -s 5 -j 1 --truth j1.tsv --mask j1.pgm $parts malignant > rich.ppm
# shellcheck disable=SC2086
skphantom -n 20 -s 5 -j 3 --mask j3.pgm $backwards --truth j3.tsv malignant > j3.ppm
same 'all options, in any order, for any -j: the same images' rich.ppm j3.ppm
same 'the same truth' j1.tsv j3.tsv
same 'the same masks' j1.pgm j3.pgm
set -- $parts
while [ $# -gt 0 ]; do
    skphantom -n 20 -s 5 "$1" "$2" malignant > other.ppm
    exits 1 "$1 $2 changes images" cmp -s twenty.ppm other.ppm
    shift 2
done
for usual in '--overlap 0.2' '--diameter 6.6' '--hair 0.3' '--field 0.1' '--ruler 0.1' \
    --asymmetry\ 1 --border\ 1 --islands\ 1 --network\ 1 --dots\ 1 --mottle\ 1 --texture\ 1 --vignette\ 1 --noise\ 1; do
    # shellcheck disable=SC2086
    skphantom -n 20 -s 5 $usual malignant > other.ppm
    same "$usual is the default" twenty.ppm other.ppm
done

# What is true of them.
column() { awk -F '\t' -v c="$1" '!/^#/ && $1 != "image" { print $c }' "$2"; }
ok 'truth and masks' sh -c 'skphantom -n 20 -s 5 --truth truth.tsv --mask mask.pgm malignant > other.ppm'
same 'do not change the images' twenty.ppm other.ppm
says 'the truth says where it is from' '^# sktools .*: skphantom malignant, width 64, seed 5, overlap 0.2$' truth.tsv
says 'and what is not the default' ', overlap 0.4, diameter 8, .*, hair 1, field 0.5, ruler 1$' j1.tsv
sed -n 2p truth.tsv > columns
says 'columns' '^image	class	asymmetry	border	colours	diameter	area	cut	grade$' columns
[ "$(column 1 truth.tsv | tr '\n' ' ')" = "$(seq -s ' ' 0 19) " ]; tap_result $? 'a row an image, in order'
[ "$(column 2 truth.tsv | sort -u)" = malignant ]; tap_result $? 'of the class'
[ "$(shape_of mask.pgm | grep -c 'PGM raw, 64 by 64  maxval 255$')" -eq 20 ]; tap_result $? 'a PGM mask an image'
skphantom -n 5 -s 5 --truth short.tsv --mask short.pgm malignant > other.ppm
head -n 7 truth.tsv > want; same 'the first rows of a longer stream are those of the shorter' want short.tsv
head -c "$(wc -c < short.pgm)" mask.pgm > want; same 'so are its masks' want short.pgm
# The area is the mask's, in square millimetres of the 14 x 14 that the image shows.
rm -f part*.pgm; pamsplit -quiet -padname=2 mask.pgm part%d.pgm
for i in 00 07 19; do
    mean=$(pamsumm -mean -normalize -brief part$i.pgm) area=$(column 7 truth.tsv | sed -n "$((10#$i + 1))p")
    awk -v m="$mean" -v a="$area" 'BEGIN { d = 196 * m - a; exit !(a > 0 && d < 0.01 && d > -0.01) }'
    tap_result $? "area of image $i is that of its mask"
done
skphantom -n 40 -w 32 --truth even.tsv --asymmetry 0 --border 0 malignant > other.ppm
skphantom -n 40 -w 32 --truth odd.tsv malignant > other.ppm
for c in 3 4; do
    awk -v a="$(column $c even.tsv | sort -n | sed -n 20p)" -v b="$(column $c odd.tsv | sort -n | sed -n 20p)" \
        'BEGIN { exit !(a < b) }'
    tap_result $? "column $c grows with the parts it measures"
done
skphantom -n 4 -w 1 --diameter 1 --truth tiny.tsv benign > other.ppm
says 'what is not in view is not measured' '^0	benign	-	-	-	-	0	0	' tiny.tsv
skphantom -n 0 --truth none.tsv --mask none.pgm benign > none.ppm
[ "$(wc -l < none.tsv)" -eq 2 ] && [ ! -s none.pgm ]; tap_result $? 'no image: a head, no mask'

# Files beside the images.
for option in --truth --mask; do
    exits 1 "$option on a full disk" sh -c "skphantom $option /dev/full benign > other.ppm"
    says "$option on a full disk: said" '^skphantom: /dev/full: No space left' "$err"
    exits 1 "$option where no file can be" sh -c "skphantom $option no/such/folder benign > other.ppm"
    exits 1 "$option, and images that cannot be written" sh -c "skphantom -w 8 $option left.file benign > /dev/full"
    [ -z "$(find . -name '*left.file*')" ]; tap_result $? 'leave no file'
    exits 2 "$option on standard output" skphantom $option - benign
    exits 1 "$option in the file that has the images" sh -c "skphantom $option both.file benign > both.file"
    says "$option in the file that has the images: said" 'both.file: standard output' "$err"
    exits 1 "$option in the pipe that has the images" bash -c "set -o pipefail; skphantom $option /dev/stdout benign | cat"
    ok "$option to a pipe" bash -c "skphantom $option >(cat > piped.file) benign > other.ppm"
done
exits 1 'truth and masks in one file' sh -c 'skphantom --truth one.file --mask ./one.file benign > other.ppm'
ok 'all to /dev/null' sh -c 'skphantom --truth /dev/null --mask /dev/null benign > /dev/null'

# Memory stays, however long the stream is: these images would be 98 MB.
if [ "$SK_FLAVOR" = release ] && command -v prlimit > "$out"; then
    ok 'a long stream in 48 MB' sh -c 'prlimit --as=48000000 skphantom -n 4000 -j 1 benign | wc -c > length'
    says 'all of it' "^$((4000 * (13 + 3 * 64 * 64)))$" length
else
    skip 'a long stream in 48 MB' 'a sanitizer takes more, or no prlimit'
fi

# Bad command lines: exit 2, one message, no output.
usage() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 2 "$name: exit 2" skphantom "$@"
    [ ! -s "$out" ]; tap_result $? "$name: no output"
    says "$name: says what" "^skphantom: .*$pattern" "$err"
}
usage 'no class' 'benign or malignant'
usage 'an unknown class' "'mole' is none of benign, malignant" mole
usage 'two classes' 'one class' benign malignant
usage 'a negative count' '--count' -n -1 benign
usage 'a count that is no number' '--count' -n 3x benign
usage 'width 0' '--width' -w 0 benign
usage 'a width too large' '--width.*8192' -w 8193 benign
usage 'by its other name' '--size.*8192' --size 8193 benign
usage 'a negative seed' '--seed' -s -1 benign
usage 'a seed too large' '--seed' -s 18446744073709551616 benign
usage 'no threads' '--jobs' -j 0 benign
for option in --overlap:1 --diameter:14 --asymmetry:4 --border:4 --islands:4 --network:4 --dots:4 --mottle:4 --texture:4 \
    --vignette:4 --noise:4 --hair:1 --field:1 --ruler:1; do
    for value in -0.1 14.5 nan inf 1e999 '' 0.5x; do
        exits 2 "${option%:*} '$value'" skphantom "${option%:*}" "$value" benign
    done
    says "${option%:*} says its range" "^skphantom: .*${option%:*}.* ${option#*:}" "$err"
done
exits 2 'an unknown option' skphantom -y benign
exits 0 '-h' skphantom -h
for option in -n,\ --count -w,\ --width -s,\ --seed -j,\ --jobs -q,\ --quiet -h,\ --help -V,\ --version \
    '    --overlap' '    --diameter' '    --asymmetry' '    --border' '    --islands' '    --network' '    --dots' '    --mottle' \
    '    --texture' '    --vignette' '    --noise' '    --hair' '    --field' '    --ruler' '    --truth' '    --mask'; do
    says "-h lists $option" "^  $option" "$out"
done
exits 0 '-V' skphantom -V
says '-V names the tool' '^skphantom \(sktools' "$out"

# Writes that fail.
exits 1 'a full disk: exit 1' sh -c 'skphantom -w 8 benign > /dev/full'
says 'a full disk: said' '^skphantom: standard output: No space left' "$err"
exits 1 'a closed standard output: exit 1' sh -c 'skphantom benign >&-'
exits 141 'a reader that has gone ends it by SIGPIPE' bash -c 'set -o pipefail; skphantom -n 2000 benign | head -c 1 > /dev/null'
exits 1 'where SIGPIPE is ignored: exit 1' bash -c 'trap "" PIPE; skphantom -n 2000 benign | head -c 1 > /dev/null; exit ${PIPESTATUS[0]}'
[ ! -s "$err" ]; tap_result $? 'and silence'

# The manual page: its examples run as they stand.
mkdir examples && cd examples || exit 1
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd/,/^\.Ed/{/^\./!{s/\\e/\\/g;p}}}' "$ROOT/man/man1/skphantom.1" > run.sh
says 'the page has examples' '^skphantom' run.sh
ok 'the examples run' bash -e -o pipefail run.sh
says 'the last tells the classes apart by their borders' '^auc	0\.[789]' "$out"
pamfile mask07.pbm > shape; says 'a mask as a bitmap' 'PBM raw, 128 by 128' shape
[ "$(pamfile -allimages test-benign.ppm | wc -l)" -eq 100 ]; tap_result $? 'a test stream of 100 images'
[ -s lesion.png ] && pngtopnm lesion.png | pamfile - > shape; says 'a PNG of 256 x 256' '256 by 256' shape
pamfile sheet.ppm > shape; says 'a sheet of 640 x 640' '640 by 640' shape
exits 1 'other seeds, other test images' cmp -s -n 100000 benign.ppm test-benign.ppm
if command -v mandoc > "$out"; then
    ok 'the page is clean' mandoc -T lint -W warning "$ROOT/man/man1/skphantom.1"
else
    skip 'the page is clean' 'no mandoc'
fi

done_testing
