#ifndef SK_NN_LOSS_H
#define SK_NN_LOSS_H

#include <stddef.h>

/* 1 / (1 + e^-x), without overflow. */
double sk_sigmoid(double x);

/* Sigmoid cross entropy on n logits against one target in [0, 1] each (targets NULL: `target` for all):
     mean of max(x, 0) - x t + log(1 + e^-|x|).
   dlogits [n], NULL where not wanted, = (sigmoid(x) - t) / n. Returns the mean; *mean_sigmoid, NULL where
   not wanted, the mean of sigmoid(x). */
double sk_sigmoid_cross_entropy(size_t n, const float *logits, const float *targets, float target, float *dlogits,
                                double *mean_sigmoid);

#endif
