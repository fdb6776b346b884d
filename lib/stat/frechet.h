#ifndef SK_STAT_FRECHET_H
#define SK_STAT_FRECHET_H

#include <stddef.h>

#include "base/error.h"

/* Features of n images: [n][dim], row-major. */
struct sk_features {
    size_t n, dim;
    const float *value;
};

/* Fréchet distance (2-Wasserstein, squared) between the Gaussians fitted to two sets of features:

     fd = |m1 - m2|^2 + Tr S1 + Tr S2 - 2 Tr (S1^1/2 S2 S1^1/2)^1/2

   (Dowson and Landau 1982; Heusel et al. 2017 for images, on Inception features), covariances unbiased (n - 1), in double.
   With S = F' F for any factor F, the last trace is the sum of the singular values of F1 F2': no square root of a matrix
   is taken, so the result is real and holds for singular covariances (n <= dim) too. F is the centred features over
   sqrt(n - 1), cut down by QR where n > dim. Biased upwards for small n.

   Needs n >= 2 on both sides, the same dim, finite features. BLAS decides on the threads: hold it to one where
   the bytes must not depend on them. 0 with *distance (at least 0), or -1 with err. */
SK_MUST_CHECK int sk_frechet_distance(const struct sk_features *real, const struct sk_features *fake,
                                      double *distance, struct sk_error *err);

#endif
