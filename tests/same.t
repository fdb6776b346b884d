#!/bin/bash
# shellcheck disable=SC2154,SC2086 # out is tap.sh's; options are words
# A training gives the same bytes on every processor with AVX2 and FMA, whatever its vectors' width, OpenBLAS's kernel and the threads.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
unset SK_SIMD SK_THREADS OPENBLAS_CORETYPE

for size in 32 64; do
    skphantom -q -n 10 -w $size benign > b$size.ppm
    skphantom -q -n 10 -w $size -s 2 malignant > m$size.ppm
done

# At the image convolutions are direct, and so are all of less than 16 channels; im2col goes back from these, Winograd's are the
# others. 21 channels fill no vector and no block. Latents are odd; batches are two micro-batches, of which one is short.
gan() { # OUTPUT SIZE KERNEL WIDTH OPTION...
    local output=$1 size=$2 kernel=${3:+--kernel $3} width=$4; shift 4
    sktrain gan -q --size $size $kernel --width $width -z 9 -b 19 -n 2 "$@" -o $output b$size.ppm m$size.ppm
}
classifier() {
    local output=$1 size=$2 kernel=${3:+--kernel $3} width=$4; shift 4
    sktrain classifier -q --size $size $kernel --width $width -b 19 -n 2 "$@" --valid b=b$size.ppm --valid m=m$size.ppm \
        -o $output b=b$size.ppm m=m$size.ppm
}

level() { "$@" skgamma -V | sed -n 's/.*SIMD level \([^;]*\);.*/\1/p'; }
widest=$(level env)
shapes='32,4,4 32,5,21 64,4,16'
for shape in $shapes; do
    IFS=, read -r size kernel width <<< "$shape"
    name="${size}x$size, kernel $kernel, width $width"
    for kind in gan classifier; do
        ok "$name: $kind" $kind $kind-$shape $size $kernel $width -j 1
        jobs=1
        for core in Haswell SkylakeX Prescott; do
            OPENBLAS_CORETYPE=$core ok "$name: $kind, OpenBLAS's $core, -j $jobs" $kind other $size $kernel $width -j $jobs
            same 'the same bytes' $kind-$shape other
            jobs=$((jobs + 1))
        done
        if [ "$widest" = avx512 ]; then
            SK_SIMD=avx2 ok "$name: $kind by AVX2" $kind other $size $kernel $width -j 2
            same 'the same bytes' $kind-$shape other
        fi
    done
done

# Residual networks, whose batch is more than one micro-batch.
for kind in gan classifier; do
    residual() { $kind $1 32 '' 5 --arch resnet -b 19 -n 2 "${@:2}"; }
    ok "residual: $kind" residual residual-$kind -j 1
    OPENBLAS_CORETYPE=Prescott ok "OpenBLAS's Prescott, -j 3" residual other -j 3
    same 'the same bytes' residual-$kind other
    if [ "$widest" = avx512 ]; then
        SK_SIMD=avx2 ok "residual: $kind by AVX2" residual other -j 2
        same 'the same bytes' residual-$kind other
    fi
done

for kind in gan classifier; do
    SK_SIMD=baseline ok "$kind by the baseline" $kind plain-$kind 32 5 21 -j 1
    SK_SIMD=baseline ok 'on two threads' $kind other 32 5 21 -j 2
    same 'the same bytes' plain-$kind other
    grep -aq '"simd":"baseline"' other; tap_result $? 'which say so'
    [ "$widest" = baseline ] || ! cmp -s $kind-32,5,21 other; tap_result $? 'and are those of another arithmetic'
done

# What it trains, generates and tells apart alike.
for shape in $shapes; do
    skgen -q -j 1 -n 3 gan-$shape > images.ppm
    skgen -q -j 1 -n 3 gan-$shape | skclassify -q -j 1 --features features classifier-$shape > scores.tsv
    for how in "env SK_SIMD=$widest" "$([ "$widest" = baseline ] || echo env SK_SIMD=avx2)" 'env OPENBLAS_CORETYPE=Prescott'; do
        ok "$shape: generated (${how#env })" $how skgen -q -j 2 -n 3 gan-$shape
        same 'the same images' images.ppm "$out"
        ok "$shape: classified (${how#env })" $how skclassify -q -j 3 --features other classifier-$shape images.ppm
        same 'the same scores' scores.tsv "$out"
        same 'and features' features other
    done
done

# A training goes on by vectors of another width.
if [ "$widest" = avx512 ]; then
    SK_SIMD=avx2 gan half 32 5 21 -n 1
    ok 'begun by AVX2, gone on with by AVX-512' gan half 32 5 21 --resume
    same 'to the same bytes' gan-32,5,21 half
else
    skip 'begun by AVX2, gone on with by AVX-512' 'this processor has no AVX-512'
fi

# All of it on a processor without AVX-512, which valgrind is: there the loader, too, chooses AVX2.
if [ -n "${SK_WRAP:-}" ] || [ "${SK_FLAVOR:-release}" != release ] || ! command -v valgrind > /dev/null; then
    skip 'a processor without AVX-512' 'no valgrind for the plain build'
elif [ "$(level valgrind -q)" != avx2 ]; then
    skip 'a processor without AVX-512' 'valgrind has no AVX2 here'
else
    sktrain() { valgrind -q "$SK_BIN/sktrain" "$@"; }
    for kind in gan classifier; do
        ok "$kind without AVX-512" $kind other 32 5 21 -j 1
        same 'the same bytes' $kind-32,5,21 other
    done
fi
done_testing
