#!/bin/sh
# GraphicsMagick 1.3.40 (Debian 12: graphicsmagick 1.4+really1.3.40-4+deb12u1 as of late 2026), seen 2026-11-27:
# a raw PGM whose maxval is neither 255 nor 65535 is scaled rightly where the image has fewer than 1,024 pixels, and wrongly from
# 1,024 pixels on. Of a ramp of maxval 1000, gm makes of sample 32
#     at 32x31 (992 pixels)     2097 of 65535    which is 32/1000
#     at 32x32 (1,024 pixels)   65535            which is white
# Raw PPM of the same maxval is scaled rightly at both sizes. The format: netpbm's pgm(5), raw, maxval above 255 in two bytes.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=$(apt-cache policy graphicsmagick | awk '/Candidate/ { print $2 }')
case $version in
1.4+really1.3.40-*) ;;
*) echo "graphicsmagick is '$version' here: this was seen with 1.4+really1.3.40" >&2; exit 2 ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "graphicsmagick=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
gm() {
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu" "$folder/root/usr/bin/gm" "$@"
}

ramp() { # MAGIC WIDTH HEIGHT SAMPLES-A-PIXEL: a ramp of maxval 1000 from left to right, two bytes a sample
    perl -e 'my ($magic, $width, $height, $samples) = @ARGV; print "$magic\n$width $height\n1000\n";
        print pack("n*", map { (int($_ * 1000 / ($width - 1))) x $samples } 0 .. $width - 1) for 1 .. $height' "$@"
}
second_pixel() { # what gm makes of the second pixel's first sample, of 65535
    gm convert "$1" -depth 16 "$folder/out.txt"
    sed -n '2s/^1,0: *( *\([0-9]*\),.*/\1/p' "$folder/out.txt"
}
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
for height in 31 32; do
    ramp P5 32 $height 1 >"$folder/gray.$height.pgm"
    ramp P6 32 $height 3 >"$folder/colour.$height.ppm"
done
gm version | sed 1q
expect 'gray, 32x31' 2097 "$(second_pixel "$folder/gray.31.pgm")"
expect 'gray, 32x32' 65535 "$(second_pixel "$folder/gray.32.pgm")"
expect 'colour, 32x31' 2097 "$(second_pixel "$folder/colour.31.ppm")"
expect 'colour, 32x32' 2097 "$(second_pixel "$folder/colour.32.ppm")"
exit $failed
