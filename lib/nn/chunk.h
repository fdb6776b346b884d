#ifndef SK_NN_CHUNK_H
#define SK_NN_CHUNK_H

#include <stddef.h>

#include "base/micro_batch.h"

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

/* A batch whose sums are a tree over its micro-batches (base/micro_batch.h): none of its chunks crosses from one to the next. */
struct sk_cut {
    size_t images, pixels, channels;
};

/* The first chunk of a micro-batch, or the number of all chunks where there is no such micro-batch. */
static inline size_t sk_cut_first(const struct sk_cut *cut, size_t micro_batch)
{
    const size_t whole = cut->images / SK_MICRO_BATCH, rest = cut->images % SK_MICRO_BATCH * cut->pixels;
    const size_t each = sk_chunk_count(SK_MICRO_BATCH * cut->pixels, cut->channels);
    return micro_batch <= whole ? micro_batch * each : whole * each + sk_chunk_count(rest, cut->channels);
}

static inline size_t sk_cut_chunks(const struct sk_cut *cut)
{
    return sk_cut_first(cut, sk_micro_batches(cut->images));
}

/* Rows of chunk k, and where they begin, in values. */
struct sk_chunk {
    size_t rows, at;
};

static inline struct sk_chunk sk_cut_chunk(const struct sk_cut *cut, size_t k)
{
    const size_t each = sk_chunk_count(SK_MICRO_BATCH * cut->pixels, cut->channels), micro_batch = k / each;
    const size_t rows = sk_micro_batch_images(micro_batch, cut->images) * cut->pixels;
    const size_t before = micro_batch * SK_MICRO_BATCH * cut->pixels * cut->channels;
    return (struct sk_chunk){sk_chunk_rows_of(k % each, rows, cut->channels), before + sk_chunk_at(k % each, cut->channels)};
}

/* The sum over `count` micro-batches from the first on, where chunk k's is of[k step]: those of a micro-batch in their order,
   rounded to a float, and these up the tree. */
static inline float sk_cut_sum(const struct sk_cut *cut, const float *of, size_t step, size_t first, size_t count)
{
    if (count > 1) {
        const size_t split = sk_tree_split(count);
        return sk_cut_sum(cut, of, step, first, split) + sk_cut_sum(cut, of, step, first + split, count - split);
    }
    double sum = 0;
    for (size_t k = sk_cut_first(cut, first); k < sk_cut_first(cut, first + 1); k++)
        sum += (double)of[k * step];
    return (float)sum;
}

#endif
