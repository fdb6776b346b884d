#include "image/median.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

int sk_median_by_histogram(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err)
{
    const ptrdiff_t radius = diameter / 2, width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const size_t depth = sk_image_depth(in);
    const unsigned half = (unsigned)(diameter * diameter) / 2;
    struct histogram h;
    if (alloc_histogram(&h, in->maxval, err))
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
    return 0;
}
