# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
filter_contract skcrop
shapes_of() { skcrop "$@" | pamfile -allimages - | sed 's/^.*Image //'; }
shapes_of all > sizes
[ "$(grep -c '64 by 64' sizes)" -eq 10 ]; tap_result $? 'all ten images are 64 x 64'
shapes_of --width 7 all > sizes
[ "$(grep -c '7 by 7' sizes)" -eq 10 ]; tap_result $? 'or as asked'
shapes_of --size 7 all > other
same 'by the name that it has in sktrain too' sizes other
skcrop -w 20 gray.pgm > got
pamcut -left 5 -width 20 gray.pgm > want
same 'at its own size the centre is cut out' got want
printf 'P5\n4 2\n255\nxABxxCDx' > quad.pgm
skcrop -w 1 quad.pgm | tail -c 1 > got; printf C > want # the mean of A B C D is B.5
same 'the mean of the square' got want
pgmmake 1 20 20 > white.pgm
skcrop -w 64 white.pgm | tail -c 4096 | tr -d '\377' > got; : > want
same 'white stays white' got want

# Against OpenCV's area mode (tests/fixtures/filter/opencv.py).
F=$TESTS/fixtures/filter
for width in 4 7 12; do
    skcrop -w $width "$F/input.ppm" > got
    near "reduced to $width as OpenCV does" "$F/area-$width.ppm" got
    skcrop -w $width "$F/input.pgm" > got
    near "gray too" "$F/area-$width.pgm" got
done

for value in 0 -1 16385 x 6.5 ''; do
    exits 2 "a width of '$value'" skcrop -w "$value" gray.pgm
    says 'is a usage error' '^skcrop: --width: ' "$err"
done

cp colour.ppm lesion.ppm; cp all benign.ppm
run_examples skcrop
done_testing
