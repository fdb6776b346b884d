/* Confusion matrices, their rates, and the intervals of proportions. */
#include "sample.h"

#include "stat/confusion.h"
#include "stat/interval.h"

static void counts_and_rates(void **state)
{
    (void)state;
    struct sk_scored s = spelt("0123456789", "0000111111", "0011011101");
    struct sk_confusion m = sk_confusion_of(&s, NULL);
    assert_true(m.tp == 4 && m.fp == 2 && m.tn == 2 && m.fn == 2);
    close_to(sk_accuracy(&m), 0.6, 1e-15);
    close_to(sk_sensitivity(&m), 4 / 6.0, 1e-15);
    close_to(sk_specificity(&m), 0.5, 1e-15);
    close_to(sk_precision(&m), 4 / 6.0, 1e-15);
    close_to(sk_npv(&m), 0.5, 1e-15);
    close_to(sk_f1(&m), 4 / 6.0, 1e-15);
    close_to(sk_balanced_accuracy(&m), 7 / 12.0, 1e-15);
    close_to(sk_mcc(&m), 1 / 6.0, 1e-15);
    sk_scored_free(&s);
}

/* Counted rows give what the rows give when they are written out. */
static void counts_of_rows(void **state)
{
    (void)state;
    struct sk_scored s = spelt("0123", "0011", "0101"), written = spelt("01112333333", "01110111111", "01110111111");
    const uint32_t count[] = {1, 3, 1, 6};
    memcpy(written.truth, (unsigned char[]){0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}, 11);
    memcpy(written.predicted, (unsigned char[]){0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1}, 11);
    struct sk_confusion a = sk_confusion_of(&s, count), b = sk_confusion_of(&written, NULL);
    assert_true(a.tp == b.tp && a.fp == b.fp && a.tn == b.tn && a.fn == b.fn);
    assert_true(a.tp == 6 && a.fp == 3);
    sk_scored_free(&s);
    sk_scored_free(&written);
}

/* MCC is Pearson's correlation of the two columns of 0 and 1. */
static void mcc_is_a_correlation(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sk_scored s = sample(seed, 80, 20, 0.3);
        struct sk_confusion m = sk_confusion_of(&s, NULL);
        double t = 0, p = 0, tt = 0, pp = 0, tp = 0, n = (double)s.n;
        for (size_t i = 0; i < s.n; i++) {
            t += s.truth[i];
            p += s.predicted[i];
        }
        for (size_t i = 0; i < s.n; i++) {
            tt += (s.truth[i] - t / n) * (s.truth[i] - t / n);
            pp += (s.predicted[i] - p / n) * (s.predicted[i] - p / n);
            tp += (s.truth[i] - t / n) * (s.predicted[i] - p / n);
        }
        close_to(sk_mcc(&m), tp / sqrt(tt * pp), 1e-12);
        sk_scored_free(&s);
    }
}

static void rates_that_are_not_defined(void **state)
{
    (void)state;
    struct sk_confusion negatives = {.tn = 5}, nobody = {0}, none_called = {.tn = 3, .fn = 2};
    close_to(sk_accuracy(&negatives), 1, 0);
    assert_true(isnan(sk_sensitivity(&negatives)) && isnan(sk_precision(&negatives)) && isnan(sk_f1(&negatives)));
    assert_true(isnan(sk_balanced_accuracy(&negatives)) && isnan(sk_mcc(&negatives)));
    assert_true(isnan(sk_accuracy(&nobody)));
    assert_true(isnan(sk_precision(&none_called)) && isnan(sk_mcc(&none_called)));
    close_to(sk_f1(&none_called), 0, 0);
}

/* Wilson's bounds are where the score test is just significant: |k/n - p| = z sqrt(p (1 - p) / n). */
static void wilson_solves_its_equation(void **state)
{
    (void)state;
    for (int n = 1; n <= 40; n++)
        for (int k = 0; k <= n; k++) {
            struct sk_interval w = sk_wilson(k, n);
            double p = (double)k / n;
            close_to(fabs(p - w.low), SK_Z95 * sqrt(w.low * (1 - w.low) / n), 1e-12);
            close_to(fabs(p - w.high), SK_Z95 * sqrt(w.high * (1 - w.high) / n), 1e-12);
            assert_true(0 <= w.low && w.low <= p && p <= w.high && w.high <= 1 && w.low < w.high);
        }
    assert_true(isnan(sk_wilson(0, 0).low) && isnan(sk_wilson(0, 0).high));
}

static void the_normal_distribution(void **state)
{
    (void)state;
    close_to(sk_normal_cdf(SK_Z95), 0.975, 1e-15);
    close_to(sk_normal_quantile(0.975), SK_Z95, 1e-12);
    close_to(sk_normal_quantile(0.5), 0, 1e-12);
    close_to(sk_normal_p(SK_Z95), 0.05, 1e-15);
    for (double p = 1e-6; p < 1; p += 0.0101)
        close_to(sk_normal_cdf(sk_normal_quantile(p)), p, 1e-12);
}

/* Against the sum over all outcomes that are no likelier than the one seen. */
static void mcnemar_sums_the_binomial(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 30; n++)
        for (size_t b = 0; b <= n; b++) {
            double term = pow(0.5, (double)n), seen = 0, p = 0;
            size_t extreme = b < n - b ? n - 2 * b : 2 * b - n;
            for (size_t k = 0; k <= n; k++) {
                size_t distance = k < n - k ? n - 2 * k : 2 * k - n;
                p += distance >= extreme ? term : 0;
                seen += term;
                term *= (double)(n - k) / (double)(k + 1);
            }
            close_to(seen, 1, 1e-12);
            close_to(sk_mcnemar_p(b, n - b), p, 1e-12);
        }
    close_to(sk_mcnemar_p(500000, 500000), 1, 1e-9);
    assert_true(sk_mcnemar_p(0, 2000) == 0 || sk_mcnemar_p(0, 2000) < 1e-300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_rates),           cmocka_unit_test(counts_of_rows),
        cmocka_unit_test(mcc_is_a_correlation),       cmocka_unit_test(rates_that_are_not_defined),
        cmocka_unit_test(wilson_solves_its_equation), cmocka_unit_test(the_normal_distribution),
        cmocka_unit_test(mcnemar_sums_the_binomial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
