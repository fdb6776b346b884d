#ifndef SK_TENSOR_WINOGRAD_IMAGES_H
#define SK_TENSOR_WINOGRAD_IMAGES_H

#include "tensor/winograd_plan.h"

/* Consecutive images of the part, few enough to stay in a core's cache while their blocks of channels are worked off. */
struct images {
    size_t from, to;
};

/* How many those are. */
size_t sk_winograd_images_a_time(const struct sk_winograd *w);

/* V = B' d B of some images of a part, whose first image is x; and the transpose: dx = B dV B', overwritten or, with
   add_dx, added to. */
void sk_winograd_input_images(const struct sk_winograd *w, const struct part *part, struct images images, const float *x);
void sk_winograd_input_images_back(const struct sk_winograd *w, const struct part *part, struct images images, float *dx);

/* y = A' M A; and the transpose: dM = A dy A'. */
void sk_winograd_output_images(const struct sk_winograd *w, const struct part *part, struct images images,
                                struct sk_ending_f32 ending, float *y);
void sk_winograd_output_images_back(const struct sk_winograd *w, const struct part *part, struct images images, const float *dy);

#endif
