#include "nn/batch_norm.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "nn/chunk.h"

static const double momentum = 0.1;

size_t sk_batch_norm_scratch(size_t rows, size_t channels)
{
    return 2 * channels * (sk_chunk_count(rows, channels) + 1);
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

/* The chunks' moments of channel c, joined in order (Chan, Golub, LeVeque 1983). */
static void join_moments(size_t rows, size_t channels, const float *partial, size_t c, double *mean, double *m2)
{
    size_t n = 0;
    *mean = *m2 = 0;
    for (size_t k = 0; k < sk_chunk_count(rows, channels); k++) {
        size_t m = sk_chunk_rows_of(k, rows, channels);
        double delta = (double)partial[2 * k * channels + c] - *mean;
        *m2 += (double)partial[(2 * k + 1) * channels + c] + delta * delta * (double)n * (double)m / (double)(n + m);
        *mean += delta * (double)m / (double)(n + m);
        n += m;
    }
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

static void apply(const struct sk_batch_norm *bn, size_t rows, const float *x, float *y, const float *mean,
                  const float *inv_std, int jobs)
{
    size_t channels = bn->channels, chunks = sk_chunk_count(rows, channels);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        size_t n = sk_chunk_rows_of(k, rows, channels), at = sk_chunk_at(k, channels);
        normalize_rectify(bn, n, x + at, mean, inv_std, y + at);
    }
}

void sk_batch_norm_forward(const struct sk_batch_norm *bn, size_t rows, const float *x, float *y, float *mean,
                           float *inv_std, float *scratch, int jobs)
{
    size_t channels = bn->channels, chunks = sk_chunk_count(rows, channels);
    float *partial = scratch;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        size_t n = sk_chunk_rows_of(k, rows, channels), at = sk_chunk_at(k, channels);
        chunk_moments(n, channels, x + at, partial + 2 * k * channels, partial + (2 * k + 1) * channels);
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t c = 0; c < channels; c++) {
        double m, m2;
        join_moments(rows, channels, partial, c, &m, &m2);
        double var = m2 / (double)rows, unbiased = rows > 1 ? m2 / (double)(rows - 1) : m2;
        mean[c] = (float)m;
        inv_std[c] = (float)(1 / sqrt(var + bn->epsilon));
        bn->running_mean[c] = (float)((1 - momentum) * (double)bn->running_mean[c] + momentum * m);
        bn->running_var[c] = (float)((1 - momentum) * (double)bn->running_var[c] + momentum * unbiased);
    }
    apply(bn, rows, x, y, mean, inv_std, jobs);
}

void sk_batch_norm_infer(const struct sk_batch_norm *bn, size_t rows, const float *x, float *y, int jobs)
{
    float inv_std[SK_BATCH_NORM_CHANNELS];
    for (size_t c = 0; c < bn->channels; c++)
        inv_std[c] = (float)(1 / sqrt((double)bn->running_var[c] + bn->epsilon));
    apply(bn, rows, x, y, bn->running_mean, inv_std, jobs);
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

void sk_batch_norm_backward(const struct sk_batch_norm *bn, size_t rows, const float *x, const float *mean,
                            const float *inv_std, const float *dy, float *dx, float *dweight, float *dbias,
                            float *scratch, int jobs)
{
    size_t channels = bn->channels, chunks = sk_chunk_count(rows, channels);
    float *sum = scratch, *sum_hat = scratch + channels, *partial = scratch + 2 * channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        size_t n = sk_chunk_rows_of(k, rows, channels), at = sk_chunk_at(k, channels);
        chunk_gradient_sums(bn, n, x + at, dy + at, mean, inv_std, partial + 2 * k * channels,
                            partial + (2 * k + 1) * channels);
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t c = 0; c < channels; c++) {
        double s = 0, h = 0;
        for (size_t k = 0; k < chunks; k++) {
            s += (double)partial[2 * k * channels + c];
            h += (double)partial[(2 * k + 1) * channels + c];
        }
        if (dbias) {
            dbias[c] += (float)s;
            dweight[c] += (float)h;
        }
        sum[c] = (float)(s / (double)rows);
        sum_hat[c] = (float)(h / (double)rows);
    }
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        size_t n = sk_chunk_rows_of(k, rows, channels), at = sk_chunk_at(k, channels);
        chunk_gradient(bn, n, x + at, dy + at, mean, inv_std, sum, sum_hat, dx + at);
    }
}
