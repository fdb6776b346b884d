#ifndef SK_TENSOR_WINOGRAD_TILES_H
#define SK_TENSOR_WINOGRAD_TILES_H

#include "tensor/winograd_plan.h"
#include "tensor/winograd_transform.h"

/* Where the pixels of a tile lie in an image, and their way into vectors and back. Inlined, for winograd_images.c alone. */

/* The rows (or columns) of an image that one tile of an axis takes: the first `skip` of its `points` positions lie before the
   image and those from `end` on behind it; position u is row start + 2 (u - skip). */
struct span {
    size_t start, skip, end;
};

static inline struct span input_span(size_t tile, const struct axis *axis, size_t size)
{
    const size_t from = 2 * TILE * tile, skip = from < axis->shift ? 1 : 0;
    const size_t start = from + 2 * skip - axis->shift;
    return (struct span){start, skip, least(axis->points, skip + (size - start + 1) / 2)};
}

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

/* The tile of phase h at (row, column) of the tiles, block b of channels; its first pixel is *at floats into the image. */
INLINE struct tile input_tile(const struct sk_winograd *w, size_t h, size_t b, size_t row, size_t column, size_t *at)
{
    const size_t in_c = w->shape.in_c, in_w = w->shape.in_w;
    const struct tile t = {.down = input_span(row, &w->axis[h / 2], w->shape.in_h),
                           .across = input_span(column, &w->axis[h % 2], in_w),
                           .column_step = 2 * in_c,
                           .row_step = 2 * in_w * in_c,
                           .count = least(SK_BLOCK, in_c - b * SK_BLOCK)};
    *at = (t.down.start * in_w + t.across.start) * in_c + b * SK_BLOCK;
    return t;
}

/* The same of the small side. */
INLINE struct tile output_tile(const struct sk_winograd *w, size_t b, size_t row, size_t column, size_t *at)
{
    const size_t step = w->shape.y_step, height = w->shape.out_h, width = w->shape.out_w;
    const struct tile t = {.down = {TILE * row, 0, least(TILE, height - TILE * row)},
                           .across = {TILE * column, 0, least(TILE, width - TILE * column)},
                           .column_step = step,
                           .row_step = width * step,
                           .count = least(SK_BLOCK, w->shape.out_c - b * SK_BLOCK)};
    *at = (t.down.start * width + t.across.start) * step + b * SK_BLOCK;
    return t;
}

#endif
