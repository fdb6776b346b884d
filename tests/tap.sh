# Shell TAP helpers; source this first. The test runs in a scratch folder of its own,
# which is removed at the end, with the tools of this checkout alone in front of PATH.
#
#   ok NAME COMMAND...            passes when the command exits 0
#   exits N NAME COMMAND...       passes when the command exits N; stdout, stderr in $out, $err
#   same NAME FILE FILE           passes when both files hold the same bytes
#   says NAME PATTERN FILE        passes when grep -E finds the pattern in the file
#   skip NAME WHY                 counts as passed and says why it did not run
#   done_testing                  last line

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$TESTS")
SK_BIN=${SK_BIN:-$ROOT/bin}
[ -x "$SK_BIN/skgamma" ] || { echo "Bail out! no tools in $SK_BIN: run make"; exit 1; }
PATH=$SK_BIN:$PATH
LC_ALL=C
# Threads that spin while they wait would starve the other tests of this machine.
OMP_WAIT_POLICY=passive
SHELL=/bin/sh # script(1) runs the user's own, whatever that is
export PATH LC_ALL OMP_WAIT_POLICY SHELL
# These make libraries talk on standard error.
unset OPENBLAS_VERBOSE OMP_DISPLAY_ENV OMP_DISPLAY_AFFINITY
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sktest.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
out=$scratch/.out err=$scratch/.err
if [ -n "${SK_WRAP:-}" ]; then # each tool by this command
    mkdir .wrapped
    for tool in "$SK_BIN"/sk*; do
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$SK_WRAP" "$tool" > ".wrapped/${tool##*/}"
    done
    chmod +x .wrapped/*
    PATH=$scratch/.wrapped:$PATH
fi
tap_count=0 tap_failed=0

tap_result() { # STATUS NAME
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $tap_count - $2"
    else tap_failed=$((tap_failed + 1)); echo "not ok $tap_count - $2"; fi
}
# Why the assertion before failed, as TAP's comments: make check shows them. Lines of any kind, the first ones.
remark() { head -c 2000 | head -n 10 | tr -c '[:print:]\t\n' '?' | awk '{ print "# " $0 }'; }
ok() {
    local name=$1; shift
    "$@" >"$out" 2>"$err"; local status=$?
    tap_result $status "$name"
    [ $status -eq 0 ] || { echo "exit $status: $*" | remark; remark <"$err"; }
    return 0
}
exits() {
    local want=$1 name=$2; shift 2
    "$@" >"$out" 2>"$err"; local status=$?
    [ $status -eq "$want" ]; tap_result $? "$name"
    [ $status -eq "$want" ] || { echo "exit $status, wanted $want: $*" | remark; remark <"$err"; }
    return 0
}
same() {
    local difference
    difference=$(cmp -- "$2" "$3" 2>&1); local status=$?
    tap_result $status "$1"
    [ $status -eq 0 ] || remark <<<"$difference"
    return 0
}
says() {
    grep -Eq -e "$2" -- "$3"; local status=$?
    tap_result $status "$1"
    [ $status -eq 0 ] || { echo "no /$2/ in $3:" | remark; cat -- "$3" 2>&1 | remark; }
    return 0
}
skip() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $1 # SKIP $2"; }
done_testing() { echo "1..$tap_count"; [ $tap_failed -eq 0 ]; exit; }
