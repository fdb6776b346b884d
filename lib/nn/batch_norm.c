#include "nn/batch_norm.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "nn/chunk.h"

static const double momentum = 0.1;

size_t sk_batch_norm_scratch(size_t images, size_t pixels, size_t channels)
{
    const size_t chunks = sk_cut_chunks(&(struct sk_cut){images, pixels, channels});
    return channels * (sizeof(struct sk_moments) / sizeof(float) + 2 * chunks);
}

static struct sk_cut cut_of(const struct sk_batch_norm *bn, size_t images)
{
    return (struct sk_cut){images, bn->pixels, bn->channels};
}

/* mean[c], m2[c]: mean and sum of squared deviations over a chunk. */
SK_SIMD static void chunk_moments(size_t rows, size_t channels, const float *restrict x, float *restrict mean,
                                  float *restrict m2)
{
    memset(mean, 0, channels * sizeof *mean);
    memset(m2, 0, channels * sizeof *m2);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < channels; c++)
            mean[c] += x[r * channels + c];
    for (size_t c = 0; c < channels; c++)
        mean[c] /= (float)rows;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < channels; c++) {
            float d = x[r * channels + c] - mean[c];
            m2[c] += d * d;
        }
}

/* Chan, Golub, LeVeque 1983. */
struct sk_moments sk_moments_join(struct sk_moments left, struct sk_moments right)
{
    const double rows = left.rows + right.rows, delta = right.mean - left.mean;
    return (struct sk_moments){rows, left.mean + delta * right.rows / rows,
                               left.m2 + (right.m2 + delta * delta * left.rows * right.rows / rows)};
}

/* Channel c over micro-batches from the first on: a micro-batch's chunks in their order, then up the tree. */
static struct sk_moments moments_of(const struct sk_cut *cut, const float *partial, size_t c, size_t first, size_t count)
{
    const size_t channels = cut->channels;
    if (count > 1) {
        const size_t split = sk_tree_split(count);
        return sk_moments_join(moments_of(cut, partial, c, first, split),
                               moments_of(cut, partial, c, first + split, count - split));
    }
    struct sk_moments all = {0};
    for (size_t k = sk_cut_first(cut, first); k < sk_cut_first(cut, first + 1); k++)
        all = sk_moments_join(all, (struct sk_moments){(double)sk_cut_chunk(cut, k).rows, (double)partial[2 * k * channels + c],
                                                       (double)partial[(2 * k + 1) * channels + c]});
    return all;
}

void sk_batch_norm_moments(const struct sk_batch_norm *bn, size_t images, const float *x, struct sk_moments *moments,
                           float *scratch, int jobs)
{
    const struct sk_cut cut = cut_of(bn, images);
    const size_t channels = bn->channels, chunks = sk_cut_chunks(&cut);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        chunk_moments(chunk.rows, channels, x + chunk.at, scratch + 2 * k * channels, scratch + (2 * k + 1) * channels);
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t c = 0; c < channels; c++)
        moments[c] = moments_of(&cut, scratch, c, 0, sk_micro_batches(images));
}

/* The mean is taken away first: where it is large against the spread, folding it into the bias would cancel. */
SK_SIMD static void normalize_rectify(const struct sk_batch_norm *bn, size_t rows, const float *x,
                                      const float *restrict mean, const float *restrict inv_std, float *y)
{
    size_t channels = bn->channels;
    float slope = bn->slope;
    const float *restrict weight = bn->weight, *restrict bias = bn->bias;
    for (size_t r = 0; r < rows; r++, x += channels, y += channels)
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            float u = weight[c] * ((x[c] - mean[c]) * inv_std[c]) + bias[c];
            y[c] = u > 0 ? u : slope * u;
        }
}

void sk_batch_norm_apply(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, const float *mean,
                         const float *inv_std, int jobs)
{
    const struct sk_cut cut = cut_of(bn, images);
    const size_t chunks = sk_cut_chunks(&cut);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        normalize_rectify(bn, chunk.rows, x + chunk.at, mean, inv_std, y + chunk.at);
    }
}

/* The inverse of the standard deviation by the running statistics. */
static void running_inv_std(const struct sk_batch_norm *bn, float *inv_std)
{
    for (size_t c = 0; c < bn->channels; c++)
        inv_std[c] = (float)(1 / sqrt((double)bn->running_var[c] + bn->epsilon));
}

void sk_batch_norm_statistics(const struct sk_batch_norm *bn, const struct sk_moments *moments, float *mean, float *inv_std)
{
    if (bn->fixed) {
        memcpy(mean, bn->running_mean, bn->channels * sizeof *mean);
        running_inv_std(bn, inv_std);
        return;
    }
    for (size_t c = 0; c < bn->channels; c++) {
        const struct sk_moments all = moments[c];
        double var = all.m2 / all.rows, unbiased = all.rows > 1 ? all.m2 / (all.rows - 1) : all.m2;
        mean[c] = (float)all.mean;
        inv_std[c] = (float)(1 / sqrt(var + bn->epsilon));
        bn->running_mean[c] = (float)((1 - momentum) * (double)bn->running_mean[c] + momentum * all.mean);
        bn->running_var[c] = (float)((1 - momentum) * (double)bn->running_var[c] + momentum * unbiased);
    }
}

void sk_batch_norm_forward(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, float *mean,
                           float *inv_std, float *scratch, int jobs)
{
    struct sk_moments *moments = (struct sk_moments *)(void *)scratch;
    if (!bn->fixed)
        sk_batch_norm_moments(bn, images, x, moments, (float *)(moments + bn->channels), jobs);
    sk_batch_norm_statistics(bn, moments, mean, inv_std);
    sk_batch_norm_apply(bn, images, x, y, mean, inv_std, jobs);
}

void sk_batch_norm_infer(const struct sk_batch_norm *bn, size_t images, const float *x, float *y, int jobs)
{
    float inv_std[SK_BATCH_NORM_CHANNELS];
    running_inv_std(bn, inv_std);
    sk_batch_norm_apply(bn, images, x, y, bn->running_mean, inv_std, jobs);
}

/* du = dy through the rectifier; sums of du and of du x^ over a chunk. */
SK_SIMD static void chunk_gradient_sums(const struct sk_batch_norm *bn, size_t rows, const float *restrict x,
                                        const float *restrict dy, const float *restrict mean,
                                        const float *restrict inv_std, float *restrict sum, float *restrict sum_hat)
{
    size_t channels = bn->channels;
    float slope = bn->slope;
    const float *restrict weight = bn->weight, *restrict bias = bn->bias;
    memset(sum, 0, channels * sizeof *sum);
    memset(sum_hat, 0, channels * sizeof *sum_hat);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < channels; c++) {
            float hat = (x[r * channels + c] - mean[c]) * inv_std[c];
            float d = dy[r * channels + c];
            float du = weight[c] * hat + bias[c] > 0 ? d : slope * d;
            sum[c] += du;
            sum_hat[c] += du * hat;
        }
}

/* dx = weight inv_std (du - sum - x^ sum_hat), where sum and sum_hat come divided by the number of rows. */
SK_SIMD static void chunk_gradient(const struct sk_batch_norm *bn, size_t rows, const float *x, const float *dy,
                                   const float *restrict mean, const float *restrict inv_std,
                                   const float *restrict sum, const float *restrict sum_hat, float *dx)
{
    size_t channels = bn->channels;
    float slope = bn->slope;
    const float *restrict weight = bn->weight, *restrict bias = bn->bias;
    for (size_t r = 0; r < rows; r++, x += channels, dy += channels, dx += channels)
#pragma omp simd
        for (size_t c = 0; c < channels; c++) {
            float hat = (x[c] - mean[c]) * inv_std[c];
            float du = weight[c] * hat + bias[c] > 0 ? dy[c] : slope * dy[c];
            dx[c] = weight[c] * inv_std[c] * (du - sum[c] - hat * sum_hat[c]);
        }
}

void sk_batch_norm_gradient_sums(const struct sk_batch_norm *bn, size_t images, const float *x, const float *mean,
                                 const float *inv_std, const float *dy, float *sums, float *scratch, int jobs)
{
    const struct sk_cut cut = cut_of(bn, images);
    const size_t channels = bn->channels, chunks = sk_cut_chunks(&cut);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        chunk_gradient_sums(bn, chunk.rows, x + chunk.at, dy + chunk.at, mean, inv_std, scratch + 2 * k * channels,
                            scratch + (2 * k + 1) * channels);
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t c = 0; c < 2 * channels; c++)
        sums[c] = sk_cut_sum(&cut, scratch + c, 2 * channels, 0, sk_micro_batches(images));
}

void sk_batch_norm_apply_gradient(const struct sk_batch_norm *bn, size_t images, size_t all, const float *x, const float *mean,
                                  const float *inv_std, const float *dy, float *sums, float *dx, int jobs)
{
    const struct sk_cut cut = cut_of(bn, images);
    const size_t channels = bn->channels, chunks = sk_cut_chunks(&cut);
    const double rows = (double)(all * bn->pixels);
    for (size_t c = 0; c < 2 * channels; c++)
        sums[c] = bn->fixed ? 0 : (float)((double)sums[c] / rows);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        chunk_gradient(bn, chunk.rows, x + chunk.at, dy + chunk.at, mean, inv_std, sums, sums + channels, dx + chunk.at);
    }
}

static void add(size_t n, const float *from, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

void sk_batch_norm_backward(const struct sk_batch_norm *bn, size_t images, const float *x, const float *mean,
                            const float *inv_std, const float *dy, float *dx, float *dweight, float *dbias,
                            float *scratch, int jobs)
{
    const size_t channels = bn->channels;
    float *sums = scratch;
    sk_batch_norm_gradient_sums(bn, images, x, mean, inv_std, dy, sums, scratch + 2 * channels, jobs);
    if (dbias) {
        add(channels, sums, dbias);
        add(channels, sums + channels, dweight);
    }
    sk_batch_norm_apply_gradient(bn, images, images, x, mean, inv_std, dy, sums, dx, jobs);
}
