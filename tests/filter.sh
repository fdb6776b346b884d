# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # out and err are tap.sh's; single quotes are for the inner shell
# What every filter of image streams does alike; source tap.sh first.
#
#   filter_images              makes the images the tests use, in the scratch folder
#   filter_contract TOOL ARGS  tests the contract of all filters: streams, formats, faults, exit codes
#   near NAME WANT GOT         tests that samples are at most one level apart

filter_images() {
    pgmramp -lr 31 20 > gray.pgm
    pgmramp -tb 31 20 > down.pgm
    rgb3toppm gray.pgm down.pgm gray.pgm > colour.ppm
    pgmmake 0.3 9 17 > even.pgm
    pamdepth 1000 colour.ppm > deep.ppm 2> /dev/null
    pbmmake -g 13 7 > bits.pbm
    pnmtoplainpnm bits.pbm > plain.pbm
    pnmtoplainpnm colour.ppm > plain.ppm
    pamstack -quiet -tupletype RGB_ALPHA colour.ppm gray.pgm > alpha.pam
    pamstack -quiet -tupletype GRAYSCALE_ALPHA down.pgm gray.pgm > grayalpha.pam
    printf 'P6\n1 1\n255\nabc' > pixel.ppm
    kinds="gray.pgm colour.ppm even.pgm deep.ppm bits.pbm plain.pbm plain.ppm alpha.pam grayalpha.pam pixel.ppm"
    # shellcheck disable=SC2086 # a list of words
    cat $kinds > all
}

filter_contract() {
    tool=$1; shift
    run() { "$tool" "$@"; }
    args=("$@")

    # Streams.
    run "${args[@]}" -j 1 all > j1
    ok 'images of all kinds' run "${args[@]}" -j 1 all
    for jobs in 2 5; do
        run "${args[@]}" -j $jobs all > j
        same "-j $jobs writes the bytes of -j 1" j1 j
    done
    SK_THREADS=3 run "${args[@]}" all > j
    same 'SK_THREADS=3 too' j1 j
    run "${args[@]}" < all > j
    same 'standard input equals the operand' j1 j
    run "${args[@]}" - < all > j
    same '- is standard input' j1 j
    # shellcheck disable=SC2086
    run "${args[@]}" $kinds > j
    same 'operands are taken one after another' j1 j
    for kind in $kinds; do run "${args[@]}" "$kind"; done > j
    same 'a stream is the sum of its parts' j1 j
    { gzip -c gray.pgm; cat colour.ppm; cat even.pgm deep.ppm | gzip -c; cat bits.pbm plain.pbm plain.ppm; echo
      gzip -c alpha.pam; gzip -c grayalpha.pam; cat pixel.ppm; } > mixed
    run "${args[@]}" mixed > j
    same 'gzip members among raw images change nothing' j1 j
    gzip -c all | run "${args[@]}" > j
    same 'nor does gzip of the whole' j1 j
    ok 'no image in' run "${args[@]}" /dev/null
    [ ! -s "$out" ]; tap_result $? 'is no image out'

    # What is written: raw, maxval kept.
    run "${args[@]}" gray.pgm bits.pbm colour.ppm deep.ppm alpha.pam grayalpha.pam > j
    head -c 2 j | grep -q P5; tap_result $? 'gray is raw PGM'
    pamfile -allimages j | sed 's/^.*Image //' > kinds.out
    says 'bits become gray of maxval 1' 'PGM raw, .* maxval 1$' kinds.out
    says 'colour stays colour' 'PPM raw, .* maxval 255$' kinds.out
    says '16 bits stay' 'PPM raw, .* maxval 1000$' kinds.out
    says 'colour with alpha is PAM' 'Tuple type: RGB_ALPHA' kinds.out
    says 'gray with alpha is PAM' 'Tuple type: GRAYSCALE_ALPHA' kinds.out

    # It streams: the first image comes out while the second has not come in.
    mkfifo gate
    size=$(run "${args[@]}" colour.ppm | wc -c)
    ok 'an image is out before the next is in' timeout 20 sh -c '
        size=$1; shift
        { cat colour.ppm; cat gate; } | "$@" -j 2 | { head -c "$size" > first; cat colour.ppm > gate; cat > second; }
        cmp first second' sh "$size" "$tool" "${args[@]}"

    # Faults of the input: exit 1, a line that names file and image, what came before is written.
    run "${args[@]}" gray.pgm > before
    { cat gray.pgm; head -c 300 colour.ppm; } > short
    exits 1 'a stream that ends inside an image' run "${args[@]}" -j 2 short
    says 'is named' "^$tool: short: image 1: the stream ends inside the image$" "$err"
    [ "$(wc -l < "$err")" -eq 1 ]; tap_result $? 'in one line'
    same 'what came before is written' before "$out"
    exits 1 'the same on standard input' sh -c '"$@" < short' sh "$tool" "${args[@]}"
    says 'is named too' "^$tool: standard input: image 1: " "$err"
    { cat gray.pgm; echo garbage; } > bad
    exits 1 'garbage after an image' run "${args[@]}" bad
    says 'is named' "^$tool: bad: image 1: neither" "$err"
    gzip -c colour.ppm | head -c 60 > cut.gz
    exits 1 'gzip cut short' run "${args[@]}" cut.gz
    says 'is named' "^$tool: cut.gz: image 0: the gzip data ends early" "$err"
    printf 'P5\n1 1\n9\n\012' > high.pgm
    exits 1 'a sample above maxval' run "${args[@]}" high.pgm
    says 'is named' "^$tool: high.pgm: image 0: a sample of 10 is above the maxval of 9" "$err"
    exits 1 'a missing file' run "${args[@]}" gray.pgm missing
    says 'is named' "^$tool: missing: No such file" "$err"
    same 'after what came before it' before "$out"
    exits 1 'a folder' run "${args[@]}" /
    says 'is named' "^$tool: /: image 0: read: Is a directory" "$err"
    printf 'P6 65535 65535 65535\nabcdef' > huge
    if [ "${SK_FLAVOR:-release}" = release ]; then
        exits 1 'a header that claims 24 GB, in 400 MB' bash -c 'ulimit -v 400000; exec "$@"' bash "$tool" "${args[@]}" -j 1 huge
        says 'is refused for what is missing' 'image 0: the stream ends inside' "$err"
    else
        skip 'a header that claims 24 GB, in 400 MB' 'the sanitizer reserves more'
    fi
    { printf 'P5 3 3 255\n'; head -c 30000000 /dev/zero; } | gzip -c > bomb
    exits 1 'a member that inflates beyond its image' run "${args[@]}" bomb
    says 'is refused at once' 'image 1: neither' "$err"

    # Faults of the output.
    if [ -w /dev/full ]; then
        exits 1 'a full disk, small output' sh -c '"$@" > /dev/full' sh "$tool" "${args[@]}" pixel.ppm
        says 'is said' "^$tool: standard output: No space left" "$err"
        mkfifo endless
        exits 1 'a full disk while more input is awaited' timeout 20 bash -c '
            exec 3<> endless; cat pixel.ppm >&3; "$@" < endless > /dev/full' bash "$tool" "${args[@]}" -j 2
    else
        skip 'a full disk' 'no /dev/full'
    fi
    exits 1 'a closed standard output' sh -c '"$@" >&-' sh "$tool" "${args[@]}" pixel.ppm
    exits 1 'all standard streams closed' sh -c '"$@" <&- >&- 2>&-' sh "$tool" "${args[@]}" pixel.ppm
    exits 1 'a closed standard input' sh -c '"$@" <&-' sh "$tool" "${args[@]}"
    says 'is said' "^$tool: standard input: image 0: read: Bad file descriptor" "$err"
    for _ in 1 2 3 4 5 6 7 8; do cat all all; done > many
    for _ in 1 2 3 4 5 6; do cat many many; done > long
    ok 'a reader that goes away' bash -c '"$@" > >(head -c 1 > /dev/null); test $? -eq 141' bash "$tool" "${args[@]}" long
    ok 'the same with SIGPIPE ignored' bash -c 'trap "" PIPE; "$@" > >(head -c 1 > /dev/null); test $? -eq 1' \
        bash "$tool" "${args[@]}" long
    [ ! -s "$err" ]; tap_result $? 'is silent'

    # Usage.
    ok '-h' run -h
    while read -r option; do
        grep -q -e "Fl Fl ${option#--}" "$ROOT/man/man1/$tool.1"; tap_result $? "the manual has $option"
    done < <(grep -o -e '--[a-z-]*' "$out" | sort -u)
    ok '-V' run -V
    says 'names the tool' "^$tool " "$out"
    exits 2 'an unknown option' run --nonsense
    exits 2 'no threads' run -j 0
    exits 2 'SK_THREADS is no number' env SK_THREADS=x "$tool" "${args[@]}" pixel.ppm
    if command -v script > /dev/null; then
        script -qec "$tool pixel.ppm" /dev/null < /dev/null > terminal
        says 'a terminal is refused' 'standard output is a terminal' terminal
    else
        skip 'a terminal is refused' 'no script(1)'
    fi
    ok 'the manual is clean' mandoc -T lint -W warning "$ROOT/man/man1/$tool.1"
}

# The pipelines in a manual's EXAMPLES: each line that begins with .Dl, as a shell command.
manual_examples() {
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/s/^\.Dl //p' "$ROOT/man/man1/$1.1" | sed 's/\\\&//g; s/\\(aq/'"'"'/g; s/\\e/\\/g'
}
run_examples() { # TOOL: runs each in the scratch folder
    local count=0 line
    while IFS= read -r line; do
        count=$((count + 1))
        ok "example: $line" bash -o pipefail -c "$line"
    done < <(manual_examples "$1")
    [ $count -gt 0 ]; tap_result $? 'the manual has examples'
}

# Passes when two images or streams of one shape have no samples that differ by more than 1.
near() { # NAME FIXTURE GOT
    paste -d ' ' <(pnmtoplainpnm < "$2" | tail -n +4 | grep -o '[0-9]*') \
        <(pnmtoplainpnm < "$3" | tail -n +4 | grep -o '[0-9]*') |
        awk '{ d = $1 - $2; if (d > 1 || d < -1 || NF != 2) exit 1; n++ } END { if (n < 16) exit 1 }'
    tap_result $? "$1"
}
