#!/bin/bash
# shellcheck disable=SC2154 # out and err are tap.sh's
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# What netpbm's programs write is read as netpbm's programs read it, and what is written is what they read again: skgamma -g 1
# changes nothing, and pamtable prints all samples.

noise() { pgmnoise -randomseed="$1" "$2" "$3"; }
for size in '1 1' '7 3' '9 17' '40 2'; do
    read -r width height <<< "$size"
    for channel in 1 2 3 4; do noise $channel "$width" "$height" > noise.$channel; done
    for maxval in 1 2 255 256 1000 65535; do
        for channel in 1 2 3 4; do pamdepth -quiet $maxval noise.$channel > channel.$channel; done
        name=$width.$height.$maxval
        cp channel.1 "$name.gray.pgm"
        pnmtoplainpnm channel.1 > "$name.plain.pgm"
        pamstack -quiet channel.1 channel.2 channel.3 -tupletype RGB > "$name.rgb.pam"
        pamtopnm "$name.rgb.pam" > "$name.colour.ppm"
        pnmtoplainpnm "$name.colour.ppm" > "$name.plain.ppm"
        pamstack -quiet channel.1 channel.2 -tupletype GRAYSCALE_ALPHA > "$name.grayalpha.pam"
        pamstack -quiet channel.1 channel.2 channel.3 channel.4 -tupletype RGB_ALPHA > "$name.rgbalpha.pam"
    done
    pgmtopbm -threshold noise.1 > "$width.$height.bits.pbm"
    pnmtoplainpnm "$width.$height.bits.pbm" > "$width.$height.plain.pbm"
    pamtopam < "$width.$height.bits.pbm" > "$width.$height.bits.pam"
done
for kind in bits.pbm plain.pbm bits.pam gray.pgm plain.pgm colour.ppm plain.ppm rgb.pam grayalpha.pam rgbalpha.pam; do
    count=0 wrong=0
    for file in *."$kind"; do
        pamtable "$file" > want
        skgamma -g 1 "$file" | pamtable > got
        count=$((count + 1))
        cmp -s want got || { wrong=$((wrong + 1)); echo "# $file"; }
    done
    [ $count -ge 4 ] && [ $wrong -eq 0 ]; tap_result $? "$kind, $count of them"
done

# All of them as one stream, some of them compressed.
for file in *.p[bgp]m *.pam; do pamtable "$file"; done > want
i=0
for file in *.p[bgp]m *.pam; do
    i=$((i + 1))
    if [ $((i % 3)) -eq 0 ]; then gzip -c "$file"; else cat "$file"; fi
    case $file in *plain*) [ $((i % 3)) -eq 0 ] || echo ;; esac # a plain image ends where white space is
done > all
skgamma -g 1 all > through
[ "$(pamfile -allimages through | grep -c Image)" -eq $i ]; tap_result $? "a stream of $i, a third of them compressed"
mkdir split
pamsplit -quiet -padname=4 through split/%d
for file in split/*; do pamtable "$file"; done > got
same 'has all samples' want got
grep -q '^[0-9]' want; tap_result $? 'which are numbers'

# Tuple types that mean something else are refused by name.
for channel in 1 2 3 4; do noise $channel 5 4 > noise.$channel; done
pamstack -quiet noise.1 noise.2 noise.3 -tupletype YCbCr > ycbcr.pam
exits 1 'another tuple type' skgamma ycbcr.pam
says 'is named' '^skgamma: ycbcr.pam: image 0: tuple type YCbCr is neither gray nor colour$' "$err"
pamstack -quiet noise.1 noise.2 | sed '/^TUPLTYPE/d' > none.pam
exits 1 'two channels without a type' skgamma none.pam
says 'are named' 'image 0: without a tuple type, depth 2 is neither gray nor colour$' "$err"
sed 's/^ENDHDR/TUPLTYPE RGB\n&/' none.pam > two.pam
exits 1 'RGB of two channels' skgamma two.pam
says 'is named' 'image 0: depth 2 does not fit tuple type RGB$' "$err"
pamstack -quiet noise.1 noise.2 noise.3 noise.4 noise.1 | sed '/^TUPLTYPE/d; s/^ENDHDR/TUPLTYPE RGB_ALPHA\n&/' > five.pam
exits 1 'RGB_ALPHA of five channels' skgamma five.pam

# What is none of our formats is named, wherever it is given, as a file or through a pipe.
skphantom -n 1 -w 32 benign > b.ppm
pnmtojpeg -quiet b.ppm > photo.jpg
pnmtopng -quiet b.ppm > photo.png
ppmtobmp -quiet b.ppm > photo.bmp
pamtotiff -quiet b.ppm > photo.tif
pnmquant -quiet 64 b.ppm | ppmtogif 2> quiet > photo.gif
gzip -nc photo.jpg > photo.jpg.gz
printf 'RIFF\20\1\0\0WEBPVP8 ' > photo.webp
{ head -c 128 /dev/zero; printf 'DICM\2\0'; } > photo.dcm
printf '\0\0\0\30ftypheic\0\0' > photo.heic
printf '\3757zXZ\0\0\4\346' > b.ppm.xz
printf '(\265/\375\44\15\235\1' > b.ppm.zst
printf 'BZh91AY&SY' > b.ppm.bz2
printf 'PK\3\4\0\0\10\10\0\0archive/data.pkl' > model.pt
printf '\223NUMPY\1\0' > features.npy
printf '\2\0\0\0\0\0\0\0{}' > weights
printf 'image,truth,score\n0,benign,0.5\n' > scores.csv
printf '\377\376i\0m\0a\0g\0e\0\n\0' > utf16.tsv
while IFS='|' read -r file what converter; do
    exits 1 "$file as images" skgamma "$file"
    grep -qxF "skgamma: $file: image 0: neither a PNM nor a PAM image begins here, but $what${converter:+: $converter converts it}" "$err"
    tap_result $? 'is named'
    cat b.ppm "$file" | skgamma -g 1 > got 2> said
    cmp -s b.ppm got && grep -qF "standard input: image 1: neither a PNM nor a PAM image begins here, but $what" said
    tap_result $? 'behind an image too, which is written'
    [ "$file" = weights ] && continue
    exits 1 "$file as weights" skinfo "$file"
    says 'is named' "^skinfo: $file: not a weights file, but [^:]+\$" "$err"
    [ "$what" = text ] && continue
    exits 1 "$file as a table" skmetrics roc "$file"
    says 'is named' "^skmetrics: $file: no table, but [^:]+\$" "$err"
done << 'END'
photo.jpg|a JPEG image|jpegtopnm
photo.jpg.gz|a JPEG image|jpegtopnm
photo.png|a PNG image|pngtopnm
photo.bmp|a BMP image|bmptopnm
photo.tif|a TIFF image|tifftopnm
photo.gif|a GIF image|giftopnm
photo.webp|a WebP image|dwebp -ppm
photo.dcm|a DICOM file|dcmj2pnm
photo.heic|a HEIC image|heif-convert
b.ppm.xz|xz data|unxz
b.ppm.zst|zstd data|unzstd
b.ppm.bz2|bzip2 data|bunzip2
model.pt|a zip archive, as files of PyTorch and NumPy are
features.npy|an array of NumPy
weights|a weights file (safetensors)
scores.csv|text
utf16.tsv|text in UTF-16, not UTF-8
END
exits 1 'images as weights' skclassify b.ppm b.ppm
says 'are named' '^skclassify: b.ppm: not a weights file, but a PNM image$' "$err"
skgen < photo.jpg > got 2> said
says 'a photograph through a pipe as weights too' '^skgen: standard input: not a weights file, but a JPEG image$' said
for tool in 'skmetrics score' 'skmetrics conformal -c b.ppm' 'skaug --replay'; do
    exits 1 "$tool of images" $tool b.ppm
    says 'names them' '^sk[a-z]*: b.ppm: no table, but a PNM image$' "$err"
done
exits 1 'weights as a table' skmetrics score weights
says 'are named' '^skmetrics: weights: no table, but a weights file \(safetensors\)$' "$err"
exits 1 'a table of commas' skmetrics score scores.csv
says 'is named' "^skmetrics: scores.csv: no column 'truth': tabs part the columns of a table\$" "$err"
printf 'image;truth;score\n0;benign;0,5\n' > scores.csv
exits 1 'and of semicolons' skmetrics compare scores.csv scores.csv
says 'is named' "no column 'truth': tabs part the columns of a table\$" "$err"
printf 'P1\tP2\n1\t2\n' > columns.tsv
exits 1 'a table whose first column is named as an image begins' skmetrics score columns.tsv
says 'is a table' "columns.tsv: no column 'truth'\$" "$err"
done_testing
