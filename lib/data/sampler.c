#include "data/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/streams.h"

enum { LABELS = UINT8_MAX + 1, EPOCH_BITS = 40 };

static void shuffle(struct sk_sampler *s, size_t class, uint64_t epoch)
{
    struct sk_sampler_class *c = &s->class[class];
    struct sk_random random;
    sk_random_init(&random, s->seed, sk_stream(SK_STREAM_SHUFFLE, (uint64_t)class << EPOCH_BITS | epoch));
    memcpy(s->order + c->first, s->member + c->first, c->count * sizeof *s->order);
    sk_random_shuffle(&random, s->order + c->first, c->count);
    c->epoch = epoch;
}

static int allocate(struct sk_sampler *s, size_t count, struct sk_error *err)
{
    s->class = sk_alloc(s->classes, sizeof *s->class, err);
    s->member = s->class ? sk_alloc(count, sizeof *s->member, err) : NULL;
    s->order = s->member ? sk_alloc(count, sizeof *s->order, err) : NULL;
    return s->order ? 0 : -1;
}

/* Label NULL: all are of one class. */
static void list_members(struct sk_sampler *s, size_t count, const uint8_t *label, const size_t images[LABELS])
{
    size_t first = 0, class = 0;
    for (size_t l = 0; l < LABELS; l++) {
        if (images[l] == 0)
            continue;
        s->class[class] = (struct sk_sampler_class){.first = first, .count = images[l]};
        for (size_t i = 0; i < count; i++)
            if (!label || label[i] == l)
                s->member[first++] = (uint32_t)i;
        shuffle(s, class++, 0);
    }
}

int sk_sampler_start_balanced(struct sk_sampler *sampler, uint64_t seed, size_t count, const uint8_t *label, struct sk_error *err)
{
    size_t images[LABELS] = {0};
    for (size_t i = 0; i < count; i++)
        images[label ? label[i] : 0]++;
    *sampler = (struct sk_sampler){.seed = seed};
    for (size_t l = 0; l < LABELS; l++)
        sampler->classes += images[l] > 0;
    if (allocate(sampler, count, err)) {
        sk_sampler_free(sampler);
        return -1;
    }
    list_members(sampler, count, label, images);
    return 0;
}

int sk_sampler_start(struct sk_sampler *sampler, uint64_t seed, size_t count, struct sk_error *err)
{
    return sk_sampler_start_balanced(sampler, seed, count, NULL, err);
}

void sk_sampler_free(struct sk_sampler *sampler)
{
    free(sampler->class);
    free(sampler->member);
    free(sampler->order);
    *sampler = (struct sk_sampler){0};
}

void sk_sampler_batch(struct sk_sampler *sampler, uint64_t step, size_t batch, uint32_t *index)
{
    for (size_t i = 0; i < batch; i++) {
        const uint64_t k = step * batch + i, turn = k / sampler->classes;
        const size_t class = (size_t)(k % sampler->classes);
        const struct sk_sampler_class *c = &sampler->class[class];
        if (turn / c->count != c->epoch)
            shuffle(sampler, class, turn / c->count);
        index[i] = sampler->order[c->first + turn % c->count];
    }
}
