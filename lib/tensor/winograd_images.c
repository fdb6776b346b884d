/* The transforms of winograd.c between images and V or M, by tiles of a block of channels. */
#include "tensor/winograd_images.h"

#include <string.h>

#include "base/simd.h"
#include "tensor/winograd_tiles.h"
#include "tensor/winograd_transform.h"

size_t sk_winograd_images_a_time(const struct sk_winograd *w)
{
    const size_t cache = (size_t)1 << 16, image = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    return image < cache ? cache / image : 1;
}

/* The lines of V of phase h and block b at all frequencies (of M: m_lines), for tile 0. */
INLINE void v_lines(const struct sk_winograd *w, const struct part *part, size_t h, size_t b, float **lines)
{
    for (size_t f = 0; f < w->frequencies; f++)
        lines[f] = part->v + v_at(w, part, f) + (w->slot[h][f] * w->in_blocks + b) * part->pitch * SK_BLOCK;
}

INLINE void m_lines(const struct sk_winograd *w, const struct part *part, size_t b, float **lines)
{
    for (size_t f = 0; f < w->frequencies; f++)
        lines[f] = part->m + m_at(w, part, f) + b * part->pitch * SK_BLOCK;
}

/* V = B' d B of one phase, down x across points, and block of channels; x is the part's first image. */
INLINE void input_block(const struct sk_winograd *w, const struct part *part, size_t h, size_t down, size_t across, size_t b,
                        struct images images, const float *x)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c, points = w->axis[0].points;
    float *lines[FREQUENCIES];
    v_lines(w, part, h, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = input_tile(w, h, b, row, column, &at);
                vec d[FREQUENCIES], v[FREQUENCIES];
                read_pixels(&t, x + n * size + at, down, across, d);
                two_sided(input_matrix(down), input_matrix(across), d, v);
                UNROLL
                for (size_t i = 0; i < down; i++)
                    UNROLL
                    for (size_t j = 0; j < across; j++)
                        *(vec *)(lines[i * points + j] + line) = v[i * across + j];
            }
}

/* The transpose: adds B dV B' to dx. */
INLINE void input_block_back(const struct sk_winograd *w, const struct part *part, size_t h, size_t down, size_t across,
                             size_t b, struct images images, float *dx)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c, points = w->axis[0].points;
    float *lines[FREQUENCIES];
    v_lines(w, part, h, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = input_tile(w, h, b, row, column, &at);
                vec d[FREQUENCIES], v[FREQUENCIES];
                UNROLL
                for (size_t i = 0; i < down; i++)
                    UNROLL
                    for (size_t j = 0; j < across; j++)
                        v[i * across + j] = *(const vec *)(lines[i * points + j] + line);
                two_sided(transposed(input_matrix(down)), transposed(input_matrix(across)), v, d);
                add_pixels(&t, d, across, dx + n * size + at);
            }
}

/* y = A' M A of one block of channels. */
INLINE void output_block(const struct sk_winograd *w, const struct part *part, size_t points, size_t b, struct images images,
                         struct sk_ending_f32 ending, float *y)
{
    const size_t size = w->shape.out_h * w->shape.out_w * w->shape.y_step;
    float *lines[FREQUENCIES];
    m_lines(w, part, b, lines);
    if (ending.bias)
        ending.bias += b * SK_BLOCK;
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = output_tile(w, b, row, column, &at);
                vec m[FREQUENCIES], d[TILE * TILE];
                UNROLL
                for (size_t f = 0; f < points * points; f++)
                    m[f] = *(const vec *)(lines[f] + line);
                two_sided(output_matrix(points), output_matrix(points), m, d);
                write_pixels(&t, d, TILE, ending, y + n * size + at);
            }
}

/* The transpose: dM = A dy A'. */
INLINE void output_block_back(const struct sk_winograd *w, const struct part *part, size_t points, size_t b,
                              struct images images, const float *dy)
{
    const size_t size = w->shape.out_h * w->shape.out_w * w->shape.y_step;
    float *lines[FREQUENCIES];
    m_lines(w, part, b, lines);
    for (size_t n = images.from, at, line = n * w->tiles * SK_BLOCK; n < images.to; n++)
        for (size_t row = 0; row < w->tiles_down; row++)
            for (size_t column = 0; column < w->tiles_across; column++, line += SK_BLOCK) {
                const struct tile t = output_tile(w, b, row, column, &at);
                vec m[FREQUENCIES], d[TILE * TILE];
                read_pixels(&t, dy + n * size + at, TILE, TILE, d);
                two_sided(transposed(output_matrix(points)), transposed(output_matrix(points)), d, m);
                UNROLL
                for (size_t f = 0; f < points * points; f++)
                    *(vec *)(lines[f] + line) = m[f];
            }
}

/* Asks for images in the order of memory: by blocks of channels they would come piecemeal. */
INLINE void prefetch(const float *at, size_t size)
{
    for (size_t i = 0; i < size; i += SK_BLOCK)
        __builtin_prefetch(at + i, 0, 2);
}

SK_SIMD void sk_winograd_input_images(const struct sk_winograd *w, const struct part *part, struct images images, const float *x)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    prefetch(x + images.from * size, (images.to - images.from) * size);
    for (size_t b = 0; b < w->in_blocks; b++)
        if (w->points == 5) {
            for (size_t h = 0; h < PHASES; h++)
                input_block(w, part, h, 5, 5, b, images, x);
        } else {
            input_block(w, part, 0, 6, 6, b, images, x);
            input_block(w, part, 1, 6, 5, b, images, x);
            input_block(w, part, 2, 5, 6, b, images, x);
            input_block(w, part, 3, 5, 5, b, images, x);
        }
}

SK_SIMD void sk_winograd_input_images_back(const struct sk_winograd *w, const struct part *part, struct images images, float *dx)
{
    const size_t size = w->shape.in_h * w->shape.in_w * w->shape.in_c;
    if (!w->shape.add_dx)
        memset(dx + images.from * size, 0, (images.to - images.from) * size * sizeof *dx);
    for (size_t b = 0; b < w->in_blocks; b++)
        if (w->points == 5) {
            for (size_t h = 0; h < PHASES; h++)
                input_block_back(w, part, h, 5, 5, b, images, dx);
        } else {
            input_block_back(w, part, 0, 6, 6, b, images, dx);
            input_block_back(w, part, 1, 6, 5, b, images, dx);
            input_block_back(w, part, 2, 5, 6, b, images, dx);
            input_block_back(w, part, 3, 5, 5, b, images, dx);
        }
}

SK_SIMD void sk_winograd_output_images(const struct sk_winograd *w, const struct part *part, struct images images,
                                       struct sk_ending_f32 ending, float *y)
{
    for (size_t b = 0; b < w->out_blocks; b++)
        if (w->points == 5)
            output_block(w, part, 5, b, images, ending, y);
        else
            output_block(w, part, 6, b, images, ending, y);
}

SK_SIMD void sk_winograd_output_images_back(const struct sk_winograd *w, const struct part *part, struct images images,
                                       const float *dy)
{
    const size_t size = w->shape.out_h * w->shape.out_w * w->shape.y_step;
    prefetch(dy + images.from * size, (images.to - images.from) * size);
    for (size_t b = 0; b < w->out_blocks; b++)
        if (w->points == 5)
            output_block_back(w, part, 5, b, images, dy);
        else
            output_block_back(w, part, 6, b, images, dy);
}
