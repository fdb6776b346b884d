#ifndef SK_NN_DROPOUT_H
#define SK_NN_DROPOUT_H

#include <stddef.h>

#include "base/random.h"

/* Inverted dropout (Srivastava et al. 2014), in place: mask [n] is 0 with probability p, else 1 / (1 - p), drawn in
   order; x *= mask. */
void sk_dropout_forward(size_t n, double p, struct sk_random *random, float *mask, float *x);

/* In place: dx *= mask. */
void sk_dropout_backward(size_t n, const float *mask, float *dx);

#endif
