#include "nn/basis.h"

#include "base/micro_batch.h"
#include "base/simd.h"

/* Values that a thread sums at a time. */
enum { VALUES = 512 };

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

void sk_basis_forward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < pixels; p++)
            multiply(channels, w + p * channels, x + i * channels, y + (i * pixels + p) * channels);
}

/* sum [values] = sum over n images of x dy, up the tree of their micro-batches. */
static void sum_images(size_t n, size_t values, const float *x, size_t x_step, const float *dy, size_t dy_step, float *sum)
{
    if (n > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(n);
        float right[VALUES];
        sum_images(split, values, x, x_step, dy, dy_step, sum);
        sum_images(n - split, values, x + split * x_step, x_step, dy + split * dy_step, dy_step, right);
        add(values, right, sum);
        return;
    }
    multiply(values, x, dy, sum);
    for (size_t i = 1; i < n; i++)
        multiply_add(values, x + i * x_step, dy + i * dy_step, sum);
}

void sk_basis_backward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, const float *dy, float *dx,
                       float *dw, int jobs)
{
    const size_t image = pixels * channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t p = 0; p < (dw ? pixels : 0); p++)
        for (size_t c = 0; c < channels; c += VALUES) {
            const size_t values = channels - c < VALUES ? channels - c : VALUES, at = p * channels + c;
            float sum[VALUES];
            sum_images(n, values, x + c, channels, dy + at, image, sum);
            add(values, sum, dw + at);
        }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < (dx ? n : 0); i++) {
        multiply(channels, w, dy + i * image, dx + i * channels);
        for (size_t p = 1; p < pixels; p++)
            multiply_add(channels, w + p * channels, dy + i * image + p * channels, dx + i * channels);
    }
}
