#ifndef SK_STAT_METRIC_H
#define SK_STAT_METRIC_H

#include <stdint.h>

#include "stat/interval.h"
#include "stat/scored.h"

/* The table of `skmetrics score`, in its order. */
enum sk_metric_name {
    SK_N, SK_TP, SK_FP, SK_TN, SK_FN,
    SK_ACCURACY, SK_SENSITIVITY, SK_SPECIFICITY, SK_PRECISION, SK_NPV,
    SK_F1, SK_BALANCED_ACCURACY, SK_MCC, SK_AUC, SK_PR_AUC, SK_BRIER, SK_ECE,
    SK_METRICS
};

struct sk_metric {
    const char *name;
    double value;                /* NaN: not defined */
    struct sk_interval interval; /* NaN: none */
};

/* Measures a sample sorted by sk_scored_sort. 95 % intervals: Wilson's for the proportions (accuracy to npv), DeLong's for the
   AUC, bootstrap within the true classes for the others; counts have none. replicates, seed, jobs as in
   stat/bootstrap.h. 0, or -1 with err. */
SK_MUST_CHECK int sk_metrics_of(const struct sk_scored *scored, size_t replicates, uint64_t seed, int jobs,
                                struct sk_metric metric[SK_METRICS], struct sk_error *err);

#endif
