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
usage 'a negative seed' '--seed' -s -1 benign
usage 'a seed too large' '--seed' -s 18446744073709551616 benign
usage 'no threads' '--jobs' -j 0 benign
exits 2 'an unknown option' skphantom -y benign
exits 0 '-h' skphantom -h
for option in -n,\ --count -w,\ --width -s,\ --seed -j,\ --jobs -q,\ --quiet -h,\ --help -V,\ --version; do
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
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd/,/^\.Ed/{/^\./!p}}' "$ROOT/man/man1/skphantom.1" > run.sh
says 'the page has examples' '^skphantom' run.sh
ok 'the examples run' bash -e -o pipefail run.sh
[ "$(pamfile -allimages benign.ppm | wc -l)" -eq 400 ]; tap_result $? 'a training stream of 400 images'
[ -s lesion.png ] && pngtopnm lesion.png | pamfile - > shape; says 'a PNG of 256 x 256' '256 by 256' shape
pamfile sheet.ppm > shape; says 'a sheet of 640 x 640' '640 by 640' shape
exits 1 'other seeds, other test images' cmp -s -n 100000 benign.ppm test-benign.ppm
if command -v mandoc > "$out"; then
    ok 'the page is clean' mandoc -T lint -W warning "$ROOT/man/man1/skphantom.1"
else
    skip 'the page is clean' 'no mandoc'
fi

done_testing
