#ifndef SK_NN_MIXUP_H
#define SK_NN_MIXUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

/* target [n][classes]: 1 - smoothing for the label, and smoothing shared by all classes alike (Szegedy et al. 2016, section 7). */
void sk_smooth_labels(size_t n, size_t classes, const uint8_t *label, double smoothing, float *target);

/* mixup (Zhang, Cisse, Dauphin, Lopez-Paz 2018): image i of x [n][values] and image n - 1 - i become
     lambda x_i + (1 - lambda) x_j   and   lambda x_j + (1 - lambda) x_i,
   their rows of target [n][classes] likewise, lambda of each pair drawn from Beta(alpha, alpha), alpha in (0, 1]. The middle image of
   an odd number stays as it is. */
void sk_mixup(size_t n, size_t values, float *x, size_t classes, float *target, double alpha, struct sk_random *random);

#endif
