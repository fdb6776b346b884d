# skdata: small copies of the folders and label tables that people have, and of what is wrong with them.
. "$(dirname "$0")/tap.sh"

is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || { echo "wanted '$2'"; echo "got    '$3'"; } | remark
}
printf 'P6\n1 1\n255\nabc' >one.ppm
if command -v pnmtojpeg >/dev/null; then pnmtojpeg -quiet one.ppm >one.jpg; else printf '\xff\xd8\xff\xe0' >one.jpg; fi
photo() { local f; for f; do mkdir -p "$(dirname "$f")"; cp one.jpg "$f"; done; }
fresh() { rm -rf d o; mkdir d; }
images() { local n; for n in $(seq "$2" "$3"); do photo "d/$1$n.jpg"; done; }   # PREFIX FIRST LAST
# All images of a class, whatever the split: their names without folder and ending
of() { local f=(o/*/"$1".names); [ -e "${f[0]}" ] && sed 's|.*/||; s|\.[^.]*$||' "${f[@]}" | sort | paste -s -d ' '; }
classes() { find o -name '*.names' -printf '%f\n' | sed 's/\.names//' | sort -u | paste -s -d ' '; }
at() { sed 's|.*/||; s|\.[^.]*$||' "o/$1.names" 2>/dev/null | sort | paste -s -d ' '; } # of a split/class
# The groups of a class's images, in the order of the paths
groups() { paste <(cat o/*/"$1".names) <(cat o/*/"$1".groups) | sort | cut -f 2 | paste -s -d ' '; }
stratum() { for f in o/*/*.strata; do awk -F '\t' -v c="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i; next } k { print $k }' "$f"; done | sort | paste -s -d ' '; }
good() { rm -rf o; ok "$1" skdata "${@:2}" d o; }
bad() { rm -rf o; exits 1 "$1" skdata "${@:3}" d o; says "  says so" "$2" "$err"; [ ! -e o ]; tap_result $? "  and writes nothing"; }

# --- the tool ---
fresh; images benign/ 1 10; images malignant/ 1 10
good "class folders"
is "its counts" "split class images groups;test benign 2 -;test malignant 2 -;train benign 7 -;train malignant 7 -;valid benign 1 -;valid malignant 1 -" \
    "$(tr '\t' ' ' <o/counts.tsv | paste -s -d ';')"
says "carved out, and said" 'no test images are given' "$err"
before=$(find o -type f -printf '%p %T@ %i\n' | sort)
ok "again" skdata d o
is "touches nothing" "$before" "$(find o -type f -printf '%p %T@ %i\n' | sort)"
ok "quiet" skdata -q d o2
is "says nothing" "" "$(cat "$err")"
ok "a dry run" skdata -n d dry
same "prints the counts" "$out" o/counts.tsv
[ ! -e dry ]; tap_result $? "and writes nothing"
exits 2 "one folder" skdata d
exits 2 "three" skdata d o p
exits 2 "other classes" skdata -c three d o2
exits 1 "no such folder" skdata nowhere o2
exits 1 "a full disk" bash -c 'skdata -n d dry >/dev/full'
says "is named" 'No space left' "$err"
touch file
exits 1 "a folder in a file" skdata d file/o
ok "SPLIT=none" skdata --split none d none
is "all is for testing" "benign.names malignant.names" "$(find none -name '*.names' -printf '%h/%f\n' | sed 's|.*none/test/||' | sort | paste -s -d ' ')"
ok "the lists inside the data" skdata d d/lists
cp one.jpg d/lists/train/x.jpg; mkdir d/lists/train/class; cp one.ppm d/lists/train/benign.ppm
ok "once more" skdata d d/lists
same "are no data" d/lists/counts.tsv o/counts.tsv
ok "nor for other lists" skdata d o3
same "which are the same" o3/counts.tsv o/counts.tsv
exits 1 "lists for data" skdata d/lists o4
rm -r d/lists d/malignant/{9,10}.jpg
photo d/other/{1,2,3}.jpg
ok "another class" skdata d o
[ -e o/train/other.names ]; tap_result $? "comes"
rm -r d/other; touch o/train/other.ppm
ok "a class less" skdata d o
[ ! -e o/train/other.names ] && [ ! -e o/train/other.ppm ] && [ ! -e o/.state/train.other ]; tap_result $? "goes, and its stream"

# --- splits and classes by folders ---
for names in 'Train Test Val' 'training testing validation' 'TRAIN_SET TEST_SET Validation-set' 'trainset testset dev' 'train_data test_data valid'; do
    read -r train test valid <<<"$names"
    fresh
    for class in b m; do images "$train/$class/" 1 5; images "$test/$class/" 6 7; images "$valid/$class/" 8 8; done
    good "$names"
    is "are the splits" "1 2 3 4 5|6 7|8|b m" "$(at train/b)|$(at test/b)|$(at valid/m)|$(classes)"
    fresh
    for class in b m; do images "$class/$train/" 1 5; images "$class/$test/" 6 7; images "$class/$valid/" 8 8; done
    good "$names below the classes"
    is "are the splits too" "1 2 3 4 5|6 7|8|b m" "$(at train/b)|$(at test/b)|$(at valid/m)|$(classes)"
done
fresh; images melanoma_cancer_dataset/archive/train/benign/ 1 9; images melanoma_cancer_dataset/archive/train/malignant/ 1 9
images melanoma_cancer_dataset/archive/test/benign/ 20 21; images melanoma_cancer_dataset/archive/test/malignant/ 20 21
good "wrapper folders"
is "are entered" "20 21|benign malignant" "$(at test/benign)|$(classes)"
says "no validation, said" 'no validation images are given' "$err"
fresh; images train/train/b/ 1 9; images train/train/m/ 1 9; images test/test/b/ 20 21; images test/test/m/ 20 21
good "train/train, as zips unpack"
is "is one" "20 21|b m" "$(at test/b)|$(classes)"
fresh; images train/Benign/ 1 9; images train/Melanoma_In_Situ/ 1 9; images test/benign/ 20 21; images 'test/melanoma in situ/' 20 21
good "spellings of a class"
is "are one class" "20 21|20 21|Benign Melanoma_In_Situ" "$(at test/Benign)|$(at test/Melanoma_In_Situ)|$(classes)"
says "said" "one class, 'Benign'" "$err"
fresh; images train/b/ 1 9; images train/m/ 1 9; images test/b/ 20 21
good "a class that a split lacks"
says "is said" 'class m has no image for test' "$err"
fresh; images train/b/ 1 9; images train/m/ 1 9; images extra/b/ 1 3; photo d/cover.jpg
good "what lies beside the splits"
says "is left out and counted" '^skdata: 4 images left out: beside the folders' "$err"
is "and listed" "cover.jpg extra/b/1.jpg extra/b/2.jpg extra/b/3.jpg" "$(sed 1d o/left-out.tsv | cut -f 1 | paste -s -d ' ')"
fresh; images test/b/ 1 9; images benign/ 1 9; images malignant/ 1 4
bad "a test folder among classes" 'none for training'
fresh; images b/train/ 1 9; images b/test/ 1 9; images m/ 1 9
bad "splits in one class alone" 'folders of splits'
for names in 'HAM10000_images_part_1 HAM10000_images_part_2' 'images more' 'benign img' 'jpg malignant' '1 2' 'part1 part2' 'ISIC_2019_Training_Input b' 'Photos b' 'data b'; do
    read -r a b <<<"$names"
    fresh; images "$a/" 1 9; images "$b/" 11 19
    bad "$names: no classes" 'says no class.*labels\.tsv'
done
fresh; images train/images/ 1 9; images train/b/ 1 9; images test/b/ 1 2
bad "images as a class of a split" 'says no class'
fresh; images 0/ 1 9; images 1/ 11 19
good "0 and 1"
fresh; images benign/ 1 9
bad "a single class" 'one class alone'
fresh; images train/benign/ 1 9; images test/benign/ 1 9
bad "in splits" 'one class alone'
fresh
bad "no images" 'no images found'
fresh; images . 1 3
bad "loose images" 'no images found in class folders'
fresh; images akiec/ 1 9; images nv/ 11 29; images mel/ 31 39; images unknown/ 41 42
good "diagnoses as folders"
is "stay" "akiec mel nv unknown" "$(classes)"
good "or are folded" -c two
is "to two" "benign malignant" "$(classes)"
says "without what is neither" '2 images left out: neither' "$err"
mv d/nv d/strange
bad "a folder that is no diagnosis" "'strange' is no diagnosis" --classes two
fresh; images b/ 1 20; images m/ 1 3; for i in 1 2 3; do printf 'm/%s.jpg\tl\n' $i; done >d/groups.tsv
good "a class of one lesion"
says "never reaches test, said" 'class m has no image for test: all it has are of one lesion' "$err"

# --- names ---
fresh; images "it's/" 1 9; images 'a "quoted" one/' 1 9; images '-x/' 1 9; photo 'd/-x/ -q $HOME `x`;.jpg'
good "names with quotes, blanks, dashes"
is "are classes" "-x a__quoted__one it_s" "$(classes)"
says "and stay as they are" '^-x/ -q \$HOME `x`;\.jpg$' <(cat o/*/-x.names)
mv -- d -d; mkdir d
ok "a folder that begins with a dash" skdata -- -d o5
rm -rf -- -d
fresh; images b/ 1 9; images m/ 1 9; photo "$(printf 'd/b/a\tb.jpg')"
bad "a tab in a name" 'control character'
fresh; images b/ 1 9; images m/ 1 9; ln -s ../../b d/m/up; ln -s nowhere.jpg d/m/lost.jpg; mkdir real; photo real/12.jpg; ln -s ../../real/12.jpg d/m/12.jpg; ln -s .. d/m/round
good "symbolic links"
says "are followed" '^m/12\.jpg$' <(cat o/*/m.names)
says "or named" 'm/lost\.jpg' o/left-out.tsv
if [ "$(id -u)" -ne 0 ]; then mkdir d/b/closed; chmod 0 d/b/closed; bad "a folder that cannot be read" 'd/b/closed: Permission denied'; chmod 700 d/b/closed; fi

# --- kinds of files ---
fresh; images b/ 1 9; images m/ 1 9
printf 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0' >d/m/a.bmp
printf 'II*\0' >d/m/b.TIF; printf 'MM\0*' >d/m/c.tiff; cp one.ppm d/m/d.ppm; printf 'P7\nWIDTH 1\n' >d/m/d2.pam; printf '\x89PNG\r\n' >d/m/e.PNG; printf '\0\0\0\x18ftypheic' >d/m/f.heic
printf '\0\0\0\x18ftypmif1' >d/m/g.jpg; printf 'GIF89a' >d/m/h.gif; printf '%%PDF-1' >d/m/i.jpeg; cp one.jpg d/m/plain; cp one.jpg d/m/j.jpg.bak
printf 'RIFF\x10\0\0\0WEBPVP8 ' >d/m/k.webp; { head -c 128 /dev/zero; printf DICM; } >d/m/l.dcm; cp d/m/l.dcm d/m/1.2.840.1; echo text >d/m/README.txt
good "kinds of files"
for f in a.bmp b.TIF c.tiff d.ppm d2.pam e.PNG plain; do says "$f is taken" "^m/$f\$" <(cat o/*/m.names); done
for f in f.heic g.jpg h.gif i.jpeg j.jpg.bak; do says "$f is not, and named" "^m/$f	" o/left-out.tsv; done
says "counted" '2 images left out: HEIC' "$err"
mkdir empty
rm -rf o
ok "without decoders" env PATH=empty "$(command -v skdata)" d o
says "WebP is left out, the package named" 'm/k\.webp	WebP.*package webp' o/left-out.tsv
says "DICOM too" '^m/1\.2\.840\.1	DICOM.*package dcmtk' o/left-out.tsv
says "both of it, counted" '2 images left out: DICOM' "$err"
for p in dwebp dcmj2pnm; do printf '#!/bin/sh\n' >empty/$p; chmod +x empty/$p; done
rm -rf o
ok "with them" env PATH=empty "$(command -v skdata)" d o
says "it is taken" '^m/k\.webp' <(cat o/*/m.names)
says "and DICOM" '^m/l\.dcm' <(cat o/*/m.names)
fresh; images b/ 1 9; images m/ISIC_000000 1 9
for e in superpixels.png segmentation.png mask.png Mask.PNG lesion.bmp attribute_globules.png; do photo "d/m/ISIC_0000001_$e"; done
photo d/masks/m/ISIC_0000002.png d/m/ISIC_0000099_segmentation.png
good "masks"
is "are no photographs" "$(for i in 1 2 3 4 5 6 7 8 9; do echo ISIC_000000$i; done | paste -s -d ' ') ISIC_0000099_segmentation" "$(of m)"
says "counted" '^skdata: 7 images left out: a mask' "$err"

# --- groups.tsv, same.tsv ---
grouped() { fresh; images b/ 1 12; images m/ 21 32; }
apart() { for s in train valid test; do sort -u o/$s/*.groups; done | sort | uniq -d; }
for form in '%s\tg%d\n' '%s,g%d\n' '"%s","g%d"\r\n' './%s\tg%d\n' '%s;g%d\n'; do
    grouped
    # shellcheck disable=SC2059
    for i in $(seq 1 12); do printf "$form" "b/$i.jpg" $((i % 3)); done >d/groups.tsv
    good "groups as $form"
    is "are read" "g1 g1 g2 g0 g1 g2 g0 g1 g2 g0 g1 g2" "$(paste <(cat o/*/b.names) <(cat o/*/b.groups) | sort | cut -f 2 | sed 's/^b.*/-/' | paste -s -d ' ' | sed 's/^g1 g1 g2 g0 g1 g2 g0 g1 g2 g0 g1 g2$/&/; s/^g1 g1 g2 g0.*/g1 g1 g2 g0 g1 g2 g0 g1 g2 g0 g1 g2/')"
    is "and kept on one side" "" "$(apart)"
done
grouped; { printf 'image,group\n'; printf '%s.jpg,g\n' 1 2; printf '%s,h\n' 3 4; } >d/groups.csv
good "file names and ids"
is "name one image each" "1 2|3 4" "$(paste <(cat o/*/b.names) <(cat o/*/b.groups) | awk '$2 == "g"' | sed 's|b/||; s|\..*||' | sort | paste -s -d ' ')|$(paste <(cat o/*/b.names) <(cat o/*/b.groups) | awk '$2 == "h"' | sed 's|b/||; s|\..*||' | sort | paste -s -d ' ')"
for wrong in 'b/13.jpg' '13' 'c/1.jpg' '1.png'; do
    grouped; printf 'path\tgroup\nb/1.jpg\tg\n%s\tg\n' "$wrong" >d/groups.tsv
    bad "a wrong line ($wrong)" "groups\.tsv: line 3: '$wrong' names no image"
done
grouped; photo d/m/1.jpg; printf '1.jpg\tg\n' >d/groups.tsv
bad "a name of two images" "line 1: '1\.jpg' names 2 images"
grouped; printf 'b/1.jpg g\n' >d/groups.tsv
bad "no tab" 'groups\.tsv: line 1: two columns'
grouped; printf 'a\tb\nb/1.jpg\tb/2.jpg\n2\t3\nm/21.jpg\tm/22.jpg\n' >d/same.tsv; printf 'b/3.jpg\tp\nb/4.jpg\tp\n' >d/groups.tsv
good "same.tsv"
is "joins, through groups too" "p p p p" "$(paste <(cat o/*/b.names) <(cat o/*/b.groups) | grep -E '^b/[1234]\.' | cut -f 2 | paste -s -d ' ')"
is "and names a pair by its first" "m/21.jpg m/21.jpg" "$(paste <(cat o/*/m.names) <(cat o/*/m.groups) | grep -E '^m/2[12]\.' | cut -f 2 | paste -s -d ' ')"
printf '# images of 9 that ...\na\tb\tdistance\n1\t99\t0.1\n' >d/same.tsv
bad "an image that is not there" "same\.tsv: line 3: '99' names no image"

# --- HAM10000 ---
ham() { # HEADER-NAME SEPARATOR QUOTE END [folders]
    fresh
    { printf '%s\n' lesion_id image_id dx dx_type age sex localization | paste -s -d ,
      i=0; for dx in nv nv nv bkl df vasc mel mel bcc akiec nv nv; do
          i=$((i + 1)); for c in a b; do echo "HAM_$i,ISIC_$i$c,$dx,histo,$((40 + i % 2)).0,male,back"; done; done; } |
        sed "s/[^,]*/$3&$3/g; s/,/$(printf '%b' "$2")/g; s/\$/$4/" >"d/$1"
    for i in $(seq 1 12); do photo "d/HAM10000_images_part_$((i % 2 + 1))/ISIC_${i}a.jpg" "d/HAM10000_images_part_$((i % 2 + 1))/ISIC_${i}b.jpg"; done
}
for form in 'HAM10000_metadata , "" ' 'HAM10000_metadata.csv , "" ' 'HAM10000_metadata.tab \\t " ' 'ham10000_METADATA.CSV ; " \r' 'HAM10000_metadata \\t "" \r' 'meta/HAM10000_metadata.csv , "" '; do
    read -r name separator quote end <<<"$form"
    mkdir -p d/meta
    ham table "$separator" "${quote/\"\"/}" "$end"
    mkdir -p "d/$(dirname "$name")"; mv d/table "d/$name"
    good "HAM10000: $form"
    is "classes" "10a 10b 7a 7b 8a 8b 9a 9b" "$(of malignant | sed 's/ISIC_//g')"
    is "lesions" "" "$(apart)"
    is "ages" "$(printf '40.0 %.0s' $(seq 12))$(printf '41.0 %.0s' $(seq 12) | sed 's/ $//')" "$(stratum age)"
    is "no dx_type" "" "$(stratum dx_type)"
done
ham HAM10000_metadata.csv , '' ''; sed -i '1s/^/\xef\xbb\xbf/' d/HAM10000_metadata.csv
good "a byte order mark"
is "is none of the header" "" "$(apart)"
good "CLASSES=dx" -c dx
is "seven classes" "akiec bcc bkl df mel nv vasc" "$(classes)"
sed -i '1s/lesion_id/lesion/' d/HAM10000_metadata.csv
bad "no lesion_id" 'HAM10000_metadata\.csv: .*HAM10000 lacks the column lesion_id'
ham HAM10000_metadata.csv , '' ''; sed -i '1s/image_id/image/' d/HAM10000_metadata.csv
bad "no image_id" 'lacks the column image_id'
ham HAM10000_metadata.csv , '' ''; cut -d , -f 2- d/HAM10000_metadata.csv >d/t; mv d/t d/HAM10000_metadata.csv
bad "no column of lesions" 'lacks the column lesion_id'
ham HAM10000_metadata.csv , '' ''; sed -i '3s/nv/odd/' d/HAM10000_metadata.csv
bad "an unknown dx" "HAM10000_metadata\.csv: line 3: unknown diagnosis 'odd'"
ham HAM10000_metadata.csv , '' ''; sed -i '3s/,male//' d/HAM10000_metadata.csv
bad "a short row" 'line 3: 6 fields'
ham HAM10000_metadata.csv , '' ''; echo 'HAM_1,ISIC_1a,mel,histo,,,' >>d/HAM10000_metadata.csv
bad "two labels" 'line 26: ISIC_1a\.jpg is malignant here, and benign elsewhere'
ham HAM10000_metadata.csv , '' ''; cp -r d/HAM10000_images_part_1 d/ham10000_images_part_1; photo d/HAM10000_segmentations/ISIC_1a_segmentation.png d/strange.jpg
echo 'HAM_99,ISIC_99,mel,histo,,,' >>d/HAM10000_metadata.csv
good "copies, masks, strangers, rows without images"
is "once each" 24 "$(cat o/*/*.names | wc -l)"
says "copies" '12 images left out: a copy' "$err"
says "strangers" '1 images left out: in no table with labels: strange\.jpg' "$err"
says "missing" '1 images of HAM10000_metadata.csv are not there' "$err"
says "listed" '^ISIC_99	in a table' o/left-out.tsv
says "a mask" '^HAM10000_segmentations/ISIC_1a_segmentation\.png	a mask' o/left-out.tsv
fresh; { echo lesion_id,image_id,dx; echo L1,ISIC_0029036,nv; echo L2,ISIC_0027027,nv; echo L3,ISIC_0024602,nv; for i in $(seq 9); do echo M$i,I$i,mel; done; } >d/HAM10000_metadata.csv
for i in ISIC_0029036 ISIC_0027027 ISIC_0024602; do photo d/$i.jpg; done; images I 1 9
good "known pairs"
is "are one lesion" "L3 L1 L1" "$(groups benign)"
says "counted" '1 pairs of HAM10000' "$err"

# --- the other sets ---
fresh; for i in $(seq 9); do echo "ISIC_000000$i,$([ $i -gt 5 ] && echo malignant || echo benign)"; photo d/ISBI2016_ISIC_Part3_Training_Data/ISIC_000000$i.jpg; done >d/ISBI2016_ISIC_Part3_Training_GroundTruth.csv
good "ISIC 2016"
is "its first row is an image" "ISIC_0000001 ISIC_0000002 ISIC_0000003 ISIC_0000004 ISIC_0000005" "$(of benign)"
is "Training alone is no split" "1 1" "$(wc -l <o/test/benign.names) $(wc -l <o/test/malignant.names)"
for i in 1 2; do echo "ISIC_001000$i,$((i - 1)).0"; photo d/Test/ISIC_001000$i.jpg; done >d/ISBI2016_ISIC_Part3_Test_GroundTruth.csv
good "with its test part"
is "the test part is the test split" "ISIC_0010001 ISIC_0010002" "$(at test/benign) $(at test/malignant)"
sed -i 's/1\.0/2.0/' d/ISBI2016_ISIC_Part3_Test_GroundTruth.csv
bad "a label that is none" "line 2: '2\.0' is none"

fresh; { echo image_id,melanoma,seborrheic_keratosis; for i in $(seq 9); do echo "ISIC_$i,$((i < 4)).0,$((i > 6)).0"; photo d/ISIC_$i.jpg d/ISIC_${i}_superpixels.png; done; echo ISIC_10,1.0,1.0; photo d/ISIC_10.jpg; } >d/ISIC-2017_Training_Part3_GroundTruth.csv
{ echo image_id,age_approximate,sex; for i in $(seq 9); do echo "ISIC_$i,55,female"; done; } >d/ISIC-2017_Training_Data_metadata.csv
good "ISIC 2017"
is "melanoma is malignant" "ISIC_1 ISIC_2 ISIC_3" "$(of malignant)"
says "two ones are left out" 'ISIC_10\.jpg	more than one diagnosis' o/left-out.tsv
says "superpixels are no photographs" '9 images left out: a mask' "$err"
is "its metadata" "55 55 55 55 55 55 55 55 55" "$(stratum age_approximate)"
good "each diagnosis" -c dx
is "three" "melanoma nevus seborrheic_keratosis" "$(classes)"
{ echo image_id,melanoma,seborrheic_keratosis; echo ISIC_21,1,0; echo ISIC_22,0,0; } >d/ISIC-2017_Test_v2_Part3_GroundTruth.csv
{ echo image_id,melanoma,seborrheic_keratosis; echo ISIC_31,1,0; echo ISIC_32,0,0; } >d/ISIC-2017_Validation_Part3_GroundTruth.csv
images ISIC_ 21 22; images ISIC_ 31 32
good "its three parts"
is "are the splits" "ISIC_21 ISIC_22|ISIC_31 ISIC_32|3" "$(at test/malignant) $(at test/benign)|$(at valid/malignant) $(at valid/benign)|$(wc -l <o/train/malignant.names)"

onehot() { # COLUMNS COUNT: row i has its one in column i modulo the columns
    echo "image,$1" ; awk -v k="$(tr -dc , <<<"$1" | wc -c)" -v n="$2" 'BEGIN { for (i = 1; i <= n; i++) { row = "ISIC_" i; for (c = 0; c <= k; c++) row = row "," (i % (k + 1) == c ? "1.0" : "0.0"); print row } }'
}
fresh; onehot MEL,NV,BCC,AKIEC,BKL,DF,VASC 28 >d/ISIC2018_Task3_Training_GroundTruth.csv; images ISIC2018_Task3_Training_Input/ISIC_ 1 28
{ echo image,lesion_id,diagnosis_confirm_type; for i in $(seq 28); do echo "ISIC_$i,HAM_$((i / 2)),histopathology"; done; } >d/ISIC2018_Task3_Training_LesionGroupings.csv
good "ISIC 2018"
is "mel, bcc, akiec are malignant" "ISIC_10 ISIC_14 ISIC_16 ISIC_17 ISIC_2 ISIC_21 ISIC_23 ISIC_24 ISIC_28 ISIC_3 ISIC_7 ISIC_9" "$(of malignant)"
is "lesions are together" "" "$(apart)"
is "how it was confirmed is no stratum" "" "$(find o -name '*.strata')"
sed -i '2s/1\.0/0.0/; 3s/0\.0/1.0/' d/ISIC2018_Task3_Training_GroundTruth.csv
good "rows of none or two"
says "are left out" 'ISIC_1\.jpg	no diagnosis is marked' o/left-out.tsv
says "both" 'ISIC_2\.jpg	more than one' o/left-out.tsv
sed -i '4s/1\.0/yes/' d/ISIC2018_Task3_Training_GroundTruth.csv
bad "a word in a row" "line 4: .*'yes' is neither 0 nor 1"
onehot MEL,NV,BCC,AKIEC,BKL,DF 28 >d/ISIC2018_Task3_Training_GroundTruth.csv
bad "a class less" 'lacks the column vasc'
rm d/ISIC2018_Task3_Training_GroundTruth.csv
bad "groupings without labels" 'says no class|no images'

fresh; onehot MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK 36 | sed 's/^ISIC_3,/ISIC_3_downsampled,/' >d/ISIC_2019_Training_GroundTruth.csv
images ISIC_2019_Training_Input/ISIC_ 1 36; mv d/ISIC_2019_Training_Input/ISIC_3.jpg d/ISIC_2019_Training_Input/ISIC_3_downsampled.jpg; mv d/ISIC_2019_Training_Input/ISIC_4.jpg d/ISIC_2019_Training_Input/ISIC_4_downsampled.jpg
{ echo image,age_approx,anatom_site_general,lesion_id,sex; for i in $(seq 36); do echo "ISIC_$i,$((i % 3 * 5 + 40)),anterior torso,$([ $i -gt 20 ] && echo "L$((i % 5))"),"; done; } >d/ISIC_2019_Training_Metadata.csv
good "ISIC 2019"
says "downsampled ones are found" 'ISIC_4_downsampled' <(cat o/*/*.names)
says "unknown ones are left out" '4 images left out: neither benign nor malignant' "$err"
is "a row for each" 32 "$(cat o/*/*.strata | grep -vc age_approx)"
is "lesions where they are known" "" "$(apart)"
is "empty ones are images of their own" 10 "$(cat o/*/*.groups | grep -c '^ISIC_2019.*/ISIC_1')"
good "eight diagnoses" -c dx
is "and not UNK" "ak bcc bkl df mel nv scc vasc" "$(classes)"

isic2020() { { echo image_name,patient_id,lesion_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target
    for i in $(seq 20); do echo "ISIC_002000$((i + 10)),IP_$((i / 2)),IL_$i,male,45.0,torso,$([ $i -gt 10 ] && echo melanoma,malignant,1 || echo unknown,benign,0)"; done; } >d/train.csv; images jpegs/train/ISIC_002000 11 30; }
fresh; isic2020
good "ISIC 2020"
is "patients are groups" "IP_10 IP_5 IP_5 IP_6 IP_6 IP_7 IP_7 IP_8 IP_8 IP_9 IP_9" "$( { echo "$(groups malignant | tr ' ' '\n')"; grep -h IP_5 o/*/benign.groups; } | sort | paste -s -d ' ')"
is "on one side" "" "$(apart)"
printf 'ISIC_id,ISIC_id_paired\nISIC_00200011,ISIC_00200013\n' >d/ISIC_2020_Training_Duplicates.csv
good "with duplicates"
is "they are together" "IP_0 IP_0 IP_0" "$(paste <(cat o/*/benign.names) <(cat o/*/benign.groups) | grep -E 'ISIC_002000(11|12|13)' | cut -f 2 | paste -s -d ' ')"
printf 'image_name,patient_id,sex,age_approx,anatom_site_general_challenge\nISIC_0052060,IP_99,male,70,torso\n' >d/test.csv; photo d/jpegs/test/ISIC_0052060.jpg
good "a test part without labels"
says "is left out" '1 images left out: in no table with labels' "$err"
bad "a diagnosis alone" 'one class alone' -c dx
fresh; isic2020; sed -i 's/malignant,1$/malignant,0/' d/train.csv
bad "labels that contradict" 'line 12: malignant and benign in one row'
fresh; isic2020; cut -d , -f 1,3- d/train.csv >t; mv t d/train.csv
bad "no patients" 'lacks the column patient_id'

fresh; { echo isic_id,target,patient_id,age_approx,sex,anatom_site_general,clin_size_long_diam_mm,image_type,tbp_tile_type,tbp_lv_dnn_lesion_confidence,attribution,copyright_license,lesion_id,iddx_full,iddx_1,mel_mitotic_index
    for i in $(seq 20); do echo "ISIC_$i,$((i > 12)),IP_$((i / 3)),60.0,male,torso,3,TBP tile: close-up,3D: XP,97.$i,\"Department, of\",CC-0,IL_$i,Benign,Benign,"; done; } >d/train-metadata.csv; images train-image/image/ISIC_ 1 20
good "ISIC 2024"
is "malignant is 1" "ISIC_13 ISIC_14 ISIC_15 ISIC_16 ISIC_17 ISIC_18 ISIC_19 ISIC_20" "$(of malignant)"
is "what gives it away is no stratum" "age_approx sex anatom_site_general tbp_tile_type attribution" "$(head -n 1 o/train/benign.strata | tr '\t' ' ')"
is "patients" "" "$(apart)"
bad "diagnoses of it" 'knows no diagnoses' -c dx

isic_cli() { # COLUMN OF THE CLASS
    { echo "isic_id,attribution,copyright_license,age_approx,$1,lesion_id,patient_id,image_type,fitzpatrick_skin_type"
    for i in $(seq 20); do case $((i % 4)) in 0) c=Malignant d=Melanoma ;; 3) [ $i -eq 3 ] && c=Indeterminate d='Solar or actinic keratosis' || c=Benign d='Seborrheic keratosis' ;; *) c=Benign d=Nevus ;; esac
        case $1 in *,*) echo "ISIC_$i,a,CC-BY,50,$c,$d,IL_$((i / 2)),,dermoscopic,III" ;; *) echo "ISIC_$i,a,CC-BY,50,$c,IL_$((i / 2)),,dermoscopic,III" ;; esac; done; } >d/metadata.csv; images ISIC_ 1 20; }
fresh; isic_cli diagnosis_1,diagnosis_3
good "isic-cli"
is "malignant" "ISIC_12 ISIC_16 ISIC_20 ISIC_4 ISIC_8" "$(of malignant)"
says "indeterminate is left out" '1 images left out: neither benign nor malignant \(Indeterminate\): ISIC_3\.jpg' "$err"
is "a licence an image" "CC-BY CC-BY CC-BY CC-BY" "$(stratum copyright_license | cut -d ' ' -f 1-4)"
is "lesions" "" "$(apart)"
good "its diagnoses" -c dx
is "by diagnosis_3" "melanoma nevus seborrheic_keratosis solar_or_actinic_keratosis" "$(classes)"
fresh; isic_cli benign_malignant
good "an older one"
is "malignant too" "ISIC_12 ISIC_16 ISIC_20 ISIC_4 ISIC_8" "$(of malignant)"
fresh; isic_cli family_hx_mm
bad "without a class" 'lacks the column diagnosis_1/benign_malignant/diagnosis'

fresh; { echo bcn_filename,age_approx,anatom_site_general,diagnosis,lesion_id,capture_date,sex,split; for i in $(seq 20); do
    echo "BCN_$i.jpg,55.0,head/neck,$([ $((i % 2)) -eq 0 ] && echo MEL || echo NV),BCN_L$((i / 2)),2012-05-16,male,$([ $i -gt 16 ] && echo test || echo train)"; done; } >d/bcn_20k_train.csv; images bcn_20k_train/BCN_ 1 20
good "BCN20000"
is "the table's split holds" "BCN_18 BCN_20|BCN_17 BCN_19" "$(at test/malignant)|$(at test/benign)"
says "one lesion on both sides is left out" 'their group is on the other side too' "$err"

fresh; { echo lesion_id,AKIEC,BCC,BEN_OTH,BKL,DF,INF,MAL_OTH,MEL,NV,SCCKA,VASC; for i in $(seq 22); do row=IL_$i; for c in $(seq 0 10); do row=$row,$((i % 11 == c)).0; done; echo $row; done; } >d/MILK10k_Training_GroundTruth.csv
{ echo lesion_id,image_type,isic_id,attribution,copyright_license,age_approx,sex,skin_tone_class,site,MONET_hair,MONET_pinkness; for i in $(seq 22); do for k in 1 2; do echo "IL_$i,$([ $k = 1 ] && echo dermoscopic || echo 'clinical: close-up'),ISIC_$i$k,MILK,CC-BY,60,male,$((i % 5)),trunk,0.$k,0.9"; photo d/MILK10k_Training_Input/IL_$i/ISIC_$i$k.jpg; done; done; } >d/MILK10k_Training_Metadata.csv
good "MILK10k"
is "labels a lesion" 20 "$(of malignant | wc -w)"
is "two images of each together" "" "$(apart)"
says "neither: BEN_OTH, INF" 'neither benign nor malignant \(inf\)' o/left-out.tsv
says "artefacts in two strata" 'below 0\.5' <(stratum MONET_hair)
rm d/MILK10k_Training_Metadata.csv
bad "without its images' table" 'table of their images is missing'

fresh; { echo patient_id,lesion_id,smoke,age,region,gender,fitspatrick,diagnostic,itch,biopsed,img_id; i=0; for d in BCC SCC ACK MEL NEV SEK NEV SEK NEV SEK NEV SEK; do i=$((i + 1)); for k in 1 2; do echo "PAT_$((i / 2)),$i,False,$((50 + i)),ARM,FEMALE,2.0,$d,False,True,PAT_${i}_$k.png"; photo d/images/imgs_part_1/PAT_${i}_$k.png; done; done; } >d/metadata.csv
good "PAD-UFES-20"
is "ACK is malignant" "PAT_1_1 PAT_1_2 PAT_2_1 PAT_2_2 PAT_3_1 PAT_3_2 PAT_4_1 PAT_4_2" "$(of malignant)"
says "by phones, said" 'PAD-UFES-20: photographs by phones' "$err"
is "biopsed is no stratum" "age region gender fitspatrick" "$(head -n 1 o/train/benign.strata | tr '\t' ' ')"
is "patients" "" "$(apart)"
good "six diagnoses" -c dx
is "of it" "ack bcc mel nev scc sek" "$(classes)"

fresh; { echo '||   Name || Histological Diagnosis || Clinical Diagnosis || Asymmetry || Colors ||'
    for i in 3 4 5 6 7 8 9; do printf '|| IMD00%d ||    ||   %d ||  0 ||  3  4 ||\r\n' $i $((i % 3)); photo "d/PH2 Dataset images/IMD00$i/IMD00${i}_Dermoscopic_Image/IMD00$i.bmp" "d/PH2 Dataset images/IMD00$i/IMD00${i}_lesion/IMD00${i}_lesion.bmp" "d/PH2 Dataset images/IMD00$i/IMD00${i}_roi/IMD00${i}_R1_Label3.bmp"; done
    printf '\n\nLegends:\n\nClinical Diagnosis: 0 - Common Nevus; 1 - Atypical Nevus; 2 - Melanoma.\n'; } >d/PH2_dataset.txt
good "PH2"
is "2 is melanoma" "IMD005 IMD008" "$(of malignant)"
is "0 and 1 are nevi" "IMD003 IMD004 IMD006 IMD007 IMD009" "$(of benign)"
says "drawings are no photographs" '14 images left out: a mask' "$err"

fresh; { echo case_num,diagnosis,seven_point_score,pigment_network,level_of_diagnostic_difficulty,elevation,location,sex,management,clinic,derm,case_id,notes
    i=0; for d in 'basal cell carcinoma' 'blue nevus' 'clark nevus' 'melanoma (in situ)' 'melanoma (less than 0.76 mm)' 'seborrheic keratosis' miscellaneous 'reed or spitz nevus' 'vascular lesion' 'melanoma metastasis'; do i=$((i + 1)); echo "$i,$d,1,absent,medium,flat,back,female,excision,NEL/Nel0$((i + 20)).jpg,NEL/NEL0$i.JPG,A$i,\"a, b\""; photo d/images/NEL/Nel0$((i + 20)).jpg d/images/NEL/Nel0$i.jpg; done; } >t
mkdir d/meta; mv t d/meta/meta.csv
good "Derm7pt"
is "dermoscopic ones" "Nel01 Nel010 Nel04 Nel05|Nel02 Nel03 Nel06 Nel08 Nel09" "$(of malignant)|$(of benign)"
says "not the clinical ones" '10 images left out: the clinical photograph' "$err"
is "no criteria" "level_of_diagnostic_difficulty elevation location sex" "$(head -n 1 o/train/benign.strata | tr '\t' ' ')"
printf 'indexes\n0\n1\n2\n' >d/meta/train_indexes.csv; printf 'indexes\n3\n5\n' >d/meta/valid_indexes.csv; printf 'indexes\n4\n6\n7\n8\n9\n' >d/meta/test_indexes.csv
good "its splits"
is "hold" "Nel01|Nel02 Nel03|Nel04|Nel06|Nel010 Nel05|Nel08 Nel09" "$(at train/malignant)|$(at train/benign)|$(at valid/malignant)|$(at valid/benign)|$(at test/malignant)|$(at test/benign)"
echo 10 >>d/meta/test_indexes.csv
bad "a row that is not there" "test_indexes\.csv: line 7: '10' is no row"

fresh; images melanoma/ 1 7; images naevus/ 1 10
good "MED-NODE"
is "two folders" "melanoma naevus" "$(classes)"

# --- labels.tsv ---
own() { fresh; images images/ 1 12; }
own; { printf 'path\tclass\tgroup\tsplit\tsite\n'; for i in $(seq 12); do printf 'images/%d.jpg\t%s\tp%d\t%s\t%s\n' $i "$([ $i -gt 6 ] && echo Mel || echo nv)" $((i / 2)) "$([ $((i % 6)) -lt 2 ] && echo test || echo train)" "$([ $i -gt 3 ] && echo arm)"; done; } >d/labels.tsv
good "labels.tsv"
is "classes as they are" "Mel nv" "$(classes)"
is "its split" "1 6|12 7" "$(at test/nv)|$(at test/Mel)"
is "a stratum" "- arm" "$(stratum site | tr ' ' '\n' | sort -u | paste -s -d ' ')"
good "folded" -c two
is "to two" "benign malignant" "$(classes)"
own; { printf '\xef\xbb\xbfID;Class\r\n'; for i in $(seq 12); do printf '"%d";"%s"\r\n' $i "$([ $i -gt 6 ] && echo a || echo b)"; done; } >d/labels.csv
good "labels.csv, of ids, with semicolons"
is "all of it" "1 2 3 4 5 6|10 11 12 7 8 9" "$(of b)|$(of a)"
printf 'lesion_id,image_id,dx\nL,1,nv\nL,2,mel\nM,3,nv\n' >d/HAM10000_metadata.csv
good "it overrides a set's table"
is "labels" "1 2 3 4 5 6|10 11 12 7 8 9" "$(of b)|$(of a)"
is "but not the lesions that are known" "L L M" "$(groups b | cut -d ' ' -f 1-3)"
own; printf 'path\tlabel_of_it\nimages/1.jpg\tb\n' >d/labels.tsv
bad "no class" 'labels\.tsv lacks the column class/label'
own; printf 'path\tclass\nimages/1.jpg\tb\nimages/13.jpg\tm\n' >d/labels.tsv
bad "no such image" "line 3: 'images/13\.jpg' names no image"
own; printf 'id\tclass\n1\tb\n1\tm\n' >d/labels.tsv
bad "two classes for an image" 'line 3: 1\.jpg is m here'
own; printf 'id\tclass\tsplit\n1\tb\tsometimes\n2\tm\ttrain\n' >d/labels.tsv
bad "a split that is none" "split 'sometimes'"
own; photo d/more/1.jpg; printf 'id\tclass\n1\tb\n2\tm\n' >d/labels.tsv
bad "an id of two images" "'1' names 2 images"

# --- tables of no known set ---
own; { echo file,lesion_kind; for i in $(seq 12); do echo "$i.jpg,$((i % 2))"; done; } >d/list.csv
bad "an unknown table" 'says no class|list\.csv names these images.*labels\.tsv'
fresh; images clinic_a/ 1 6; images clinic_b/ 7 12; { echo file,kind; for i in $(seq 12); do echo "$i.jpg,$((i % 2))"; done; } >d/list.csv
bad "beside folders that it contradicts" 'list\.csv names these images.*labels\.tsv'
{ echo file,kind; for i in $(seq 12); do echo "$i.jpg,clinic $([ $i -gt 6 ] && echo b || echo a)"; done; } >d/list.csv
good "beside folders that it agrees with"
fresh; images benign/ 1 6; images malignant/ 7 12; { echo file,age; for i in $(seq 12); do echo "$i.jpg,$((i % 2))"; done; } >d/ages.csv
good "beside folders that are diagnoses"
says "it is named" 'ages\.csv names images, but is of no known set' "$err"
printf '\xff\xfea\0' >d/utf16.csv
good "beside UTF-16"
says "which is named" 'utf16\.csv: text in UTF-16' "$err"

# --- what has no content ---
picture() { awk -v what="$1" 'BEGIN { print "P3\n8 8\n255"; for (y = 0; y < 8; y++) for (x = 0; x < 8; x++) { v = eval(x, y); print v, v, 9 } }
    function eval(x, y) { return what == "rows" ? 30 * x : what == "columns" ? 30 * y : what == "flat" ? 7 : 30 * x * (y % 2) }'; }
for what in good rows columns flat; do picture $what >$what.ppm; done
cat good.ppm rows.ppm columns.ppm flat.ppm >s.ppm
printf '%s.jpg\n' g r c f >names
ok "images without content" skdata --check names <s.ppm
same "pass" s.ppm "$out"
is "named" "skdata: r.jpg: all rows are alike;skdata: c.jpg: all columns are alike;skdata: f.jpg: all pixels are alike" "$(head -n 3 "$err" | paste -s -d ';')"
says "and counted" '3 of 4 images' "$err"
ok "none" skdata --check names <good.ppm
is "no word" "" "$(cat "$err")"
head -c 100 s.ppm >cut.ppm
exits 1 "a stream that is cut" skdata --check names <cut.ppm
exits 1 "no names" skdata --check nowhere <s.ppm
exits 2 "operands" skdata --check names d o
done_testing
