#include "nn/dense.h"

#include <omp.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"

/* WIDE_COLUMNS: of a product of the wide layer, a multiple of a panel's; they stay in the nearest caches as they are packed. */
enum { COLUMNS = 512, WIDE_COLUMNS = 128, LANES = 16 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Floats of x transposed, whose rows are sk_product_step(n) apart, and of a thread's panels. */
static size_t transposed_size(size_t n, size_t in)
{
    return sk_product(in, sk_product_step(n, sizeof(float)));
}

static size_t panels_size(size_t n, size_t in)
{
    return sk_product(n > in ? n : in, WIDE_COLUMNS);
}

size_t sk_dense_wide_workspace(size_t n, size_t in, int jobs)
{
    return sk_sum(transposed_size(n, in), sk_product(panels_size(n, in), (size_t)jobs));
}

static float *panels_of_thread(size_t n, size_t in, float *workspace)
{
    return workspace + transposed_size(n, in) + (size_t)omp_get_thread_num() * panels_size(n, in);
}

void sk_dense_wide_forward(size_t n, size_t in, size_t out, const float *x, const float *w, float *y, float *workspace, int jobs)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t c = 0; c < out; c += WIDE_COLUMNS) {
        const size_t columns = smaller(out - c, WIDE_COLUMNS);
        float *panels = panels_of_thread(n, in, workspace);
        product->pack(in, columns, w + c, out, 1, panels);
        product->multiply(n, columns, in, x, in, (struct sk_panels_f32){panels, in}, (struct sk_ending_f32){0}, y + c, out);
    }
}

void sk_dense_wide_backward(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw, float *workspace, int jobs)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    const size_t step = sk_product_step(n, sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < in; k++)
            workspace[k * step + i] = x[i * in + k];
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t c = 0; c < out; c += WIDE_COLUMNS) {
        const size_t columns = smaller(out - c, WIDE_COLUMNS);
        float *panels = panels_of_thread(n, in, workspace);
        product->pack(n, columns, dy + c, out, 1, panels);
        product->multiply(in, columns, n, workspace, step, (struct sk_panels_f32){panels, n}, (struct sk_ending_f32){0}, dw + c,
                          out);
    }
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
