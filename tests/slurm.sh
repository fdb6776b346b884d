# A Slurm of two nodes on this host, in $slurm, a scratch folder of its own, for the tests that source this after tap.sh:
#
#   slurm_missing      says what is not installed, if anything: nothing can be started
#   slurm_start        munged, slurmctld and a slurmd a node, n1 and n2, each of two processors; SLURM_CONF is set
#   slurm_die NODE     it and all it runs are killed at once, as when its power fails; Slurm notices after 5 seconds
#   slurm_wake NODE    it is started again
#   slurm_stop         ends them, by their process ids; also when the test ends
#
# Jobs of the partition urgent take the place of others, which are requeued.
slurm_missing() {
    [ "$(id -u)" = 0 ] || { echo "only root can start one"; return; }
    id munge >/dev/null 2>&1 || { echo "no user munge"; return; }
    local program
    for program in munged mungekey slurmctld slurmd sbatch srun scancel squeue scontrol runuser; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || { echo "no $program"; return; }
    done
}

slurm_start() {
    slurm=$(mktemp -d "${TMPDIR:-/tmp}/sktest-slurm.XXXXXX") slurm_pids=()
    declare -gA slurm_pid
    # shellcheck disable=SC2154 # tap.sh's
    trap 'slurm_stop; rm -rf "$scratch" "$slurm"' EXIT
    chmod 711 "$slurm"
    PATH=$PATH:/usr/sbin:/sbin
    local port=$((20000 + $$ % 20000)) node
    mkdir "$slurm/munge" "$slurm/state" "$slurm/n1" "$slurm/n2"
    chown munge: "$slurm/munge"
    chmod 711 "$slurm/munge"
    runuser -u munge -- mungekey -c -k "$slurm/munge/key" || return
    slurm_run munged runuser -u munge -- munged -F -S "$slurm/munge/socket" --key-file="$slurm/munge/key" --pid-file="$slurm/munge/pid" \
        --seed-file="$slurm/munge/seed" --log-file="$slurm/munge/log"
    # What is asked and waited for by the second elsewhere is here as quick as Slurm has it.
    cat >"$slurm/slurm.conf" <<END_OF_CONF
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket,cred_expire=5
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1,bf_interval=1
KillWait=5
MinJobAge=4
CompleteWait=0
ReturnToService=2
SlurmdTimeout=300
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=2 RealMemory=2000
NodeName=n2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=2 RealMemory=2000
PartitionName=all Nodes=n[1-2] Default=YES DefMemPerCPU=100 MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=n[1-2] DefMemPerCPU=100 MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
END_OF_CONF
    export SLURM_CONF=$slurm/slurm.conf
    slurm_run slurmctld slurmctld -D
    for node in n1 n2; do slurm_run $node slurmd -D -N $node; done
    slurm_ready
}
slurm_ready() {
    local i
    for ((i = 0; i < 200; i++)); do
        [ "$(sinfo -h -N -p all -t idle -o %N 2>/dev/null | paste -s -d ' ')" != 'n1 n2' ] || return 0
        sleep 0.1
    done
    echo "the nodes did not come up"
    tail -n 3 "$slurm"/*.log "$slurm"/*.said "$slurm/munge/log"
    return 1
}
slurm_run() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$slurm/$name.said" 2>&1 </dev/null &
    slurm_pids+=($!) slurm_pid[$name]=$!
}
slurm_timeout() { # SECONDS
    sed -i "s/^SlurmdTimeout=.*/SlurmdTimeout=$1/" "$slurm/slurm.conf"
    scontrol reconfigure
}
slurm_die() { # NODE: its daemon, and what has this Slurm and the node in its environment, with the slurmstepd above it
    local environ pid parent
    slurm_timeout 5
    kill -KILL "${slurm_pid[$1]}"
    wait "${slurm_pid[$1]}" 2>/dev/null
    for environ in /proc/[0-9]*/environ; do
        [ "$(tr '\0' '\n' 2>/dev/null <"$environ" | grep -c -x -F -e "SLURM_CONF=$slurm/slurm.conf" -e "SLURMD_NODENAME=$1")" = 2 ] || continue
        pid=${environ//[!0-9]/}
        parent=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status" 2>/dev/null)
        [ "$(cat "/proc/${parent:-none}/comm" 2>/dev/null)" != slurmstepd ] || kill -KILL "$parent"
        kill -KILL "$pid" 2>/dev/null
    done
    return 0
}
slurm_wake() { # NODE
    slurm_timeout 300
    slurm_run "$1" slurmd -D -N "$1"
    slurm_ready
}
slurm_stop() { # jobs first: what runs them outlives slurmd
    [ ${#slurm_pids[@]} -gt 0 ] || return 0
    local i
    scancel -u root 2>/dev/null
    for ((i = 0; i < 100; i++)); do [ -n "$(squeue -h 2>/dev/null)" ] || break; sleep 0.1; done
    kill "${slurm_pids[@]}" 2>/dev/null
    for ((i = 0; i < 50; i++)); do kill -0 "${slurm_pids[@]}" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "${slurm_pids[@]}" 2>/dev/null
    wait "${slurm_pids[@]}" 2>/dev/null
    slurm_pids=()
}
