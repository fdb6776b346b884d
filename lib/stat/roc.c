#include "stat/roc.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static bool ends(const struct sk_scored *scored, size_t i) /* whether row i is the last one of its score */
{
    return i + 1 == scored->n || scored->score[i + 1] != scored->score[i];
}

int sk_curve_of(struct sk_curve *curve, const struct sk_scored *scored, struct sk_error *err)
{
    size_t points = 1;
    *curve = (struct sk_curve){0};
    for (size_t i = 0; i < scored->n; i++)
        points += ends(scored, i);
    curve->threshold = sk_alloc(points, sizeof(double), err);
    curve->tp = curve->threshold ? sk_alloc(points, sizeof(double), err) : NULL;
    curve->fp = curve->tp ? sk_alloc(points, sizeof(double), err) : NULL;
    if (!curve->fp) {
        sk_curve_free(curve);
        return -1;
    }
    curve->threshold[curve->points++] = INFINITY;
    for (size_t i = 0; i < scored->n; i++)
        if (ends(scored, i))
            curve->threshold[curve->points++] = scored->score[i];
    sk_curve_count(curve, scored, NULL);
    return 0;
}

void sk_curve_free(struct sk_curve *curve)
{
    free(curve->threshold);
    free(curve->tp);
    free(curve->fp);
    *curve = (struct sk_curve){0};
}

/* Without a branch: ties come as they come. A point is written at each of its rows; the last one stays. */
void sk_curve_count(struct sk_curve *curve, const struct sk_scored *scored, const uint32_t *count)
{
    const unsigned char *truth = scored->truth;
    const double *score = scored->score;
    double *tp = curve->tp, *fp = curve->fp;
    size_t n = scored->n, k = 1;
    int64_t positive = 0, all = 0;
    tp[0] = fp[0] = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t times = count ? count[i] : 1;
        all += times;
        positive += times & -(int64_t)truth[i];
        tp[k] = (double)positive;
        fp[k] = (double)(all - positive);
        k += i + 1 < n && score[i + 1] != score[i];
    }
    curve->positive = (double)positive;
    curve->negative = (double)(all - positive);
}

const uint32_t *sk_curve_recount(struct sk_curve *curve, const struct sk_scored *scored, const uint32_t *count, void *scratch)
{
    curve->tp = scratch;
    curve->fp = curve->tp + curve->points;
    uint32_t *own = (void *)(curve->fp + curve->points);
    for (size_t i = 0; i < scored->n; i++)
        own[i] = count[scored->row[i]];
    sk_curve_count(curve, scored, own);
    return own;
}

double sk_auc(const struct sk_curve *curve)
{
    const double *tp = curve->tp, *fp = curve->fp;
    double twice = 0, pairs = curve->positive * curve->negative; /* of trapezoids; 0 / 0 where a class is missing */
    for (size_t k = 1; k < curve->points; k++)
        twice += (fp[k] - fp[k - 1]) * (tp[k] + tp[k - 1]);
    return twice / 2 / pairs;
}

double sk_average_precision(const struct sk_curve *curve)
{
    const double *tp = curve->tp, *fp = curve->fp;
    double sum = 0;
    for (size_t k = 1; k < curve->points; k++)
        sum += tp[k] > 0 ? (tp[k] - tp[k - 1]) * tp[k] / (tp[k] + fp[k]) : 0;
    return curve->positive > 0 ? sum / curve->positive : NAN;
}

/* The first of `points` counts, which never fall, that is `least` or more; points where none is. */
static size_t first_from(const double *count, size_t points, double least)
{
    size_t low = 0, high = points;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (count[middle] >= least)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct sk_operating_point sk_operating_point(const struct sk_curve *curve, bool at_specificity, unsigned percent)
{
    const double *tp = curve->tp, *fp = curve->fp;
    if (!(curve->positive > 0 && curve->negative > 0))
        return (struct sk_operating_point){NAN, NAN, NAN};
    /* whole numbers: fp is at most a share of the negatives, tp at least a share of the positives */
    double most = floor((100 - percent) * curve->negative / 100), least = ceil(percent * curve->positive / 100);
    if (!at_specificity)
        most = fp[first_from(tp, curve->points, least)];
    size_t k = first_from(fp, curve->points, most + 1) - 1; /* the last one with so few false positives */
    k = first_from(tp, curve->points, tp[k]);               /* and the first one with as many true ones */
    return (struct sk_operating_point){curve->threshold[k], tp[k] / curve->positive,
                                       (curve->negative - fp[k]) / curve->negative};
}

struct sk_operating_point sk_youden(const struct sk_curve *curve)
{
    double positive = curve->positive, negative = curve->negative, most = 0;
    size_t best = 0;
    if (!(positive > 0 && negative > 0))
        return (struct sk_operating_point){NAN, NAN, NAN};
    for (size_t k = 1; k < curve->points; k++) {
        double j = curve->tp[k] * negative - curve->fp[k] * positive; /* whole: J times both */
        if (j > most) {
            most = j;
            best = k;
        }
    }
    return (struct sk_operating_point){curve->threshold[best], curve->tp[best] / positive, (negative - curve->fp[best]) / negative};
}

double sk_partial_auc(const struct sk_curve *curve, double least)
{
    const double *tp = curve->tp, *fp = curve->fp;
    double positive = curve->positive, negative = curve->negative, start = least * positive, area = 0;
    if (!(positive > 0 && negative > 0))
        return NAN;
    for (size_t k = first_from(tp, curve->points, start); k < curve->points; k++) {
        if (k == 0 || tp[k] <= tp[k - 1])
            continue;
        double from = fmax(tp[k - 1], start), rise = (fp[k] - fp[k - 1]) / (tp[k] - tp[k - 1]);
        double false_positives = (fp[k - 1] + rise * (from - tp[k - 1]) + fp[k]) / 2; /* on average of the way */
        area += (tp[k] - from) * (negative - false_positives);
    }
    return area / (positive * negative);
}
