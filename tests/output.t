#!/bin/bash
# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# Output that fails, for every tool, be it smaller than a buffer or larger than a pipe: exit 1 and a line; a reader that goes away ends a
# tool in silence.

small='--size 32 --width 4 --latent 4 -q -j 1'
skphantom -n 8 -w 32 benign > benign.ppm
skphantom -n 8 -w 32 malignant > malignant.ppm
# shellcheck disable=SC2086 # a list of words
sktrain gan $small -n 1 -b 4 -o gan benign.ppm malignant.ppm
# shellcheck disable=SC2086
sktrain classifier $small -n 1 -b 4 -o classifier benign=benign.ppm malignant=malignant.ppm 2> /dev/null
skclassify -l benign --features features classifier benign.ppm > scores.tsv
skclassify -l malignant classifier malignant.ppm >> scores.tsv
for _ in $(seq 30); do cat benign.ppm; done > long.ppm
for _ in 1 2 3 4; do cat long.ppm; done > longer.ppm
for _ in 1 2 3 4 5 6 7 8 9 10; do cat longer.ppm; done > longest.ppm

while IFS=: read -r tool command; do
    [ -n "$command" ] || continue
    run=(sh -c "exec $command")
    ok "$command" "${run[@]}"
    [ -s "$out" ]; tap_result $? 'writes something'
    if [ -w /dev/full ]; then
        sh -c "$command > /dev/full" 2> said; [ $? -eq 1 ]; tap_result $? 'a full disk'
        says 'is said' "^$tool: .*No space left on device" said
        [ "$(grep -c 'No space' said)" -eq 1 ]; tap_result $? 'once'
    else
        skip 'a full disk' 'no /dev/full'
    fi
    sh -c "$command >&-" 2> said; [ $? -eq 1 ]; tap_result $? 'a closed standard output'
    says 'is said' "^$tool: " said
    sh -c "$command 1< /dev/null" 2> said; [ $? -eq 1 ]; tap_result $? 'a standard output that is for reading'
    says 'is said too' "^$tool: .*Bad file descriptor" said
done << 'END'
skphantom:skphantom -w 8 benign
skphantom:skphantom -n 40 -w 64 benign
skfilter:skfilter benign.ppm
skgamma:skgamma longer.ppm
skcrop:skcrop -w 8 benign.ppm
skaug:skaug -n 2 benign.ppm
skgen:skgen -n 1 gan
skgen:skgen -n 60 gan
skclassify:skclassify classifier benign.ppm
skmetrics:skmetrics score scores.tsv
skmetrics:skmetrics roc scores.tsv
skmetrics:skmetrics fid features features
skmetrics:skmetrics stats features
sktrain:sktrain -h
END

# More than a pipe holds, to a reader that takes one byte.
while IFS=: read -r tool command; do
    [ -n "$command" ] || continue
    bash -c "$command > >(head -c 1 > /dev/null); exit \$?" 2> said
    [ $? -eq 141 ]; tap_result $? "$command: a reader that goes away"
    [ ! -s said ]; tap_result $? 'is no error to speak of'
    bash -c "trap '' PIPE; $command > >(head -c 1 > /dev/null); exit \$?" 2> said
    [ $? -eq 1 ]; tap_result $? 'with SIGPIPE ignored it is exit 1'
    [ ! -s said ]; tap_result $? 'in silence'
done << 'END'
skphantom:skphantom -n 300 -w 64 benign
skfilter:skfilter longer.ppm
skgamma:skgamma longer.ppm
skcrop:skcrop -w 32 longer.ppm
skaug:skaug longer.ppm
skgen:skgen -n 300 gan
skclassify:skclassify classifier longest.ppm
END
done_testing
