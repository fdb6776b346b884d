#ifndef SK_DATA_PICTURE_H
#define SK_DATA_PICTURE_H

#include <stddef.h>

#include "base/error.h"
#include "image/pnm.h"

/* image = the tensor [size][size][3] in [-1, 1], as RGB of maxval 255. 0, or -1 with err (memory, a NaN). */
SK_MUST_CHECK int sk_picture(struct sk_image *image, const float *tensor, size_t size, struct sk_error *err);

/* image = a grid of n tensors [n][size][size][3], `columns` a row, without gaps; missing cells are black. */
SK_MUST_CHECK int sk_picture_grid(struct sk_image *image, const float *tensors, size_t n, size_t size,
                                  size_t columns, struct sk_error *err);

#endif
