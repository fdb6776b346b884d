#!/bin/sh
# fast-png 8.0.0 (npm, of January 2026) on Node.js 20, reading an animated PNG that ffmpeg 5.1.9 (Debian 12: ffmpeg
# 7:5.1.9-0+deb12u1) wrote, seen 2026-11-28: decodeApng() gives frames of the canvas's size, but where a frame updates only a part
# of the canvas, and ffmpeg writes only what has changed, all around that part is 0 instead of what stood there. Of a
# sand-coloured canvas, 200 180 150, on which a red square of 4 by 4 moves, the upper left pixel is
#     200 180 150 in the first frame, 0 0 0 in the second and third
# where ffmpeg itself gives back the images that it was given. The frames' dispose_op is APNG_DISPOSE_OP_NONE, with which, by the
# PNG specification's third edition (its section on the fcTL chunk), the canvas keeps what is on it for the next frame.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=$(apt-cache policy ffmpeg | awk '/Candidate/ { print $2 }')
case $version in
7:5.1.*) ;;
*) echo "ffmpeg is '$version' here: this was seen with 7:5.1.9" >&2; exit 2 ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "ffmpeg=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund fast-png@8.0.0 >/dev/null 2>&1 || exit 2
libraries=$folder/root/usr/lib/x86_64-linux-gnu
ffmpeg() {
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$libraries:$libraries/pulseaudio:$libraries/blas:$libraries/lapack" \
        "$folder/root/usr/bin/ffmpeg" -loglevel error "$@" </dev/null
}
cat >"$folder/corner.mjs" <<'EOF'
import { readFileSync } from 'node:fs';
import { decodeApng } from 'fast-png';
const { frames } = decodeApng(readFileSync('square.apng'));
console.log(frames.map(({ data }) => `${data.length} ${data.slice(0, 3).join(' ')}`).join(', '));
EOF

failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
perl -e 'for my $left (4, 8, 12) {
    print "P6\n32 16\n255\n";
    for my $y (0 .. 15) { for my $x (0 .. 31) {
        print pack("C3", $x >= $left && $x < $left + 4 && $y >= 6 && $y < 10 ? (200, 0, 0) : (200, 180, 150));
    } }
}' >square.ppm
ffmpeg -f image2pipe -c:v ppm -i square.ppm square.apng
ffmpeg -i square.apng -f image2pipe -c:v ppm back.ppm
back=others
if cmp -s square.ppm back.ppm; then back='the same'; fi
expect 'images that ffmpeg gives back' 'the same' "$back"
expect 'fast-png, samples and upper left pixel of each frame' '1536 200 180 150, 1536 0 0 0, 1536 0 0 0' "$(node corner.mjs)"
exit $failed
