#!/bin/sh
# ml-performance 0.2.0 (npm, of mljs) on Node.js 20, seen 2026-11-28: the measure "acc", accuracy, divides the number of right
# answers by the number of distinct scores instead of the number of samples, so that with tied scores it is too large, and beyond
# 1. Of eight samples, all right at the best threshold,
#     with eight distinct scores            the best accuracy is 1
#     with scores of one digit, four distinct ones               2
#     with scores 0 and 1                                        4
# The true and false positive rates and the area under the ROC curve are right in each case. Its comments,
# all the documentation that comes with it, call the measure accuracy.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund ml-performance@0.2.0 >/dev/null 2>&1 || exit 2
cat >"$folder/accuracy.cjs" <<'EOF'
const Performance = require('ml-performance');
const scores = process.argv.slice(2).map(Number);
const performance = new Performance([scores], [[0, 0, 0, 0, 1, 1, 1, 1]], { all: true, max: true });
console.log(Math.max(...performance.getMeasure('acc')), performance.getAURC());
EOF
failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
cd "$folder"
expect 'eight distinct scores, accuracy and area' '1 1' "$(node accuracy.cjs 0.11 0.12 0.21 0.22 0.81 0.82 0.91 0.92)"
expect 'four distinct scores, accuracy and area' '2 1' "$(node accuracy.cjs 0.1 0.1 0.2 0.2 0.8 0.8 0.9 0.9)"
expect 'two distinct scores, accuracy and area' '4 1' "$(node accuracy.cjs 0 0 0 0 1 1 1 1)"
exit $failed
