#ifndef SK_STAT_DELONG_H
#define SK_STAT_DELONG_H

#include "stat/interval.h"
#include "stat/scored.h"

/* An AUC and its variance by DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), computed from midranks
   (Sun and Xu, IEEE Signal Process. Lett. 21, 2014). The AUC is NaN where a class is missing, the variance where one has less than
   two rows. The rows may stand in any order. */
struct sk_delong {
    double auc, variance;
};
SK_MUST_CHECK int sk_delong(const struct sk_scored *scored, struct sk_delong *result, struct sk_error *err);

/* The same for two classifiers of the same images, with the covariance of the two AUCs. a and b are in the same order of
   rows; the truth is a's. */
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
