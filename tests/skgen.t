#!/bin/bash
# shellcheck disable=SC2154,SC2086 # out and err are tap.sh's; options are split on purpose
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

skphantom -n 16 -w 32 malignant > images.ppm
sktrain gan -q --size 32 --width 2 --latent 4 -b 8 -n 80 -l 0.002 -o gan images.ppm
sktrain classifier -q --size 32 --width 2 -b 8 -n 2 -o classifier a=images.ppm b=images.ppm
each=$((13 + 3 * 32 * 32))

ok 'ten images' sh -c 'skgen -n 10 gan > ten.ppm'
[ "$(wc -c < ten.ppm)" -eq $((10 * each)) ]; tap_result $? 'are ten images'
[ "$(pamfile -allimages ten.ppm | grep -c 'PPM raw, 32 by 32  maxval 255$')" -eq 10 ]; tap_result $? 'of 32 x 32'
ok 'the default' sh -c 'skgen gan | wc -c > length'
says 'is 64 images' "^$((64 * each))\$" length
ok 'fifty images' sh -c 'skgen -n 50 -j 1 gan > fifty.ppm'
head -c $((10 * each)) fifty.ppm > first.ppm
same 'begin with the ten' ten.ppm first.ppm
ok 'on two threads' sh -c 'skgen -n 50 -j 2 gan > two.ppm'
same 'the same bytes' fifty.ppm two.ppm
ok 'the model from standard input' sh -c 'skgen -n 10 < gan > piped.ppm'
same 'makes the same' ten.ppm piped.ppm
ok 'from the checkpoint' sh -c 'skgen -n 10 gan.ckpt > checkpoint.ppm'
same 'of the last step, the same' ten.ppm checkpoint.ppm
skgen -n 10 -s 2 gan > other.ppm
exits 1 'another seed, other images' cmp -s ten.ppm other.ppm

# Latents.
ok 'latents out' sh -c 'skgen -n 10 --latents-out z gan > a.ppm'
same 'do not change the images' ten.ppm a.ppm
ok 'latents in' sh -c 'skgen --latents z gan > b.ppm'
same 'give the same images' ten.ppm b.ppm
ok 'some of them' sh -c 'skgen -n 3 --latents z gan | cmp -n 9000 - ten.ppm'
exits 1 'more than there are' skgen -n 11 --latents z gan
says 'is an error' '^skgen: z: holds 10 latents, not 11$' "$err"
exits 1 'a file without latents' skgen --latents gan gan
says 'is an error too' "^skgen: gan: no F32 tensor 'latents' of shape \[n, 4\]$" "$err"
ok 'truncated latents' sh -c 'skgen -n 10 -t 0.5 --latents-out zt gan > t.ppm'
exits 1 'are others' cmp -s ten.ppm t.ppm
# The data are the last 160 bytes of the file: no value may exceed the truncation.
tail -c 160 zt | od -An -v -t f4 -w4 | awk '{ if ($1 > 0.5 || $1 < -0.5) bad++ } END { exit bad || NR != 40 }'
tap_result $? 'none beyond the truncation'

# Bad models.
exits 1 'a classifier' skgen classifier
says 'is no GAN' '^skgen: classifier: is a classifier, not a gan$' "$err"
exits 1 'no such model' skgen nowhere
says 'is said' '^skgen: nowhere: No such file' "$err"
head -c 3000 gan > short
exits 1 'a truncated model' skgen short
says 'is refused' '^skgen: short: ' "$err"
{ head -c 6000 gan; printf '\377'; tail -c +6002 gan; } > flipped
exits 1 'a flipped byte' skgen flipped
says 'is refused' '^skgen: flipped: .*CRC' "$err"
[ ! -s "$out" ]; tap_result $? 'before any image'
: > empty
exits 1 'an empty model' skgen empty
exits 1 'images for a model' skgen images.ppm
# A file that claims a larger network than its tensors make is refused before memory is asked for. (The header has a
# checksum of its own, optional for readers: it is renamed here.)
sed 's/"size":"32"/"size":"64"/; s/"width":"2"/"width":"9"/; s/"header_crc32"/"header_crc_x"/' gan > claims
exits 1 'a claim beyond the tensors' skgen claims
says 'is refused, with the first difference' '^skgen: claims: .*generator\.fc\.weight.*1152' "$err"
exits 1 'a class of a model without classes' skgen -c malignant gan
says 'is an error' 'not class-conditional' "$err"

# Streams and command lines.
exits 1 'a full disk' sh -c 'skgen -n 1 gan > /dev/full'
says 'is said' '^skgen: standard output: No space left on device$' "$err"
exits 1 'a gone reader, SIGPIPE ignored' bash -c 'trap "" PIPE; skgen -n 1000 gan | true; exit ${PIPESTATUS[0]}'
[ ! -s "$err" ]; tap_result $? 'is silent'
exits 141 'a gone reader' bash -c 'skgen -n 1000 gan | true; exit ${PIPESTATUS[0]}'
exits 2 'two models' skgen gan gan
exits 2 'no images' skgen -n 0 gan
exits 2 'a seed too large' skgen -s 18446744073709551616 gan
exits 2 'a truncation that would not end' skgen -t 0.001 gan
exits 2 'latents to standard output' skgen --latents-out - gan
exits 2 'an unknown option' skgen --nonsense gan
ok 'help' skgen -h
says 'goes to stdout' '^usage: skgen' "$out"
ok 'version' skgen -V
if command -v script > "$out"; then
    script -qec 'skgen -n 1 gan' terminal.log > "$out" 2>&1; [ $? -eq 2 ]; tap_result $? 'a terminal is refused'
else
    skip 'a terminal is refused' 'no script(1)'
fi

# The page's examples.
ok 'the first example of the page' sh -c 'skgen -n 1 gan | pnmtopng > lesion.png'
ok 'the second' sh -c 'skgen -n 16 -t 1 --latents-out z gan > typical.ppm && skgen --latents z gan | cmp - typical.ppm'
done_testing
