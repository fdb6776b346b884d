# Pieces of HTML for the report; sourced. What comes from files goes through `escape`.

escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }
escaped() { printf '%s' "$1" | escape; }
paragraph() { printf '<p>%s</p>\n' "$*"; }
note() { printf '<p class="note">%s</p>\n' "$*"; }
section() { printf '<h2 id="%s">%s</h2>\n' "$1" "$2"; }
card() { printf '<div><dt>%s</dt><dd>%s <small>%s</small></dd></div>\n' "$1" "$2" "$3"; } # NAME VALUE REMARK

cost_note() { # TARGET: the file that says what it took
    local note=.cost/${1//\//+}
    [ -f "$note" ] || case $1 in data/*) local below=${1#data/}; note=data/.cost/${below//\//+} ;; esac
    printf '%s' "$note"
}
took() { # TARGET...: seconds in all and the greatest peak, in words; nothing where nothing was measured
    local target
    for target; do
        target=$(cost_note "$target")
        [ ! -f "$target" ] || cat "$target"
    done | awk -F '\t' '
        $1 == "ended" { n++; seconds += $3; if ($6 + 0 > peak) peak = $6 + 0 }
        END {
            if (!n) exit
            if (seconds >= 3600) printf "%d h %02d min", seconds / 3600, seconds % 3600 / 60
            else if (seconds >= 60) printf "%d min %02d s", seconds / 60, seconds % 60
            else printf "%.1f s", seconds
            if (peak) printf ", %.0f MiB", peak / 1024
        }'
}
commands() { # TARGET...: what made them, without what is only about checkpoints and names
    local target
    for target; do
        target=$(cost_note "$target")
        [ ! -f "$target" ] || awk -F '\t' '$1 == "command" { sub(/^command\t/, ""); print }' "$target"
    done | grep -v -e '^for p in ' -e '^\[ -f ' -e '^mv [^ ]*\.part ' | sed "s|\.part\b||g; s|${PWD}/||g; s|$FOLDER/||g" | escape
}
made() { # TARGET...: the commands and what they took, the last one's first
    local spent
    spent=$(took "$@")
    printf '<details class="made"><summary>%s</summary><pre>' "${spent:+$spent · }made by"
    commands "$@"
    printf '</pre></details>\n'
}
facts() { printf '<p class="facts">%s</p>\n' "$*"; }

image() { # FILE ALT [WIDTH]
    local type=png
    case $1 in *.jpg) type=jpeg ;; esac
    printf '<img alt="%s"%s src="data:image/%s;base64,%s">\n' "$2" "${3:+ style=\"width:$3\"}" $type "$(base64 -w 0 "$1")"
}
plot() { # FILE.svg ALT [CLASS]: gnuplot's drawing as an element of the page, in the page's colours, its names made unique
    local name
    name=$(basename "$1" .svg)
    awk -v name="$name" -v alt="$2" -v class="${3:-}" '
        !started { if (!/^<svg/) next; started = 1; print "<svg role=\"img\" aria-label=\"" alt "\" class=\"" class "\""; next }
        /^<title>|^<desc>/ || /xmlns/ { if (/>[[:space:]]*$/ && !/^</) print ">"; next }
        {
            gsub(/id=\047/, "&" name "-"); gsub(/id="/, "&" name "-"); gsub(/xlink:href=\047#/, "href=\047#" name "-"); gsub(/url\(#/, "&" name "-")
            gsub(/"black"/, "\"currentColor\""); gsub(/\047black\047/, "\047currentColor\047")
            gsub(/rgb\( *0, *0, *0\)/, "currentColor"); print
        }' "$1"
}
# figure ID 'CAPTION' 'FACTS' 'TARGET...' <what is shown
figure() {
    printf '<figure id="%s">\n' "$1"
    cat
    printf '<figcaption>%s</figcaption>\n' "$2"
    facts "$3"
    # shellcheck disable=SC2086 # a list
    [ -z "$4" ] || made $4
    echo '</figure>'
}
# table ID 'CAPTION' 'FACTS' 'TARGET...' <TSV with a header line
table() {
    printf '<div class="table" id="%s">' "$1"
    grep -v '^#' | escape | awk -F '\t' -v caption="$2" '
        function cell(s) { return s == "" || s == "-" ? "\342\200\223" : s }
        NR == 1 {
            printf "<table%s><caption>%s</caption><thead><tr>", (NF > 4 ? " class=\"stack\"" : ""), caption
            for (i = 1; i <= NF; i++) { label[i] = $i; printf "<th scope=\"col\">%s</th>", $i }
            print "</tr></thead><tbody>"; columns = NF; next
        }
        {
            printf "<tr><th scope=\"row\">%s</th>", cell($1)
            for (i = 2; i <= columns; i++) printf "<td data-label=\"%s\"><span>%s</span></td>", label[i], cell($i)
            print "</tr>"
        }
        END { print "</tbody></table>" }'
    [ -z "$3" ] || facts "$3"
    # shellcheck disable=SC2086 # a list
    [ -z "$4" ] || made $4
    echo '</div>'
}
