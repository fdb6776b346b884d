/* Sums over a batch's micro-batches: the tree against its definition, and the same bits however the leaves are shared out. */
#include "base/micro_batch.h"
#include "base/random.h"
#include "check.h"

enum { VALUES = 5, MOST = 40 };

static float leaf[MOST][VALUES];

/* Numbers of many sizes, so that another order of the sum shows. */
static void draw_leaves(void)
{
    struct sk_random random;
    sk_random_init(&random, 1, 0);
    for (size_t i = 0; i < MOST; i++)
        for (size_t v = 0; v < VALUES; v++)
            leaf[i][v] = (float)ldexp(sk_random_normal(&random), (int)(i * 7 % 11));
}

static float defined(size_t first, size_t n, size_t v)
{
    if (n == 1)
        return leaf[first][v];
    const size_t split = sk_tree_split(n);
    return defined(first, split, v) + defined(first + split, n - split, v);
}

static void expect_root(const struct sk_tree_sum *sum, size_t leaves)
{
    assert_int_equal(sum->nodes, 1);
    assert_int_equal(sum->node[0], leaves);
    assert_ptr_equal(sk_tree_node(sum, 0), sum->result);
    for (size_t v = 0; v < VALUES; v++)
        assert_true(sum->result[v] == defined(0, leaves, v));
}

/* What the holder of leaves [first, end) has at last. The vectors that it needs are no more than promised. */
static void sum_run(struct sk_tree_sum *sum, size_t leaves, size_t first, size_t end, float *result, float *stack)
{
    const size_t vectors = sk_tree_levels(leaves) * (first == 0 ? 1 : 2);
    sk_tree_start(sum, leaves, first, VALUES, result, stack);
    for (size_t i = first; i < end; i++) {
        assert_true(sum->nodes <= vectors);
        memcpy(sk_tree_node(sum, sum->nodes), leaf[i], sizeof leaf[i]);
        sk_tree_push(sum, 1, 1);
    }
}

static void splits(void **state)
{
    (void)state;
    static const size_t want[] = {1, 2, 2, 4, 4, 4, 4, 8, 8};
    static const size_t levels[] = {0, 0, 1, 2, 2, 3, 3, 3, 3, 4};
    for (size_t n = 2; n < 2 + COUNT_OF(want); n++)
        assert_int_equal(sk_tree_split(n), want[n - 2]);
    for (size_t n = 0; n < COUNT_OF(levels); n++)
        assert_int_equal(sk_tree_levels(n), levels[n]);
    assert_int_equal(sk_tree_levels(SIZE_MAX), 64);
    assert_int_equal(sk_tree_split(SIZE_MAX), SIZE_MAX / 2 + 1);
}

static void micro_batches(void **state)
{
    (void)state;
    assert_int_equal(sk_micro_batches(0), 0);
    for (size_t images = 1; images < 100; images++) {
        size_t all = 0;
        for (size_t k = 0; k < sk_micro_batches(images); k++) {
            assert_in_range(sk_micro_batch_images(k, images), 1, SK_MICRO_BATCH);
            all += sk_micro_batch_images(k, images);
        }
        assert_int_equal(all, images);
    }
    assert_int_equal(sk_micro_batches(SIZE_MAX), SIZE_MAX / SK_MICRO_BATCH + 1);
}

static void one_holder(void **state)
{
    (void)state;
    float result[VALUES], stack[6][VALUES];
    struct sk_tree_sum sum;
    for (size_t leaves = 1; leaves <= MOST; leaves++) {
        sum_run(&sum, leaves, 0, leaves, result, stack[0]);
        expect_root(&sum, leaves);
    }
}

/* A sum that is put by after every leaf. */
static void resumed(void **state)
{
    (void)state;
    float result[VALUES], stack[6][VALUES];
    for (size_t leaves = 1; leaves <= MOST; leaves++) {
        struct sk_tree_sum sum;
        for (size_t i = 0; i < leaves; i++) {
            sk_tree_start(&sum, leaves, 0, VALUES, result, stack[0]);
            sk_tree_resume(&sum, i);
            memcpy(sk_tree_node(&sum, sum.nodes), leaf[i], sizeof leaf[i]);
            sk_tree_push(&sum, 1, 1);
        }
        expect_root(&sum, leaves);
        sk_tree_resume(&sum, leaves);
        expect_root(&sum, leaves);
    }
}

/* Two and three holders of every run that there is; the first takes what the others send. */
static void join_holders(size_t leaves, size_t b, size_t c)
{
    float result[3][VALUES], stack[3][12][VALUES];
    struct sk_tree_sum holder[3];
    const size_t first[] = {0, b, c, leaves};
    for (size_t h = 0; h < 3; h++)
        sum_run(&holder[h], leaves, first[h], first[h + 1], result[h], stack[h][0]);
    for (size_t h = 1; h < 3; h++)
        for (size_t i = 0; i < holder[h].nodes; i++) {
            assert_true(holder->nodes <= 2 * sk_tree_levels(leaves));
            memcpy(sk_tree_node(holder, holder->nodes), sk_tree_node(&holder[h], i), sizeof result[h]);
            sk_tree_push(holder, holder[h].node[i], 1);
        }
    expect_root(holder, leaves);
}

static void any_holders(void **state)
{
    (void)state;
    for (size_t leaves = 1; leaves <= MOST; leaves++)
        for (size_t b = 0; b <= leaves; b++)
            for (size_t c = b; c <= leaves; c++)
                join_holders(leaves, b, c);
}

static void equal_powers_of_two_send_one(void **state)
{
    (void)state;
    float result[VALUES], stack[12][VALUES];
    struct sk_tree_sum sum;
    for (size_t first = 0; first < 32; first += 8) {
        sum_run(&sum, 32, first, first + 8, result, stack[0]);
        assert_int_equal(sum.nodes, 1);
    }
}

/* Finer leaves: a micro-batch is a node of their tree, the last, short one too. */
static void finer_leaves(void **state)
{
    (void)state;
    enum { FINER = 4 };
    for (size_t leaves = 1; leaves <= MOST; leaves++) {
        float coarse[VALUES], part[VALUES], result[VALUES], stack[12][VALUES], parts[12][VALUES];
        struct sk_tree_sum sum, own;
        sum_run(&sum, leaves, 0, leaves, result, stack[0]);
        const size_t micro_batches = (leaves + FINER - 1) / FINER;
        struct sk_tree_sum above;
        sk_tree_start(&above, micro_batches, 0, VALUES, coarse, stack[0]);
        for (size_t first = 0; first < leaves; first += FINER) {
            sum_run(&own, leaves, first, first + FINER < leaves ? first + FINER : leaves, part, parts[0]);
            assert_int_equal(own.nodes, 1);
            memcpy(sk_tree_node(&above, above.nodes), part, sizeof part);
            sk_tree_push(&above, 1, 1);
        }
        assert_memory_equal(coarse, result, sizeof result);
    }
}

/* Long vectors on several threads. */
static void threads(void **state)
{
    (void)state;
    enum { LONG = 30011, LEAVES = 5 };
    float *memory = block(4 * LONG, sizeof *memory), want[LEAVES];
    struct sk_tree_sum sum;
    for (int jobs = 1; jobs <= 3; jobs++) {
        sk_tree_start(&sum, LEAVES, 0, LONG, memory, memory + LONG);
        for (size_t i = 0; i < LEAVES; i++) {
            float *to = sk_tree_node(&sum, sum.nodes);
            for (size_t v = 0; v < LONG; v++)
                to[v] = leaf[i][v % VALUES];
            sk_tree_push(&sum, 1, jobs);
        }
        for (size_t v = 0; v < VALUES; v++)
            want[v] = defined(0, LEAVES, v);
        for (size_t v = 0; v < LONG; v++)
            assert_true(memory[v] == want[v % VALUES]);
    }
    free(memory);
}

int main(void)
{
    draw_leaves();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),      cmocka_unit_test(micro_batches),
        cmocka_unit_test(one_holder),  cmocka_unit_test(resumed),
        cmocka_unit_test(any_holders),
        cmocka_unit_test(equal_powers_of_two_send_one), cmocka_unit_test(finer_leaves),
        cmocka_unit_test(threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
