#include "image/crop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

/* How output pixel i of a line is made: sum over k < taps of weight[i taps + k] in[first[i] + k]. */
struct resampler {
    size_t taps;
    size_t *first;
    float *weight;
};

static void free_resampler(struct resampler *r)
{
    free(r->first);
    free(r->weight);
}

static int alloc_resampler(struct resampler *r, size_t to, size_t taps, struct sk_error *err)
{
    size_t weights;
    *r = (struct resampler){.taps = taps};
    if (!sk_mul(to, taps, &weights))
        return sk_fail(err, "a width of %zu is more than memory can address", to);
    r->first = sk_alloc(to, sizeof *r->first, err);
    r->weight = r->first ? sk_alloc(weights, sizeof *r->weight, err) : NULL;
    if (!r->weight) {
        free_resampler(r);
        return -1;
    }
    return 0;
}

/* Output i covers [i from / to, (i + 1) from / to) of the input; in units of 1 / to that is in whole numbers. */
static int area_resampler(struct resampler *r, size_t from, size_t to, struct sk_error *err)
{
    size_t taps = (from + to - 1) / to + 1;
    if (alloc_resampler(r, to, taps < from ? taps : from, err))
        return -1;
    for (size_t i = 0; i < to; i++) {
        size_t low = i * from, high = low + from, first = low / to;
        if (first + r->taps > from)
            first = from - r->taps;
        r->first[i] = first;
        for (size_t k = 0; k < r->taps; k++) {
            size_t begin = (first + k) * to, end = begin + to;
            begin = begin > low ? begin : low;
            end = end < high ? end : high;
            r->weight[i * r->taps + k] = end > begin ? (float)(end - begin) / (float)from : 0;
        }
    }
    return 0;
}

/* Keys' cubic convolution kernel, a = -1/2. */
static double cubic(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* Output i's centre lies at (i + 1/2) from / to - 1/2 of the input; taps beyond the border fall on the outermost pixel. */
static int cubic_resampler(struct resampler *r, size_t from, size_t to, struct sk_error *err)
{
    if (alloc_resampler(r, to, from < 4 ? from : 4, err))
        return -1;
    for (size_t i = 0; i < to; i++) {
        double centre = ((double)i + 0.5) * (double)from / (double)to - 0.5;
        long base = (long)floor(centre) - 1, last = (long)from - 1;
        long first = base < 0 ? 0 : base;
        if (first + (long)r->taps > (long)from)
            first = (long)(from - r->taps);
        r->first[i] = (size_t)first;
        for (long k = base; k < base + 4; k++) {
            long at = k < 0 ? 0 : k > last ? last : k;
            r->weight[i * r->taps + (size_t)(at - first)] += (float)cubic(centre - (double)k);
        }
    }
    return 0;
}

/* One line [from][depth] to [to][depth]. */
static inline __attribute__((always_inline)) void resample_pixels(const struct resampler *r, size_t to, size_t depth,
                                                                  const uint16_t *in, float *out)
{
    for (size_t i = 0; i < to; i++) {
        const float *weight = r->weight + i * r->taps;
        const uint16_t *from = in + r->first[i] * depth;
        float sum[4] = {0};
        for (size_t k = 0; k < r->taps; k++)
            for (size_t c = 0; c < depth; c++)
                sum[c] += weight[k] * from[k * depth + c];
        for (size_t c = 0; c < depth; c++)
            out[i * depth + c] = sum[c];
    }
}

/* Written out for the usual depths, whose sums stay in registers. */
static void resample_row(const struct resampler *r, size_t to, size_t depth, const uint16_t *in, float *out)
{
    switch (depth) {
    case 1: resample_pixels(r, to, 1, in, out); break;
    case 3: resample_pixels(r, to, 3, in, out); break;
    default: resample_pixels(r, to, depth, in, out);
    }
}

/* One output row from taps rows of n samples; sum is room for n. */
SK_SIMD static void resample_column(const float *weight, size_t taps, const float *rows, size_t n, float maxval,
                                    float *restrict sum, uint16_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        sum[i] = 0.5f;
    for (size_t k = 0; k < taps; k++)
        for (size_t i = 0; i < n; i++)
            sum[i] += weight[k] * rows[k * n + i];
    for (size_t i = 0; i < n; i++) {
        float value = sum[i] < 0 ? 0 : sum[i];
        out[i] = (uint16_t)(int)(value > maxval ? maxval : value);
    }
}

static int scale(const struct resampler *r, const struct sk_image *in, size_t side, struct sk_image *out,
                 struct sk_error *err)
{
    const size_t depth = sk_image_depth(in), n = out->width * depth;
    const size_t left = (in->width - side) / 2, top = (in->height - side) / 2;
    size_t count;
    if (!sk_mul(side + 1, n, &count))
        return sk_fail(err, "a width of %zu is more than memory can address", out->width);
    float *rows = sk_alloc(count, sizeof *rows, err);
    if (!rows)
        return -1;
    for (size_t y = 0; y < side; y++)
        resample_row(r, out->width, depth, in->sample + ((top + y) * in->width + left) * depth, rows + y * n);
    for (size_t y = 0; y < out->height; y++)
        resample_column(r->weight + y * r->taps, r->taps, rows + r->first[y] * n, n, (float)in->maxval,
                        rows + side * n, out->sample + y * n);
    free(rows);
    return 0;
}

static void cut(const struct sk_image *in, struct sk_image *out)
{
    const size_t side = out->width, depth = sk_image_depth(in);
    const size_t left = (in->width - side) / 2, top = (in->height - side) / 2;
    for (size_t y = 0; y < side; y++)
        memcpy(out->sample + y * side * depth, in->sample + ((top + y) * in->width + left) * depth,
               side * depth * sizeof *out->sample);
}

int sk_image_crop(const struct sk_image *in, size_t width, struct sk_image *out, struct sk_error *err)
{
    const size_t side = in->width < in->height ? in->width : in->height;
    if (sk_image_shape(out, width, width, in->channels, in->alpha, in->maxval, err))
        return -1;
    if (side == width) {
        cut(in, out);
        return 0;
    }
    struct resampler r;
    if (side > width ? area_resampler(&r, side, width, err) : cubic_resampler(&r, side, width, err))
        return -1;
    int status = scale(&r, in, side, out, err);
    free_resampler(&r);
    return status;
}
