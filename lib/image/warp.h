#ifndef SK_IMAGE_WARP_H
#define SK_IMAGE_WARP_H

#include <stdbool.h>

#include "base/error.h"
#include "base/random.h"
#include "image/pnm.h"

/* What is done to an image, in this order, about its centre. */
struct sk_warp {
    bool flip_horizontal; /* left and right change places */
    bool flip_vertical;
    double shear;  /* a point moves right by shear times its height below the centre */
    double degrees; /* then turns clockwise */
    double zoom;    /* then is enlarged by 1 + zoom, greater than -1 */
    double shift_x, shift_y; /* then moves right and down by these shares of width and height */
};

/* What random warps are drawn from. */
struct sk_warp_range {
    bool flip_horizontal, flip_vertical; /* allowed: done with probability 1/2 */
    double shear, degrees, zoom, shift;  /* uniform within +- */
};

/* Draws flips, shear and degrees. Always takes four uniform numbers, whatever the range, so that draws of one sequence
   do not depend on what is allowed. */
struct sk_warp sk_warp_draw(const struct sk_warp_range *range, struct sk_random *random);

/* Warps all samples, alpha too, in one bilinear resampling; the image keeps its size and is reflected at its border
   (about the outermost pixels' centres: cb|abc|ba). Flips alone move samples and do not change them. out must
   not be in. 0, or -1 with err. */
SK_MUST_CHECK int sk_image_warp(const struct sk_image *in, const struct sk_warp *warp, struct sk_image *out,
                                struct sk_error *err);

#endif
