#ifndef SK_IMAGE_GAMMA_H
#define SK_IMAGE_GAMMA_H

#include "base/error.h"
#include "image/pnm.h"

/* out = maxval (in / maxval)^(1 / gamma), rounded, for every gray or colour sample; alpha is copied. gamma > 0; above 1
   it brightens. out must not be in. 0, or -1 with err. */
SK_MUST_CHECK int sk_image_gamma(const struct sk_image *in, double gamma, struct sk_image *out, struct sk_error *err);

#endif
