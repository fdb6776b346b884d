/* The transforms of winograd3x3.c between maps and V, M or dM, tile by tile and block of channels by block. */
#include "tensor/winograd3x3_tiles.h"

#include "base/simd.h"
#include "tensor/winograd_pixels.h"
#include "tensor/winograd_six.h"

/* The `size` pixels of an axis that a tile's `points` positions from `from` - shift on see. */
static inline struct span window_span(size_t from, size_t shift, size_t points, size_t size)
{
    const size_t skip = from < shift ? shift - from : 0, start = from + skip - shift;
    return (struct span){start, skip, start < size ? least(points, skip + size - start) : skip};
}

static inline bool is_whole(const struct tile *t, size_t points)
{
    return t->down.skip == 0 && t->across.skip == 0 && t->down.end == points && t->across.end == points && t->count == SK_BLOCK;
}

/* Tile i of a batch in a map: `points` positions of each axis from TILE times its number minus shift on; *at: its first pixel. */
INLINE struct tile tile_of(const struct pass *p, const struct map *m, size_t i, size_t points, const size_t shift[2], size_t *at)
{
    const size_t n = i / tiles_of(p), row = i % tiles_of(p) / p->tiles[1], column = i % p->tiles[1];
    const struct tile t = {.down = window_span(TILE * row, shift[0], points, m->h),
                           .across = window_span(TILE * column, shift[1], points, m->w),
                           .column_step = m->step,
                           .row_step = m->w * m->step,
                           .count = SK_BLOCK};
    *at = ((n * m->h + t.down.start) * m->w + t.across.start) * m->step;
    return t;
}

/* Asks for the pixels of c channels that the next tile has beyond those of this one, whose first is at `pixel`: without that the
   transforms wait for them half of the time. */
INLINE void ask_ahead(const struct tile *t, size_t points, size_t c, const float *pixel, const int write)
{
    pixel += (points - t->across.skip) * t->column_step;
    for (size_t i = t->down.skip; i < t->down.end; i++, pixel += t->row_step)
        for (size_t j = 0; j < TILE; j++)
            for (size_t k = 0; k < c; k += SK_BLOCK)
                if (write)
                    __builtin_prefetch(pixel + j * t->column_step + k, 1, 3);
                else
                    __builtin_prefetch(pixel + j * t->column_step + k, 0, 3);
}

/* Pixels of a tile that lies within the map. */
INLINE void read_whole(const struct tile *t, const float *image, size_t points, vec *d)
{
    UNROLL
    for (size_t i = 0; i < points; i++)
        UNROLL
        for (size_t j = 0; j < points; j++)
            d[i * points + j] = *(const loose_vec *)(image + i * t->row_step + j * t->column_step);
}

INLINE void write_lines(const vec *v, struct values values, float *at)
{
    UNROLL
    for (size_t f = 0; f < FREQUENCIES; f++)
        *(vec *)(at + f * values.each) = v[f];
}

/* Values at all frequencies of a tile's pixels. */
INLINE void transform_tile(const struct tile *t, const float *image, struct six by, struct values values, float *at)
{
    vec d[FREQUENCIES], v[FREQUENCIES];
    if (is_whole(t, by.in)) {
        read_whole(t, image, by.in, d);
        six_two_sided(by, d, v);
        write_lines(v, values, at);
    } else {
        read_pixels(t, image, by.in, by.in, d);
        six_two_sided(by, d, v);
        write_lines(v, values, at);
    }
}

static const size_t no_shift[2] = {0, 0};

SK_SIMD void sk_winograd3x3_input(const struct pass *p, struct tiles tiles, const float *x, struct values v, size_t row)
{
    for (size_t i = 0, at; i < tiles.count; i++) {
        struct tile t = tile_of(p, &p->from, tiles.first + i, POINTS, p->shift, &at);
        ask_ahead(&t, POINTS, p->from.c, x + at, false);
        for (size_t b = 0; b < p->from.blocks; b++) {
            t.count = least(SK_BLOCK, p->from.c - b * SK_BLOCK);
            transform_tile(&t, x + at + b * SK_BLOCK, (struct six){six_input, POINTS, POINTS}, v, values_at(v, 0, b, row + i).at);
        }
    }
}

SK_SIMD void sk_winograd3x3_gradient(const struct pass *p, struct tiles tiles, const float *dy, struct values m, size_t row)
{
    for (size_t i = 0, at; i < tiles.count; i++) {
        struct tile t = tile_of(p, &p->to, tiles.first + i, TILE, no_shift, &at);
        ask_ahead(&t, TILE, p->to.c, dy + at, false);
        for (size_t b = 0; b < p->to.blocks; b++) {
            t.count = least(SK_BLOCK, p->to.c - b * SK_BLOCK);
            transform_tile(&t, dy + at + b * SK_BLOCK, (struct six){six_output_back, TILE, POINTS}, m,
                           values_at(m, 0, b, row + i).at);
        }
    }
}

/* y = A' M A of one block of channels of a tile. */
INLINE void output_tile(const struct tile *t, struct values m, const float *from, struct sk_ending_f32 ending, float *y)
{
    vec v[FREQUENCIES], d[TILE * TILE];
    UNROLL
    for (size_t f = 0; f < FREQUENCIES; f++)
        v[f] = *(const vec *)(from + f * m.each);
    six_two_sided((struct six){six_output, POINTS, TILE}, v, d);
    write_pixels(t, d, TILE, ending, y);
}

SK_SIMD void sk_winograd3x3_output(const struct pass *p, struct tiles tiles, struct values m, size_t c,
                                   struct sk_ending_f32 ending, float *y)
{
    for (size_t i = 0, at; i < tiles.count; i++) {
        struct tile t = tile_of(p, &p->to, tiles.first + i, TILE, no_shift, &at);
        ask_ahead(&t, TILE, c, y + at, true);
        for (size_t o = 0; o < c; o += SK_BLOCK) {
            const struct sk_ending_f32 now = {ending.add, ending.bias ? ending.bias + o : NULL, ending.rectify};
            t.count = least(SK_BLOCK, c - o);
            output_tile(&t, m, values_at(m, 0, o / SK_BLOCK, i).at, now, y + at + o);
        }
    }
}
