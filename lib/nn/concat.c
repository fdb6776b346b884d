#include "nn/concat.h"

#include <string.h>

#include "base/simd.h"
#include "nn/chunk.h"

/* Rows of `own` floats, which lie in memory so many floats apart. */
static void copy_rows(size_t rows, size_t own, const float *from, size_t from_step, float *to, size_t to_step)
{
    for (size_t r = 0; r < rows; r++)
        memcpy(to + r * to_step, from + r * from_step, own * sizeof *to);
}

SK_SIMD static void add_rows(size_t rows, size_t own, const float *restrict from, size_t from_step, float *restrict to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < own; c++)
            to[r * own + c] += from[r * from_step + c];
}

void sk_concat_forward(size_t rows, size_t channels, size_t offset, size_t own, const float *x, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < sk_chunk_count(rows, own); k++)
        copy_rows(sk_chunk_rows_of(k, rows, own), own, x + sk_chunk_at(k, own), own,
                  y + k * sk_chunk_rows(own) * channels + offset, channels);
}

void sk_concat_backward(size_t rows, size_t channels, size_t offset, size_t own, const float *dy, float *dx, bool add, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < sk_chunk_count(rows, own); k++) {
        const float *from = dy + k * sk_chunk_rows(own) * channels + offset;
        if (add)
            add_rows(sk_chunk_rows_of(k, rows, own), own, from, channels, dx + sk_chunk_at(k, own));
        else
            copy_rows(sk_chunk_rows_of(k, rows, own), own, from, channels, dx + sk_chunk_at(k, own), own);
    }
}
