#!/bin/sh
# image-js 1.7.0 (npm, of July 2026) on Node.js 20, seen 2026-11-28: a gray PNG of one bit a pixel, what pamtopng writes of a PBM
# mask, is decoded without a word into another image. Of a mask whose first row is white (1) in its left half and whose second row
# is white in its right half it makes
#      8 wide, of 11110000 00001111                     00000000 00000000                      all black
#     12 wide, of 111111000000 000000111111             111100000000 000011110000
#     16 wide, of 1111111100000000 0000000011111111     0000000011111111 0000000000000000      a row's first eight pixels are lost
# where pngtopam gives back the mask: it leaves out bits at the end of a row's first byte, a whole byte where the width is a
# multiple of eight. Its documentation says of decode() that it decodes PNG; the PNG specification, 7.2 "Scanlines", that the bits
# that fill up a row are the last of its last byte.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install netpbm=2:11.01.00-2 >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund image-js@1.7.0 fast-png@8.0.0 >/dev/null 2>&1 || exit 2
run() { # PROGRAM ARGUMENTS: one of netpbm's
    program=$1; shift
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu" \
        "$folder/root/usr/bin/$program" "$@"
}
cat >"$folder/decode.mjs" <<'EOF'
import { readFileSync } from 'node:fs';
import { decode } from 'image-js';
const image = decode(readFileSync(process.argv[2]));
let text = '';
for (let row = 0; row < image.height; row++) {
  for (let column = 0; column < image.width; column++) text += image.getValue(column, row, 0) > 127 ? 1 : 0;
  text += row + 1 < image.height ? ' ' : '\n';
}
process.stdout.write(text);
EOF

mask() { # WIDTH: a PBM image of two rows, the first white (0) in its left half, the second in its right half
    perl -e 'my $w = shift; my $h = $w / 2; print "P1\n$w 2\n", "0" x $h, "1" x $h, "\n", "1" x $h, "0" x $h, "\n"' "$1"
}
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
for width in 8 12 16; do mask $width | run pamtopng >"$folder/$width.png"; done
cd "$folder"
expect 'pngtopam, 16 wide' '1111111100000000 0000000011111111' "$(run pngtopam -plain 16.png | sed 1,2d | tr 01 10 | xargs)"
expect 'image-js, 8 wide' '00000000 00000000' "$(node decode.mjs 8.png)"
expect 'image-js, 12 wide' '111100000000 000011110000' "$(node decode.mjs 12.png)"
expect 'image-js, 16 wide' '0000000011111111 0000000000000000' "$(node decode.mjs 16.png)"
exit $failed
