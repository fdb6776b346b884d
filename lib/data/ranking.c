#include "data/ranking.h"

/* Lets the element at `hole` sink to where none below it comes before it. */
static void sink(struct sk_ranked *heap, size_t n, size_t hole)
{
    const struct sk_ranked moved = heap[hole];
    for (size_t child; (child = 2 * hole + 1) < n; hole = child) {
        if (child + 1 < n && sk_ranks_before(&heap[child + 1], &heap[child]))
            child++;
        if (!sk_ranks_before(&heap[child], &moved))
            break;
        heap[hole] = heap[child];
    }
    heap[hole] = moved;
}

void sk_ranking_start(struct sk_ranked *heap, size_t n)
{
    for (size_t k = n / 2; k-- > 0;)
        sink(heap, n, k);
}

struct sk_ranked sk_ranking_next(struct sk_ranked *heap, size_t *n)
{
    const struct sk_ranked top = heap[0];
    heap[0] = heap[--*n];
    if (*n > 0)
        sink(heap, *n, 0);
    return top;
}
