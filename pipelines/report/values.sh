# Values out of the pipeline's files, for the report; sourced.

value() { awk -F '\t' -v m="$2" '$1 == m { print $2; exit }' "$1"; } # FILE METRIC
short() { awk -v x="$1" 'BEGIN { if (x == "" || x == "-") print "-"; else if (x == int(x)) print x; else printf (x < 1000 ? "%.3g\n" : "%.0f\n"), x }'; }
interval() { # FILE METRIC: value (low to high)
    awk -F '\t' -v m="$2" '$1 == m { if ($2 == "-") print "-"; else if (NF < 3 || $3 == "-") print ($2 == int($2) ? $2 : sprintf("%.3f", $2)); else printf "%.3f (%.3f to %.3f)\n", $2, $3, $4 }' "$1"; }
said() { # FILE KEY: of a weights file's metadata
    skinfo "$1" | awk -F '\t' -v k="$2" '$1 == k { print $2; exit }'; }
images() { pamfile -count <"$1" | sed 's/.*:\t//; s/ .*//'; }
log_near() { # LOG STEP COLUMN: the mean over the 20 steps up to STEP
    awk -F '\t' -v step="$2" -v column="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next }
        $1 <= step && $1 > step - 20 { sum += $c; n++ } END { if (n) printf "%.3f\n", sum / n; else print "-" }' "$1"; }
quantile() { # FILE COLUMN Q: of a table's numbers
    grep '^[0-9]' "$1" | cut -f "$2" | sort -g | awk -v q="$3" '{ x[NR] = $1 } END { if (NR) printf "%.3g\n", x[int(q * (NR - 1)) + 1]; else print "-" }'; }
