#ifndef SK_TENSOR_WINOGRAD_STRIDE1_TILES_H
#define SK_TENSOR_WINOGRAD_STRIDE1_TILES_H

#include "base/memory.h"
#include "base/product.h"
#include "tensor/blocked.h"
#include "tensor/winograd_transform.h"

/* Winograd's transforms between the tiles of maps and their values at all frequencies. For winograd_stride1.c alone. */

/* [h][w] pixels of c channels, `step` floats apart. */
struct map {
    size_t h, w, c, step, blocks;
};

/* From a map to another: the window of output i begins at pixel i - shift of an axis. Along an axis of one tap tiles are of one
   output, of one point. */
struct pass {
    struct map from, to;
    size_t shift[2], tiles[2];
    size_t tile[2], points[2]; /* outputs of a tile, and the pixels that it sees */
    float *u; /* U[f] [from.c][to.c], blocked */
    size_t strip, group; /* tiles of a strip; blocks of `to` whose M a thread has at a time */
};

static inline size_t frequencies_of(const struct pass *p)
{
    return p->points[0] * p->points[1];
}

static inline size_t tiles_of(const struct pass *p)
{
    return p->tiles[0] * p->tiles[1];
}

/* Consecutive tiles of a batch: images in their order, and rows of tiles in each. */
struct tiles {
    size_t first, count;
};

/* Values at all frequencies of some tiles and blocks of channels; those of a frequency are a blocked matrix. */
struct values {
    float *at;
    size_t pitch, each; /* floats from a frequency to the next */
};

/* Rows in steps of 8 for the products, an odd number of steps so that blocks of channels spread over the cache sets; and
   frequencies some lines out of step with each other for the same reason. */
static inline size_t pitch_of(size_t tiles)
{
    return ((tiles + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS | 1) * SK_BLOCK_ROWS;
}

static inline struct values values_of(size_t tiles, size_t blocks, float *at)
{
    const size_t pitch = pitch_of(tiles);
    return (struct values){at, pitch, (blocks * pitch + 5) * SK_BLOCK};
}

static inline size_t values_size(size_t frequencies, size_t tiles, size_t blocks)
{
    return sk_product(sk_sum(sk_product(blocks, pitch_of(tiles)), 5), frequencies * SK_BLOCK);
}

static inline struct sk_blocked values_at(struct values v, size_t f, size_t block, size_t row)
{
    return (struct sk_blocked){v.at + f * v.each + (block * v.pitch + row) * SK_BLOCK, v.pitch};
}

/* V = B' d B of some tiles of p's first map, to rows of V from `row` on. */
void sk_winograd_stride1_input(const struct pass *p, struct tiles tiles, const float *x, struct values v, size_t row);

/* dM = A dy A' of some tiles of its second, likewise. */
void sk_winograd_stride1_gradient(const struct pass *p, struct tiles tiles, const float *dy, struct values m, size_t row);

/* y = A' M A of some tiles and c channels of its second, which begin m, y and the ending's bias. */
void sk_winograd_stride1_output(const struct pass *p, struct tiles tiles, struct values m, size_t c, struct sk_ending_f32 ending,
                           float *y);

#endif
