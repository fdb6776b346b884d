#ifndef SK_IMAGE_ALIKE_H
#define SK_IMAGE_ALIKE_H

#include "image/image.h"

/* An image without content in one direction: damaged at its source, or a test picture. */
enum sk_alike { SK_NOT_ALIKE, SK_ROWS_ALIKE, SK_COLUMNS_ALIKE, SK_PIXELS_ALIKE };

/* Whether all rows, all columns or all pixels are alike: samples differ by no more than 1/64 of the maxval from the first row or column,
   as what a JPEG coder makes of such an image does. An image of one row or column has no rows or columns that could be. */
enum sk_alike sk_image_alike(const struct sk_image *image);

/* "all rows are alike"; NULL where not. */
const char *sk_alike_text(enum sk_alike alike);

#endif
