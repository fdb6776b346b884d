#include "nn/basis.h"

#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

enum { SK_MICRO_BATCH = 16 };

SK_SIMD static void multiply(size_t n, const float *restrict a, const float *restrict b, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] * b[i];
}

SK_SIMD static void multiply_add(size_t n, const float *restrict a, const float *restrict b, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a[i] * b[i];
}

SK_SIMD static void add(size_t n, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static size_t micro_batches(size_t n)
{
    return (n + SK_MICRO_BATCH - 1) / SK_MICRO_BATCH;
}

size_t sk_basis_workspace(size_t n, size_t pixels, size_t channels)
{
    return sk_product(micro_batches(n), sk_product(pixels, channels));
}

void sk_basis_forward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < pixels; p++)
            multiply(channels, w + p * channels, x + i * channels, y + (i * pixels + p) * channels);
}

/* A micro-batch's sum. */
static void sum_images(size_t first, size_t end, size_t pixels, size_t channels, const float *x, const float *dy, float *sum)
{
    memset(sum, 0, pixels * channels * sizeof *sum);
    for (size_t i = first; i < end; i++)
        for (size_t p = 0; p < pixels; p++)
            multiply_add(channels, x + i * channels, dy + (i * pixels + p) * channels, sum + p * channels);
}

static void add_weight_gradient(size_t n, size_t pixels, size_t channels, const float *x, const float *dy, float *dw, float *workspace,
                                int jobs)
{
    const size_t values = pixels * channels, leaves = micro_batches(n);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < leaves; k++) {
        const size_t end = (k + 1) * SK_MICRO_BATCH;
        sum_images(k * SK_MICRO_BATCH, end < n ? end : n, pixels, channels, x, dy, workspace + k * values);
    }
    for (size_t step = 1; step < leaves; step *= 2)
        for (size_t k = 0; k + step < leaves; k += 2 * step)
            add(values, workspace + (k + step) * values, workspace + k * values);
    add(values, workspace, dw);
}

void sk_basis_backward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, const float *dy, float *dx, float *dw,
                       float *workspace, int jobs)
{
    if (dw)
        add_weight_gradient(n, pixels, channels, x, dy, dw, workspace, jobs);
    if (!dx)
        return;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++) {
        multiply(channels, w, dy + i * pixels * channels, dx + i * channels);
        for (size_t p = 1; p < pixels; p++)
            multiply_add(channels, w + p * channels, dy + (i * pixels + p) * channels, dx + i * channels);
    }
}
