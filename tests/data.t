# make data: folders of photographs into streams, split by group, one row an image.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "make data" "it runs the released tools"; done_testing; }

make_data() { make -s --no-print-directory -C "$ROOT" data JOBS=2 "$@"; }
count() { if [ -f "$1" ]; then pamfile -count <"$1" | sed 's/.*:\t//; s/ .*//'; else echo 0; fi; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "# wanted '$2', got '$3'"
}

# 20 benign and 10 malignant images of 48x40: JPEG, PNG, PPM, a grey one and one with spaces in its name
mkdir -p photos/benign photos/malignant/deeper
skphantom -n 20 -w 48 -s 1 benign | pnmcut -height 40 | pamsplit -quiet -padname=2 - raw%d
n=0
for image in raw*; do
    n=$((n + 1))
    case $n in
    1) pnmtopng -quiet "$image" >"photos/benign/a name with spaces.png" ;;
    2) ppmtopgm "$image" | pnmtojpeg -quiet >photos/benign/grey.JPEG ;;
    3) cp "$image" photos/benign/raw.ppm ;;
    *) pnmtojpeg -quiet "$image" >photos/benign/$n.jpg ;;
    esac
done
rm raw*
for n in 01 02 03 04 05 06 07 08 09 10; do
    skphantom -w 48 -s $n malignant | pnmtojpeg -quiet >photos/malignant/deeper/$n.jpg
done
echo "no image" >photos/benign/README.txt

ok "a folder of classes" make_data DATA="$PWD/photos" OUT="$PWD/out" SIZE=32
is "a fifth of each class is for testing" "4 2" "$(count out/test/benign.ppm) $(count out/test/malignant.ppm)"
is "a tenth of the rest for validation" "2 1" "$(count out/valid/benign.ppm) $(count out/valid/malignant.ppm)"
is "and the rest for training" "14 7" "$(count out/train/benign.ppm) $(count out/train/malignant.ppm)"
is "every image is in one list" 30 "$(sort -u out/*/*.names | wc -l)"
says "names may have spaces" '^benign/a name with spaces\.png$' <(cat out/*/benign.names)
is "no groups, no list of groups" "" "$(find out -name '*.groups')"
ok "all images are 32x32 PPM" bash -c \
    'pamfile -allimages out/*/*.ppm | awk "!/PPM raw, 32 by 32  maxval 255/ { exit 1 }"'
decoded() { "$ROOT/pipelines/decode" photos | skfilter -m bilateral -d 9 -c 75 -g 75 | skgamma -g 1.5 | skcrop -w 32; }
decoded <out/train/benign.names >expected.ppm
same "rows are in the order of the names" expected.ppm out/train/benign.ppm

# decode works on groups of names side by side
for n in 1 2 3 4 5; do cat out/*/*.names; done >many.names
while IFS= read -r name; do echo "$name" | "$ROOT/pipelines/decode" photos; done <many.names >expected.ppm
for threads in 1 3; do
    ok "150 names, $threads at a time" env SK_THREADS=$threads "$ROOT/pipelines/decode" photos <many.names
    same "come in their order" expected.ppm "$out"
done
sed '40s/.*/missing.jpg/' many.names >one.missing
exits 1 "a missing image among them" "$ROOT/pipelines/decode" photos <one.missing
says "is named" 'decode: missing\.jpg: ' "$err"
is "and the others come" 149 "$(count "$out")"

stamp=$(stat -c %Y.%y out/train/benign.ppm)
ok "a second time" make_data DATA="$PWD/photos" OUT="$PWD/out" SIZE=32
is "nothing is done again" "$stamp" "$(stat -c %Y.%y out/train/benign.ppm)"
ok "another size" make_data DATA="$PWD/photos" OUT="$PWD/out" SIZE=16
says "is done again" '16 by 16' <(pamfile out/train/benign.ppm)
ok "SPLIT=none" make_data DATA="$PWD/photos" OUT="$PWD/none" SIZE=16 SPLIT=none
is "puts everything under test" "20 10 test" \
    "$(count none/test/benign.ppm) $(count none/test/malignant.ppm) $(find none -mindepth 1 -type d ! -name '.*' -printf %f)"
mkdir "it's \"\$HOME\" photos" && cp -r photos/. "it's \"\$HOME\" photos"
ok "quotes and blanks in DATA" make_data DATA="$PWD/it's \"\$\$HOME\" photos" OUT="$PWD/quoted" SIZE=32
same "are the folder's" quoted/counts.tsv out/counts.tsv
for out_name in "o u t" "o'u't" "50%, \"#1\": \$5;" "-o=''" "a\\b"; do
    ok "OUT may be called $out_name" make_data DATA="$PWD/photos" OUT="$PWD/${out_name//\$/\$\$}" SIZE=16
    same "and has the same streams" out/train/benign.ppm "./$out_name/train/benign.ppm"
done
mv photos/benign/4.jpg b.jpg; mv photos/malignant/deeper/01.jpg m.jpg
cp -r photos folded; mv folded/malignant folded/mel; mkdir folded/bcc; cp photos/malignant/deeper/0*.jpg folded/bcc; mv folded/benign folded/nv
ok "CLASSES=two" make_data DATA="$PWD/folded" OUT="$PWD/two" SIZE=16 CLASSES=two
is "folds diagnoses" "benign malignant" "$(ls two/train | sed -n 's/\.ppm//p' | paste -s -d ' ')"
ok "CLASSES=dx" make_data DATA="$PWD/folded" OUT="$PWD/two" SIZE=16 CLASSES=dx
is "keeps them" "bcc mel nv" "$(ls two/train | sed -n 's/\.ppm//p' | paste -s -d ' ')"
exits 2 "another CLASSES" make_data DATA="$PWD/folded" OUT="$PWD/two" CLASSES=three
mv b.jpg photos/benign/4.jpg; mv m.jpg photos/malignant/deeper/01.jpg; rm -r folded

# other formats hold the same samples; an image of one colour is named, and stays
mkdir -p kinds/a kinds/b
skphantom -n 6 -w 40 -s 3 benign | pamsplit -quiet - k%d
for n in 0 1 2 3 4 5; do cp k$n kinds/a/$n.ppm; pnmtopng -quiet k$n >kinds/b/$n.png; done
ppmtobmp -quiet k0 >kinds/b/0.bmp; pnmtotiff -quiet k1 >kinds/b/1.tif 2>/dev/null; pnmtotiff -quiet -msb2lsb k2 >kinds/b/2.tiff 2>/dev/null
rm kinds/b/[012].png
ppmmake red 40 30 >kinds/a/6.ppm
printf 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd' >kinds/b/p.pam
is "of PAM the colours" "$(printf 'P6\n1 1\n255\nabc' | md5sum)" "$(echo b/p.pam | "$ROOT/pipelines/decode" kinds | md5sum)"
rm kinds/b/p.pam
for f in 0.bmp 1.tif 2.tiff; do is "$f is decoded" "$(md5sum <"k${f%.*}")" "$(echo b/$f | "$ROOT/pipelines/decode" kinds | md5sum)"; done
if command -v cwebp >/dev/null && command -v dwebp >/dev/null; then
    pamtopng k3 | cwebp -quiet -lossless -o kinds/b/3.webp -- - ; rm kinds/b/3.png
    is "WebP is decoded" "$(md5sum <k3)" "$(echo b/3.webp | "$ROOT/pipelines/decode" kinds | md5sum)"
else skip "WebP" "no webp"; fi
if command -v img2dcm >/dev/null && command -v dcmj2pnm >/dev/null; then
    pnmtojpeg -quiet k4 >k4.jpg; img2dcm k4.jpg kinds/b/4.dcm >/dev/null 2>&1; rm kinds/b/4.png
    is "DICOM is decoded" "$(jpegtopnm -quiet k4.jpg | md5sum)" "$(echo b/4.dcm | "$ROOT/pipelines/decode" kinds | md5sum)"
else skip "DICOM" "no dcmtk"; fi
ok "all kinds" make_data DATA="$PWD/kinds" OUT="$PWD/kinds.out" SIZE=16 SPLIT=none
is "are streams" "7 6" "$(count kinds.out/test/a.ppm) $(count kinds.out/test/b.ppm)"
says "what has no content is named" 'a/6\.ppm: all pixels are alike' "$err"
says "and counted" '1 of 7 images' "$err"
exits 2 "without OUT" make_data DATA="$PWD/photos"
exits 2 "another SPLIT" skdata --split half photos out2
exits 1 "no such folder" skdata nowhere out2
says "is named" 'nowhere: no such folder' "$err"
mkdir empty
exits 1 "a folder without classes" skdata empty out2

# a damaged image is named, and nothing stands under the stream's name
head -c 700 photos/malignant/deeper/03.jpg >photos/malignant/deeper/cut.jpg
exits 2 "a damaged image" make_data DATA="$PWD/photos" OUT="$PWD/damaged" SIZE=16 SPLIT=none
says "is named" 'decode: malignant/deeper/cut\.jpg: ' "$err"
ok "and its stream is not there" test ! -e damaged/test/malignant.ppm
rm photos/malignant/deeper/cut.jpg
touch "$(printf 'photos/benign/new\nline.jpg')"
exits 1 "a newline in a name" skdata photos out2
rm photos/benign/new*

# groups: ten lesions of two images each stay together, in the same split for either class
for n in $(seq 4 20); do printf 'benign/%d.jpg\tlesion %d\r\n' "$n" $((n % 8)); done >photos/groups.tsv
ok "groups.tsv" skdata photos grouped
is "keeps groups on one side" "" "$(for s in train valid test; do sort -u grouped/$s/benign.groups; done | sort | uniq -d)"
is "a group a line" "$(cat grouped/*/benign.names | wc -l)" "$(cat grouped/*/benign.groups | wc -l)"
rm photos/groups.tsv

# as many images as fill a pipe
mkdir -p many/{benign,malignant}
(cd many/benign && seq -f %g.jpg 6000 | xargs touch)
(cd many/malignant && seq -f %g.jpg 3000 | xargs touch)
awk 'BEGIN { for (i = 1; i <= 6000; i++) print "benign/" i ".jpg\tlesion_number_" i }' >many/groups.tsv
ok "groups of many images" skdata many crowd
is "are kept too" 9000 "$(cat crowd/*/*.groups | wc -l)"
rm -r many

# train/ and test/ above the classes hold; a group on both sides stays in test
mkdir -p given/train given/test
cp -r photos/* given/train
mkdir given/test/benign given/test/malignant
cp photos/benign/4.jpg given/test/benign/t.jpg
cp photos/malignant/deeper/01.jpg given/test/malignant/t.jpg
printf 'path\tgroup\ntrain/benign/4.jpg\tsame\ntest/benign/t.jpg\tsame\n' >given/groups.tsv
ok "train and test given" skdata given both
says "what is on both sides is left out, and said" '1 images left out' "$err"
is "the test folder is the test split" "test/benign/t.jpg" "$(cat both/test/benign.names)"
is "validation is a tenth of the training groups" "2 1" \
    "$(cat both/valid/benign.names | wc -l) $(cat both/valid/malignant.names | wc -l)"
is "one image is left out" 17 "$(wc -l <both/train/benign.names)"

# Leaks between the splits: a mirrored training image among the test images
mkdir -p twins/{train,test,valid}
jpegtopnm -quiet photos/benign/6.jpg | pnmflip -lr | pnmtojpeg -quiet >photos/mirrored.jpg
printf 'benign/%s.jpg\n' 5 6 7 >twins/train/c.names
printf '%s.jpg\n' benign/8 mirrored >twins/test/c.names
echo benign/9.jpg >twins/valid/c.names
for split in train test valid; do "$ROOT/pipelines/decode" photos <twins/$split/c.names | skcrop -w 32 >twins/$split/c.ppm; done
for data in photos -; do
    ok "leaks, by ${data/#-/streams}" "$ROOT/pipelines/leaks" twins $data c
    says "finds it, with both names" '^test	1	train	1	0\.0[^	]*	copy	mirrored.jpg	benign/6.jpg$' "$out"
    is "among what was compared" "test train 2;valid train 1;test valid 2" "$(sed -n 's/^# //p' "$out" | paste -s -d ';')"
done
# The same among the first of each class alone: positions are those in the whole
printf 'benign/%s.jpg\n' 10 11 12 >twins/train/b.names
echo benign/13.jpg | tee twins/test/b.names >twins/valid/b.names
for split in train test valid; do "$ROOT/pipelines/decode" photos <twins/$split/b.names | skcrop -w 32 >twins/$split/b.ppm; done
for data in photos -; do
    ok "leaks of the first two of each class, by ${data/#-/streams}" "$ROOT/pipelines/leaks" -n 2 twins $data b c
    is "finds it where it is" "2 4" \
        "$(awk -F '\t' '$1 == "test" && $3 == "train" && $5 < 0.1 { print $2, $4 }' "$out" | sort | paste -s -d ';')"
    is "among the first" "test train 3;valid train 2;test valid 3" "$(sed -n 's/^# //p' "$out" | paste -s -d ';')"
    ok "of the first one" "$ROOT/pipelines/leaks" -n 1 twins $data b c
    is "there is none" "test train 2;valid train 2;test valid 2" "$(sed -n 's/^# //p' "$out" | paste -s -d ';')"
    [ -z "$(grep '^test	[0-9]*	train' "$out")" ]; tap_result $? "as the mirrored one is the second"
done
echo benign/none.jpg >>twins/valid/c.names
exits 1 "leaks where an image cannot be read" "$ROOT/pipelines/leaks" twins photos c

# HAM10000: images anywhere below, copies counted once, lesions together
mkdir -p ham/part_1 ham/part_2/again
echo 'lesion_id,image_id,dx,dx_type,age,sex,localization' >ham/HAM10000_metadata.csv
n=0
for dx in nv nv bkl df vasc mel mel bcc akiec nv nv nv; do
    n=$((n + 1))
    for copy in a b; do
        echo "HAM_$n,ISIC_$n$copy,$dx,histo,50.0,male,back" >>ham/HAM10000_metadata.csv
        cp photos/benign/$((n + 3)).jpg ham/part_$((n % 2 + 1))/ISIC_$n$copy.jpg
    done
done
cp ham/part_1/ISIC_2a.jpg ham/part_2/again/ISIC_2a.jpg
cp ham/part_1/ISIC_2a.jpg ham/part_2/unknown.jpg
echo 'HAM_99,ISIC_99,mel,histo,50.0,male,back' >>ham/HAM10000_metadata.csv
ok "a HAM10000 folder" skdata ham ham.out
says "an image that is not there is counted" '1 images of HAM10000_metadata.csv are not there' "$err"
is "copies are taken once" 24 "$(cat ham.out/*/*.names | wc -l)"
is "malignant is mel, bcc, akiec" 8 "$(cat ham.out/*/malignant.names | wc -l)"
is "lesions are on one side" "" "$(for s in train valid test; do sort -u ham.out/$s/*.groups; done | sort | uniq -d)"
sed -i '2s/nv/odd/' ham/HAM10000_metadata.csv
exits 1 "an unknown dx" skdata ham ham.out

# streams in pieces: the same, whatever the number
mkdir -p "an archive's"/{one,two}
for class in one two; do skphantom -n 14 -w 24 -s ${#class} malignant | (cd "an archive's/$class" && pamsplit -quiet - %d.ppm); done
shards() { make --no-print-directory -C "$ROOT" -f pipelines/data.mk BIN="$SK_BIN" DATA="$scratch/an archive's" OUT="$scratch/$1" SIZE=32 data "${@:2}"; }
shards whole >"$out" 2>"$err"
for n in 2 7 12; do
    shards "pieces $n" SHARDS=$n -j3 >"$out" 2>"$err"
    diff -r -x '.*' whole "pieces $n" >differ
    tap_result $? "SHARDS=$n: the same files"
    remark <differ
done
made() { shards "$@" 2>&1 | sed -n 's/^step [0-9]* of [0-9]*: \([^ ]*\).*/\1/p' | paste -s -d ' '; }
is "a second time there is nothing to do" "" "$(made 'pieces 7' SHARDS=7)"
is "nor with another number" "" "$(made 'pieces 7' SHARDS=3)"
is "nor as a whole" "" "$(made 'pieces 7')"
touch "an archive's/one/$(sed -n '2s/.*\///p' whole/train/one.names)"
is "a photograph that has changed makes its stream" "train/one.shard-1-of-2.ppm train/one.shard-2-of-2.ppm train/one.ppm" "$(made 'pieces 7' SHARDS=2)"
is "another gamma all" 18 "$(made 'pieces 7' SHARDS=2 GAMMA=2 | tr ' ' '\n' | grep -c '/.*/*ppm')"
hurt="an archive's/$(sed -n 2p whole/train/two.names)"
cp "$hurt" well && head -c 500 well >"$hurt"
exits 2 "a damaged one" shards hurt SHARDS=3 -k
says "is named, with its piece" '^train/two.shard-1-of-3.ppm failed:$' "$err"
[ ! -e hurt/train/two.ppm ] && [ -e hurt/train/one.ppm ]; tap_result $? "its stream alone is not there"
cp well "$hurt"
is "mended, its piece alone is made" "train/two.shard-1-of-3.ppm train/two.ppm" "$(made hurt SHARDS=3)"
diff -r -x '.*' whole hurt >differ
tap_result $? "and the streams are the same"
for n in 0 x -1 1001 "2 3"; do
    exits 2 "SHARDS=$n" shards none SHARDS="$n"
    says "is refused" "SHARDS=$n: not from 1 to 1000" "$err"
done
done_testing
