# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"
filter_images
# shellcheck disable=SC2086 # a list of words
set -- $kinds

# Images go in as they stand, and come out in their order.
cat gray.pgm colour.ppm deep.ppm bits.pbm alpha.pam grayalpha.pam > raw
skeach cat < raw > got
same 'an image is handed on as it stands' raw got
for kind in plain.pbm plain.ppm; do
    skeach cat < $kind > got
    ok "$kind too" diff -Z $kind got
done
for jobs in 1 2 7; do
    skeach -j $jobs sh -c 'sleep 0.0$((9 - SK_IMAGE)); pamfile -' < all > got
    for kind; do pamfile - < "$kind"; done > want
    same "the order is the images', $jobs at a time" want got
done
for kind; do pamtopam < "$kind"; done > want
{ gzip -c gray.pgm; cat colour.ppm; cat even.pgm deep.ppm | gzip -c; cat bits.pbm plain.pbm plain.ppm; echo
  gzip -c alpha.pam; gzip -c grayalpha.pam; cat pixel.ppm; } > mixed
skeach pamtopam < mixed > got
same 'out of gzip members and between' want got
for kind; do pamflip -lr < "$kind"; done > want
skeach pamflip -lr < all > got
same 'a program that takes the first image of a stream alone gets each' want got
ok 'no image, no run' skeach false < /dev/null
[ ! -s "$out" ]; tap_result $? 'and no output'
skeach sh -c 'echo $SK_IMAGE' < all > got
seq 0 9 > want
same 'SK_IMAGE is the number' want got
skeach sh -c 'echo "$0 $# $2"' 'a b' '-j' '' < pixel.ppm > got
echo 'a b 2 ' > want
same "what follows the program is its own, options too" want got
ok 'a run may print no image' skeach sh -c 'cat > /dev/null' < all
[ ! -s "$out" ]; tap_result $? 'as it likes'
skeach -j 1 sh -c 'cat > image; cat image image image' < raw | pamfile -count - > got
grep -q "	18 images" got; tap_result $? 'or several'

# What a program may do to us.
for _ in 1 2 3 4 5 6 7 8; do cat gray.pgm; done > eight
pgmmake 0.5 3000 3000 > large.pgm
cat large.pgm large.pgm large.pgm > large
ok 'programs that read nothing' timeout 20 skeach true < large
ok 'programs that read a little' timeout 20 skeach head -c 2 < large
[ "$(cat "$out")" = P5P5P5 ]; tap_result $? 'and print it'
ok 'programs that close their input and go on' timeout 20 skeach sh -c 'exec <&-; sleep 0.1; echo x' < large
[ "$(grep -c x "$out")" -eq 3 ]; tap_result $? 'to print'
timeout 60 skeach -j 3 sh -c 'cat; head -c 30000000 /dev/zero' < large > got
[ "$(stat -c %s got)" -eq $((3 * (30000000 + $(stat -c %s large.pgm)))) ]; tap_result $? 'programs that print more than is held'
timeout 60 skeach -j 3 sh -c 'head -c 30000000 /dev/zero; cat' < large > got2
[ "$(stat -c %s got2)" -eq "$(stat -c %s got)" ]; tap_result $? 'before they read'
rm -f got got2
timeout 20 skeach sh -c '(sleep 0.2; echo late) & echo early' < pixel.ppm > got
printf 'early\nlate\n' > want
same 'an output that a grandchild has is waited for' want got

# What is held, in pipes and in memory, comes out whole and in order, whatever takes it: a file, its end, a pipe, a socket.
cat colour.ppm colour.ppm gray.pgm colour.ppm colour.ppm > five
for last in 1 20000 400000 900000; do # 2 bytes, 110 kB, 2.7 MB, 6.2 MB
    for _ in 1 2 3 4 5; do seq $last; done > want
    skeach -j 2 seq $last < five > got
    same "$last lines to a file" want got
    skeach -j 1 seq $last < five | cat > got
    same 'to a pipe' want got
    echo first > got
    skeach -j 7 seq $last < five >> got
    { echo first; cat want; } > want2
    same "to a file's end" want2 got
    skeach -j 40 seq $last < five > got
    same 'with many at a time' want got
done
skeach -j 2 sh -c 'if [ $SK_IMAGE -eq 1 ]; then seq 3000000; else seq 700000; fi' < five > got # of the second image 22 MB
{ seq 700000; seq 3000000; for _ in 3 4 5; do seq 700000; done; } > want
same 'more than is held, between less' want got
skeach -j 2 perl -e '$| = 1; for my $i (1 .. 40) { print "x" x 5000; select undef, undef, undef, 0.003 }' < five | wc -c > got
echo 1000000 > want
same 'what is printed now and then' want got
rm -f got want want2
for size in 100 200000 3000000 12000000; do
    exits 1 "a run that fails behind $size bytes" skeach -j 2 sh -c "head -c $size /dev/zero; exit \$((SK_IMAGE == 1))" < five
    [ "$(stat -c %s "$out")" -eq $size ]; tap_result $? 'has none of them written'
done
for jobs in 1 2 3; do
    skeach -j $jobs sh -c 'mkdir run.$SK_IMAGE; ls -d run.* | wc -l; sleep 0.05; rmdir run.$SK_IMAGE' < all > got
    [ "$(wc -l < got)" -eq 10 ] && [ "$(sort -n got | tail -n 1)" -le $jobs ]; tap_result $? "no more than $jobs run at a time"
done

# The image is the program's to read, at its own place.
skeach sh -c 'head -c 3; cat' < raw > got
same 'a program may seek in its image' raw got
skeach -j 1 sh -c 'exec 3<&0; { sleep 0.3; cat <&3 > late.$SK_IMAGE.part; mv late.$SK_IMAGE.part late.$SK_IMAGE; } > /dev/null 2>&1 &' < all
i=0 differ=0
for kind; do
    for _ in $(seq 100); do [ -e late.$i ] && break; sleep 0.1; done
    diff -Z "$kind" late.$i > /dev/null 2>&1 || differ=1
    i=$((i + 1))
done
tap_result $differ 'what a run leaves behind still reads its own image'
exits 1 'a limit of file sizes' bash -c 'trap - XFSZ; ulimit -f 100; exec skeach true < large'
says 'is told' '^skeach: standard input: image 0: a copy of the image: File too large$' "$err"

# Failures: the first one is named, what came before is written.
for status in 1 2 3 126 255; do
    exits 1 "exit status $status" skeach sh -c "cat; [ \$SK_IMAGE -ne 4 ] || exit $status" < eight
    says 'is told with its image' "^skeach: standard input: image 4: sh: exit status $status\$" "$err"
    head -c "$((4 * $(stat -c %s gray.pgm)))" eight > want
    same 'after four images' want "$out"
done
for signal in TERM KILL SEGV PIPE HUP; do
    exits 1 "killed by $signal" skeach sh -c "kill -$signal \$\$" < eight
    says 'is told' "^skeach: standard input: image 0: sh: killed by signal $(kill -l $signal) " "$err"
done
exits 1 'of two failures' skeach -j 2 sh -c '[ $SK_IMAGE -lt 2 ] || exit 1; [ $SK_IMAGE -eq 1 ] || sleep 0.3; exit $((5 + SK_IMAGE))' < eight
says "the first image's is told" 'image 0: sh: exit status 5$' "$err"
[ "$(wc -l < "$err")" -eq 1 ]; tap_result $? 'alone'
for program in ./nowhere nowhere /dev/null "$scratch"; do
    exits 1 "no program: $program" skeach "$program" < eight
    says 'is told' '^skeach: standard input: image 0: .*(No such file|Permission denied)' "$err"
done
head -c $((3 * $(stat -c %s gray.pgm) + 20)) eight > short
exits 1 'a stream that ends inside an image' skeach cat < short
says 'is told' '^skeach: standard input: image 3: the stream ends inside the image' "$err"
head -c "$((3 * $(stat -c %s gray.pgm)))" eight > want
same 'after three images' want "$out"
exits 1 'what is no image' skeach cat < "$TESTS/tap.sh"
exits 1 'a closed standard input' sh -c 'skeach cat <&-'
for action in : 'trap "" TERM'; do
    exits 1 "a failed program ends those that would go on ($action)" timeout 20 skeach -j 2 sh -c \
        "if [ \$SK_IMAGE -eq 0 ]; then until [ -s pid ]; do sleep 0.01; done; exit 1; fi; $action; echo \$\$ > pid; exec sleep 60" < eight
    [ -s pid ] && [ ! -e "/proc/$(cat pid)" ]; tap_result $? 'and leaves none behind'
    rm -f pid
done
ok 'with SIGCHLD ignored exit statuses are still known' bash -c 'trap "" CHLD; skeach false < pixel.ppm; [ $? -eq 1 ]'

# The output.
if [ -w /dev/full ]; then
    exits 1 'a full disk, small output' sh -c 'skeach pamfile < pixel.ppm > /dev/full'
    says 'is said' '^skeach: standard output: No space left' "$err"
    mkfifo endless
    exits 1 'a full disk while more input is awaited' timeout 20 bash -c 'exec 3<> endless; cat pixel.ppm >&3
        skeach -j 2 cat < endless > /dev/full'
else
    skip 'a full disk' 'no /dev/full'
fi
exits 1 'a closed standard output' sh -c 'skeach cat < pixel.ppm >&-'
ok 'a reader that goes away' bash -c 'skeach cat > >(head -c 1 > /dev/null) < large; test $? -eq 141'
ok 'the same with SIGPIPE ignored' bash -c 'trap "" PIPE; skeach cat > >(head -c 1 > /dev/null) < large; test $? -eq 1'
[ ! -s "$err" ]; tap_result $? 'is silent'
ok "a program's own SIGPIPE is as it was" bash -c 'skeach perl -e "exit(\$SIG{PIPE} && \$SIG{PIPE} eq \"IGNORE\")" < pixel.ppm'
if command -v script > /dev/null; then
    script -qec 'skeach cat < pixel.ppm' /dev/null < /dev/null > terminal
    says 'images to a terminal are refused' 'standard output is a terminal' terminal
    script -qec 'skeach pamfile < pixel.ppm' /dev/null < /dev/null > terminal
    says 'text is not' 'PPM raw' terminal
else
    skip 'a terminal' 'no script(1)'
fi
if [ "${SK_FLAVOR:-release}" = release ] && [ -x /usr/bin/time ]; then
    for _ in $(seq 40); do cat large.pgm; done > long # 360 MB
    /usr/bin/time -f %M -o peak skeach -j 2 pgmtopgm < long > /dev/null
    [ "$(cat peak)" -lt 120000 ]; tap_result $? 'memory does not grow with the stream'
    rm long
else
    skip 'memory' 'no time(1), or sanitizers'
fi

# Usage.
ok '-h' skeach -h
while read -r option; do
    grep -q -e "Fl Fl ${option#--}" "$ROOT/man/man1/skeach.1"; tap_result $? "the manual has $option"
done < <(grep -o -e '--[a-z-]*' "$out" | sort -u)
ok '-V' skeach -V
exits 2 'no program' skeach
exits 2 'an unknown option' skeach --nonsense cat
exits 2 'no jobs' skeach -j 0 cat

cp colour.ppm lesions.ppm
run_examples skeach
done_testing
