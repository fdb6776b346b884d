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
done_testing
