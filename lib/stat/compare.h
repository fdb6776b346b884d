#ifndef SK_STAT_COMPARE_H
#define SK_STAT_COMPARE_H

#include "stat/interval.h"
#include "stat/metric.h"
#include "stat/multiclass.h"

/* Two classifiers on the same images. */
struct sk_comparison {
    const char *name;
    double a, b;                 /* NaN: not defined */
    double difference;           /* b - a */
    struct sk_interval interval; /* of the difference, 95 %; NaN: none */
    double p;                    /* two-sided, of no difference; NaN: none */
};

/* All figures of stat/metric.h. a and b hold the same images, each sorted by sk_scored_sort; their `row` says which is which.
   Truth and groups are a's. AUC: paired DeLong, normal interval and test. Accuracy, sensitivity, specificity: Newcombe's interval
   for paired differences (R. G. Newcombe, Stat. Med. 17, 1998, 2635-2650, method 10) and McNemar's exact test. The others by the
   BCa bootstrap of the difference, images drawn for both alike within the true classes (sk_bootstrap_differences); with a->group
   all of them, and groups are drawn. Of one classifier and itself every difference is 0, with the interval 0 to 0 and p 1. 0, or
   -1 with err. */
SK_MUST_CHECK int sk_compare(const struct sk_scored *a, const struct sk_scored *b, const struct sk_resampling *resampling,
                             struct sk_comparison comparison[SK_METRICS], struct sk_error *err);

/* The figures of all classes together, likewise; of the accuracy Newcombe's interval and McNemar's test. a and b have the same
   images in the same order, and the same classes. */
SK_MUST_CHECK int sk_compare_macros(const struct sk_multiclass *a, const struct sk_multiclass *b,
                                    const struct sk_resampling *resampling, struct sk_comparison comparison[SK_MACROS],
                                    struct sk_error *err);

/* Newcombe's interval of (both + only_b) / n - (both + only_a) / n, where of n images both, only a, only b or neither are right. */
struct sk_interval sk_newcombe(double both, double only_a, double only_b, double neither);

#endif
