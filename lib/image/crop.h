#ifndef SK_IMAGE_CROP_H
#define SK_IMAGE_CROP_H

#include <stddef.h>

#include "base/error.h"
#include "image/pnm.h"

/* Cuts the square of side min(width, height) out of the centre (an odd rest leaves one pixel more on the right or
   below) and scales it to width x width; all samples alike, alpha too. Reducing is an area average: an output pixel is
   the mean of the input it covers, weighted by the part covered. Enlarging is bicubic: Keys' kernel with a = -1/2
   (Catmull-Rom; Keys, Cubic convolution interpolation for digital image processing, IEEE TASSP 29, 1981), the
   outermost pixels repeated beyond the border. Equal sizes copy. width >= 1. out must not be in. 0, or -1 with err. */
SK_MUST_CHECK int sk_image_crop(const struct sk_image *in, size_t width, struct sk_image *out, struct sk_error *err);

#endif
