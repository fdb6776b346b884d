#ifndef SK_NN_ATTRIBUTION_H
#define SK_NN_ATTRIBUTION_H

#include "nn/net.h"

/* Images on the way from one to the other, and how many of them a network works on at once: what it has to be made for. */
enum { SK_PATH_STEPS = 16, SK_PATH_BATCH = 8 };

/* Integrated gradients (Sundararajan, Taly, Yan 2017): how much of f(x) - f(from) each value of one image accounts for, where
   f = <direction, outputs>:

     attribution_i = (x_i - from_i) mean_k df/dx_i (from + (k + 1/2)/n (x - from)),  k = 0 .. n - 1 = SK_PATH_STEPS - 1

   whose sum is f(x) - f(from) but for the n. x, from, attribution [sk_net_inputs], direction [sk_net_outputs]. The network was made for
   training and batches of SK_PATH_BATCH at least, and has fixed_statistics and no dropout. 0, or -1 with err. */
SK_MUST_CHECK int sk_integrated_gradients(struct sk_net *net, const float *x, const float *from, const float *direction,
                                          float *attribution, struct sk_error *err);

#endif
