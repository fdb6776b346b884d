# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
# Position counts: the contract's equal images at two positions want a warp that does nothing.
filter_contract skaug -r 0 -x 0 -f none

count_images() { pamfile -allimages "$1" | grep -c Image; }
skaug all > one; skaug -n 3 all > three; skaug -n 3 -k all > kept
[ "$(count_images one) $(count_images three) $(count_images kept)" = '10 30 40' ]
tap_result $? 'one copy by default, three as asked, and the image itself with -k'
for jobs in 1 2 5; do
    skaug -n 3 -k -j $jobs all > j
    same "-j $jobs writes the same bytes" kept j
done
cat alpha.pam alpha.pam alpha.pam > same.pam
skaug -n 2 -k same.pam > kept
skaug -n 2 same.pam > copies
size=$(wc -c < alpha.pam)
image() { tail -c +$(($2 * size + 1)) "$1" | head -c "$size"; }
for i in 0 1 2; do
    image kept $((3 * i)) > got
    same "-k keeps original $i" got alpha.pam
    for k in 0 1; do
        image kept $((3 * i + 1 + k)) > got; image copies $((2 * i + k)) > want
        same "image $i, copy $k is the same with and without -k" got want
    done
done
[ "$(for n in 0 1 2 3 4 5; do image copies $n | md5sum; done | sort -u | wc -l)" -eq 6 ]
tap_result $? 'copies differ, of one image and of equal images at other positions'
skaug same.pam > got
{ image copies 0; image copies 2; image copies 4; } > want
same 'the first copy does not depend on how many there are' got want
head -c $((2 * size)) same.pam | skaug -n 2 > got
head -c $((4 * size)) copies > want
same 'nor on what comes after' got want
skaug -n 2 alpha.pam alpha.pam alpha.pam > got
same 'position counts over all operands' got copies
skaug -s 1 -n 2 same.pam > got
same 'the default seed is 1' got copies
skaug --seed 18446744073709551615 -n 2 same.pam > got
exits 1 'another seed, other copies' cmp -s got copies
skaug --copies 2 --keep --rotate 180 --shear 0.2 --flip hv --seed 1 --jobs 1 --quiet same.pam > got
same 'long options, and the defaults' got kept

# Ten thousand copies of one image take the time of a thousand of ten.
printf 'P6\n1 1\n255\nabc' > dot.ppm
TIMEFORMAT=%U
of_ten=$({ time skaug -j 1 -n 1000 --log ten.tsv dot.ppm{,,,,,,,,,} > copies; } 2>&1)
of_one=$({ time skaug -j 1 -n 10000 --log one.tsv dot.ppm > got; } 2>&1)
awk "BEGIN { exit !($of_one < 3 * $of_ten + 0.5) }"; tap_result $? "their time is linear in their number: $of_one s, $of_ten s"
grep -v '^#' one.tsv | head -n 1001 > a; grep -v '^#' ten.tsv | head -n 1001 > b
same 'and the copies are the same' a b

skaug -r 0 -x 0 -f none all > got; skgamma -g 1 all > want
same 'without flip, shear and rotation nothing changes' got want
flips() { # WHICH: how often 64 copies are the image, its mirror images in x, y and both
    skaug -n 64 -r 0 -x 0 -f "$1" colour.ppm | pamsplit -quiet - flip%d.ppm
    md5sum flip*.ppm | cut -c1-32 | sort > sums
    for mirror in -null -leftright -topbottom -rotate180; do
        grep -c "$(pamflip $mirror colour.ppm | md5sum | cut -c1-32)" sums
    done | tr '\n' ' '
    rm -f flip*.ppm
}
flips none > got; echo '64 0 0 0 ' | tr -d '\n' > want
same '-f none leaves it' got want
flips h | awk '$1 > 15 && $2 > 15 && $1 + $2 == 64 { found = 1 } END { exit !found }'
tap_result $? '-f h flips left and right, about every second time'
flips v | awk '$1 > 15 && $3 > 15 && $1 + $3 == 64 { found = 1 } END { exit !found }'
tap_result $? '-f v top and bottom'
flips hv | awk '$1 > 4 && $2 > 4 && $3 > 4 && $4 > 4 && $1 + $2 + $3 + $4 == 64 { found = 1 } END { exit !found }'
tap_result $? '-f hv both'

# Every range has draws of its own, and the order of options does not matter.
rich='--zoom 0.2 --shift 0.1 --brightness 0.2 --contrast 0.3 --hue 30'
parameters() { grep -v '^#' "$1" | tail -n +2 | cut -f "$2" | tr '\n' ' '; }
# shellcheck disable=SC2086 # a list of words
{
    ok 'all parameters' skaug -n 2 -k $rich --log rich.tsv all
    cp "$out" rich
    ok 'in another order, on other threads' skaug --hue 30 --contrast 0.3 --brightness 0.2 --shift 0.1 --zoom 0.2 -k -j 3 -n 2 all
}
same 'are the same copies' "$out" rich
ok 'with the hue alone' skaug -n 2 -k --hue 30 --log hue.tsv all
[ "$(parameters rich.tsv 3-6,12)" = "$(parameters hue.tsv 3-6,12)" ]
tap_result $? 'flips, shear, angle and hue are as with all'
[ "$(parameters hue.tsv 7-11 | tr -d ' 0\t-')" = '' ]; tap_result $? 'and the others 0'
awk -F '\t' '/^#/ || $1 == "image" { next }
    $2 == "-" { for (i = 3; i <= 12; i++) if ($i != 0) bad = 1; next }
    { n++; for (i = 7; i <= 9; i++) if ($i < -0.2 || $i > 0.2) bad = 1; if ($12 < -30 || $12 > 30) bad = 1; seen[$12] }
    END { exit bad || n != 20 || length(seen) != 20 }' rich.tsv
tap_result $? 'all within their ranges, each copy with its own, and none for the original'

# The log makes every copy again.
ok 'a replay' skaug --replay rich.tsv --log again.tsv -j 2 all
same 'is the same bytes' "$out" rich
[ "$(parameters rich.tsv 1,3-)" = "$(parameters again.tsv 1,3-)" ]; tap_result $? 'and the same log'
skaug -n 2 $rich --log same.tsv same.pam > want
awk '/^#/ || $1 == "image" || ($1 == 2 && $2 == 1)' same.tsv | skaug --replay - same.pam > got
image want 5 > one
same 'one line makes one copy' got one
awk '/^#/ || $1 == "image"' same.tsv > none.tsv
ok 'no line' skaug --replay none.tsv all
[ ! -s "$out" ]; tap_result $? 'makes none'
exits 1 'fewer images than the log has' skaug --replay rich.tsv gray.pgm
says 'are an error' '^skaug: rich.tsv: image 9: the streams have but 1$' "$err"
for fault in 's/^3\t/x\t/' 's/^3\t/99\t/' '5s/\t1\t[01]\t/\t1\t2\t/' 's/degrees/angle/' '6s/\t[^\t]*$/\tnan/' '6s/\t[^\t]*$//'; do
    sed "$fault" rich.tsv > faulty.tsv
    exits 1 "a log with $fault" skaug --replay faulty.tsv all
    says 'is refused' '^skaug: faulty.tsv: ' "$err"
done
exits 1 'a full disk' skaug --log /dev/full all
says 'for the log is said' '^skaug: /dev/full: No space left' "$err"
[ -c /dev/full ]; tap_result $? 'and the device is still there'
exits 1 'a truncated stream' sh -c "head -c 1000 all | skaug --log partial.tsv > /dev/null"
[ -z "$(find . -name '*partial*')" ]; tap_result $? 'leaves no log'
exits 2 'the log on standard output' skaug --log - all
exits 1 'the log in the file that has the copies' sh -c 'skaug --log both.file all > both.file'
says 'is refused' '^skaug: both.file: standard output' "$err"
for input in all ./all; do
    cp all kept
    exits 1 "the log in an image's file, $input" sh -c "skaug --log $input all > /dev/null"
    says 'is refused' "^skaug: $input: is read too" "$err"
    same 'which stays' all kept
done
exits 1 'the log in the file of standard input' sh -c 'skaug --log all < all > /dev/null'
exits 1 'the log in the table that is replayed' sh -c 'skaug --replay rich.tsv --log rich.tsv all > /dev/null'
exits 1 'so is one in their pipe' bash -c 'set -o pipefail; skaug --log /dev/stdout all | cat'

# Against OpenCV's warpAffine (tests/fixtures/filter/opencv.py).
F=$TESTS/fixtures/filter
skaug --replay "$F/warps.tsv" "$F/smooth.ppm" | pamsplit -quiet - warp%d
for warp in 0 1 2 3 4; do near "warp $warp is as OpenCV's" "$F/warp-$warp.ppm" warp$warp; done

# Colour: gray has no hue; a turn by 120 degrees moves every sample to the next channel; alpha stays.
skaug -n 3 -r 0 -x 0 -f none --hue 180 gray.pgm deep.ppm > got
pamsplit -quiet got hue%d; cmp -s hue0 gray.pgm && cmp -s hue1 gray.pgm && cmp -s hue2 gray.pgm
tap_result $? 'hue leaves gray alone'
printf '%s\n' 'image	flip_horizontal	flip_vertical	shear	degrees	zoom	shift_x	shift_y	brightness	contrast	hue' \
    '0	0	0	0	0	0	0	0	0	0	120' '0	0	0	0	0	0	0	0	0.25	0	0' '0	0	0	0	0	0	0.25	0	0	0	0' > exact.tsv
printf 'P3 4 1 100 90 20 20 10 40 90 50 50 50 0 100 60' | skaug --replay exact.tsv > got
{ printf 'P6\n4 1\n100\n'; printf '\x14\x5a\x14\x5a\x0a\x28\x32\x32\x32\x3c\x00\x64'
  printf 'P6\n4 1\n100\n'; printf '\x64\x2d\x2d\x23\x41\x64\x4b\x4b\x4b\x19\x64\x55'
  printf 'P6\n4 1\n100\n'; printf '\x0a\x28\x5a\x5a\x14\x14\x0a\x28\x5a\x32\x32\x32'; } > want
same 'a third of the circle, a quarter more, and a pixel to the right' got want

for bad in '--zoom 0.91' '--zoom -1' '--shift 1.1' '--brightness 2' '--contrast -0.1' '--hue 181' '--hue nan' '-n 0' '-n 10001' '-n x' '-r -1' '-r 361' '-x -0.1' '-x 11' '-f x' '-s -1' '-s 18446744073709551616' '-s 1.5'; do
    # shellcheck disable=SC2086 # two words
    exits 2 "$bad" skaug $bad gray.pgm
done

for class in benign malignant; do skphantom -n 10 -w 32 $class > $class.ppm; done
sktrain classifier -q --size 32 --width 4 -b 8 -e 1 -o classifier --valid benign=benign.ppm --valid malignant=malignant.ppm \
    benign=benign.ppm malignant=malignant.ppm
run_examples skaug
done_testing
