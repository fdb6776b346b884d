#include "data/sampler.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/streams.h"

static void shuffle(struct sk_sampler *s, uint64_t epoch)
{
    struct sk_random random;
    sk_random_init(&random, s->seed, sk_stream(SK_STREAM_SHUFFLE, epoch));
    for (size_t i = 0; i < s->count; i++)
        s->order[i] = (uint32_t)i;
    sk_random_shuffle(&random, s->order, s->count);
    s->epoch = epoch;
}

int sk_sampler_start(struct sk_sampler *sampler, uint64_t seed, size_t count, struct sk_error *err)
{
    *sampler = (struct sk_sampler){.seed = seed, .count = count};
    sampler->order = sk_alloc(count, sizeof *sampler->order, err);
    if (!sampler->order)
        return -1;
    shuffle(sampler, 0);
    return 0;
}

void sk_sampler_free(struct sk_sampler *sampler)
{
    free(sampler->order);
    sampler->order = NULL;
}

void sk_sampler_batch(struct sk_sampler *sampler, uint64_t step, size_t batch, uint32_t *index)
{
    for (size_t i = 0; i < batch; i++) {
        uint64_t k = step * batch + i, epoch = k / sampler->count;
        if (epoch != sampler->epoch)
            shuffle(sampler, epoch);
        index[i] = sampler->order[k % sampler->count];
    }
}
