# The kernel that OpenBLAS computes with: the processor's, where OpenBLAS falls below it, and the user's where he has one.
. "$(dirname "$0")/tap.sh"
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS OPENBLAS_VERBOSE

kernel() { "$@" -V 2> /dev/null | sed -n 's/^OpenBLAS [0-9.a-z]*, kernel \([^;]*\);.*/\1/p'; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"
    [ "$2" = "$3" ] || echo "# '$3', not '$2'"
}
blas_tools='sktrain skgen skclassify skmetrics'

for tool in $blas_tools; do
    ok "$tool -V" "$tool" -V
    says "$tool -V tells OpenBLAS's version and kernel, the SIMD level and the threads" \
        '^OpenBLAS [0-9.a-z]+, kernel [A-Za-z0-9_]+; SIMD level [a-z0-9]+; threads [0-9]+$' "$out"
done
ok 'a tool without OpenBLAS' skgamma -V
says 'tells level and threads' '^SIMD level [a-z0-9]+; threads [0-9]+$' "$out"

if [ "$(uname -m)" != x86_64 ]; then
    skip 'kernels by name' 'they are of x86-64'
    done_testing
fi

# What the user asks for is what computes, the slowest too.
for asked in Prescott prescott Nehalem; do
    for tool in $blas_tools; do
        is "$tool: OPENBLAS_CORETYPE=$asked is followed" "${asked^}" "$(kernel env OPENBLAS_CORETYPE=$asked "$tool")"
    done
done
own=$(kernel skgen)
skphantom -q -n 6 -w 32 benign > b.ppm
tiny='--size 32 --width 2 -z 4 -b 4'
ok 'a model' sktrain gan -q $tiny -n 2 -o own b.ppm
ok 'and one by another kernel' env OPENBLAS_CORETYPE=Prescott sktrain gan -q $tiny -n 2 -o asked b.ppm
grep -aq "\"blas_kernel\":\"$own\"" own; tap_result $? 'the metadata has the kernel'
grep -aq '"blas_kernel":"Prescott"' asked; tap_result $? 'and that which was asked for'
version=$(skgen -V | sed -n 's/^OpenBLAS \([^,]*\),.*/\1/p')
grep -aq "\"blas_version\":\"$version\"" own; tap_result $? 'and the version'

# A processor that OpenBLAS does not know.
has() { for flag; do grep -m 1 "^flags" /proc/cpuinfo | grep -qw "$flag" || return 1; done; }
wanted=
has avx2 fma && wanted=Haswell
has avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl && wanted=SkylakeX
if [ -n "${SK_WRAP:-}" ] || [ "${SK_FLAVOR:-release}" != release ]; then
    skip 'a processor that OpenBLAS does not know' 'the preloaded library is for the plain build'
elif [ -z "$wanted" ]; then
    skip 'a processor that OpenBLAS does not know' 'this one has no AVX2'
elif ! cc -shared -fPIC -o old.so "$TESTS/blas-of-old.c" -ldl 2> "$err"; then
    skip 'a processor that OpenBLAS does not know' 'no C compiler'
else
    old="env LD_PRELOAD=$PWD/old.so"
    cat > kernel.c << 'C'
#include <stdio.h>
char *openblas_get_corename(void);
int main(void) { return puts(openblas_get_corename()) < 0; }
C
    cc -o kernel kernel.c -lopenblas
    is 'OpenBLAS by itself takes its SSE3 kernel there' Prescott "$($old ./kernel)"
    for tool in $blas_tools; do
        is "$tool takes the processor's" $wanted "$(kernel $old "$tool")"
        is "$tool: and where threads may spin" $wanted "$(kernel $old OMP_WAIT_POLICY=active "$tool")"
        is "$tool: and where the wait is to be chosen too" $wanted "$(kernel $old env -u OMP_WAIT_POLICY "$tool")"
        is "$tool: a user's Prescott stays" Prescott "$(kernel $old OPENBLAS_CORETYPE=Prescott "$tool")"
        is "$tool: with the empty string OpenBLAS chooses" "$(OPENBLAS_CORETYPE='' ./kernel)" \
            "$(kernel $old OPENBLAS_CORETYPE= "$tool")"
        is "$tool: where asking does not help, it goes on" Prescott "$(kernel $old BLAS_OF_OLD=always timeout 20 "$tool")"
    done
    ok 'a model' $old sktrain gan -q $tiny -n 2 -o there b.ppm
    [ ! -s "$err" ]; tap_result $? 'without a word'
    grep -aq "\"blas_kernel\":\"$wanted\"" there; tap_result $? "is made by the processor's kernel"
    ok 'from a pipe, with a relative name and arguments as given' \
        sh -c "cat b.ppm | $old sktrain gan -q $tiny -n 2 -o piped -"
    same 'all the same' there piped
    exits 2 'wrong usage stays that' $old skgen --nonsense
fi
done_testing
