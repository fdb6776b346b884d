# What the tests of skmetrics share; source this after tap.sh.
# shellcheck disable=SC2034 # they are used there
fixtures=$TESTS/fixtures
tab=$(printf '\t')

# Passes when both tables, '#' lines apart, have the same fields: numbers within 1e-8 of each other (9 digits are printed), of the
# first N columns.
close_tables() { # WANTED SEEN COLUMNS
    awk -F '\t' -v columns="$3" '
        FNR == 1 { file++ }
        /^#/ { next }
        { rows[file]++; for (i = 1; i <= columns; i++) cell[file, rows[file], i] = $i }
        END {
            if (rows[1] != rows[2] || rows[1] < 2) { print rows[1] + 0, "rows and", rows[2] + 0; exit 1 }
            for (r = 1; r <= rows[1]; r++)
                for (i = 1; i <= columns; i++) {
                    a = cell[1, r, i]; b = cell[2, r, i]; d = a - b
                    number = a ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/ && b ~ /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/
                    if (number ? (d < 0 ? -d : d) > 1e-8 * (1 + (a < 0 ? -a : a)) : a != b) {
                        print "row", r, "column", i ":", a, b; exit 1
                    }
                }
        }' "$1" "$2"
}
value() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$2"; }
equal() { [ "$1" = "$2" ]; tap_result $? "$3"; [ "$1" = "$2" ] || echo "# '$1', wanted '$2'"; }
interval() { awk -F '\t' -v name="$1" '$1 == name { exit !($3 < $2 && $2 < $4) }' "$2"; }
rows() { printf 'image\ttruth\tscore\tpredicted\n'; awk '{ print NR - 1 "\t" $1 "\t" $2 "\t" $3 }'; }
