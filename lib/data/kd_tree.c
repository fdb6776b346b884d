#include "data/kd_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/simd.h"

enum { BATCH = 128 }; /* leaves, or points, that are bounded at a time */

int sk_kd_tree_new(struct sk_kd_tree *tree, size_t vectors, size_t values, size_t lead, struct sk_error *err)
{
    const size_t most = vectors / SK_KD_LEAF + 1, boxes = sk_product(most, lead + 1);
    *tree = (struct sk_kd_tree){.values = values, .lead = lead, .most = most};
    tree->vector = sk_alloc(vectors, sizeof *tree->vector, err);
    tree->panels = tree->vector ? sk_alloc(sk_product(most, SK_KD_LEAF), values * sizeof *tree->panels, err) : NULL;
    tree->low = tree->panels ? sk_alloc(boxes, sizeof *tree->low, err) : NULL;
    tree->high = tree->low ? sk_alloc(boxes, sizeof *tree->high, err) : NULL;
    return tree->high ? 0 : -1;
}

void sk_kd_tree_free(struct sk_kd_tree *tree)
{
    free(tree->vector);
    free(tree->panels);
    free(tree->low);
    free(tree->high);
}

void sk_kd_tree_points(const struct sk_kd_tree *tree, const float *vector, size_t n, float *point)
{
    for (size_t i = 0; i < n; i++, vector += tree->values) {
        double square = 0;
        for (size_t k = 0; k < tree->lead; k++)
            point[k * n + i] = vector[k];
        for (size_t k = tree->lead; k < tree->values; k++)
            square += (double)vector[k] * (double)vector[k];
        point[tree->lead * n + i] = (float)sqrt(square);
    }
}

/* --- building --------------------------------------------------------------------------------------------------- */

struct key {
    float value;
    size_t vector;
};

static int by_value(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    return a->value != b->value ? (a->value > b->value ? 1 : -1) : (a->vector > b->vector) - (a->vector < b->vector);
}

/* How much some points vary along one axis: the sum of their squared deviations. */
static double spread(const float *along, const struct key *key, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++) {
        const double value = along[key[k].vector];
        sum += value;
        squares += value * value;
    }
    return squares - sum * sum / (double)n;
}

/* Sorts the keys of `leaves` leaves into them: halves them along the axis on which they vary most, and those halves again. */
static void split(const struct sk_kd_tree *tree, const float *point, struct key *key, size_t n, size_t leaves)
{
    const size_t half = leaves / 2 * SK_KD_LEAF;
    const float *along = point;
    double most = -1;
    if (leaves < 2)
        return;
    for (size_t axis = 0; axis <= tree->lead; axis++) {
        const double here = spread(point + axis * tree->n, key, n);
        if (here > most) {
            most = here;
            along = point + axis * tree->n;
        }
    }
    for (size_t k = 0; k < n; k++)
        key[k].value = along[key[k].vector];
    qsort(key, n, sizeof *key, by_value);
    split(tree, point, key, half, leaves / 2);
    split(tree, point, key + half, n - half, leaves - leaves / 2);
}

/* Packs a leaf, and puts its box about its points. */
static void close_leaf(struct sk_kd_tree *tree, size_t leaf, const float *vector, const float *point, float *row)
{
    const size_t first = leaf * SK_KD_LEAF, *which = tree->vector + first;
    const size_t count = tree->n - first < SK_KD_LEAF ? tree->n - first : SK_KD_LEAF;
    for (size_t k = 0; k < count; k++)
        memcpy(row + k * tree->values, vector + which[k] * tree->values, tree->values * sizeof *row);
    sk_product_f32(sk_simd_level())->pack(tree->values, count, row, 1, tree->values, tree->panels + first * tree->values);
    for (size_t axis = 0; axis <= tree->lead; axis++) {
        float low = INFINITY, high = -INFINITY;
        for (size_t k = 0; k < count; k++) {
            low = fminf(low, point[axis * tree->n + which[k]]);
            high = fmaxf(high, point[axis * tree->n + which[k]]);
        }
        tree->low[axis * tree->most + leaf] = low;
        tree->high[axis * tree->most + leaf] = high;
    }
}

int sk_kd_tree_build(struct sk_kd_tree *tree, const float *vector, size_t n, struct sk_error *err)
{
    float *point = sk_alloc(n, (tree->lead + 1) * sizeof *point, err);
    struct key *key = point ? sk_alloc(n, sizeof *key, err) : NULL;
    float *row = key ? sk_alloc(SK_KD_LEAF, tree->values * sizeof *row, err) : NULL;
    if (row) {
        tree->n = n;
        tree->leaves = (n + SK_KD_LEAF - 1) / SK_KD_LEAF;
        sk_kd_tree_points(tree, vector, n, point);
        for (size_t k = 0; k < n; k++)
            key[k].vector = k;
        split(tree, point, key, n, tree->leaves);
        for (size_t k = 0; k < n; k++)
            tree->vector[k] = key[k].vector;
        for (size_t leaf = 0; leaf < tree->leaves; leaf++)
            close_leaf(tree, leaf, vector, point, row);
    }
    free(point);
    free(key);
    free(row);
    return row ? 0 : -1;
}

/* --- searching -------------------------------------------------------------------------------------------------- */

/* Adds the squares of how far points lie outside boxes along an axis: one point and many boxes, or one box and many points. */
SK_SIMD static void add_to_boxes(float at, const float *restrict low, const float *restrict high, size_t boxes, float *restrict distance)
{
    for (size_t i = 0; i < boxes; i++) {
        const float below = low[i] - at, above = at - high[i], outside = below > above ? below : above;
        distance[i] += outside > 0 ? outside * outside : 0;
    }
}

SK_SIMD static void add_to_points(const float *restrict at, float low, float high, size_t points, float *restrict distance)
{
    for (size_t i = 0; i < points; i++) {
        const float below = low - at[i], above = at[i] - high, outside = below > above ? below : above;
        distance[i] += (outside > 0 ? outside * outside : 0) - at[i] * at[i];
    }
}

SK_SIMD static void keep_least(const float *restrict distance, float less, size_t count, float *restrict least)
{
    for (size_t i = 0; i < count; i++)
        least[i] = distance[i] - less < least[i] ? distance[i] - less : least[i];
}

/* Squared distances less the points' squares are what bounds are made of. */
static float bound_of(float distance)
{
    return (1 - distance) / 2;
}

void sk_kd_tree_bounds(const struct sk_kd_tree *tree, const float *point, size_t n, float *bound)
{
    for (size_t first = 0; first < tree->leaves; first += BATCH) {
        const size_t leaves = tree->leaves - first < BATCH ? tree->leaves - first : BATCH;
        float least[BATCH];
        for (size_t i = 0; i < leaves; i++)
            least[i] = INFINITY;
        for (size_t k = 0; k < n; k++) {
            float distance[BATCH] = {0}, square = 0;
            for (size_t axis = 0; axis <= tree->lead; axis++) {
                const float at = point[axis * n + k];
                add_to_boxes(at, tree->low + axis * tree->most + first, tree->high + axis * tree->most + first, leaves, distance);
                square += at * at;
            }
            keep_least(distance, square, leaves, least);
        }
        for (size_t i = 0; i < leaves; i++)
            bound[first + i] = bound_of(least[i]);
    }
}

size_t sk_kd_tree_reach(const struct sk_kd_tree *tree, size_t leaf, const float *point, size_t n, float least, size_t *which)
{
    size_t count = 0;
    for (size_t first = 0; first < n; first += BATCH) {
        const size_t points = n - first < BATCH ? n - first : BATCH;
        float distance[BATCH] = {0};
        for (size_t axis = 0; axis <= tree->lead; axis++)
            add_to_points(point + axis * n + first, tree->low[axis * tree->most + leaf], tree->high[axis * tree->most + leaf], points,
                          distance);
        for (size_t i = 0; i < points; i++)
            if (bound_of(distance[i]) > least)
                which[count++] = first + i;
    }
    return count;
}

struct sk_panels_f32 sk_kd_tree_leaf(const struct sk_kd_tree *tree, size_t leaf, size_t *count, const size_t **vector)
{
    const size_t first = leaf * SK_KD_LEAF;
    *vector = tree->vector + first;
    *count = tree->n - first < SK_KD_LEAF ? tree->n - first : SK_KD_LEAF;
    return (struct sk_panels_f32){tree->panels + first * tree->values, tree->values};
}
