#include "nn/ema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

enum { CHUNK = 65536 };

int sk_ema_start(struct sk_ema *ema, const struct sk_net *net, double half_life, struct sk_error *err)
{
    *ema = (struct sk_ema){.half_life = half_life};
    ema->weights = sk_alloc(net->params.total, sizeof(float), err);
    ema->running = sk_alloc(net->buffers.total, sizeof(float), err);
    if (!ema->weights || !ema->running) {
        sk_ema_free(ema);
        return -1;
    }
    memcpy(ema->weights, net->weights, net->params.total * sizeof(float));
    memcpy(ema->running, net->running, net->buffers.total * sizeof(float));
    return 0;
}

void sk_ema_free(struct sk_ema *ema)
{
    free(ema->weights);
    free(ema->running);
    *ema = (struct sk_ema){0};
}

SK_SIMD static void approach(size_t n, float share, const float *restrict from, float *restrict average)
{
    for (size_t i = 0; i < n; i++)
        average[i] += share * (from[i] - average[i]);
}

void sk_ema_update(struct sk_ema *ema, const struct sk_net *net, uint64_t t)
{
    const size_t count = net->params.total;
    const double log_d = -M_LN2 / ema->half_life;
    const float share = (float)(expm1(log_d) / expm1((double)t * log_d));
#pragma omp parallel for num_threads(net->use.jobs) schedule(static)
    for (size_t i = 0; i < count; i += CHUNK)
        approach(count - i < CHUNK ? count - i : CHUNK, share, net->weights + i, ema->weights + i);
    approach(net->buffers.total, share, net->running, ema->running);
}

static void swap(float **a, float **b)
{
    float *kept = *a;
    *a = *b;
    *b = kept;
}

void sk_ema_swap(struct sk_ema *ema, struct sk_net *net)
{
    swap(&ema->weights, &net->weights);
    swap(&ema->running, &net->running);
}
