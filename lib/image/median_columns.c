/* The median of wide windows of 8 bits at a cost that does not grow with their width: every column of the window has a histogram,
   which moves down by one row; the window's own is their sum, and moves along by a column added and a column taken away. It
   has two levels, of which only the part that the median lies in is brought up to date (Perreault, Hebert: Median filtering
   in constant time, IEEE Trans. Image Processing 16, 2007). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"
#include "image/filter.h"
#include "image/median.h"

enum {
    BINS = 16,  /* of a level: one for each value of a half of the bits */
    STRIP = 512 /* columns filtered at a time, so that their histograms stay in the cache */
};

struct histogram {
    uint16_t coarse[BINS], fine[BINS][BINS];
};

/* The columns that the windows of a strip reach: those of the image from `first` on, and as the windows see them, the outermost
   repeated beyond the image's border: seen[0] is `radius` columns before the strip. */
struct columns {
    struct histogram *column;
    const struct histogram *seen[STRIP + SK_FILTER_MAX_DIAMETER];
    ptrdiff_t first, count, radius;
};

static inline void count_sample(struct histogram *h, uint16_t value, int change)
{
    uint16_t *coarse = &h->coarse[value / BINS], *fine = &h->fine[value / BINS][value % BINS];
    *coarse = (uint16_t)(*coarse + change);
    *fine = (uint16_t)(*fine + change);
}

/* Counts row y of the image, the outermost repeated, in all columns, or takes it out. */
static void count_row(const struct columns *c, const struct sk_image *in, size_t channel, ptrdiff_t y, int change)
{
    const ptrdiff_t bottom = (ptrdiff_t)in->height - 1, row = y < 0 ? 0 : y < bottom ? y : bottom;
    const size_t depth = sk_image_depth(in);
    const uint16_t *from = in->sample + ((size_t)row * in->width + (size_t)c->first) * depth + channel;
    for (ptrdiff_t x = 0; x < c->count; x++)
        count_sample(&c->column[x], from[(size_t)x * depth], change);
}

static inline __attribute__((always_inline)) void add_bins(uint16_t *restrict sum, const uint16_t *restrict bins)
{
    for (size_t i = 0; i < BINS; i++)
        sum[i] = (uint16_t)(sum[i] + bins[i]);
}

static inline __attribute__((always_inline)) void take_bins(uint16_t *restrict sum, const uint16_t *restrict bins)
{
    for (size_t i = 0; i < BINS; i++)
        sum[i] = (uint16_t)(sum[i] - bins[i]);
}

/* The bin in which the sample lies that `rank` samples lie below, which becomes its rank in there. Without a branch, as where the
   median lies is hard to predict. */
static inline __attribute__((always_inline)) size_t find_bin(const uint16_t *bins, unsigned *rank)
{
    size_t bin = 0;
    unsigned sum = 0, below = 0;
    for (size_t i = 0; i < BINS - 1; i++) {
        sum += bins[i];
        bin += sum <= *rank;
        below = sum <= *rank ? sum : below;
    }
    *rank -= below;
    return bin;
}

/* A row of n medians; to is the first. */
SK_SIMD static void find_medians(const struct columns *c, size_t n, uint16_t *to, size_t depth)
{
    const size_t diameter = 2 * (size_t)c->radius + 1;
    struct histogram window = {0};
    size_t done[BINS] = {0}; /* the pixel behind the last one that a coarse bin's fine ones are of */
    for (size_t k = 0; k + 1 < diameter; k++)
        add_bins(window.coarse, c->seen[k]->coarse);
    for (size_t x = 0; x < n; x++, to += depth) {
        const struct histogram *const *seen = c->seen + x; /* by the window of x */
        unsigned rank = (unsigned)(diameter * diameter) / 2;
        add_bins(window.coarse, seen[diameter - 1]->coarse);
        const size_t bin = find_bin(window.coarse, &rank);
        uint16_t *fine = window.fine[bin];
        if (done[bin] == 0 || x - done[bin] >= diameter - 1) {
            memset(fine, 0, sizeof window.fine[bin]);
            for (size_t k = 0; k < diameter; k++)
                add_bins(fine, seen[k]->fine[bin]);
        } else {
            for (size_t i = done[bin]; i <= x; i++) {
                add_bins(fine, c->seen[i + diameter - 1]->fine[bin]);
                take_bins(fine, c->seen[i - 1]->fine[bin]);
            }
        }
        done[bin] = x + 1;
        *to = (uint16_t)(bin * BINS + find_bin(fine, &rank));
        take_bins(window.coarse, seen[0]->coarse);
    }
}

/* Takes the columns of the strip from left to end - 1, with empty histograms. */
static void begin_strip(struct columns *c, ptrdiff_t left, ptrdiff_t end, ptrdiff_t width)
{
    const ptrdiff_t radius = c->radius;
    c->first = left < radius ? 0 : left - radius;
    c->count = (end + radius < width ? end + radius : width) - c->first;
    memset(c->column, 0, (size_t)c->count * sizeof *c->column);
    for (ptrdiff_t x = left - radius; x < end + radius; x++)
        c->seen[x - left + radius] = &c->column[(x < 0 ? 0 : x < width ? x : width - 1) - c->first];
}

static void filter_strip(struct columns *c, const struct sk_image *in, size_t channel, ptrdiff_t left, ptrdiff_t end,
                         struct sk_image *out)
{
    const ptrdiff_t width = (ptrdiff_t)in->width, height = (ptrdiff_t)in->height;
    const size_t depth = sk_image_depth(in);
    begin_strip(c, left, end, width);
    for (ptrdiff_t y = -c->radius; y < c->radius; y++)
        count_row(c, in, channel, y, 1);
    for (ptrdiff_t y = 0; y < height; y++) {
        count_row(c, in, channel, y + c->radius, 1);
        find_medians(c, (size_t)(end - left), out->sample + (size_t)(y * width + left) * depth + channel, depth);
        count_row(c, in, channel, y - c->radius, -1);
    }
}

int sk_median_by_columns(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err)
{
    const ptrdiff_t radius = diameter / 2, width = (ptrdiff_t)in->width;
    const ptrdiff_t most = width < STRIP + 2 * radius ? width : STRIP + 2 * radius;
    struct columns c = {.radius = radius};
    c.column = sk_alloc((size_t)most, sizeof *c.column, err);
    if (!c.column)
        return -1;
    for (size_t channel = 0; channel < in->channels; channel++)
        for (ptrdiff_t left = 0; left < width; left += STRIP)
            filter_strip(&c, in, channel, left, left + STRIP < width ? left + STRIP : width, out);
    free(c.column);
    return 0;
}
