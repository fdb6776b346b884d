#!/bin/sh
# ppmntsc of netpbm 11.01 (Debian 12: netpbm 2:11.01.00-2), seen 2026-11-28: a PPM image whose maxval is not 255 is judged as if
# it were 255, and what comes of it need not even be a PPM image. Of five pixels, gray, red, green, skin and white, it makes
#     at maxval 255     gray, skin and white pass, red and green are corrected: "1 above the saturation limit, 1 below"
#     at maxval 1000    all five are "above the saturation limit"; samples far beyond 1000 are written: pamtopnm refuses the image
#     at maxval 50      all five are found legal, red and green too
# It exits with 0. Its manual page says that pixels that are already legal go unmodified into the output, and asks for no maxval;
# ppm(5) allows every maxval up to 65535 and no sample beyond it.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=2:11.01.00-2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "netpbm=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
run() { # PROGRAM ARGUMENTS: one of netpbm's
    program=$1; shift
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
        --library-path "$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu" \
        "$folder/root/usr/bin/$program" "$@"
}

pixels() { # MAXVAL: gray, red, green, skin, white
    perl -e 'my $maxval = shift; print "P6\n5 1\n$maxval\n", pack($maxval > 255 ? "n*" : "C*", map { int($_ * $maxval + 0.5) }
        0.5, 0.5, 0.5, 1, 0, 0, 0, 1, 0, 0.6, 0.4, 0.35, 1, 1, 1)' "$1"
}
counts() { # what ppmntsc says of five pixels at a maxval: above the limit, below it
    pixels "$1" | run ppmntsc --verbose 2>&1 >"$folder/$1.ppm" | sed -n 's/^ppmntsc: \([0-9]*\) pixels were .*/\1/p' | xargs
}
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
beyond() { # IMAGE MAXVAL: whether samples of two bytes go beyond it
    tail -c 30 "$1" | perl -0777 -ne 'print +(grep { $_ > '"$2"' } unpack "n*", $_) ? "some" : "none"'
}
run ppmntsc -version 2>&1 | grep -o 'Netpbm .*' | sed 1q
expect 'maxval 255, above and below the limit' '1 1' "$(counts 255)"
expect 'maxval 1000, above and below the limit' '5 0' "$(counts 1000)"
expect 'maxval 50, above and below the limit' '0 0' "$(counts 50)"
expect 'samples beyond a maxval of 1000' some "$(beyond "$folder/1000.ppm" 1000)"
verdict=taken
run pamtopnm "$folder/1000.ppm" >"$folder/copy.ppm" 2>"$folder/why" || verdict=refused
cat "$folder/why"
expect 'pamtopnm, of the image at maxval 1000' refused $verdict
exit $failed
