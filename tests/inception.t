#!/bin/bash
# shellcheck disable=SC2154 # out and err are tap.sh's
# Inception v3 as a classifier: sktrain, skinfo, skclassify. Its weights are made by counting.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

fails() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 1 "$name: exit 1" sktrain "$@"
    [ "$(wc -l < "$err")" -eq 1 ]; tap_result $? "$name: one line"
    says "$name: says what" "^sktrain: .*$pattern" "$err"
}

"$ROOT/build/${SK_FLAVOR:-release}/unit/test_inception" weights weights || exit 1
for class in benign malignant; do
    skphantom -n 3 -w 96 $class > $class.ppm
    skphantom -n 1 -w 96 -s 2 $class > valid-$class.ppm
done
classes='benign=benign.ppm malignant=malignant.ppm --valid benign=valid-benign.ppm --valid malignant=valid-malignant.ppm'
tuned="sktrain classifier -q --arch inception --size 96 -b 2 --save-every 1 $classes"

# Trained whole: the same bytes on any number of threads, with narrower vectors, killed and resumed.
ok 'started from weights' $tuned -j 1 -n 2 --init weights -o model
skinfo model > about
[ "$(sed -n -E 's/^(architecture|size|variant|width|kernel)\t//p' about | tr '\n' ' ')" = 'inception 96 keras ' ]
tap_result $? 'the model says what it is, and that variant which the weights have'
says 'and what it started from' '^init	[0-9a-f]{8}$' about
skinfo -t model > tensors
says 'tensors are as torchvision names them' '^classifier.Mixed_7c.branch_pool.bn.running_var	F32	192	192$' tensors
says 'with a head' '^classifier.fc.weight	F32	1x2048	2048$' tensors
[ "$(sed 1d tensors | wc -l)" -eq $((5 * 94 + 2)) ]; tap_result $? 'and there are no others'
first=Conv2d_1a_3x3.bn.running_mean
skinfo -d $first weights > a
skinfo -d classifier.$first model > b
paste a b | tr '\t' '\n' | awk '{ v[NR] = $1 } END { n = NR / 2; for (i = 1; i <= n; i++) { moved += (v[i] != v[n + i]); far += (v[i] - v[n + i]) ^ 2 > 1 } exit !(n == 32 && moved > 16 && !far) }'
tap_result $? 'running statistics go on from those of the file'
SK_SIMD=avx2 $tuned -j 3 -n 2 --init weights -o killed &
pid=$!
for ((i = 0; i < 600; i++)); do [ -e killed.ckpt ] && break; sleep 0.05; done
kill -9 $pid; wait $pid 2> /dev/null
exits 1 'killed' test -e killed
ok 'and resumed, on three threads, with narrower vectors' env SK_SIMD=avx2 $tuned -j 3 -n 2 --init weights --resume -o killed
same 'the same bytes' model killed
rm -f killed*

# The head alone: all else stays, and each image's features are computed once.
frozen="sktrain classifier -q --arch inception --size 96 -b 2 --save-every 9 $classes --freeze --init weights"
ok 'the head alone' $frozen -j 1 -n 4 -o head
ok 'stopped half-way, resumed on two threads, with narrower vectors' \
    env SK_SIMD=avx2 sh -c "$frozen -j 2 -n 2 -o half && $frozen -j 2 -n 4 --resume -o half"
same 'the same bytes' head half
says 'it says so' '^freeze	yes$' <(skinfo head)
same 'it has the same tensors' <(skinfo -t head | sort) <(sort tensors)
for tensor in Conv2d_1a_3x3.conv.weight Mixed_5b.branch5x5_1.bn.running_mean Mixed_7c.branch_pool.bn.running_var Mixed_6e.branch7x7_2.bn.bias; do
    same "$tensor stays" <(skinfo -d "classifier.$tensor" head) <(skinfo -d $tensor weights)
done
ok 'with images changed each time' $frozen -n 2 --augment flip -o changed
exits 1 'whose head is another one' cmp -s <(skinfo -d classifier.fc.weight head) <(skinfo -d classifier.fc.weight changed)
exits 1 'to train it all is another run' $tuned -n 5 --init weights --resume -o head
says 'and says so' 'is of another run: freeze is yes there and no here' "$err"
rm -f half* changed*

# What knows the result.
ok 'it scores' skclassify -j 1 --features f model benign.ppm malignant.ppm
cp "$out" scores
[ "$(awk 'NR > 3 && $3 > 0 && $3 < 1' scores | wc -l)" -eq 6 ]; tap_result $? 'each image'
ok 'the same on two threads, from the checkpoint, one image at a time' sh -c 'cat benign.ppm malignant.ppm | skclassify -j 2 model.ckpt'
tail -n +4 scores > a; tail -n +4 "$out" > b
same 'the same scores' a b
says 'with features of its own' "^extractor	classifier:$(sed -n 's/^crc32\t//p' about)$" <(skinfo f)
says 'as many as Inception has' '^features	F32	6x2048	12288$' <(skinfo -t f)
ok 'and by quarter turns, with another one' skclassify -q --tta --with head model benign.ppm
exits 1 'images of another size' sh -c 'skphantom -n 1 -w 128 benign | skclassify model'
says 'are refused' 'is 128x128, not 96x96: scale it with skcrop -w 96' "$err"

# What it starts from.
fails 'images of another size' 'is 96x96, not 160x160: scale it with skcrop -w 160' classifier -q --arch inception -b 2 -n 1 --init weights -o x \
    benign=benign.ppm malignant=malignant.ppm
for class in benign malignant; do skphantom -n 2 -w 64 $class > small-$class.ppm; done
fails "Inception's weights for another architecture" 'weights: has the weights of Inception v3, which are of --arch inception, not dcgan' \
    classifier -q -b 2 -n 1 --init weights -o x benign=small-benign.ppm malignant=small-malignant.ppm
fails 'its classifier likewise' 'model: is of --arch inception, not resnet' \
    classifier -q --arch resnet -b 2 -n 1 --init model -o x benign=small-benign.ppm malignant=small-malignant.ppm
fails 'a batch without statistics' 'a batch of 1' classifier -q --arch inception --size 96 -b 1 -n 1 -o x \
    benign=benign.ppm malignant=malignant.ppm
skphantom -n 2 -w 32 benign | sktrain gan -q --size 32 --width 2 --latent 4 -b 2 -n 1 -o gan
fails 'a GAN' 'gan: is of --arch dcgan, not inception' classifier -q --arch inception --size 96 -b 2 -n 1 --init gan -o x \
    benign=benign.ppm malignant=malignant.ppm
done_testing
