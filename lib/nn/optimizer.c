#include "nn/optimizer.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/simd.h"

enum { CHUNK = 65536 };

const char *const sk_optimizer_name[SK_OPTIMIZERS] = {[SK_ADAM] = "adam", [SK_ADAMW] = "adamw", [SK_SGD] = "sgd"};

static const double epsilon = 1e-8;

size_t sk_optimizer_moments(const struct sk_optimizer *optimizer)
{
    return optimizer->options.kind == SK_SGD ? 1 : 2;
}

static size_t chunks_of(size_t count)
{
    return count / CHUNK + (count % CHUNK != 0);
}

int sk_optimizer_start(struct sk_optimizer *optimizer, const struct sk_optimizer_options *options, const struct sk_params *params,
                       struct sk_account *account, struct sk_error *err)
{
    const size_t count = params->total;
    *optimizer = (struct sk_optimizer){.options = *options, .params = params, .count = count};
    if (sk_account_floats(account, SK_WEIGHTS, &optimizer->m, count, err) ||
        (sk_optimizer_moments(optimizer) == 2 && sk_account_floats(account, SK_WEIGHTS, &optimizer->v, count, err)) ||
        (options->clip > 0 && options->kind != SK_SGD && !(optimizer->sum = sk_alloc(chunks_of(count), sizeof *optimizer->sum, err)))) {
        sk_optimizer_free(optimizer);
        return -1;
    }
    return 0;
}

void sk_optimizer_free(struct sk_optimizer *optimizer)
{
    free(optimizer->m);
    free(optimizer->v);
    free(optimizer->sum);
    optimizer->m = optimizer->v = NULL;
    optimizer->sum = NULL;
}

/* What a chunk needs of an update. Without decay `fade` and `pull` are 0, which change no bit. */
struct update {
    float beta1, beta2, rest2 /* 1 - beta2, of its own digits */, rate, root_correction;
    float fade; /* decoupled decay: of a weight, off it, in one sum with the update, as 1 - fade has few digits */
    float pull; /* L2: of a weight, into its gradient */
};

SK_SIMD static void adam(size_t n, struct update u, const float *restrict gradient, float *restrict m, float *restrict v,
                         float *restrict w)
{
    const float b2 = u.beta2, eps = (float)epsilon;
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i] + u.pull * w[i];
        m[i] = u.beta1 * m[i] + (1 - u.beta1) * g;
        v[i] = b2 * v[i] + u.rest2 * g * g;
        w[i] -= u.fade * w[i] + u.rate * m[i] / (__builtin_sqrtf(v[i]) * u.root_correction + eps);
    }
}

SK_SIMD static void momentum(size_t n, struct update u, const float *restrict gradient, float *restrict m, float *restrict w)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = u.beta1 * m[i] + (gradient[i] + u.pull * w[i]);
        w[i] -= u.rate * m[i];
    }
}

enum { LANES = 8 }; /* of a sum: the same order in vectors of any width */

/* The moments of a chunk; returns the sum of the squares of g / (sqrt(v) root_correction + epsilon). */
SK_SIMD static double moments(size_t n, struct update u, const float *restrict gradient, float *restrict m, float *restrict v,
                              const float *restrict w)
{
    const float b2 = u.beta2, eps = (float)epsilon;
    double lane[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES && i + l < n; l++) {
            const float g = gradient[i + l] + u.pull * w[i + l];
            m[i + l] = u.beta1 * m[i + l] + (1 - u.beta1) * g;
            v[i + l] = b2 * v[i + l] + u.rest2 * g * g;
            const double share = (double)(g / (__builtin_sqrtf(v[i + l]) * u.root_correction + eps));
            lane[l] += share * share;
        }
    double sum = 0;
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

SK_SIMD static void apply(size_t n, struct update u, const float *restrict m, const float *restrict v, float *restrict w)
{
    const float eps = (float)epsilon;
    for (size_t i = 0; i < n; i++)
        w[i] -= u.fade * w[i] + u.rate * m[i] / (__builtin_sqrtf(v[i]) * u.root_correction + eps);
}

static struct update update_of(const struct sk_optimizer *o)
{
    const struct sk_optimizer_options *is = &o->options;
    struct update u = {.beta1 = (float)is->beta1, .rate = (float)is->rate, .pull = (float)is->decay};
    if (is->kind == SK_SGD)
        return u;
    u.beta2 = (float)is->beta2;
    u.rest2 = (float)(1 - is->beta2);
    u.rate = (float)(is->rate / (1 - pow(is->beta1, (double)o->step)));
    u.root_correction = (float)(1 / sqrt(1 - pow(is->beta2, (double)o->step)));
    if (is->kind == SK_ADAMW) {
        u.fade = (float)(is->rate * is->decay);
        u.pull = 0;
    }
    return u;
}

/* Adam's update of one tensor, scaled to options.clip where it is larger. */
static void clipped(struct sk_optimizer *o, struct update u, const struct sk_param *p, float *weights, const float *gradients, int jobs)
{
    const size_t chunks = chunks_of(p->count), end = p->offset + p->count;
    double sum = 0;
#pragma omp parallel for num_threads(jobs) schedule(static) if (chunks > 1)
    for (size_t c = 0; c < chunks; c++) {
        const size_t i = p->offset + c * CHUNK, n = end - i < CHUNK ? end - i : CHUNK;
        o->sum[c] = moments(n, u, gradients + i, o->m + i, o->v + i, weights + i);
    }
    for (size_t c = 0; c < chunks; c++)
        sum += o->sum[c];
    const double over = sqrt(sum / (double)p->count) / o->options.clip;
    if (over > 1) {
        u.rate = (float)((double)u.rate / over);
        u.fade = (float)((double)u.fade / over);
    }
#pragma omp parallel for num_threads(jobs) schedule(static) if (chunks > 1)
    for (size_t c = 0; c < chunks; c++) {
        const size_t i = p->offset + c * CHUNK, n = end - i < CHUNK ? end - i : CHUNK;
        apply(n, u, o->m + i, o->v + i, weights + i);
    }
}

void sk_optimizer_update(struct sk_optimizer *optimizer, float *weights, const float *gradients, int jobs)
{
    struct sk_optimizer *o = optimizer;
    o->step++;
    const struct update u = update_of(o);
    for (size_t i = 0; o->sum && i < o->params->count; i++)
        clipped(o, u, &o->params->item[i], weights, gradients, jobs);
    if (o->sum)
        return;
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t i = 0; i < o->count; i += CHUNK) {
        size_t n = o->count - i < CHUNK ? o->count - i : CHUNK;
        if (o->options.kind == SK_SGD)
            momentum(n, u, gradients + i, o->m + i, weights + i);
        else
            adam(n, u, gradients + i, o->m + i, o->v + i, weights + i);
    }
}
