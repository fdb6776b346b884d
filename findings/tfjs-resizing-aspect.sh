#!/bin/sh
# TensorFlow.js 4.22.0 (npm: @tensorflow/tfjs) on Node.js 20, seen 2026-11-28: its layer "resizing" with cropToAspectRatio neither
# crops nor keeps the aspect ratio: the image is squeezed as without it, only with other sampling points, those of
# resizeBilinear() without aligned corners. Of a row of an image of 8 by 4 whose samples are the column numbers, resized to 4 by
# 4,
#     an image that keeps its ratio has    2 3 4 5    the middle columns, as they are
#     with cropToAspectRatio               0 2 4 6    columns of the whole width
#     without                              0 2.33 4.67 7
# Its documentation has the option for keeping the image's aspect ratio; the layer of this name in Keras crops.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund @tensorflow/tfjs@4.22.0 >/dev/null 2>&1 || exit 2
cat >"$folder/resize.cjs" <<'EOF'
const tf = require('@tensorflow/tfjs');
(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
  const image = tf.tile(tf.range(0, 8).reshape([1, 8, 1]), [4, 1, 1]);
  const what = process.argv[2];
  const small = what === 'plain' ? tf.image.resizeBilinear(image, [4, 4])
    : tf.layers.resizing({ height: 4, width: 4, cropToAspectRatio: what === 'crop' }).apply(image);
  const row = small.slice([0, 0, 0], [1, 4, 1]);
  console.log(Array.from(await row.data(), (x) => Number(x.toFixed(2))).join(' '));
})();
EOF
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
resize() { node resize.cjs "$1" 2>/dev/null | tail -1; }
expect 'with cropToAspectRatio' '0 2 4 6' "$(resize crop)"
expect 'resizeBilinear()' '0 2 4 6' "$(resize plain)"
expect 'without' '0 2.33 4.67 7' "$(resize squeeze)"
exit $failed
