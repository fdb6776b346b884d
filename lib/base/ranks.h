#ifndef SK_BASE_RANKS_H
#define SK_BASE_RANKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Processes that do one thing together, each of which has a number, its rank; rank 0 speaks for all. All of them call what stands
   here in the same order, with sizes that all of them know; who calls waits for the others. What a rank sends arrives: where one has
   died, whoever started them ends the others. */
struct sk_ranks {
    size_t rank, count;
    size_t here;   /* of them on this one's machine */
    uint64_t sent; /* bytes that this one has sent to others; of a broadcast to all, those of one */
    void *self;    /* the functions' own */

    /* all = what each rank has, bytes[r] of rank r, behind one another. mine may lie where it comes to lie. */
    void (*gather)(struct sk_ranks *ranks, const void *mine, const size_t *bytes, void *all);
    /* Each rank gives each one something else: to[r] bytes of what lies at `out`, one behind the other, go to rank r; from[r] bytes
       come from it, in the order of ranks, to `in`, which is other memory. */
    void (*exchange)(struct sk_ranks *ranks, const void *out, const size_t *to, void *in, const size_t *from);
    /* data [bytes] is what rank 0 has there. */
    void (*broadcast)(struct sk_ranks *ranks, void *data, size_t bytes);
};

enum { SK_MAX_RANKS = 4096 }; /* micro-batches of the largest batch */

/* Joins the ranks that this process was started among, by MPI, with main's ARGV; NULL with *ranks where this program was built without
   (then all below takes NULL for one that is alone). 0, or -1 with err. */
SK_MUST_CHECK int sk_ranks_start(struct sk_ranks **ranks, int *argc, char ***argv, struct sk_error *err);

/* To be called by all before they end. */
void sk_ranks_stop(struct sk_ranks *ranks);

static inline int sk_ranks_first(const struct sk_ranks *ranks)
{
    return !ranks || ranks->rank == 0;
}

/* Where something has failed on one rank it has on all: 0 where failed is 0 everywhere, else -1 with err that of the first of those. */
SK_MUST_CHECK int sk_ranks_agree(struct sk_ranks *ranks, int failed, struct sk_error *err);

/* The greatest of what the ranks give, and that of each. */
int sk_ranks_greatest(struct sk_ranks *ranks, int value);
void sk_ranks_gather_int(struct sk_ranks *ranks, int value, int *values);

/* As ranks->broadcast; alone nothing. */
void sk_ranks_broadcast(struct sk_ranks *ranks, void *data, size_t bytes);

#endif
