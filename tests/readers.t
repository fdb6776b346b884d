# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# What sktools(7) says of other programs that read our streams holds for the versions that it names; what is not installed, or
# is of another version, is passed over.
page=$ROOT/man/man7/sktools.7

skphantom -n 3 -w 40 benign > s.ppm
pamsplit -quiet s.ppm image%d.ppm
cp image0.ppm map.ppm

arguments() { # PROGRAM: what it needs to run
    case $1 in
    pamscale) echo -xsize 20 ;; pamcut | pnmcut) echo -left 2 -width 10 ;; pnmscale) echo 0.5 ;; pamdepth) echo 100 ;;
    pamchannel) echo 0 ;; pamthreshold) echo -simple ;; pnmnlfilt) echo 0 1 ;; pnmremap) echo -mapfile=map.ppm ;; pnmgamma) echo 1.5 ;;
    pamflip | pnmflip) echo -lr ;; pnmconvol) echo -matrix=0,.2,0,.2,.2,.2,0,.2,0 ;; pnmrotate | pnmshear) echo 10 ;;
    pamstretch | pamenlarge | pnmenlarge | pnmmargin) echo 2 ;; ppmbrighten) echo -v 20 ;; pnmpad) echo -left 2 ;;
    pamfunc) echo -multiplier 0.5 ;; pamaltsat) echo -method log -strength 1.5 ;; pambrighten) echo -value +10 ;;
    pamexec) echo -check cat ;; pamrestack) echo -width 20 ;; pamslice) echo -row 3 ;; pamsumm) echo -mean ;; pnmtile) echo 70 70 ;;
    ppmdim) echo 0.5 ;; ppmflash) echo 0.2 ;; ppmlabel) echo -x 2 -y 12 -text A ;; ppmshift) echo 3 -seed=1 ;;
     pamstack) echo -tupletype=RGB ;; pamditherbw) echo -threshold ;;
    esac
}
# A program's output for s.ppm, and for its images one by one
both() {
    local words
    read -ra words <<< "$(arguments "$1")"
    timeout 20 "$1" "${words[@]}" < s.ppm > together 2> /dev/null || return 1
    for image in image0.ppm image1.ppm image2.ppm; do timeout 20 "$1" "${words[@]}" < $image > "$image.out" 2> /dev/null || return 1; done
    cat image?.ppm.out > apart
    [ -s together ] && ! cmp -s apart image0.ppm.out
}
netpbm=$(pamtopnm -version 2>&1 | sed -n 's/.*Netpbm \([0-9.]*\)$/\1/p')
if [ "$netpbm" = 11.1.0 ]; then
    wrong='' count=0
    for program in $(awk '/reads this list/ { on = 1; next } /^\.El/ { on = 0 } on' "$page"); do
        command -v "$program" > /dev/null || continue
        count=$((count + 1))
        both "$program" && cmp -s together apart || wrong="$wrong $program"
    done
    [ $count -gt 15 ] && [ -z "$wrong" ]; tap_result $? "$count of netpbm's programs read streams"
    [ -z "$wrong" ] || echo "# not so:$wrong"
    wrong='' count=0
    for program in $(awk '/and this$/ { on = 1; next } /^\.El/ { on = 0 } on' "$page"); do
        command -v "$program" > /dev/null || continue
        count=$((count + 1))
        both "$program" && cmp -s together image0.ppm.out || wrong="$wrong $program"
    done
    [ $count -gt 35 ] && [ -z "$wrong" ]; tap_result $? "$count take the first image alone"
    [ -z "$wrong" ] || echo "# not so:$wrong"
    [ "$(pnmquant 8 s.ppm 2> /dev/null | pamfile -count - | tr -dc 0-9)" = 3 ]; tap_result $? 'pnmquant reads all'
    pamdepth -quiet 1000 image0.ppm > deep.ppm
    exits 1 'pamtopng refuses a maxval of 1000' pamtopng deep.ppm
    ppmntsc < image0.ppm | cmp -s - image0.ppm; tap_result $? 'ppmntsc passes colours of skin'
    ppmntsc < deep.ppm | cmp -s - deep.ppm; [ $? -eq 1 ]; tap_result $? 'but not at a maxval of 1000'
    ppmmake -maxval 1000 red 1 1 | ppmntsc > ntsc.ppm
    exits 1 'where it writes samples beyond it' pamtopnm ntsc.ppm
    says 'as pamtopnm finds' 'exceeds the image maxval of 1000' "$err"
else
    skip "netpbm's programs" "the page is of netpbm 11.01, this is $netpbm"
fi

version() { # PROGRAM PATTERN...: whether it is there, and says the pattern
    local program=$1 pattern=$2; shift 2
    command -v "$program" > /dev/null && "$program" "$@" 2>&1 | grep -q "$pattern"
}
pgmramp -lr 40 40 | pamdepth -quiet 1000 > gray.pgm
printf 'P6\n1 1\n1000\n\000\000\001\364\003\350' > colour.ppm
printf 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 100\nTUPLTYPE RGB_ALPHA\nENDHDR\ndddd' > opaque.pam # d is 100
if version gm '^GraphicsMagick 1\.3\.40' -version; then
    ok 'gm takes the first image, under the name it was given' gm convert s.ppm gm-%d.png
    [ -e gm-%d.png ] && [ ! -e gm-0.png ]; tap_result $? 'as it stands'
    gm convert gray.pgm -depth 8 gm.txt
    says 'raw gray of maxval 1000 comes out saturated' '^1,0: .*[(](65535|255),' gm.txt
    gm convert colour.ppm -depth 8 gm.txt
    says 'colour is scaled' '\(  ?0, ?12[78],255\)' gm.txt
else
    skip 'GraphicsMagick' 'no version 1.3.40'
fi
if version convert 'ImageMagick 6\.9\.11' -version; then
    convert s.ppm im-%d.png
    [ -e im-0.png ] && [ -e im-2.png ] && [ ! -e im-3.png ]; tap_result $? 'ImageMagick takes all images'
    convert gray.pgm txt:- > im.txt
    says 'and scales' '^20,0: .*gray[(]5' im.txt
    convert opaque.pam -depth 8 txt:- > im.txt
    says 'but takes the alpha of PAM for transparency' '^0,0: [(]255,255,255,0[)]' im.txt
else
    skip 'ImageMagick' 'no version 6.9.11'
fi
if version vips '^vips-8\.14\.1' --version; then
    vips copy gray.pgm vips.v
    [ "$(vips max vips.v | cut -d. -f1)" = 1000 ]; tap_result $? 'vips does not scale'
    [ "$(vipsheader -f vips-loader opaque.pam)" = magickload ]; tap_result $? 'and reads PAM by ImageMagick'
    ok 'and takes the first image' vips copy s.ppm vips.png
    [ "$(pngtopam vips.png | pamfile - | grep -c '40 by 40')" = 1 ]; tap_result $? 'of a stream'
else
    skip 'libvips' 'no version 8.14.1'
fi
if command -v python3 > /dev/null && version python3 '^4\.6\.0' -c 'import cv2; print(cv2.__version__)'; then
    printf 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n\001\002\003' > one.pam
    python3 -c 'import cv2; print(cv2.imread("gray.pgm", -1).max(), cv2.imread("one.pam", -1).ravel(), cv2.imread("s.ppm").shape)' > cv
    says 'OpenCV does not scale, exchanges red and blue of PAM, takes one image' '^1000 \[1 2 3\] \(40, 40, 3\)' cv
else
    skip 'OpenCV' 'no version 4.6.0 for python3'
fi
if version ffmpeg '^ffmpeg version 5\.1' -version; then
    skphantom -n 1 -w 64 benign | cat s.ppm - | ffmpeg -loglevel error -f image2pipe -c:v ppm -i - ff-%d.png
    [ "$(for i in 1 2 3 4; do pngtopam ff-$i.png; done | pamfile -allimages - | grep -c '40 by 40')" = 4 ]
    tap_result $? 'ffmpeg takes all images and scales them to the size of the first'
    [ "$(ffmpeg -loglevel error -i opaque.pam -f rawvideo -pix_fmt rgba -)" = dddd ]; tap_result $? 'but not PAM with alpha'
else
    skip 'ffmpeg' 'no version 5.1'
fi

# The ways to other formats, as the page has them
grep -E "^\.Dl (skeach|for f|ffmpeg)" "$page" | sed 's/^\.Dl //' > ways
[ "$(wc -l < ways)" -eq 5 ]; tap_result $? 'the page has five ways to other formats'
while IFS= read -r line; do
    if [[ $line = ffmpeg* ]] && ! command -v ffmpeg > /dev/null; then skip "$line" 'no ffmpeg'; continue; fi
    ok "$line" bash -o pipefail -c "${line/#ffmpeg/ffmpeg -loglevel error}" < /dev/null
done < ways
same 'PNG brings the stream back' s.ppm t.ppm
done_testing
