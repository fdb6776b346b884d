#ifndef SK_STAT_KERNEL_DISTANCE_H
#define SK_STAT_KERNEL_DISTANCE_H

#include <stdint.h>

#include "stat/frechet.h"

/* Kernel distance: the unbiased estimate of the squared maximum mean discrepancy under the kernel
   k(x, y) = (x . y / dim + 1)^3 (Binkowski, Sutherland, Arbel, Gretton: Demystifying MMD GANs, ICLR 2018, where it is KID on
   Inception features), as mean and standard deviation over 100 random subsets of m = min(1000, n_real, n_fake) images of
   either side, drawn without replacement. Unbiased: it may be negative.
   Where both sides have just m images there is one subset, and deviation is NaN. */
struct sk_kernel_distance {
    double distance, deviation;
    size_t subsets, size;
};

enum { SK_KERNEL_SUBSETS = 100, SK_KERNEL_SUBSET_SIZE = 1000 };

/* Needs n >= 2 on both sides and the same dim. The same bytes in either order of the sides. Subset s is drawn
   from (seed, s) alone: the result does not depend on jobs. 0, or -1 with err. */
SK_MUST_CHECK int sk_kernel_distance(const struct sk_features *real, const struct sk_features *fake, uint64_t seed,
                                     int jobs, struct sk_kernel_distance *result, struct sk_error *err);

#endif
