#include "nn/gan_loss.h"

#include <math.h>

#include "nn/loss.h"

const char *const sk_gan_loss_name[SK_GAN_LOSSES] = {"bce", "hinge", "relativistic"};

static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

/* Mean of max(0, 1 - sign x), and its gradient. */
static double hinge(size_t n, float sign, const float *x, float *dx)
{
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        const double short_of = 1 - (double)(sign * x[i]);
        loss += fmax(0, short_of);
        dx[i] = short_of > 0 ? -sign / (float)n : 0;
    }
    return loss / (double)n;
}

/* Mean of softplus(-(better - worse)), and its gradient to either, where not NULL. */
static double pairing(size_t n, const float *better, const float *worse, float *dbetter, float *dworse)
{
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        const double lead = (double)better[i] - (double)worse[i];
        const float slope = (float)(sk_sigmoid(-lead) / (double)n);
        loss += softplus(-lead);
        if (dbetter)
            dbetter[i] = -slope;
        if (dworse)
            dworse[i] = slope;
    }
    return loss / (double)n;
}

double sk_gan_loss_of_d(enum sk_gan_loss kind, size_t n, const float *real, const float *fake, float *dreal, float *dfake)
{
    switch (kind) {
    case SK_HINGE: return hinge(n, 1, real, dreal) + hinge(n, -1, fake, dfake);
    case SK_RELATIVISTIC: return pairing(n, real, fake, dreal, dfake);
    default:
        return sk_sigmoid_cross_entropy(n, real, NULL, 1, dreal, NULL) + sk_sigmoid_cross_entropy(n, fake, NULL, 0, dfake, NULL);
    }
}

double sk_gan_loss_of_g(enum sk_gan_loss kind, size_t n, const float *real, const float *fake, float *dfake)
{
    double sum = 0;
    switch (kind) {
    case SK_HINGE:
        for (size_t i = 0; i < n; i++) {
            sum -= (double)fake[i];
            dfake[i] = -1 / (float)n;
        }
        return sum / (double)n;
    case SK_RELATIVISTIC: return pairing(n, fake, real, dfake, NULL);
    default: return sk_sigmoid_cross_entropy(n, fake, NULL, 1, dfake, NULL);
    }
}

double sk_gan_penalty(double lambda, size_t n, const float *a, const float *b, float *da, float *db)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double difference = (double)a[i] - (double)b[i];
        const float slope = (float)(2 * lambda * difference / (double)n);
        sum += difference * difference;
        da[i] += slope;
        db[i] -= slope;
    }
    return lambda * sum / (double)n;
}
