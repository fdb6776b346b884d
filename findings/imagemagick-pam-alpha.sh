#!/bin/sh
# ImageMagick 6.9.11-60 (Debian 12: imagemagick-6.q16 8:6.9.11.60+dfsg-1.6+deb12u15 as of late 2026), seen 2026-11-28: a PAM image
# with an alpha channel whose maxval is neither 255 nor 65535 comes with its alpha turned round: opaque pixels are transparent,
# transparent ones opaque, without a word and with exit 0. Alpha of three pixels, opaque, three tenths opaque and transparent, as
# convert prints it, of 65535:
#     maxval 100        0 45874 65535
#     maxval 255    65535 19789     0    which is right
#     maxval 1000       0 45874 65535
#     maxval 65535  65535 19661     0    which is right
# The colours are scaled rightly at every maxval. The format, netpbm's pam(5): a sample of the opacity plane tells how opaque a
# pixel is, as a fraction of the maxval, whichever it is.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=$(apt-cache policy imagemagick-6.q16 | awk '/Candidate/ { print $2 }')
case $version in
8:6.9.11.60+dfsg-*) ;;
*) echo "imagemagick-6.q16 is '$version' here: this was seen with 8:6.9.11.60+dfsg" >&2; exit 2 ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "imagemagick-6.q16=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
libraries=$folder/root/usr/lib/x86_64-linux-gnu
export MAGICK_CODER_MODULE_PATH="$libraries/ImageMagick-6.9.11/modules-Q16/coders"
export MAGICK_CONFIGURE_PATH="$folder/root/etc/ImageMagick-6"
magick() {
    "$folder/root/lib64/ld-linux-x86-64.so.2" --library-path "$folder/root/lib/x86_64-linux-gnu:$libraries" \
        "$folder/root/usr/bin/convert-im6.q16" "$@"
}

pam() { # MAXVAL: three orange pixels, opaque, three tenths opaque, transparent
    perl -e 'my $maxval = shift; print "P7\nWIDTH 3\nHEIGHT 1\nDEPTH 4\nMAXVAL $maxval\nTUPLTYPE RGB_ALPHA\nENDHDR\n";
        print pack($maxval > 255 ? "n*" : "C*", map { int($_ * $maxval + 0.5) } map { (1, 0.5, 0, $_) } 1, 0.3, 0)' "$1"
}
alphas() { # of the three pixels of a file, of 65535
    magick "$1" -depth 16 txt:- | sed -n 's/^[0-2],0: *([^)]*,\([0-9]*\)).*/\1/p' | paste -s -d ' '
}
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
magick -version | sed 1q
for maxval in 100 255 1000 65535; do pam $maxval >"$folder/$maxval.pam"; done
expect 'maxval 100' '0 45874 65535' "$(alphas "$folder/100.pam")"
expect 'maxval 255' '65535 19789 0' "$(alphas "$folder/255.pam")"
expect 'maxval 1000' '0 45874 65535' "$(alphas "$folder/1000.pam")"
expect 'maxval 65535' '65535 19661 0' "$(alphas "$folder/65535.pam")"
exit $failed
