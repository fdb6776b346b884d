#ifndef SK_DATA_SAMPLER_H
#define SK_DATA_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* An endless sequence of shuffled epochs over n images, cut into batches: image k of training is entry k mod n of
   the permutation of epoch k / n, which depends on (seed, epoch) alone. So the step is the whole position, and
   a set smaller than the batch works: a batch may span epochs.
   A balanced one takes the classes in turn, each in such a sequence of its own: a rare class comes as often as a frequent one,
   its images more often. */
struct sk_sampler {
    uint64_t seed;
    size_t classes; /* that have images; 1 where not balanced */
    struct sk_sampler_class {
        size_t first, count; /* its images in `member` and `order` */
        uint64_t epoch;      /* whose permutation `order` holds */
    } *class; /* [classes], owned as the two below */
    uint32_t *member, *order; /* [images]: class by class, as they stand and shuffled */
};

/* Of so many images, 1 .. 2^31. 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_sampler_start(struct sk_sampler *sampler, uint64_t seed, size_t count, struct sk_error *err);

/* Balanced among the classes label [count], of which those without images do not count. */
SK_MUST_CHECK int sk_sampler_start_balanced(struct sk_sampler *sampler, uint64_t seed, size_t count, const uint8_t *label,
                                            struct sk_error *err);
void sk_sampler_free(struct sk_sampler *sampler);

/* The images of batch `step` (from 0). */
void sk_sampler_batch(struct sk_sampler *sampler, uint64_t step, size_t batch, uint32_t *index);

#endif
