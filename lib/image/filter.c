#include "image/filter.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/border.h"

static void copy_alpha(const struct sk_image *in, struct sk_image *out)
{
    const size_t depth = sk_image_depth(in), total = in->width * in->height * depth;
    if (in->alpha)
        for (size_t i = depth - 1; i < total; i += depth)
            out->sample[i] = in->sample[i];
}

/* --- Gaussian --- */

double sk_gaussian_sigma(int diameter)
{
    return 0.3 * ((diameter - 1) * 0.5 - 1) + 0.8;
}

static void gaussian_kernel(int diameter, double sigma, float *weight)
{
    double exact[SK_FILTER_MAX_DIAMETER], sum = 0;
    for (int i = 0; i < diameter; i++) {
        const int from_centre = i - diameter / 2;
        const double x = from_centre;
        exact[i] = exp(-x * x / (2 * sigma * sigma));
        sum += exact[i];
    }
    for (int i = 0; i < diameter; i++)
        weight[i] = (float)(exact[i] / sum);
}

typedef float vector __attribute__((vector_size(32)));

/* sum[i] = start + sum over k of weight[k] line[k][i], added up in the order of k; sums of four vectors stay in registers. */
SK_SIMD static void weigh_lines(const float *const *line, const float *weight, int lines, size_t n, float start,
                                float *restrict sum)
{
    enum { LANES = sizeof(vector) / sizeof(float), VECTORS = 4 };
    const size_t step = n < VECTORS * LANES ? 0 : VECTORS * LANES;
    for (size_t i = 0; step > 0 && i < n; i += step) {
        vector block[VECTORS], next;
        i = i + step <= n ? i : n - step; /* the last sums once more */
        for (int v = 0; v < VECTORS; v++)
            block[v] = (vector){0} + start;
        for (int k = 0; k < lines; k++)
            for (int v = 0; v < VECTORS; v++) {
                memcpy(&next, line[k] + i + v * LANES, sizeof next);
                block[v] += weight[k] * next;
            }
        memcpy(sum + i, block, sizeof block);
    }
    for (size_t i = 0; step == 0 && i < n; i++) {
        sum[i] = start;
        for (int k = 0; k < lines; k++)
            sum[i] += weight[k] * line[k][i];
    }
}

SK_SIMD static void widen(const uint16_t *restrict from, size_t n, float *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

SK_SIMD static void narrow(const float *restrict from, size_t n, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint16_t)(int)from[i];
}

/* Row y, reflected on all sides, blurred along itself; padded is room for its width + diameter - 1 pixels. */
static void blur_row(const struct sk_image *in, ptrdiff_t y, const float *weight, int diameter, float *padded,
                     float *to)
{
    const size_t depth = sk_image_depth(in), n = in->width * depth, margin = (size_t)(diameter / 2) * depth;
    const ptrdiff_t width = (ptrdiff_t)in->width;
    const uint16_t *from = in->sample + (size_t)sk_reflect(y, (ptrdiff_t)in->height) * n;
    const float *line[SK_FILTER_MAX_DIAMETER];
    widen(from, n, padded + margin);
    for (ptrdiff_t x = 1; x <= diameter / 2; x++)
        for (size_t c = 0; c < depth; c++) {
            padded[margin - (size_t)x * depth + c] = from[(size_t)sk_reflect(-x, width) * depth + c];
            padded[margin + n + (size_t)(x - 1) * depth + c] = from[(size_t)sk_reflect(width - 1 + x, width) * depth + c];
        }
    for (int k = 0; k < diameter; k++)
        line[k] = padded + (size_t)k * depth;
    weigh_lines(line, weight, diameter, n, 0, to);
}

int sk_filter_gaussian(const struct sk_image *in, int diameter, double sigma, struct sk_image *out,
                       struct sk_error *err)
{
    const size_t depth = sk_image_depth(in), n = in->width * depth, d = (size_t)diameter;
    float weight[SK_FILTER_MAX_DIAMETER];
    const float *line[SK_FILTER_MAX_DIAMETER];
    size_t count;
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    if (!sk_mul(n, d + 2, &count))
        return sk_fail(err, "rows of %zu pixels are more than memory can address", in->width);
    float *memory = sk_alloc(count + d * depth, sizeof *memory, err); /* d blurred rows, a sum, a padded row */
    if (!memory)
        return -1;
    gaussian_kernel(diameter, sigma, weight);
    float *sum = memory + d * n, *padded = sum + n;
    for (size_t i = 0; i < in->height + d - 1; i++) { /* blurred row i stands for y = i - diameter / 2 */
        blur_row(in, (ptrdiff_t)i - diameter / 2, weight, diameter, padded, memory + i % d * n);
        if (i + 1 < d)
            continue;
        for (size_t k = 0; k < d; k++)
            line[k] = memory + (i + 1 + k) % d * n;
        weigh_lines(line, weight, diameter, n, 0.5f, sum);
        narrow(sum, n, out->sample + (i + 1 - d) * n);
    }
    free(memory);
    copy_alpha(in, out);
    return 0;
}

/* --- median --- */

/* Counts of a window's samples, and of blocks of 2^shift values, so that the median is found in two short walks
   (Huang, Yang, Tang: A fast two-dimensional median filtering algorithm, IEEE TASSP 27, 1979). */
struct histogram {
    unsigned shift;
    uint16_t *fine, *coarse;
    size_t bytes; /* of both */
};

static int alloc_histogram(struct histogram *h, unsigned maxval, struct sk_error *err)
{
    h->shift = maxval > 255 ? 8 : 4;
    const size_t blocks = (maxval >> h->shift) + 1, values = blocks << h->shift;
    h->bytes = (values + blocks) * sizeof *h->fine;
    h->fine = sk_alloc(values + blocks, sizeof *h->fine, err);
    h->coarse = h->fine ? h->fine + values : NULL;
    return h->fine ? 0 : -1;
}

static inline void count_sample(struct histogram *h, uint16_t value, int change)
{
    h->fine[value] = (uint16_t)(h->fine[value] + change);
    h->coarse[value >> h->shift] = (uint16_t)(h->coarse[value >> h->shift] + change);
}

/* The value below which fewer than half of the window lie, and up to which more than half do. */
static uint16_t find_median(const struct histogram *h, unsigned half)
{
    unsigned block = 0, below = 0;
    while (below + h->coarse[block] <= half)
        below += h->coarse[block++];
    unsigned value = block << h->shift;
    while (below + h->fine[value] <= half)
        below += h->fine[value++];
    return (uint16_t)value;
}

/* Adds or takes away the column x of the window about row y, both held inside the image. */
static void count_column(struct histogram *h, const struct sk_image *in, size_t channel, ptrdiff_t x, ptrdiff_t y,
                         ptrdiff_t radius, int change)
{
    const ptrdiff_t width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const size_t depth = sk_image_depth(in);
    x = x < 0 ? 0 : x < width ? x : width - 1;
    for (ptrdiff_t i = y - radius; i <= y + radius; i++) {
        const ptrdiff_t row = i < 0 ? 0 : i < height ? i : height - 1;
        count_sample(h, in->sample[(size_t)(row * width + x) * depth + channel], change);
    }
}

int sk_filter_median(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err)
{
    const ptrdiff_t radius = diameter / 2, width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const size_t depth = sk_image_depth(in);
    const unsigned half = (unsigned)(diameter * diameter) / 2;
    struct histogram h;
    if (sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err) ||
        alloc_histogram(&h, in->maxval, err))
        return -1;
    for (size_t c = 0; c < in->channels; c++)
        for (ptrdiff_t y = 0; y < height; y++) {
            memset(h.fine, 0, h.bytes);
            for (ptrdiff_t x = -radius; x < radius; x++)
                count_column(&h, in, c, x, y, radius, 1);
            for (ptrdiff_t x = 0; x < width; x++) {
                count_column(&h, in, c, x + radius, y, radius, 1);
                out->sample[(size_t)(y * width + x) * depth + c] = find_median(&h, half);
                count_column(&h, in, c, x - radius, y, radius, -1);
            }
        }
    free(h.fine);
    copy_alpha(in, out);
    return 0;
}
