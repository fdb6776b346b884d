#include "nn/mixup.h"

#include <math.h>

#include "base/simd.h"

void sk_smooth_labels(size_t n, size_t classes, const uint8_t *label, double smoothing, float *target)
{
    const double share = smoothing / (double)classes;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < classes; c++)
            target[i * classes + c] = (float)(c == label[i] ? 1 - smoothing + share : share);
}

/* Beta(alpha, alpha) by Johnk's method, which takes the fewer draws the smaller alpha is (Devroye 1986, IX.3.5). */
static double draw_beta(double alpha, struct sk_random *random)
{
    for (;;) {
        const double x = pow(sk_random_uniform(random), 1 / alpha), y = pow(sk_random_uniform(random), 1 / alpha);
        if (x + y <= 1 && x + y > 0)
            return x / (x + y);
    }
}

SK_SIMD static void mix(size_t n, float lambda, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float difference = lambda * (a[i] - b[i]), mixed = b[i] + difference;
        b[i] = a[i] - difference;
        a[i] = mixed;
    }
}

void sk_mixup(size_t n, size_t values, float *x, size_t classes, float *target, double alpha, struct sk_random *random)
{
    for (size_t i = 0, j = n - 1; i < n / 2; i++, j--) {
        const float lambda = (float)draw_beta(alpha, random);
        mix(values, lambda, x + i * values, x + j * values);
        mix(classes, lambda, target + i * classes, target + j * classes);
    }
}
