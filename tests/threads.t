# How many threads a tool takes by itself, where they run, and that neither changes a byte.
. "$(dirname "$0")/tap.sh"
unset SK_THREADS OMP_NUM_THREADS OMP_THREAD_LIMIT OMP_PROC_BIND OMP_PLACES GOMP_CPU_AFFINITY OMP_DYNAMIC \
    OMP_MAX_ACTIVE_LEVELS OMP_NESTED KMP_AFFINITY

# The processors that this test may run on.
read -ra allowed < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
    while IFS=- read -r from to; do seq "$from" "${to:-$from}"; done | tr '\n' ' ')
all=$(skgamma -V | sed -n 's/.*threads //p')
first=${allowed[0]} second=${allowed[1]:-none}
two=$((all < 2 ? all : 2)) # a quota may leave less than the affinity

takes() { # THREADS NAME COMMAND...: by a tool that starts once, and by one that starts itself anew
    local want=$1 name=$2 tool got; shift 2
    for tool in skgamma 'env -u OMP_WAIT_POLICY skgen'; do
        # shellcheck disable=SC2086
        got=$("$@" $tool -V 2> /dev/null | sed -n 's/.*threads //p')
        [ "$got" = "$want" ]; tap_result $? "$name: $want (${tool##* })"
        [ "$got" = "$want" ] || echo "# $got"
    done
}

[ "$all" -ge 1 ] && [ "$all" -le "${#allowed[@]}" ]; tap_result $? 'no more threads than processors'
takes "$all" 'by itself' env
takes 1 'on one processor' taskset -c "$first"
takes 1 'bound to it as well' taskset -c "$first" env OMP_PROC_BIND=true
for bind in true close spread master false TRUE 'spread,close'; do
    takes "$all" "OMP_PROC_BIND=$bind" env OMP_PROC_BIND="$bind"
done
for places in threads cores sockets; do
    takes "$all" "OMP_PLACES=$places" env OMP_PLACES=$places
    takes "$all" "OMP_PLACES=$places, close" env OMP_PLACES=$places OMP_PROC_BIND=close
done
takes "$all" 'KMP_AFFINITY' env KMP_AFFINITY=compact
takes 1 'a single place' env OMP_PLACES="{$first}"
takes 1 'the same place twice' env OMP_PLACES="{$first},{$first}"
takes "$all" 'places to which nothing is bound' env OMP_PLACES="{$first}" OMP_PROC_BIND=false
takes 1 'GOMP_CPU_AFFINITY of one' env GOMP_CPU_AFFINITY="$first"
if [ "$second" = none ]; then
    skip 'two places' 'one processor'
else
    takes "$two" 'two places' env OMP_PLACES="{$first},{$second}"
    takes "$two" 'a place of two' env OMP_PLACES="{$first,$second}" OMP_PROC_BIND=true
    takes "$two" 'GOMP_CPU_AFFINITY of two' env GOMP_CPU_AFFINITY="$first $second"
    takes "$two" 'two processors' taskset -c "$first,$second"
fi
takes 1 'OMP_NUM_THREADS=1' env OMP_NUM_THREADS=1
takes 1 'a list' env OMP_NUM_THREADS=1,4
takes "$two" 'another' env OMP_NUM_THREADS=2,1
takes "$all" 'more than processors' env OMP_NUM_THREADS=100000
takes 1 'OMP_THREAD_LIMIT=1' env OMP_THREAD_LIMIT=1
takes 1 'below OMP_NUM_THREADS' env OMP_NUM_THREADS=2 OMP_THREAD_LIMIT=1
takes "$all" 'a limit above' env OMP_THREAD_LIMIT=100000
if [ "${SK_FLAVOR:-release}" != tsan ]; then # whose OpenMP stops at some of these
    for bad in '' x -3 0 1x 99999999999999999999; do
        takes "$all" "OMP_NUM_THREADS='$bad' is none" env OMP_NUM_THREADS="$bad"
        takes "$all" "OMP_THREAD_LIMIT='$bad' is none" env OMP_THREAD_LIMIT="$bad"
    done
fi
takes 5 'SK_THREADS goes above all' env SK_THREADS=5 OMP_NUM_THREADS=1 OMP_PLACES="{$first}"
takes "$all" 'an empty SK_THREADS' env SK_THREADS=
ok '-j' env SK_THREADS=5 OMP_NUM_THREADS=1 skgamma -j 3 -V
says 'goes above that' 'threads 3$' "$out"

# The same bytes, and an end, however few threads are granted and wherever they are bound.
skphantom -q -n 12 -w 32 benign > b.ppm
tiny='--size 32 --width 4 -z 4 -b 6'
sktrain gan -q $tiny -n 2 -j 4 -o want b.ppm
skaug -q -n 3 b.ppm > want.ppm
for setting in OMP_THREAD_LIMIT=1 OMP_DYNAMIC=true OMP_MAX_ACTIVE_LEVELS=0 OMP_MAX_ACTIVE_LEVELS=1 OMP_NUM_THREADS=2,2 \
    OMP_PROC_BIND=true OMP_PROC_BIND=master OMP_PROC_BIND=close OMP_PROC_BIND=spread,spread "OMP_PLACES={$first}" \
    "GOMP_CPU_AFFINITY=$first"; do
    ok "training with $setting" env -u OMP_WAIT_POLICY "$setting" timeout 60 sktrain gan -q $tiny -n 2 -j 4 -o got b.ppm
    same 'gives the same model' want got
    ok "a filter with $setting" env "$setting" timeout 60 skaug -q -n 3 -j 4 b.ppm
    same 'gives the same images' want.ppm "$out"
    rm -f got got.ckpt
done

# Threads that are bound are so to processors of their own: none inherits the first thread's.
places_of() { # FILE PROCESS: the places of its threads, a line each that differs
    cat "/proc/$2/task/"*/status 2> /dev/null | sed -n 's/^Cpus_allowed_list:\t//p' | sort -u > "$1"
}
if [ "$second" = none ] || [ -n "${SK_WRAP:-}" ] || [ ! -d /sys/devices/system/cpu ]; then
    skip 'bound threads run beside each other' 'one processor, under another program, or no /sys for OpenMP to look at'
else
    for setting in OMP_PROC_BIND=true OMP_PROC_BIND=close OMP_PROC_BIND=spread OMP_PLACES=threads \
        "GOMP_CPU_AFFINITY=$first $second"; do
        env -u OMP_WAIT_POLICY "$setting" sktrain gan -q $tiny -n 1000000 -j 2 -o bound b.ppm &
        found=1
        for ((i = 0; i < 200 && found != 0; i++)); do
            sleep 0.05
            places_of places $!
            [ "$(grep -c '^[0-9]*$' places)" -ge 2 ] && found=0
        done
        kill -9 $! 2> /dev/null
        wait $! 2> /dev/null
        tap_result $found "$setting: the threads of a training have a processor each"
        rm -f bound bound.ckpt
    done
fi

# Threads spin for some microseconds before they sleep, unless the user has chosen: the environment that a training was started anew with.
policy() { # OPTION-OF-ENV...: what it is once the training has its threads
    env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT "$@" sktrain gan -q $tiny -n 1000000 -j 2 -o waiting b.ppm &
    for ((i = 0; i < 200; i++)); do
        sleep 0.05
        [ "$(find "/proc/$!/task" -mindepth 1 -maxdepth 1 2> /dev/null | wc -l)" -ge 2 ] && break
    done
    tr '\0' '\n' < "/proc/$!/environ" | grep -E '^(OMP_WAIT_POLICY|GOMP_SPINCOUNT)=' | sort | paste -sd ' '
    kill -9 $! 2> /dev/null
    wait $! 2> /dev/null
    rm -f waiting waiting.ckpt
}
if [ -n "${SK_WRAP:-}" ]; then
    skip 'how threads wait' 'under another program'
else
    [ "$(policy)" = 'GOMP_SPINCOUNT=3000 OMP_WAIT_POLICY=passive' ]; tap_result $? 'threads spin a little'
    [ "$(policy OMP_WAIT_POLICY=active)" = 'OMP_WAIT_POLICY=active' ]; tap_result $? 'or as they are told'
    [ "$(policy GOMP_SPINCOUNT=10)" = 'GOMP_SPINCOUNT=10' ]; tap_result $? 'by either variable'
fi

# A lone thread is not bound: the tools of a pipe would share the first processor.
mkfifo input
for alone in '-j 1' SK_THREADS=1 OMP_NUM_THREADS=1; do
    [ "$alone" = "-j 1" ] && command="skgamma -j 1" || command="env $alone skgamma"
    OMP_PROC_BIND=true $command input > /dev/null &
    exec 9> input # opened when the tool has read its options
    grep Cpus_allowed: "/proc/$!/status" > lone
    grep Cpus_allowed: /proc/self/status | cmp -s - lone; tap_result $? "OMP_PROC_BIND=true, $alone: runs wherever this test may"
    exec 9>&-
    wait $!
done

# What a bound thread starts is not bound to its processor.
for setting in OMP_PROC_BIND=true OMP_PROC_BIND=close OMP_PLACES=threads; do
    env "$setting" skeach -j 2 sh -c 'cat > /dev/null; grep Cpus_allowed: /proc/self/status >> children' < b.ppm
    grep Cpus_allowed: /proc/self/status > own
    sort -u children | cmp -s - own; tap_result $? "$setting: programs may run wherever this test may"
    rm children
done
done_testing
