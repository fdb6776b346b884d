#ifndef SK_STAT_FRECHET_H
#define SK_STAT_FRECHET_H

#include <stddef.h>

#include "base/error.h"

/* Features of n images: [n][dim], row-major. */
struct sk_features {
    size_t n, dim;
    const float *value;
};

/* The Gaussian fitted to features: what is left of a set of images when its Fréchet distance to others is asked for. */
struct sk_gaussian {
    size_t n, dim, rank; /* images, features, rows of the factor: at most n, and at most dim */
    double *mean;        /* [dim] */
    double *factor;      /* F [rank][dim], row-major: the covariance, unbiased (n - 1), is F' F */
};

/* Fits one, in double: F is the centred features over sqrt(n - 1), cut down by QR where n > dim. Needs n >= 2 and finite
   features. 0 with *g filled (sk_gaussian_free), or -1 with err and *g empty. */
SK_MUST_CHECK int sk_gaussian_fit(struct sk_gaussian *g, const struct sk_features *features, struct sk_error *err);
void sk_gaussian_free(struct sk_gaussian *g);

/* Fréchet distance (2-Wasserstein, squared) between two Gaussians of one dim:

     fd = |m1 - m2|^2 + Tr S1 + Tr S2 - 2 Tr (S1^1/2 S2 S1^1/2)^1/2

   (Dowson and Landau 1982; Heusel et al. 2017 for images, on Inception features). With S = F' F for any factor F, the last
   trace is the sum of the singular values of F1 F2': no square root of a matrix is taken, so the result is real and holds for
   singular covariances (n <= dim) too. The same bytes in either order. What is below 1e-12 (Tr S1 + Tr S2) is rounding, and 0:
   so is the distance of equal Gaussians. Biased upwards for small n. On the caller's thread alone, by base/product.h's products: the
   bytes do not depend on OpenBLAS's kernel. 0 with *distance (at least 0), or -1 with err. */
SK_MUST_CHECK int sk_gaussian_distance(const struct sk_gaussian *a, const struct sk_gaussian *b, double *distance,
                                       struct sk_error *err);

/* Both steps for two sets of features. */
SK_MUST_CHECK int sk_frechet_distance(const struct sk_features *real, const struct sk_features *fake,
                                      double *distance, struct sk_error *err);

#endif
