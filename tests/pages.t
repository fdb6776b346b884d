# Pages, help and floor plan: the examples of section 7 run as they stand, the reader of section 5 reads, nothing is undocumented.
. "$(dirname "$0")/tap.sh"

command -v mandoc >/dev/null || { skip "pages" "no mandoc"; done_testing; }

# The literal blocks of a page, as a shell or a compiler reads them
literal() { awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 } on' "$1" | sed 's/\\e/\\/g'; }

literal "$ROOT/man/man7/sktools.7" >examples.sh
ok "the examples of sktools(7) run" bash -e -o pipefail examples.sh
literal "$ROOT/man/man7/sktools-gan.7" >gan-examples.sh
mkdir gan-page
ok "those of sktools-gan(7), too" sh -c 'cd gan-page && exec bash -e -o pipefail ../gan-examples.sh'
says "to the end" '^auc	' "$out"
[ "$(pamfile -allimages gan-page/between.ppm | wc -l)" -eq 9 ]; tap_result $? "and draw between two points"
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
# What a page says of an option: the entries of its list whose tag has the name
entry() { # PAGE NAME
    awk -v name="--$2" '
        { match($0, /^ */); indent = RLENGTH }
        on && $0 != "" && indent <= at { on = 0 }
        $1 ~ /^-/ && (" " $0 " ") ~ (" " name "[ ,]") { on = 1; at = indent }
        on' "$1"
}
tags() { awk '$1 ~ /^-/' "$1" | grep -oE -e '(^|[ ,])--[a-z0-9-]+' | grep -oE -e '--[a-z0-9-]+' | sort -u; }
unsaid() { # TOOL PAGE: what the table of options has and the page does not say
    local letter name kind values usual value
    while IFS=$'\t' read -r _ letter name _ kind values usual _; do
        entry "$2" "$name" >entry
        [ -s entry ] || { echo "--$name has no entry"; continue; }
        [ "$letter" = - ] || grep -qE -e "^ *-${letter}[ ,]" entry || echo "--$name: not as -$letter"
        case $kind in
            (whole | number) grep -qF -e "${values%..*} to ${values#*..}" entry || echo "--$name: not $values" ;;
            (choice) for value in ${values//,/ }; do grep -qwF -e "$value" entry || echo "--$name: not $value"; done ;;
        esac
        [[ ! $usual =~ ^[0-9.e-]*[0-9]$ ]] || grep -qE -e "default:? +([a-z]+ )*$usual([;.,) ]|$)" <(tr '\n' ' ' <entry) || echo "--$name: not default $usual"
    done < <("$1" --help-options | sed 1,2d)
}
for tool in "$SK_BIN"/sk*; do
    name=$(basename "$tool")
    page=$ROOT/man/man1/$name.1
    [ -f "$page" ]; tap_result $? "$name has a page"
    mandoc -T ascii -O width=1000 "$page" | sed "s/.\x08//g" >page
    ok "$name prints its table of options" "$tool" --help-options
    cut -f 3 "$out" | sed '1,2d; s/^/--/' | sort >table
    says "$name: of four options at least" '^--version$' table
    "$tool" -h | awk '$1 ~ /^-/' | grep -oE -e '^ +(-., )?--[a-z0-9-]+' | grep -oE -e '--[a-z0-9-]+' | sort >help
    same "$name: -h has those of the table" table help
    tags page >tags
    same "$name: its page too" table tags
    unsaid "$tool" page >left
    [ ! -s left ]; tap_result $? "$name: with their letters, ranges, names and defaults"
    remark <left
    says "$name: its page has examples" '^EXAMPLES' page
    says "$name: sktools(7) names it" "^\.(It )?Xr $name 1" "$ROOT/man/man7/sktools.7"
done

ok "no include goes up" "$ROOT/tests/check-floors"
make -s -C "$ROOT" help >help
targets=$(cat "$ROOT"/Makefile "$ROOT"/pipelines/targets.mk "$ROOT"/tests/targets.mk "$ROOT"/tests/bench/targets.mk 2>/dev/null | sed -n 's/^\.PHONY: *//p' | sed 's/FORCE//')
missing=
for target in $targets; do grep -qE "(^| )$target(,|  | \$|:|\$| )" help || missing="$missing $target"; done
[ -z "$missing" ]; tap_result $? "make help names every target"
[ -z "$missing" ] || echo "# not there:$missing"
done_testing
