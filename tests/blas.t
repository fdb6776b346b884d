# OpenBLAS computes in skmetrics alone, with the processor's kernel, where it falls below that, and the user's where he has one.
. "$(dirname "$0")/tap.sh"
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS OPENBLAS_VERBOSE

kernel() { "$@" -V 2> /dev/null | sed -n 's/^OpenBLAS [0-9.a-z]*, kernel \([^;]*\);.*/\1/p'; }
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"
    [ "$2" = "$3" ] || echo "# '$3', not '$2'"
}

ok 'skmetrics -V' skmetrics -V
says "tells OpenBLAS's version and kernel, the SIMD level and the threads" \
    '^OpenBLAS [0-9.a-z]+, kernel [A-Za-z0-9_]+; SIMD level [a-z0-9]+; threads [0-9]+$' "$out"
for tool in sktrain skgen skclassify skgamma; do
    ok "$tool -V" "$tool" -V
    says "tells level and threads" '^SIMD level [a-z0-9]+; threads [0-9]+$' "$out"
    ! ldd "$SK_BIN/$tool" | grep -q openblas; tap_result $? "and $tool starts without OpenBLAS"
done

if [ "$(uname -m)" != x86_64 ]; then
    skip 'kernels by name' 'they are of x86-64'
    done_testing
fi

# What the user asks for is what computes, the slowest too.
for asked in Prescott prescott Nehalem; do
    is "OPENBLAS_CORETYPE=$asked is followed" "${asked^}" "$(kernel env OPENBLAS_CORETYPE=$asked skmetrics)"
done

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
    is "skmetrics takes the processor's" $wanted "$(kernel $old skmetrics)"
    is "a user's Prescott stays" Prescott "$(kernel $old OPENBLAS_CORETYPE=Prescott skmetrics)"
    is 'with the empty string OpenBLAS chooses' "$(OPENBLAS_CORETYPE='' ./kernel)" "$(kernel $old OPENBLAS_CORETYPE= skmetrics)"
    is 'where asking does not help, it goes on' Prescott "$(kernel $old BLAS_OF_OLD=always timeout 20 skmetrics)"
    printf 'image\ttruth\tscore\n%s\n' 0$'\t'b$'\t'0.1 1$'\t'm$'\t'0.9 2$'\t'm$'\t'0.8 3$'\t'b$'\t'0.3 > scores
    ok 'scores' $old skmetrics score -t 0.5 - < scores
    [ ! -s "$err" ]; tap_result $? 'without a word'
    cp "$out" there
    ok 'from a pipe, with a relative name and arguments as given' sh -c "cat scores | $old skmetrics score -t 0.5 -"
    same 'all the same' there "$out"
    exits 2 'wrong usage stays that' $old skmetrics --nonsense
fi
done_testing
