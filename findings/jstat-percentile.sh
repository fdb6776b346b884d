#!/bin/sh
# jstat 1.9.6 (npm) on Node.js 20, seen 2026-11-28: jStat.percentile(), inclusive as it is unless told, does not interpolate
# between the two largest values: where the percentile lies between them, it gives the second largest. Of 1, 2, ..., 10
#     0.75 -> 7.75    0.89 -> 9    0.9 -> 9    0.95 -> 9    0.99 -> 9    1 -> 10
# where Excel's PERCENTILE.INC, R's quantile() and numpy's percentile() have 9.01, 9.1, 9.55 and 9.91. With 20 values the 97.5th
# percentile, an interval's upper end, is the second largest. The lower end is interpolated. Its documentation (doc/md/vector.md)
# makes no exception of them; the example there, 0.3 of 1, 2, 3, 4 is 1.9, interpolates.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund jstat@1.9.6 >/dev/null 2>&1 || exit 2
cat >"$folder/percentile.cjs" <<'EOF'
const { jStat } = require('jstat');
const [count, ...ks] = process.argv.slice(2).map(Number);
const values = Array.from({ length: count }, (_, i) => i + 1);
console.log(ks.map((k) => Number(jStat.percentile(values, k).toFixed(4))).join(' '));
EOF
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
expect 'the example of the documentation' '1.9' "$(node percentile.cjs 4 0.3)"
expect 'of 1 to 10, 0.025 0.75' '1.225 7.75' "$(node percentile.cjs 10 0.025 0.75)"
expect 'of 1 to 10, 0.89 0.9 0.95 0.99 1' '9 9 9 9 10' "$(node percentile.cjs 10 0.89 0.9 0.95 0.99 1)"
expect 'of 1 to 20, 0.025 0.975' '1.475 19' "$(node percentile.cjs 20 0.025 0.975)"
exit $failed
