#include "nn/activation.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/simd.h"
#include "nn/chunk.h"

size_t sk_bias_scratch(size_t images, size_t pixels, size_t channels)
{
    return sk_cut_chunks(&(struct sk_cut){images, pixels, channels}) * channels;
}

/* e^x for x <= 0: 2^n by the exponent's bits, the rest by a polynomial (Taylor of e^r, |r| <= ln 2 / 2, remainder below
   1e-7). No branches, so that the loops around it vectorise; NaN stays NaN. */
static inline __attribute__((always_inline)) float exp_negative(float x)
{
    const float least = -87.0f, round = 0x1.8p23f; /* adding it leaves a whole number in the lowest bits */
    x = x < least ? least : x;
    float shifted = x * 1.44269504f + round, n = shifted - round, scale;
    float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1 + r * (1 + r * (0.5f + r * (0.166666667f + r * (0.0416666667f + r * (0.00833333333f + r * 0.00138888889f)))));
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

static inline __attribute__((always_inline)) float tanh_of(float x)
{
    float e = exp_negative(-2 * fabsf(x));
    return copysignf((1 - e) / (1 + e), x);
}

SK_SIMD static void leaky_relu_rows(size_t rows, size_t channels, const float *restrict bias, float slope,
                                    float *restrict x)
{
    for (size_t r = 0; r < rows; r++, x += channels)
        for (size_t c = 0; c < channels; c++) {
            float u = x[c] + bias[c];
            x[c] = u > 0 ? u : slope * u;
        }
}

/* The bias is spread over a period of 16 pixels, so that 3 channels vectorise too. */
enum { PERIOD = 16 };

SK_SIMD static void tanh_values(size_t n, size_t period, const float *restrict bias, float *restrict x)
{
    size_t i = 0;
    for (; i + period <= n; i += period)
        for (size_t j = 0; j < period; j++)
            x[i + j] = tanh_of(x[i + j] + bias[j]);
    for (size_t j = 0; i < n; i++, j++)
        x[i] = tanh_of(x[i] + bias[j]);
}

void sk_leaky_relu_forward(size_t rows, size_t channels, const float *bias, float slope, float *x, int jobs)
{
    size_t chunks = sk_chunk_count(rows, channels);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        leaky_relu_rows(sk_chunk_rows_of(k, rows, channels), channels, bias, slope, x + sk_chunk_at(k, channels));
    }
}

void sk_tanh_forward(size_t rows, size_t channels, const float *bias, float *x, int jobs)
{
    float spread[PERIOD * 64];
    size_t pixels = channels <= 64 ? PERIOD : 1, period = pixels * channels;
    for (size_t i = 0; channels <= 64 && i < period; i++)
        spread[i] = bias[i % channels];
    size_t chunks = sk_chunk_count(rows, channels);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        size_t n = sk_chunk_rows_of(k, rows, channels) * channels;
        tanh_values(n, period, channels <= 64 ? spread : bias, x + sk_chunk_at(k, channels));
    }
}

SK_SIMD static void leaky_relu_gradient(size_t n, const float *restrict y, float slope, float *restrict dy)
{
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] > 0 ? dy[i] : slope * dy[i];
}

SK_SIMD static void tanh_gradient(size_t n, const float *restrict y, float *restrict dy)
{
    for (size_t i = 0; i < n; i++)
        dy[i] *= 1 - y[i] * y[i];
}

SK_SIMD static void sum_rows(size_t rows, size_t channels, const float *restrict x, float *restrict sum)
{
    memset(sum, 0, channels * sizeof *sum);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < channels; c++)
            sum[c] += x[r * channels + c];
}

static void join_sums(const struct sk_cut *cut, const float *partial, float *sum)
{
    for (size_t c = 0; c < cut->channels; c++)
        sum[c] += sk_cut_sum(cut, partial + c, cut->channels, 0, sk_micro_batches(cut->images));
}

void sk_leaky_relu_backward(size_t images, size_t pixels, size_t channels, const float *y, float slope, float *dy, float *dbias,
                            float *scratch, int jobs)
{
    const struct sk_cut cut = {images, pixels, channels};
    const size_t chunks = sk_cut_chunks(&cut);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        leaky_relu_gradient(chunk.rows * channels, y + chunk.at, slope, dy + chunk.at);
        if (dbias)
            sum_rows(chunk.rows, channels, dy + chunk.at, scratch + k * channels);
    }
    if (dbias)
        join_sums(&cut, scratch, dbias);
}

void sk_tanh_backward(size_t images, size_t pixels, size_t channels, const float *y, float *dy, float *dbias, float *scratch,
                      int jobs)
{
    const struct sk_cut cut = {images, pixels, channels};
    const size_t chunks = sk_cut_chunks(&cut);
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < chunks; k++) {
        const struct sk_chunk chunk = sk_cut_chunk(&cut, k);
        tanh_gradient(chunk.rows * channels, y + chunk.at, dy + chunk.at);
        if (dbias)
            sum_rows(chunk.rows, channels, dy + chunk.at, scratch + k * channels);
    }
    if (dbias)
        join_sums(&cut, scratch, dbias);
}
