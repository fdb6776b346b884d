#include "nn/loss.h"

#include <math.h>

#include "base/micro_batch.h"

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

struct logit_sums {
    double loss, sigmoid;
};

/* What sk_sigmoid_cross_entropy is given. */
struct logits {
    size_t n;
    const float *x, *targets;
    double target;
    float *gradient;
};

static struct logit_sums add_logits(const struct logits *l, size_t first, size_t count)
{
    struct logit_sums sums = {0};
    if (count > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(count);
        const struct logit_sums left = add_logits(l, first, split), right = add_logits(l, first + split, count - split);
        return (struct logit_sums){left.loss + right.loss, left.sigmoid + right.sigmoid};
    }
    for (size_t i = first; i < first + count; i++) {
        const double x = (double)l->x[i], t = l->targets ? (double)l->targets[i] : l->target, p = sk_sigmoid(x);
        sums.loss += logit_cross_entropy(x, t);
        sums.sigmoid += p;
        if (l->gradient)
            l->gradient[i] = (float)((p - t) / (double)l->n);
    }
    return sums;
}

double sk_sigmoid_cross_entropy(size_t n, const float *logits, const float *targets, float target, float *dlogits,
                                double *mean_sigmoid)
{
    const struct logits all = {n, logits, targets, (double)target, dlogits};
    const struct logit_sums sums = add_logits(&all, 0, n);
    if (mean_sigmoid)
        *mean_sigmoid = sums.sigmoid / (double)n;
    return sums.loss / (double)n;
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

static double sum_class_loss(size_t n, size_t classes, const float *logits, const uint8_t *label)
{
    const size_t each = sk_class_logits(classes);
    if (n > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(n);
        return sum_class_loss(split, classes, logits, label) +
               sum_class_loss(n - split, classes, logits + split * each, label + split);
    }
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        const float *x = logits + i * each;
        loss += each == 1 ? logit_cross_entropy((double)*x, label[i]) : log_sum_exp(classes, x) - (double)x[label[i]];
    }
    return loss;
}

double sk_class_cross_entropy(size_t n, size_t classes, const float *logits, const uint8_t *label, float *dlogits)
{
    size_t each = sk_class_logits(classes), first = classes - each; /* the first logit's class */
    double probability[UINT8_MAX + 1];
    for (size_t i = 0; i < n && dlogits; i++) {
        sk_class_probabilities(classes, logits + i * each, probability);
        for (size_t l = 0; l < each; l++)
            dlogits[i * each + l] = (float)((probability[first + l] - (first + l == label[i])) / (double)n);
    }
    return sum_class_loss(n, classes, logits, label) / (double)n;
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

static double sum_soft_loss(size_t n, size_t classes, const float *logits, const float *target)
{
    const size_t each = sk_class_logits(classes);
    if (n > SK_MICRO_BATCH) {
        const size_t split = sk_micro_batch_split(n);
        return sum_soft_loss(split, classes, logits, target) +
               sum_soft_loss(n - split, classes, logits + split * each, target + split * classes);
    }
    double loss = 0;
    for (size_t i = 0; i < n; i++)
        loss += soft_cross_entropy(classes, logits + i * each, target + i * classes);
    return loss;
}

double sk_class_cross_entropy_soft(size_t n, size_t classes, const float *logits, const float *target, float *dlogits)
{
    size_t each = sk_class_logits(classes), first = classes - each;
    double probability[UINT8_MAX + 1];
    for (size_t i = 0; i < n && dlogits; i++) {
        const float *t = target + i * classes;
        sk_class_probabilities(classes, logits + i * each, probability);
        for (size_t l = 0; l < each; l++)
            dlogits[i * each + l] = (float)((probability[first + l] - (double)t[first + l]) / (double)n);
    }
    return sum_soft_loss(n, classes, logits, target) / (double)n;
}
