/* The BCa bootstrap: against scipy, its coverage, its strata, its seeds and threads. */
#include "sample.h"

#include "stat/bootstrap.h"

struct numbers {
    const double *value;
    size_t n;
};

static void mean_of(const void *context, const uint32_t *count, void *scratch, double *result)
{
    (void)scratch;
    const struct numbers *x = context;
    double sum = 0, rows = 0;
    for (size_t i = 0; i < x->n; i++) {
        double times = count ? count[i] : 1;
        sum += times * x->value[i];
        rows += times;
    }
    *result = sum / rows;
}

static struct sk_interval interval_of_mean(const double *value, size_t n, size_t replicates, uint64_t seed, int jobs)
{
    struct sk_error err;
    struct sk_interval interval;
    struct numbers x = {value, n};
    struct sk_bootstrap b = {.n = n, .statistics = 1, .compute = mean_of, .context = &x, .replicates = replicates,
                             .seed = seed, .jobs = jobs};
    assert_int_equal(sk_bootstrap_intervals(&b, &interval, &err), 0);
    return interval;
}

/* scipy.stats.bootstrap(method="BCa"), 200000 replicates: tests/fixtures/metrics.py prints sample and interval. */
static const double skewed[] = {0.065, 0.702, 0.014, 0.068, 0.472, 0.096, 0.04, 1.637, 1.737, 1.204,
                                1.355, 0.057, 1.251, 0.252, 0.153, 1.535, 0.822, 0.228, 3.83, 0.354,
                                0.372, 0.843, 1.108, 1.117, 0.849, 0.454, 1.27, 0.091, 0.308, 0.508};

static void against_scipy(void **state)
{
    (void)state;
    struct sk_interval i = interval_of_mean(skewed, COUNT(skewed), 100000, 1, 2);
    close_to(i.low, 0.5432333333333332, 0.003);
    close_to(i.high, 1.1365333333333332, 0.006);
}

/* As above, and the p of which the end of scipy's interval is 0.6. */
static void mean_beyond(const void *context, const uint32_t *count, void *scratch, double *result)
{
    mean_of(context, count, scratch, result);
    *result -= 0.6;
}

static void p_against_scipy(void **state)
{
    (void)state;
    struct sk_error err;
    struct sk_interval interval;
    struct numbers x = {skewed, COUNT(skewed)};
    double p;
    struct sk_bootstrap b = {.n = x.n, .statistics = 1, .compute = mean_beyond, .context = &x, .replicates = 100000, .seed = 1,
                             .jobs = 2};
    assert_int_equal(sk_bootstrap_differences(&b, &interval, &p, &err), 0);
    close_to(interval.low, 0.5432333333333332 - 0.6, 0.003);
    close_to(p, 0.1704103270720272, 0.005);
}

/* The true mean of an exponential distribution is in 95 % of the intervals; 93 for so skewed a sample of 40. */
static void coverage(void **state)
{
    (void)state;
    enum { SAMPLES = 300, ROWS = 40 };
    double covered = 0;
    for (uint64_t s = 0; s < SAMPLES; s++) {
        struct sk_random random;
        double value[ROWS];
        sk_random_init(&random, 42, s);
        for (size_t i = 0; i < ROWS; i++)
            value[i] = -log(1 - sk_random_uniform(&random));
        struct sk_interval i = interval_of_mean(value, ROWS, 400, s, 1);
        covered += i.low <= 1 && 1 <= i.high;
    }
    close_to(covered / SAMPLES, 0.935, 0.04); /* three standard errors */
}

static void seeds_and_threads(void **state)
{
    (void)state;
    struct sk_interval one = interval_of_mean(skewed, COUNT(skewed), 500, 7, 1);
    for (int jobs = 2; jobs <= 5; jobs++) {
        struct sk_interval many = interval_of_mean(skewed, COUNT(skewed), 500, 7, jobs);
        assert_memory_equal(&one, &many, sizeof one);
    }
    struct sk_interval other = interval_of_mean(skewed, COUNT(skewed), 500, 8, 1);
    assert_true(one.low != other.low || one.high != other.high);
}

/* Rows of a stratum stay as many as they are: then a mean over two constant strata does not move at all. */
static void shares_of_strata(void **state)
{
    (void)state;
    static const double value[] = {1, 5, 5, 1, 5, 1, 5, 5};
    static const unsigned char stratum[] = {0, 9, 9, 0, 9, 0, 9, 9};
    struct sk_error err;
    struct sk_interval interval;
    struct numbers x = {value, COUNT(value)};
    struct sk_bootstrap b = {.n = x.n, .stratum = stratum, .statistics = 1, .compute = mean_of, .context = &x,
                             .replicates = 200, .seed = 1, .jobs = 1};
    assert_int_equal(sk_bootstrap_intervals(&b, &interval, &err), 0);
    assert_true(isnan(interval.low) && isnan(interval.high)); /* all replicates are equal: nothing known */
    b.stratum = NULL;
    assert_int_equal(sk_bootstrap_intervals(&b, &interval, &err), 0);
    assert_true(interval.low < 3.5 && 3.5 < interval.high);
}

/* A ratio that few samples define. */
static void mostly_undefined(const void *context, const uint32_t *count, void *scratch, double *result)
{
    (void)scratch;
    const size_t *n = context;
    result[0] = !count || count[0] == 0 ? 1 + sk_times(count, 1) : (double)NAN; /* a replicate in three */
    result[1] = sk_times(count, 0) > 0 ? sk_times(count, 0) : (double)NAN;      /* two in three */
    result[2] = count ? (double)count[*n - 1] : NAN;                        /* not for the sample itself */
}

static void replicates_that_are_not_defined(void **state)
{
    (void)state;
    struct sk_error err;
    struct sk_interval interval[3];
    size_t n = 12;
    struct sk_bootstrap b = {.n = n, .statistics = 3, .compute = mostly_undefined, .context = &n, .replicates = 600,
                             .seed = 3, .jobs = 2};
    assert_int_equal(sk_bootstrap_intervals(&b, interval, &err), 0);
    assert_true(isnan(interval[0].low) && isnan(interval[2].high));
    assert_true(interval[1].low >= 1 && interval[1].high > interval[1].low);
}

static void tiny_samples(void **state)
{
    (void)state;
    static const double value[] = {3, 4};
    struct sk_interval one = interval_of_mean(value, 1, 100, 1, 3), two = interval_of_mean(value, 2, 100, 1, 3);
    assert_true(isnan(one.low) && isnan(one.high));
    assert_true(two.low >= 3 && two.high <= 4);
    struct sk_interval none = interval_of_mean(value, 0, 100, 1, 1);
    assert_true(isnan(none.low));
}

/* Every thread has a scratch of its own, aligned; the result is the same by one thread. */
static void mean_by_scratch(const void *context, const uint32_t *count, void *scratch, double *result)
{
    const struct numbers *x = context;
    double *weighted = scratch, sum = 0, rows = 0;
    for (size_t i = 0; i < x->n; i++)
        weighted[i] = sk_times(count, i) * x->value[i];
    for (size_t i = 0; i < x->n; i++) {
        sum += weighted[i];
        rows += sk_times(count, i);
    }
    *result = (uintptr_t)scratch % 64 == 0 ? sum / rows : (double)NAN;
}

static void scratch_of_threads(void **state)
{
    (void)state;
    struct numbers x = {skewed, COUNT(skewed)};
    struct sk_interval wanted = interval_of_mean(skewed, x.n, 500, 7, 1), got;
    struct sk_error err;
    for (int jobs = 1; jobs <= 5; jobs += 2) {
        struct sk_bootstrap b = {.n = x.n, .statistics = 1, .compute = mean_by_scratch, .context = &x,
                                 .scratch = x.n * sizeof(double), .replicates = 500, .seed = 7, .jobs = jobs};
        assert_int_equal(sk_bootstrap_intervals(&b, &got, &err), 0);
        assert_memory_equal(&got, &wanted, sizeof got);
    }
}

/* More rows than jackknife groups: the acceleration comes of groups, the interval hardly differs from the normal one. */
static void many_rows(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    static double value[ROWS];
    struct sk_random random;
    double mean = 0, squares = 0;
    sk_random_init(&random, 11, 0);
    for (size_t i = 0; i < ROWS; i++) {
        value[i] = sk_random_normal(&random);
        mean += value[i] / ROWS;
        squares += value[i] * value[i] / ROWS;
    }
    double half = SK_Z95 * sqrt((squares - mean * mean) / ROWS);
    struct sk_interval i = interval_of_mean(value, ROWS, 2000, 1, 2);
    close_to(i.low, mean - half, 0.12 * half);
    close_to(i.high, mean + half, 0.12 * half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_scipy),
        cmocka_unit_test(p_against_scipy),
        cmocka_unit_test(coverage),
        cmocka_unit_test(seeds_and_threads),
        cmocka_unit_test(shares_of_strata),
        cmocka_unit_test(replicates_that_are_not_defined),
        cmocka_unit_test(tiny_samples),
        cmocka_unit_test(scratch_of_threads),
        cmocka_unit_test(many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
