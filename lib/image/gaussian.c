/* Gaussian blur in fixed point, as OpenCV's GaussianBlur has it for whole samples, to the last bit: a weight is a whole number
   of 1/256 where samples have 8 bits, of 1/65536 where they have 16; sums are exact, and rounded once, at the end. A row is
   blurred across first, from the image's own rows, then along itself, its high and its low bits apart, so that words of twice
   a sample's width hold all sums. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/border.h"
#include "image/filter.h"

enum {
    MOST_PAIRS = 4, /* that are added at a time */
    MOST_RADIUS = SK_FILTER_MAX_WINDOW / 2,
    BLOCK = 32 /* rows are read and written in whole blocks of samples where what follows them allows: no loop has a rest */
};

struct blur {
    ptrdiff_t radius, width, height;
    size_t depth, n, margin;          /* samples of a pixel, of a row, of the pixels of a radius */
    size_t blocks;                    /* n to whole blocks */
    uint32_t weight[MOST_RADIUS + 1]; /* of pixels so far away */
    int narrow;                       /* bits that the weights have been shifted by: see narrow_weights */
    void *high_sum, *low_sum;         /* a row of words */
    uint16_t *high, *low;             /* a row and a margin on either side */
    const uint16_t *high_line[2 * MOST_RADIUS + 1], *low_line[2 * MOST_RADIUS + 1]; /* shifted by -radius to radius pixels */
};

/* Puts what a row shows beyond its ends, reflected, into the margins. */
static inline __attribute__((always_inline)) void reflect_pixels(const struct blur *b, size_t depth, uint16_t *row)
{
    uint16_t *before = row, *first = row + b->margin, *after = first + b->n;
    for (ptrdiff_t x = 1; x <= b->radius; x++) {
        const uint16_t *left = first + (size_t)sk_reflect(-x, b->width) * depth;
        const uint16_t *right = first + (size_t)sk_reflect(b->width - 1 + x, b->width) * depth;
        for (size_t c = 0; c < depth; c++) {
            before[(size_t)(b->radius - x) * depth + c] = left[c];
            after[(size_t)(x - 1) * depth + c] = right[c];
        }
    }
}

static void reflect_ends(const struct blur *b, uint16_t *row)
{
    switch (b->depth) {
    case 1: reflect_pixels(b, 1, row); break;
    case 3: reflect_pixels(b, 3, row); break;
    default: reflect_pixels(b, b->depth, row);
    }
}

#define NAME(name) name##_8
#define BITS 8
#define WORD uint16_t
#include "image/gaussian_row.h"

static inline __attribute__((always_inline)) uint16_t rounded(uint16_t sum, int bits)
{
    return (uint16_t)((uint16_t)(sum + (bits > 0 ? 1u << (bits - 1) : 0)) >> bits);
}

SK_SIMD static void round_narrow(const uint16_t *restrict sum, size_t n, int bits, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = rounded(sum[i], bits);
}

/* The sums of five lines, as weigh_lines_8 gives them, rounded at once. */
SK_SIMD static void weigh_five_narrow(const uint16_t *const *line, const uint32_t *weight, size_t n, int bits, uint16_t *restrict to)
{
    const uint16_t *a = line[-2], *b = line[-1], *c = line[0], *d = line[1], *e = line[2];
    const uint16_t centre = (uint16_t)weight[0], near = (uint16_t)weight[1], far = (uint16_t)weight[2];
    for (size_t i = 0; i < n; i++) {
        const unsigned sum = centre * (unsigned)c[i] + near * ((unsigned)b[i] + d[i]) + far * ((unsigned)a[i] + e[i]);
        to[i] = rounded((uint16_t)sum, bits);
    }
}

/* The same where the sums of both ways fit in 16 bits: weights are few multiples of a high power of two. */
static void blur_row_narrow(const struct blur *b, const uint16_t *const *line, size_t count, uint16_t *to)
{
    const int bits = 2 * (8 - b->narrow);
    weigh_lines_8(line, b->weight, b->radius, count, b->high + b->margin);
    reflect_ends(b, b->high);
    if (b->radius == 2) {
        weigh_five_narrow(b->high_line + b->radius, b->weight, count, bits, to);
        return;
    }
    weigh_lines_8(b->high_line + b->radius, b->weight, b->radius, b->blocks, b->high_sum);
    round_narrow(b->high_sum, count, bits, to);
}

#define NAME(name) name##_16
#define BITS 16
#define WORD uint32_t
#include "image/gaussian_row.h"

/* --- weights --- */

/* OpenCV's getGaussianKernel: weights add up to 1; without a sigma small windows have binomial weights or the like. */
static void real_weights(int radius, double sigma, double *weight)
{
    static const unsigned char small[][5] = {{0}, {128, 64}, {96, 64, 16}, {72, 56, 28, 8}, {60, 51, 30, 13, 4}}; /* of 256 */
    const bool tabled = sigma <= 0 && radius > 0 && radius < (int)(sizeof small / sizeof *small);
    const double spread = sigma > 0 ? sigma : 0.3 * (radius - 1) + 0.8;
    double sum = 0;
    for (int i = radius; i >= 0; i--) {
        weight[i] = tabled ? small[radius][i] : exp(-(double)i * i / (2 * spread * spread));
        sum += i > 0 ? 2 * weight[i] : weight[i];
    }
    for (int i = 0; i <= radius; i++)
        weight[i] /= sum;
}

/* In units of 2^-bits: each is rounded, from the outermost inwards, with what rounding took from those before it; the centre
   takes the rest, so that they add up to 1 (error diffusion). */
static void whole_weights(int radius, double sigma, int bits, uint32_t *weight)
{
    double real[MOST_RADIUS + 1], carried = 0;
    real_weights(radius, sigma, real);
    weight[0] = 1u << bits;
    for (int i = radius; i > 0; i--) {
        const double wanted = ldexp(real[i], bits) + carried, whole = rint(wanted);
        carried = wanted - whole;
        weight[i] = (uint32_t)whole;
        weight[0] -= 2 * weight[i];
    }
}

/* Shifts out the zero bits that all weights end with, where a sample of 8 bits and two weights fit in 16 then, as with OpenCV's
   fixed weights for 3 and 5; else 0. */
static int narrow_weights(int radius, uint32_t *weight)
{
    uint32_t all = 0;
    for (int i = 0; i <= radius; i++)
        all |= weight[i];
    const int zeroes = __builtin_ctz(all);
    if (8 + 2 * (8 - zeroes) > 16)
        return 0;
    for (int i = 0; i <= radius; i++)
        weight[i] >>= zeroes;
    return zeroes;
}

/* --- the image --- */

static int window_of(int diameter, double sigma, unsigned maxval, struct sk_error *err)
{
    const double window = diameter > 0 ? diameter : (double)((long)rint(sigma * (maxval > 255 ? 4 : 3) * 2 + 1) | 1);
    if (window <= SK_FILTER_MAX_WINDOW)
        return (int)window;
    return sk_fail(err, "a sigma of %g wants a window of %.0f pixels at a maxval of %u; at most %d are filtered", sigma, window,
                   maxval, SK_FILTER_MAX_WINDOW);
}

/* A row of words twice, then a row with margins twice; the caller frees high_sum. */
static int alloc_blur(struct blur *b, struct sk_error *err)
{
    size_t padded, count;
    b->blocks = (b->n + BLOCK - 1) / BLOCK * BLOCK;
    if (b->blocks < b->n || !sk_mul(2 * b->margin + b->blocks, 2 * sizeof *b->high, &padded) ||
        !sk_mul(b->blocks, 2 * sizeof(uint32_t), &count) || !sk_add(count, padded, &count))
        return sk_fail(err, "rows of %td pixels are more than memory can address", b->width);
    b->high_sum = sk_alloc(count, 1, err);
    if (!b->high_sum)
        return -1;
    b->low_sum = (uint32_t *)b->high_sum + b->blocks;
    b->high = (uint16_t *)((uint32_t *)b->low_sum + b->blocks);
    b->low = b->high + 2 * b->margin + b->blocks;
    for (ptrdiff_t k = 0; k <= 2 * b->radius; k++) {
        b->high_line[k] = b->high + (size_t)k * b->depth;
        b->low_line[k] = b->low + (size_t)k * b->depth;
    }
    return 0;
}

int sk_filter_gaussian(const struct sk_image *in, int diameter, double sigma, struct sk_image *out, struct sk_error *err)
{
    const int window = window_of(diameter, sigma, in->maxval, err);
    if (window < 0 || sk_image_shape(out, in->width, in->height, in->channels, in->alpha, in->maxval, err))
        return -1;
    struct blur b = {.radius = window / 2,
                     .width = (ptrdiff_t)in->width,
                     .height = (ptrdiff_t)in->height,
                     .depth = sk_image_depth(in),
                     .n = in->width * sk_image_depth(in),
                     .margin = (size_t)(window / 2) * sk_image_depth(in)};
    const uint16_t *line[2 * MOST_RADIUS + 1];
    whole_weights(window / 2, sigma, in->maxval > 255 ? 16 : 8, b.weight);
    b.narrow = in->maxval > 255 ? 0 : narrow_weights(window / 2, b.weight);
    if (alloc_blur(&b, err))
        return -1;
    void (*blur_row)(const struct blur *, const uint16_t *const *, size_t, uint16_t *) =
        in->maxval > 255 ? blur_row_16 : b.narrow ? blur_row_narrow : blur_row_8;
    for (ptrdiff_t y = 0; y < b.height; y++) {
        for (ptrdiff_t k = -b.radius; k <= b.radius; k++)
            line[b.radius + k] = in->sample + (size_t)sk_reflect(y + k, b.height) * b.n;
        /* What is read and written beyond a row is the next one's beginning, written again later; the last rows are cut. */
        const size_t rows_left = (size_t)(b.height - (y + b.radius < b.height ? y + b.radius : b.height - 1));
        blur_row(&b, line + b.radius, b.blocks <= rows_left * b.n ? b.blocks : b.n, out->sample + (size_t)y * b.n);
    }
    free(b.high_sum);
    sk_image_copy_alpha(in, out);
    return 0;
}
