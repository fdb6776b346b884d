# Experiments on a cluster: the same files as without one, whatever becomes of the jobs. A real Slurm is started for it, as root.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/slurm.sh
. "$TESTS/slurm.sh"
# shellcheck source=tests/ssh.sh
. "$TESTS/ssh.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "clusters" "the pipelines run the released tools"; done_testing; }
unset MAKEFLAGS MFLAGS MAKELEVEL SLURM_CONF
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
# Files of two experiments: all but notes of what was done, and times: the last column of a training's log is a rate; the report shows
# what steps took.
files() { (cd "$1" && find . -name '.?*' -prune -o -type f -print | sort); }
untimed() { sed -E '/data-label="time, s"/d; s/[0-9.]+ (s|min|MiB)\>//g' "$1"; }
alike() { # NAME FOLDER FOLDER LEAST
    local file
    files "$2" >one && files "$3" >other
    while IFS= read -r file; do
        case $file in
        */costs.tsv | */made.tsv) ;;
        *.html | */report*/*) diff <(untimed "$2/$file") <(untimed "$3/$file") ;;
        *.log.tsv) cmp <(sed 's/	[^	]*$//' "$2/$file") <(sed 's/	[^	]*$//' "$3/$file") ;;
        *) cmp "$2/$file" "$3/$file" ;;
        esac
    done <one >differ 2>&1
    [ ! -s differ ] && cmp -s one other && [ "$(wc -l <one)" -ge "$4" ]
    tap_result $? "$1"
    cat differ <(diff one other) | remark
}
until_so() { # COMMAND...: within half a minute
    local i
    for ((i = 0; i < 300; i++)); do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.1; done
    return 1
}

training() { ps -eo pid,args | awk -v m="-o $1 " '$2 ~ /sktrain$/ && index($0 " ", m) { print $1; exit }'; }

data="$scratch/the \"photo's\" \$x"
mkdir -p "$data"/{nevus,melanoma}
for class in nevus melanoma; do
    skphantom -n 24 -w 40 -s ${#class} malignant | (cd "$data/$class" && pamsplit -quiet - %d.ppm)
done
# DATA is make's to read where it stands on the command line: a dollar is two.
tiny=("DATA=${data//\$/\$\$}" GENERATED=16 SIZE=32 WIDTH=8 'NETWORK=--kernel 4 --latent 8' EMA=2 BATCH=8 STEPS=15 SAVE_EVERY=5 CLASSIFIER_EPOCHS=1
    SWEEP_STEPS=200 SWEEP_EPOCHS=20 'SWEEP_BATCH=8' 'SWEEP_RATE=6e-4 1e-3 2e-3' SGD_RATE=1e-3 LEAK_IMAGES=3)
# As a process of its own, which can be sent signals
make_paper() { exec make --no-print-directory -f "$ROOT/pipelines/paper.mk" BIN="$SK_BIN" "${tiny[@]}" "$@"; }
paper() { (make_paper "$@"); }

# --- what cannot be ---
for engine in nonsense Slurm 'slurm parallel' 'a"b'"'" '/'; do
    exits 2 "CLUSTER=$engine" paper lists OUT="$scratch/none" CLUSTER="$engine"
    says "is refused" 'CLUSTER=.*: slurm or parallel' "$err"
done
mkdir without
ln -s /usr/bin/* /bin/* without/ 2>/dev/null
rm -f without/sbatch without/parallel
exits 2 "no sbatch" env PATH="$SK_BIN:$scratch/without" make -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" "${tiny[@]}" lists OUT="$scratch/none" CLUSTER=slurm
says "says so, and what to do" 'no sbatch here: .*slurm-client' "$err"
exits 2 "no parallel" env PATH="$SK_BIN:$scratch/without" make -C "$ROOT" -f pipelines/paper.mk BIN="$SK_BIN" "${tiny[@]}" lists OUT="$scratch/none" CLUSTER=parallel
says "says so too" 'no GNU parallel here' "$err"
exits 2 "of the environment CLUSTER is not taken, but data that are not there are" env CLUSTER=nonsense make -s -C "$ROOT" paper
[ ! -e none/data ]; tap_result $? "nothing was made"

export SK_THREADS=1
ok "here, a sweep of three GANs and three classifiers" paper -j2 lists sweep-rate OUT="$scratch/here"

# --- GNU parallel ---
if parallel --version 2>/dev/null | grep -q '^GNU'; then
    exits 2 "parallel without hosts" paper lists OUT="$scratch/none" CLUSTER=parallel
    says "asks for them" 'CLUSTER_HOSTS' "$err"
    for host in x/: 0/node 2/ /node 1/2/node '2/: -1/node' '1000/:'; do
        exits 2 "CLUSTER_HOSTS='$host'" paper lists OUT="$scratch/none" CLUSTER=parallel CLUSTER_HOSTS="$host"
        says "is refused" "CLUSTER_HOSTS: '.*' is not N/HOST" "$err"
    done
    away="$scratch/it's \"away\""
    ok "the sweep by parallel" paper -j4 lists sweep-rate OUT="$away" CLUSTER=parallel CLUSTER_HOSTS='2/:'
    alike "makes the same files" here "$away" 40
    is "by jobs" 7 "$(find "$away/.cost/.jobs" -name 'runs*.log' | wc -l)"
    exits 2 "a job that fails" paper sweep-rate OUT="$away" CLUSTER=parallel CLUSTER_HOSTS=: SWEEP_RATE=1e-3 'NETWORK=--kernel 4 --latent 8 --nonsense'
    says "says why" "nonsense" "$err"

    missing=$(ssh_missing)
    if [ -z "$missing" ]; then
        ok "four hosts to reach by ssh" ssh_start node1 node2 node3 node4
        away="$scratch/it's \"remote\""
        (make_paper -j4 lists sweep-rate OUT="$away" CLUSTER=parallel CLUSTER_HOSTS='node1 node2 node3 node4') >said 2>&1 &
        make=$!
        until_so test -e "$away/runs/8_1e-3_adam_1/gan.200.ckpt"
        ok "one dies half-way" ssh_die "$(training runs/8_1e-3_adam_1/gan.200)"
        wait $make
        tap_result $? "the sweep over ssh ends well"
        alike "with the same files" here "$away" 40
        says "what was lost went on" 'cluster: runs/8_1e-3_adam_1/gan.200: killed, status [0-9]*; goes on' said
        is "as its notes have it" 2 "$(grep -c ^begun "$away/.cost/runs+8_1e-3_adam_1+gan.200")"
        rm -rf "$away"
        ssh_stop
    else skip "parallel by ssh" "$missing"; fi
else skip "parallel" "no GNU parallel"; fi

# --- Slurm ---
missing=$(slurm_missing)
[ -z "$missing" ] || { skip "Slurm" "$missing"; done_testing; }
ok "a Slurm of two nodes" slurm_start
away="$scratch/it's \"far\""
run=$away/runs/8_1e-3_adam_1
(make_paper -j4 lists sweep-rate OUT="$away" CLUSTER=slurm CLUSTER_TRAIN='-c 1 --mem=200') >said 2>&1 &
make=$!
until_so test -e "$run/gan.200.ckpt"
tap_result $? "a sweep, of which three GANs learn at a time"
number() { squeue -h -n "$1" -o %i; }
running() { [ -n "$(squeue -h -t RUNNING -n "$1")" ]; }
ok "one is killed half-way" kill -KILL "$(training runs/8_1e-3_adam_1/gan.200)"
until_so test -e "$away/runs/8_2e-3_adam_1/gan.200.ckpt"
requeued=$(number runs/8_2e-3_adam_1/gan.200)
ok "one is requeued" scontrol requeue "$requeued"
until_so running runs/8_6e-4_adam_1/gan.200
node=$(squeue -h -n runs/8_6e-4_adam_1/gan.200 -o %N)
ok "a node is drained" scontrol update nodename="${node:-n1}" state=drain reason=test
until_so scontrol update jobid="$requeued" starttime=now
wait $make
tap_result $? "and the sweep ends well"
tail -n 5 said | remark
alike "with the same files as here" here "$away" 40
says "what was killed went on" 'cluster: runs/8_1e-3_adam_1/gan.200: job [0-9]* ended as FAILED, 137:0; goes on' said
says "what was requeued too" 'CANCELLED AT .* DUE TO JOB REQUEUE' said
is "as their notes have it" "2 2" "$(grep -c ^begun "$away"/.cost/runs+8_[12]e-3_adam_1+gan.200 | sed 's/.*://' | paste -s -d ' ')"
says "what jobs were given is said" "cluster: runs/8_1e-3_adam_1/gan.200: job [0-9]* on n[12], processors: 1, memory: 200 MiB" said
says "and noted, with what they took" '^got	n[12]	1$' "$away/.cost/runs+8_1e-3_adam_1+gan.200"
ok "a step a line" grep -q '^step [0-9]* of [0-9]*: sweep-rate.tsv$' said
is "small steps are no jobs" "" "$(find "$away/.cost/.jobs" -name '*.tsv*.log' ! -name 'leak*')"
node=$(sinfo -h -N -p all -o '%N %T' | awk '/drain/ { print $1 }')
scontrol update nodename="$node" state=resume

# the rest of the experiment, and a study, as sktools-cluster(7) has it: by the command that is installed, here with small networks
make -s -C "$ROOT" install PREFIX="$scratch/installed" >"$out" 2>"$err"
small=("${tiny[@]:1}" SWEEP_STEPS=0 STUDY_STEPS=5 FULL=)
ok "the report here" "$scratch/installed/bin/sktools" -q -j2 paper DATA="$data" OUT="$scratch/here" "${small[@]}"
ok "and a study" "$scratch/installed/bin/sktools" -q -j2 study-augmentation DATA="$data" OUT="$scratch/here" "${small[@]}"
mkdir -p login/build wrapped && mv "$away" login/build/paper && ln -s "$data" login/photographs
{ echo '#!/bin/bash'; printf 'exec %q "$@"' "$scratch/installed/bin/sktools"; printf ' %q' "${small[@]}"; echo; } >wrapped/sktools
chmod +x wrapped/sktools
away=$scratch/login/build/paper run=$scratch/login/build/paper/runs/8_1e-3_adam_1
example() { # PATTERN: the command of the page that has it, for nodes of two processors
    awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 } on' "$ROOT/man/man7/sktools-cluster.7" | sed -e ':a' -e '/\\e$/ { N; s/\\e\n *//; ba' -e '}' |
        grep -e "$1" | sed -E 's/-c [0-9]+/-c 2/g; s/-N 4 -n 16/-N 2 -n 2/; s/-j [0-9]+/-j 4/; s/--mem=4G/--mem=400/'
}
run_example() { (cd login && PATH=$scratch/wrapped:$PATH bash -e -o pipefail -c "$(example "$1")"); }
is "of the page's commands five are run" 5 "$(for e in 'sktools data' 'sktools paper -j.*slurm' '^salloc .*study' '^grep -H' '^sktools env'; do example "$e"; done | grep -c .)"
ok "the report on Slurm" run_example 'sktools paper -j.*slurm'
ok "the study in an allocation" run_example '^salloc .*study'
alike "are the same" here "$away" 170
[ -s "$away/report.html" ]; tap_result $? "with a report"
ok "an archive in pieces" run_example 'sktools data'
is "as many as there are names" 6 "$(find login/streams/* -name '*.ppm' | wc -l)"
for file in train/nevus.ppm valid/nevus.ppm test/melanoma.ppm counts.tsv preparation.tsv; do same "$file is that of one piece" "here/data/$file" "login/streams/$file"; done
is "made by jobs" 16 "$(find login/streams/.cost/.jobs -name 'train+nevus.shard-*.log' | wc -l)"
ok "what jobs got" run_example '^grep -H'
says "is two processors, whatever the machine has" '/runs.8_2e-4_adam_1.gan.15:got	n[12]	[12]$' "$out"
ok "and took" run_example '^sktools env'

# one step at a time, as make starts them
mkdir "st'eps" && cd "st'eps" && ln -s "$ROOT/pipelines" .pipelines || exit 1
step() { OUT=. CLUSTER=slurm .pipelines/measured --target="./data/$1.ppm" "$2"; }
exits 7 "a job that fails" step a 'echo "it'"'"'s \"no\" good" >&2; false | exit 7'
says "says why" "^it's \"no\" good$" "$err"
says "and what was run" 'exit 7$' "$err"
[ -z "$(ls data)" ]; tap_result $? "and leaves nothing"
OTHER='a  "b"' OPENBLAS_VERBOSE=0 ok "what is exported" step b 'printf "%s\n" "$OTHER" "$OPENBLAS_VERBOSE" "$SK_THREADS" "${PATH%%:*}" "$PWD"'
printf '%s\n' 'a  "b"' 0 1 "$SK_BIN" "$PWD" >wanted
same "reaches jobs" wanted data/b.ppm
unset SK_THREADS
CLUSTER_WORK='-c 2' ok "two processors" step c 'echo $SK_THREADS'
is "are two threads" "$(threads=$("$ROOT/pipelines/cores"); echo $((threads < 2 ? threads : 2)))" "$(cat data/c.ppm)"
CLUSTER_WORK='-p nonsense' exits 1 "a partition that there is not" step d 'true'
says "is refused by Slurm" 'sbatch: error: ' "$err"
says "with what was asked for" "CLUSTER_WORK='-p nonsense'" "$err"
ok "bytes of any kind" step e 'head -c 300000 /dev/zero; printf "\\377\\n\\r"'
is "come as they are" 300003 "$(wc -c <data/e.ppm)"
ok "in an allocation a step is srun's" salloc -Q -n 2 bash -c 'OUT=. CLUSTER=slurm .pipelines/measured --target=./data/f.ppm "echo \$SLURM_STEP_ID"'
is "there is no other job" 0 "$(cat data/f.ppm)"

# A training is preempted, loses its node, and goes on both times. It is stopped meanwhile, so that it does not end before.
skphantom -n 24 -w 32 benign >images.ppm
learn="sktrain gan -q --resume --size 32 --width 8 --latent 8 -b 8 -n 300 --save-every 20"
$learn -o alone images.ppm
OUT=. CLUSTER=slurm CLUSTER_TRAIN='-c 2' .pipelines/measured --target=./gans/m ".pipelines/train gans/m images.ppm -- $learn -o gans/m images.ppm" >learn.said 2>&1 &
learning=$!
# As soon as its node takes it again: for 5 seconds (cred_expire) it refuses what it has been told to end.
again() { until_so scontrol update jobid="$(number gans/m)" starttime=now+8 && until_so running gans/m; }
halt() { local pid; pid=$(training gans/m); [ -n "$pid" ] && kill -STOP "$pid"; }
until_so test -e gans/m.ckpt
ok "a training that is at work" halt
ok "gives way to a job of more priority" timeout 60 srun -Q -p urgent -N 2 -n 2 -c 2 true
again
tap_result $? "is requeued"
until_so halt
node=$(squeue -h -n gans/m -o %N)
ok "its node dies" slurm_die "${node:-n1}"
down() { sinfo -h -N -p all -t down -o %N | grep -qx "$node"; }
until_so down
tap_result $? "and is down"
again
tap_result $? "on the other one it goes on"
wait $learning
is "to its end" 0 $?
same "to the bytes of one that had peace" alone gans/m
says "what was preempted says so" 'CANCELLED AT .* DUE TO PREEMPTION' learn.said
is "the notes have three runs" 3 "$(grep -c ^begun .cost/gans+m)"
is "the last on another node" "2" "$(grep ^got .cost/gans+m | tail -n 2 | cut -f 2 | sort -u | wc -l)"
ok "the node is back" slurm_wake "$node"

step g 'sleep 60' >g.said 2>&1 &
step=$!
until_so running data/g.ppm
scancel -n data/g.ppm
wait $step
is "a job that another one cancels is a failure" 1 $?
says "which is said" 'job [0-9]* was cancelled' g.said
cd "$scratch" || exit 1

# Ctrl-C
rm -rf "$away"/runs/*
env --default-signal=INT setsid make --no-print-directory -f "$ROOT/pipelines/paper.mk" BIN="$SK_BIN" "${tiny[@]}" STEPS=5000 -j4 sweep-rate OUT="$away" CLUSTER=slurm >said 2>&1 &
make=$!
until_so test -e "$run/gan.200.ckpt"
kill -INT -- -$make
wait $make
[ $? -ne 0 ]; tap_result $? "make that is stopped fails"
is "and no job is left" "" "$(squeue -h)"
says "which is said" 'cluster: runs/.*/gan.200: job [0-9]* is cancelled' said
done_testing
