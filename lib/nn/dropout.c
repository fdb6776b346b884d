#include "nn/dropout.h"

void sk_dropout_forward(size_t n, double p, struct sk_random *random, float *mask, float *x)
{
    const double two32 = 4294967296.0;
    uint32_t below = (uint32_t)(p * two32);
    float keep = (float)(1 / (1 - p));
    for (size_t i = 0; i < n; i++) {
        mask[i] = sk_random_bits(random) < below ? 0 : keep;
        x[i] *= mask[i];
    }
}

void sk_dropout_backward(size_t n, const float *mask, float *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] *= mask[i];
}
