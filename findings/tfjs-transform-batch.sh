#!/bin/sh
# TensorFlow.js 4.22.0 (npm: @tensorflow/tfjs) on Node.js 20, seen 2026-11-28: on its "cpu" backend, the one that it takes by
# itself where there is neither a browser nor its native addon, tf.image.transform() transforms the first image of a batch only;
# all others are filled with the fill value, black unless told, whether there is one transform or one for each image. Of two
# images, 1 2 3 4 and 10 20 30 40, the transform that moves nothing makes
#     on cpu      1 2 3 4     0 0 0 0
#     on wasm     1 2 3 4     10 20 30 40
# Its documentation asks for a batch of images and for one row of eight numbers, or N.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund \
    @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null 2>&1 || exit 2
cat >"$folder/transform.cjs" <<'EOF'
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
wasm.setWasmPaths(require('path').dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + '/');
const [backend, transforms] = process.argv.slice(2);
(async () => {
  await tf.setBackend(backend);
  await tf.ready();
  const images = tf.tensor4d([1, 2, 3, 4, 10, 20, 30, 40], [2, 2, 2, 1]);
  const same = Array(Number(transforms)).fill([1, 0, 0, 0, 1, 0, 0, 0]);
  console.log((await tf.image.transform(images, tf.tensor2d(same), 'nearest').data()).join(' '));
})();
EOF
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
transform() { node transform.cjs "$@" 2>/dev/null | tail -1; }
expect 'cpu, one transform' '1 2 3 4 0 0 0 0' "$(transform cpu 1)"
expect 'cpu, a transform each' '1 2 3 4 0 0 0 0' "$(transform cpu 2)"
expect 'wasm, one transform' '1 2 3 4 10 20 30 40' "$(transform wasm 1)"
expect 'wasm, a transform each' '1 2 3 4 10 20 30 40' "$(transform wasm 2)"
exit $failed
