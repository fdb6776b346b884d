#!/bin/sh
# tiff 7.1.3 (npm, of January 2026; what image-js 1.7.0 reads TIFF with) on Node.js 20, seen 2026-11-28: an RGB image in tiles, as
# tiffcp -t and libvips write them, is decoded without a word into another image: pixel i of a tile gets the
# tile's sample i as its red, and 0 as green and blue. Of an image whose pixels are x, 100 + y, 200 it makes
#     in strips    0 100 200    1 100 200     2 100 200
#     in tiles     0   0   0  100   0   0   200   0   0
# Gray images in tiles are decoded rightly. Its documentation says that it decodes greyscale and RGB images, and of no layout that
# it is left out; the format: TIFF 6.0, section 15 "Tiled Images".
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=$(apt-cache policy libtiff-tools | awk '/Candidate/ { print $2 }')
case $version in
4.5.0-*) ;;
*) echo "libtiff-tools is '$version' here: this was seen with 4.5.0" >&2; exit 2 ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "libtiff-tools=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund tiff@7.1.3 >/dev/null 2>&1 || exit 2
run() { # PROGRAM ARGUMENTS: one of libtiff's
    program=$1; shift
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu" \
        "$folder/root/usr/bin/$program" "$@"
}
cat >"$folder/decode.mjs" <<'EOF'
import { readFileSync } from 'node:fs';
import { decode } from 'tiff';
const [file, samples] = process.argv.slice(2);
console.log(decode(readFileSync(file))[0].data.slice(0, samples).join(' '));
EOF

failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
perl -e 'print "P6\n32 32\n255\n"; for my $y (0 .. 31) { print pack("C3", $_, 100 + $y, 200) for 0 .. 31 }' >rgb.ppm
perl -e 'print "P5\n32 32\n255\n"; for my $y (0 .. 31) { print pack("C", $_ + $y) for 0 .. 31 }' >gray.pgm
for image in rgb.ppm gray.pgm; do
    run ppm2tiff -c none $image ${image%.*}-strips.tif
    run tiffcp -t -w 16 -l 16 ${image%.*}-strips.tif ${image%.*}-tiles.tif
done
tiles=others
if run tiffcmp rgb-strips.tif rgb-tiles.tif; then tiles='the same'; fi
expect 'pixels in strips and in tiles, by tiffcmp' 'the same' "$tiles"
expect 'RGB in strips' '0 100 200 1 100 200 2 100 200' "$(node decode.mjs rgb-strips.tif 9)"
expect 'RGB in tiles' '0 0 0 100 0 0 200 0 0' "$(node decode.mjs rgb-tiles.tif 9)"
expect 'gray in tiles' '0 1 2 3 4 5 6 7 8' "$(node decode.mjs gray-tiles.tif 9)"
exit $failed
