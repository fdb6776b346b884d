#ifndef SK_DATA_REPEATS_H
#define SK_DATA_REPEATS_H

#include "data/dataset.h"

/* Images that are the same, pixel for pixel; what is alike only, data/duplicates.h finds. */
struct sk_image_repeats {
    size_t repeated;    /* images of a set that an earlier one of it is */
    size_t of_classes;  /* those of them whose earlier ones are all of other classes */
    size_t in_other;    /* images of the other set that stand in the first one */
};

/* Counts them; both sets of one size, other may be empty. Memory: 16 bytes an image. 0, or -1 with err. */
SK_MUST_CHECK int sk_image_repeats_count(struct sk_image_repeats *repeats, const struct sk_dataset *set, const struct sk_dataset *other,
                                         struct sk_error *err);

#endif
