#include "nn/spectral_norm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

enum { FIRST_ROUNDS = 15 };
static const double least = 1e-12; /* what is not above it is 0 */

int sk_spectral_norm_start(struct sk_spectral_norm *norm, const struct sk_net *net, struct sk_account *account, struct sk_error *err)
{
    *norm = (struct sk_spectral_norm){0};
    for (size_t i = 0; i < net->params.count; i++) {
        const struct sk_param *p = &net->params.item[i];
        if (p->rank < 2)
            continue;
        const size_t out = p->dim[0], rest = p->count / out;
        const bool last = p->layout == SK_PARAM_CONV; /* of memory's order, out is */
        struct sk_spectral_weight *w = &norm->weight[norm->count++];
        *w = (struct sk_spectral_weight){.offset = p->offset, .rows = last ? rest : out, .columns = last ? out : rest, .sigma = 1};
        w->left = norm->vectors;
        w->right = w->left + w->rows;
        norm->vectors = w->right + w->columns;
    }
    return sk_account_floats(account, SK_WEIGHTS, &norm->vector, norm->vectors, err) ||
                   sk_account_floats(account, SK_WEIGHTS, &norm->raw, net->params.total, err) ? -1 : 0;
}

void sk_spectral_norm_free(struct sk_spectral_norm *norm)
{
    free(norm->vector);
    free(norm->raw);
    norm->vector = norm->raw = NULL;
    norm->count = 0;
}

/* Sums run in order, in double: their bits depend on no width of vectors. */

static double row_times(size_t n, const float *row, const float *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)row[i] * (double)x[i];
    return sum;
}

/* x = x / |x|, where that is not 0; |x|. */
static double normalize(size_t n, float *x)
{
    const double length = sqrt(row_times(n, x, x));
    for (size_t i = 0; length > least && i < n; i++)
        x[i] = (float)((double)x[i] / length);
    return length;
}

/* right = W' left, to length 1, unless that is 0. */
static void turn_right(const struct sk_spectral_weight *w, const float *raw, const float *left, float *right)
{
    memset(right, 0, w->columns * sizeof *right);
    for (size_t r = 0; r < w->rows; r++)
        for (size_t c = 0; c < w->columns; c++)
            right[c] += left[r] * raw[r * w->columns + c];
    if (normalize(w->columns, right) <= least)
        right[0] = 1;
}

/* left = W right, to length 1; what that length was. */
static double turn_left(const struct sk_spectral_weight *w, const float *raw, float *left, const float *right)
{
    for (size_t r = 0; r < w->rows; r++)
        left[r] = (float)row_times(w->columns, raw + r * w->columns, right);
    const double sigma = normalize(w->rows, left);
    if (sigma > least)
        return sigma;
    left[0] = 1;
    return 1;
}

SK_SIMD static void scale(size_t n, float factor, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = factor * from[i];
}

static void normalize_weight(struct sk_spectral_norm *norm, struct sk_spectral_weight *w, struct sk_net *net, int rounds)
{
    const float *raw = norm->raw + w->offset;
    float *left = norm->vector + w->left, *right = norm->vector + w->right;
    for (int i = 0; i < rounds; i++) {
        turn_right(w, raw, left, right);
        w->sigma = turn_left(w, raw, left, right);
    }
    if (rounds == 0)
        w->sigma = turn_left(w, raw, left, right);
    scale(w->rows * w->columns, (float)(1 / w->sigma), raw, net->weights + w->offset);
}

static void normalize_all(struct sk_spectral_norm *norm, struct sk_net *net, int rounds)
{
    memcpy(net->weights, norm->raw, net->params.total * sizeof *net->weights);
#pragma omp parallel for num_threads(net->use.jobs) schedule(dynamic)
    for (size_t i = 0; i < norm->count; i++)
        normalize_weight(norm, &norm->weight[i], net, rounds);
    sk_net_weights_changed(net);
}

void sk_spectral_norm_begin(struct sk_spectral_norm *norm, struct sk_net *net, struct sk_random *random)
{
    memcpy(norm->raw, net->weights, net->params.total * sizeof *net->weights);
    for (size_t i = 0; i < norm->vectors; i++)
        norm->vector[i] = (float)sk_random_normal(random);
    normalize_all(norm, net, FIRST_ROUNDS);
}

void sk_spectral_norm_apply(struct sk_spectral_norm *norm, struct sk_net *net)
{
    normalize_all(norm, net, 1);
}

void sk_spectral_norm_restore(struct sk_spectral_norm *norm, struct sk_net *net)
{
    normalize_all(norm, net, 0);
}

/* dL/dW = (G - <G, W / sigma> u v') / sigma, of G = dL/d(W / sigma). */
static void backward(const struct sk_spectral_norm *norm, const struct sk_spectral_weight *w, struct sk_net *net)
{
    const float *normal = net->weights + w->offset, *left = norm->vector + w->left, *right = norm->vector + w->right;
    float *gradient = net->gradients + w->offset;
    const float along = (float)row_times(w->rows * w->columns, gradient, normal), factor = (float)(1 / w->sigma);
    for (size_t r = 0; r < w->rows; r++)
        for (size_t c = 0; c < w->columns; c++) {
            float *g = gradient + r * w->columns + c;
            *g = factor * (*g - along * left[r] * right[c]);
        }
}

void sk_spectral_norm_backward(const struct sk_spectral_norm *norm, struct sk_net *net)
{
#pragma omp parallel for num_threads(net->use.jobs) schedule(dynamic)
    for (size_t i = 0; i < norm->count; i++)
        backward(norm, &norm->weight[i], net);
}
