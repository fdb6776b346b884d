#ifndef SK_STAT_PRDC_H
#define SK_STAT_PRDC_H

#include "stat/frechet.h"

/* How many neighbours' reach is the ball around an image. */
enum { SK_PRDC_NEIGHBOURS = 5 };

/* Around every image of a set lies a ball as large as the distance to its k-th nearest other one of the set, k = SK_PRDC_NEIGHBOURS.
   Precision: the share of generated images in any ball of the real ones; recall: the share of real images in any ball of the
   generated ones (T. Kynkäänniemi et al., NeurIPS 2019). Density: the real balls that a generated image is in, on average, over k;
   coverage: the share of real balls that hold a generated image (M. F. Naeem et al., ICML 2020). */
struct sk_prdc {
    double precision, recall, density, coverage;
};

/* All NaN where a side has not more than k images. Distances are computed in double, from products of features whose mean has been
   taken off; it takes some 40 bytes for each feature of either side. The result does not depend on jobs. 0, or -1 with err. */
SK_MUST_CHECK int sk_prdc(const struct sk_features *real, const struct sk_features *fake, int jobs, struct sk_prdc *result,
                          struct sk_error *err);

#endif
