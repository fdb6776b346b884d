#ifndef SK_STAT_METRIC_H
#define SK_STAT_METRIC_H

#include <stdint.h>

#include "stat/interval.h"
#include "stat/roc.h"
#include "stat/scored.h"

/* The table of `skmetrics score`, in its order. The operating points' rows stand in threes, for 80, 90 and 95 %; what is below is
   pauc_above_sensitivity_80 (sk_partial_auc) and Youden's point (sk_youden). */
enum sk_metric_name {
    SK_N, SK_TP, SK_FP, SK_TN, SK_FN,
    SK_ACCURACY, SK_SENSITIVITY, SK_SPECIFICITY, SK_PRECISION, SK_NPV,
    SK_F1, SK_BALANCED_ACCURACY, SK_MCC, SK_AUC, SK_PR_AUC, SK_BRIER, SK_ECE,
    SK_SENSITIVITY_AT_SPECIFICITY, SK_SPECIFICITY_AT_SENSITIVITY = SK_SENSITIVITY_AT_SPECIFICITY + 3,
    SK_THRESHOLD_AT_SPECIFICITY = SK_SPECIFICITY_AT_SENSITIVITY + 3,
    SK_THRESHOLD_AT_SENSITIVITY = SK_THRESHOLD_AT_SPECIFICITY + 3,
    SK_PARTIAL_AUC = SK_THRESHOLD_AT_SENSITIVITY + 3,
    SK_YOUDEN_THRESHOLD, SK_YOUDEN_SENSITIVITY, SK_YOUDEN_SPECIFICITY, SK_YOUDEN_J,
    SK_METRICS
};

struct sk_metric {
    const char *name;
    double value;                /* NaN: not defined */
    struct sk_interval interval; /* NaN: none */
};

extern const char *const sk_metric_names[SK_METRICS];
/* Whether it is a score, to be printed with all its digits. */
bool sk_metric_is_threshold(enum sk_metric_name name);

/* The values alone, of a sample (count NULL: every row once) of rows sorted by sk_scored_sort, and its curve. NaN where one is not
   defined: a threshold above all scores too. */
void sk_metric_values(const struct sk_scored *scored, const struct sk_curve *curve, const uint32_t *count,
                      double value[SK_METRICS]);

/* How often, from which seed, on how many threads is resampled: as in stat/bootstrap.h. */
struct sk_resampling {
    size_t replicates;
    uint64_t seed;
    int jobs;
};

/* Measures a sample sorted by sk_scored_sort. 95 % intervals: Wilson's for the proportions (accuracy to npv), DeLong's for the
   AUC, bootstrap within the true classes for the others. With scored->group all of them by the bootstrap of groups, drawn
   among those of the same classes (one, the other, both): images of one lesion are not independent, as Wilson and DeLong
   have it. Counts and the thresholds of given rates have no interval. 0, or -1 with err. */
SK_MUST_CHECK int sk_metrics_of(const struct sk_scored *scored, const struct sk_resampling *resampling,
                                struct sk_metric metric[SK_METRICS], struct sk_error *err);

#endif
