#ifndef SK_TENSOR_WINOGRAD_TILES_H
#define SK_TENSOR_WINOGRAD_TILES_H

#include "tensor/winograd_pixels.h"
#include "tensor/winograd_plan.h"

/* Where the pixels of a tile lie in an image. Inlined, for winograd_images.c alone. */

/* The rows (or columns) of an image that one tile of an axis takes: every second one. */
static inline struct span input_span(size_t tile, const struct axis *axis, size_t size)
{
    const size_t from = 2 * TILE * tile, skip = from < axis->shift ? 1 : 0;
    const size_t start = from + 2 * skip - axis->shift;
    return (struct span){start, skip, least(axis->points, skip + (size - start + 1) / 2)};
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
