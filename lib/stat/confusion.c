#include "stat/confusion.h"

#include <math.h>

struct sk_confusion sk_confusion_of(const struct sk_scored *scored, const uint32_t *count)
{
    double cell[2][2] = {{0, 0}, {0, 0}};
    for (size_t i = 0; i < scored->n; i++)
        cell[scored->truth[i]][scored->predicted[i]] += sk_times(count, i);
    return (struct sk_confusion){.tp = cell[1][1], .fp = cell[0][1], .tn = cell[0][0], .fn = cell[1][0]};
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
