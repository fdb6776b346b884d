/* A row of medians for one type of samples and one level of SIMD; median.c includes it once for each of both, with
     NAME(name)         the name of a function for them
     TARGET             the attribute that compiles a function for the level
     SAMPLE, UNSIGNED, BITS   a signed type, the unsigned one, and their width
     VEC, LANES         vectors of so many samples
     MIN(x, y), MAX(x, y)   of each element
     COUNT(n, x, y)     n, of unsigned samples, plus one where x < y
   Rows begin `radius` pixels before the image's and are as much longer at the end. Functions write whole vectors: up to
   LANES - 1 samples beyond n.
   This file has no include guard: it is a template. */

#define INLINE_LEVEL static inline __attribute__((always_inline)) TARGET

INLINE_LEVEL VEC NAME(load)(const SAMPLE *at)
{
    VEC v;
    memcpy(&v, at, sizeof v);
    return v;
}

INLINE_LEVEL void NAME(order)(VEC *a, VEC *b)
{
    /* cppcheck-suppress uninitvar ; sort_columns has 3 or 5 rows */
    const VEC first = MIN(*a, *b);
    *b = MAX(*a, *b);
    *a = first;
}

INLINE_LEVEL void NAME(sort3)(VEC v[3])
{
    NAME(order)(v, v + 1);
    NAME(order)(v + 1, v + 2);
    NAME(order)(v, v + 1);
}

INLINE_LEVEL void NAME(sort5)(VEC v[5])
{
    NAME(order)(v, v + 1);
    NAME(order)(v + 3, v + 4);
    NAME(order)(v + 2, v + 4);
    NAME(order)(v + 2, v + 3);
    NAME(order)(v + 1, v + 4);
    NAME(order)(v, v + 3);
    NAME(order)(v, v + 2);
    NAME(order)(v + 1, v + 3);
    NAME(order)(v + 1, v + 2);
}

/* Sorts the columns of 3 or 5 rows of n samples: the least samples go to sorted, the next ones to sorted + stride, and so on. */
INLINE_LEVEL void NAME(sort_columns)(size_t rows, const SAMPLE *const *row, size_t n, SAMPLE *sorted, size_t stride)
{
    for (size_t i = 0; i < n; i += LANES) {
        VEC v[5];
        for (size_t r = 0; r < rows; r++)
            v[r] = NAME(load)(row[r] + i);
        if (rows == 3)
            NAME(sort3)(v);
        else
            NAME(sort5)(v);
        for (size_t r = 0; r < rows; r++)
            memcpy(sorted + r * stride + i, &v[r], sizeof v[r]);
    }
}

/* Of three sorted columns the median is that of the greatest least, the median middle and the least greatest sample. */
TARGET static void NAME(median3)(const struct median *m, const void *const *row, void *to)
{
    SAMPLE *sorted = m->sorted;
    NAME(sort_columns)(3, (const SAMPLE *const *)row, m->n + 2 * m->depth, sorted, m->stride);
    for (size_t i = 0; i < m->n; i += LANES) {
        VEC v[3][3];
        for (size_t r = 0; r < 3; r++)
            for (size_t k = 0; k < 3; k++)
                v[r][k] = NAME(load)(sorted + r * m->stride + k * m->depth + i);
        NAME(sort3)(v[1]);
        VEC left[3] = {MAX(MAX(v[0][0], v[0][1]), v[0][2]), v[1][1], MIN(MIN(v[2][0], v[2][1]), v[2][2])};
        NAME(sort3)(left);
        memcpy((SAMPLE *)to + i, &left[1], sizeof left[1]);
    }
}

/* Where five sorted columns have had their rows sorted as well, 13 samples can be the median of the 25. Given what is known of
   their order, 18 comparisons find it: a network found by search, and tried on every such square of zeroes and ones. */
INLINE_LEVEL VEC NAME(median_of_sorted5)(VEC v[5][5])
{
    static const unsigned char pair[18][2] = {{1, 2},  {9, 3}, {1, 0},  {12, 2}, {9, 5},   {12, 10}, {5, 0},  {3, 7},  {0, 11},
                                              {0, 12}, {3, 4}, {11, 6}, {12, 3}, {11, 12}, {3, 6},   {12, 8}, {12, 3}, {3, 8}};
    VEC left[13] = {v[0][3], v[0][4], v[1][2], v[1][3], v[1][4], v[2][1], v[2][2],
                    v[2][3], v[3][0], v[3][1], v[3][2], v[4][0], v[4][1]};
#pragma GCC unroll 18
    for (size_t k = 0; k < 18; k++)
        NAME(order)(left + pair[k][0], left + pair[k][1]);
    return left[3];
}

TARGET static void NAME(median5)(const struct median *m, const void *const *row, void *to)
{
    SAMPLE *sorted = m->sorted;
    NAME(sort_columns)(5, (const SAMPLE *const *)row, m->n + 4 * m->depth, sorted, m->stride);
    for (size_t i = 0; i < m->n; i += LANES) {
        VEC v[5][5];
        for (size_t r = 0; r < 5; r++) {
            for (size_t k = 0; k < 5; k++)
                v[r][k] = NAME(load)(sorted + r * m->stride + k * m->depth + i);
            NAME(sort5)(v[r]);
        }
        const VEC median = NAME(median_of_sorted5)(v);
        memcpy((SAMPLE *)to + i, &median, sizeof median);
    }
}

/* The median is the greatest value below which at most half of the window lie: found bit by bit, from the highest, by counting
   the samples below. Several vectors at a time; their counts, of at most diameter^2, fit in a sample's type, unsigned. */
TARGET static void NAME(median_by_counting)(const struct median *m, const void *const *row, void *to)
{
    typedef UNSIGNED unsigned_lanes __attribute__((vector_size(sizeof(VEC))));
    enum { VECTORS = 4 };
    const UNSIGNED half = (UNSIGNED)(m->diameter * m->diameter / 2), lowest = (UNSIGNED)(1u << (BITS - 1));
    const size_t width = m->diameter * m->depth;
    for (size_t i = 0; i < m->n; i += VECTORS * LANES) {
        unsigned_lanes found[VECTORS]; /* the bits of signed samples, which are added without overflow */
        for (int v = 0; v < VECTORS; v++)
            found[v] = lowest - (unsigned_lanes){0};
        for (int bit = m->bits - 1; bit >= 0; bit--) {
            const unsigned_lanes step = (UNSIGNED)(1u << bit) - (unsigned_lanes){0};
            unsigned_lanes below[VECTORS] = {{0}};
            for (size_t y = 0; y < m->diameter; y++) {
                const SAMPLE *at = (const SAMPLE *)row[y] + i;
                for (const SAMPLE *end = at + width; at < end; at += m->depth)
                    for (int v = 0; v < VECTORS; v++)
                        below[v] = COUNT(below[v], NAME(load)(at + v * LANES), (VEC)(found[v] + step));
            }
            for (int v = 0; v < VECTORS; v++)
                found[v] += step & (unsigned_lanes)(below[v] <= half - (unsigned_lanes){0});
        }
        memcpy((SAMPLE *)to + i, found, sizeof found);
    }
}

#undef INLINE_LEVEL
#undef NAME
#undef SAMPLE
#undef UNSIGNED
#undef BITS
#undef TARGET
#undef VEC
#undef LANES
#undef MIN
#undef MAX
#undef COUNT
