/* Two classifiers on the same images. */
#include "sample.h"

#include "stat/compare.h"
#include "stat/roc.h"

/* 36 both, 12 only the one, 2 only the other: the interval published for method 10, either way round. */
static void the_published_example(void **state)
{
    (void)state;
    struct sk_interval i = sk_newcombe(36, 2, 12, 0);
    close_to(i.low, 0.0569, 5e-5);
    close_to(i.high, 0.3404, 5e-5);
    i = sk_newcombe(36, 12, 2, 0);
    close_to(i.low, -0.3404, 5e-5);
    close_to(i.high, -0.0569, 5e-5);
}

/* Without correlation the squares of the two one-sided widths add up. */
static void newcombes_limits(void **state)
{
    (void)state;
    struct sk_interval one = sk_wilson(10, 10), none = sk_wilson(0, 10), i = sk_newcombe(0, 0, 10, 0);
    close_to(i.low, 1 - sqrt(pow(1 - one.low, 2) + pow(none.high, 2)), 1e-12);
    close_to(i.high, 1, 1e-12);
    i = sk_newcombe(5, 0, 0, 5);
    close_to(i.low, -i.high, 1e-12);
    assert_true(i.high > 0 && i.high < 0.35);
    assert_true(isnan(sk_newcombe(0, 0, 0, 0).low));
}

/* The true difference lies in 95 % of the intervals, over samples of 60 pairs. */
static void coverage(void **state)
{
    (void)state;
    enum { SAMPLES = 1000, PAIRS = 60 };
    double covered = 0;
    for (uint64_t s = 0; s < SAMPLES; s++) {
        struct sk_random random;
        double cell[4] = {0, 0, 0, 0};
        sk_random_init(&random, 7, s);
        for (int i = 0; i < PAIRS; i++) {
            double u = sk_random_uniform(&random);
            cell[u < 0.6 ? 0 : u < 0.7 ? 1 : u < 0.9 ? 2 : 3]++;
        }
        struct sk_interval i = sk_newcombe(cell[0], cell[1], cell[2], cell[3]);
        covered += i.low <= 0.1 && 0.1 <= i.high;
    }
    close_to(covered / SAMPLES, 0.955, 0.02);
}

static void the_four_comparisons(void **state)
{
    (void)state;
    struct sk_scored a = spelt("0246813579", "0000011111", "0010101101"), b = spelt("0123456789", "0000011111", "0000111111");
    struct sk_comparison c[SK_COMPARISONS];
    struct sk_error err;
    assert_int_equal(sk_compare(&a, &b, c, &err), 0);
    close_to(c[0].a, 15 / 25.0, 1e-15); /* 1 > 0; 3 > 0, 2; 5 > 0, 2, 4; and so on */
    close_to(c[0].b, 1, 1e-15);
    close_to(c[0].difference, 1 - 15 / 25.0, 1e-15);
    close_to(c[1].a, 0.6, 1e-15);
    close_to(c[1].b, 0.9, 1e-15);
    close_to(c[1].difference, 0.3, 1e-15);
    close_to(c[1].p, 0.25, 1e-12); /* three right by b alone, none by a alone: 2 / 2^3 */
    close_to(c[2].a, 0.6, 1e-15);
    close_to(c[2].b, 1, 1e-15);
    close_to(c[3].a, 0.6, 1e-15);
    close_to(c[3].b, 0.8, 1e-15);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

static void equal_classifiers(void **state)
{
    (void)state;
    struct sk_scored s = sample(3, 70, 20, 0.5);
    struct sk_comparison c[SK_COMPARISONS];
    struct sk_error err;
    assert_int_equal(sk_compare(&s, &s, c, &err), 0);
    for (int i = 0; i < SK_COMPARISONS; i++)
        assert_true(c[i].difference == 0 && c[i].a == c[i].b);
    assert_true(isnan(c[0].p) && isnan(c[0].interval.low));
    assert_true(c[1].p == 1 && c[1].interval.low < 0 && c[1].interval.high > 0);
    sk_scored_free(&s);
}

/* Under the hypothesis that both are alike, one p in twenty is below 0.05. */
static void the_tests_level(void **state)
{
    (void)state;
    enum { SAMPLES = 500 };
    double found = 0;
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct sk_scored a = sample(seed, 80, 1000, 0.5), b = sample(seed, 80, 1000, 0.5);
        struct sk_random random;
        struct sk_comparison c[SK_COMPARISONS];
        struct sk_error err;
        sk_random_init(&random, seed, 1);
        for (size_t i = 0; i < 80; i++) /* a and b are one score with noise of their own */
            for (int k = 0; k < 2; k++)
                (k ? a.score : b.score)[i] += 0.2 * sk_random_normal(&random);
        assert_int_equal(sk_compare(&a, &b, c, &err), 0);
        found += c[0].p < 0.05;
        sk_scored_free(&a);
        sk_scored_free(&b);
    }
    close_to(found / SAMPLES, 0.05, 0.03); /* three standard errors */
}

static void one_class(void **state)
{
    (void)state;
    struct sk_scored a = spelt("12", "11", "01"), b = spelt("23", "11", "11");
    struct sk_comparison c[SK_COMPARISONS];
    struct sk_error err;
    assert_int_equal(sk_compare(&a, &b, c, &err), 0);
    assert_true(isnan(c[0].a) && isnan(c[0].p) && isnan(c[3].a) && isnan(c[3].p));
    close_to(c[2].difference, 0.5, 0);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example), cmocka_unit_test(newcombes_limits), cmocka_unit_test(coverage),
        cmocka_unit_test(the_four_comparisons), cmocka_unit_test(equal_classifiers), cmocka_unit_test(the_tests_level),
        cmocka_unit_test(one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
