/* The transforms of winograd_stride1.c between maps and V, M or dM, tile by tile and block of channels by block. */
#include "tensor/winograd_stride1_tiles.h"

#include "base/simd.h"
#include "tensor/winograd_lines.h"
#include "tensor/winograd_pixels.h"

/* The `size` pixels of an axis that a tile's `points` positions from `from` - shift on see. */
static inline struct span window_span(size_t from, size_t shift, size_t points, size_t size)
{
    const size_t skip = from < shift ? shift - from : 0, start = from + skip - shift;
    return (struct span){start, skip, start < size ? least(points, skip + size - start) : skip};
}

static inline bool is_whole(const struct tile *t, size_t rows, size_t columns)
{
    return t->down.skip == 0 && t->across.skip == 0 && t->down.end == rows && t->across.end == columns && t->count == SK_BLOCK;
}

/* Tile i of a batch in a map: so many positions of each axis from the tile's first output minus shift on; *at: its first pixel.
   A tile of one column is given as one of one row. */
INLINE struct tile tile_of(const struct pass *p, const struct map *m, size_t i, const size_t positions[2], const size_t shift[2],
                           size_t *at)
{
    const size_t n = i / tiles_of(p), row = i % tiles_of(p) / p->tiles[1], column = i % p->tiles[1];
    struct tile t = {.down = window_span(p->tile[0] * row, shift[0], positions[0], m->h),
                     .across = window_span(p->tile[1] * column, shift[1], positions[1], m->w),
                     .column_step = m->step,
                     .row_step = m->w * m->step,
                     .count = SK_BLOCK};
    *at = ((n * m->h + t.down.start) * m->w + t.across.start) * m->step;
    if (positions[1] == 1) {
        const struct span down = t.down;
        t.down = t.across;
        t.across = down;
        t.column_step = t.row_step;
    }
    return t;
}

/* Asks for the pixels of c channels that the next tile has beyond those of this one, whose first is at `pixel`, in `more` columns:
   without that the transforms wait for them half of the time. */
INLINE void ask_ahead(const struct tile *t, size_t columns, size_t more, size_t c, const float *pixel, const int write)
{
    pixel += (columns - t->across.skip) * t->column_step;
    for (size_t i = t->down.skip; i < t->down.end; i++, pixel += t->row_step)
        for (size_t j = 0; j < more; j++)
            for (size_t k = 0; k < c; k += SK_BLOCK)
                if (write)
                    __builtin_prefetch(pixel + j * t->column_step + k, 1, 3);
                else
                    __builtin_prefetch(pixel + j * t->column_step + k, 0, 3);
}

/* Pixels of a tile that lies within the map. */
INLINE void read_whole(const struct tile *t, const float *image, size_t rows, size_t columns, vec *d)
{
    UNROLL
    for (size_t i = 0; i < rows; i++)
        UNROLL
        for (size_t j = 0; j < columns; j++)
            d[i * columns + j] = *(const loose_vec *)(image + i * t->row_step + j * t->column_step);
}

INLINE void write_lines(const vec *v, size_t count, struct values values, float *at)
{
    UNROLL
    for (size_t f = 0; f < count; f++)
        *(vec *)(at + f * values.each) = v[f];
}

/* Values at all frequencies of a tile's pixels. */
INLINE void transform_tile(const struct tile *t, const float *image, struct line by, bool both, struct values values, float *at)
{
    const size_t rows = both ? by.in : 1, count = both ? by.out * by.out : by.out;
    vec d[FREQUENCIES], v[FREQUENCIES];
    if (is_whole(t, rows, by.in)) {
        read_whole(t, image, rows, by.in, d);
        transform_lines(by, both, d, v);
        write_lines(v, count, values, at);
    } else {
        read_pixels(t, image, rows, by.in, d);
        transform_lines(by, both, d, v);
        write_lines(v, count, values, at);
    }
}

/* Some tiles of a map by `by`. */
INLINE void transform_tiles(const struct pass *p, const struct map *map, const size_t positions[2], const size_t shift[2],
                            struct tiles tiles, struct line by, bool both, const float *pixels, struct values v, size_t row)
{
    for (size_t i = 0, at; i < tiles.count; i++) {
        struct tile t = tile_of(p, map, tiles.first + i, positions, shift, &at);
        if (both)
            ask_ahead(&t, by.in, p->tile[1], map->c, pixels + at, false);
        for (size_t b = 0; b < map->blocks; b++) {
            t.count = least(SK_BLOCK, map->c - b * SK_BLOCK);
            transform_tile(&t, pixels + at + b * SK_BLOCK, by, both, v, values_at(v, 0, b, row + i).at);
        }
    }
}

SK_SIMD void sk_winograd_stride1_input(const struct pass *p, struct tiles tiles, const float *x, struct values v, size_t row)
{
    const struct line six = {six_input, POINTS, POINTS}, ten = {ten_input, MOST_POINTS, MOST_POINTS};
    if (frequencies_of(p) == FREQUENCIES)
        transform_tiles(p, &p->from, p->points, p->shift, tiles, six, true, x, v, row);
    else if (frequencies_of(p) == POINTS)
        transform_tiles(p, &p->from, p->points, p->shift, tiles, six, false, x, v, row);
    else
        transform_tiles(p, &p->from, p->points, p->shift, tiles, ten, false, x, v, row);
}

static const size_t no_shift[2] = {0, 0};

SK_SIMD void sk_winograd_stride1_gradient(const struct pass *p, struct tiles tiles, const float *dy, struct values m, size_t row)
{
    const struct line six = {six_output_back, TILE, POINTS}, ten = {ten_output_back, TILE, MOST_POINTS};
    const struct line five = {five_output_back, SHORT_TILE, POINTS};
    if (p->tile[0] == SHORT_TILE)
        transform_tiles(p, &p->to, p->tile, no_shift, tiles, five, true, dy, m, row);
    else if (frequencies_of(p) == FREQUENCIES)
        transform_tiles(p, &p->to, p->tile, no_shift, tiles, six, true, dy, m, row);
    else if (frequencies_of(p) == POINTS)
        transform_tiles(p, &p->to, p->tile, no_shift, tiles, six, false, dy, m, row);
    else
        transform_tiles(p, &p->to, p->tile, no_shift, tiles, ten, false, dy, m, row);
}

/* y = A' M A of one block of channels of a tile. */
INLINE void output_tile(const struct tile *t, struct line by, bool both, struct values m, const float *from,
                        struct sk_ending_f32 ending, float *y)
{
    const size_t count = both ? by.in * by.in : by.in;
    vec v[FREQUENCIES], d[TILE * TILE];
    UNROLL
    for (size_t f = 0; f < count; f++)
        v[f] = *(const vec *)(from + f * m.each);
    transform_lines(by, both, v, d);
    write_pixels(t, d, by.out, ending, y);
}

INLINE void output_tiles(const struct pass *p, struct tiles tiles, struct line by, bool both, struct values m, size_t c,
                         struct sk_ending_f32 ending, float *y)
{
    for (size_t i = 0, at; i < tiles.count; i++) {
        struct tile t = tile_of(p, &p->to, tiles.first + i, p->tile, no_shift, &at);
        if (both)
            ask_ahead(&t, by.out, p->tile[1], c, y + at, true);
        for (size_t o = 0; o < c; o += SK_BLOCK) {
            const struct sk_ending_f32 now = {ending.add, ending.bias ? ending.bias + o : NULL, ending.rectify};
            t.count = least(SK_BLOCK, c - o);
            output_tile(&t, by, both, m, values_at(m, 0, o / SK_BLOCK, i).at, now, y + at + o);
        }
    }
}

SK_SIMD void sk_winograd_stride1_output(const struct pass *p, struct tiles tiles, struct values m, size_t c,
                                        struct sk_ending_f32 ending, float *y)
{
    const struct line six = {six_output, POINTS, TILE}, ten = {ten_output, MOST_POINTS, TILE};
    const struct line five = {five_output, POINTS, SHORT_TILE};
    if (p->tile[0] == SHORT_TILE)
        output_tiles(p, tiles, five, true, m, c, ending, y);
    else if (frequencies_of(p) == FREQUENCIES)
        output_tiles(p, tiles, six, true, m, c, ending, y);
    else if (frequencies_of(p) == POINTS)
        output_tiles(p, tiles, six, false, m, c, ending, y);
    else
        output_tiles(p, tiles, ten, false, m, c, ending, y);
}
