#include "stat/delong.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

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
    *result = pair.a;
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
