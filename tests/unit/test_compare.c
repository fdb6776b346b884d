/* Two classifiers on the same images. */
#include "sample.h"

#include "base/memory.h"
#include "stat/compare.h"

static const struct sk_resampling resampling = {.replicates = 200, .seed = 1, .jobs = 2};

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

/* Sorts both and compares them. */
static void compare(struct sk_scored *a, struct sk_scored *b, struct sk_comparison c[SK_METRICS])
{
    struct sk_error err;
    *a = sorted(*a);
    *b = sorted(*b);
    assert_int_equal(sk_compare(a, b, &resampling, c, &err), 0);
}

static void figures_of_both(void **state)
{
    (void)state;
    struct sk_scored a = spelt("0246813579", "0000011111", "0010101101"), b = spelt("0123456789", "0000011111", "0000111111");
    struct sk_comparison c[SK_METRICS];
    compare(&a, &b, c);
    close_to(c[SK_AUC].a, 15 / 25.0, 1e-15); /* 1 > 0; 3 > 0, 2; 5 > 0, 2, 4; and so on */
    close_to(c[SK_AUC].b, 1, 1e-15);
    close_to(c[SK_AUC].difference, 1 - 15 / 25.0, 1e-15);
    close_to(c[SK_ACCURACY].a, 0.6, 1e-15);
    close_to(c[SK_ACCURACY].b, 0.9, 1e-15);
    close_to(c[SK_ACCURACY].difference, 0.3, 1e-15);
    close_to(c[SK_ACCURACY].p, 0.25, 1e-12); /* three right by b alone, none by a alone: 2 / 2^3 */
    close_to(c[SK_SENSITIVITY].a, 0.6, 1e-15);
    close_to(c[SK_SENSITIVITY].b, 1, 1e-15);
    close_to(c[SK_SPECIFICITY].a, 0.6, 1e-15);
    close_to(c[SK_SPECIFICITY].b, 0.8, 1e-15);
    close_to(c[SK_F1].difference, 10 / 11.0 - 6 / 10.0, 1e-15);
    close_to(c[SK_YOUDEN_J].b, 1, 1e-15);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

/* Also in another order of rows, and by groups. */
static void equal_classifiers(void **state)
{
    (void)state;
    for (int groups = 0; groups < 2; groups++) {
        struct sk_scored a = sample(3, 70, 20, 0.5), b = sample(3, 70, 20, 0.5);
        struct sk_comparison c[SK_METRICS];
        struct sk_error err;
        a.group = groups ? sk_alloc(70, sizeof *a.group, &err) : NULL;
        a.groups = groups ? 35 : 0;
        for (size_t i = 0; groups && i < 70; i++)
            a.group[i] = (uint32_t)(i / 2);
        compare(&a, &b, c);
        for (int i = 0; i < SK_METRICS; i++) {
            assert_true(c[i].difference == 0 && c[i].a == c[i].b);
            assert_true(c[i].interval.low == 0 && c[i].interval.high == 0 && c[i].p == 1);
        }
        sk_scored_free(&a);
        sk_scored_free(&b);
    }
}

/* The same ranks and predictions by other scores: areas are the same for certain, proportions as far as these images tell. */
static void equal_ranks(void **state)
{
    (void)state;
    struct sk_scored a = sample(3, 70, 20, 0.5), b = sample(3, 70, 20, 0.5);
    struct sk_comparison c[SK_METRICS];
    for (size_t i = 0; i < 70; i++)
        b.score[i] = b.score[i] / 2;
    compare(&a, &b, c);
    assert_true(c[SK_AUC].difference == 0 && c[SK_AUC].p == 1 && c[SK_AUC].interval.low == 0 && c[SK_AUC].interval.high == 0);
    assert_true(c[SK_ACCURACY].p == 1 && c[SK_ACCURACY].interval.low < 0 && c[SK_ACCURACY].interval.high > 0);
    assert_true(c[SK_BRIER].difference != 0);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

/* Under the hypothesis that both are alike, one p in twenty is below 0.05: of DeLong's test, and of the bootstrap's. */
static void the_tests_level(void **state)
{
    (void)state;
    enum { SAMPLES = 500 };
    double found = 0, resampled = 0;
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct sk_scored a = sample(seed, 80, 1000, 0.5), b = sample(seed, 80, 1000, 0.5);
        struct sk_random random;
        struct sk_comparison c[SK_METRICS];
        sk_random_init(&random, seed, 1);
        for (size_t i = 0; i < 80; i++) /* a and b are one score with noise of their own */
            for (int k = 0; k < 2; k++)
                (k ? a.score : b.score)[i] += 0.2 * sk_random_normal(&random);
        compare(&a, &b, c);
        found += c[SK_AUC].p < 0.05;
        resampled += c[SK_BRIER].p < 0.05;
        if (fabs(c[SK_BRIER].p - 0.05) > 0.02) /* at 200 replicates the ends are between two of them */
            assert_int_equal(c[SK_BRIER].p < 0.05, c[SK_BRIER].interval.low > 0 || c[SK_BRIER].interval.high < 0);
        sk_scored_free(&a);
        sk_scored_free(&b);
    }
    close_to(found / SAMPLES, 0.05, 0.03); /* three standard errors */
    close_to(resampled / SAMPLES, 0.06, 0.04);
}

/* Twice each image, in groups of two, tells no more than once. */
static void groups_are_drawn_as_wholes(void **state)
{
    (void)state;
    enum { N = 40 };
    struct sk_scored a = sample(1, N, 30, 0.5), b = sample(2, N, 30, 0.5), twice[2];
    struct sk_comparison once[SK_METRICS], c[SK_METRICS];
    struct sk_error err;
    memcpy(b.truth, a.truth, N);
    a.group = sk_alloc(N, sizeof *a.group, &err);
    a.groups = N;
    for (int side = 0; side < 2; side++) {
        const struct sk_scored *from = side ? &b : &a;
        assert_int_equal(sk_scored_alloc(&twice[side], 2 * N, &err), 0);
        for (size_t i = 0; i < 2 * N; i++) {
            twice[side].score[i] = from->score[i % N];
            twice[side].truth[i] = from->truth[i % N];
            twice[side].predicted[i] = from->predicted[i % N];
        }
    }
    twice[0].group = sk_alloc(2 * N, sizeof *a.group, &err);
    twice[0].groups = N;
    for (size_t i = 0; i < 2 * N; i++)
        twice[0].group[i] = a.group[i % N] = (uint32_t)(i % N);
    compare(&a, &b, once);
    compare(&twice[0], &twice[1], c);
    for (int i = SK_ACCURACY; i < SK_BRIER; i++) {
        close_to(c[i].difference, once[i].difference, 1e-12);
        close_to(c[i].interval.low, once[i].interval.low, 1e-12);
        close_to(c[i].interval.high, once[i].interval.high, 1e-12);
        close_to(c[i].p, once[i].p, 1e-12);
    }
    for (int side = 0; side < 2; side++)
        sk_scored_free(&twice[side]);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

static void one_class(void **state)
{
    (void)state;
    struct sk_scored a = spelt("12", "11", "01"), b = spelt("23", "11", "11");
    struct sk_comparison c[SK_METRICS];
    compare(&a, &b, c);
    assert_true(isnan(c[SK_AUC].a) && isnan(c[SK_AUC].p) && isnan(c[SK_SPECIFICITY].a) && isnan(c[SK_SPECIFICITY].p));
    close_to(c[SK_SENSITIVITY].difference, 0.5, 0);
    sk_scored_free(&a);
    sk_scored_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example), cmocka_unit_test(newcombes_limits), cmocka_unit_test(coverage),
        cmocka_unit_test(figures_of_both),       cmocka_unit_test(equal_classifiers), cmocka_unit_test(equal_ranks),
        cmocka_unit_test(the_tests_level),       cmocka_unit_test(groups_are_drawn_as_wholes),
        cmocka_unit_test(one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
