#include "nn/pool.h"

#include <string.h>

#include "base/simd.h"

size_t sk_pool_side(const struct sk_pool *pool)
{
    return (pool->side + 2 * pool->padding - pool->kernel) / pool->stride + 1;
}

/* Pixels from..to - 1, in one direction, of the image that window i sees. */
struct span {
    size_t from, to;
};

static struct span seen_by(const struct sk_pool *pool, size_t i)
{
    const size_t begin = i * pool->stride, end = begin + pool->kernel, last = pool->side + pool->padding;
    return (struct span){begin > pool->padding ? begin - pool->padding : 0, (end < last ? end : last) - pool->padding};
}

/* Windows that see pixel i. */
static struct span that_see(const struct sk_pool *pool, size_t i)
{
    const size_t at = i + pool->padding, out = sk_pool_side(pool), end = at / pool->stride + 1;
    return (struct span){at < pool->kernel ? 0 : (at - pool->kernel) / pool->stride + 1, end < out ? end : out};
}

static float share(const struct sk_pool *pool, struct span down, struct span across)
{
    const size_t pixels = pool->count_padding ? pool->kernel * pool->kernel : (down.to - down.from) * (across.to - across.from);
    return 1.0f / (float)pixels;
}

SK_SIMD static void scale_add(size_t n, float weight, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += weight * x[i];
}

SK_SIMD static void add_values(size_t n, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

SK_SIMD static void scale(size_t n, float weight, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= weight;
}

/* A NaN is greater than all. */
SK_SIMD static void take_greater(size_t n, const float *restrict x, float *restrict y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] <= y[i] || y[i] != y[i] ? y[i] : x[i];
}

/* The first pixel of a window is copied, the others are joined to it. */
static void pool_window(const struct sk_pool *pool, bool average, struct span down, struct span across, const float *image,
                        float *y)
{
    for (size_t p = down.from; p < down.to; p++)
        for (size_t q = across.from; q < across.to; q++) {
            const float *from = image + (p * pool->side + q) * pool->channels;
            if (p == down.from && q == across.from)
                memcpy(y, from, pool->channels * sizeof *y);
            else if (average)
                add_values(pool->channels, from, y);
            else
                take_greater(pool->channels, from, y);
        }
    if (average)
        scale(pool->channels, share(pool, down, across), y);
}

static void forward(const struct sk_pool *pool, bool average, size_t n, const float *x, float *y, int jobs)
{
    const size_t out = sk_pool_side(pool), image = pool->side * pool->side * pool->channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n * out; i++) {
        const struct span down = seen_by(pool, i % out);
        for (size_t j = 0; j < out; j++)
            pool_window(pool, average, down, seen_by(pool, j), x + i / out * image, y + (i * out + j) * pool->channels);
    }
}

void sk_average_pool_forward(const struct sk_pool *pool, size_t n, const float *x, float *y, int jobs)
{
    forward(pool, true, n, x, y, jobs);
}

void sk_max_pool_forward(const struct sk_pool *pool, size_t n, const float *x, float *y, int jobs)
{
    forward(pool, false, n, x, y, jobs);
}

/* What a pixel has from the windows that see it. */
static void gather_pixel(const struct sk_pool *pool, struct span down, struct span across, const float *dy, float *dx)
{
    const size_t out = sk_pool_side(pool);
    for (size_t i = down.from; i < down.to; i++)
        for (size_t j = across.from; j < across.to; j++)
            scale_add(pool->channels, share(pool, seen_by(pool, i), seen_by(pool, j)), dy + (i * out + j) * pool->channels, dx);
}

void sk_average_pool_backward(const struct sk_pool *pool, size_t n, const float *dy, float *dx, bool add, int jobs)
{
    const size_t out = sk_pool_side(pool), row = pool->side * pool->channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t p = 0; p < n * pool->side; p++) {
        const struct span down = that_see(pool, p % pool->side);
        if (!add)
            memset(dx + p * row, 0, row * sizeof *dx);
        for (size_t q = 0; q < pool->side; q++)
            gather_pixel(pool, down, that_see(pool, q), dy + p / pool->side * out * out * pool->channels,
                         dx + p * row + q * pool->channels);
    }
}

/* Channels whose gradient is still to be given away, of a window at a time. */
enum { CHANNELS = 256 };

SK_SIMD static void give_to_greatest(size_t n, const float *restrict x, const float *restrict y, float *restrict left,
                                     float *restrict dx)
{
    for (size_t i = 0; i < n; i++) {
        const bool here = x[i] == y[i] || x[i] != x[i];
        dx[i] += here ? left[i] : 0;
        left[i] = here ? 0 : left[i];
    }
}

static void give_window(const struct sk_pool *pool, struct span down, struct span across, const float *x, const float *y,
                        const float *dy, float *dx)
{
    float left[CHANNELS];
    for (size_t c = 0, n; c < pool->channels; c += n) {
        n = pool->channels - c < CHANNELS ? pool->channels - c : CHANNELS;
        memcpy(left, dy + c, n * sizeof *left);
        for (size_t p = down.from; p < down.to; p++)
            for (size_t q = across.from; q < across.to; q++) {
                const size_t at = (p * pool->side + q) * pool->channels + c;
                give_to_greatest(n, x + at, y + c, left, dx + at);
            }
    }
}

void sk_max_pool_backward(const struct sk_pool *pool, size_t n, const float *x, const float *y, const float *dy, float *dx,
                          bool add, int jobs)
{
    const size_t out = sk_pool_side(pool), image = pool->side * pool->side * pool->channels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t k = 0; k < n; k++) {
        if (!add)
            memset(dx + k * image, 0, image * sizeof *dx);
        for (size_t i = 0; i < out; i++)
            for (size_t j = 0; j < out; j++) {
                const size_t at = ((k * out + i) * out + j) * pool->channels;
                give_window(pool, seen_by(pool, i), seen_by(pool, j), x + k * image, y + at, dy + at, dx + k * image);
            }
    }
}

void sk_global_pool_forward(size_t n, size_t pixels, size_t channels, const float *x, float *y, int jobs)
{
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < n; i++) {
        memset(y + i * channels, 0, channels * sizeof *y);
        for (size_t p = 0; p < pixels; p++)
            add_values(channels, x + (i * pixels + p) * channels, y + i * channels);
        scale(channels, 1.0f / (float)pixels, y + i * channels);
    }
}

void sk_global_pool_backward(size_t n, size_t pixels, size_t channels, const float *dy, float *dx, bool add, int jobs)
{
    const float weight = 1.0f / (float)pixels;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t p = 0; p < n * pixels; p++) {
        if (!add)
            memset(dx + p * channels, 0, channels * sizeof *dx);
        scale_add(channels, weight, dy + p / pixels * channels, dx + p * channels);
    }
}
