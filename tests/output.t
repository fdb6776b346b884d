#!/bin/bash
# shellcheck disable=SC2154,SC2016,SC2086 # out and err are tap.sh's; single quotes are for the inner shell; commands are lists of words
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# Output that fails, for every tool, be it smaller than a buffer or larger than a pipe: exit 1 and a line; a reader that goes away ends a
# tool in silence.

small='--size 32 --width 4 -q -j 1'
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

# What a tool writes beside standard output is given where it is to go: behind a link, in a pipe, through a descriptor, never instead of it.
while IFS=: read -r name command; do
    [ -n "$command" ] || continue
    rm -rf side && mkdir side side/there
    $command side/plain < benign.ppm > images 2> said && [ -s side/plain ]; tap_result $? "$name: a file"
    echo old > side/there/file
    ln -s there/file side/one && ln -s one side/two && ln -s there/new side/dangling && ln -s /dev/fd/7 side/descriptor
    for link in two dangling; do
        $command side/$link < benign.ppm > images 2> said && [ -h side/$link ] && cmp -s side/$link side/plain
        tap_result $? "$name: through a link ($link)"
    done
    [ -h side/one ] && [ ! -h side/there/file ] && [ ! -h side/there/new ] && [ "$(ls -A side/there)" = "$(printf 'file\nnew')" ]
    tap_result $? 'the links stay, and nothing beside them'
    for through in side/descriptor /dev/fd/7 /proc/self/fd/7; do
        printf 'before ' > side/open
        $command $through 7>> side/open < benign.ppm > images 2> said
        { printf 'before '; cat side/plain; } | cmp -s - side/open; tap_result $? "$name: through a descriptor ($through)"
    done
    [ -h side/descriptor ]; tap_result $? 'that link stays too'
    ln -s /proc/self/fd/2 side/error
    $command side/error < benign.ppm 2> side/written > images; cmp -s side/written side/plain; tap_result $? "$name: through standard error"
    mkfifo side/fifo
    cat side/fifo > side/read & $command side/fifo < benign.ppm > images 2> said; wait $!
    [ -p side/fifo ] && cmp -s side/read side/plain; tap_result $? "$name: into a named pipe"
    exits 1 "$name: a folder" $command side/there < benign.ppm
    says 'is refused' "^${command%% *}: side/there: Is a directory$" "$err"
    [ ! -s "$out" ]; tap_result $? 'before any output'
    exits 1 "$name: a folder that is not there" $command side/no/file < benign.ppm
    [ ! -s "$out" ]; tap_result $? 'is refused before any output'
    exits 1 "$name: a link that leads to itself" sh -c "ln -s loop side/loop && exec $command side/loop < benign.ppm"
done << 'END'
skaug --log:skaug --log
skphantom --truth:skphantom benign -n 2 --truth
skphantom --mask:skphantom benign -n 2 --mask
skgen --latents-out:skgen -n 3 gan --latents-out
skclassify --features:skclassify classifier - --features
END

# A signal ends a tool as it does any other, and leaves no file of its own. The tools wait for images that do not come, or have more to do
# than anybody waits for.
mkfifo images.fifo
exec 8<> images.fifo
while IFS=: read -r name command; do
    [ -n "$command" ] || continue
    for signal in HUP INT QUIT TERM USR1 USR2 PIPE ALRM XCPU; do
        rm -rf side && mkdir side && echo mine > side/file.tmp
        (ulimit -c 0; exec env --default-signal=INT,QUIT $command side/file < images.fifo > /dev/null 2> said) &
        pid=$!
        for _ in $(seq 400); do [ "$(find side -type f | wc -l)" -gt 1 ] && break; sleep 0.01; done
        [ "$(find side -name '.file.*' | wc -l)" -ge 1 ]; tap_result $? "$name: has a temporary file"
        kill -$signal $pid
        wait $pid 2> "$err"
        [ $? -eq $((128 + $(kill -l $signal))) ]; tap_result $? "$name: ends by SIG$signal"
        [ "$(ls -A side)" = file.tmp ] && [ "$(cat side/file.tmp)" = mine ]; tap_result $? 'and leaves nothing, or what was there'
    done
done << 'END'
skaug --log:skaug --log
skphantom --truth:skphantom benign -n 1000000000 -j 1 --truth
skgen --latents-out:skgen -n 100000000 -j 1 gan --latents-out
skclassify --features:skclassify classifier - --features
END

# A file that grows beyond a limit: the signal, or where that is ignored a message with its name; and nothing is left.
if [ "${SK_FLAVOR:-release}" = tsan ]; then
    skip 'a limit of files' 'the sanitizer needs files itself'
else
    while IFS=: read -r name command; do
        [ -n "$command" ] || continue
        rm -rf side && mkdir side
        (bash -c "ulimit -c 0; ulimit -f 1; exec env --default-signal $command side/file > /dev/null 2> said" < longer.ppm
            exit $?) 2> "$err"
        [ $? -eq $((128 + $(kill -l XFSZ))) ] && [ -z "$(ls -A side)" ]; tap_result $? "$name: SIGXFSZ leaves nothing"
        bash -c "ulimit -f 1; exec env --ignore-signal=XFSZ $command side/file > /dev/null 2> said" < longer.ppm
        [ $? -eq 1 ] && [ -z "$(ls -A side)" ]; tap_result $? 'ignored, neither'
        says 'it is said of the file' "^${command%% *}: side/file: (cannot write: )?File too large$" said
    done << 'END'
skaug --log:skaug --log
skphantom --truth:skphantom benign -n 100 -w 8 --truth
skphantom --mask:skphantom benign -n 100 -w 8 --mask
skgen --latents-out:skgen -n 300 gan --latents-out
skclassify --features:skclassify classifier - --features
END
fi
exec 8>&-
done_testing
