#ifndef SK_STAT_DECISION_H
#define SK_STAT_DECISION_H

#include "stat/roc.h"

/* Net benefits at a threshold probability p, of treating whom the model gives p or more, everybody, and nobody (which is 0):
   tp / n - fp / n x p / (1 - p), true positives weighed against false ones by the odds at which a patient would be
   treated (A. J. Vickers and E. B. Elkin, Med. Decis. Making 26, 2006). */
struct sk_net_benefit {
    double model, all;
};

/* At p from 0 to below 1, from the curve of a sample; NaN for no rows. */
struct sk_net_benefit sk_net_benefit(const struct sk_curve *curve, double p);

#endif
