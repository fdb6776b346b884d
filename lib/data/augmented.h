#ifndef SK_DATA_AUGMENTED_H
#define SK_DATA_AUGMENTED_H

#include "data/dataset.h"
#include "image/augment.h"

/* As sk_dataset_batch, each image as a copy that skaug's library draws (image/augment.h) from the ranges: image i of the batch is copy
   number first + i of the set's image index[i], whatever jobs is. 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_dataset_augmented_batch(const struct sk_dataset *set, const struct sk_augment_range *range, uint64_t seed,
                                             uint64_t first, const uint32_t *index, size_t n, float *batch, int jobs,
                                             struct sk_error *err);

#endif
