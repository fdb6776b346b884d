#ifndef SK_BASE_SHARE_H
#define SK_BASE_SHARE_H

#include "base/micro_batch.h"
#include "base/ranks.h"

/* A batch shared over ranks: each has a run of its micro-batches (base/micro_batch.h), as equal as whole ones can be.

   A pass may be over several parts, batches of as many images (of a GAN the real and the generated ones), which lie behind one another:
   a rank has its run of each. The tree over all has the leaves of all parts; what of it a rank can sum alone, the largest nodes
   within its runs, are its nodes. */
struct sk_node {
    size_t first, leaves; /* of the tree */
    size_t image, images; /* among those of the rank that has it */
    size_t place;         /* among all nodes, as a gather puts them: rank by rank */
};

/* Of passes over so many parts. */
struct sk_share_plan {
    size_t leaves;                      /* of the tree */
    size_t nodes, all_nodes;            /* of this rank; of all */
    struct sk_node *node, *in_order;    /* this rank's; all, in the order of the tree */
    size_t *of_rank;                    /* [ranks]: how many each has */
};

enum { SK_SHARE_PLANS = 3 }; /* of 1, 2 and 4 parts */

struct sk_share {
    struct sk_ranks *ranks;
    size_t images;       /* of a part, on all ranks together */
    size_t first, count; /* of these this rank's */
    size_t *bytes[2];    /* [ranks] */
    struct sk_share_plan plan[SK_SHARE_PLANS];
};

/* Shares batches of so many images; more than one part there is only where that is a multiple of SK_MICRO_BATCH. 0, or -1 with err: more ranks than micro-batches, or memory. sk_share_free in either case. */
SK_MUST_CHECK int sk_share_start(struct sk_share *share, struct sk_ranks *ranks, size_t images, struct sk_error *err);
void sk_share_free(struct sk_share *share);

/* Of 1, 2 or 4 parts. */
const struct sk_share_plan *sk_share_plan(const struct sk_share *share, size_t parts);

/* What ranks have of each of their images, `size` bytes, gathered: all [parts][images], of mine [parts][count]. Other memory. */
void sk_share_gather(const struct sk_share *share, size_t parts, size_t size, const void *mine, void *all);

/* The same of each node: all [place]. */
void sk_share_gather_nodes(const struct sk_share *share, size_t parts, size_t size, const void *mine, void *all);

/* The other way: the run of each part. */
void sk_share_take(const struct sk_share *share, size_t parts, size_t size, const void *all, void *mine);

/* Sums vectors up the tree: of each of this rank's nodes one, node i's at vector[i], of so many values; the sum comes to be in
   vector[0]. Each rank sums a slice of what all have of it, and gives it to all. workspace: floats, of sk_share_workspace. */
void sk_share_sum(const struct sk_share *share, size_t parts, float *const *vector, size_t values, float *workspace, int jobs);
size_t sk_share_workspace(const struct sk_share *share, size_t parts);

#endif
