# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
filter_contract skfilter

# Against OpenCV's results (tests/fixtures/filter/opencv.py): within 1 everywhere.
F=$TESTS/fixtures/filter
skfilter "$F/input.ppm" > got
near 'the default is the bilateral filter of diameter 9, sigmas 75' "$F/bilateral-9-75-75.ppm" got
skfilter -d 5 -c 20 -g 2 "$F/input.ppm" > got
near 'short options' "$F/bilateral-5-20-2.ppm" got
skfilter --method bilateral --diameter 8 --sigma-color 30 --sigma-space 3 "$F/input.pgm" > got
near 'long options' "$F/bilateral-8-30-3.pgm" got
skfilter -m gaussian "$F/input.ppm" > got
near 'gaussian, default sigma' "$F/gaussian-9.ppm" got
skfilter -m gaussian -g 1.7 "$F/input.ppm" > again
same 'which is 1.7 for a diameter of 9' got again
skfilter -m median -d 3 "$F/input.ppm" > got
near 'median' "$F/median-3.ppm" got

for method in bilateral gaussian median; do
    for jobs in 1 3; do skfilter -m $method -j $jobs all > j$jobs; done
    same "$method: -j 3 writes the bytes of -j 1" j1 j3
    { for kind in $kinds; do skfilter -m $method "$kind"; done; } > parts
    same "$method: a stream is the sum of its parts" j1 parts
    skfilter -m $method alpha.pam | pamchannel -infile - 3 > got; pamchannel -infile alpha.pam 3 > want
    same "$method: alpha stays" got want
done

exits 2 'gaussian wants an odd diameter' skfilter -m gaussian -d 8 gray.pgm
says 'and says so' '^skfilter: --diameter: gaussian wants an odd one, not 8' "$err"
exits 2 'median too, whatever the order' skfilter -d 8 -m median gray.pgm
exits 2 'an unknown method' skfilter -m box gray.pgm
says 'lists those there are' 'none of bilateral, gaussian, median' "$err"
for bad in '-d 0' '-d 256' '-d x' '-c 0' '-c -1' '-c nan' '-g 0' '-g 1e9'; do
    # shellcheck disable=SC2086 # two words
    exits 2 "$bad" skfilter $bad gray.pgm
done

cp colour.ppm lesion.ppm; cp all benign.ppm; cp all malignant.ppm
run_examples skfilter
done_testing
