#include "nn/add.h"

#include "base/simd.h"
#include "nn/chunk.h"

SK_SIMD static void add_values(size_t n, const float *a, const float *b, float slope, float *y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float u = a[i] + b[i];
        y[i] = u > 0 ? u : slope * u;
    }
}

SK_SIMD static void gradient_to(size_t n, const float *y, float slope, const float *dy, float *dx)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : slope * dy[i];
}

SK_SIMD static void gradient_add_to(size_t n, const float *y, float slope, const float *dy, float *dx)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        dx[i] += y[i] > 0 ? dy[i] : slope * dy[i];
}

void sk_add_forward(size_t n, const float *a, const float *b, float slope, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < sk_chunk_count(n, 1); k++) {
        const size_t at = sk_chunk_at(k, 1);
        add_values(sk_chunk_rows_of(k, n, 1), a + at, b + at, slope, y + at);
    }
}

static void give(size_t n, const float *y, float slope, const float *dy, float *dx, bool add)
{
    if (add)
        gradient_add_to(n, y, slope, dy, dx);
    else if (slope != 1 || dx != dy) /* else it is there */
        gradient_to(n, y, slope, dy, dx);
}

void sk_add_backward(size_t n, const float *y, float slope, const float *dy, float *da, bool add_a, float *db, bool add_b,
                     int jobs)
{
    float *first = da == dy ? db : da, *last = da == dy ? da : db; /* what is dy is written last */
    const bool add_first = da == dy ? add_b : add_a, add_last = da == dy ? add_a : add_b;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < sk_chunk_count(n, 1); k++) {
        const size_t at = sk_chunk_at(k, 1), count = sk_chunk_rows_of(k, n, 1);
        if (first)
            give(count, y + at, slope, dy + at, first + at, add_first);
        if (last)
            give(count, y + at, slope, dy + at, last + at, add_last);
    }
}

SK_SIMD static void add_chunk(size_t n, const float *restrict x, float *restrict sum)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += x[i];
}

void sk_add_to(size_t n, const float *x, float *sum, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < sk_chunk_count(n, 1); k++)
        add_chunk(sk_chunk_rows_of(k, n, 1), x + sk_chunk_at(k, 1), sum + sk_chunk_at(k, 1));
}
