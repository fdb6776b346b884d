#ifndef SK_IMAGE_AUGMENT_H
#define SK_IMAGE_AUGMENT_H

#include "base/table.h"
#include "image/artefact_paint.h"
#include "image/colour.h"
#include "image/warp.h"

/* What makes a copy of an image: a warp, then a change of colour, then what is drawn over it. */
struct sk_augmentation {
    struct sk_warp warp;
    struct sk_colour colour;
    uint64_t artefact[SK_ARTEFACTS]; /* the numbers of their patterns, 0 for none */
};

/* What random copies are drawn from: the warp's ranges, uniform within +- these of the colour, and artefacts with these probabilities. */
struct sk_augment_range {
    struct sk_warp_range warp;
    struct sk_colour colour;
    double artefact[SK_ARTEFACTS]; /* 0..1 */
};

/* Whether a copy can be anything but the image. */
bool sk_augment_any(const struct sk_augment_range *range);

/* Draws copy number `copy` (from 0) of the image at `position` (< 2^60). Every parameter has draws of its own: what one range is
   changes no other parameter. */
struct sk_augmentation sk_augment_draw(const struct sk_augment_range *range, uint64_t seed, uint64_t position, size_t copy);

/* Makes the copy, and where mask is not NULL the mask of what was drawn over it (see sk_artefact_paint). Neither may be in.
   0, or -1 with err. */
SK_MUST_CHECK int sk_augment(const struct sk_image *in, const struct sk_augmentation *augmentation, struct sk_image *out,
                             struct sk_image *mask, struct sk_error *err);

/* A table of copies: a line for each image that was written, in that order, with columns `image` (position of the original),
   `copy` (from 0; - for the original itself) and the parameters, to all their digits; those of artefacts only where asked. */
SK_MUST_CHECK int sk_augment_write_head(FILE *out, bool artefacts, struct sk_error *err);
SK_MUST_CHECK int sk_augment_write(FILE *out, uint64_t position, long copy, const struct sk_augmentation *augmentation,
                                   bool artefacts, struct sk_error *err); /* copy -1: the original */

/* What such a table holds, all its lines or some of them. */
struct sk_augment_list {
    size_t count;
    uint64_t *position; /* [count], not falling */
    struct sk_augmentation *augmentation;
    bool artefacts; /* it has columns of them, one at least; those that it has not are 0 */
};

/* Reads a table; "-" is standard input. 0 with *list filled (sk_augment_list_free), or -1 with err ("file: line N: what"). */
SK_MUST_CHECK int sk_augment_read(struct sk_augment_list *list, const char *path, struct sk_error *err);
void sk_augment_list_free(struct sk_augment_list *list);

/* The first of the image's lines; *count how many it has. */
size_t sk_augment_find(const struct sk_augment_list *list, uint64_t position, size_t *count);

#endif
