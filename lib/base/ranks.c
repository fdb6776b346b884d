#include "base/ranks.h"

static size_t count_of(const struct sk_ranks *ranks)
{
    return ranks ? ranks->count : 1;
}

void sk_ranks_gather_int(struct sk_ranks *ranks, int value, int *values)
{
    size_t bytes[SK_MAX_RANKS];
    for (size_t r = 0; r < count_of(ranks); r++)
        bytes[r] = sizeof value;
    values[0] = value;
    if (ranks)
        ranks->gather(ranks, &value, bytes, values);
}

int sk_ranks_greatest(struct sk_ranks *ranks, int value)
{
    int values[SK_MAX_RANKS], greatest = value;
    sk_ranks_gather_int(ranks, value, values);
    for (size_t r = 0; r < count_of(ranks); r++)
        greatest = values[r] > greatest ? values[r] : greatest;
    return greatest;
}

int sk_ranks_agree(struct sk_ranks *ranks, int failed, struct sk_error *err)
{
    int values[SK_MAX_RANKS];
    size_t first = 0, bytes[SK_MAX_RANKS] = {0};
    sk_ranks_gather_int(ranks, failed != 0, values);
    while (first < count_of(ranks) && !values[first])
        first++;
    if (first == count_of(ranks))
        return 0;
    if (ranks) {
        const struct sk_error own = *err;
        bytes[first] = sizeof own;
        ranks->gather(ranks, &own, bytes, err);
    }
    return -1;
}

void sk_ranks_broadcast(struct sk_ranks *ranks, void *data, size_t bytes)
{
    if (ranks)
        ranks->broadcast(ranks, data, bytes);
}
