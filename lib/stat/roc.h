#ifndef SK_STAT_ROC_H
#define SK_STAT_ROC_H

#include <stdbool.h>

#include "stat/interval.h"
#include "stat/scored.h"

/* Curves over the threshold t: an image is called positive where its score is at least t. All functions
   want the rows sorted by sk_scored_sort, the paired ones apart. */

/* Confusion counts at each distinct score, thresholds falling; the first point is above every score (+infinity). */
struct sk_curve {
    size_t points;
    double *threshold, *tp, *fp; /* [points] */
    double positive, negative;   /* rows of either class */
};

/* 0 with *curve filled (sk_curve_free), or -1 with err. The rates are quotients of these counts:
   fpr = fp / negative, tpr = recall = tp / positive, precision = tp / (tp + fp). */
SK_MUST_CHECK int sk_curve_of(struct sk_curve *curve, const struct sk_scored *scored, struct sk_error *err);
void sk_curve_free(struct sk_curve *curve);

/* Area under the ROC curve: the Mann-Whitney statistic P(S+ > S-) + P(S+ = S-) / 2. NaN where a class is missing. */
double sk_auc(const struct sk_scored *scored, const uint32_t *count);

/* Average precision, the sum of (recall step) x precision over the thresholds, as scikit-learn's
   average_precision_score. NaN without positive rows. */
double sk_average_precision(const struct sk_scored *scored, const uint32_t *count);

/* The point of the curve of greatest sensitivity among those with a specificity of `percent` or more (at_specificity), or of
   greatest specificity among those with a sensitivity of `percent` or more; of several such, the one where the other rate is greatest.
   No interpolation: the threshold is a score of the sample, or +infinity (nothing is called positive). All NaN where a class
   is missing. */
struct sk_operating_point {
    double threshold, sensitivity, specificity;
};
struct sk_operating_point sk_operating_point(const struct sk_scored *scored, const uint32_t *count, bool at_specificity,
                                             unsigned percent);

/* An AUC and its variance by DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), computed from midranks
   (Sun and Xu, IEEE Signal Process. Lett. 21, 2014). The variance is NaN where a class has less than two rows. */
struct sk_delong {
    double auc, variance;
};
SK_MUST_CHECK int sk_delong(const struct sk_scored *scored, struct sk_delong *result, struct sk_error *err);

/* The same for two classifiers of the same images, with the covariance of the two AUCs. a and b are in the same order of
   rows (not sorted); the truth is a's. */
struct sk_delong_pair {
    struct sk_delong a, b;
    double covariance;
};
SK_MUST_CHECK int sk_delong_paired(const struct sk_scored *a, const struct sk_scored *b, struct sk_delong_pair *result,
                                   struct sk_error *err);

/* 95 % interval of an AUC: normal on the logit scale with DeLong's variance, so that it stays within (0, 1). Where that
   variance is 0 or does not exist (perfect separation, a class of one row): Wilson's, over as many independent
   pairs as the smaller class has rows, which is wider. No interval where the AUC is NaN. */
struct sk_interval sk_auc_interval(const struct sk_delong *delong, struct sk_class_counts classes);

#endif
