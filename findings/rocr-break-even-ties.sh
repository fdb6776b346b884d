#!/bin/sh
# ROCR 1.0-11 (Debian 12: r-cran-rocr 1.0-11-2, with R 4.2.2), seen 2026-11-28: performance(..., "prbe"), the value at which
# precision and recall are equal, is 0 where the two cross between two cutoffs, as they do where scores are tied: it gives by how
# much the two differ there, a root finder's remainder, instead of their value. The cutoff beside it is right. Of four positive
# and four negative cases
#     with eight distinct scores           0.5    at cutoff 0.61, where precision and recall are 0.5
#     with the same rounded to one digit   0      at cutoff 0.675, where they are 0.5625
# Its help page has "prbe" for the break-even point of precision and recall. No warning is given.
# Exits 0 while that is so, 1 when it has changed, 2 when the packages cannot be had.
set -eu
version=1.0-11-2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/archives/partial" "$folder/root"
: >"$folder/status" # as if nothing were installed, so that every library comes along
apt-get -qq -y --no-install-recommends -o Dir::State::status="$folder/status" -o Dir::Cache::archives="$folder/archives" \
    -o Debug::NoLocking=1 --download-only install "r-cran-rocr=$version" >/dev/null 2>&1 || exit 2
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
libraries=$folder/root/usr/lib/x86_64-linux-gnu
cat >"$folder/prbe.R" <<'EOF'
suppressMessages(library(ROCR, lib.loc = Sys.getenv("LIBRARY")))
prbe <- function(scores, labels) {
  prediction <- prediction(scores, labels)
  even <- performance(prediction, "prbe")
  curves <- performance(prediction, "prec", "rec")
  cutoffs <- curves@alpha.values[[1]][-1]
  at <- function(values) approx(cutoffs, values[-1], even@x.values[[1]])$y
  cat(round(c(even@y.values[[1]], even@x.values[[1]], at(curves@y.values[[1]]), at(curves@x.values[[1]])), 4), fill = TRUE)
}
scores <- c(0.9, 0.8, 0.62, 0.61, 0.6, 0.4, 0.3, 0.2)
labels <- c(1, 0, 1, 0, 1, 0, 0, 1)
prbe(scores, labels)
prbe(round(scores, 1), labels)
EOF

failed=0
expect() { # NAME WANTED GOT
    echo "$1: $3 (seen then: $2)"
    [ "$2" = "$3" ] || failed=1
}
R_HOME=$folder/root/usr/lib/R LIBRARY=$folder/root/usr/lib/R/site-library \
    R_LIBS=$folder/root/usr/lib/R/library:$folder/root/usr/lib/R/site-library \
    "$folder/root/lib64/ld-linux-x86-64.so.2" \
    --library-path "$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/R/lib:$libraries:$libraries/blas:$libraries/lapack" \
    "$folder/root/usr/lib/R/bin/exec/R" --no-echo --vanilla --file="$folder/prbe.R" >"$folder/values"
expect 'distinct scores: prbe, cutoff, precision and recall there' '0.5 0.61 0.5 0.5' "$(sed -n 1p "$folder/values" | xargs)"
expect 'tied scores: prbe, cutoff, precision and recall there' '0 0.675 0.5625 0.5625' "$(sed -n 2p "$folder/values" | xargs)"
exit $failed
