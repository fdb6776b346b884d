#include "nn/optimizer.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/simd.h"

enum { CHUNK = 65536 };

static const double beta2 = 0.999, epsilon = 1e-8;

int sk_optimizer_start(struct sk_optimizer *optimizer, enum sk_optimizer_kind kind, double rate, double beta1,
                       size_t count, struct sk_account *account, struct sk_error *err)
{
    *optimizer = (struct sk_optimizer){.kind = kind, .rate = rate, .beta1 = beta1, .count = count};
    if (sk_account_floats(account, SK_WEIGHTS, &optimizer->m, count, err) ||
        (kind == SK_ADAM && sk_account_floats(account, SK_WEIGHTS, &optimizer->v, count, err))) {
        sk_optimizer_free(optimizer);
        return -1;
    }
    return 0;
}

void sk_optimizer_free(struct sk_optimizer *optimizer)
{
    free(optimizer->m);
    free(optimizer->v);
    optimizer->m = optimizer->v = NULL;
}

SK_SIMD static void adam(size_t n, float beta1, float rate, float root_correction, const float *restrict g,
                         float *restrict m, float *restrict v, float *restrict w)
{
    const float b2 = (float)beta2, eps = (float)epsilon;
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = b2 * v[i] + (float)(1 - beta2) * g[i] * g[i];
        w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) * root_correction + eps);
    }
}

SK_SIMD static void momentum(size_t n, float beta1, float rate, const float *restrict g, float *restrict m,
                             float *restrict w)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + g[i];
        w[i] -= rate * m[i];
    }
}

void sk_optimizer_update(struct sk_optimizer *optimizer, float *weights, const float *gradients, int jobs)
{
    struct sk_optimizer *o = optimizer;
    o->step++;
    double corrected = o->rate / (1 - pow(o->beta1, (double)o->step));
    double root_correction = 1 / sqrt(1 - pow(beta2, (double)o->step));
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < o->count; i += CHUNK) {
        size_t n = o->count - i < CHUNK ? o->count - i : CHUNK;
        if (o->kind == SK_ADAM)
            adam(n, (float)o->beta1, (float)corrected, (float)root_correction, gradients + i, o->m + i, o->v + i,
                 weights + i);
        else
            momentum(n, (float)o->beta1, (float)o->rate, gradients + i, o->m + i, weights + i);
    }
}
