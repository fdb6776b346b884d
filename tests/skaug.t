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

for bad in '-n 0' '-n 10001' '-n x' '-r -1' '-r 361' '-x -0.1' '-x 11' '-f x' '-s -1' '-s 18446744073709551616' '-s 1.5'; do
    # shellcheck disable=SC2086 # two words
    exits 2 "$bad" skaug $bad gray.pgm
done

cp colour.ppm lesion.ppm; cp all malignant.ppm
run_examples skaug
done_testing
