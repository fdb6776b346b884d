#!/bin/sh
# image-js 1.7.0 (npm, of July 2026) on Node.js 20, seen 2026-11-28: variance() gives each channel's variance divided by the
# number of channels. Of two pixels 0 and 10 in a channel, whose variance is 25, it gives
#     GREY 25     GREYA 12.5     RGB 8.333     RGBA 6.25
# so standard deviations of an RGB image, with which networks' inputs are normalized, come out too small by the square root of
# three. mean() is right, and so is the variance of the same channel taken out with split(). Its documentation has variance() for
# the variance of each channel.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund image-js@1.7.0 >/dev/null 2>&1 || exit 2
cat >"$folder/variance.mjs" <<'EOF'
import { Image } from 'image-js';
const [colorModel, channels] = process.argv.slice(2);
const data = new Uint8Array(2 * channels).fill(10, channels);
const image = new Image(2, 1, { colorModel, data });
const apart = channels > 1 ? image.split()[0] : image;
console.log(image.mean()[0], image.variance()[0].toFixed(3), apart.variance()[0].toFixed(3));
EOF
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
expect 'GREY, mean, variance, variance apart' '5 25.000 25.000' "$(node variance.mjs GREY 1)"
expect 'GREYA, mean, variance, variance apart' '5 12.500 25.000' "$(node variance.mjs GREYA 2)"
expect 'RGB, mean, variance, variance apart' '5 8.333 25.000' "$(node variance.mjs RGB 3)"
expect 'RGBA, mean, variance, variance apart' '5 6.250 25.000' "$(node variance.mjs RGBA 4)"
exit $failed
