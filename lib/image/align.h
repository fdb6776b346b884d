#ifndef SK_IMAGE_ALIGN_H
#define SK_IMAGE_ALIGN_H

#include <stdbool.h>

#include "base/error.h"
#include "image/image.h"

/* Aligning two pictures that may show the same turned, mirrored, scaled or shifted, and comparing them pixel by pixel where
   they meet.

   A picture is the centre square of an image at SK_ALIGN_SIDE pixels a side, followed by itself at half the size: four
   floats a pixel, red, green and blue on a scale of 0 to 1, and the weight 1; or four zeroes for what is black, unless most of
   the picture is, as rotations and shifts leave such corners and borders. Only the disc in the square is compared. */

typedef float sk_pixel __attribute__((vector_size(16)));

enum {
    SK_ALIGN_SIDE = 32,
    SK_ALIGN_LEVELS = 2,
    SK_ALIGN_PIXELS = SK_ALIGN_SIDE * SK_ALIGN_SIDE * 5 / 4, /* of both levels */
    SK_ALIGN_SMALLEST = 8 /* pixels a side of an image: less shows nothing */
};

/* Makes the picture [SK_ALIGN_PIXELS] of an image. Gray counts as colour, alpha does not count. 0, or -1 with err where the image
   is smaller than SK_ALIGN_SMALLEST or memory is short. */
SK_MUST_CHECK int sk_align_picture(const struct sk_image *image, sk_pixel *picture, struct sk_error *err);

/* Takes (x, y), in a square of [-1, 1] x [-1, 1] with y downwards, to (a x - b y' + c, b x + a y' + d), where y' is -y if mirror,
   else y. */
struct sk_similarity {
    bool mirror;
    double a, b, c, d;
};

/* The map that undoes another. */
struct sk_similarity sk_similarity_inverse(const struct sk_similarity *map);

enum { SK_SIMILARITY_PARAMETERS = 4 }; /* a, b, c, d */

/* Moves a map between pictures of `side` pixels a side by the step that solves normal equations, matrix (its lower triangle) times
   step = right; by two pixels at most. Both are overwritten. False where there is no step, where it is too small to matter, or where the
   scale is no more between least and greatest. */
bool sk_similarity_advance(struct sk_similarity *map, double matrix[SK_SIMILARITY_PARAMETERS][SK_SIMILARITY_PARAMETERS],
                           double right[SK_SIMILARITY_PARAMETERS], size_t side, double least, double greatest);

struct sk_alignment {
    struct sk_similarity map; /* from a place in one picture to that of the same in the other */
    double distance;          /* 0 to 2 */
    double overlap;           /* share of the smaller disc that lies on the other one, 0 to 1 */
};

/* Improves a map from one picture to another until the pixels differ least, first at half the size, then in full; goes no
   further where the distance at half the size is more than `hopeless`. The map's scale is to be at most about 1, as the second
   picture is sampled at the first one's pixels.

   Both are blurred by one pixel of the second and compared where both show something. The distance is sqrt(2 - 2 r) with r the
   correlation of the colours after each channel's offset and gain have been taken off: the mean of the channels' correlations, each
   weighted by its deviations. Where either is plain, the colours themselves are compared, in units of a twentieth of the scale. Pictures
   that do not meet have the distance 2 and no overlap.

   Minimises by Gauss-Newton steps in scale, angle and shift (Baker and Matthews, Lucas-Kanade 20 years on: a unifying framework, Int. J.
   Comput. Vis. 56, 2004). */
void sk_align(const sk_pixel *from, const sk_pixel *to, const struct sk_similarity *start, double hopeless,
              struct sk_alignment *found);

#endif
