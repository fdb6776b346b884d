# The report in a browser: nothing missing, nothing empty, nothing wider than a phone; and made of one file.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "report" "the pipelines run the released tools"; done_testing; }
command -v gnuplot >"$out" || { skip "report" "no gnuplot"; done_testing; }

export SK_THREADS=1
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "# wanted '$2', got '$3'"
}
experiment() {
    make -s --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" TRAIN_COUNT=10 VALID_COUNT=4 TEST_COUNT=8 \
        GENERATED=16 SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' BATCH=4 STEPS=30 CLASSIFIER_EPOCHS=1 SWEEP_STEPS=2 SWEEP_EPOCHS=1 \
        'SWEEP_BATCH=2 4' 'SWEEP_RATE=6e-4 1e-3' 'SEEDS=1 2' 'FILTER=-m median -d 5' GAMMA=1 report
}
ok "a tiny experiment" experiment
page=e/report.html

head_of() { sed -n '/id="know"/,/<\/header>/p' "$1"; } # what a reader must know
head_of $page >know
says "no leak found: at the head, with what was searched" 'No image of one split was found in another, among the first 36 ' know
ok "and nothing of leaks" bash -c '! grep -q "Leaks found" know'

# As if two test images stood among the training images
printf 'test\t3\ttrain\t1\t0.09\tcopy\t-\t-\ntest\t0\ttrain\t7\t0.05\tcopy\t<a> & "b" it'\''s.jpg\tsecond.jpg\ntest\t2\ttrain\t7\t0.8\tlesion\t-\t-\n' >>e/leak-pairs.tsv
ok "with leaks" experiment
says "they are counted" '>train</span></td><td [^>]*><span>16</span></td><td [^>]*><span>[2-9]<' $page
head_of $page >know
says "and stand at the head" '<b>Leaks found:</b> of 16 images of test, [2-9] stand in train too .*, and 1 show a lesion.*they|may be too good' know
ok "which denies nothing" bash -c '! grep -q "No image of one split" know'
says "nor does the summary: no test image that nothing was trained on" 'nothing was trained or chosen on, but for the leaks named above' $page
sed -n '/id="leaked"/,/<\/figure>/p' $page | grep -o '<p>[^(:]*' | sed 's/<p>//' | paste -sd ' ' >distances
says "and are shown, the nearest first, each with its distance" '^0\.050 0\.090 ?.* ?0\.800' distances
says "the second photograph of a lesion as such" '0\.800 .same lesion.: <b>image 2</b> of test' $page
says "by their names, as they are" '<b>&lt;a&gt; &amp; &quot;b&quot; it'\''s.jpg</b> of test, <b>second.jpg</b> of train' $page

# A GAN that is none of DCGAN: its page is there, its stages are not drawn, and that is said.
ok "of residual networks" make -s --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/r" TRAIN_COUNT=6 VALID_COUNT=2 \
    TEST_COUNT=4 GENERATED=8 SIZE=32 WIDTH=2 'NETWORK=--arch resnet --latent 8' BATCH=4 STEPS=15 CLASSIFIER_EPOCHS=1 SWEEP_STEPS=0 report
says "they are not drawn, and it says so" 'Figure 3\. Not drawn:.*this is a GAN of resnet' r/report.html
ok "nor called a DCGAN" bash -c '! grep -q "DCGAN as built\|A DCGAN (" r/report.html'
says "their blocks are listed" 'layer1\.0' r/report.html
is "all parameters are counted" "$(skinfo -t r/runs/4_6e-4_adam_1/gan.15 | awk -F '\t' '/^generator/ && !/running_/ { n += $4 } END { print n }')" \
    "$(sed 1d r/report/generator.tsv | awk -F '\t' '{ n += $3 } END { print n }')"
says "the classifier began with the discriminator's kernels" "^init	$(skinfo r/runs/4_6e-4_adam_1/gan.15 | sed -n 's/^crc32\t//p')\$" \
    <(skinfo r/runs/4_6e-4_adam_1/classifier.15.1)

# What it says is what was done.
says "the filter that was used" 'prepared by skfilter -m median -d 5, skgamma -g 1 ' $page
for id in fig6 fig7; do sed -n "/<figure id=\"$id\"/,/<\/figure>/p" $page >$id; done
says "in Figure 6 too" 'what is used: skfilter -m median -d 5, skgamma -g 1\.' fig6
says "and in Figure 7" 'after skfilter -m median -d 5; 1 is used, 1.5 in the paper' fig7
ok "no other is said to be used" bash -c "! grep -E 'skfilter -m bilateral|1\.5 ?\(?used|as in the paper' fig6 fig7"
says "nor did the pictures use another" 'skfilter -m median -d 5 \| skgamma -g 1 ' fig6
rows_of() { sed -n '/<ol class="rows">/p' "$1" | grep -o '<li>' | wc -l; }
pictured_rows() { jpegtopnm -quiet "$1" | pamfile | sed -E 's/.* by ([0-9]+) .*/\1/' | awk '{ print $1 / 122 }'; }
ok "Figure 6: each row has its label" test "$(rows_of fig6)" = "$(pictured_rows e/pictures/filters.jpg)"
ok "Figure 7 too" test "$(rows_of fig7)" = "$(pictured_rows e/pictures/gammas.jpg)"
env_of() { make -s --no-print-directory -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" OUT="$scratch/none" env "$@"; }
ok "make env" env_of "FILTER=-m median -d 5"
says "knows both, and who set them" "^FILTER +-m median -d 5 +command line" "$out"
says "or that nobody did" "^GAMMA +1\.5 +default" "$out"
says "sizes, steps, seeds" 'width 2, 32 × 32 pixels. saw 20 training images.* augmented by 1 each, for 30 steps' $page
says "smaller than the paper's: at the head" 'Not at the paper[^<]*size:</b> 30 GAN steps .there 3000., 4 images a step .there 128., 1 epochs' know
says "few images: at the head" 'Few images:</b> 8 benign, 8 malignant in test, and fewer than 100 ' know

# Copies of this experiment with other figures; the page alone is made again.
page_of() { # FOLDER [NAME=VALUE...]
    local folder=$1; shift
    env KIND=phantoms RUN=runs/4_6e-4_adam_1 STAGES='2 4 10 30' EPOCHS=1 SWEEPS='batch rate optimizer' SWEEP_STEPS=2 SWEEP_EPOCHS=1 'SEEDS=1 2' \
        COPIES=1 AUGMENT_SEED=1 INCEPTION= LEAK_IMAGES=36 'GAMMAS=1.0 1.5 2.0' "$@" "$ROOT/pipelines/report/page" "$folder" >"$folder/report.html"
    local status=$?
    head_of "$folder/report.html" >know
    return $status
}
sed '/id="costs"/,$d' $page >before.html
ok "the page alone" page_of e
sed '/id="costs"/,$d' $page >after.html
same "is the same page, costs apart" before.html after.html

main=d/runs/4_6e-4_adam_1
cp -r e d
sed -i -E 's/^(auc\t)[^\t]*\t[^\t]*\t.*/\10.4\t0.2\t0.45/' $main/classifier.30.1.metrics.tsv
sed -i -E 's/^(auc\t)[^\t]*\t[^\t]*\t.*/\10.6\t0.41\t0.8/; s/^(t|f)p\t.*/\1p\t0\t-\t-/' $main/scratch.1.metrics.tsv
printf 'step\tvalue\nfilter\t-m bilateral -d 9 -c 75 -g 75\ngamma\t1.5\nsize\t32\n' >d/data/preparation.tsv
ok "another experiment" page_of d SWEEPS= KIND=photographs
says "an AUC below 0.5: at the head" 'AUC below 0.5</b> .from the GAN: 0.400 .0.200 to 0.450.' know
says "an AUC that may be chance too" 'Not told apart:</b> the interval of the AUC .from scratch: 0.600 ' know
says "a class that is never called too" 'No test image is called malignant</b> .from scratch' know
says "what was not run" 'Not run:</b> Tables 2 to 4 .*SWEEP_STEPS=30.*Inception' know
sed -i -E 's/^((train|valid|test)\t.*\t)[0-9]+$/\1-/' d/data/counts.tsv
ok "of photographs whose groups are unknown" page_of d SWEEPS= KIND=photographs
says "which is at the head" 'Groups are unknown' know
says "the usual preparation" 'prepared by skfilter -m bilateral -d 9 -c 75 -g 75, skgamma -g 1.5 ' d/report.html

sktrain gan -q --restart --loss hinge --penalty 0.5 --kernel 4 --latent 8 --size 32 --width 2 -b 4 -n 30 -o $main/gan.30 d/augmented/*.ppm
ok "a GAN of another loss" page_of d
says "whose loss is told" "change D down the gradient of max\(0, 1 . r\) \+ max\(0, 1 \+ f\)" <(sed "s/\xe2\x88\x92/-/g" d/report.html)
says "and drawn" ">hinge, generated<" d/report.html
says "and its further options" "Further options: penalty 0\.5\." d/report.html

# Names that markup and shells would change
odd="<i>it's</i> & \"so\" .jpg"
awk -v OFS='\t' -F '\t' -v odd="$odd" '/^[0-9]/ { $NF = odd } { print }' e/worst.tsv >d/worst.tsv
awk -v OFS='\t' -F '\t' -v odd="$odd" '/^[0-9]/ { $NF = odd } { print }' e/copies.tsv >d/copies.tsv
sed -i 's/\tbenign\t/\tben<i>gn \& "co"\t/' d/data/counts.tsv
ok "odd names" page_of d
says "of mistakes" "<b>&lt;i&gt;it's&lt;/i&gt; &amp; &quot;so&quot; .jpg</b>" <(sed -n '/id="worst"/,/<.figure>/p' d/report.html)
says "of training images" "<b>&lt;i&gt;it's&lt;/i&gt; &amp; &quot;so&quot; .jpg</b>" <(sed -n '/id="nearest"/,/<.figure>/p' d/report.html)
says "of classes" '<span>ben&lt;i&gt;gn &amp; &quot;co&quot;</span>' d/report.html
ok "nothing of them is markup" bash -c "! grep -q '<i>' d/report.html"

# What has no value fails, by name.
render() { "$ROOT/pipelines/report/render" "$1" e e/report; }
lacks() { # NAME MARKUP WORDS
    printf '%s\n' '<p>{{n}}' "$2" >template
    exits 1 "$1: fails" render template
    says "and is named" "$3" "$err"
}
printf '{{n}}{{^several}} of two{{/several}}{{#classes_of_none}}{{/classes_of_none}}\n' >template
exits 1 "a section without a value fails" render template
says "with its line" 'template:1: no value for \{\{classes_of_none\}\}' "$err"
lacks "a hole" '{{nowhere}}' 'template:2: no value for \{\{nowhere\}\}'
lacks "the lack of a value" '{{^nowhere}}x{{/nowhere}}' 'no value for \{\{nowhere\}\}'
lacks "an empty hole" '{{inception}}' 'template:2: \{\{inception\}\} is empty'
lacks "a hole in a row" '{{#cards}}{{nowhere}}{{/cards}}' 'no value for \{\{nowhere\}\}'
lacks "a phrase" '{{>nowhere}}' 'no phrase \{\{>nowhere\}\}'
lacks "a section that does not end" '{{#n}}x' '\{\{#n\}\} does not end'
lacks "a table" '<table data-rows="nowhere"></table>' 'nowhere.tsv: no such table'
lacks "a picture" '<img alt="x" src="nowhere.jpg">' 'nowhere.jpg'
lacks "a drawing" '<img alt="x" src="nowhere.svg">' 'nowhere.svg'
lacks "an image of a stream" '<img alt="x" src="pictures/copies.ppm#1000">' 'no image 1000'
lacks "a picture without words" '<img src="pictures/roc.svg">' 'without words'
rm -r d
mv e/worst.tsv kept
exits 1 "a table that make did not make" page_of e
says "is named too" 'worst.tsv' "$err"
mv kept e/worst.tsv
page_of e

# Figures
is "the worst mistakes: no better one before a worse" "" "$(grep '^[0-9]' e/worst.tsv | cut -f 4 | sort -g -c 2>&1)"
is "none of them is right" 0 "$(awk -F '\t' '/^[0-9]/ && $2 == $3' e/worst.tsv | wc -l)"
is "all of them are counted" "$(awk -F '\t' '!/^#/ && $1 != "image" && $2 != $4' e/runs/4_6e-4_adam_1/classifier.30.1.scores.tsv | wc -l)" "$(sed -n 's/^# mistakes: //p' e/worst.tsv)"
is "each training image once among the copies" "" "$(grep '^[0-9]' e/copies.tsv | cut -f 2 | sort | uniq -d)"
is "the histogram has every test image once" 16 "$(awk -F '\t' 'NR > 1 { n += $2 + $3 } END { print n }' e/histogram.tsv)"
is "each picture of the tiles is there" "$(($(grep -c '^[0-9]' e/copies.tsv) * 2))" "$(sed -n '/id="nearest"/,/<.figure>/p' $page | grep -o '<img ' | wc -l)"
legends_above() { # no legend lies on its plot
    local plot
    for plot in roc pr calibration validation losses; do
        awk '/<path stroke=.black. / && match($0, /M[0-9.]+,[0-9.]+ L[0-9.]+,[0-9.]+ L[0-9.]+,[0-9.]+ M/) { split(substr($0, RSTART), p, /[M, ]/); top = p[3] }
            match($0, /translate\([0-9.]+,[0-9.]+\)/) { split(substr($0, RSTART + 10, RLENGTH - 11), p, ","); y = p[2] }
            />(from scratch|from the GAN|chance|perfect|discriminator|generator)/ { n++; if (y > lowest) lowest = y }
            END { exit !(n >= 2 && lowest < top) }' e/pictures/$plot.svg || { echo "$plot" >&2; return 1; }
    done
}
ok "legends are above the curves" legends_above
is "no drawing tells gnuplot's words where the mouse rests" 1 "$(grep -o '<title>' $page | wc -l)"
ok "nor the file itself an expression" bash -c "! grep -E '<title>[^<]*(ARG|using|every|strcol)' e/pictures/*.svg"

has_all() { # KIND LAST: figN or tabN from 1
    local i
    for ((i = 1; i <= $2; i++)); do grep -q "id=\"$1$i\"" $page || { echo "no $1$i" >&2; return 1; }; done
}
ok "a counterpart of each figure" has_all fig 18
ok "and of each table" has_all tab 6
ok "nothing comes from elsewhere, no script" bash -c "! grep -Eq '<script|<link|src=\"[^d]|href=\"[^#d]|url\((\"|http)|@import' $page"
ok "every picture says what it shows" bash -c "! grep -Eq '<img alt=\"\"|aria-label=\"\"' $page"
ok "names are used once" bash -c "! grep -o ' id=[\"'\"'\"'][^\"'\"'\"']*' $page | tr -d \"\\\"'\" | sort | uniq -d | grep ."
# Figures and tables without what they are of, or without the command that made them and what it took
incomplete() {
    awk '/^<figure id=/ || /^<div class="table" id="(tab[0-9]|counts|compare|operating|nearest-table|leaks)/ { id = $0; facts = made = 0 }
        /<p class="facts">[^<]/ { facts = 1 }
        /<details class="made"><summary>[0-9].*, [0-9]+ MiB · made by<.summary><pre>[^<]/ { made = 1 }
        id != "" && (/^<.figure>/ || (/^<.div>/ && id ~ /^<div/)) { if (!facts || !made) print id; id = "" }' "$1"
}
incomplete $page >found
ok "every figure and table says what it is of, what made it and what that took" test ! -s found
sed '0,/ MiB · made by/s// made by/; s/<p class="facts">n = [^<]*all splits</<p class="facts"></' $page >worse.html
incomplete worse.html >found
ok "the lack of it is seen" test "$(wc -l <found)" -eq 3
says "no medical device" 'No medical device' $page
says "commands are there" 'sktrain gan --resume .* --steps 30 ' $page
says "each after what it makes" "<pre># pictures/roc\\.svg$" $page
ok "without what is only about checkpoints" bash -c "! grep -q pipelines/train $page"
says "as they are" "printf .images\\\\tsmallest\\\\tone_in_20\\\\tmedian\\\\n" $page
says "time and memory too" '<summary>[0-9.]+ s, [0-9]+ MiB' $page
says "hashes" "$(sha256sum <e/data/test/benign.ppm | cut -c 1-64)" $page
says "several seeds: mean and range" 'seeds 1 2: mean and range' $page
ok "no value was lost" bash -c "! grep -Eq '>(nan|-nan|inf)<|= *[;,)]|  to  |\(\)' $page"

pictures_in_drawings() {
    local n=0 data
    while read -r data; do n=$((n + 1)); base64 -d <<<"$data" | jpegtopnm -quiet | pamfile || return 1
    done < <(grep -o '<image [^>]*' $page | sed 's/.*base64,//; s/".*//')
    [ $n -eq 2 ]
}
ok "pictures inside drawings are whole" pictures_in_drawings

balanced() { # each element is closed where it should be
    perl -0777 -ne 's/<!.*?>//g; s/<style>.*?<\/style>//s; my @open;
        while (/<(\/?)([a-z][a-z0-9]*)\b((?:"[^"]*"|\x27[^\x27]*\x27|[^>"\x27])*)>/gi) {
            my ($end, $name, $rest) = ($1, lc $2, $3);
            next if $name =~ /^(meta|link|img|br)$/ || $rest =~ /\/$/;
            if (!$end) { push @open, $name } elsif (($open[-1] // "") eq $name) { pop @open } else { die "</$name> within <$open[-1]>\n" }
        }
        die "<@open> not closed\n" if @open' "$1"
}
ok "elements are nested as they should be" balanced $page
sed '0,/<\/figcaption>/s///' $page >worse.html
exits 255 "the lack of it is seen" balanced worse.html
ok "every table has a head and a caption" test "$(grep -o '<table' $page | wc -l)" = "$(grep -o '<table[^>]*><caption>.*</caption><thead><tr><th scope="col">' $page | wc -l)"

browser=
for name in chromium chromium-browser google-chrome; do command -v $name >"$out" && browser=$name; done
[ "$browser" ] || { skip "in a browser" "no chromium"; done_testing; }
# The page measures itself in this copy, in a frame as wide as a phone (a window is never so narrow); what it finds becomes the title.
measure='<script>addEventListener("load", () => { const bad = [], all = s => [...document.querySelectorAll(s)], w = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > w) bad.push("page " + document.documentElement.scrollWidth + " wide in " + w);
for (const e of all("body *")) if (!e.closest("svg") && !e.closest("details") && e.getBoundingClientRect().right > w + 1) bad.push("wide: " + e.tagName + " " + e.textContent.slice(0, 40));
for (const e of all("img")) if (!e.complete || !e.naturalWidth) bad.push("picture: " + e.alt);
for (const e of all("figure > svg")) { const r = e.getBoundingClientRect(); if (r.width < 100 || r.height < 50) bad.push("drawing: " + e.ariaLabel); }
for (const e of all("td, th, dd, figcaption, caption")) if (!e.textContent.trim()) bad.push("empty: " + e.closest("table,figure,dl").textContent.slice(0, 60));
for (const e of all("svg text")) { const r = e.getBoundingClientRect(), s = e.closest("svg").getBoundingClientRect(); if (r.width && (r.left < s.left - 2 || r.right > s.right + 2)) bad.push("cut text: " + e.textContent); }
parent.postMessage("measured " + w + ": " + (bad.length ? bad.slice(0, 9).join("; ") : "good") + ", " + all("figure").length + " figures", "*"); });</script>'
measured() { # WIDTH: the title
    { echo "<script>addEventListener('message', e => document.title = e.data)</script><iframe style='width: $1px; height: 900px; border: 0' srcdoc=\""
      { sed 's|</body></html>||' $page; printf '%s</body></html>\n' "$measure"; } | sed 's/&/\&amp;/g; s/"/\&quot;/g'
      echo '"></iframe>'; } >frame.html
    timeout 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/.browser" --window-size=1400,1000 --virtual-time-budget=5000 \
        --dump-dom "file://$scratch/frame.html" 2>"$err" | grep -o '<title>measured[^<]*'
}
for width in 390 1280; do
    measured $width >title
    [ -s title ] || { skip "$width pixels" "the browser does not run here"; continue; }
    says "$width pixels: nothing missing, empty or too wide" "measured $width: good, " title
done
# The test can fail
sed -i '0,/<img \(.*\);base64,/s//<img \1;base64,broken/; 0,/<td [^>]*><span>[^<]*/s//<td><span>/' $page
sed -i 's|<h1>|<h1 style="width: 900px">|' $page
if measured 390 >title; then
    says "a broken picture is seen" 'picture: ' title
    says "an empty cell is seen" 'empty: ' title
    says "an overflow is seen" 'wide: ' title
fi
done_testing
