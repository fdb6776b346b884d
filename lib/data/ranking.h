#ifndef SK_DATA_RANKING_H
#define SK_DATA_RANKING_H

#include <stddef.h>

/* The best of many in order, where nobody wants them all: a heap, with the highest score on top, of equal ones the lowest index. */
struct sk_ranked {
    float score;
    size_t index;
};

/* Whether a comes before b. */
static inline int sk_ranks_before(const struct sk_ranked *a, const struct sk_ranked *b)
{
    return a->score != b->score ? a->score > b->score : a->index < b->index;
}

/* Makes a heap [n] of them, in any order; no score is NaN. */
void sk_ranking_start(struct sk_ranked *heap, size_t n);

/* Takes the top off a heap of *n, which is to be above 0. */
struct sk_ranked sk_ranking_next(struct sk_ranked *heap, size_t *n);

#endif
