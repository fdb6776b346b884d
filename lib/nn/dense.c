#include "nn/dense.h"

#include "base/simd.h"
#include "tensor/gemm.h"

enum { COLUMNS = 512, LANES = 16 };

void sk_dense_wide_forward(size_t n, size_t in, size_t out, const float *x, const float *w, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t c = 0; c < out; c += COLUMNS)
        sk_gemm(false, false, n, out - c < COLUMNS ? out - c : COLUMNS, in, 1, x, in, w + c, out, 0, y + c, out);
}

void sk_dense_wide_backward(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t c = 0; c < out; c += COLUMNS)
        sk_gemm(true, false, in, out - c < COLUMNS ? out - c : COLUMNS, n, 1, x, in, dy + c, out, 0, dw + c, out);
}

/* Sixteen partial sums whatever the vector's width: the same bits on every SIMD level. */
SK_SIMD static float dot(size_t n, const float *restrict a, const float *restrict b)
{
    float sum[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += a[i + l] * b[i + l];
    for (size_t l = 0; i < n; i++, l++)
        sum[l] += a[i] * b[i];
    for (size_t half = LANES / 2; half; half /= 2)
        for (size_t l = 0; l < half; l++)
            sum[l] += sum[l + half];
    return sum[0];
}

void sk_dense_narrow_forward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *bias,
                             float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++)
        for (size_t o = 0; o < out; o++)
            y[i * out + o] = dot(in, x + i * in, w + o * in) + bias[o];
}

SK_SIMD static void scale_to(size_t n, float a, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a * x[i];
}

SK_SIMD static void scale_add(size_t n, float a, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

void sk_dense_narrow_backward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *dy,
                              float *dx, float *dw, float *dbias, int jobs)
{
    if (dw) { /* by columns: each is summed over the batch in order, on one thread */
#pragma omp parallel for num_threads(jobs) schedule(static)
        for (size_t c = 0; c < in; c += COLUMNS) {
            size_t columns = in - c < COLUMNS ? in - c : COLUMNS;
            for (size_t i = 0; i < n; i++)
                for (size_t o = 0; o < out; o++)
                    scale_add(columns, dy[i * out + o], x + i * in + c, dw + o * in + c);
        }
        for (size_t i = 0; i < n; i++)
            for (size_t o = 0; o < out; o++)
                dbias[o] += dy[i * out + o];
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++) {
        scale_to(in, dy[i * out], w, dx + i * in);
        for (size_t o = 1; o < out; o++)
            scale_add(in, dy[i * out + o], w + o * in, dx + i * in);
    }
}
