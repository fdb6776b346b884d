#ifndef SK_TENSOR_WINOGRAD_PIXELS_H
#define SK_TENSOR_WINOGRAD_PIXELS_H

#include "base/product.h"
#include "tensor/winograd_transform.h"

/* A tile's pixels on their way into vectors and back. Inlined, for Winograd's transforms of images alone. */

/* The pixels of an axis that one tile takes: the first `skip` of its positions lie before the image and those from `end` on behind
   it; position u is pixel start + (u - skip) steps. */
struct span {
    size_t start, skip, end;
};

/* One block of channels of a tile's pixels and of its values at all frequencies. */
struct tile {
    struct span down, across;
    size_t column_step, row_step; /* floats from one pixel of the tile to the next */
    size_t count;                 /* channels: SK_BLOCK, or fewer at the end */
};

/* d [rows][points of across] = the tile's pixels, zero outside. */
INLINE void read_pixels(const struct tile *t, const float *image, size_t rows, size_t columns, vec *d)
{
    if (t->down.skip > 0 || t->across.skip > 0 || t->down.end < rows || t->across.end < columns)
        memset(d, 0, rows * columns * sizeof *d);
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++)
            d[u * columns + s] = load(image + (s - t->across.skip) * t->column_step, t->count);
}

/* A pixel of a block of channels. */
INLINE void end_pixel(float *to, size_t count, vec v, struct sk_ending_f32 ending, vec bias)
{
    if (ending.add)
        v += load(to, count);
    if (ending.bias)
        v += bias;
    if (ending.rectify)
        v = (vec)((bits)v & (v > 0));
    store(to, count, v);
}

/* Each with the ending, whose bias is the block's. */
INLINE void write_pixels(const struct tile *t, const vec *d, size_t columns, struct sk_ending_f32 ending, float *image)
{
    const vec bias = ending.bias ? load(ending.bias, t->count) : (vec){0};
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++)
            end_pixel(image + (s - t->across.skip) * t->column_step, t->count, d[u * columns + s], ending, bias);
}

INLINE void add_pixels(const struct tile *t, const vec *d, size_t columns, float *image)
{
    for (size_t u = t->down.skip; u < t->down.end; u++, image += t->row_step)
        for (size_t s = t->across.skip; s < t->across.end; s++) {
            float *to = image + (s - t->across.skip) * t->column_step;
            store(to, t->count, load(to, t->count) + d[u * columns + s]);
        }
}

#endif
