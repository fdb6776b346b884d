# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
filter_contract skfilter

# Against OpenCV's results (tests/fixtures/filter/opencv.py): equal, the bilateral filter within 1 everywhere.
F=$TESTS/fixtures/filter
same_image() { # NAME FIXTURE GOT
    pnmtoplainpnm < "$3" > plain.got; pnmtoplainpnm < "$2" > plain.want
    same "$1" plain.want plain.got
}
skfilter "$F/input.ppm" > got
near 'the default is the bilateral filter of diameter 9, sigmas 75' "$F/bilateral-9-75-75.ppm" got
skfilter -d 5 -c 20 -g 2 "$F/input.ppm" > got
near 'short options' "$F/bilateral-5-20-2.ppm" got
skfilter --method bilateral --diameter 8 --sigma-color 30 --sigma-space 3 "$F/input.pgm" > got
near 'long options' "$F/bilateral-8-30-3.pgm" got
skfilter -m gaussian "$F/input.ppm" > got
same_image 'gaussian: OpenCV'"'"'s of sigma 0' "$F/gaussian-9-0.ppm" got
for d in 1 3 5 7 11 31; do
    skfilter -m gaussian -d $d "$F/input.pgm" > got
    same_image "of diameter $d too" "$F/gaussian-$d-0.pgm" got
done
skfilter -m gaussian -d 9 -g 1.7 "$F/input.ppm" > got
same_image 'and with a sigma' "$F/gaussian-9-1.7.ppm" got
skfilter -m gaussian -d 0 -g 2.5 "$F/input.ppm" > got
same_image '-d 0 takes the window from sigma' "$F/gaussian-0-2.5.ppm" got
skfilter -m gaussian -d 0 -g 2.5 "$F/input16.pgm" > got
same_image 'of 16 bits a wider one' "$F/gaussian-0-2.5-16.pgm" got
skfilter -d 0 -c 50 -g 2 "$F/input.ppm" > got
near 'bilateral too' "$F/bilateral-0-50-2.ppm" got
skfilter -d 0 "$F/input.ppm" > got
near 'also from its default' "$F/bilateral-0-75-75.ppm" got
skfilter -m median -d 3 "$F/input.ppm" > got
same_image 'median' "$F/median-3.ppm" got

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
exits 2 '-d 0 of median' skfilter -m median -d 0 gray.pgm
exits 2 '-d 0 of gaussian without a sigma' skfilter -d 0 -m gaussian gray.pgm
says 'says what is missing' "^skfilter: --diameter: 0 takes gaussian's window from --sigma-space, which is not given" "$err"
exits 1 '-d 0 of an immense sigma' skfilter -d 0 -g 1000 gray.pgm
says 'says how wide the window would be' '^skfilter: gray.pgm: image 0: a sigma of 1000 wants a window of 3001 pixels' "$err"
exits 2 'an unknown method' skfilter -m box gray.pgm
says 'lists those there are' 'none of bilateral, gaussian, median' "$err"
for bad in '-d -1' '-d 256' '-d x' '-c 0' '-c -1' '-c nan' '-g 0' '-g 1e9'; do
    # shellcheck disable=SC2086 # two words
    exits 2 "$bad" skfilter $bad gray.pgm
done

cp colour.ppm lesion.ppm; cp all benign.ppm; cp all malignant.ppm
run_examples skfilter
done_testing
