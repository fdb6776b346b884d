#ifndef SK_TESTS_FAKE_RANKS_H
#define SK_TESTS_FAKE_RANKS_H

/* Ranks that are threads of one process. */

#include <pthread.h>

#include "base/ranks.h"
#include "check.h"

enum { FAKE_RANKS = 8 };

struct fake_ranks {
    size_t count;
    pthread_barrier_t barrier;
    const void *given[FAKE_RANKS];
    const size_t *sizes[FAKE_RANKS];
    struct sk_ranks rank[FAKE_RANKS];
};

static inline size_t fake_place(const size_t *bytes, size_t rank)
{
    size_t place = 0;
    for (size_t r = 0; r < rank; r++)
        place += bytes[r];
    return place;
}

static inline void fake_copy(void *to, const void *from, size_t bytes)
{
    if (to != from && bytes > 0)
        memcpy(to, from, bytes);
}

static inline void fake_gather(struct sk_ranks *ranks, const void *mine, const size_t *bytes, void *all)
{
    struct fake_ranks *fake = ranks->self;
    fake->given[ranks->rank] = mine;
    pthread_barrier_wait(&fake->barrier);
    for (size_t r = 0; r < fake->count; r++)
        fake_copy((char *)all + fake_place(bytes, r), fake->given[r], bytes[r]);
    pthread_barrier_wait(&fake->barrier);
}

static inline void fake_exchange(struct sk_ranks *ranks, const void *out, const size_t *to, void *in, const size_t *from)
{
    struct fake_ranks *fake = ranks->self;
    fake->given[ranks->rank] = out;
    fake->sizes[ranks->rank] = to;
    pthread_barrier_wait(&fake->barrier);
    for (size_t r = 0; r < fake->count; r++) {
        assert_int_equal(fake->sizes[r][ranks->rank], from[r]);
        fake_copy((char *)in + fake_place(from, r), (const char *)fake->given[r] + fake_place(fake->sizes[r], ranks->rank), from[r]);
    }
    pthread_barrier_wait(&fake->barrier);
}

static inline void fake_broadcast(struct sk_ranks *ranks, void *data, size_t bytes)
{
    struct fake_ranks *fake = ranks->self;
    fake->given[ranks->rank] = data;
    pthread_barrier_wait(&fake->barrier);
    fake_copy(data, fake->given[0], bytes);
    pthread_barrier_wait(&fake->barrier);
}

/* Runs work(rank, context) on so many ranks at a time. */
static inline void run_ranks(size_t count, void *(*work)(void *), void *context, size_t size)
{
    struct fake_ranks fake = {.count = count};
    pthread_t thread[FAKE_RANKS];
    pthread_barrier_init(&fake.barrier, NULL, (unsigned)count);
    for (size_t r = 0; r < count; r++) {
        fake.rank[r] = (struct sk_ranks){.rank = r, .count = count, .here = count, .self = &fake, .gather = fake_gather,
                                         .exchange = fake_exchange, .broadcast = fake_broadcast};
        struct sk_ranks **first = (struct sk_ranks **)(void *)((char *)context + r * size); /* each context's first member */
        *first = &fake.rank[r];
        assert_int_equal(pthread_create(&thread[r], NULL, work, first), 0);
    }
    for (size_t r = 0; r < count; r++)
        pthread_join(thread[r], NULL);
    pthread_barrier_destroy(&fake.barrier);
}

#endif
