# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
filter_contract skgamma

# Values: 255 (i / 255)^(1/G), rounded.
printf 'P5\n5 1\n255\n\000\001\100\200\377' > steps.pgm
skgamma steps.pgm | tail -c 5 | od -An -tu1 | tr -s ' ' > got
echo ' 0 6 101 161 255' > want
same 'the default is 1.5' got want
skgamma -g 0.5 steps.pgm | tail -c 5 | od -An -tu1 | tr -s ' ' > got
echo ' 0 0 16 64 255' > want
same 'a gamma of 0.5 darkens' got want
skgamma --gamma 1 gray.pgm > got
same 'a gamma of 1 changes nothing' got gray.pgm
skgamma alpha.pam | pamchannel -infile - 3 > got; pamchannel -infile alpha.pam 3 > want
same 'alpha stays' got want

for value in 0 -1 101 x 1.5x nan inf ''; do
    exits 2 "a gamma of '$value'" skgamma -g "$value" gray.pgm
    says 'is a usage error' '^skgamma: --gamma: ' "$err"
done

cp colour.ppm lesion.ppm; cp all benign.ppm
run_examples skgamma
done_testing
