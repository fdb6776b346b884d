#!/bin/bash
# Ranks of mpirun share sktrain's batches: the same bytes on any number of them. make check builds this sktrain where there is an mpicc.
. "$(dirname "$0")/tap.sh"

ranked=$ROOT/build/${SK_FLAVOR:-release}/mpi/sktrain
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; local status=$?
    tap_result $status "$1"
    [ $status -eq 0 ] || remark <<< "'$3', not '$2'"
}
shared() { ldd "$1" | grep -q libmpi; }
mentions() { "$SK_BIN/sktrain" -h | grep -qiw mpi || grep -aqw MPI "$SK_BIN/sktrain"; }

if [ "${SK_FLAVOR:-release}" = release ] && ! shared "$SK_BIN/sktrain"; then
    ok "the default build does not mention MPI" eval '! mentions'
    exits 1 "nor say anything of ranks" "$SK_BIN/sktrain" gan -o none.skt /dev/null
    ok "as it has none" eval '! grep -q rank "$err"'
fi
[ -x "$ranked" ] && command -v mpirun > /dev/null || { skip "mpi" "no mpirun and mpicc, or another flavour than release"; done_testing; }
shared "$ranked" || { skip "mpi" "$ranked is linked with something else"; done_testing; }

# Whatever limits a machine sets: as root, more ranks than processors.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ranks() { local n=$1; shift; timeout 240 mpirun -np "$n" --oversubscribe "$ranked" "$@"; }
mpirun -np 2 --oversubscribe true 2> "$err" || { skip "mpi" "mpirun does not run: $(head -n 1 "$err")"; done_testing; }

skphantom -n 40 -w 32 benign > benign.ppm
skphantom -n 41 -w 32 -s 2 malignant > malignant.ppm
skphantom -n 21 -w 32 -s 3 benign > valid0.ppm
skphantom -n 20 -w 32 -s 4 malignant > valid1.ppm
small="--size 32 --width 3"
gan="gan $small -n 2 --save-every 1"
classes="benign=benign.ppm malignant=malignant.ppm"
classifier="classifier $small -n 3 --save-every 2 --valid benign=valid0.ppm --valid malignant=valid1.ppm $classes"

# Model, checkpoint, log but for the rate, and the best snapshot where there is a judge.
alike() { # NAME A B
    sed 's/	[^	]*$//' "$2.tsv" > "$2.log"; sed 's/	[^	]*$//' "$3.tsv" > "$3.log"
    local file status=0 files='skt skt.ckpt log'
    [[ ! -e $2.skt.best && ! -e $3.skt.best ]] || files+=' skt.best'
    for file in $files; do cmp -- "$2.$file" "$3.$file" > "$out" 2>&1 || { status=1; break; }; done
    tap_result $status "$1"
    [ $status -eq 0 ] || remark < "$out"
}
# NAME RANKS... -- COMMAND: against the default build's
same_on() {
    local name=$1 list=() n; shift
    while [ "$1" != -- ]; do list+=("$1"); shift; done; shift
    "$SK_BIN/sktrain" "$@" -q -j 2 -o alone.skt --log alone.tsv || echo "# no run without ranks"
    for n in "${list[@]}"; do
        ranks "$n" "$@" -q -j $((n % 2 + 1)) -o "r$n.skt" --log "r$n.tsv" 2> "$err" || remark < "$err"
        alike "$name on $n ranks" alone "r$n"
        rm -f r"$n".*
    done
    rm -f alone.*
}
# shellcheck disable=SC2086 # lists of words
{
same_on "a GAN" 1 2 3 4 -- $gan -b 64 benign.ppm
same_on "a conditional GAN with augmentation, penalty and averages" 2 3 -- $gan -b 48 --loss relativistic --penalty 1 --ema 3 \
    --augment flip,turn,translate,cutout,colour --samples grid $classes
same_on "a residual GAN" 3 -- gan $small -n 2 --arch resnet -b 48 --loss hinge benign.ppm
same_on "a classifier, of whose last micro-batch there are two images" 2 4 -- $classifier -b 50 --augment flip,rotate,zoom=0.1
same_on "a classifier with mixup, balanced" 3 -- $classifier -b 72 --mixup 0.2 --smoothing 0.1 --balance --calibrate
same_on "a residual classifier" 2 -- $classifier -b 32 --arch resnet
sktrain gan $small -q -n 1 -b 16 -o gan.skt benign.ppm
same_on "a GAN from another" 2 3 -- $gan -b 48 --init gan.skt --spectral-norm benign.ppm
same_on "a head alone" 3 -- $classifier -b 48 --init gan.skt --freeze
same_on "a head alone, of images drawn anew" 2 -- $classifier -b 48 --init gan.skt --freeze --augment flip --mixup 0.3
sktrain $classifier -q -n 4 -b 16 --width 6 -o judge
judged="$gan -b 48 -n 3 --judge judge --valid benign=valid0.ppm --valid malignant=valid1.ppm"
same_on "a GAN that is judged" 2 3 -- $judged --ema 2 $classes
ok "its best snapshot" "$SK_BIN/sktrain" $judged -q -o judged.skt $classes
[ -s judged.skt.best ]; tap_result $? "is among what is compared"

# Inception v3: a micro-batch a rank.
"$ROOT/build/release/unit/test_inception" weights weights
skphantom -n 23 -w 96 benign > wide0.ppm
skphantom -n 25 -w 96 -s 2 malignant > wide1.ppm
inception="classifier --arch inception --size 96 --save-every 1 --init weights --valid benign=wide1.ppm --valid malignant=wide0.ppm
    benign=wide0.ppm malignant=wide1.ppm"
same_on "Inception that goes on from weights" 2 3 -- $inception -b 48 -n 1
same_on "its head alone" 2 3 -- $inception -b 48 -n 2 --freeze

# --- who says what ------------------------------------------------------------------
ok "a rank's threads are said" ranks 2 $gan -b 32 -j 1 -o said.skt benign.ppm
says "once" '^sktrain: 2 ranks, 1 thread each$' "$err"
says "and what it sends" '^sktrain: each rank sent [0-9.]+ MB a step$' "$err"
is "progress is one rank's" 1 "$(tr '\r' '\n' < "$err" | grep -c 'step 2/2')"
ok "one rank" ranks 1 $gan -b 32 -j 2 -o said.skt benign.ppm --restart
says "has threads" '^sktrain: 1 rank, 2 threads$' "$err"
ok "images of the first rank's standard input" ranks 3 $gan -q -b 48 -o piped.skt - < benign.ppm
"$SK_BIN/sktrain" $gan -q -b 48 -o plain.skt benign.ppm
same "are all ranks'" piped.skt plain.skt

# What the page says of a step: its bytes, for each number of ranks.
if [ "$("$ROOT/pipelines/cores")" -ge 2 ] && mpirun -np 2 --bind-to core true 2> /dev/null; then
    ok "the bench of ranks" "$TESTS/bench/ranks" "$ranked" 1 1
    is "sends what sktools-cluster(7) says" "$(sed -n 's/^\.It [0-9]* Ta [0-9]* Ta \([0-9.]*\) Ta .*/\1/p' "$ROOT/man/man7/sktools-cluster.7" | sed 1d)" \
        "$(awk '/^ranks/ { on = 1; next } on && $1 > 1 { print $3 }' "$out")"
else skip "the bench of ranks" "no two processors"; fi

# A message comes once, whoever fails.
once() { # NAME EXIT PATTERN RANKS ARGUMENT...
    local name=$1 exit=$2 pattern=$3; shift 3
    exits "$exit" "$name" ranks "$@"
    is "$name: said once" 1 "$(grep -c "$pattern" "$err")"
}
once "a batch with fewer micro-batches" 2 'sktrain: --batch: 3 ranks are more than the 2 micro-batches' 3 $gan -b 32 -o no.skt benign.ppm
once "a GAN's batch that ends within a micro-batch" 2 'multiple of 16 images, not 50' 2 $gan -b 50 -o no.skt benign.ppm
once "a usage error" 2 'is not a whole number' 2 $gan -b x -o no.skt benign.ppm
once "no such stream" 1 'nowhere.ppm: No such file' 3 $gan -b 64 -o no.skt nowhere.ppm
once "no such model" 1 'nowhere.skt: No such file' 2 $classifier -b 32 --init nowhere.skt -o no.skt
once "no such GAN" 1 'nowhere.skt: No such file' 2 $gan -b 32 --init nowhere.skt -o no.skt benign.ppm
once "a log that cannot be written" 1 '/dev/full: No space left' 2 $gan -b 32 --log /dev/full -o no.skt benign.ppm
once "a checkpoint's folder that is gone" 1 'no/such/m.skt' 2 $gan -b 32 -o no/such/m.skt benign.ppm
ok "help" ranks 2 -h
is "help is said once" 1 "$(grep -c '^usage:' "$out")"

# --- ends ----------------------------------------------------------------------------
long="gan $small -b 48 -n 30 --save-every 3 --spectral-norm --ema 4 benign.ppm"
"$SK_BIN/sktrain" $long -q -o whole.skt
# Waits for the checkpoint of a run in the background, that it is in its loop.
begun() { local i; for ((i = 0; i < 600; i++)); do [ -e "$1.ckpt" ] && return; sleep 0.1; done; }
# By default, mpirun kills after a second what it has told to end. What may be ignored here must not be there.
endless() {
    env --default-signal=INT,TERM mpirun --mca odls_base_sigkill_timeout 4 -np "$1" --oversubscribe "$ranked" ${long/-n 30/-n 30000} -q \
        -o "$2" 2> "$2.err" & run=$!
    begun "$2"
}

endless 3 killed.skt
victim=$(pgrep -P "$run" -f killed.skt | tail -n 1)
kill -KILL "$victim"
wait "$run"; status=$?
ok "a rank that is killed ends all, not with 0" [ "$status" -ne 0 ]
ok "none is left" eval '! pgrep -f "[k]illed.skt" > /dev/null'
ok "other ranks go on from its checkpoint" ranks 2 $long -q --resume -o killed.skt
same "to the same bytes" killed.skt whole.skt

for signal in USR1 TERM INT; do
    endless 2 "$signal.skt"
    kill -"$signal" "$run"
    wait "$run"; status=$?
    ok "$signal to mpirun stops them, not with 0" [ "$status" -ne 0 ]
    is "$signal: said once" 1 "$(grep -c 'stopped at step .* --resume goes on' "$signal.skt.err")"
done
}
done_testing
