#ifndef SK_DATA_SAMPLER_H
#define SK_DATA_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* An endless sequence of shuffled epochs over n images, cut into batches: image k of training is entry k mod n of
   the permutation of epoch k / n, which depends on (seed, epoch) alone. So the step is the whole position, and
   a set smaller than the batch works: a batch may span epochs. */
struct sk_sampler {
    uint64_t seed;
    size_t count;      /* images, 1 .. 2^31 */
    uint64_t epoch;    /* whose permutation `order` holds */
    uint32_t *order;   /* [count], owned */
};

SK_MUST_CHECK int sk_sampler_start(struct sk_sampler *sampler, uint64_t seed, size_t count, struct sk_error *err);
void sk_sampler_free(struct sk_sampler *sampler);

/* The images of batch `step` (from 0). */
void sk_sampler_batch(struct sk_sampler *sampler, uint64_t step, size_t batch, uint32_t *index);

#endif
