# The report in a browser: nothing missing, nothing empty, nothing wider than a phone; and made of one file.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "report" "the pipelines run the released tools"; done_testing; }
command -v gnuplot >"$out" || { skip "report" "no gnuplot"; done_testing; }

export SK_THREADS=1
experiment() {
    make -s --no-print-directory -C "$ROOT" -f pipelines/demo.mk BIN="$SK_BIN" OUT="$scratch/e" TRAIN_COUNT=10 VALID_COUNT=4 TEST_COUNT=8 \
        GENERATED=16 SIZE=32 WIDTH=2 'NETWORK=--kernel 4 --latent 8' BATCH=4 STEPS=30 CLASSIFIER_EPOCHS=1 SWEEP_STEPS=2 SWEEP_EPOCHS=1 \
        'SWEEP_BATCH=2 4' 'SWEEP_RATE=6e-4 1e-3' 'SEEDS=1 2' report
}
ok "a tiny experiment" experiment
page=e/report.html

# As if two test images stood among the training images
printf 'test\t3\ttrain\t1\t0.09\tcopy\t-\t-\ntest\t0\ttrain\t7\t0.05\tcopy\t-\t-\ntest\t2\ttrain\t7\t0.8\tlesion\t-\t-\n' >>e/leak-pairs.tsv
ok "with leaks" experiment
says "they are counted" '>train</span></td><td [^>]*><span>16</span></td><td [^>]*><span>[2-9]<' $page
says "and shown, the nearest first" 'What was found:.*from the left: 0\.050, 0\.090[,.].*0\.800 .same lesion' $page

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
