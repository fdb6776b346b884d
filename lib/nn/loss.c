#include "nn/loss.h"

#include <math.h>

double sk_sigmoid(double x)
{
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double sk_sigmoid_cross_entropy(size_t n, const float *logits, const float *targets, float target, float *dlogits,
                                double *mean_sigmoid)
{
    double loss = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)logits[i], t = (double)(targets ? targets[i] : target), p = sk_sigmoid(x);
        loss += fmax(x, 0) - x * t + log1p(exp(-fabs(x)));
        sum += p;
        if (dlogits)
            dlogits[i] = (float)((p - t) / (double)n);
    }
    if (mean_sigmoid)
        *mean_sigmoid = sum / (double)n;
    return loss / (double)n;
}
