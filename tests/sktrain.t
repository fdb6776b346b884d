#!/bin/bash
# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

usage() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 2 "$name: exit 2" sktrain "$@"
    [ ! -s "$out" ]; tap_result $? "$name: no output"
    says "$name: says what" "^sktrain: .*$pattern" "$err"
}
fails() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 1 "$name: exit 1" sktrain "$@"
    [ "$(wc -l < "$err")" -eq 1 ]; tap_result $? "$name: one line"
    says "$name: says what" "^sktrain: .*$pattern" "$err"
}

skphantom -n 12 -w 32 benign > b.ppm
skphantom -n 12 -w 32 malignant > m.ppm
skphantom -n 6 -w 32 -s 2 benign > vb.ppm
skphantom -n 6 -w 32 -s 2 malignant > vm.ppm
tiny='--size 32 --width 2 --kernel 4 -b 6'
gan="sktrain gan -q $tiny --latent 4 -n 12 --save-every 5"
classifier="sktrain classifier -q $tiny -e 4 --save-every 3 --valid benign=vb.ppm --valid malignant=vm.ppm benign=b.ppm malignant=m.ppm"

# A GAN, and what stands beside it.
ok 'a GAN' $gan -j 1 -o gan --log gan.tsv --samples grid b.ppm m.ppm
[ ! -s "$out" ]; tap_result $? 'nothing on stdout'
[ ! -s "$err" ]; tap_result $? 'nothing on stderr with -q'
says 'a log with a header' '^step	epoch	d_loss	g_loss	d_x	d_g_z	images_per_second$' gan.tsv
[ "$(wc -l < gan.tsv)" -eq 13 ]; tap_result $? 'and a line a step'
[ "$(pamfile grid-000005.ppm grid-000010.ppm grid-000012.ppm | grep -c 'PPM raw, 256 by 256')" -eq 3 ]
tap_result $? 'a grid at each checkpoint'
[ -z "$(find . -name '.gan*')" ]; tap_result $? 'no temporary file stays'
ok 'progress where it is not quiet' sktrain gan $tiny --latent 4 -n 2 -o noisy b.ppm
says 'with losses and the time left' 'step 2/2, epoch 1, D loss .*, G loss .*, D\(x\) .*, D\(G\(z\)\) .*images/s, ETA 0:00:00$' "$err"

# The same bytes, whatever the threads; other bytes by another seed.
ok 'the same GAN on two threads' $gan -j 2 -o gan2 --log gan2.tsv b.ppm m.ppm
same '-j 2 writes the bytes of -j 1' gan gan2
same 'and the checkpoint too' gan.ckpt gan2.ckpt
ok 'the same GAN from standard input' sh -c "cat b.ppm m.ppm | $gan -o gan3"
same 'writes the same bytes' gan gan3
ok 'another seed' $gan -s 2 -o seed2 b.ppm m.ppm
exits 1 'other bytes' cmp -s gan seed2
ok 'SGD' $gan --optimizer sgd --beta1 0.9 -o sgd b.ppm
ok 'AdamW' $gan --optimizer adamw -o adamw b.ppm
exits 1 'decays unless told not to' sh -c "$gan --optimizer adamw --weight-decay 0 -o decays b.ppm && exec cmp -s adamw decays"
ok 'without decay it is Adam' sh -c "$gan -o adam b.ppm && skinfo adam | grep ^crc32 > a && skinfo decays | grep ^crc32 > b"
same 'the same tensors' a b
exits 1 'L2 is another one' sh -c "$gan --weight-decay 0.01 -o l2 b.ppm && exec cmp -s adam l2"
says 'whose file has it' '"weight_decay":"0.01"' l2
! tail -c +9 adam | head -c 4000 | grep -a weight_decay > "$err"; tap_result $? 'that of the one without has not'
ok 'few images for the batch' sh -c "head -c $((13 + 3 * 32 * 32)) b.ppm | $gan -b 7 -o one"

ok 'the architecture that is the default, by its name' $gan --arch dcgan -o named b.ppm m.ppm
same 'the same bytes' gan named

# Resume.
ok 'stopped half-way' sktrain gan -q $tiny --latent 4 -n 6 --save-every 5 -o r --log r.tsv b.ppm m.ppm
ok 'and on to the end' $gan --resume -o r --log r.tsv b.ppm m.ppm
same 'gives the bytes of the uninterrupted run' gan r
[ "$(wc -l < r.tsv)" -eq 13 ]; tap_result $? 'and its whole log'
cut -f 1-6 gan.tsv > a; cut -f 1-6 r.tsv > b
same 'the same log, times apart' a b
touch -d '2001-01-01' r
ok 'resuming what is complete' $gan --resume -o r b.ppm m.ppm
[ "$(date -r r +%Y)" = 2001 ]; tap_result $? 'leaves it alone'
ok 'resuming where there is nothing starts' $gan --resume -o fresh b.ppm m.ppm
same 'and gives the same' gan fresh

# What another run left is refused, with the difference named.
longer="$gan -n 20 --resume -o r"
refused() { # NAME PATTERN COMMAND...
    local name=$1 pattern=$2; shift 2
    exits 1 "$name is refused" "$@"
    says "$name: says what differs" "^sktrain: r(\.ckpt)?: is of another run: $pattern" "$err"
}
refused 'another seed' 'seed is 1 there and 7 here' $longer -s 7 b.ppm m.ppm
refused 'another batch' 'batch is 6 there and 5 here' $longer -b 5 b.ppm m.ppm
refused 'another width' 'width is 2 there and 3 here' $longer --width 3 b.ppm m.ppm
refused 'another learning rate' 'learning_rate is 0.0002 there and 0.001 here' $longer -l 0.001 b.ppm m.ppm
refused 'another optimiser' 'optimizer is adam there and adamw here' $longer --optimizer adamw b.ppm m.ppm
refused 'weight decay' 'weight_decay is 0 there and 0.1 here' $longer --weight-decay 0.1 b.ppm m.ppm
exits 1 'and its lack' $gan -n 20 --resume -o l2 b.ppm
says 'too' '^sktrain: l2: is of another run: weight_decay is 0.01 there and 0 here' "$err"
refused 'other images' 'images_crc32 is' $longer m.ppm b.ppm
refused 'fewer images' 'images_count is 24 there and 12 here' $longer b.ppm
if [ "$(SK_SIMD='' sktrain -V | sed -n 's/.*SIMD level \([^;]*\);.*/\1/p')" = baseline ]; then
    skip 'another arithmetic' 'this processor has one alone'
else
    refused 'another arithmetic' 'simd is fma there and baseline here' env SK_SIMD=baseline $longer b.ppm m.ppm
fi
cp r.ckpt of-this
doctored() { # SCRIPT: changes the header by sed; its own sum would find it
    local length header
    length=$(od -An -t u8 -N 8 of-this | tr -d ' ')
    header=$(tail -c +9 of-this | head -c "$length" | sed -e "$1" -e 's/"header_crc32"/"header_crcXX"/')
    printf -v header '%-*s' $(((${#header} + 63) / 64 * 64)) "$header"
    { printf '%b' "$(printf '\\x%02x\\x%02x' $((${#header} % 256)) $((${#header} / 256)))\0\0\0\0\0\0"
      printf %s "$header"; tail -c +$((length + 9)) of-this; } > r.ckpt
}
doctored ''
ok 'a header written anew is that of the same run' sktrain gan -q $tiny --latent 4 -n 12 --resume -o r b.ppm m.ppm
for level in avx512 avx2; do # of the time when OpenBLAS multiplied
    doctored "s/\"simd\":\"[a-z]*\",\"blas_kernel\":\"none\"/\"simd\":\"$level\",\"blas_kernel\":\"Haswell\"/"
    refused "a checkpoint of $level" "simd is $level there and [a-z]* here" $longer b.ppm m.ppm
done
doctored 's/"blas_kernel":"none"/"blas_kernel":"Haswell"/'
refused "one with OpenBLAS's products" 'blas_kernel is Haswell there and none here' $longer b.ppm m.ppm
doctored 's/"blas_kernel":"none",//'
ok 'one that does not speak of OpenBLAS is gone on with' sktrain gan -q $tiny --latent 4 -n 12 --resume -o r b.ppm m.ppm
doctored 's/"simd"/"simX"/'
refused 'one that does not say' 'simd is missing there' $longer b.ppm m.ppm
cp of-this r.ckpt
exits 1 'fewer steps than were done are refused' sktrain gan -q $tiny --latent 4 -n 3 --resume -o r b.ppm m.ppm
says 'and it says so' 'beyond the 3 asked for' "$err"

# Schedules and averages: by the number of the step alone.
all='--optimizer adamw --weight-decay 0.1 --schedule cosine --warmup 3 --ema 4'
ok 'with all of them' $gan $all -j 1 -o all --samples all b.ppm m.ppm
ok 'on two threads' $gan $all -j 2 -o all2 b.ppm m.ppm
same 'the same model' all all2
same 'and checkpoint' all.ckpt all2.ckpt
says 'which have them' '"weight_decay":"0.1","schedule":"cosine","warmup":"3","ema":"4"' all
ok 'killed, and resumed' "$TESTS/kill-test" 3 KILL $all
ok 'stopped, and gone on with' "$TESTS/kill-test" 3 TERM $all
ok 'a classifier with all of them' $classifier $all -j 1 -o allc
ok 'a classifier on two threads' $classifier $all -j 2 -o allc2
same 'the same classifier' allc allc2
while IFS=: read -r what pattern options; do
    exits 1 "resumed with $what is refused" $gan $all $options --resume -o all b.ppm m.ppm
    says "by name: $what" "^sktrain: all: is of another run: $pattern" "$err"
done << END
more steps:steps is 12 there and 13 here:-n 13
fewer steps:steps is 12 there and 11 here:-n 11
a constant rate:schedule is cosine there and constant here:--schedule constant
another warm-up:warmup is 3 there and 2 here:--warmup 2
no warm-up:warmup is 3 there and 0 here:--warmup 0
another average:ema is 4 there and 4.5 here:--ema 4.5
another decay:weight_decay is 0.1 there and 0.01 here:--weight-decay 0.01
END
for option in '--beta2 0.99:beta2 is 0.999 there and 0.99' '--clip 1:clip is 0 there and 1' '--schedule cosine:schedule is constant there and cosine' '--warmup 3:warmup is 0 there and 3' '--ema 4:ema is 0 there and 4'; do
    exits 1 "${option%%:*} for what was begun without is refused" $gan ${option%%:*} --resume -o gan b.ppm m.ppm
    says 'by name' "^sktrain: gan: is of another run: ${option#*:} here" "$err"
done
exits 1 'what was begun with them and goes on without is refused' $gan --optimizer adamw --weight-decay 0.1 --resume -o all b.ppm m.ppm
says 'by its name' 'all: is of another run: schedule is cosine there and constant here' "$err"
ok 'other epochs' sktrain gan -q $tiny --latent 4 -e 1 --schedule cosine -o cosine b.ppm m.ppm
exits 1 'are refused, too' sktrain gan -q $tiny --latent 4 -e 2 --schedule cosine --resume -o cosine b.ppm m.ppm
says 'as steps' 'steps is 4 there and 8 here' "$err"
ok 'an average alone' $gan -l 0.02 --ema 4 -o ema --samples ema b.ppm m.ppm
ok 'follows no number of steps' sktrain gan -q $tiny --latent 4 -n 7 --save-every 5 -l 0.02 --ema 4 -o longer b.ppm m.ppm
ok 'which may change' $gan -l 0.02 --ema 4 --resume -o longer b.ppm m.ppm
same 'to the same bytes' ema longer

# The average is what files have by the network's name, and what is judged; the weights are those of a training without one.
numbers() { skinfo -d "$2" "$1"; }
ok 'the same without an average' $gan -l 0.02 -o raw --samples raw b.ppm m.ppm
numbers raw generator.conv1.weight > a
numbers ema.ckpt raw.generator.conv1.weight > b
same 'the weights are trained as without an average' a b
exits 1 'the average is another network' sh -c 'skinfo -d generator.conv1.weight ema | cmp -s - a'
numbers ema discriminator.conv1.weight > a
numbers raw discriminator.conv1.weight > b
same 'the discriminator is not averaged' a b
! skinfo -t ema | grep raw > "$err"; tap_result $? 'a model has the average alone'
exits 1 'samples are of the average' cmp -s raw-000012.ppm ema-000012.ppm
ok 'skgen takes the average' sh -c 'skgen -n 2 ema > a && skgen -n 2 ema.ckpt > b'
same 'from a checkpoint, too' a b
exits 1 'and not the weights' sh -c 'skgen -n 2 raw | cmp -s - a'
ok 'an averaged classifier' sktrain classifier -q $tiny -l 0.01 -e 5 --ema 20 --valid benign=vb.ppm --valid malignant=vm.ppm \
    -o avc --log avc.tsv benign=b.ppm malignant=m.ppm
ok 'scores' sh -c 'skclassify -l benign avc.ckpt vb.ppm > s.b && skclassify -l malignant avc.ckpt vm.ppm > s.m'
awk -F '\t' 'FILENAME == "avc.tsv" { loss = $4; next } $2 == "benign" { sum -= log(1 - $3); n++ } $2 == "malignant" { sum -= log($3); n++ }
    END { print n, sum / n, loss; exit !(n == 12 && (sum / n - loss) ^ 2 < 1e-8) }' avc.tsv s.b s.m > "$err"
tap_result $? 'the average has been validated'

# Damaged checkpoints.
rm -f r
cp r.ckpt good
head -c 1000 good > r.ckpt
fails 'a truncated checkpoint' 'r.ckpt' gan -q $tiny --latent 4 -n 20 --resume -o r b.ppm m.ppm
{ head -c 9000 good; printf '\377'; tail -c +9002 good; } > r.ckpt
fails 'a flipped byte' 'r.ckpt: .*CRC' gan -q $tiny --latent 4 -n 20 --resume -o r b.ppm m.ppm
cp good r.ckpt

# A full disk keeps the previous checkpoint: a file size limit, less than its header, stands for it.
ok 'a training to be gone on with' sktrain gan -q $tiny --latent 4 -n 6 -o room b.ppm m.ppm
rm room
cp room.ckpt before
if [ "${SK_FLAVOR:-release}" = tsan ]; then # which keeps files of its own
    skip 'no room for the checkpoint' 'the sanitizer needs files itself'
else
    exits 1 'no room for the checkpoint' sh -c "trap '' XFSZ; ulimit -f 1; exec $gan -n 20 --resume -o room b.ppm m.ppm"
    says 'says so' 'saving the checkpoint \(the previous one is as it was\): room.ckpt: File too large' "$err"
fi
same 'the previous one is as it was' before room.ckpt
[ ! -e room ] && [ -z "$(find . -name '.room*')" ]; tap_result $? 'no model, no temporary file'

# A grid that cannot be written is called by its name: it is larger than the checkpoint.
if [ "${SK_FLAVOR:-release}" = tsan ]; then
    skip 'no room for a grid' 'the sanitizer needs files itself'
else
    exits 1 'no room for a grid' bash -c "trap '' XFSZ; ulimit -f 150; exec sktrain gan -q $tiny --latent 4 -n 2 -o crowded --samples grid b.ppm"
    says 'is said of the grid' '^sktrain: grid-000002.ppm: File too large$' "$err"
fi

# A forgotten --resume does not cost a training.
sed 's/"step":"6"/"step":"5"/; s/"header_crc32"/"header_crc_x"/' room.ckpt > half.ckpt # as if it had been stopped
cp half.ckpt before
unfinished='half.ckpt: is of an unfinished training, at step 5 of 6: --resume goes on with it, --restart begins anew over it'
for stream in b.ppm nowhere.ppm; do # before images are read
    fails "a forgotten --resume ($stream)" "$unfinished" gan -q $tiny --latent 4 -n 12 -o half $stream
done
fails 'by a classifier' "$unfinished" classifier -q $tiny -n 1 -o half benign=b.ppm malignant=m.ppm
same 'the checkpoint is as it was' half.ckpt before
[ ! -e half ]; tap_result $? 'and nothing has been trained'
ok 'resumed' sktrain gan -q $tiny --latent 4 -n 6 --resume -o half b.ppm m.ppm
cp before half.ckpt; rm half
ok 'begun anew' $gan --restart -o half b.ppm m.ppm
same 'it makes what it makes' gan half
ok 'a finished one may be overwritten' $gan -o half b.ppm m.ppm
ok 'and there is nothing to restart' $gan --restart -o anew b.ppm m.ppm
same 'too' gan anew
skgen -n 1 --latents-out latents gan > "$out"
for damage in 'head -c 1000' 'cat latents' 'cat b.ppm' 'tr a b' 'head -c 0'; do
    rm -f half; $damage < before > half.ckpt; cp half.ckpt damaged
    fails "what is no checkpoint ($damage)" 'half.ckpt: .*; it lies where the checkpoint goes: --restart begins anew over it$' \
        gan -q $tiny --latent 4 -n 1 -o half b.ppm
    same "stays ($damage)" half.ckpt damaged
done
ok 'unless told' $gan --restart -o half b.ppm m.ppm
usage 'both' 'give either --resume or --restart' gan --resume --restart -o half b.ppm

# Outputs that cannot be written are found before images are read: there is none to read.
mkdir taken nowrite new.ckpt
cp b.ppm images.ppm
mkfifo fifo
name=$(printf '%0250d' 0) # its checkpoint's name is longer than names can be
while IFS=: read -r why arguments; do
    fails "outputs: $arguments" "$why" gan -q $tiny --latent 4 -n 1 $arguments nowhere.ppm
done << END
taken. Is a directory:-o taken
new.ckpt. Is a directory:-o new
nowhere/model. No such file:-o nowhere/model
b.ppm/model. Not a directory:-o b.ppm/model
${name}00.ckpt. File name too long:-o ${name}00
fifo. is no regular file:-o fifo
/dev/null. is no regular file:-o /dev/null
nowhere/log. No such file:-o x --log nowhere/log
taken. Is a directory:-o x --log taken
nowhere/grid-000000.ppm. No such file:-o x --samples nowhere/grid
x. x goes there too:-o x --log x
./x. x goes there too:-o x --log ./x
x.ckpt. x.ckpt goes there too:-o x --log x.ckpt
grid-000000.ppm. grid-000000.ppm goes there too:-o x --log grid-000000.ppm --samples grid
images.ppm. is read too:-o images.ppm images.ppm
images.ppm. is read too:-o x --log ./images.ppm images.ppm
END
exits 1 'an output that has no name' sktrain gan -q $tiny --latent 4 -n 1 -o '' nowhere.ppm
exits 1 'a log over standard input' sh -c "sktrain gan -q $tiny --latent 4 -n 1 -o x --log images.ppm < images.ppm"
fails 'a classifier over its GAN' 'gan: is read too' classifier -q $tiny -n 1 --init gan -o gan benign=b.ppm malignant=m.ppm
fails 'over its images' 'images.ppm: is read too' classifier -q $tiny -n 1 -o images.ppm benign=images.ppm malignant=m.ppm
fails 'over validation images' 'images.ppm: is read too' classifier -q $tiny -n 1 -o x --log images.ppm --valid benign=images.ppm \
    benign=b.ppm malignant=m.ppm
same 'the images are as they were' b.ppm images.ppm
[ -z "$(find . -name 'x*' -o -name '.x*')" ]; tap_result $? 'nothing has been left'
chmod 555 nowrite
if [ "$(id -u)" -eq 0 ]; then
    skip 'a folder without permission' 'root has it everywhere'
else
    fails 'a folder without permission' 'nowrite/model: Permission denied' gan -q $tiny --latent 4 -n 1 -o nowrite/model nowhere.ppm
fi
chmod 755 nowrite
ok 'a model behind a link' sh -c "ln -s nowrite/model link && exec $gan -o link b.ppm m.ppm"
[ -h link ]; tap_result $? 'which stays'
same 'the model is where it leads to' gan nowrite/model
ok 'a log on standard output' sh -c "exec $gan -o shown --log - b.ppm m.ppm > shown.tsv"
[ "$(wc -l < shown.tsv)" -eq 13 ]; tap_result $? 'is all there'
exits 1 'a log on a full disk' sh -c "exec $gan -o full --log - b.ppm m.ppm > /dev/full"
says 'is said' '^sktrain: standard output: No space left on device$' "$err"
ok 'a log on a descriptor' sh -c "exec $gan -o piped --log /dev/fd/3 b.ppm m.ppm 3>> kept"
[ "$(wc -l < kept)" -eq 13 ]; tap_result $? 'is all there'

# Signals: finish the step, save, say how to go on, end by the signal.
wait_status() { # COMMAND...: "signal N" or "exit N", with "core" where it left one; its process is in s.pid
    perl -e '$pid = fork; exec @ARGV if !$pid; open F, ">", "s.pid"; print F $pid; close F; waitpid $pid, 0;
        print $? & 127 ? "signal " . ($? & 127) : "exit " . ($? >> 8), $? & 128 ? " core" : "", "\n"' "$@"
}
long="sktrain gan $tiny --latent 4 -j 1 -n 100000000 --save-every 100000000 -o s --log s.tsv"
start() { # COMMAND...: in the background, until it has made some steps
    rm -f s s.*
    wait_status "$@" > s.status 2> s.err &
    for _ in $(seq 1000); do [ "$(cat s.tsv 2> /dev/null | wc -l)" -ge 3 ] && return; sleep 0.02; done
}
stopped_by() { # SIGNAL NAME: what was started has ended by it, with a checkpoint alone
    [ "$(cat s.status)" = "signal $(kill -l "$1")" ] && [ -s s.ckpt ] && [ ! -e s ] && [ -z "$(find . -name '.s.*')" ]
    tap_result $? "$2"
    [ "$(cat s.status)" = "signal $(kill -l "$1")" ] || sed 's/^/# /' s.status s.err
}
for signal in HUP INT QUIT TERM USR1 USR2 PIPE ALRM XCPU XFSZ VTALRM PROF IO PWR STKFLT RTMIN RTMIN+5; do
    start env --default-signal $long -q b.ppm m.ppm
    kill -$signal "$(cat s.pid)"
    wait
    stopped_by $signal "SIG$signal: ends by it, with a checkpoint and no model"
    says "SIG$signal: tells how to go on" '^sktrain: stopped at step [0-9]+, saved in s.ckpt; the same command with --resume goes on$' s.err
done
step=$(grep -o 'step [0-9]*' s.err | tr -dc 0-9)
ok 'gone on with' sktrain gan -q $tiny --latent 4 -n $((step + 3)) --resume -o s b.ppm m.ppm
ok 'and never stopped' sktrain gan -q $tiny --latent 4 -n $((step + 3)) -o never b.ppm m.ppm
same 'are the same bytes' s never
start env --default-signal MAKELEVEL=1 $long -q --resume b.ppm m.ppm
kill -INT "$(cat s.pid)"
wait
stopped_by INT 'inside make, too'
says 'it says what to type there' '^sktrain: stopped at step [0-9]+, saved in s.ckpt; make the same target again to go on$' s.err
start env --default-signal sktrain classifier -q $tiny -n 100000000 --save-every 100000000 -o s --log s.tsv --valid malignant=vm.ppm \
    benign=b.ppm malignant=m.ppm
kill -TERM "$(cat s.pid)"
wait
stopped_by TERM 'a classifier, too'

# What is ignored stays so: nohup's HUP, and INT behind the & of a script.
start env --default-signal --ignore-signal=HUP,INT,TERM,USR1 sktrain gan -q $tiny --latent 4 -j 1 -n 500 -o s --log s.tsv b.ppm
for signal in HUP INT TERM USR1; do kill -$signal "$(cat s.pid)"; done
wait
[ "$(cat s.status)" = 'exit 0' ] && [ -s s ]; tap_result $? 'ignored signals do not stop it'

# A limit of CPU time comes again each second; a stop that is sent twice at once is one stop.
start env --default-signal bash -c "ulimit -S -t 1; exec $long -q b.ppm"
wait
stopped_by XCPU 'ulimit -t: saved in time'
start env --default-signal $long -q b.ppm
kill -TERM "$(cat s.pid)"; kill -TERM "$(cat s.pid)"
wait
stopped_by TERM 'twice at once'

# Who waits no longer: a step that does not end, as nobody reads its log.
rm -f s s.*
mkfifo s.tsv
perl -e 'open F, "<", "s.tsv"; fcntl F, 1031, 4096; sleep 1000' & # F_SETPIPE_SZ
reader=$!
wait_status env --default-signal $long -q -j 1 b.ppm > s.status 2> s.err &
trainer=$!
asleep=0
for _ in $(seq 2000); do
    [ "$(cut -d ' ' -f 3 "/proc/$(cat s.pid)/stat")" = S ] && asleep=$((asleep + 1)) || asleep=0
    [ $asleep -gt 10 ] && break
    sleep 0.02
done 2> "$err"
kill -INT "$(cat s.pid)"
sleep 0.3
kill -0 "$(cat s.pid)"; tap_result $? 'the first Ctrl-C waits for the end of a step'
kill -INT "$(cat s.pid)"
wait $trainer
[ "$(cat s.status)" = 'signal 2' ] && [ ! -e s.ckpt ]; tap_result $? 'the second does not'
kill $reader; rm s.tsv

# Whoever reads what it says may be gone.
rm -f s s.*
bash -c "env --default-signal $long b.ppm 2>&1 | head -n 1 > s.err; exit \${PIPESTATUS[0]}"
[ $? -eq 141 ] && [ -s s.ckpt ]; tap_result $? 'the reader of the progress is gone: saved first'
exits 1 'no room for the log' bash -c "trap - XFSZ; ulimit -f 4; exec $long -q --resume b.ppm"
says 'is said, without SIGXFSZ ignored' '^sktrain: s.tsv: File too large$' "$err"

# A loop of the shell, or a recipe, ends with it.
cat > loop << END
for s in 1 2 3; do echo \$s >> loops; $long -q b.ppm; done
echo end >> loops
END
start perl -e 'setpgrp; exec @ARGV' env --default-signal bash loop
kill -INT -- -"$(cat s.pid)"
wait
[ "$(cat s.status) $(cat loops)" = 'signal 2 1' ]; tap_result $? 'one Ctrl-C ends a loop of three'
for ignored in '' --ignore-signal=INT; do
    rm -rf recipes; mkdir recipes
    start env --default-signal $ignored OUT="$PWD/recipes" "$ROOT/pipelines/measured" --target="$PWD/recipes/s" "exec $long -q b.ppm"
    kill -TERM "$(cat s.pid)"
    wait
    [ "$(cat s.status)" = 'exit 130' ] && [ -s s.ckpt ]; tap_result $? "a recipe is stopped, and saves $ignored"
    says 'and its note does not say that it is done' '^ended	130	' recipes/.cost/s
done

# Each size of each architecture makes images of its size, and all that a GAN is told of passes through it.
for arch in dcgan resnet; do
    for size in 32 64 128; do
        skphantom -n 3 -w $size malignant > sized.ppm
        ok "$arch at $size pixels" sktrain gan -q --arch $arch --size $size --width 1 --latent 2 -b 2 -n 2 --ema 2 --loss relativistic \
            --penalty 10 --augment flip,turn,translate,cutout,colour -o sized naevus=sized.ppm melanoma=sized.ppm
        [ "$(skgen -n 2 sized | pamfile -allimages | grep -c "$size by $size")" -eq 2 ]; tap_result $? 'draws that size'
    done
done

# Killed with -9 at any moment, it resumes to the same bytes; see also tests/kill-test.
ok 'killed five times, resumed each time' "$TESTS/kill-test" 5
ok 'stopped five times, gone on with each time' "$TESTS/kill-test" 5 TERM
ok 'residual networks, killed three times' "$TESTS/kill-test" 3 KILL --arch resnet --width 2

ok 'all that a GAN learns by, killed three times' "$TESTS/kill-test" 3 KILL --arch resnet --width 2 --upsampling bilinear --loss relativistic \
    --penalty 100 --beta1 0 --beta2 0.99 --clip 1 --schedule cosine --ema 5 --augment flip,turn,translate,cutout,colour

# Residual networks.
small='--arch resnet --size 32 --width 3 -b 6'
residual="sktrain gan -q $small --latent 4 -n 4 --save-every 3"
sorter="sktrain classifier -q $small -n 4 --save-every 3 --valid benign=vb.ppm --valid malignant=vm.ppm benign=b.ppm malignant=m.ppm"
ok 'a residual GAN' $residual -j 1 -o rg b.ppm m.ppm
ok 'on two threads, stopped half-way' sktrain gan -q -j 2 $small --latent 4 -n 3 --save-every 3 -o rg2 b.ppm m.ppm
fails 'of another architecture' 'is of another run: architecture is resnet there and dcgan here' \
    gan -q $tiny --latent 4 -n 4 --save-every 3 --resume -o rg2 b.ppm m.ppm
ok 'and on to the end' $residual -j 2 --resume -o rg2 b.ppm m.ppm
same 'gives the same bytes' rg rg2
for options in "$tiny" "$small"; do # spectral norms: what is saved is what was, and another run
    spectral="sktrain gan -q $options --latent 4 -n 5 --save-every 3 --spectral-norm"
    ok "spectral norms of $options" $spectral -j 1 -o sn benign=b.ppm malignant=m.ppm
    ok 'on two threads, stopped half-way' $spectral -j 2 -n 2 -o sn2 benign=b.ppm malignant=m.ppm
    ok 'and on to the end' $spectral -j 2 --resume -o sn2 benign=b.ppm malignant=m.ppm
    same 'give the same bytes' sn sn2
    same 'in the checkpoint, too' sn.ckpt sn2.ckpt
    exits 1 'another model than without' sh -c "${spectral% --spectral-norm} -o nn benign=b.ppm malignant=m.ppm && exec cmp -s sn nn"
    exits 1 'which is not gone on with' ${spectral% --spectral-norm} --resume -o sn benign=b.ppm malignant=m.ppm
    says 'by name' 'sn: is of another run: spectral_norm is yes there and no here' "$err"
done
ok 'spectral norms, killed three times' "$TESTS/kill-test" 3 KILL --spectral-norm --loss hinge --width 2

ok 'doubled by bilinear interpolation' $residual --upsampling bilinear -o rb b.ppm m.ppm
exits 1 'another one' cmp -s <(skgen -n 1 rg) <(skgen -n 1 rb)
says 'which says so' '"upsampling":"bilinear"' rb
! grep -aq upsampling rg; tap_result $? 'as nothing else does'
exits 1 'and is not gone on with by another' $residual --resume -o rb b.ppm m.ppm
says 'of that name' 'rb: is of another run: upsampling is bilinear there and nearest here' "$err"
ok 'which are told by their metadata' sh -c 'skinfo rg | grep -x "architecture	resnet" && ! skinfo rg | grep ^kernel'
ok 'and draw images' sh -c 'skgen -q -n 3 rg > r.ppm && [ "$(pamfile -allimages r.ppm | grep -c "32 by 32")" -eq 3 ]'
ok 'a residual classifier' $sorter -j 1 -o rc
ok 'on three threads, stopped half-way' sh -c "$sorter -j 3 -n 3 -o rc3 && $sorter -j 3 --resume -o rc3"
same 'the same bytes' rc rc3
ok 'which scores, by features of its last stage' sh -c 'skclassify -q --features rf rc b.ppm > s.tsv && skinfo -t rf'
says 'twelve times four widths' '^features	F32	12x12	144$' "$out"
ok 'from a discriminator without batch norm' sh -c "$sorter -n 1 -l 1e-12 --init rg -o rd && skinfo rg | grep ^crc32 | sed s/crc32/init/ > a && skinfo rd | grep ^init > b"
same 'which the model names' a b
kernels() { skinfo -t $1 | awk -F '\t' -v prefix=$2. 'index($1, prefix) == 1 && /conv[0-9]*\.weight/ { print substr($1, length(prefix) + 1) }'; }
kernels rg discriminator > a; kernels rd classifier > b
[ -s a ]; tap_result $? 'its kernels'; same 'are those of the classifier' a b
for name in $(cat a); do paste <(skinfo -d discriminator.$name rg) <(skinfo -d classifier.$name rd); done |
    awk '!/^#/ && NF > 1 { for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if (d > 1e-6 || d < -1e-6) far++; n++ } } END { print n, far + 0 }' > far
awk '{ exit !($1 > 100 && $2 == 0) }' far; tap_result $? "and are what it begins with: $(cat far)"
fails 'its head alone, behind batch norms as they begin' 'rg: has no batch norms, which --freeze would leave as they begin' \
    classifier -q $small -e 1 --freeze --init rg -o x benign=b.ppm malignant=m.ppm
fails 'from another architecture' 'rg: is of --arch resnet, not dcgan' \
    classifier -q $tiny -e 1 --init rg -o x benign=b.ppm malignant=m.ppm
ok 'from a residual classifier' sh -c "$sorter --init rc -o ri && skinfo rc | grep ^crc32 | sed s/crc32/init/ > a && skinfo ri | grep ^init > b"
same 'which the model names' a b
exits 1 'is another one than that' cmp -s rc ri
fails 'of another width' 'rc: is of --size 32 --width 3, not 32, 4' classifier -q $small --width 4 -e 1 --init rc -o x benign=b.ppm malignant=m.ppm

# The classifier.
ok 'a classifier' $classifier -j 1 -o c --log c.tsv
says 'a log with a header' '^epoch	step	loss	valid_loss	valid_accuracy	valid_auc	images_per_second$' c.tsv
[ "$(wc -l < c.tsv)" -eq 5 ]; tap_result $? 'and a line an epoch'
! tail -c +9 c | head -c 3000 | grep -a '"latent"' > "$err"; tap_result $? 'of no latent size'
ok 'on two threads' $classifier -j 2 -o c2
same 'the same bytes' c c2
ok 'from a GAN' $classifier --init gan -o ci
exits 1 'is another classifier' cmp -s c ci
ok 'from a GAN on standard input' sh -c "$classifier --init - -o cp < gan"
same 'is the same' ci cp
for options in '--freeze --init gan' '--freeze --init gan --augment flip' '--freeze --init gan --mixup 0.4 --ema 3 --calibrate'; do
    ok "$options" $classifier -j 1 $options -o cf
    ok "$options: on three threads, stopped half-way" sh -c "$classifier -j 3 -e 2 $options -o cf2 && $classifier -j 3 --resume $options -o cf2"
    same "$options: the same bytes" cf cf2
    for tensor in conv1.bias conv3.weight bn3.running_var; do
        same "$options: $tensor stays" <(skinfo -d classifier.$tensor cf) <(skinfo -d discriminator.$tensor gan)
    done
    ok "$options: the checkpoint scores" sh -c 'skclassify -q cf.ckpt b.ppm m.ppm > of-checkpoint'
done
ok 'a head that learns' $classifier -e 12 -l 0.01 --dropout 0 --freeze --init gan --log f.tsv -o cf
awk 'NR > 2 && $4 >= before { bad = 1 } { before = $4 } END { exit bad || NR != 13 }' f.tsv; tap_result $? 'loses less in each epoch'
ok 'a residual one' sh -c "$sorter --freeze --init rc -o rf"
for tensor in conv1.weight bn1.running_mean layer3.1.bn2.bias; do
    same "$tensor stays" <(skinfo -d classifier.$tensor rc) <(skinfo -d classifier.$tensor rf)
done
exits 1 'its head does not' cmp -s <(skinfo -d classifier.fc.weight rc) <(skinfo -d classifier.fc.weight rf)
ok 'without --init' sktrain classifier $tiny -e 1 --freeze -o fr benign=b.ppm malignant=m.ppm
says 'it warns' '^sktrain: warning: --freeze without --init' "$err"
fails 'from a GAN of another shape' 'gan: is of --size 32 --width 2 --kernel 4, not 32, 3, 4' \
    classifier -q $tiny --width 3 -e 1 --init gan -o x benign=b.ppm malignant=m.ppm
fails 'from a classifier' 'c: is a classifier, not a gan' classifier -q $tiny -e 1 --init c -o x benign=b.ppm malignant=m.ppm
# More than two classes: a softmax over a logit each.
skphantom -n 12 -w 32 --overlap 1 malignant > o.ppm
skphantom -n 6 -w 32 -s 2 --overlap 1 malignant > vo.ppm
three="sktrain classifier -q $tiny -e 4 --save-every 3 --valid benign=vb.ppm --valid odd=vo.ppm --valid malignant=vm.ppm benign=b.ppm odd=o.ppm malignant=m.ppm"
ok 'a classifier of three classes' $three -j 1 -o t --log t.tsv
[ "$(tail -c +9 t | head -c 4000 | grep -ao '"classifier.fc.weight":{"dtype":"F32","shape":\[3,128\]')" ]; tap_result $? 'has three outputs'
awk -F '\t' 'NR > 1 && !($3 > 0.3 && $3 < 3 && $6 >= 0 && $6 <= 1) { exit 1 }' t.tsv; tap_result $? 'with losses and mean AUCs in its log'
ok 'on two threads, cut short' sktrain classifier -q $tiny -j 2 -n 7 --save-every 3 --valid benign=vb.ppm --valid odd=vo.ppm \
    --valid malignant=vm.ppm -o t2 benign=b.ppm odd=o.ppm malignant=m.ppm
ok 'and resumed' $three -j 2 --resume -o t2
ok 'scores alike' sh -c 'skclassify t vo.ppm | grep -v "^# model" > a && skclassify t2 vo.ppm | grep -v "^# model" > b'
same 'the same scores' a b
fails 'resumed with classes in another order' 't2: is of another run: classes is benign odd malignant there and odd benign malignant here' \
    classifier -q $tiny -e 4 --save-every 3 --valid benign=vb.ppm --valid odd=vo.ppm --valid malignant=vm.ppm --resume -o t2 \
    odd=o.ppm benign=b.ppm malignant=m.ppm
ok 'without validation images it warns' sktrain classifier $tiny -e 1 -o x benign=b.ppm malignant=m.ppm
says 'that it cannot know groups' 'warning: no --valid: .*groups are unknown' "$err"

# The same image on both sides of what should be apart.
cp b.ppm again.ppm
cat vb.ppm b.ppm > mixed.ppm
few="$(pamfile -count < b.ppm | sed 's/.*\t\([0-9]*\) .*/\1/')"
all=$(pamfile -count < mixed.ppm | sed 's/.*\t\([0-9]*\) .*/\1/')
ok 'training images that validate too' sktrain classifier $tiny -n 1 -o x --restart --valid benign=mixed.ppm --valid malignant=vm.ppm \
    benign=b.ppm malignant=m.ppm
says 'are counted' "warning: --valid: $few of $((all + $(pamfile -count < vm.ppm | sed 's/.*\t\([0-9]*\) .*/\1/'))) images are trained on" "$err"
ok 'in another class too' sktrain classifier $tiny -n 1 -o x --restart --valid benign=vb.ppm --valid malignant=b.ppm benign=b.ppm \
    malignant=m.ppm
says 'they are' "warning: --valid: $few of .* images are trained on" "$err"
ok 'none' sktrain classifier $tiny -n 1 -o x --restart --valid benign=vb.ppm --valid malignant=vm.ppm benign=b.ppm malignant=m.ppm
! grep -q warning "$err"; tap_result $? 'are not spoken of'
for command in classifier gan; do
    ok "images of two classes, $command" sktrain $command $tiny -n 1 -o x.$command --restart benign=b.ppm malignant=again.ppm
    says 'are counted' "warning: $few training images are of two classes" "$err"
done
ok 'images given twice where some are carved out' sktrain classifier $tiny -n 1 -o x --restart benign=b.ppm benign=again.ppm malignant=m.ppm
says 'are counted' "warning: $few training images are given twice" "$err"
! grep -q 'two classes' "$err"; tap_result $? 'and are of one class'
rm -f c4 c4.ckpt
ok 'a classifier cut short' sktrain classifier -q $tiny -n 7 --save-every 3 --valid benign=vb.ppm --valid malignant=vm.ppm \
    -o c4 --log c4.tsv benign=b.ppm malignant=m.ppm
ok 'and resumed' $classifier --resume -o c4 --log c4.tsv
cut -f 1-6 c.tsv | tail -n 1 > a; cut -f 1-6 c4.tsv | tail -n 1 > b
same 'ends as the uninterrupted one' a b

# A class without a validation image: no AUC, and nothing that is no number.
ok 'validated by one class' sktrain classifier $tiny -l 0.01 -e 8 --valid benign=vb.ppm -o v --log v.tsv benign=b.ppm malignant=m.ppm
cp "$err" v.err
says 'it warns' '^sktrain: warning: no image of class malignant validates: there is no AUC, the model is the snapshot with the lowest' v.err
best=$(tail -n +2 v.tsv | sort -g -k 4,4 | head -n 1 | cut -f 2)
says 'the lowest loss is the best' "\"snapshot_step\":\"$best\",\"valid_auc\":\"-\",\"valid_loss\":\"[0-9.]*\"" v
[ "$(tail -n +2 v.tsv | cut -f 6 | sort -u)" = - ]; tap_result $? 'the log has a dash'
ok 'by one of three' sktrain classifier $tiny -e 1 --valid odd=vo.ppm --valid benign=vb.ppm -o v3 --log v3.tsv benign=b.ppm odd=o.ppm malignant=m.ppm
says 'it warns, too' 'no image of class malignant validates' "$err"
head -c $((13 + 3 * 32 * 32)) b.ppm > b1.ppm
head -c $((13 + 3 * 32 * 32)) m.ppm > m1.ppm
ok 'by one image' sktrain classifier -q $tiny -e 2 --valid malignant=m1.ppm -o v1 --log v1.tsv benign=b.ppm malignant=m.ppm
ok 'by none: a tenth of one image is none' sktrain classifier $tiny -e 2 -o v0 --log v0.tsv benign=b1.ppm malignant=m1.ppm
says 'it warns of that' 'warning: no image validates: the model is that of the last epoch' "$err"
says 'whose figures do not exist' '"valid_auc":"-","valid_loss":"-"' v0
for model in v v3 v1 v0; do tail -c +9 $model | head -c "$(od -An -tu8 -N8 $model)"; done > headers
! cat headers v.err v.tsv v3.tsv v1.tsv v0.tsv "$err" | grep -aiE '(^|[^a-z])-?(nan|inf)([^a-z]|$)' >&2; tap_result $? 'no NaN anywhere'

# Bad numbers in training.
exits 1 'a loss that is not finite' $gan --optimizer sgd -l 1000 -n 200 -o inf b.ppm
says 'stops it' 'step [0-9]+: the loss is not finite' "$err"
[ ! -e inf ]; tap_result $? 'without a model'
# What it says is kept is there: a checkpoint, or nothing where there was none yet, or down a pipe.
for often in 1 2 100; do
    rm -f inf.ckpt
    exits 1 "saved every $often steps" $gan --optimizer sgd -l 1000 -n 200 --save-every $often -o inf b.ppm
    kept='nothing of it is kept'
    [ ! -e inf.ckpt ] || kept='the last checkpoint is kept'
    says "it says what is kept" "not finite; $kept; try" "$err"
done
exits 1 'down a pipe' sktrain gan -q $tiny --latent 4 --optimizer sgd -l 1000 -n 200 -o - b.ppm
says 'nothing is kept' 'not finite; nothing of it is kept; try' "$err"
[ ! -s "$out" ]; tap_result $? 'nor written'
exits 1 'a classifier down a pipe' sktrain classifier -q $tiny --optimizer sgd -l 1000 -n 200 -o - benign=b.ppm malignant=m.ppm
says 'likewise' 'not finite; nothing of it is kept; try' "$err"
# One that is spoilt by the last step's update, which no further loss would show.
for steps in 1 2 3 4 5 6; do
    rm -f inf inf.ckpt
    $gan --optimizer sgd -l 1000 -n $steps -o inf b.ppm 2> "$err" || break
done
says 'weights that are not finite are no model' '^sktrain: step [0-9]+: the loss is not finite' "$err"

# Training that goes wrong: rates so high that D wins and G's tanh is saturated; with 15 seeds of 16, and which ones depends on how
# the processor rounds.
for seed in 1 2 3 4; do
    rm -f wrong*
    sktrain gan $tiny --latent 4 -n 600 --save-every 600 -l 1 --beta1 0 --seed $seed -o wrong b.ppm 2> "$err"
    [ "$(grep -c warning "$err")" -lt 2 ] || break
done
[ -e wrong ]; tap_result $? 'a GAN out of balance'
says "is told that D's loss is near 0" "^sktrain: warning: step [0-9]+: D's loss has been near 0 for 200 steps: .*try" "$err"
says 'and that the images are alike' '^sktrain: warning: step 600: the generated images are all alike: .*try' "$err"
[ "$(grep -c warning "$err")" -eq 2 ]; tap_result $? 'each once'
ok 'a GAN at its beginning' sktrain gan $tiny --latent 4 -n 4 -o early b.ppm
! grep warning "$err" >&2; tap_result $? 'is not warned of'

# A batch larger than all that validate: its memory is enough for smaller ones, however they are cut.
skphantom -n 12 -w 64 benign > b64.ppm
skphantom -n 12 -w 64 malignant > m64.ppm
for _ in $(seq 27); do cat b64.ppm; done > vb64.ppm
for _ in $(seq 27); do cat m64.ppm; done > vm64.ppm
ok 'a batch of 649 images, of which 648 validate' sktrain classifier -q -j 3 --size 64 --width 16 --kernel 4 -b 649 -n 1 \
    -o large --valid benign=vb64.ppm --valid malignant=vm64.ppm benign=b64.ppm malignant=m64.ppm

# More than any machine has: refused with the figure, before images are read.
terabytes='-q -b 65536 --width 512 --size 128 -n 1 -o refused'
refusal='needs [0-9]{4}\.[0-9] GiB of memory, .+ [0-9.]+ [GM]iB: take a smaller --batch or --width \(batch 65536 '
fails 'a GAN of terabytes' "$refusal" gan $terabytes nowhere.ppm
fails 'a classifier of terabytes' "$refusal" classifier $terabytes a=nowhere.ppm b=nowhere.ppm
if [ "${SK_FLAVOR:-}" = asan ] || [ "${SK_FLAVOR:-}" = tsan ]; then skip 'less address space than needed' 'a sanitizer takes terabytes'
else
    exits 1 'less address space than needed' sh -c 'ulimit -v 600000 && exec sktrain gan -q -n 1 -o refused b.ppm'
    says 'is told as well' 'needs 1\.[0-9] GiB of memory, its address space \(ulimit -v\) may have 586 MiB' "$err"
fi
[ ! -e refused ] && [ ! -e refused.ckpt ]; tap_result $? 'nothing is left of them'

# Bad images.
: > empty
printf 'P6\n32 32\n255\nabc' > short
printf 'P6\n999999999 999999999\n255\n' > huge
skphantom -n 1 -w 33 benign > odd.ppm
fails 'no image' 'no image' gan -q $tiny --latent 4 -n 1 -o x empty
fails 'a truncated image' 'short: image 0' gan -q $tiny --latent 4 -n 1 -o x short
fails 'a huge header' 'huge: image 0' gan -q $tiny --latent 4 -n 1 -o x huge
fails 'an image of another size' 'odd.ppm: image 0: is 33x33, not 32x32: scale it with skcrop -w 32' gan -q $tiny --latent 4 -n 1 -o x odd.ppm
fails 'no such file' 'nowhere.ppm: No such file' gan -q $tiny --latent 4 -n 1 -o x nowhere.ppm
fails 'a folder that is not there' 'nowhere/model' gan -q $tiny --latent 4 -n 1 -o nowhere/model b.ppm

# Bad command lines.
usage 'nothing' 'gan or classifier'
usage 'another subcommand' "'vae' is none of gan, classifier" vae
usage 'no output' '-o' gan b.ppm
for option in --resume --restart '--save-every 5' '--samples x'; do
    usage "${option%% *} without a checkpoint" "${option%% *} has no meaning with -o -" gan -o - $option b.ppm
done
if command -v script > "$out"; then
    script -qec "sktrain gan -q $tiny --latent 4 -n 1 -o - b.ppm" terminal.log > "$out" 2>&1; [ $? -eq 2 ]; tap_result $? 'a model to a terminal is refused'
fi
usage 'steps and epochs' 'either --steps or --epochs' gan -o x -n 1 -e 1 b.ppm
usage 'a size that is none' "--size: '48' is none of 32, 64, 128" gan -o x --size 48 b.ppm
usage 'a kernel that is none' '--kernel' gan -o x --kernel 3 b.ppm
usage 'an architecture that is none' "--arch: 'vgg' is none of dcgan, resnet" gan -o x --arch vgg b.ppm
usage 'a kernel for those that have none' '--kernel is not of --arch resnet' gan -o x --arch resnet --kernel 4 b.ppm
usage 'a way to double that is none' "--upsampling: 'cubic' is none of nearest, bilinear" gan -o x --arch resnet --upsampling cubic b.ppm
for how in nearest bilinear; do
    usage "$how for those that do not double" '--upsampling is not of --arch dcgan' gan -o x --upsampling $how b.ppm
done
usage 'of a classifier' '--upsampling is of the gan' classifier -o x --arch resnet --upsampling nearest benign=b.ppm malignant=m.ppm
for beta in -0.1 1 nan; do usage "a beta2 of $beta" '--beta2' gan -o x --beta2 $beta b.ppm; done
for clip in -1 1001 nan x; do usage "a clip of $clip" '--clip' gan -o x --clip $clip b.ppm; done
usage 'a clip of what has none' '--clip has no meaning with --optimizer sgd' gan -o x --optimizer sgd --clip 1 b.ppm
usage 'a beta2 of what has none' '--beta2 has no meaning with --optimizer sgd' gan -o x --optimizer sgd --beta2 0.9 b.ppm
usage 'a GAN of what makes none' '--arch inception is of the classifier' gan -o x --arch inception b.ppm
usage 'a width for those that have none' '--width is not of --arch inception' classifier -o x --arch inception --width 64 a=b.ppm b=m.ppm
usage 'a kernel likewise' '--kernel is not of --arch inception' classifier -o x --arch inception --kernel 5 a=b.ppm b=m.ppm
for size in 32 64 100 144 299; do
    usage "Inception at $size pixels" "--size: '$size' is none of 96, 128, 160, 192, 224, 256, 288, 320" \
        classifier -o x --arch inception --size $size a=b.ppm b=m.ppm
done
usage 'beyond 320' "--size: '352' is not" classifier -o x --arch inception --size 352 a=b.ppm b=m.ppm
for arch in dcgan resnet; do
    usage "$arch at 96 pixels" "--size: '96' is none of 32, 64, 128" classifier -o x --arch $arch --size 96 a=b.ppm b=m.ppm
done
usage 'a batch of none' '--batch' gan -o x -b 0 b.ppm
usage 'a learning rate that is no number' '--learning-rate' gan -o x -l nan b.ppm
usage 'an optimiser that is none' "--optimizer: 'adamx' is none of adam, adamw, sgd" gan -o x --optimizer adamx b.ppm
for decay in -0.1 1.1 nan; do usage "a weight decay of $decay" '--weight-decay' gan -o x --weight-decay $decay b.ppm; done
usage 'a schedule that is none' "--schedule: 'linear' is none of constant, cosine" gan -o x --schedule linear b.ppm
for half in 0 -1 0.5 100001 nan; do usage "a half-life of $half" '--ema' gan -o x --ema $half b.ppm; done
usage 'a negative warm-up' '--warmup' gan -o x --warmup -1 b.ppm
usage 'a warm-up beyond the steps' '--warmup: 13 steps are more than the 12 of the training' gan -o x -n 12 --warmup 13 nowhere.ppm
usage 'beyond those of nobody' '--warmup: 3001 steps are more than the 3000' gan -o x --warmup 3001 nowhere.ppm
usage 'a warm-up that leaves nothing' '--warmup: 12 steps of 12 leave none to --schedule cosine' \
    gan -o x -n 12 --warmup 12 --schedule cosine nowhere.ppm
ok 'a warm-up of the whole' $gan --warmup 12 -o x b.ppm
usage 'a warm-up beyond the epochs' '--warmup: 9 steps are more than the 8' gan -o x $tiny -e 4 --warmup 9 b.ppm
usage 'beyond those of the images that are left' '--warmup: 11 steps are more than the 10' \
    classifier -q -o x $tiny -e 3 --warmup 11 benign=b.ppm malignant=m.ppm
ok 'a warm-up of all that are left' sktrain classifier -q -o x $tiny -e 3 --warmup 10 benign=b.ppm malignant=m.ppm
usage 'a negative seed' '--seed' gan -o x -s -1 b.ppm
usage 'a seed too large' '--seed' gan -o x -s 18446744073709551616 b.ppm
usage 'a learning rate that moves nothing' '--learning-rate' gan -o x -l 0 b.ppm
usage 'an unknown preset' "--preset: 'good' is none of paper, best" gan -o x --preset good b.ppm
usage 'a stream without a class' "'b.ppm' is not class=stream" classifier -o x b.ppm
usage 'one class' 'two classes or more, not 1' classifier -o x $tiny benign=b.ppm
usage 'an unknown class to validate' 'no training images of this class' \
    classifier -o x $tiny --valid mole=b.ppm benign=b.ppm malignant=m.ppm
usage 'samples of a classifier' '--samples' classifier -o x --samples g benign=b.ppm malignant=m.ppm
usage 'a GAN with --valid' '--valid is of a gan with --judge' gan -o x --valid b.ppm b.ppm
usage 'a GAN and its images from one standard input' '--init - reads standard input' gan -o x --init -
usage 'a GAN with --freeze' '--freeze is of the classifier' gan -o x --freeze b.ppm
usage 'a GAN with --dropout' '--dropout is of the classifier' gan -o x --dropout 0.5 b.ppm
for option in --balance '--smoothing 0.1' '--mixup 0.2' --calibrate; do
    usage "a GAN with $option" "${option%% *} is of the classifier" gan -o x $option b.ppm
done
for list in '' turn 'flip,' rotate=361 zoom=-1 flip,flip hue=nan 'rotate= 9' none,flip; do
    usage "--augment '$list'" "--augment: " classifier -o x --augment "$list" a=b.ppm b=m.ppm
done
usage 'a smoothing of all' "--smoothing: '1' is not a number from 0 to 0.9" classifier -o x --smoothing 1 a=b.ppm b=m.ppm
usage 'mixup beyond an even share' "--mixup: '2' is not" classifier -o x --mixup 2 a=b.ppm b=m.ppm
usage 'a classifier with -z' '-z \(--latent\) is of the gan' classifier -o x -z 128 benign=b.ppm malignant=m.ppm
usage 'before the subcommand, too' '-z \(--latent\) is of the gan' --latent 4 classifier -o x benign=b.ppm malignant=m.ppm
usage 'a GAN of classes among streams' "'b.ppm' and 'a=b.ppm': either all streams are of classes" gan -o x b.ppm a=b.ppm
usage 'no subcommand' 'gan or classifier' -o x
cp b.ppm a=b.ppm
ok 'a file whose name has an equals sign' $gan -n 1 -o x ./a=b.ppm
ok 'options before the subcommand' sktrain -q -o x $tiny gan --latent 4 -n 1 b.ppm
exits 2 'an unknown option' sktrain gan --nonsense
ok 'help' sktrain -h
says 'goes to stdout' '^usage: sktrain gan' "$out"
ok 'version' sktrain gan -V
says 'on stdout' '^sktrain \(sktools ' "$out"
exits 1 'help to a full disk' sh -c 'sktrain -h > /dev/full'

crc() { skinfo "$1" | grep ^crc32; }

# What a GAN learns by, and what its discriminator sees.
for options in '--loss hinge' '--loss relativistic' '--penalty 100' '--discriminator-rate 0.0004' '--augment flip,turn,translate,cutout,colour' \
        '--loss relativistic --penalty 10 --augment flip,cutout --ema 3 --arch resnet --beta1 0 --schedule cosine'; do
    size='--kernel 4'
    [ "${options#*resnet}" = "$options" ] || size=
    of="sktrain gan -q --size 32 --width 2 $size -b 6 --latent 4 -n 12 --save-every 5 $options"
    rm -f w w.ckpt w2 w2.ckpt half half.ckpt
    ok "$options" $of -j 1 -o w b.ppm m.ppm
    [ "$(crc w)" != "$(crc gan)" ]; tap_result $? "$options: other tensors than without"
    ok "$options: on three threads" $of -j 3 -o w2 b.ppm m.ppm
    same "$options: the same bytes" w w2
    $of -o half b.ppm m.ppm & until [ -e half.ckpt ]; do sleep 0.01; done; cp half.ckpt early; kill -9 $!; wait $! 2> /dev/null
    mv early half.ckpt; rm -f half
    ok "$options: from where it was killed" $of --resume -o half b.ppm m.ppm
    same "$options: are the bytes of all at once" w half
done
for options in '--loss hinge' '--penalty 1' '--discriminator-rate 1e-3' '--augment flip'; do
    key=${options%% *}; key=${key#--}; key=${key//-/_}
    fails "goes on with $options" "another run: $key is [a-z_0]+ there and " ${gan#sktrain } --resume -o gan $options b.ppm m.ppm
done
ok 'the default loss and rate' $gan --loss bce --penalty 0 --discriminator-rate 0.0002 --augment none -o named b.ppm m.ppm
[ "$(crc named)" = "$(crc gan)" ]; tap_result $? 'have the tensors of none named'
usage 'an unknown loss' "--loss: 'wgan'" gan -o x --loss wgan b.ppm
for list in rotate flip=1 cutout=2 turn,turn 'colour,contrast'; do usage "a GAN's --augment $list" '--augment: ' gan -o x --augment "$list" b.ppm; done
for options in '--loss hinge' '--penalty 1' '--discriminator-rate 1'; do
    usage "a classifier with $options" "${options%% *} is of the gan" classifier -o x $options a=b.ppm b=m.ppm
done

# Down a pipe there is the model alone.
mkdir bare && cd bare || exit 1
ok 'to standard output' sh -c "sktrain gan -q $tiny --latent 4 -n 12 -o - ../b.ppm ../m.ppm > ../stdout"
same 'is the model' ../gan ../stdout
[ -z "$(ls -A)" ]; tap_result $? 'and nothing stands beside it'
ok 'a classifier to standard output' sh -c "cd .. && $classifier -o whole && cd bare && sktrain classifier -q $tiny -e 4 \
    --valid benign=../vb.ppm --valid malignant=../vm.ppm -o - benign=../b.ppm malignant=../m.ppm | cmp - ../whole"
exits 1 'a full disk' sh -c "sktrain gan -q $tiny --latent 4 -n 1 -o - ../b.ppm > /dev/full"
says 'is said' '^sktrain: standard output: No space left on device$' "$err"
exits 1 'a log on standard output, too' sktrain gan -q $tiny --latent 4 -n 1 -o - --log - ../b.ppm
says 'is refused' '^sktrain: -: standard output goes there too$' "$err"
exits 1 'over an image that is read' sh -c "cp ../b.ppm own.ppm && sktrain gan -q $tiny --latent 4 -n 1 -o - own.ppm >> own.ppm"
cmp -s ../b.ppm own.ppm; tap_result $? 'which stays as it was'
sktrain gan $tiny --latent 4 -n 100000000 -o - --log steps ../b.ppm > stopped 2> "$err" &
until [ "$(cat steps 2> /dev/null | wc -l)" -ge 3 ]; do sleep 0.02; done
kill -TERM $!; wait $!; [ $? -eq 143 ]; tap_result $? 'stopped, it ends by the signal'
says 'says that nothing is kept' 'stopped at step [0-9]+, and nothing of it is kept' "$err"
[ ! -s stopped ]; tap_result $? 'and writes no half of a model'
cd ..

# A GAN of classes: one network, by the labels of its images.
of_classes="benign=b.ppm malignant=m.ppm"
for options in '--kernel 4' '--arch resnet' '--kernel 4 --loss relativistic --penalty 10 --augment flip,cutout --ema 3'; do
    of="sktrain gan -q --size 32 --width 2 -b 6 --latent 4 -n 12 --save-every 5 $options"
    rm -f w w.ckpt w2 w2.ckpt half half.ckpt
    ok "of classes, $options" $of -j 1 -o w --samples w $of_classes
    ok "of classes, $options: on three threads" $of -j 3 -o w2 --samples w2 $of_classes
    same "of classes, $options: the same bytes" w w2
    same "of classes, $options: the same samples" w-000012.ppm w2-000012.ppm
    ok "of classes, $options: stopped half-way" sktrain gan -q --size 32 --width 2 -b 6 --latent 4 -n 7 --save-every 5 $options -o half $of_classes
    rm half
    ok "of classes, $options: and on" $of --resume -o half $of_classes
    same "of classes, $options: are the bytes of all at once" w half
    same "of classes, $options: and the checkpoint" w.ckpt half.ckpt
    ok "of classes, $options: as streams alone" $of -o plain2 b.ppm m.ppm
    [ "$(crc w)" != "$(crc plain2)" ]; tap_result $? "of classes, $options: are another network"
    skinfo -t w > tensors
    says "of classes, $options: G has vectors of them" '^generator.class.weight	F32	2x4	8$' tensors
    says "of classes, $options: and D" '^discriminator.class.weight	F32	2x8	16$' tensors
    for kind in 'class_images	12 12' 'classes	benign malignant'; do skinfo w | grep -qx "$kind"; tap_result $? "of classes, $options: the file says $kind"; done
done
ok 'of classes, killed and resumed' "$TESTS/kill-test" 3 KILL --classes
skinfo gan > "$out"; says 'one without says that it has none' '^classes	-$' "$out"
! grep -q class_images "$out"; tap_result $? 'and counts none'
ok 'the labels exchanged' $gan -o other benign=m.ppm malignant=b.ppm
ok 'and as they are' $gan -o w $of_classes
[ "$(crc w)" != "$(crc other)" ]; tap_result $? 'are another training'
ok 'several streams of a class' $gan -o several benign=b.ppm malignant=m.ppm benign=vb.ppm malignant=vm.ppm
says 'are of that class' '"class_images":"18 18"' several
fails 'goes on with streams alone' 'another run: classes is benign malignant there and - here' ${gan#sktrain } -n 20 --resume -o w b.ppm m.ppm
fails 'goes on with classes' 'another run: classes is - there and benign malignant here' ${gan#sktrain } -n 20 --resume -o plain2 $of_classes
fails 'goes on with the labels exchanged' 'another run: images_crc32 is' ${gan#sktrain } -n 20 --resume -o w benign=m.ppm malignant=b.ppm
for i in 1 2 3 4 5 6 7; do skphantom -n 2 -w 32 -s "$i" benign > seven.$i; done
ok 'seven classes' sktrain gan -q $tiny --latent 4 -n 2 -o seven --samples seven a=seven.1 b=seven.2 c=seven.3 d=seven.4 e=seven.5 f=seven.6 g=seven.7
says 'whose grid has two rows of each' 'PPM raw, 256 by 448' <(pamfile seven-000002.ppm)
ok 'one class' $gan -n 1 -o x one=b.ppm
many=$(seq -s ' ' -f 'c%g=b.ppm' 65)
fails 'more classes than there can be' '65 classes are more than 64' gan -q $tiny --latent 4 -n 1 -o x $many
ok 'a classifier from such a discriminator' sktrain classifier -q $tiny -e 1 --init w -o x benign=b.ppm malignant=m.ppm
fails 'no image of a class' 'malignant: no image' gan -q $tiny --latent 4 -n 1 -o x benign=b.ppm malignant=/dev/null

# From another GAN: a rate that moves nothing shows what both networks begin with.
tensors() { skinfo -t "$1" | awk -F '\t' '!/^#/ && /^(generator|discriminator)\./ && !/running/ { print $1 }'; }
values() { for name in $(tensors "$1"); do skinfo -d "$name" "$1"; done | grep -v '^#'; } # in one column or more
distance() { paste <(values "$1" | tr '\t' '\n') <(values "$2" | tr '\t' '\n') | # the greatest, of so many
    awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > far || NF != 2) far = d + (NF != 2) } END { print NR, far + 0 }'; }
alike() { distance "$2" "$3" > far; awk '{ exit !($1 > 1000 && $2 < 1e-6) }' far; tap_result $? "$1: $(cat far)"; }
still="-n 1 -l 1e-12"
for options in "$tiny" "$small" "$small --upsampling bilinear"; do
    from="sktrain gan -q $options --latent 4 --save-every 3"
    rm -f i0 i1 i2 i3 ./*.ckpt
    ok "$options: one to start from" $from -n 4 --ema 2 -o i0 b.ppm
    ok "$options: from it" $from -s 2 $still --init i0 -o i1 m.ppm
    alike "$options: it begins as that one" i0 i1
    same "$options: which the model names" <(crc i0) <(skinfo i1 | sed -n 's/^init/crc32/p')
    ok "$options: from its checkpoint" $from -s 2 $still --init i0.ckpt -o i2 m.ppm
    same "$options: are the same weights" <(values i1) <(values i2)
    ok "$options: from it, trained" $from -s 2 -j 1 -n 5 --init i0 -o i1 m.ppm
    ok "$options: on three threads, stopped half-way" $from -s 2 -j 3 -n 3 --init i0 -o i2 m.ppm
    ok "$options: and on" $from -s 2 -j 3 -n 5 --init i0 --resume -o i2 m.ppm
    same "$options: the same bytes" i1 i2
    ok "$options: from standard input" sh -c "$from -s 2 -n 5 --init - -o i3 m.ppm < i0"
    same "$options: the same" i1 i3
    ok "$options: from a pipe" sh -c "cat i0 | $from -s 2 -n 5 --init /dev/stdin -o i3 m.ppm"
    same "$options: the same" i1 i3
    ok "$options: without" $from -s 2 -n 5 -o i3 m.ppm
    exits 1 "$options: another one" cmp -s i1 i3
    ! skinfo i3 | grep -q '^init'; tap_result $? "$options: which names none"
    fails "$options: goes on without" 'is of another run: init is [0-9a-f]{8} there and - here' ${from#sktrain } -s 2 -n 9 --resume -o i2 m.ppm
    fails "$options: goes on with" 'is of another run: init is - there and [0-9a-f]{8} here' ${from#sktrain } -s 2 -n 9 --init i0 --resume -o i3 m.ppm
    fails "$options: goes on with another one" 'is of another run: init is [0-9a-f]{8} there and [0-9a-f]{8} here' \
        ${from#sktrain } -s 2 -n 9 --init i3 --resume -o i2 m.ppm
    ok "$options: under spectral norms" $from -s 2 -n 3 --init i0 --spectral-norm -o i3 m.ppm
    ok "$options: and from such" $from -s 2 -n 3 --init i3 -o i2 m.ppm
done
ok 'another, as that test has them' sktrain gan -q --size 32 --width 2 --latent 8 -b 8 -n 2 -o killed-from b.ppm
ok 'from another, killed and resumed' "$TESTS/kill-test" 2 KILL --init "$PWD/killed-from" --width 2
of="sktrain gan -q $small --latent 4"
rm -f i0 i1 i2 i3 ./*.ckpt
ok 'a GAN of classes to start from' $of -n 3 -o i0 $of_classes
ok 'from it, of the same classes' $of $still -s 2 --init i0 -o i1 $of_classes
alike 'it begins as that one' i0 i1
ok 'of these in another order' $of $still -s 2 --init i0 -o i2 malignant=m.ppm benign=b.ppm
row() { skinfo -d "$2.class.weight" "$1" | grep -v '^#' | tr '\t' '\n' | awk -v row="$3" -v n="$4" 'NF { if (k++ >= row * n && k <= (row + 1) * n) printf "%.5f\n", $1 }'; }
for net in generator:4 discriminator:12; do
    [ "$(row i0 ${net%:*} 0 ${net#*:} | wc -l)" -eq "${net#*:}" ]; tap_result $? "$net: a vector"
    same "$net: each has its own" <(row i0 ${net%:*} 0 ${net#*:}; row i0 ${net%:*} 1 ${net#*:}) <(row i2 ${net%:*} 1 ${net#*:}; row i2 ${net%:*} 0 ${net#*:})
done
exits 0 'with one more, and one less' sktrain gan $small --latent 4 $still -s 2 --init i0 -o i2 odd=o.ppm malignant=m.ppm other=b.ppm
[ "$(grep -c warning "$err")" -eq 1 ]; tap_result $? 'warns once'
says 'of those that are new' '^sktrain: warning: --init: the vectors of these classes begin at random, as its GAN has them not: odd other$' "$err"
ok 'from nothing' $of $still -s 2 -o i3 odd=o.ppm malignant=m.ppm other=b.ppm
same 'known: as there' <(row i0 generator 1 4) <(row i2 generator 1 4)
same 'new: as drawn' <(row i3 generator 0 4; row i3 generator 2 4) <(row i2 generator 0 4; row i2 generator 2 4)
exits 1 'the rest: as there' cmp -s <(skinfo -d generator.fc.weight i2) <(skinfo -d generator.fc.weight i3)
no() { fails "$1" "$2" ${of#sktrain } -n 1 -o x "${@:3}"; } # NAME PATTERN ARGUMENT...
no 'of images without classes' 'i0: is of images of classes, class=stream, not of streams alone' --init i0 b.ppm
no 'of images of classes' 'rg: is of images without classes, not of class=stream' --init rg $of_classes
no 'of another length of latents' 'rg: is of --latent 4, not 5' --init rg --latent 5 b.ppm
no 'of another width' 'rg: is of --size 32 --width 3, not 32, 4' --init rg --width 4 b.ppm
no 'of another size' 'rg: is of --size 32 --width 3, not 64, 3' --init rg --size 64 b64.ppm
no 'of another architecture' 'rg: is of --arch resnet, not dcgan' --init rg --arch dcgan b.ppm
no 'of another way to double' 'rg: is of --upsampling nearest, not bilinear' --init rg --upsampling bilinear b.ppm
no 'of another kernel' 'gan: is of --size 32 --width 2 --kernel 4, not 32, 2, 5' --init gan --arch dcgan --width 2 --kernel 5 b.ppm
no 'from a classifier' 'rc: is a classifier, not a gan' --init rc b.ppm
no 'from nothing' 'nowhere: No such file or directory' --init nowhere b.ppm
no 'from an image' 'b.ppm: ' --init b.ppm m.ppm
no 'from an empty file' '/dev/null: ' --init /dev/null m.ppm
head -c 20000 rg > part
no 'from a part of one' 'part: ' --init part b.ppm
no 'over itself' 'x: is read too' --init x b.ppm
ok 'a judged one' sktrain gan -q $small --latent 4 -n 1 --judge rc --valid b.ppm -o judged m.ppm
no 'from its best generator' 'judged.best: has a generator and no discriminator' --init judged.best b.ppm
ok 'from it' $of -n 1 --init judged -o x b.ppm

# What a classifier's images and labels go through: the same bytes on any number of threads and after a stop, other bytes than without.
ok 'a plain classifier' $classifier -o plain
for options in '--augment flip,rotate,colour' '--augment ink=1' --balance '--smoothing 0.1' '--mixup 0.2' \
        '--augment flip,zoom --balance --smoothing 0.05 --mixup 0.4 --calibrate --ema 2'; do
    rm -f w w.ckpt w2 w2.ckpt half half.ckpt
    ok "$options" $classifier -j 1 $options -o w --log w.tsv
    [ "$(crc w)" != "$(crc plain)" ]; tap_result $? "$options: other tensors than without"
    ok "$options: on three threads" $classifier -j 3 $options -o w2
    same "$options: the same bytes" w w2
    ok "$options: some steps" sktrain classifier -q $tiny -n 8 --save-every 3 $options -o half \
        --valid benign=vb.ppm --valid malignant=vm.ppm benign=b.ppm malignant=m.ppm
    rm half
    ok "$options: the rest" $classifier --resume $options -o half
    same "$options: are the bytes of all at once" w half
done
for options in '--augment flip' --balance '--smoothing 0.1' '--mixup 0.2' --calibrate; do
    key=${options%% *}; key=${key#--}
    ok "stopped without $options" sktrain classifier -q $tiny -n 2 --restart -o other benign=b.ppm malignant=m.ppm
    rm other
    fails "goes on with $options" "another run: $key is (none|no|0) there and " classifier -q $tiny -n 4 --resume -o other $options \
        benign=b.ppm malignant=m.ppm
    rm -f other.ckpt
done
ok 'one list in two spellings' $classifier --augment rotate=90,flip -o spelt
ok 'is one run' $classifier --resume --augment flip,rotate=9e1 -o spelt
ok '--calibrate' $classifier --calibrate -o calibrated
[ "$(crc calibrated)" = "$(crc plain)" ]; tap_result $? '--calibrate changes no tensor'
skinfo calibrated > info
says 'the temperature stands in the model' '^temperature	[0-9.e+-]+$' info
says 'and the threshold' '^threshold	0\.[0-9e-]+$' info
skinfo plain | grep -E '^(temperature|threshold|augment|balance|smoothing|mixup|calibrate)	' > info
[ ! -s info ]; tap_result $? 'a model without has none of these keys'

# The page's examples.
mkdir page && cd page || exit 1
ok 'the first example of the page' sh -c 'skphantom -n 64 -w 32 malignant | sktrain gan -q --size 32 --width 8 -b 16 -n 20 -o gan &&
    skgen -n 16 gan > generated.ppm'
ok 'down a pipe' sh -c 'skphantom -n 64 -w 32 malignant | sktrain gan -q --size 32 --width 8 -b 16 -n 20 -o - | skgen -n 9 - > piped.ppm &&
    skgen -n 9 gan | cmp - piped.ppm'
ok 'the second' sh -c 'skphantom -n 32 -w 32 benign > b.ppm && skphantom -n 32 -w 32 malignant > m.ppm &&
    sktrain gan -q --size 32 --width 8 -b 16 -n 20 -o lesions benign=b.ppm malignant=m.ppm && skgen -n 9 -c malignant lesions > nine.ppm'
ok 'the third' sh -c 'skphantom -n 40 -w 32 benign | skaug -k -n 2 > benign.ppm &&
skphantom -n 40 -w 32 malignant | skaug -k -n 2 > malignant.ppm &&
skphantom -n 20 -w 32 -s 2 benign > valid-benign.ppm &&
skphantom -n 20 -w 32 -s 2 malignant > valid-malignant.ppm &&
sktrain classifier -q --size 32 --width 8 -b 16 -e 2 --init gan -o classifier \
    --valid benign=valid-benign.ppm --valid malignant=valid-malignant.ppm \
    benign=benign.ppm malignant=malignant.ppm'
[ -s classifier ]; tap_result $? 'makes a classifier'
cd ..
done_testing
