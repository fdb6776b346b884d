#ifndef SK_BASE_MICRO_BATCH_H
#define SK_BASE_MICRO_BATCH_H

#include <stddef.h>

/* Sums over a batch of images, in an order that does not depend on who holds which of them.

   A batch is cut into micro-batches of SK_MICRO_BATCH images; the last may have fewer. What is summed over one of them is a
   leaf: whoever computes it has an order that depends on the layer's shape alone. Leaves are joined pairwise, neighbours first:

     tree(first, n) = tree(first, s) + tree(first + s, n - s)      s: the largest power of two below n (sk_tree_split)

   so that every node is of 2^k leaves from a multiple of 2^k on, or of what is left of these at the end. That is a binary counter,
   and the order in which one that holds all leaves joins them as they come, in memory for log2 of them.

   One that holds a run of consecutive leaves joins what lies in its run. What is left, the largest nodes within it (one, where
   the leaves are shared out in equal powers of two, and never more than 2 log2), is what it has to send; one that takes all
   runs' nodes in their order has the same bits as if it had had all leaves.

   A layer may cut a micro-batch into leaves of fewer images, a power of two each: micro-batches are then nodes of that tree. */
enum { SK_MICRO_BATCH = 16 };

/* Micro-batches of so many images, and the images that number k of them has. */
static inline size_t sk_micro_batches(size_t images)
{
    return images / SK_MICRO_BATCH + (images % SK_MICRO_BATCH != 0);
}

static inline size_t sk_micro_batch_images(size_t k, size_t images)
{
    const size_t left = images - k * SK_MICRO_BATCH;
    return left < SK_MICRO_BATCH ? left : SK_MICRO_BATCH;
}

/* The leaves of the left one of two nodes that a node of n > 1 leaves joins. */
size_t sk_tree_split(size_t n);

/* The same in images, of n > SK_MICRO_BATCH. */
static inline size_t sk_micro_batch_split(size_t n)
{
    return sk_tree_split(sk_micro_batches(n)) * SK_MICRO_BATCH;
}

/* ceil(log2(leaves)): how many nodes lie above a leaf at most. */
size_t sk_tree_levels(size_t leaves);

enum { SK_TREE_NODES = 128 };

/* A run of leaves, vectors of so many values, as it is summed. */
struct sk_tree_sum {
    size_t leaves, values;
    size_t next;                /* the leaf that comes next */
    size_t nodes;               /* that are not joined yet, in order */
    size_t node[SK_TREE_NODES]; /* the leaves that each has */
    float *result, *stack;      /* the first node's values, and the others' */
};

/* Begins the run from leaf `first` on, of a tree of so many leaves. The first node's values lie in result [values], the others'
   in stack: sk_tree_levels(leaves) vectors where the run begins with leaf 0, twice as many for any run. Both are the
   caller's, and contents do not matter. */
void sk_tree_start(struct sk_tree_sum *sum, size_t leaves, size_t first, size_t values, float *result, float *stack);

/* The sum as it stood after `done` leaves of a run from 0 on, whose nodes are still in place. */
void sk_tree_resume(struct sk_tree_sum *sum, size_t done);

/* Where node i's values lie; i = nodes: where those of the next leaf, or node of another's run, are to be written. */
float *sk_tree_node(const struct sk_tree_sum *sum, size_t i);

/* Adds the node of `count` leaves that was written there, and joins what can be. After the last leaf of a run from 0 on, result
   has the sum. Anything but a leaf or a node of the tree is a mistake of the program, which aborts. */
void sk_tree_push(struct sk_tree_sum *sum, size_t count, int jobs);

#endif
