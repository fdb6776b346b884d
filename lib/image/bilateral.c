/* The weight of a pair of pixels is the same seen from either end, so each pair is weighed once: the rows of pixels p go
   from top to bottom, each against the half of the window that lies behind it (right in its row, or in a row below), and
   the weighted samples are added to the sums of both ends. Rows are planes of float, scaled so that a weight's logarithm
   is the square of a distance, and the inner loop (bilateral_pairs.h) runs along a row with the same offset for all of
   its pixels: no table look-up, no branch. An image is cut into strips of columns, so that the rows at work stay in the
   cache. All levels of SIMD multiply and add at once, with one rounding, and so give the same samples. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/bilateral.h"
#include "image/border.h"
#include "image/filter.h"

enum {
    STRIP = 256, /* columns filtered at a time */
    LANES = 16   /* a row's length is rounded up to these, so that the vector loop leaves no rest */
};

/* An offset (dx, dy) to a pixel behind: dy > 0, or dy = 0 and dx > 0. */
struct tap {
    int dx, dy;
    float log2_space; /* base-2 logarithm of the spatial weight */
};

/* The rows at work, row y in slot y mod slots. Column x of the strip lies at index margin + x; that of column -radius is a
   multiple of LANES. */
struct rows {
    size_t planes, slots, margin, stride;
    float *memory;
    float *sample; /* [slots][planes][stride] */
    float *behind; /* [slots][planes + 1][stride]: weighted samples, and weights, that pixels before have added */
    float *own;    /* [planes + 1][stride]: those that the current row gets from the pixels behind it */
};

/* The pixels behind those of a row by one tap, and their sums. */
struct behind {
    const float *sample;
    float *sums;
    float log2_space;
};

enum { MOST_TAPS = 4 }; /* at a time */

typedef float float4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t integer4 __attribute__((vector_size(16)));
typedef double double4 __attribute__((vector_size(32)));
typedef int64_t long4 __attribute__((vector_size(32)));

static inline float4 greater(float4 x, float4 y)
{
    const integer4 first = x > y;
    return (float4)(((integer4)x & first) | ((integer4)y & ~first));
}

/* x y + z, rounded once: the product is exact in double, the sum is rounded to odd there, from where rounding to float is as from
   the exact sum (Boldo, Melquiond: Emulation of FMA and correctly rounded sums, IEEE Trans. Computers 57, 2008). */
static inline float4 fused(float4 x, float4 y, float4 z)
{
    const double4 product = __builtin_convertvector(x, double4) * __builtin_convertvector(y, double4);
    const double4 other = __builtin_convertvector(z, double4), sum = product + other, back = sum - product;
    const double4 rest = (product - (sum - back)) + (other - back);
    const long4 bits = (long4)sum, even = (bits & 1) - 1, inexact = rest != 0;
    const long4 away = (((rest > 0) ^ (sum > 0)) | 1); /* 1 to a greater magnitude, -1 to a smaller one */
    return __builtin_convertvector((double4)(bits + (away & even & inexact)), float4);
}

#define LEVEL(name) name##_baseline
#define TARGET
#define VEC float4
#define INT integer4
#define WIDTH 4
#define FMA(x, y, z) fused((x), (y), (z))
#define MAX(x, y) greater((x), (y))
#define FRACTION(x, n) ((x) - (n))
#include "image/bilateral_pairs.h"

#ifdef __x86_64__
#include <immintrin.h>

typedef float float8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t integer8 __attribute__((vector_size(32)));

#define LEVEL(name) name##_avx2
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define VEC float8
#define INT integer8
#define WIDTH 8
#define FMA(x, y, z) _mm256_fmadd_ps(x, y, z)
#define MAX(x, y) _mm256_max_ps(x, y)
#define FRACTION(x, n) ((x) - (n))
#include "image/bilateral_pairs.h"

typedef float float16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t integer16 __attribute__((vector_size(64)));

#define LEVEL(name) name##_avx512
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define VEC float16
#define INT integer16
#define WIDTH 16
#define FMA(x, y, z) _mm512_fmadd_ps(x, y, z)
#define MAX(x, y) _mm512_max_ps(x, y)
#define FRACTION(x, n) _mm512_reduce_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#include "image/bilateral_pairs.h"
#endif

typedef void add_pairs(size_t planes, size_t taps, bool faint, const float *p, float *own, const struct behind b[MOST_TAPS],
                       size_t stride, size_t n);

/* What a level of SIMD has: lanes of its vectors divide LANES. */
struct level {
    size_t lanes;
    add_pairs *add_pairs;
};

static struct level level_of(const char *name)
{
#ifdef __x86_64__
    if (strcmp(name, "avx512") == 0)
        return (struct level){16, add_pairs_avx512};
    if (strcmp(name, "avx2") == 0)
        return (struct level){8, add_pairs_avx2};
#endif
    (void)name;
    return (struct level){4, add_pairs_baseline};
}

struct bilateral {
    struct level level;
    int radius, taps;
    struct tap *tap;
    bool faint;  /* weights may be below 2^-126 */
    float scale; /* of samples: the base-2 logarithm of the colour weight is -(scale v)^2; 16 makes any v weigh nothing */
};

/* A pixel's own sample, and its weight of 1, in its own mean. */
SK_SIMD static void start_sums(const float *restrict sample, size_t planes, size_t stride, float *restrict own)
{
    memcpy(own, sample, planes * stride * sizeof *own);
    for (size_t i = planes * stride; i < (planes + 1) * stride; i++)
        own[i] = 1;
}

/* own = (own + behind) / their weights / scale, plus a half to round, of n pixels; the sums of weights are used up. */
SK_SIMD static void normalise(float *own, const float *behind, size_t planes, size_t stride, size_t n, float scale)
{
    float *weight = own + planes * stride;
    const float *behind_weight = behind + planes * stride;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        weight[i] = 1 / ((weight[i] + behind_weight[i]) * scale);
    for (size_t c = 0; c < planes; c++)
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            own[c * stride + i] = (own[c * stride + i] + behind[c * stride + i]) * weight[i] + 0.5f;
}

static size_t slot_of(const struct rows *rows, ptrdiff_t y)
{
    const ptrdiff_t slots = (ptrdiff_t)rows->slots;
    return (size_t)((y % slots + slots) % slots);
}

static float *row_of(float *memory, const struct rows *rows, size_t planes, size_t slot)
{
    return memory + slot * planes * rows->stride;
}

/* Takes n pixels apart into planes, scaled, and puts planes together again; a pixel has `depth` samples, of which alpha is not
   touched.
   Written out for the usual depths, so that it becomes vectors. */
SK_SIMD static void pixels_to_planes(const uint16_t *restrict from, size_t depth, size_t planes, size_t n, float scale,
                                     float *restrict to, size_t stride)
{
    if (depth == 3)
        for (size_t x = 0; x < n; x++) {
            to[x] = scale * from[3 * x];
            to[stride + x] = scale * from[3 * x + 1];
            to[2 * stride + x] = scale * from[3 * x + 2];
        }
    else if (depth == 1)
        for (size_t x = 0; x < n; x++)
            to[x] = scale * from[x];
    else
        for (size_t c = 0; c < planes; c++)
            for (size_t x = 0; x < n; x++)
                to[c * stride + x] = scale * from[x * depth + c];
}

SK_SIMD static void planes_to_pixels(const float *restrict from, size_t stride, size_t depth, size_t planes, size_t n,
                                     uint16_t *restrict to)
{
    if (depth == 3)
        for (size_t x = 0; x < n; x++) {
            to[3 * x] = (uint16_t)(int)from[x];
            to[3 * x + 1] = (uint16_t)(int)from[stride + x];
            to[3 * x + 2] = (uint16_t)(int)from[2 * stride + x];
        }
    else if (depth == 1)
        for (size_t x = 0; x < n; x++)
            to[x] = (uint16_t)(int)from[x];
    else
        for (size_t c = 0; c < planes; c++)
            for (size_t x = 0; x < n; x++)
                to[x * depth + c] = (uint16_t)(int)from[c * stride + x];
}

/* Columns begin to end of a strip's plane, which lie outside the image, from those that they reflect: these are no farther from the
   image's edge than a radius, and have been loaded. */
static void reflect_columns(float *plane, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t left, ptrdiff_t image_width)
{
    for (ptrdiff_t x = begin; x < end; x++)
        plane[x] = plane[sk_reflect(left + x, image_width) - left];
}

/* Brings row y (reflected) into its slot, columns left - radius to left + width + radius, and clears its sums. */
static void load_row(const struct bilateral *b, struct rows *rows, const struct sk_image *in, ptrdiff_t left, ptrdiff_t width,
                     ptrdiff_t y)
{
    const size_t depth = sk_image_depth(in);
    const ptrdiff_t radius = b->radius;
    const ptrdiff_t right = (ptrdiff_t)in->width - left; /* of the image, seen from the strip */
    const ptrdiff_t inner_begin = left < radius ? -left : -radius;
    const ptrdiff_t inner_end = right < width + radius ? right : width + radius;
    const uint16_t *row = in->sample + (size_t)sk_reflect(y, (ptrdiff_t)in->height) * in->width * depth;
    const size_t slot = slot_of(rows, y);
    float *to = row_of(rows->sample, rows, rows->planes, slot) + rows->margin;
    pixels_to_planes(row + (size_t)(left + inner_begin) * depth, depth, rows->planes, (size_t)(inner_end - inner_begin),
                     b->scale, to + inner_begin, rows->stride);
    for (size_t c = 0; c < rows->planes; c++, to += rows->stride) {
        reflect_columns(to, -radius, inner_begin, left, (ptrdiff_t)in->width);
        reflect_columns(to, inner_end, width + radius, left, (ptrdiff_t)in->width);
    }
    memset(row_of(rows->behind, rows, rows->planes + 1, slot), 0, (rows->planes + 1) * rows->stride * sizeof *rows->behind);
}

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* Weighs the pixels of row y against those behind them. */
static void filter_row(const struct bilateral *b, struct rows *rows, size_t width, ptrdiff_t y)
{
    const size_t planes = rows->planes, stride = rows->stride, slot = slot_of(rows, y), lanes = b->level.lanes;
    const float *p = row_of(rows->sample, rows, planes, slot);
    start_sums(p, planes, stride, rows->own);
    for (int k = 0, taps; k < b->taps; k += taps) {
        const struct tap *tap = &b->tap[k];
        struct behind behind[MOST_TAPS];
        /* From where p or q is first in the strip to where they are last, the same for all of a column, but so that the
           many vectors of q and its sums are aligned. */
        const ptrdiff_t left = b->radius + (tap->dx < 0 ? tap->dx : 0), right = b->radius + (tap->dx > 0 ? tap->dx : 0);
        const size_t skipped = (size_t)left / lanes * lanes, first = rows->margin - (size_t)b->radius + skipped;
        const size_t n = round_up((size_t)right + width - skipped, lanes);
        const ptrdiff_t at = (ptrdiff_t)first - tap->dx; /* of p */
        for (taps = 0; taps < MOST_TAPS && k + taps < b->taps && tap[taps].dx == tap->dx; taps++) {
            const size_t after = slot + (size_t)tap[taps].dy, other = after < rows->slots ? after : after - rows->slots;
            behind[taps] = (struct behind){row_of(rows->sample, rows, planes, other) + first,
                                           row_of(rows->behind, rows, planes + 1, other) + first, tap[taps].log2_space};
        }
        if (y + tap[taps - 1].dy >= 0) /* else neither end is in the image */
            b->level.add_pairs(planes, (size_t)taps, b->faint, p + at, rows->own + at, behind, stride, n);
    }
}

static void store_row(const struct rows *rows, const struct sk_image *in, size_t left, size_t width, size_t y,
                      struct sk_image *out)
{
    const size_t depth = sk_image_depth(in), at = (y * in->width + left) * depth;
    planes_to_pixels(rows->own + rows->margin, rows->stride, depth, rows->planes, width, out->sample + at);
    if (in->alpha)
        for (size_t i = at + depth - 1; i < at + width * depth; i += depth)
            out->sample[i] = in->sample[i];
}

static void filter_strip(const struct bilateral *b, struct rows *rows, const struct sk_image *in, size_t left,
                         size_t width, struct sk_image *out)
{
    const ptrdiff_t radius = b->radius, height = (ptrdiff_t)in->height;
    for (ptrdiff_t below = -radius; below < height + radius; below++) {
        const ptrdiff_t y = below - radius;
        load_row(b, rows, in, (ptrdiff_t)left, (ptrdiff_t)width, below);
        if (y < -radius)
            continue;
        filter_row(b, rows, width, y);
        if (y >= 0) {
            const float *sums = row_of(rows->behind, rows, rows->planes + 1, slot_of(rows, y));
            normalise(rows->own + rows->margin, sums + rows->margin, rows->planes, rows->stride, width, b->scale);
            store_row(rows, in, left, width, (size_t)y, out);
        }
    }
}

/* Base-2 logarithm of the weight of a pixel so far away, squared. */
static double log2_of_space(int square, double sigma_space)
{
    return -square / (2 * sigma_space * sigma_space) * M_LOG2E;
}

/* The half of the window that lies behind its centre. */
static int make_taps(struct bilateral *b, double sigma_space, struct sk_error *err)
{
    const int radius = b->radius;
    b->tap = sk_alloc((size_t)(radius + 1) * (size_t)(2 * radius + 1), sizeof *b->tap, err);
    if (!b->tap)
        return -1;
    /* MOST_TAPS of a column at a time, from its first row behind the centre, and those of all columns one after another: the sums
       of these rows stay in the nearest cache. */
    for (int top = 0; top <= radius; top += MOST_TAPS)
        for (int dx = -radius; dx <= radius; dx++)
            for (int dy = top + (dx <= 0); dy < top + (dx <= 0) + MOST_TAPS; dy++) {
                const int square = dx * dx + dy * dy;
                if (square <= radius * radius)
                    b->tap[b->taps++] = (struct tap){dx, dy, (float)log2_of_space(square, sigma_space)};
            }
    return 0;
}

static int alloc_rows(struct rows *rows, const struct sk_image *in, int radius, struct sk_error *err)
{
    const size_t width = in->width < STRIP ? in->width : STRIP, r = (size_t)radius;
    rows->planes = in->channels;
    rows->slots = r + 1;
    rows->margin = round_up(r, LANES) + r;
    rows->stride = round_up(rows->margin + width + 2 * r + LANES - 1, LANES);
    rows->stride += rows->stride / LANES % 2 == 0 ? LANES : 0; /* rows 4096 bytes apart would be in each other's way in the cache */
    const size_t samples = rows->slots * rows->planes * rows->stride;
    const size_t sums = (rows->planes + 1) * rows->stride;
    rows->memory = sk_alloc(samples + (rows->slots + 1) * sums, sizeof *rows->memory, err);
    if (!rows->memory)
        return -1;
    rows->sample = rows->memory;
    rows->behind = rows->sample + samples;
    rows->own = rows->behind + rows->slots * sums;
    return 0;
}

/* -1 with err where it is too large. */
static int radius_of(int diameter, double sigma_space, struct sk_error *err)
{
    if (diameter > 0)
        return diameter > 2 ? diameter / 2 : 1;
    const double radius = fmax(rint(1.5 * sigma_space), 1), window = 2 * radius + 1;
    if (window > SK_FILTER_MAX_WINDOW)
        return sk_fail(err, "a sigma of %g wants a window of %.0f pixels; at most %d are filtered", sigma_space, window,
                       SK_FILTER_MAX_WINDOW);
    return (int)radius;
}

int sk_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space, const char *level,
                 struct sk_image *out, struct sk_error *err)
{
    const double sigma = sigma_color * in->maxval / 255, scale = fmin(fmax(sqrt(M_LOG2E / 2) / sigma, 1e-12), 16);
    const double farthest = scale * in->maxval * in->channels;
    struct bilateral b = {.level = level_of(level), .radius = radius_of(diameter, sigma_space, err), .scale = (float)scale};
    struct rows rows = {0};
    if (b.radius < 0 || sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err) ||
        make_taps(&b, sigma_space, err))
        return -1;
    b.faint = farthest * farthest - log2_of_space(b.radius * b.radius, sigma_space) > 125;
    int status = alloc_rows(&rows, in, b.radius, err);
    for (size_t left = 0; status == 0 && left < in->width; left += STRIP)
        filter_strip(&b, &rows, in, left, in->width - left < STRIP ? in->width - left : STRIP, out);
    free(rows.memory);
    free(b.tap);
    return status;
}

int sk_filter_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space,
                        struct sk_image *out, struct sk_error *err)
{
    return sk_bilateral(in, diameter, sigma_color, sigma_space, sk_simd_level(), out, err);
}
