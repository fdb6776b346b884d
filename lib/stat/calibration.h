#ifndef SK_STAT_CALIBRATION_H
#define SK_STAT_CALIBRATION_H

#include "stat/scored.h"

enum { SK_CALIBRATION_BINS = 15 };

/* A reliability diagram: 15 bins of equal width over the score, bin i holding the scores in (i/15, (i+1)/15], the first
   one 0 too. */
struct sk_calibration {
    struct sk_calibration_bin {
        double n, score, positive; /* rows, sum of their scores, how many are positive */
    } bin[SK_CALIBRATION_BINS];
};

/* Counts the sample (count NULL: every row once) of rows sorted by sk_scored_sort. */
struct sk_calibration sk_calibration_of(const struct sk_scored *scored, const uint32_t *count);

/* Expected calibration error: over the bins, the mean of |mean score - share of positives|, weighted by their rows
   (Guo, Pleiss, Sun, Weinberger, ICML 2017, here on the score of the positive class). NaN for no rows. */
double sk_ece(const struct sk_calibration *calibration);

/* Brier score: the mean of (score - truth)^2. NaN for no rows. */
double sk_brier(const struct sk_scored *scored, const uint32_t *count);

#endif
