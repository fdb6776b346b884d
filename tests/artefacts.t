# Artefacts in skaug's copies: what is drawn, where the mask says that it is, and what stays as it was.
# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

kinds='ink hairs corners ruler'
still='-r 0 -x 0 -f none'
skphantom -n 3 -w 64 --hair 0 --field 0 --ruler 0 benign >colour.ppm
skphantom -n 1 -w 128 --hair 0 --field 0 --ruler 0 benign | pamcut -height 90 >wide.ppm
pamdepth 1000 wide.ppm >deep.ppm 2>/dev/null
ppmtopgm wide.ppm >gray.pgm
pamstack -quiet -tupletype RGB_ALPHA wide.ppm gray.pgm >alpha.pam
pamstack -quiet -tupletype GRAYSCALE_ALPHA gray.pgm gray.pgm >grayalpha.pam
pnmtoplainpnm colour.ppm >plain.ppm
pgmmake 0.5 40 32 | pamthreshold -simple -threshold 0.3 | pamtopnm >bits.pbm
cat colour.ppm wide.ppm deep.ppm gray.pgm alpha.pam grayalpha.pam plain.ppm bits.pbm >all

# Without them, or with probability 0, the copies and the log are what they were; a mask is empty.
skaug -n 2 -k --hue 20 --log want.tsv all >want
for option in --ink=0 --hairs=0 --corners=0 --ruler=0 '--ink=0 --hairs=0 --corners=0 --ruler=0.0'; do
    # shellcheck disable=SC2086 # a list of words
    ok "$option" skaug -n 2 -k --hue 20 $option --log got.tsv --artefact-mask none.pgm all
    same "$option: the same copies" want "$out"
    same "$option: and log" want.tsv got.tsv
done
images() { pamfile -allimages "$1" | sed -n 's/.*, \([0-9]* by [0-9]*\).*/\1/p'; }
images want >shapes; images none.pgm >mask-shapes
same 'a mask for each image, of its size' shapes mask-shapes
skeach -j 1 sh -c 'pamsumm -sum -brief >&2' <none.pgm 2>sums >/dev/null
[ "$(sort -u sums)" = 0 ]; tap_result $? 'with nothing in it'

# samples FILE DEPTH: of its one image, a pixel a line
# shellcheck disable=SC2046 # a word for each sample
samples() { pamtable "$1" | tr -s '| ' '\n' | sed '/^$/d' | if [ "$2" = 1 ]; then cat; else paste -d ' ' $(printf '%*s' "$2" '' | sed 's/ /- /g'); fi; }
# compare ORIGINAL COPY MASK: pixels that differ outside of the mask; that are covered by half; of these, that differ
compare() {
    local depth; depth=$(pamtopam <"$1" | head -c 100 | awk '$1 == "DEPTH" { print $2 }')
    paste -d : <(samples "$1" "$depth") <(samples "$2" "$depth") <(samples "$3" 1) | awk -F : '
        $3 == 0 && $1 != $2 { bad++ } $3 >= 128 { covered++; differ += $1 != $2 } END { print bad + 0, covered + 0, differ + 0 }'
}
for kind in $kinds; do
    for image in wide.ppm deep.ppm gray.pgm alpha.pam grayalpha.pam; do
        # shellcheck disable=SC2086
        skaug $still "--$kind" 1 -s 5 --artefact-mask mask.pgm $image >copy
        compare $image copy mask.pgm >facts
        read -r outside covered differ <facts
        [ "$outside" = 0 ] && [ "$covered" -gt 0 ] && [ $((10 * differ)) -ge $((9 * covered)) ]
        tap_result $? "--$kind changes $image where its mask is ($outside $covered $differ)"
        [ "$(pamfile copy | sed 's/.*:\t//')" = "$(pamfile $image | sed 's/.*:\t//')" ] &&
            [ "$(pamfile mask.pgm | sed 's/.*:\t//')" = 'PGM raw, 128 by 90  maxval 255' ]
        tap_result $? "--$kind keeps the kind of $image"
    done
done
for image in alpha:3 grayalpha:1; do
    # shellcheck disable=SC2086
    skaug $still --ink 1 --hairs 1 --corners 1 --ruler 1 "${image%:*}.pam" | pamchannel "${image#*:}" | pamtopnm -assume >got
    same "the alpha of ${image%:*}.pam stays" gray.pgm got
done

# Everything at once, on images of all kinds and sizes, whatever the threads.
every='--ink 1 --hairs 0.5 --corners 0.5 --ruler 0.5'
# shellcheck disable=SC2086
{
    skaug -j 1 -n 3 -k $every --hue 10 --log one.tsv --artefact-mask one.pgm all >one
    for jobs in 2 5; do
        ok "-j $jobs" skaug -j $jobs --ruler 0.5 --corners 0.5 -k --hairs 0.5 -n 3 --ink 1 --hue 10 --log j.tsv --artefact-mask j.pgm all
        same "-j $jobs: the same copies" one "$out"
        same "-j $jobs: the same log" one.tsv j.tsv
        same "-j $jobs: the same masks" one.pgm j.pgm
    done
    skaug -n 3 $every --hue 10 all >copies
    skaug -n 1 $every --hue 10 all >first
}
images one >shapes; images one.pgm >mask-shapes
same 'each image has a mask of its size' shapes mask-shapes
skeach -j 1 sh -c 'pamsumm -sum -brief >&2' <one.pgm 2>sums >/dev/null
grep '^[0-9]' one.tsv | cut -f 2 | paste - sums | awk '($1 == "-") != ($2 == 0) { bad = 1 } END { exit bad || NR != 4 * 12 }'
tap_result $? 'empty for the originals that -k keeps, and for no copy with ink'
skeach sh -c 'if [ $((SK_IMAGE % 4)) = 0 ]; then cat; else cat >/dev/null; fi' <one >got
skaug -n 1 $still all >want
same 'and those are as they were' want got
skeach sh -c 'if [ $((SK_IMAGE % 4)) = 0 ]; then cat >/dev/null; else cat; fi' <one >got
same 'the copies are the same without -k' copies got
skeach sh -c 'if [ $((SK_IMAGE % 3)) = 0 ]; then cat; else cat >/dev/null; fi' <copies >got
same 'the first copy does not depend on how many there are' first got

# The log says what was drawn, and draws it again.
[ "$(grep -c '^image.*	hue	ink	hairs	ruler	corners$' one.tsv)" -eq 1 ]; tap_result $? 'the log has a column for each'
# shellcheck disable=SC2046,SC2086
ok 'a replay' skaug --replay one.tsv --log again.tsv --artefact-mask again.pgm all
same 'is the same bytes' one "$out"
same 'with the same masks' one.pgm again.pgm
[ "$(grep '^[0-9]' one.tsv | cut -f 1,3-)" = "$(grep '^[0-9]' again.tsv | cut -f 1,3-)" ]; tap_result $? 'and log'
cut -f 1-13 one.tsv >ink.tsv
skaug -n 3 -k --ink 1 --hue 10 all >want
ok 'a log that knows ink alone' skaug --replay ink.tsv all
same 'can be replayed' want "$out"
cut -f 1-12 one.tsv >old.tsv
skaug -n 3 -k --hue 10 all >want
ok 'an older log, without artefacts' skaug --replay old.tsv all
same 'is what it was' want "$out"
awk -F '\t' -v OFS='\t' '/^[0-9]/ && $1 == 3 && $2 == 1 || /^#|^image/' one.tsv >line.tsv
skaug --replay line.tsv all >got
skeach sh -c 'if [ "$SK_IMAGE" = 14 ]; then cat; else cat >/dev/null; fi' <one >want
same 'a line of it makes its copy' want got
for fault in 's/\t[0-9]*$/\t1.5/' 's/\t[0-9]*$/\t-1/' 's/\t[0-9]*$/\t9007199254740993000/' 's/\t[0-9]*$/\tx/' 's/\t[0-9]*$/\tnan/' 's/\t[0-9]*$//'; do
    sed "6$fault" one.tsv >faulty.tsv
    exits 1 "a log with $fault" skaug --replay faulty.tsv all
    says 'is refused' '^skaug: faulty.tsv: line 6' "$err"
done

# One artefact changes no other, and no other parameter.
skaug -n 4 --hue 10 --log plain.tsv all >/dev/null
for kind in $kinds; do
    skaug -n 4 --hue 10 "--$kind" 0.4 --log alone.tsv all >/dev/null
    skaug -n 4 --hue 10 --ink 0.4 --hairs 0.4 --corners 0.4 --ruler 0.4 --log with.tsv all >/dev/null
    [ "$(grep '^[0-9]' alone.tsv | cut -f 1-12)" = "$(grep '^[0-9]' plain.tsv | cut -f 1-12)" ]
    tap_result $? "--$kind changes no warp and no hue"
    column=$(grep '^image' alone.tsv | tr '\t' '\n' | grep -n "^$kind$" | cut -d : -f 1)
    [ "$(cut -f "$column" alone.tsv | tail -n +3)" = "$(cut -f "$column" with.tsv | tail -n +3)" ]
    tap_result $? "$kind is the same beside the others"
    skaug -n 4 --hue 10 "--$kind" 0.8 --log more.tsv all >/dev/null
    paste <(cut -f "$column" alone.tsv) <(cut -f "$column" more.tsv) | tail -n +3 |
        awk -F '\t' '$1 != 0 { n++; if ($1 != $2) bad = 1 } $2 != 0 { m++ } END { exit bad || !n || n >= m }'
    tap_result $? "more $kind are the same and more"
done
skaug -s 2 --ink 1 wide.ppm >two; skaug -s 3 --ink 1 wide.ppm >three
exits 1 'another seed draws others' cmp -s two three
# shellcheck disable=SC2086
skaug $still --ink 1 -n 3 wide.ppm | skeach md5sum | sort -u >sums
[ "$(wc -l <sums)" -eq 3 ]; tap_result $? 'each copy has its own'

# How many: within four standard deviations of 400 images with probability p.
ppmmake tan 32 32 >dot.ppm
for _ in 1 2 3 4 5 6 7 8; do cat dot.ppm dot.ppm dot.ppm dot.ppm dot.ppm; done >forty.ppm
for kind in $kinds; do
    for p in 0.1 0.5; do
        # shellcheck disable=SC2086
        skaug $still -n 10 "--$kind" $p --artefact-mask masks.pgm forty.ppm >copies
        skaug $still -n 10 "--$kind" $p --log many.tsv forty.ppm | cmp -s - copies
        tap_result $? "--$kind $p: the mask changes no copy"
        column=$(grep '^image' many.tsv | tr '\t' '\n' | grep -n "^$kind$" | cut -d : -f 1)
        n=$(cut -f "$column" many.tsv | grep -c '^[1-9]')
        awk "BEGIN { d = $n - 400 * $p; exit !(d * d < 16 * 400 * $p * (1 - $p)) }"
        tap_result $? "--$kind $p: $n of 400"
    done
done
# shellcheck disable=SC2086
skaug $still -n 2 --ink 0.5 --artefact-mask masks.pgm --log many.tsv forty.ppm >copies
skeach -j 1 sh -c 'pamsumm -sum -brief >&2' <masks.pgm 2>sums >/dev/null
tail -n +3 many.tsv | cut -f 13 | paste - sums | awk '($1 == 0) != ($2 == 0) { bad = 1 } END { exit bad || NR != 80 }'
tap_result $? 'a mask is empty where, and only where, the log has none'

# Any size: from a pixel to large ones.
for size in '1 1' '1 7' '9 1' '3 200' '33 32' '700 500'; do
    # shellcheck disable=SC2086
    ppmmake tan $size | skaug --ink 1 --hairs 1 --corners 1 --ruler 1 --artefact-mask mask.pgm >copy
    [ "$(pamfile copy | sed 's/.*raw, //')" = "$(pamfile mask.pgm | sed 's/.*raw, //')" ]; tap_result $? "$size pixels"
done
[ "$(pamsumm -mean -brief mask.pgm | cut -d . -f 1)" -gt 0 ]; tap_result $? 'with something in it'

# Files that are no good, as for --log.
exits 2 'the mask on standard output' skaug --artefact-mask - all
exits 1 'the mask in the file that has the copies' sh -c 'skaug --artefact-mask both.file all > both.file'
says 'is refused' '^skaug: both.file: standard output' "$err"
exits 1 'mask and log in one file' sh -c 'skaug --ink 1 --log one.file --artefact-mask ./one.file all > /dev/null'
cp all kept
exits 1 "the mask in an image's file" sh -c 'skaug --ink 1 --artefact-mask all all > /dev/null'
same 'which stays' all kept
exits 1 'in the file of standard input' sh -c 'skaug --ink 1 --artefact-mask all < all > /dev/null'
exits 1 'in the table that is replayed' sh -c 'skaug --replay one.tsv --artefact-mask one.tsv all > /dev/null'
exits 1 'on a full disk' sh -c 'skaug --ink 1 --artefact-mask /dev/full all > /dev/null'
says 'is said' '^skaug: /dev/full: No space left' "$err"
exits 1 'in no folder' sh -c 'skaug --ink 1 --artefact-mask nowhere/mask all > /dev/null'
exits 1 'of a truncated stream' sh -c 'head -c 3000 all | skaug --ink 1 --artefact-mask partial.pgm > /dev/null'
[ -z "$(find . -name '*partial*')" ]; tap_result $? 'leaves none'
ok 'a mask to a pipe' bash -c 'set -o pipefail; skaug --ink 1 --artefact-mask /dev/fd/3 wide.ppm 3>&1 >/dev/null | cmp - <(skaug --ink 1 --artefact-mask /dev/stderr wide.ppm 2>&1 >/dev/null)'
for kind in $kinds; do
    for bad in -0.1 1.01 2 nan inf x '' 50% 0.5x; do exits 2 "--$kind '$bad'" skaug "--$kind" "$bad" wide.ppm; done
    exits 2 "--$kind without a number" skaug "--$kind"
    exits 2 "--$kind with --replay" skaug --replay one.tsv "--$kind" 0.5 all
done
done_testing
