#ifndef SK_STAT_BOOTSTRAP_H
#define SK_STAT_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stat/interval.h"

/* Computes the statistics of a sample in which row i stands count[i] times; NULL: every row once. value is [statistics]; NaN
   where a statistic is not defined for the sample. Called from several threads at once, each with a scratch of its own, aligned
   to 64 bytes. */
typedef void sk_statistics(const void *context, const uint32_t *count, void *scratch, double *value);

struct sk_bootstrap {
    size_t n;                     /* rows, below 2^32 */
    const uint32_t *cluster;      /* [n]: which cluster a row is drawn with, below clusters; NULL: every row by itself */
    size_t clusters;              /* each holds a row at least; 0 without cluster */
    const unsigned char *stratum; /* of each row or, where there are, each cluster, which is drawn within it; NULL for a single one */
    size_t statistics;            /* how many are computed together, on the same samples */
    sk_statistics *compute;
    const void *context;          /* handed to compute */
    size_t scratch;               /* bytes for it, a thread */
    size_t replicates;            /* at least 1; 2000 is usual */
    uint64_t seed;                /* replicate r draws from (seed, r) alone */
    int jobs;                     /* threads; the result does not depend on them */
};

/* 95 % intervals by the bias-corrected and accelerated bootstrap (BCa: Efron, J. Am. Stat. Assoc. 82, 1987), the acceleration
   from a jackknife within the strata, which leaves out groups of rows where a stratum has more than 400. Rows that depend on each
   other (images of one lesion) are drawn, and left out, by clusters as wholes (Davison and Hinkley 1997, section 3.8, strategy 1;
   Field and Welsh, J. R. Stat. Soc. B 69, 2007). Replicates in which a statistic is not defined are left out of its interval.
   There is no interval (NaN) where the statistic itself is not defined, where more than half of its replicates are not, and where
   all are equal: a bootstrap of a perfect score knows nothing of its error. interval is [statistics]. It takes 8 bytes for every
   replicate of every statistic and, for each thread, 8 bytes for every row and every cluster, and the scratch. 0, or -1 with
   err. */
SK_MUST_CHECK int sk_bootstrap_intervals(const struct sk_bootstrap *b, struct sk_interval *interval,
                                         struct sk_error *err);

/* The same for statistics that are differences, and p [statistics]: how likely so great a difference is, two-sided, where there
   is none, which is where the BCa interval just reaches 0 (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section
   15.4); no less than what half a replicate stands for. NaN where there is no interval. A difference that is 0 in every replicate
   has the interval 0 to 0 and p 1. */
SK_MUST_CHECK int sk_bootstrap_differences(const struct sk_bootstrap *b, struct sk_interval *interval, double *p,
                                           struct sk_error *err);

#endif
