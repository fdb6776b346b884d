/* The weight of a pair of pixels is the same seen from either end, so each pair is weighed once: the rows of pixels p go
   from top to bottom, each against the half of the window that lies behind it (right in its row, or in a row below), and
   the weighted samples are added to the sums of both ends. Rows are planes of float, and the inner loop runs along a
   row with the same offset for all of its pixels: no table look-up, no branch. An image is cut into strips of columns,
   so that the rows at work stay in the cache. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
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

struct bilateral {
    int radius, taps;
    struct tap *tap;
    float log2_color; /* times v^2: base-2 logarithm of the colour weight */
};

/* The rows at work, row y in slot y mod slots. Column x of the strip lies at index margin + x. */
struct rows {
    size_t planes, slots, margin, stride;
    float *memory;
    float *sample; /* [slots][planes][stride] */
    float *behind; /* [slots][planes + 1][stride]: weighted samples, and weights, that pixels before have added */
    float *own;    /* [planes + 1][stride]: those that the current row gets from the pixels behind it */
};

/* 2^x for -126 <= x <= 0, relative error below 2e-7: the nearest whole number goes into the exponent, 2^f of the rest
   is a polynomial, fitted for the least greatest error on |f| <= 1/2 with 2^0 = 1 exactly. */
static inline float exp2_negative(float x)
{
    const float magic = 12582912.0f; /* 1.5 2^23: adding it leaves the nearest whole number in the low bits */
    const union {
        float value;
        uint32_t bits;
    } shifted = {.value = x + magic};
    const float f = x - (shifted.value - magic);
    union {
        float value;
        uint32_t bits;
    } power;
    power.value =
        1.0f + f * (0.693147004f + f * (0.240222424f + f * (0.0555073358f + f * (0.00967151299f + f * 0.00132647238f))));
    power.bits += shifted.bits << 23;
    return power.value;
}

static inline float pair_weight(float v, float log2_color, float log2_space)
{
    const float exponent = v * v * log2_color + log2_space;
    return exp2_negative(exponent > -126.0f ? exponent : -126.0f);
}

/* Weighs the pairs p[i], q[i] of n colour pixels, n a multiple of LANES. */
SK_SIMD static void add_pairs_rgb(const float *p, const float *q, float *own, float *behind, size_t stride, size_t n,
                                  float log2_color, float log2_space)
{
    const float *p1 = p + stride, *p2 = p1 + stride, *q1 = q + stride, *q2 = q1 + stride;
    float *own1 = own + stride, *own2 = own1 + stride, *own_weight = own2 + stride;
    float *behind1 = behind + stride, *behind2 = behind1 + stride, *behind_weight = behind2 + stride;
#pragma omp simd
    for (size_t i = 0; i < n / LANES * LANES; i++) {
        const float v = fabsf(p[i] - q[i]) + fabsf(p1[i] - q1[i]) + fabsf(p2[i] - q2[i]);
        const float weight = pair_weight(v, log2_color, log2_space);
        own[i] += weight * q[i];
        own1[i] += weight * q1[i];
        own2[i] += weight * q2[i];
        own_weight[i] += weight;
        behind[i] += weight * p[i];
        behind1[i] += weight * p1[i];
        behind2[i] += weight * p2[i];
        behind_weight[i] += weight;
    }
}

/* As add_pairs_rgb, of gray pixels. */
SK_SIMD static void add_pairs_gray(const float *p, const float *q, float *own, float *behind, size_t stride, size_t n,
                                   float log2_color, float log2_space)
{
    float *own_weight = own + stride, *behind_weight = behind + stride;
#pragma omp simd
    for (size_t i = 0; i < n / LANES * LANES; i++) {
        const float weight = pair_weight(p[i] - q[i], log2_color, log2_space);
        own[i] += weight * q[i];
        own_weight[i] += weight;
        behind[i] += weight * p[i];
        behind_weight[i] += weight;
    }
}

/* own = (own + behind) / their weights. */
SK_SIMD static void normalise(float *own, const float *behind, size_t planes, size_t stride)
{
    const float *own_weight = own + planes * stride, *behind_weight = behind + planes * stride;
    for (size_t c = 0; c < planes; c++)
#pragma omp simd
        for (size_t i = c * stride; i < (c + 1) * stride; i++)
            own[i] = (own[i] + behind[i]) / (own_weight[i - c * stride] + behind_weight[i - c * stride]) + 0.5f;
}

static float *row_of(float *memory, const struct rows *rows, size_t planes, ptrdiff_t y)
{
    const ptrdiff_t slots = (ptrdiff_t)rows->slots;
    const size_t slot = (size_t)((y % slots + slots) % slots);
    return memory + slot * planes * rows->stride;
}

/* Brings row y (reflected) into its slot, columns left - radius to left + width + radius, and clears its sums. */
static void load_row(struct rows *rows, const struct sk_image *in, ptrdiff_t left, ptrdiff_t width, ptrdiff_t radius,
                     ptrdiff_t y)
{
    const size_t depth = sk_image_depth(in);
    const ptrdiff_t right = (ptrdiff_t)in->width - left; /* of the image, seen from the strip */
    const ptrdiff_t inner_begin = left < radius ? -left : -radius;
    const ptrdiff_t inner_end = right < width + radius ? right : width + radius;
    const uint16_t *row = in->sample + (size_t)sk_reflect(y, (ptrdiff_t)in->height) * in->width * depth;
    for (size_t c = 0; c < rows->planes; c++) {
        float *to = row_of(rows->sample, rows, rows->planes, y) + c * rows->stride + rows->margin;
        const uint16_t *from = row + c;
        for (ptrdiff_t x = -radius; x < inner_begin; x++)
            to[x] = from[(size_t)sk_reflect(left + x, (ptrdiff_t)in->width) * depth];
        for (ptrdiff_t x = inner_begin; x < inner_end; x++)
            to[x] = from[(size_t)(left + x) * depth];
        for (ptrdiff_t x = inner_end; x < width + radius; x++)
            to[x] = from[(size_t)sk_reflect(left + x, (ptrdiff_t)in->width) * depth];
    }
    memset(row_of(rows->behind, rows, rows->planes + 1, y), 0, (rows->planes + 1) * rows->stride * sizeof *rows->behind);
}

/* Weighs the pixels of row y against those behind them. */
static void filter_row(const struct bilateral *b, struct rows *rows, ptrdiff_t width, ptrdiff_t y)
{
    const size_t planes = rows->planes, stride = rows->stride;
    const float *p = row_of(rows->sample, rows, planes, y);
    memcpy(rows->own, p, planes * stride * sizeof *p);
    for (size_t i = 0; i < stride; i++) /* a pixel's weight in its own mean */
        rows->own[planes * stride + i] = 1;
    for (int k = 0; k < b->taps; k++) {
        const struct tap *tap = &b->tap[k];
        if (y + tap->dy < 0)
            continue; /* neither end is in the image */
        /* From where p or q is first in the image, but aligned, to where they are last. */
        const ptrdiff_t before = tap->dx > 0 ? (tap->dx + LANES - 1) / LANES * LANES : 0;
        const ptrdiff_t first = (ptrdiff_t)rows->margin - before;
        const ptrdiff_t last = tap->dx > 0 ? width : width - tap->dx;
        const size_t n = (size_t)(before + last + LANES - 1) / LANES * LANES;
        const float *q = row_of(rows->sample, rows, planes, y + tap->dy) + first + tap->dx;
        float *behind = row_of(rows->behind, rows, planes + 1, y + tap->dy) + first + tap->dx;
        (planes == 1 ? add_pairs_gray : add_pairs_rgb)(p + first, q, rows->own + first, behind, stride, n,
                                                       b->log2_color, tap->log2_space);
    }
}

static void store_row(const struct rows *rows, const struct sk_image *in, size_t left, size_t width, size_t y,
                      struct sk_image *out)
{
    const size_t depth = sk_image_depth(in), at = (y * in->width + left) * depth;
    for (size_t c = 0; c < rows->planes; c++) {
        const float *from = rows->own + c * rows->stride + rows->margin;
        uint16_t *to = out->sample + at + c;
        for (size_t x = 0; x < width; x++)
            to[x * depth] = (uint16_t)(int)from[x];
    }
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
        load_row(rows, in, (ptrdiff_t)left, (ptrdiff_t)width, radius, below);
        if (y < -radius)
            continue;
        filter_row(b, rows, (ptrdiff_t)width, y);
        if (y >= 0) {
            normalise(rows->own, row_of(rows->behind, rows, rows->planes + 1, y), rows->planes, rows->stride);
            store_row(rows, in, left, width, (size_t)y, out);
        }
    }
}

/* The half of the window that lies behind its centre. */
static int make_taps(struct bilateral *b, double sigma_space, struct sk_error *err)
{
    const int radius = b->radius;
    b->tap = sk_alloc((size_t)(radius + 1) * (size_t)(2 * radius + 1), sizeof *b->tap, err);
    if (!b->tap)
        return -1;
    for (int dx = -radius; dx <= radius; dx++) /* the next tap is in another row: its sums are not still being stored */
        for (int dy = dx > 0 ? 0 : 1; dy <= radius; dy++) {
            const int square = dx * dx + dy * dy;
            if (square <= radius * radius)
                b->tap[b->taps++] = (struct tap){dx, dy, (float)(-square / (2 * sigma_space * sigma_space) * M_LOG2E)};
        }
    return 0;
}

static int alloc_rows(struct rows *rows, const struct sk_image *in, int radius, struct sk_error *err)
{
    const size_t width = in->width < STRIP ? in->width : STRIP, r = (size_t)radius;
    rows->planes = in->channels;
    rows->slots = r + 1;
    rows->margin = (r + LANES - 1) / LANES * LANES;
    rows->stride = (rows->margin + width + 2 * r + 2 * LANES - 1) / LANES * LANES;
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

int sk_filter_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space,
                        struct sk_image *out, struct sk_error *err)
{
    const double sigma = sigma_color * in->maxval / 255;
    struct bilateral b = {.radius = diameter > 2 ? diameter / 2 : 1,
                          .log2_color = (float)(-M_LOG2E / (2 * sigma * sigma))};
    struct rows rows = {0};
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err) ||
        make_taps(&b, sigma_space, err))
        return -1;
    int status = alloc_rows(&rows, in, b.radius, err);
    for (size_t left = 0; status == 0 && left < in->width; left += STRIP)
        filter_strip(&b, &rows, in, left, in->width - left < STRIP ? in->width - left : STRIP, out);
    free(rows.memory);
    free(b.tap);
    return status;
}
