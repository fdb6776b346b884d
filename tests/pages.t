# Pages, help and floor plan: the examples of section 7 run as they stand, the reader of section 5 reads, nothing is undocumented.
. "$(dirname "$0")/tap.sh"

command -v mandoc >/dev/null || { skip "pages" "no mandoc"; done_testing; }

# The literal blocks of a page, as a shell or a compiler reads them
literal() { awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 } on' "$1" | sed 's/\\e/\\/g'; }

literal "$ROOT/man/man7/sktools.7" >examples.sh
ok "the examples of sktools(7) run" bash -e -o pipefail examples.sh
says "and end in metrics" '^auc	[01]' metrics.tsv
[ "$(awk 'NF == 2 && $1 != $2' before-after | wc -l)" -ge 15 ]; tap_result $? "ink changes scores"
says "and distances" '^fd	[0-9]' fid.tsv
ok "sixteen images were generated" test "$(pamfile -count <generated.ppm | tr -dc 0-9)" = 16

literal "$ROOT/man/man5/sktools-weights.5" | awk '/^#include/ { on = 1 } on' >reader.c
ok "the reader of sktools-weights(5) compiles" cc -Wall -Werror -o reader reader.c -lcjson
./reader <gan >tensors
says "and reads a model's names and shapes" '^generator\.fc\.weight \[512,16\] -?[0-9]' tensors
./reader <latents >tensors
says "and latents" '^latents \[16,16\] ' tensors
./reader <real >tensors
says "and features" '^features \[40,[0-9]*\] ' tensors
# shellcheck disable=SC2034 # model is the page's name for a file
literal "$ROOT/man/man5/sktools-weights.5" | grep '^head -c' | sed 's/model/gan/g' >metadata.sh
ok "its look at a header runs" bash -e -o pipefail metadata.sh
says "and shows the metadata" '"kind":"gan"' "$out"

ok "all pages are well-formed" mandoc -T lint -W warning "$ROOT"/man/man[157]/*
for tool in "$SK_BIN"/*; do
    name=$(basename "$tool")
    page=$ROOT/man/man1/$name.1
    [ -f "$page" ]; tap_result $? "$name has a page"
    mandoc -T ascii "$page" | sed "s/.\x08//g" >page
    missing=$("$tool" -h | grep -oE -e '--[a-z0-9-]+' | sort -u | grep -vxFf <(grep -oE -e '--[a-z0-9-]+' page) | tr '\n' ' ')
    [ -z "$missing" ]; tap_result $? "$name: every option of -h is in its page"
    [ -z "$missing" ] || echo "# not there: $missing"
    says "$name: its page has examples" '^EXAMPLES' page
    says "$name: sktools(7) names it" "^\.(It )?Xr $name 1" "$ROOT/man/man7/sktools.7"
done

ok "no include goes up" "$ROOT/tests/check-floors"
make -s -C "$ROOT" help >help
targets=$(cat "$ROOT"/Makefile "$ROOT"/pipelines/targets.mk "$ROOT"/tests/bench/targets.mk 2>/dev/null | sed -n 's/^\.PHONY: *//p' | sed 's/FORCE//')
missing=
for target in $targets; do grep -qE "(^| )$target(,|  | \$|:|\$| )" help || missing="$missing $target"; done
[ -z "$missing" ]; tap_result $? "make help names every target"
[ -z "$missing" ] || echo "# not there:$missing"
done_testing
