#!/bin/sh
# ffmpeg 5.1.9 (Debian 12: ffmpeg 7:5.1.9-0+deb12u1 as of late 2026), seen 2026-11-28: a PAM image without alpha is scaled from
# its maxval to ffmpeg's 255, one with alpha and a maxval below 255 is not: its samples are taken as they stand, without a word
# and with exit 0. Of one white, opaque pixel ffmpeg makes, in bytes
#     RGB at maxval 100                  255 255 255
#     RGB_ALPHA at maxval 100            100 100 100 100
#     GRAYSCALE_ALPHA at maxval 100      100 100
#     BLACKANDWHITE_ALPHA at maxval 1      1 1         what pamthreshold writes of gray with alpha: next to invisible
#     RGB_ALPHA at maxval 1000           255 255 255 255
# The format, netpbm's pam(5): a sample is a fraction of the maxval in each of these tuple types, in the opacity plane too.
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
libraries=$folder/root/usr/lib/x86_64-linux-gnu
ffmpeg() {
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$libraries:$libraries/pulseaudio:$libraries/blas:$libraries/lapack" \
        "$folder/root/usr/bin/ffmpeg" "$@"
}

bytes() { # TUPLE-TYPE DEPTH MAXVAL FORMAT: one pixel whose samples are all the maxval, as ffmpeg gives it in FORMAT
    perl -e 'my ($type, $depth, $maxval) = @ARGV;
        print "P7\nWIDTH 1\nHEIGHT 1\nDEPTH $depth\nMAXVAL $maxval\nTUPLTYPE $type\nENDHDR\n";
        print pack($maxval > 255 ? "n*" : "C*", ($maxval) x $depth)' "$1" "$2" "$3" >"$folder/one.pam"
    ffmpeg -loglevel error -i "$folder/one.pam" -f rawvideo -pix_fmt "$4" - </dev/null | od -An -tu1 | xargs
}
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
ffmpeg -version | sed 1q
expect 'RGB at maxval 100' '255 255 255' "$(bytes RGB 3 100 rgb24)"
expect 'RGB_ALPHA at maxval 100' '100 100 100 100' "$(bytes RGB_ALPHA 4 100 rgba)"
expect 'GRAYSCALE_ALPHA at maxval 100' '100 100' "$(bytes GRAYSCALE_ALPHA 2 100 ya8)"
expect 'BLACKANDWHITE_ALPHA at maxval 1' '1 1' "$(bytes BLACKANDWHITE_ALPHA 2 1 ya8)"
expect 'RGB_ALPHA at maxval 1000' '255 255 255 255' "$(bytes RGB_ALPHA 4 1000 rgba)"
exit $failed
