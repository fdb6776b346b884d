#ifndef SK_IMAGE_COLOUR_H
#define SK_IMAGE_COLOUR_H

#include "image/pnm.h"

/* Changes of colour; all zero changes nothing. */
struct sk_colour {
    double brightness; /* added to every sample, as a share of maxval */
    double contrast;   /* distances from the image's mean luma are multiplied by 1 + this, at least -1 */
    double hue;        /* degrees by which the hue of HSV (Smith 1978) turns, red towards yellow; gray has none */
};

/* Changes an image in place: contrast and brightness, held inside 0 and maxval, then hue, then one rounding. Luma is
   0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Alpha stays as it is. */
void sk_image_recolour(struct sk_image *image, const struct sk_colour *colour);

#endif
