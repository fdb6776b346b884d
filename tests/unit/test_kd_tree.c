/* The best products with vectors in a k-d tree, against all products. */
#include "sample.h"

#include <string.h>

#include "base/simd.h"
#include "data/kd_tree.h"

enum { VALUES = 20, LEAD = 5, MOST = 3 * SK_KD_LEAF + 7, QUERIES = 130 /* more than are bounded at a time */ };

/* Vectors of lengths up to 1, most of it in the first values; some are alike, every seventh is 0. */
static void draw(float *vector, size_t n, uint64_t stream)
{
    struct sk_random random;
    sk_random_init(&random, 3, stream);
    for (size_t i = 0; i < n; i++, vector += VALUES) {
        double square = 0, length = i % 7 ? 1 - 0.1 * (double)(i % 3) : 0;
        for (size_t k = 0; k < VALUES; k++) {
            vector[k] = (float)((sk_random_uniform(&random) - 0.5) / (double)(k + 1));
            square += (double)vector[k] * (double)vector[k];
        }
        for (size_t k = 0; k < VALUES; k++)
            vector[k] = (float)((double)vector[k] / sqrt(square) * length);
        if (i % 5 == 4)
            memcpy(vector, vector - VALUES, VALUES * sizeof *vector);
    }
}

/* Each vector stands in one leaf, and its product is that of all; none is above its leaf's bound. */
static void check_tree(const struct sk_kd_tree *tree, const float *vector, size_t n, const float *query)
{
    static float point[(LEAD + 1) * QUERIES], bound[MOST], product[QUERIES * SK_KD_LEAF];
    const struct sk_product_f32 *multiplier = sk_product_f32(sk_simd_level());
    bool seen[MOST] = {false};
    sk_kd_tree_points(tree, query, QUERIES, point);
    sk_kd_tree_bounds(tree, point, QUERIES, bound);
    for (size_t leaf = 0; leaf < tree->leaves; leaf++) {
        size_t count, reached[QUERIES];
        const size_t *which;
        const struct sk_panels_f32 panels = sk_kd_tree_leaf(tree, leaf, &count, &which);
        multiplier->multiply(QUERIES, count, VALUES, query, VALUES, panels, (struct sk_ending_f32){0}, product, SK_KD_LEAF);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[which[i]]);
            seen[which[i]] = true;
            for (size_t q = 0; q < QUERIES; q++) {
                double wanted = 0;
                for (size_t k = 0; k < VALUES; k++)
                    wanted += (double)query[q * VALUES + k] * (double)vector[which[i] * VALUES + k];
                assert_true(fabs((double)product[q * SK_KD_LEAF + i] - wanted) < 1e-6);
                assert_true(wanted < (double)bound[leaf] + 1e-6);
            }
        }
        /* Those in reach of any product, of all that may exceed a half, and of none. */
        assert_int_equal(sk_kd_tree_reach(tree, leaf, point, QUERIES, -INFINITY, reached), QUERIES);
        assert_int_equal(sk_kd_tree_reach(tree, leaf, point, QUERIES, bound[leaf] + 1e-6F, reached), 0);
        const size_t some = sk_kd_tree_reach(tree, leaf, point, QUERIES, 0.5F, reached);
        for (size_t q = 0, next = 0; q < QUERIES; q++) {
            if (next < some && reached[next] == q) {
                next++;
                continue;
            }
            for (size_t i = 0; i < count; i++)
                assert_true(product[q * SK_KD_LEAF + i] < 0.5F + 1e-6F);
        }
    }
    for (size_t i = 0; i < n; i++)
        assert_true(seen[i]);
}

/* Of no vector, one, a leaf's, one more, and several leaves': a tree is used again for fewer. */
static void bounds(void **state)
{
    (void)state;
    static float vector[MOST * VALUES], query[QUERIES * VALUES];
    const size_t size[] = {MOST, 2 * SK_KD_LEAF, SK_KD_LEAF + 1, SK_KD_LEAF, SK_KD_LEAF - 1, 1, 0};
    struct sk_kd_tree tree;
    struct sk_error err;
    draw(vector, MOST, 1);
    draw(query, QUERIES, 2);
    assert_int_equal(sk_kd_tree_new(&tree, MOST, VALUES, LEAD, &err), 0);
    for (size_t s = 0; s < sizeof size / sizeof *size; s++) {
        assert_int_equal(sk_kd_tree_build(&tree, vector, size[s], &err), 0);
        assert_int_equal(tree.leaves, (size[s] + SK_KD_LEAF - 1) / SK_KD_LEAF);
        check_tree(&tree, vector, size[s], query);
    }
    sk_kd_tree_free(&tree);
}

/* Leaves lie apart: of queries that are vectors of the tree most leaves are out of reach. */
static void far_leaves(void **state)
{
    (void)state;
    enum { MANY = 64 * SK_KD_LEAF };
    static float vector[MANY * VALUES], bound[MANY / SK_KD_LEAF], point[LEAD + 1];
    struct sk_kd_tree tree;
    struct sk_error err;
    size_t within = 0;
    draw(vector, MANY, 4);
    assert_int_equal(sk_kd_tree_new(&tree, MANY, VALUES, LEAD, &err), 0);
    assert_int_equal(sk_kd_tree_build(&tree, vector, MANY, &err), 0);
    for (size_t i = 1; i < MANY; i += 7) {
        sk_kd_tree_points(&tree, vector + i * VALUES, 1, point);
        sk_kd_tree_bounds(&tree, point, 1, bound);
        for (size_t leaf = 0; leaf < tree.leaves; leaf++)
            within += bound[leaf] > 0.95F;
    }
    assert_in_range(within, 1, MANY / 7 * (MANY / SK_KD_LEAF) / 4);
    sk_kd_tree_free(&tree);
}

static void no_memory(void **state)
{
    (void)state;
    struct sk_kd_tree tree;
    struct sk_error err;
    assert_int_equal(sk_kd_tree_new(&tree, SIZE_MAX / 8, VALUES, LEAD, &err), -1);
    sk_kd_tree_free(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bounds), cmocka_unit_test(far_leaves), cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
