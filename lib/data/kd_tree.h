#ifndef SK_DATA_KD_TREE_H
#define SK_DATA_KD_TREE_H

#include <stddef.h>

#include "base/error.h"
#include "base/product.h"

/* Vectors, none longer than 1, to find those whose products with others are the greatest without all products: a k-d tree (Friedman,
   Bentley and Finkel 1977, "An algorithm for finding best matches in logarithmic expected time") over their points, which are the
   first values of each and the length of all that follow. Two vectors are at least as far apart as their points, and a b is
   (a^2 + b^2 - |a - b|^2) / 2: so no product of a vector with those of a leaf is above half of 1 plus its square less the
   squared distance of its point from the box that the leaf's lie in. */
enum { SK_KD_LEAF = 64 /* vectors, but for the last leaf */, SK_KD_MOST_LEAD = 15 };

struct sk_kd_tree {
    size_t values, lead; /* of a vector, and the first of them that are its point's */
    size_t most;         /* leaves that there is room for */
    size_t n, leaves;
    size_t *vector;      /* [n]: which ones, leaf by leaf */
    float *panels;       /* the leaves, each packed */
    float *low, *high;   /* [lead + 1][most]: their boxes */
};

/* Room for a tree of at most so many vectors. 0, or -1 with err; sk_kd_tree_free frees it after either. */
SK_MUST_CHECK int sk_kd_tree_new(struct sk_kd_tree *tree, size_t vectors, size_t values, size_t lead, struct sk_error *err);
void sk_kd_tree_free(struct sk_kd_tree *tree);

/* Makes it that of n vectors [n][values], instead of those before. 0, or -1 with err. */
SK_MUST_CHECK int sk_kd_tree_build(struct sk_kd_tree *tree, const float *vector, size_t n, struct sk_error *err);

/* Points [lead + 1][n] of n vectors. */
void sk_kd_tree_points(const struct sk_kd_tree *tree, const float *vector, size_t n, float *point);

/* bound [leaves]: the greatest that a product of any of n >= 1 vectors, of these points, with one of the leaf can be, up to rounding. */
void sk_kd_tree_bounds(const struct sk_kd_tree *tree, const float *point, size_t n, float *bound);

/* Which of n vectors, of these points, are in reach of a leaf: those whose bound there is above `least`. How many they are. */
size_t sk_kd_tree_reach(const struct sk_kd_tree *tree, size_t leaf, const float *point, size_t n, float least, size_t *which);

/* The vectors of a leaf, as sk_product_f32 multiplies with them, how many and which they are. */
struct sk_panels_f32 sk_kd_tree_leaf(const struct sk_kd_tree *tree, size_t leaf, size_t *count, const size_t **vector);

#endif
