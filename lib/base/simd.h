#ifndef SK_BASE_SIMD_H
#define SK_BASE_SIMD_H

/* Marks a function with a hot loop: it is compiled for AVX-512, AVX2 and baseline x86-64, and the
   loader picks what the processor has. The three give the same bits as long as the loop
   has no reduction whose order depends on the vector's width (and -ffp-contract=off holds). */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define SK_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SK_SIMD
#endif

/* "avx512", "avx2" or "baseline": what SK_SIMD functions run as on this processor. */
const char *sk_simd_level(void);

#endif
