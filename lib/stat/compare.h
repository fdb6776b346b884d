#ifndef SK_STAT_COMPARE_H
#define SK_STAT_COMPARE_H

#include "stat/interval.h"
#include "stat/scored.h"

/* Two classifiers on the same images. */
struct sk_comparison {
    const char *name;
    double a, b;                 /* NaN: not defined */
    double difference;           /* b - a */
    struct sk_interval interval; /* of the difference, 95 %; NaN: none */
    double p;                    /* two-sided, of no difference; NaN: none */
};

enum { SK_COMPARISONS = 4 };

/* AUC, then accuracy, sensitivity and specificity. AUC: paired DeLong, normal interval and test. The proportions: Newcombe's
   interval for paired differences (R. G. Newcombe, Stat. Med. 17, 1998, 2635-2650, method 10) and McNemar's exact test.
   a and b have the same rows in the same order; the truth is a's. 0, or -1 with err. */
SK_MUST_CHECK int sk_compare(const struct sk_scored *a, const struct sk_scored *b,
                             struct sk_comparison comparison[SK_COMPARISONS], struct sk_error *err);

/* Newcombe's interval of (both + only_b) / n - (both + only_a) / n, where of n images both, only a, only b or neither are right. */
struct sk_interval sk_newcombe(double both, double only_a, double only_b, double neither);

#endif
