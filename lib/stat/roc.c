#include "stat/roc.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

int sk_curve_of(struct sk_curve *curve, const struct sk_scored *scored, struct sk_error *err)
{
    struct sk_class_counts classes = sk_scored_classes(scored, NULL);
    size_t n = scored->n, room = n + 1;
    *curve = (struct sk_curve){.positive = classes.positive, .negative = classes.negative};
    curve->threshold = sk_alloc(room, sizeof(double), err);
    curve->tp = curve->threshold ? sk_alloc(room, sizeof(double), err) : NULL;
    curve->fp = curve->tp ? sk_alloc(room, sizeof(double), err) : NULL;
    if (!curve->fp) {
        sk_curve_free(curve);
        return -1;
    }
    double tp = 0, fp = 0;
    curve->threshold[curve->points++] = INFINITY;
    for (size_t i = 0; i < n; i++) {
        *(scored->truth[i] ? &tp : &fp) += 1;
        if (i + 1 < n && scored->score[i + 1] == scored->score[i])
            continue;
        curve->threshold[curve->points] = scored->score[i];
        curve->tp[curve->points] = tp;
        curve->fp[curve->points++] = fp;
    }
    return 0;
}

void sk_curve_free(struct sk_curve *curve)
{
    free(curve->threshold);
    free(curve->tp);
    free(curve->fp);
    *curve = (struct sk_curve){0};
}

double sk_auc(const struct sk_scored *scored, const uint32_t *count)
{
    struct sk_class_counts classes = sk_scored_classes(scored, count);
    double above = 0, wins = 0; /* positives above this score; pairs won, a tie being half */
    for (size_t i = 0, next; i < scored->n; i = next) {
        double positive = 0, negative = 0;
        for (next = i; next < scored->n && scored->score[next] == scored->score[i]; next++)
            *(scored->truth[next] ? &positive : &negative) += sk_times(count, next);
        wins += negative * (above + positive / 2);
        above += positive;
    }
    return wins / (classes.positive * classes.negative); /* 0 / 0 where a class is missing */
}

struct sk_operating_point sk_operating_point(const struct sk_scored *scored, const uint32_t *count, bool at_specificity,
                                             unsigned percent)
{
    struct sk_class_counts classes = sk_scored_classes(scored, count);
    double tp = 0, fp = 0, best_tp = 0, best_fp = 0, threshold = INFINITY;
    bool found = at_specificity; /* nothing called positive: specificity 1, sensitivity 0 */
    if (!(classes.positive > 0 && classes.negative > 0))
        return (struct sk_operating_point){NAN, NAN, NAN};
    for (size_t i = 0; i < scored->n; i++) {
        *(scored->truth[i] ? &tp : &fp) += sk_times(count, i);
        if (i + 1 < scored->n && scored->score[i + 1] == scored->score[i])
            continue;
        bool reached = at_specificity ? 100 * (classes.negative - fp) >= percent * classes.negative
                                      : 100 * tp >= percent * classes.positive;
        bool better = !found || (tp > best_tp && (at_specificity || fp <= best_fp)); /* both only grow on the way down */
        if (reached && better) {
            found = true;
            best_tp = tp;
            best_fp = fp;
            threshold = scored->score[i];
        }
    }
    return (struct sk_operating_point){threshold, best_tp / classes.positive,
                                       (classes.negative - best_fp) / classes.negative};
}

double sk_average_precision(const struct sk_scored *scored, const uint32_t *count)
{
    double tp = 0, called = 0, sum = 0;
    for (size_t i = 0, next; i < scored->n; i = next) {
        double step = 0;
        for (next = i; next < scored->n && scored->score[next] == scored->score[i]; next++) {
            double times = sk_times(count, next);
            step += scored->truth[next] * times;
            called += times;
        }
        tp += step;
        sum += step > 0 ? step * tp / called : 0;
    }
    return tp > 0 ? sum / tp : NAN;
}

struct ranked {
    double score;
    size_t row;
};

static int by_score(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    return (a->score > b->score) - (a->score < b->score);
}

/* For each row, the share of the other class that it stands on the right side of: for a positive row the negatives below it,
   for a negative row the positives above it, ties being halves. These are DeLong's structural components V10 and V01;
   their mean over either class is the AUC. */
static int components(const double *score, const unsigned char *truth, size_t n, struct sk_class_counts classes,
                      double *component, struct sk_error *err)
{
    struct ranked *ranked = sk_alloc(n, sizeof *ranked, err);
    if (!ranked)
        return -1;
    for (size_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){score[i], i};
    qsort(ranked, n, sizeof *ranked, by_score);
    double positives = 0, negatives = 0; /* below this score */
    for (size_t i = 0, next; i < n; i = next) {
        double positive = 0, negative = 0;
        for (next = i; next < n && ranked[next].score == ranked[i].score; next++)
            *(truth[ranked[next].row] ? &positive : &negative) += 1;
        for (size_t k = i; k < next; k++)
            component[ranked[k].row] = truth[ranked[k].row]
                                           ? (negatives + negative / 2) / classes.negative
                                           : (classes.positive - positives - positive / 2) / classes.positive;
        positives += positive;
        negatives += negative;
    }
    free(ranked);
    return 0;
}

static double mean_over(const double *value, const unsigned char *truth, size_t n, int class, double members)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += truth[i] == class ? value[i] : 0;
    return sum / members;
}

/* Covariance of two AUCs: over both classes, the components' covariance over the class's size. */
static double covariance(const double *a, const double *b, const unsigned char *truth, size_t n,
                         struct sk_class_counts classes)
{
    double members[2] = {classes.negative, classes.positive}, total = 0;
    for (int class = 0; class < 2; class++) {
        double mean_a = mean_over(a, truth, n, class, members[class]);
        double mean_b = mean_over(b, truth, n, class, members[class]);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += truth[i] == class ? (a[i] - mean_a) * (b[i] - mean_b) : 0;
        total += sum / (members[class] - 1) / members[class];
    }
    return isfinite(total) ? total : NAN;
}

int sk_delong_paired(const struct sk_scored *a, const struct sk_scored *b, struct sk_delong_pair *result,
                     struct sk_error *err)
{
    size_t n = a->n;
    struct sk_class_counts classes = sk_scored_classes(a, NULL);
    double *va = sk_alloc(n, sizeof *va, err);
    double *vb = va ? sk_alloc(n, sizeof *vb, err) : NULL;
    int status = -1;
    if (vb && components(a->score, a->truth, n, classes, va, err) == 0 &&
        components(b->score, a->truth, n, classes, vb, err) == 0) {
        const unsigned char *truth = a->truth;
        result->a = (struct sk_delong){mean_over(va, truth, n, 1, classes.positive), covariance(va, va, truth, n, classes)};
        result->b = (struct sk_delong){mean_over(vb, truth, n, 1, classes.positive), covariance(vb, vb, truth, n, classes)};
        result->covariance = covariance(va, vb, truth, n, classes);
        status = 0;
    }
    free(va);
    free(vb);
    return status;
}

int sk_delong(const struct sk_scored *scored, struct sk_delong *result, struct sk_error *err)
{
    struct sk_delong_pair pair;
    if (sk_delong_paired(scored, scored, &pair, err))
        return -1;
    *result = (struct sk_delong){sk_auc(scored, NULL), pair.a.variance};
    return 0;
}

struct sk_interval sk_auc_interval(const struct sk_delong *delong, struct sk_class_counts classes)
{
    double auc = delong->auc;
    if (isnan(auc))
        return sk_no_interval;
    if (!(delong->variance > 0)) {
        double pairs = fmin(classes.positive, classes.negative);
        return sk_wilson(auc * pairs, pairs);
    }
    double logit = log(auc / (1 - auc)), half = SK_Z95 * sqrt(delong->variance) / (auc * (1 - auc));
    return (struct sk_interval){1 / (1 + exp(half - logit)), 1 / (1 + exp(-half - logit))};
}
