#ifndef SK_DATA_RESIZE_H
#define SK_DATA_RESIZE_H

#include "image/pnm.h"

/* Image of any size, gray or RGB, to x [size][size][3], from -1 to 1: bilinear between pixel centres, clamped at the
   borders, without low-pass, as PyTorch's interpolate(mode="bilinear", align_corners=False). Alpha is left out. */
void sk_resize_bilinear(const struct sk_image *image, size_t size, float *x);

#endif
