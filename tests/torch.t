#!/bin/bash
# shellcheck disable=SC2154 # out is tap.sh's
# The script of sktools-weights(5) reads residual classifiers, and PyTorch gives the scores that skclassify gives.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

/usr/bin/python3 -c 'import torch' 2> /dev/null || { skip 'residual classifiers in PyTorch' 'no PyTorch'; done_testing; }

awk '/^\.Ed/ { on = 0 } /^import json/ { on = 1 } on' "$ROOT/man/man5/sktools-weights.5" > script.py
lines=$(wc -l < script.py)
[ "$lines" -gt 10 ] && [ "$lines" -le 30 ]; tap_result $? 'a script of at most 30 lines'
cat > scores.py << 'END'
import sys
exec(open("script.py").read())
size, images = int(sys.argv[2]), open(sys.argv[3], "rb").read()
image = len(images) // int(sys.argv[4])
pixels = [list(images[end - 3 * size * size:end]) for end in range(image, len(images) + 1, image)]
x = torch.tensor(pixels).reshape(-1, size, size, 3).permute(0, 3, 1, 2) / 127.5 - 1
with torch.no_grad():
    y = resnet(sys.argv[1])(x)
for row in y.sigmoid() if y.shape[1] == 1 else y.softmax(1)[:, -1:]:
    print(f"{row.item():.9g}")
END

for size in 32 64 128; do
    for class in benign malignant; do skphantom -q -n 3 -w $size $class > $class.ppm; done
    skphantom -q -n 3 -w $size --overlap 1 malignant > odd.ppm
    for classes in 'benign malignant' 'benign odd malignant'; do
        streams=$(for class in $classes; do printf '%s=%s.ppm ' "$class" "$class"; done)
        valid=$(for class in $classes; do printf -- '--valid %s=%s.ppm ' "$class" "$class"; done)
        # shellcheck disable=SC2086 # words
        ok "size $size, $classes" sktrain classifier -q --arch resnet --size $size --width 3 -b 4 -n 3 -l 0.01 --restart $valid \
            -o model $streams
        skclassify -q model odd.ppm | awk 'NR > 3 { print $3 }' > ours
        ok 'PyTorch reads it' /usr/bin/python3 scores.py model $size odd.ppm 3
        paste ours "$out" > both
        awk 'NF != 2 || !($1 > 0 && $1 < 1 && ($1 - $2) ^ 2 < 1e-10) { exit 1 } END { exit NR != 3 }' both
        tap_result $? 'and gives the same scores'
    done
done
ok 'it reads a checkpoint' /usr/bin/python3 scores.py model.ckpt 128 odd.ppm 3
[ "$(wc -l < "$out")" -eq 3 ]; tap_result $? 'of which there are scores'
done_testing
