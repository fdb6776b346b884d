#ifndef SK_DATA_CARVE_H
#define SK_DATA_CARVE_H

#include "data/dataset.h"

/* Validation images where none are given: of each class a tenth, rounded up, and at least one where there are two. */

/* How many of a set's images are left to train on. */
size_t sk_carve_left(const struct sk_dataset *set);

/* Draws them by the seed: train and valid, [set->count] each, become the images' indices. */
void sk_carve(const struct sk_dataset *set, uint64_t seed, uint32_t *train, size_t *train_count, uint32_t *valid,
              size_t *valid_count);

#endif
