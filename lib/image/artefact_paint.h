#ifndef SK_IMAGE_ARTEFACT_PAINT_H
#define SK_IMAGE_ARTEFACT_PAINT_H

#include <stdint.h>

#include "image/image.h"

/* What photographs of skin lesions have and lesions have not. */
enum sk_artefact {
    SK_ARTEFACT_INK,     /* lines and dots of a surgical marker, violet or blue, on the skin */
    SK_ARTEFACT_HAIRS,   /* dark or fair, above it */
    SK_ARTEFACT_RULER,   /* a scale along a side */
    SK_ARTEFACT_CORNERS, /* the dermatoscope's round field of view, black around */
    SK_ARTEFACTS
};

enum { SK_ARTEFACT_PATTERN_BITS = 53 }; /* a table's number holds so many */

/* Draws artefacts over an image, in the order above: of each the pattern of that number, 1 to 2^53, or none for 0. The pattern of a
   number is the same, whatever else is drawn and whatever the image's size, of which it takes its own. Alpha stays, and so does
   every sample that no artefact covers.
   mask, where not NULL, becomes a gray image of the image's size and of maxval 255: the share of each pixel that is covered, rounded
   up, so that only pixels of 0 are untouched. Light is mixed as if the samples were sRGB. 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_artefact_paint(struct sk_image *image, const uint64_t pattern[SK_ARTEFACTS], struct sk_image *mask,
                                    struct sk_error *err);

#endif
