#ifndef SK_TENSOR_WINOGRAD_TRANSFORM_H
#define SK_TENSOR_WINOGRAD_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include "tensor/blocked.h"

/* The matrices of winograd.c, and two-sided transforms by them of SK_BLOCK channels at once. For the rooms of winograd.c and
   winograd_stride1.c alone. All is inlined: what a matrix does to a tile is unrolled, and its zeros and ones drop out. */

enum { TILE = 4, POINTS = 6, FREQUENCIES = POINTS * POINTS };

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static const float matrix_at[TILE][POINTS] = {
    {1, 1, 1, 1, 0, 1},
    {0, 1, -1, 2, 0, -2},
    {0, 1, 1, 4, 0, 4},
    {0, 1, -1, 8, 1, -8},
};
/* M(x) = x (x - 1) (x + 1) (x - 2) */
static const float matrix_bt5[5][5] = {
    {2, -1, -2, 1, 0},
    {0, -2, -1, 1, 0},
    {0, 2, -3, 1, 0},
    {0, -1, 0, 1, 0},
    {0, 2, -1, -2, 1},
};
static const float matrix_g5[5][2] = {
    {1.0F / 2, 0},
    {-1.0F / 2, -1.0F / 2},
    {-1.0F / 6, 1.0F / 6},
    {1.0F / 6, 2.0F / 6},
    {0, 1},
};
/* M(x) = x (x - 1) (x + 1) (x - 2) (x + 2) */
static const float matrix_bt6[6][6] = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 4, 0, -5, 0, 1},
    {0, 2, -1, -2, 1, 0},
};
static const float matrix_g6[6][3] = {
    {1.0F / 4, 0, 0},
    {-1.0F / 6, -1.0F / 6, -1.0F / 6},
    {-1.0F / 6, 1.0F / 6, -1.0F / 6},
    {1.0F / 24, 2.0F / 24, 4.0F / 24},
    {0, 0, 1},
    {1.0F / 24, -2.0F / 24, 4.0F / 24},
};

typedef float vec __attribute__((vector_size(SK_BLOCK * sizeof(float)), may_alias));
typedef float loose_vec __attribute__((vector_size(SK_BLOCK * sizeof(float)), aligned(4), may_alias));
typedef int bits __attribute__((vector_size(SK_BLOCK * sizeof(int))));
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 36")

/* count: SK_BLOCK, or fewer at the end of the channels, and then zeros. */
INLINE vec load(const float *p, size_t count)
{
    if (count == SK_BLOCK)
        return *(const loose_vec *)p;
    vec v = {0};
    memcpy(&v, p, count * sizeof *p);
    return v;
}

INLINE void store(float *p, size_t count, vec v)
{
    if (count == SK_BLOCK)
        *(loose_vec *)p = v;
    else
        memcpy(p, &v, count * sizeof *p);
}

/* A store of a whole cache line that is not read again soon: past the caches, so that the line is not fetched first.
   Before other threads read it, finish_streams(). */
INLINE void stream(float *p, vec v)
{
#ifdef __SSE__
    union {
        vec whole;
        __m128 quarter[4];
    } u = {v};
    UNROLL
    for (size_t i = 0; i < 4; i++)
        _mm_stream_ps(p + 4 * i, u.quarter[i]);
#else
    *(vec *)p = v;
#endif
}

static inline void finish_streams(void)
{
#ifdef __SSE__
    _mm_sfence();
#endif
}

/* A constant matrix; element (i, k) is at[i * down + k * across]. */
struct matrix {
    const float *at;
    size_t rows, columns, down, across;
};

INLINE struct matrix transposed(struct matrix m)
{
    return (struct matrix){m.at, m.columns, m.rows, m.across, m.down};
}

INLINE struct matrix input_matrix(size_t points)
{
    return (struct matrix){points == 5 ? matrix_bt5[0] : matrix_bt6[0], points, points, points, 1};
}

INLINE struct matrix weight_matrix(size_t points)
{
    return (struct matrix){points == 5 ? matrix_g5[0] : matrix_g6[0], points, points - 3, points - 3, 1};
}

INLINE struct matrix output_matrix(size_t points)
{
    return (struct matrix){matrix_at[0], TILE, points, POINTS, 1};
}

/* out = m in for one vector; the compiler unrolls it and drops zeros and ones. */
INLINE void multiply(struct matrix m, const vec *in, size_t in_step, vec *out, size_t out_step)
{
    UNROLL
    for (size_t i = 0; i < m.rows; i++) {
        vec sum = {0};
        bool empty = true;
        UNROLL
        for (size_t k = 0; k < m.columns; k++) {
            const float factor = m.at[i * m.down + k * m.across];
            if (factor != 0) {
                sum = empty ? factor * in[k * in_step] : sum + factor * in[k * in_step];
                empty = false;
            }
        }
        out[i * out_step] = sum;
    }
}

/* The two-sided transform out = down in across', in [down.columns][across.columns], out [down.rows][across.rows]. */
INLINE void two_sided(struct matrix down, struct matrix across, const vec *in, vec *out)
{
    vec half[FREQUENCIES];
    UNROLL
    for (size_t j = 0; j < across.columns; j++)
        multiply(down, in + j, across.columns, half + j, across.columns);
    UNROLL
    for (size_t i = 0; i < down.rows; i++)
        multiply(across, half + i * across.columns, 1, out + i * across.rows, 1);
}

#endif
