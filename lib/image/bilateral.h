#ifndef SK_IMAGE_BILATERAL_H
#define SK_IMAGE_BILATERAL_H

#include "image/image.h"

/* sk_filter_bilateral (filter.h) in vectors of a level of SIMD that the processor has ("avx512", "avx2" or "baseline": see simd.h):
   results are the same. 0, or -1 with err. */
SK_MUST_CHECK int sk_bilateral(const struct sk_image *in, int diameter, double sigma_color, double sigma_space, const char *level,
                               struct sk_image *out, struct sk_error *err);

#endif
