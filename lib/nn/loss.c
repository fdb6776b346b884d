#include "nn/loss.h"

#include <math.h>

double sk_sigmoid(double x)
{
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/* Of a logit against its target. */
static double logit_cross_entropy(double x, double t)
{
    return fmax(x, 0) - x * t + log1p(exp(-fabs(x)));
}

double sk_sigmoid_cross_entropy(size_t n, const float *logits, const float *targets, float target, float *dlogits,
                                double *mean_sigmoid)
{
    double loss = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)logits[i], t = (double)(targets ? targets[i] : target), p = sk_sigmoid(x);
        loss += logit_cross_entropy(x, t);
        sum += p;
        if (dlogits)
            dlogits[i] = (float)((p - t) / (double)n);
    }
    if (mean_sigmoid)
        *mean_sigmoid = sum / (double)n;
    return loss / (double)n;
}

size_t sk_class_logits(size_t classes)
{
    return classes == 2 ? 1 : classes;
}

static double greatest_of(size_t n, const float *x)
{
    float greatest = x[0];
    for (size_t i = 1; i < n; i++)
        greatest = fmaxf(greatest, x[i]);
    return (double)greatest;
}

/* log(sum of e^x), without overflow. */
static double log_sum_exp(size_t n, const float *x)
{
    double greatest = greatest_of(n, x), sum = exp((double)x[0] - greatest);
    for (size_t i = 1; i < n; i++)
        sum += exp((double)x[i] - greatest);
    return greatest + log(sum);
}

void sk_class_probabilities(size_t classes, const float *logits, double *probability)
{
    if (classes == 2) {
        probability[1] = sk_sigmoid((double)*logits);
        probability[0] = 1 - probability[1];
        return;
    }
    double all = log_sum_exp(classes, logits);
    for (size_t c = 0; c < classes; c++)
        probability[c] = exp((double)logits[c] - all);
}

size_t sk_class_predicted(size_t classes, const double *probability)
{
    size_t predicted = 0;
    for (size_t c = 1; c < classes; c++)
        if (probability[c] >= probability[predicted])
            predicted = c;
    return predicted;
}

double sk_class_cross_entropy(size_t n, size_t classes, const float *logits, const uint8_t *label, float *dlogits)
{
    size_t each = sk_class_logits(classes), first = classes - each; /* the first logit's class */
    double loss = 0, probability[UINT8_MAX + 1];
    for (size_t i = 0; i < n; i++) {
        const float *x = logits + i * each;
        loss += each == 1 ? logit_cross_entropy((double)*x, label[i]) : log_sum_exp(classes, x) - (double)x[label[i]];
        if (!dlogits)
            continue;
        sk_class_probabilities(classes, x, probability);
        for (size_t l = 0; l < each; l++)
            dlogits[i * each + l] = (float)((probability[first + l] - (first + l == label[i])) / (double)n);
    }
    return loss / (double)n;
}

/* Of one image's logits with the distribution target [classes]. */
static double soft_cross_entropy(size_t classes, const float *x, const float *target)
{
    if (classes == 2)
        return logit_cross_entropy((double)*x, (double)target[1]);
    double expected = 0;
    for (size_t c = 0; c < classes; c++)
        expected += (double)target[c] * (double)x[c];
    return log_sum_exp(classes, x) - expected;
}

double sk_class_cross_entropy_soft(size_t n, size_t classes, const float *logits, const float *target, float *dlogits)
{
    size_t each = sk_class_logits(classes), first = classes - each;
    double loss = 0, probability[UINT8_MAX + 1];
    for (size_t i = 0; i < n; i++) {
        const float *x = logits + i * each, *t = target + i * classes;
        loss += soft_cross_entropy(classes, x, t);
        if (!dlogits)
            continue;
        sk_class_probabilities(classes, x, probability);
        for (size_t l = 0; l < each; l++)
            dlogits[i * each + l] = (float)((probability[first + l] - (double)t[first + l]) / (double)n);
    }
    return loss / (double)n;
}
