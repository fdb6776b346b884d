/* Each product is made of micro-kernels of ROWS rows by BLOCKS blocks of columns, whose sums stay in registers: a step loads
   BLOCKS lines of b, and for every row one float of a, which it multiplies into all lanes. With AVX-512 8 rows and 2 blocks
   take 16 of 32 registers, enough to hide a multiply-add's latency, and 10 loads for 16 multiply-adds. */
#include "tensor/blocked.h"

#include <string.h>

#include "base/simd.h"

/* Blocks of depth whose lines of b make 16 KiB with the widest kernel. */
enum { PANEL = 8 };

#define UNROLL _Pragma("GCC unroll 16")

typedef float sk_vec4 __attribute__((vector_size(16), may_alias));

#define LEVEL(name) name##_baseline
#define TARGET
#define VEC sk_vec4
#define WIDTH 4
#define FMA(x, y, z) ((z) + (x) * (y))
#define ROWS 2
#define BLOCKS 1
#include "tensor/blocked_kernel.h"

#ifdef __x86_64__
#include <immintrin.h>

#define LEVEL(name) name##_avx2
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define VEC __m256
#define WIDTH 8
#define FMA(x, y, z) _mm256_fmadd_ps(_mm256_set1_ps(x), y, z)
#define ROWS 4
#define BLOCKS 1
#include "tensor/blocked_kernel.h"

#define LEVEL(name) name##_avx512
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define VEC __m512
#define WIDTH 16
#define FMA(x, y, z) _mm512_fmadd_ps(_mm512_set1_ps(x), y, z)
#define ROWS 8
#define BLOCKS 2
#include "tensor/blocked_kernel.h"
#endif

const struct sk_blocked_kernels *sk_blocked_kernels(const char *level)
{
    if (!sk_simd_has(level))
        return NULL;
#ifdef __x86_64__
    if (strcmp(level, "avx512") == 0)
        return &kernels_avx512;
    if (strcmp(level, "avx2") == 0)
        return &kernels_avx2;
#endif
    return &kernels_baseline;
}
