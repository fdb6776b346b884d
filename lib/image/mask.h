#ifndef SK_IMAGE_MASK_H
#define SK_IMAGE_MASK_H

#include <stdbool.h>

#include "image/image.h"

/* The shape that a gray mask shows, maxval where a pixel is within, between where the outline passes through it.
   Lengths in pixels. */
struct sk_mask_shape {
    double area;      /* sum of the shares */
    double perimeter; /* of the outline where the share is a half; the image's edge is one too */
    double diameter;  /* the greatest distance of two points of the outline (Feret) */
    double asymmetry; /* 0 symmetric .. 1: the share of the area that finds no counterpart when the shape is folded along
                         an axis of inertia, mean of both axes */
    bool cut;         /* the shape reaches the image's edge */
};

/* Measures it. A mask without anything, or with no pixel of a half, has zeroes. */
void sk_mask_measure(const struct sk_image *mask, struct sk_mask_shape *shape);

#endif
