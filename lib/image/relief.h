#ifndef SK_IMAGE_RELIEF_H
#define SK_IMAGE_RELIEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/align.h"
#include "image/image.h"

/* Reliefs: what remains of a photograph when its light, exposure, white balance and gamma are taken off, to recognise a lesion by
   in another photograph.

   A relief is the logarithm of the luminance at three sizes, each less its own blur and divided by its local deviation, so that
   faint texture counts nearly as much as a dark border (local contrast normalisation; Jarrett et al., What is the best multi-stage
   architecture for object recognition?, ICCV 2009). The whole image stands in the middle of a square whose side is the image's
   longer one; squares of SK_RELIEF_SIDE, a half and a quarter of it, one after another, then the outline: as the smallest, with
   less taken off. A value is in units of 1 / SK_RELIEF_UNIT of the local deviation; SK_RELIEF_UNKNOWN stands beside the image, and
   where the border of the dermoscope's view darkens it. */
enum {
    SK_RELIEF_SIDE = 128,
    SK_RELIEF_LEVELS = 3,
    SK_RELIEF_OUTLINE_SIDE = SK_RELIEF_SIDE / 4,
    SK_RELIEF_OUTLINE = SK_RELIEF_SIDE * SK_RELIEF_SIDE * 21 / 16, /* where the outline begins */
    SK_RELIEF_PIXELS = SK_RELIEF_OUTLINE + SK_RELIEF_OUTLINE_SIDE * SK_RELIEF_OUTLINE_SIDE,
    SK_RELIEF_UNIT = 32,
    SK_RELIEF_UNKNOWN = -128
};

/* Where a level's square begins, level 0 being the largest. */
static inline size_t sk_relief_at(int level)
{
    size_t at = 0;
    for (size_t side = SK_RELIEF_SIDE; level > 0; level--, side /= 2)
        at += side * side;
    return at;
}

/* Makes the relief [SK_RELIEF_PIXELS] of an image. 0, or -1 with err where memory is short. */
SK_MUST_CHECK int sk_relief(const struct sk_image *image, int8_t *relief, struct sk_error *err);

/* Turns a relief upside down. */
void sk_relief_flip(const int8_t *relief, int8_t *flipped);

struct sk_relief_match {
    struct sk_similarity map; /* from a place of one relief to that of the same in the other */
    double correlation;       /* of the values where they meet, -1 to 1; -1 where they do not */
};

/* Improves match->map at a level, by up to `steps` Gauss-Newton steps in scale, angle and shift, until the correlation is
   greatest. The map never mirrors. */
void sk_relief_align(const int8_t *from, const int8_t *to, int level, int steps, struct sk_relief_match *match);

/* How well two reliefs agree under a map: the mean, over blocks of 8 x 8 pixels of the largest level, of the correlation in each,
   so that what is alike in one place alone, as two dark spots are, counts for that place alone. *blocks: how many meet by half at
   least. About 0.1 after strangers have been aligned, 1 for copies; 0 where no block meets. */
double sk_relief_agreement(const int8_t *from, const int8_t *to, const struct sk_similarity *map, size_t *blocks);

#endif
