#ifndef SK_STAT_ROC_H
#define SK_STAT_ROC_H

#include <stdbool.h>

#include "stat/scored.h"

/* The ROC curve of a sample over the threshold t (an image is called positive where its score is at least t), and what is read
   off it. */

/* Confusion counts at each distinct score, thresholds falling; the first point is above every score (+infinity). The rates are
   quotients of these counts: fpr = fp / negative, tpr = recall = tp / positive, precision = tp / (tp + fp). Whole numbers, as
   doubles. */
struct sk_curve {
    size_t points;
    double *threshold, *tp, *fp; /* [points] */
    double positive, negative;   /* rows of either class */
};

/* Counts rows that are sorted by sk_scored_sort. 0 with *curve filled (sk_curve_free), or -1 with err. */
SK_MUST_CHECK int sk_curve_of(struct sk_curve *curve, const struct sk_scored *scored, struct sk_error *err);
void sk_curve_free(struct sk_curve *curve);

/* Counts a sample of the same rows anew (count NULL: every row once): into tp, fp (which may be any room for points doubles each),
   positive and negative. The points stay those of all rows; where none of a score is drawn, two coincide. */
void sk_curve_count(struct sk_curve *curve, const struct sk_scored *scored, const uint32_t *count);

/* The same where count is of the table's rows, of which the sorted ones stand elsewhere (scored->row): in scratch, room for 2 points
   doubles and then n counts, to which tp and fp point afterwards. Returns the counts of the sorted rows, there too. */
const uint32_t *sk_curve_recount(struct sk_curve *curve, const struct sk_scored *scored, const uint32_t *count, void *scratch);

/* Area under the ROC curve: the Mann-Whitney statistic P(S+ > S-) + P(S+ = S-) / 2. NaN where a class is missing. */
double sk_auc(const struct sk_curve *curve);

/* Average precision, the sum of (recall step) x precision over the thresholds, as scikit-learn's
   average_precision_score. NaN without positive rows. */
double sk_average_precision(const struct sk_curve *curve);

/* The point of the curve of greatest sensitivity among those with a specificity of `percent` or more (at_specificity), or of
   greatest specificity among those with a sensitivity of `percent` or more; of several such, the one where the other rate is
   greatest. No interpolation: the threshold is a score of the sample, or +infinity (nothing is called positive). All NaN where a
   class is missing. */
struct sk_operating_point {
    double threshold, sensitivity, specificity;
};
struct sk_operating_point sk_operating_point(const struct sk_curve *curve, bool at_specificity, unsigned percent);

/* Youden's point: where J = sensitivity + specificity - 1 is greatest (W. J. Youden, Cancer 3, 1950); of several such the one of
   the highest threshold, +infinity where J is nowhere above 0. All NaN where a class is missing. */
struct sk_operating_point sk_youden(const struct sk_curve *curve);

/* The partial area beside the ROC curve above a sensitivity, the integral of the specificity over the sensitivities from `least`
   to 1, with straight lines between the curve's points: from 0 to 1 - least, by chance (1 - least)^2 / 2. Of least = 0.8 it is
   the measure of the ISIC challenge of 2024 (pAUC above 80 % TPR). NaN where a class is missing. */
double sk_partial_auc(const struct sk_curve *curve, double least);

#endif
