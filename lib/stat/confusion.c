#include "stat/confusion.h"

#include <math.h>

#include "base/simd.h"

SK_SIMD struct sk_confusion sk_confusion_of(const struct sk_scored *scored, const uint32_t *count)
{
    uint64_t all = 0, positive = 0, called = 0, tp = 0;
    for (size_t i = 0; i < scored->n; i++) {
        uint64_t times = count ? count[i] : 1, truth = scored->truth[i], predicted = scored->predicted[i];
        all += times;
        positive += times * truth;
        called += times * predicted;
        tp += times * (truth & predicted);
    }
    return (struct sk_confusion){.tp = (double)tp,
                                 .fp = (double)(called - tp),
                                 .tn = (double)(all - positive - called + tp),
                                 .fn = (double)(positive - tp)};
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

double sk_accuracy(const struct sk_confusion *m)
{
    return ratio(m->tp + m->tn, m->tp + m->fp + m->tn + m->fn);
}

double sk_sensitivity(const struct sk_confusion *m)
{
    return ratio(m->tp, m->tp + m->fn);
}

double sk_specificity(const struct sk_confusion *m)
{
    return ratio(m->tn, m->tn + m->fp);
}

double sk_precision(const struct sk_confusion *m)
{
    return ratio(m->tp, m->tp + m->fp);
}

double sk_npv(const struct sk_confusion *m)
{
    return ratio(m->tn, m->tn + m->fn);
}

double sk_f1(const struct sk_confusion *m)
{
    return ratio(2 * m->tp, 2 * m->tp + m->fp + m->fn);
}

double sk_balanced_accuracy(const struct sk_confusion *m)
{
    return (sk_sensitivity(m) + sk_specificity(m)) / 2;
}

double sk_mcc(const struct sk_confusion *m)
{
    double margins = (m->tp + m->fp) * (m->tp + m->fn) * (m->tn + m->fp) * (m->tn + m->fn);
    return ratio(m->tp * m->tn - m->fp * m->fn, sqrt(margins));
}
