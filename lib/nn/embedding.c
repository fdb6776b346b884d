#include "nn/embedding.h"

#include <string.h>

#include "base/micro_batch.h"
#include "base/simd.h"
#include "nn/dense.h"

/* Channels that are summed at a time. */
enum { CHANNELS = 512 };

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

/* sum [channels] = that of one class's rows, each times its factor (NULL: 1), up the tree of the micro-batches of all images. */
static void sum_class(size_t n, size_t channels, const uint8_t *label, uint8_t class, const float *row, size_t step,
                      const float *factor, float *sum)
{
    if (n > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(n);
        float right[CHANNELS];
        sum_class(split, channels, label, class, row, step, factor, sum);
        sum_class(n - split, channels, label + split, class, row + split * step, step, factor ? factor + split : NULL, right);
        scale_add(channels, 1, right, sum);
        return;
    }
    memset(sum, 0, channels * sizeof *sum);
    for (size_t i = 0; i < n; i++)
        if (label[i] == class)
            scale_add(channels, factor ? factor[i] : 1, row + i * step, sum);
}

static void add_gradient(size_t n, size_t classes, size_t channels, const uint8_t *label, const float *row, const float *factor,
                         float *dw)
{
    for (size_t class = 0; class < classes; class++)
        for (size_t c = 0; c < channels; c += CHANNELS) {
            const size_t here = channels - c < CHANNELS ? channels - c : CHANNELS;
            float sum[CHANNELS];
            sum_class(n, here, label, (uint8_t)class, row + c, channels, factor, sum);
            scale_add(here, 1, sum, dw + class * channels + c);
        }
}

void sk_embedding_forward(size_t n, size_t channels, const uint8_t *label, const float *w, float *y)
{
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * channels, w + label[i] * channels, channels * sizeof *y);
}

void sk_embedding_backward(size_t n, size_t classes, size_t channels, const uint8_t *label, const float *dy, float *dw)
{
    if (dw)
        add_gradient(n, classes, channels, label, dy, NULL, dw);
}

void sk_projection_forward(size_t n, size_t channels, const uint8_t *label, const float *w, const float *x, float *y)
{
    const float none = 0;
    for (size_t i = 0; i < n; i++)
        sk_dense_narrow_forward(1, channels, 1, x + i * channels, w + label[i] * channels, &none, y + i, 1);
}

void sk_projection_backward(size_t n, size_t classes, size_t channels, const uint8_t *label, const float *w, const float *x,
                            const float *dy, float *dx, float *dw)
{
    if (dw)
        add_gradient(n, classes, channels, label, x, dy, dw);
    for (size_t i = 0; dx && i < n; i++)
        scale_to(channels, dy[i], w + label[i] * channels, dx + i * channels);
}
