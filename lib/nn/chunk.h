#ifndef SK_NN_CHUNK_H
#define SK_NN_CHUNK_H

#include <stddef.h>

/* Layers walk through rows x channels in chunks of rows that fit the cache. The chunks depend on the shape alone: sums
   over a chunk, joined in order, do not depend on the number of threads. */
enum { SK_CHUNK_VALUES = 16384 };

static inline size_t sk_chunk_rows(size_t channels)
{
    return channels >= SK_CHUNK_VALUES ? 1 : SK_CHUNK_VALUES / channels;
}

static inline size_t sk_chunk_count(size_t rows, size_t channels)
{
    size_t each = sk_chunk_rows(channels);
    return (rows + each - 1) / each;
}

/* Rows that chunk k has: the last may have fewer than the others. */
static inline size_t sk_chunk_rows_of(size_t k, size_t rows, size_t channels)
{
    size_t each = sk_chunk_rows(channels), left = rows - k * each;
    return left < each ? left : each;
}

/* Where chunk k begins, in values. */
static inline size_t sk_chunk_at(size_t k, size_t channels)
{
    return k * sk_chunk_rows(channels) * channels;
}

#endif
