#ifndef SK_BASE_SIMD_H
#define SK_BASE_SIMD_H

#include <stdbool.h>

/* Not with sanitizers: the loader would pick before they are set up. */
#ifdef __has_feature
#define SK_HAS_FEATURE(feature) __has_feature(feature)
#else
#define SK_HAS_FEATURE(feature) 0
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !SK_HAS_FEATURE(thread_sanitizer)
#define SK_SIMD_CLONES
#endif

/* Marks a function with a hot loop: it is compiled for AVX-512, AVX2 and baseline x86-64, and the
   loader picks what the processor has. The three give the same bits as long as the loop
   has no reduction whose order depends on the vector's width (and -ffp-contract=off holds). No other loop may be marked:
   a training's bytes are the same on every processor with AVX2 and FMA. */
#ifdef SK_SIMD_CLONES
#define SK_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SK_SIMD
#endif

/* "avx512", "avx2" or "baseline": the level of the kernels that are chosen while the program runs (sk_blocked_kernels,
   sk_product_f32 and the like). The widest that the processor has, or the one that SK_SIMD in the environment asks for, where
   it has that. SK_SIMD functions, which give the same bits at all of them, are not asked. */
const char *sk_simd_level(void);

/* What SK_SIMD in the environment says, whatever that is; NULL where it is unset or empty. */
const char *sk_simd_asked(void);

/* What results may depend on: "fma" where the level has fused multiply-adds (avx2, avx512), or "baseline". */
const char *sk_simd_arithmetic(void);

/* Whether the processor can run what is compiled for a level, with sanitizers too; no such level is none that it has. */
bool sk_simd_has(const char *level);

#endif
