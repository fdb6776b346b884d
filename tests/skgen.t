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

ok 'latents out of a pipe' bash -c 'skgen --latents <(cat z) --latents-out >(cat > zp; touch done) gan > p.ppm; until [ -e done ]; do sleep 0.01; done'
same 'the same images' ten.ppm p.ppm
same 'the same latents' z zp
ok 'latents with a small number of images' skgen -n 2 --latents z --latents-out z2 gan
[ "$(head -c 300 z2 | grep -ao '"shape":\[2,4\]')" ] && [ "$(tail -c 32 z2 | cksum)" = "$(head -c -128 z | tail -c 32 | cksum)" ]
tap_result $? 'are those that were used'
for file in z ./z; do
    exits 1 "latents over the file that they are read from ($file)" skgen --latents z --latents-out $file gan
    says 'are refused' "^skgen: $file: is read too$" "$err"
done
exits 1 'latents over the model' skgen --latents-out gan gan
exits 1 'latents over the model on standard input' sh -c 'skgen --latents-out gan < gan'
exits 1 'latents where the images go' sh -c 'skgen --latents-out both gan > both'
ok 'latents beside which images cannot be written' sh -c '! skgen -n 1 --latents-out beside gan > /dev/full && [ ! -e beside ]'

# No image is a number of images too.
ok 'no image' sh -c 'skgen -n 0 --latents-out none gan > none.ppm && [ ! -s none.ppm ]'
ok 'with latents of none' sh -c 'skgen --latents none gan > none.ppm && [ ! -s none.ppm ]'

# From one image to the next. Image 3 k of thirds is image k.
image() { tail -c +$(($2 * each + 1)) "$1" | head -c $each; } # FILE INDEX
ok 'in thirds of the way' sh -c 'skgen -n 13 --interpolate 3 --latents-out zi gan > thirds.ppm'
[ "$(wc -c < thirds.ppm)" -eq $((37 * each)) ]; tap_result $? 'two images between each and the next'
for k in 0 1 5 11 12; do cmp -s <(image thirds.ppm $((3 * k))) <(image fifty.ppm $k) || echo $k; done > other
[ ! -s other ]; tap_result $? 'the ends are the images without it'
cmp -s <(image thirds.ppm 1) <(image thirds.ppm 0) || cmp -s <(image thirds.ppm 1) <(image thirds.ppm 2); [ $? -ne 0 ]
tap_result $? 'between them are others'
ok 'the latents that were used' sh -c 'skgen --latents zi --latents-out zj gan > again.ppm && cmp zi zj'
same 'make the same images, though they have other places in a batch' thirds.ppm again.ppm
for n in 1 2 31 33; do
    ok "$n of fifty" sh -c "skgen -n $n gan | cmp - fifty.ppm 2>&1 | grep -q 'EOF on -'"
done
says 'are all of them' '"shape":\[37,4\]' zi
ok 'on other threads' sh -c 'skgen -n 13 --interpolate 3 -j 2 gan | cmp - thirds.ppm'
ok 'in a straight line' sh -c 'skgen -n 3 --interpolate 4 --interpolation linear --latents-out zl gan > line.ppm'
numbers() { od -An -v -t f4 -w16 | awk '{ print }'; }
tail -c $((9 * 16)) zl | numbers | awk '{ for (c = 1; c <= 4; c++) z[NR, c] = $c } END {
    for (c = 1; c <= 4; c++) { d = z[3, c] - (z[1, c] + z[5, c]) / 2; e = z[8, c] - (z[5, c] + 3 * z[9, c]) / 4; if (d * d + e * e > 1e-12) exit 1 }
    exit NR != 9 }'
tap_result $? 'latents are weighted means'
ok 'along the sphere' sh -c 'skgen -n 3 --interpolate 4 --interpolation spherical --latents-out zs gan > sphere.ppm'
ok 'which is the default' sh -c 'skgen -n 3 --interpolate 4 gan | cmp - sphere.ppm'
exits 1 'and another way' cmp -s line.ppm sphere.ppm
ok 'between latents of a file' sh -c 'skgen --latents z -n 3 --interpolate 4 gan | cmp - sphere.ppm'
ok 'one image' sh -c 'skgen -n 1 --interpolate 5 gan > one.ppm'
cmp -s one.ppm <(image ten.ppm 0); tap_result $? 'has no way to go'
ok 'no image' sh -c 'skgen -n 0 --interpolate 5 gan > none.ppm && [ ! -s none.ppm ]'
ok 'a single step' sh -c 'skgen -n 10 --interpolate 1 gan | cmp - ten.ppm'

# Classes.
skphantom -n 12 -w 32 benign > b.ppm
sktrain gan -q --size 32 --width 2 --latent 4 -b 8 -n 60 -l 0.01 -o lesions benign=b.ppm malignant=images.ppm b,c=b.ppm benign=images.ppm
for class in benign malignant b,c; do skgen -n 40 -c $class lesions > "of.$class"; done
for other in malignant b,c; do exits 1 "images of benign are not those of $other" cmp -s of.benign of.$other; done
ok 'as many as were asked for' sh -c 'skgen -n 10 -c malignant lesions | cmp - of.malignant 2>&1 | grep -q "EOF on -"'
ok 'on other threads' sh -c 'skgen -n 40 -c malignant -j 2 lesions | cmp - of.malignant'
ok 'from the checkpoint' sh -c 'skgen -n 40 -c malignant lesions.ckpt | cmp - of.malignant'
ok 'a share of it alone' sh -c 'skgen -n 40 -c malignant=.3,benign=0 lesions | cmp - of.malignant'
ok 'a name with a comma' sh -c 'skgen -n 40 -c b,c=1 lesions | cmp - of.b,c'
classes_of() { # STREAM: the class of each image, as a word
    local i
    for i in $(seq 0 39); do
        for class in benign malignant b,c; do cmp -s <(image "$1" "$i") <(image "of.$class" "$i") && echo -n "$class "; done
    done
}
ok 'a mixture' sh -c 'skgen -n 40 -c benign=1,malignant=3 lesions > mixed'
drawn=$(classes_of mixed)
[ "$(wc -w <<< "$drawn")" -eq 40 ]; tap_result $? 'has images of each class as alone'
malignant=$(tr ' ' '\n' <<< "$drawn" | grep -c '^malignant$')
[ "$malignant" -ge 22 ] && [ "$malignant" -le 38 ]; tap_result $? "by its shares: $malignant of 40"
! tr ' ' '\n' <<< "$drawn" | grep '^b,c$' > "$out"; tap_result $? 'none of another'
ok 'the first of them' sh -c 'skgen -n 7 -c malignant=1.5,benign=0.5 lesions | cmp - mixed 2>&1 | grep -q "EOF on -"'
ok 'without --class' sh -c 'skgen -n 40 lesions > all'
drawn=$(classes_of all)
benign=$(tr ' ' '\n' <<< "$drawn" | grep -c '^benign$')
[ "$(wc -w <<< "$drawn")" -eq 40 ] && [ "$benign" -ge 11 ] && [ "$benign" -le 29 ]; tap_result $? "the shares of the training: $benign of 40"
ok 'the shares of the training said' sh -c 'skgen -n 40 -c benign=28,malignant=16,b,c=12 lesions | cmp - all'
ok 'with their latents' sh -c 'skgen -n 40 -c benign=1,malignant=3 --latents-out zc lesions | cmp - mixed'
says 'and the vectors of their classes' '"shape":\[40,8\]' zc
ok 'from the latents' sh -c 'skgen --latents zc lesions | cmp - mixed'
ok 'of another class' sh -c 'skgen --latents zc -c malignant lesions | cmp - of.malignant'
ok 'latents alone' sh -c 'skgen -n 40 --latents-out z40 gan > plain && skgen --latents z40 -c b,c lesions | cmp - of.b,c'
ok 'of classes that are drawn' sh -c 'skgen --latents z40 -c benign=1,malignant=3 lesions | cmp - mixed'
exits 1 'with another seed others' sh -c 'skgen --latents z40 -s 2 -c benign=1,malignant=3 lesions | cmp -s - mixed'
ok 'of those of the training' sh -c 'skgen --latents z40 lesions | cmp - all'
exits 1 'latents with classes for a model without' skgen --latents zc gan
says 'are refused' "^skgen: zc: no F32 tensor 'latents' of shape \[n, 4\]$" "$err"
sktrain gan -q --size 32 --width 2 --latent 7 -b 8 -n 1 -o seven images.ppm
exits 1 'latents of another length' sh -c 'skgen -n 1 --latents-out z7 seven > one.ppm && exec skgen --latents z7 lesions'
says 'are refused with both lengths' "^skgen: z7: no F32 tensor 'latents' of shape \\[n, 4\\], or \\[n, 8\\] with classes$" "$err"
ok 'from class to class' sh -c 'skgen -n 3 --interpolate 4 -c benign=1,malignant=3 --latents-out zi lesions > way'
for k in 0 1 2; do cmp -s <(image way $((4 * k))) <(image mixed $k) || echo $k; done > other
[ ! -s other ]; tap_result $? 'the ends are the images without it'
numbers8() { tail -c $((9 * 32)) zi | od -An -v -t f4 -w32; }
numbers8 | awk '{ for (c = 5; c <= 8; c++) z[NR, c] = $c } END {
    for (k = 1; k <= 5; k += 4) for (c = 5; c <= 8; c++) { d = z[k + 1, c] - (3 * z[k, c] + z[k + 4, c]) / 4; if (d * d > 1e-12) exit 1; far += (z[k + 4, c] - z[k, c]) ^ 2 }
    exit NR != 9 || far == 0 }'
tap_result $? 'between them are weighted means of their vectors'
ok 'within a class' sh -c 'skgen -n 3 --interpolate 4 -c benign --latents-out zi lesions > way'
numbers8 | awk '{ print $5, $6, $7, $8 }' | sort -u > same; [ "$(wc -l < same)" -eq 1 ]; tap_result $? 'its vector stays'
ok 'typical ones' sh -c 'skgen -n 40 -t 0.5 -c malignant lesions > typical && ! cmp -s typical of.malignant'
exits 1 'a class that is none' skgen -c mole lesions
says 'is said, with those that there are' "^skgen: lesions: has no class 'mole': it has benign malignant b,c$" "$err"
[ ! -s "$out" ]; tap_result $? 'before any image'
exits 1 'a share of none' skgen -c benign=1,mole=1 lesions
exits 1 'a class twice' skgen -c benign=1,benign=1 lesions
exits 1 'a class of a model that has none' skgen -c benign gan
says 'is said' '^skgen: gan: has no classes: --class is of a model that was trained on class=stream$' "$err"
for share in '' benign= benign=x benign=-1 benign=nan 'benign=1,' benign=0 benign=0,malignant=0 =1 benign=0x1; do
    exits 2 "a class of '$share'" skgen -c "$share" lesions
    says "is no share ('$share')" '^skgen: --class: ' "$err"
done
exits 2 'a seed for latents that have their class' skgen --latents zc -s 2 lesions

# Memory stays, however many images there are: these latents would be 82 MB.
if [ "${SK_FLAVOR:-release}" = release ] && [ -x /usr/bin/time ]; then
    sktrain gan -q --size 32 --width 1 --latent 1024 -b 2 -n 1 -o long images.ppm
    for n in 1000 20000; do
        /usr/bin/time -f %M -o peak.$n skgen -n $n --latents-out zm long > many.ppm
    done
    [ "$(wc -c < many.ppm)" -eq $((20000 * each)) ] && [ "$(wc -c < zm)" -gt 81920000 ]; tap_result $? 'many images and their latents'
    [ "$(cat peak.20000)" -lt $(($(cat peak.1000) + 4096)) ]; tap_result $? 'in the memory of few'
    rm many.ppm zm
else
    skip 'many images in the memory of few' 'no time(1), or a sanitizer'
fi

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

# Streams and command lines.
exits 1 'a full disk' sh -c 'skgen -n 1 gan > /dev/full'
says 'is said' '^skgen: standard output: No space left on device$' "$err"
exits 1 'a gone reader, SIGPIPE ignored' bash -c 'trap "" PIPE; skgen -n 1000 gan | true; exit ${PIPESTATUS[0]}'
[ ! -s "$err" ]; tap_result $? 'is silent'
exits 141 'a gone reader' bash -c 'skgen -n 1000 gan | true; exit ${PIPESTATUS[0]}'
exits 2 'two models' skgen gan gan
exits 2 'fewer than no image' skgen -n -1 gan
exits 2 'no steps' skgen --interpolate 0 gan
exits 2 'half a step' skgen --interpolate 1.5 gan
exits 2 'a way that is none' skgen --interpolate 2 --interpolation cubic gan
says 'is said' "^skgen: --interpolation: 'cubic' is none of spherical, linear$" "$err"
exits 2 'a way of no interpolation' skgen --interpolation linear gan
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
ok 'the one of classes' sh -c 'skgen -n 9 -c benign=2,malignant=1 lesions > mixture.ppm'
ok 'the third' sh -c 'skgen -n 5 --interpolate 12 gan | pamfile -allimages | wc -l'
says 'makes 49 images' '^49$' "$out"
done_testing
