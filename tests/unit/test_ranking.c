/* Taking the best of many, one by one, against sorting them all. */
#include "sample.h"

#include "data/ranking.h"

static int by_rank(const void *left, const void *right)
{
    return sk_ranks_before(left, right) ? -1 : sk_ranks_before(right, left);
}

/* Of 0 to 70, with ties and infinities, in any order. */
static void order(void **state)
{
    (void)state;
    enum { MOST = 70 };
    struct sk_random random;
    sk_random_init(&random, 1, 0);
    for (size_t n = 0; n <= MOST; n++) {
        struct sk_ranked heap[MOST], sorted_all[MOST];
        for (size_t k = 0; k < n; k++) {
            double level = floor(12 * sk_random_uniform(&random));
            heap[k] = sorted_all[k] = (struct sk_ranked){level > 10 ? -INFINITY : (float)level, (k * 37) % 71};
        }
        qsort(sorted_all, n, sizeof *sorted_all, by_rank);
        sk_ranking_start(heap, n);
        size_t left = n;
        for (size_t k = 0; k < n; k++) {
            struct sk_ranked next = sk_ranking_next(heap, &left);
            assert_true(next.score == sorted_all[k].score);
            assert_int_equal(next.index, sorted_all[k].index);
            assert_int_equal(left, n - 1 - k);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
