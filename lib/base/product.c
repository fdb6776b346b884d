/* The product after Goto and van de Geijn, Anatomy of high-performance matrix multiplication (ACM TOMS 34, 2008): blocks of b's
   depth, of which a panel stays in the first-level cache while the rows of a block of a, which stays in the second, pass by;
   but rows of a are read where they lie. A micro-kernel keeps ROWS x 2 vectors of sums in registers: 24 of AVX-512's 32 (12 of 16,
   8 of 16) hide the latency of a multiply-add, and leave room for the two vectors of b and one element of a; a step loads 14
   (8, 6) times for 24 (12, 8) multiply-adds, so that not the loads but the sums are what takes the time.

   On a Zen 5 at 2.6 to 4 GHz, one thread, GFLOP/s in single precision, OpenBLAS's for AVX-512 in brackets: 2048 x 2048 x 2048
   233 (241), 1225 x 64 x 288 249 (224), 64 x 384 x 4032 202 (204); in double 109 (107), 121 (89), 98 (81). */
#include "base/product.h"

#include <stdint.h>
#include <string.h>

#include "base/simd.h"

/* BLOCK_DEPTH: a panel has 32 KiB at AVX-512, 16 KiB at AVX2. BLOCK_ROWS: a multiple of every kernel's rows, whose block has
   120 KiB (240 in double); 240 rows were no faster, 480 slower. RUN: steps between two pieces of the next panel that are asked for,
   without which large products lose a fifth. */
enum { BLOCK_DEPTH = SK_PRODUCT_DEPTH, BLOCK_ROWS = 120, RUN = 8, CACHE_LINE = 64 };

#define UNROLL _Pragma("GCC unroll 16")

#define VECTORS(bytes)                                                                                           \
    typedef float sk_f32x##bytes __attribute__((vector_size(bytes), aligned(4), may_alias));                     \
    typedef double sk_f64x##bytes __attribute__((vector_size(bytes), aligned(8), may_alias));                    \
    typedef int32_t sk_i32x##bytes __attribute__((vector_size(bytes)));                                          \
    typedef int64_t sk_i64x##bytes __attribute__((vector_size(bytes)));

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

VECTORS(16)

#define LEVEL(name) name##_f32_baseline
#define TARGET
#define NUMBER float
#define PANELS sk_panels_f32
#define ENDING sk_ending_f32
#define PRODUCT sk_product_f32
#define VEC sk_f32x16
#define BITS sk_i32x16
#define WIDTH 4
#define FMA(x, y, z) ((z) + (x) * (y))
#define ROWS 4
#include "base/product_kernel.h"

#define LEVEL(name) name##_f64_baseline
#define TARGET
#define NUMBER double
#define PANELS sk_panels_f64
#define ENDING sk_ending_f64
#define PRODUCT sk_product_f64
#define VEC sk_f64x16
#define BITS sk_i64x16
#define WIDTH 2
#define FMA(x, y, z) ((z) + (x) * (y))
#define ROWS 4
#include "base/product_kernel.h"

#ifdef __x86_64__
#include <immintrin.h>

VECTORS(32)
VECTORS(64)

#define LEVEL(name) name##_f32_avx2
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define NUMBER float
#define PANELS sk_panels_f32
#define ENDING sk_ending_f32
#define PRODUCT sk_product_f32
#define VEC sk_f32x32
#define BITS sk_i32x32
#define WIDTH 8
#define FMA(x, y, z) _mm256_fmadd_ps(_mm256_set1_ps(x), y, z)
#define ROWS 6
#include "base/product_kernel.h"

#define LEVEL(name) name##_f64_avx2
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define NUMBER double
#define PANELS sk_panels_f64
#define ENDING sk_ending_f64
#define PRODUCT sk_product_f64
#define VEC sk_f64x32
#define BITS sk_i64x32
#define WIDTH 4
#define FMA(x, y, z) _mm256_fmadd_pd(_mm256_set1_pd(x), y, z)
#define ROWS 6
#include "base/product_kernel.h"

#define LEVEL(name) name##_f32_avx512
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define NUMBER float
#define PANELS sk_panels_f32
#define ENDING sk_ending_f32
#define PRODUCT sk_product_f32
#define VEC sk_f32x64
#define BITS sk_i32x64
#define WIDTH 16
#define FMA(x, y, z) _mm512_fmadd_ps(_mm512_set1_ps(x), y, z)
#define ROWS 12
#include "base/product_kernel.h"

#define LEVEL(name) name##_f64_avx512
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define NUMBER double
#define PANELS sk_panels_f64
#define ENDING sk_ending_f64
#define PRODUCT sk_product_f64
#define VEC sk_f64x64
#define BITS sk_i64x64
#define WIDTH 8
#define FMA(x, y, z) _mm512_fmadd_pd(_mm512_set1_pd(x), y, z)
#define ROWS 12
#include "base/product_kernel.h"
#endif

const struct sk_product_f32 *sk_product_f32(const char *level)
{
    if (!sk_simd_has(level))
        return NULL;
#ifdef __x86_64__
    if (strcmp(level, "avx512") == 0)
        return &product_f32_avx512;
    if (strcmp(level, "avx2") == 0)
        return &product_f32_avx2;
#endif
    return &product_f32_baseline;
}

const struct sk_product_f64 *sk_product_f64(const char *level)
{
    if (!sk_simd_has(level))
        return NULL;
#ifdef __x86_64__
    if (strcmp(level, "avx512") == 0)
        return &product_f64_avx512;
    if (strcmp(level, "avx2") == 0)
        return &product_f64_avx2;
#endif
    return &product_f64_baseline;
}
