#!/bin/bash
# shellcheck disable=SC2016 # single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# Streams that are long, slow or never end.

if [ "${SK_FLAVOR:-release}" = release ] && [ -x /usr/bin/time ]; then
    ok '100 MB through each filter, in 16 MiB' "$TESTS/stream-test" 100 16
else
    skip '100 MB through each filter, in 16 MiB' 'no time(1), or sanitizers, which take memory of their own'
fi

skphantom -n 20 -w 200 benign > some.ppm
for _ in 1 2 3 4 5 6 7 8 9 10; do cat some.ppm; done > long.ppm # 24 MB
for tool in skgamma skcrop skaug skfilter; do
    # A slow reader: it has taken a byte and sleeps; how far has the tool read? skcrop's output is small.
    mkfifo gate
    $tool -j 2 < long.ppm > gate &
    pid=$!
    exec 3< gate
    head -c 1 <&3 > first
    before=-1 position=0
    for _ in $(seq 40); do # until it stands still
        [ "$position" != "$before" ] || break
        before=$position
        sleep 0.3
        position=$(awk '$1 == "pos:" { print $2 }' /proc/$pid/fdinfo/0)
    done
    limit=6000000
    [ $tool != skcrop ] || limit=16000000
    [ "$position" -gt 0 ] && [ "$position" -lt $limit ]; tap_result $? "a slow reader slows $tool"
    cat <&3 > rest
    exec 3<&-
    wait $pid; tap_result $? 'which ends well'
    cat first rest > slow
    $tool < long.ppm > fast
    same 'with the same bytes' slow fast
    rm gate

    # A slow writer: pieces that end anywhere.
    ok "a slow writer to $tool" bash -c 'head -c 240000 some.ppm > three.ppm; "$0" -j 2 three.ppm > whole
        { for i in 0 1 2 3 4 5; do tail -c +$((i * 40000 + 1)) three.ppm | head -c 40000; sleep 0.03; done; } | "$0" -j 2 > pieces
        cmp whole pieces' $tool
done

# A header or a gap that never ends is refused, not waited for.
for endless in '#' ' ' '0' 'P' 'WIDTH 1\n' 'TUPLTYPE RGB\n'; do
    for magic in P1 P5 P6 'P7\n' 'P2 2 1 255 7'; do
        # shellcheck disable=SC2059 # escapes are wanted
        printf "$magic" > start; printf "$endless" > piece
        timeout 20 bash -c '{ cat start; yes "$(cat piece)"; } 2> /dev/null | skgamma > /dev/null 2> said; exit ${PIPESTATUS[1]}' 2> /dev/null
        [ $? -eq 1 ] && [ "$(wc -l < said)" -eq 1 ] || echo "$magic $endless" >> waited
    done
done
[ ! -e waited ]; tap_result $? 'endless headers are refused'
sed 's/^/# /' waited 2> /dev/null

# What is appended to the file that is read would be read again, for ever.
skphantom -n 2 -w 16 benign > own.ppm
ln -s own.ppm link.ppm
cp own.ppm whole.ppm
for tool in skgamma skfilter 'skcrop -w 16' skaug; do
    for command in 'own.ppm >> own.ppm' 'whole.ppm own.ppm >> own.ppm' 'link.ppm >> own.ppm' '< own.ppm >> own.ppm' '< own.ppm 1<> own.ppm'; do
        exits 1 "$tool $command" bash -c "ulimit -f 1000; timeout 20 $tool $command"
        says 'is refused' "^${tool%% *}: standard output: is read too" "$err"
        same 'and nothing is lost' whole.ppm own.ppm
    done
    ok "$tool after what others wrote" bash -c "cp own.ppm log && $tool own.ppm >> log"
    ok "$tool between terminals" bash -c "$tool < /dev/null > /dev/null"
done
done_testing
