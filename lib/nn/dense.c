#include "nn/dense.h"

#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/micro_batch.h"
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

static size_t panels_size(size_t in)
{
    return sk_product(in > SK_MICRO_BATCH ? in : SK_MICRO_BATCH, WIDE_COLUMNS);
}

/* Its gradient of some columns, and what that is summed of. */
static size_t thread_size(size_t n, size_t in)
{
    const size_t vectors = 1 + sk_tree_levels(sk_micro_batches(n));
    return sk_sum(panels_size(in), sk_product(sk_product(in, WIDE_COLUMNS), vectors));
}

size_t sk_dense_wide_workspace(size_t n, size_t in, int jobs)
{
    return sk_sum(transposed_size(n, in), sk_product(thread_size(n, in), (size_t)jobs));
}

static float *panels_of_thread(size_t n, size_t in, float *workspace)
{
    return workspace + transposed_size(n, in) + (size_t)omp_get_thread_num() * thread_size(n, in);
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

/* sum [in][columns] = x^T dy, x transposed in rows `step` apart, dy in rows of `out`; a tree's stack lies behind it. */
static void sum_columns(size_t n, size_t in, size_t columns, const float *transposed, size_t step, const float *dy, size_t out,
                        float *panels, float *sum)
{
    const struct sk_product_f32 *product = sk_product_f32(sk_simd_level());
    struct sk_tree_sum tree;
    sk_tree_start(&tree, sk_micro_batches(n), 0, in * columns, sum, sum + in * columns);
    for (size_t k = 0; k < sk_micro_batches(n); k++) {
        const size_t first = k * SK_MICRO_BATCH, rows = sk_micro_batch_images(k, n);
        product->pack(rows, columns, dy + first * out, out, 1, panels);
        product->multiply(in, columns, rows, transposed + first, step, (struct sk_panels_f32){panels, rows},
                          (struct sk_ending_f32){0}, sk_tree_node(&tree, tree.nodes), columns);
        sk_tree_push(&tree, 1, 1);
    }
}

void sk_dense_wide_backward(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw, float *workspace, int jobs)
{
    const size_t step = sk_product_step(n, sizeof(float));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < in; k++)
            workspace[k * step + i] = x[i * in + k];
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t c = 0; c < out; c += WIDE_COLUMNS) {
        const size_t columns = smaller(out - c, WIDE_COLUMNS);
        float *panels = panels_of_thread(n, in, workspace), *sum = panels + panels_size(in);
        sum_columns(n, in, columns, workspace, step, dy + c, out, panels, sum);
        for (size_t i = 0; i < in; i++)
            memcpy(dw + i * out + c, sum + i * columns, columns * sizeof *dw);
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

void sk_dense_wide_backward_input(size_t n, size_t in, size_t out, const float *w, const float *dy, float *dx, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < in; k++)
            dx[i * in + k] = dot(out, dy + i * out, w + k * out);
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

/* sum [columns] = sum over n rows of x, `step` apart, each times its factor; up the tree of their micro-batches. */
static void sum_rows(size_t n, size_t columns, const float *x, size_t step, const float *factor, size_t factor_step, float *sum)
{
    if (n > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(n);
        float right[COLUMNS];
        sum_rows(split, columns, x, step, factor, factor_step, sum);
        sum_rows(n - split, columns, x + split * step, step, factor + split * factor_step, factor_step, right);
        scale_add(columns, 1, right, sum);
        return;
    }
    scale_to(columns, factor[0], x, sum);
    for (size_t i = 1; i < n; i++)
        scale_add(columns, factor[i * factor_step], x + i * step, sum);
}

static void add_weight_gradient(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t c = 0; c < in; c += COLUMNS)
        for (size_t o = 0; o < out; o++) {
            const size_t columns = smaller(in - c, COLUMNS);
            float sum[COLUMNS];
            sum_rows(n, columns, x + c, in, dy + o, out, sum);
            scale_add(columns, 1, sum, dw + o * in + c);
        }
}

void sk_dense_narrow_backward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *dy,
                              float *dx, float *dw, float *dbias, int jobs)
{
    if (dw) {
        const float one = 1;
        add_weight_gradient(n, in, out, x, dy, dw, jobs);
        for (size_t o = 0; o < out; o++) {
            float sum;
            sum_rows(n, 1, dy + o, out, &one, 0, &sum);
            dbias[o] += sum;
        }
    }
    if (!dx)
        return;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++) {
        scale_to(in, dy[i * out], w, dx + i * in);
        for (size_t o = 1; o < out; o++)
            scale_add(in, dy[i * out + o], w + o * in, dx + i * in);
    }
}
