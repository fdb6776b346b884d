# The Makefile: what it takes from whom, what it writes and when, how many processors it uses; and the harness that shows failures.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "make" "of the released tools"; done_testing; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "wanted '$2', got '$3'" | remark
}
unset MAKEFLAGS MFLAGS MAKELEVEL

# A copy of the checkout, in a folder whose name has what the shell and make would read, and a compiler that only notes how many of it run at a time
copy="it's a \"co py\""
mkdir "$copy"
(cd "$ROOT" && cp -r Makefile pipelines lib src man tests "$scratch/$copy/")
cat >compiler <<'END'
#!/bin/bash
for arg; do [ "$previous" != -o ] || out=$arg; previous=$arg; done
exec 9>>"$NOTES"
echo begin >&9
sleep "${TAKES:-0}"
echo end >&9
echo "$*" >"$out"
chmod +x "$out"
END
chmod +x compiler
export NOTES=$scratch/notes
cd "$copy" || exit 1
inventory() { find . -type f -printf '%p %T@ %s\n' | sort; }
at_a_time() { # MAKE'S ARGUMENTS: of the compiler, at most
    rm -rf build bin "$NOTES"
    TAKES=0.1 "$@" >"$out" 2>"$err" || remark <"$err"
    awk '$1 == "begin" && ++n > most { most = n } $1 == "end" { n-- } END { print most + 0 }' "$NOTES"
}
few='build/release/lib/base/error.o build/release/lib/base/table.o build/release/lib/base/random.o build/release/lib/base/memory.o'
few_asan=${few//release/asan}
# shellcheck disable=SC2086 # lists of goals
{
cores=$(pipelines/cores)
[ "$cores" -lt 4 ] || cores=4
is "a build takes all processors" "$cores" "$(at_a_time make CC=../compiler $few)"
is "also where OpenMP is to have one thread" "$cores" "$(OMP_NUM_THREADS=1 at_a_time make CC=../compiler $few)"
is "one where bound to one" 1 "$(at_a_time taskset -c "$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')" make CC=../compiler $few)"
is "make -j1 is one" 1 "$(at_a_time make -j1 CC=../compiler $few)"
is "make -j3 is three" 3 "$(at_a_time make -j3 CC=../compiler $few)"
is "so is JOBS=3" 3 "$(at_a_time make JOBS=3 CC=../compiler $few)"
is "and MAKEFLAGS=-j3" 3 "$(at_a_time env MAKEFLAGS=-j3 make CC=../compiler $few)"
is "and -j1 in it" 1 "$(at_a_time env MAKEFLAGS=-j1 make CC=../compiler $few)"
is "other flavours too" 3 "$(at_a_time make FLAVOR=asan JOBS=3 CC=../compiler $few_asan)"
}
is "behind another goal too" 3 "$(at_a_time make JOBS=3 CC=../compiler clean bin/skgamma)"
is "which is done before, with -j too" "rm skgamma" \
    "$(make -n -j4 clean bin/skgamma | sed -n 's/^rm -rf bin build .*/rm/p; s/.* -o bin\/\(skgamma\) .*/\1/p' | paste -s -d ' ')"
is "or after it" "skgamma rm" \
    "$(rm -rf bin; make -n -j4 bin/skgamma clean | sed -n 's/^rm -rf bin build .*/rm/p; s/.* -o bin\/\(skgamma\) .*/\1/p' | paste -s -d ' ')"

# What a control group leaves
group() { # LINE-OF-/proc/self/cgroup FILE TEXT...
    rm -rf ../root; mkdir -p ../root/proc/self
    echo "$1" >../root/proc/self/cgroup; shift
    while [ $# -gt 0 ]; do mkdir -p "../root/sys/fs/cgroup/$(dirname "$1")"; echo "$2" >"../root/sys/fs/cgroup/$1"; shift 2; done
    pipelines/cores ../root
}
all=$(pipelines/cores ../nowhere)
is "a control group's whole processor" 1 "$(group 0::/ cpu.max '100000 100000')"
is "half of one" 1 "$(group 0::/ cpu.max '50000 100000')"
is "no limit" "$all" "$(group 0::/ cpu.max 'max 100000')"
is "more than there are" "$all" "$(group 0::/ cpu.max '100000000 100000')"
is "a limit above it" 1 "$(group 0::/a/b a/cpu.max '90000 100000' a/b/cpu.max 'max 100000')"
is "version 1" 1 "$(group 1:cpu,cpuacct:/a cpu,cpuacct/a/cpu.cfs_quota_us 100000 cpu,cpuacct/a/cpu.cfs_period_us 100000)"
is "version 1 without limit" "$all" "$(group 1:cpu:/ cpu/cpu.cfs_quota_us -1 cpu/cpu.cfs_period_us 100000)"
is "another controller's file" "$all" "$(group 3:cpuset:/ cpuset/cpu.cfs_quota_us 1 cpuset/cpu.cfs_period_us 100000)"

# Only what makes something writes
rm -rf build bin
inventory >../before
for run in help '-n' '-n check' '-n install' '-n demo' '-n paper DATA=x' '-n sweep-rate DATA=x' '-n data DATA=x OUT=y' '-n lint' '-p -n all' clean '-n clean all' '-q all' '-n deps demo'; do
    # shellcheck disable=SC2086 # words
    make $run >"$out" 2>&1
    inventory >../after
    same "make $run writes nothing" ../before ../after
done

# On a fresh clone make says what will be done
plan() { # GOAL...: the files that will be made, in order; what it says is in $out
    make -n "$@" >"$out" 2>"$err" || { remark <"$err"; return 1; }
    sed -nE 's|^# ([^ ]+/[^ ]+)( .*)?$|\1|p' "$out"
}
for goal in 'paper' 'paper DATA=x' "paper DATA=it's POSITIVE=bcc" 'sweep-batch' 'sweep-rate DATA=x' 'sweep-optimizer DATA=x' 'demo'; do
    # shellcheck disable=SC2086 # words
    plan $goal >planned
    tap_result $? "make -n $goal"
    says "ends with its table or page" "^build/(paper|demo)/(report.html|sweep-[a-z]*.tsv|fid.tsv)\$" <(tail -n 1 planned)
    says "trains" '-- sktrain gan ' "$out"
    says "measures" '^skmetrics score .* > runs/' "$out"
    is "each file once" "" "$(sort planned | uniq -d)"
done
says "of the class that is named" ' bcc=augmented/bcc.ppm' <(make -n paper DATA=x POSITIVE=bcc 2>&1)
says "lists come first" '^ *skdata -- "\$DATA" data/$|^ *skdata +-- "\$DATA" data/$' <(make -n paper DATA=x 2>&1)
rm planned
if command -v strace >"$out" && strace -f -qq -e trace=execve -o ../execs true 2>"$err"; then
    strace -f -qq -e trace=execve -o ../execs make -n demo >"$out" 2>&1
    ok "make -n demo runs at most 50 programs" test "$(grep -c 'execve(' ../execs)" -le 50
    strace -f -qq -e trace=execve -o ../execs make -n paper DATA=x >"$out" 2>&1
    ok "make -n paper too" test "$(grep -c 'execve(' ../execs)" -le 50
else
    skip "programs of make -n demo" "no strace here"
fi

# A build has a line now and then
rm -rf build bin
make CC=../compiler >../said 2>&1
ok "at most 40 lines" test "$(wc -l <../said)" -le 40
ok "but some" test "$(wc -l <../said)" -ge 15
is "none beyond 132 columns" "" "$(awk 'length > 132' ../said)"
rm -rf bin
is "with make -s none" "" "$(make -s CC=../compiler 2>&1)"
rm bin/skgamma
is "each file, where there are few" "build: bin/skgamma" "$(make CC=../compiler 2>&1)"
rm bin/skgamma
says "V=1: the commands" '^../compiler .* -o bin/skgamma ' <(make CC=../compiler V=1 2>&1)
rm -rf build bin

# Installing builds nothing that is there, whatever the compiler is called
make CC=../compiler >"$out" 2>&1
inventory | grep -E '^./(build|bin)/' >../before
exported() { env CC=clang CFLAGS=-O1 LDFLAGS=-s "$@"; }
ok "make install with another CC in the environment" exported make install PREFIX="$scratch/usr"
inventory | grep -E '^./(build|bin)/' >../after
same "builds nothing" ../before ../after
ok "but installs" test -x ../usr/bin/skgamma
ok "with another CC on the command line" make install DESTDIR="$scratch/package" CC=clang
inventory | grep -E '^./(build|bin)/' >../after
same "nothing either" ../before ../after
ok "where make says so" test -x ../package/usr/local/bin/skgamma
touch src/skgamma.c
is "what is older than its source is built" 1 "$(make -n install | grep -c -- '-o build/release/src/skgamma.o')"
count_objects() { make -n "$@" | grep -c -- '-c -o build/release/lib/'; }
is "make alone takes another compiler" "$(find lib -name '*.c' | wc -l)" "$(CC=clang count_objects)"
is "and other flags" "$(find lib -name '*.c' | wc -l)" "$(CFLAGS=-O1 count_objects)"
is "the same are none" 0 "$(CC=../compiler count_objects)"
ok "flags may have quotes" make CC=../compiler CFLAGS="-DWHO='\"it is\"'" build/release/lib/base/version.o
is "and are there as they are" 0 "$(count_objects CC=../compiler CFLAGS="-DWHO='\"it is\"'" build/release/lib/base/version.o)"

# What a Makefile reads and nobody sets must be on the list of what is not taken from the environment, or of what is.
unset_names() { # MAKEFILE...
    comm -23 <(cat "$@" | grep -oE '\$[({][A-Z_]+[):]|^ *[A-Z_]+ *\?=' | tr -dc 'A-Z_\n' | sort -u) \
        <(cat "$@" | sed -nE 's/^([^#	 ]+: *)?(export *)?([A-Z_]+) *[:+]?=.*/\3/p' | sort -u)
}
wanted='CC|CFLAGS|CPPFLAGS|LDFLAGS|PREFIX|DESTDIR|CURDIR|MAKE|MAKEFLAGS|MAKECMDGOALS|MAKEFILE_LIST|CALLED_FROM|WHERE|TOOL_SUMS'
listed=$(grep -v '^#' pipelines/variables.mk | grep -oE '[A-Z_]+' | sort -u)
root=$(echo Makefile pipelines/{goals,targets}.mk tests/*/targets.mk)
parts="rules entry training measures sweeps pictures report studies study-init study-filters study-augmentation study-folds study-synthetic study-recipe study-width study-resolution best-gan best-classifier"
for set in "$root" "$(echo pipelines/{data,streams,rules,entry}.mk)" "$(printf "pipelines/%s.mk\n" demo experiment $parts | paste -s -d " ")" \
    "$(printf "pipelines/%s.mk\n" paper streams experiment $parts | paste -s -d " ")"; do
    # shellcheck disable=SC2086 # a list of files
    names=$(unset_names $set | grep -vxE "$wanted")
    says "${set##*/}: names that nobody sets are found" '^(T|SIZE|SEED)$' <(echo "$names")
    is "and are all on the list" "" "$(comm -23 <(echo "$names") <(echo "$listed") | paste -s -d ' ')"
done
poison=()
for name in $listed; do poison+=("$name=p0ison"); done
leaks() { env "${poison[@]}" make -n -p "$@" 2>&1 | grep -a p0ison | sort -u; }
is "none of the list leaks into the tests" "" "$(leaks check)"
is "or the demo" "" "$(leaks demo)"
is "or the paper's experiment" "" "$(leaks paper DATA=x)"
for pair in SIZE=32 SEED=7 STEPS=45 WIDTH=8; do
    says "$pair of the command line arrives" "^(${pair%=*}) +${pair#*=} +command line" <(env "${pair%=*}=9" make -s env CC=../compiler "$pair" DATA=x 2>&1)
done
is "T too" "tests/skgamma.t" "$(T=1 make -n check T=tests/skgamma.t | sed -n 's/.*prove.* //p')"
is "and behind another goal" "tests/skgamma.t" "$(T=1 make -n all check T=tests/skgamma.t | sed -n 's/.*prove.* //p')"
is "FLAVOR" build/asan/libsk.a "$(FLAVOR=tsan make -n FLAVOR=asan build/asan/libsk.a | sed -n 's/^ar rcs \([^ ]*\) .*/\1/p')"
says "CC, CFLAGS, LDFLAGS of the environment count" '^mine .* -DONE .* -o' <(CC=mine CFLAGS=-DONE make -n build/release/lib/base/error.o)
says "PREFIX too" '/tmp/p/bin' <(PREFIX=/tmp/p make -n install)

# deps: nothing to do is done quickly; without root and sudo it says what to type
mkdir ../path
printf '#!/bin/sh\necho "$@" >> "%s"\n' "$scratch/apt" >../path/apt-get
printf '#!/bin/sh\ncase $* in *there*) echo installed ;; esac\n' >../path/dpkg-query
printf '#!/bin/sh\ncase $2 in new*) echo "  Candidate: 1" ;; *) echo "  Candidate: (none)" ;; esac\n' >../path/apt-cache
printf '#!/bin/sh\necho 1000\n' >../path/id
printf '#!/bin/sh\nexit 1\n' >../path/sudo
chmod +x ../path/*
with() { PATH=$scratch/path:$PATH "$@"; }
ok "deps: all there" with pipelines/debian-packages there 'not|there'
ok "asks apt nothing" test ! -e ../apt
printf '#!/bin/sh\nexec "$@"\n' >../path/sudo
ok "deps: something missing" with pipelines/debian-packages there 'old|newer' other
is "the lists are fetched, and the alternative that apt knows is taken" "update -qq install -qq -y --no-install-recommends newer other" "$(paste -s -d ' ' ../apt)"
printf '#!/bin/sh\n[ "$1" != update ]\n' >../path/apt-get
ok "lists that cannot be fetched are no end" with pipelines/debian-packages other
printf '#!/bin/sh\nexit 100\n' >../path/apt-get
exits 1 "packages that cannot are" with pipelines/debian-packages 'old|newer'
says "and named" 'make deps: apt-get install failed; as root: apt-get update && apt-get install newer$' "$err"
mkdir ../bare
for program in sh bash dpkg-query apt-cache id tr grep paste; do ln -s "$(PATH=$scratch/path:$PATH command -v $program)" ../bare/; done
printf '#!/bin/sh\necho "$1: what apt says"; [ "$1" = update ]\n' >../path/apt-get
exits 1 "what apt says" with pipelines/debian-packages other
says "is shown where it fails" '^install: what apt says$' "$err"
is "and not where it does not" 0 "$(cat "$out" "$err" | grep -c '^update: what apt says$')"
printf '#!/bin/sh\necho "$1: what apt says"\n' >../path/apt-get
ok "what apt says" with pipelines/debian-packages other
is "is silent where it works" 0 "$(cat "$out" "$err" | grep -c 'what apt says')"
# shellcheck disable=SC2046 # words
ok "many packages" with pipelines/debian-packages $(seq -f 'a-package-of-a-long-name-%g' 30)
is "are named in short lines" "" "$(awk 'length > 132' "$out")"
exits 1 "neither root nor sudo" env PATH="$scratch/bare" pipelines/debian-packages 'old|newer' other
says "says what to type" 'make deps: not root, and no sudo; as root: apt-get update && apt-get install newer other$' "$err"

# The harness: what failing tests say is there, what passing ones say is not, and prove's verdict is the last line.
cd "$scratch/$copy" || exit 1
prove=$(make -n check T=NONE | sed -n 's/.*\(prove .*\) NONE$/\1/p')
cat >tests/bad.t <<'END'
. "$(dirname "$0")/tap.sh"
ok "fine" true
ok "a command" sh -c 'printf "first complaint\nlast, unended complaint" >&2; exit 3'
exits 2 "a status" sh -c 'echo other complaint >&2; exit 1'
printf 'hay\n\001\n' >file
says "a pattern" 'needle' file
echo straw >other
same "two files" file other
skip "later" "no reason"
echo "# all is well"
done_testing
END
printf '#!/bin/sh\necho 1..2; echo ok 1 - a\necho not ok 2 - b; echo "# 0x1 != 0x2"; echo "# here.c:7: error: Failure!"; echo "# not ok - group"; exit 1\n' >unit_bad
printf '#!/bin/sh\necho 1..2; echo ok 1 - a; echo "# a figure"; echo "not ok 2 # SKIP b"; echo "# ok - group"\n' >unit_good
printf '#!/bin/sh\necho 1..2; echo ok 1 - a; kill -SEGV $$\n' >unit_killed
printf '#!/bin/sh\necho 1..1; echo ok 1 - a; kill -ABRT $$\n' >unit_killed_after
printf 'echo ok 1 - a\n' >tests/unplanned.t
printf 'echo ok 1 - a; echo 1..1; exit 4\n' >tests/status.t
printf 'echo ok 1 - a; kill -KILL $$\n' >tests/killed.t
chmod +x unit_*
run() { env SK_BIN="$SK_BIN" $prove "$@"; }
exits 1 "tests that fail" run tests/bad.t ./unit_bad ./unit_killed ./unit_killed_after tests/unplanned.t tests/status.t tests/killed.t ./unit_good
cp "$out" ../said
while IFS=: read -r name pattern; do says "it says: $name" "$pattern" ../said; done <<'END'
a command that failed:^not ok 2 - a command
its exit status:^# exit 3: sh -c
what it said:^# first complaint
all of it:^# last, unended complaint
what was wanted:^# exit 1, wanted 2: sh -c
and said:^# other complaint
a pattern that was missing:^# no /needle/ in file:
the file's head:^# hay
files that differ:^# file other differ: char 1, line 1
cmocka's assertion:^not ok 2 - b
its values:^# 0x1 != 0x2
its place:^# here.c:7: error
a signal:^./unit_killed .*Signal: SEGV
one after all was well:^./unit_killed_after .*Signal: ABRT
a script's:^tests/killed.t .*Signal: KILL
no plan:No plan found
an exit status after all was well:^tests/status.t .*exited 4
END
is "nothing of what passed" "" "$(grep -E 'fine|is well|ok - group|unit_good.*(Wstat|Failed)' ../said | grep -v 'not ok - group')"
is "the verdict last" "Result: FAIL" "$(tail -n 1 ../said)"
ok "a test that passes" run ./unit_good
is "a verdict last" "Result: PASS" "$(tail -n 1 "$out")"
is "and nothing of what it said" "" "$(grep '#' "$out")"
done_testing
