/* Calibration: the bins' borders, and ECE and Brier score against their definitions. */
#include "sample.h"

#include "stat/calibration.h"

static void borders_belong_to_the_bin_below(void **state)
{
    (void)state;
    for (int k = 0; k <= SK_CALIBRATION_BINS; k++) {
        struct sk_scored s = spelt("00", "11", "11");
        s.score[0] = (double)k / SK_CALIBRATION_BINS;
        s.score[1] = nextafter(s.score[0], 2);
        s.n = k < SK_CALIBRATION_BINS ? 2 : 1;
        s = sorted(s);
        struct sk_calibration c = sk_calibration_of(&s, NULL);
        int below = k > 0 ? k - 1 : 0;
        for (int i = 0; i < SK_CALIBRATION_BINS; i++)
            assert_true(c.bin[i].n == (i == below) + (i == k && k < SK_CALIBRATION_BINS));
        sk_scored_free(&s);
    }
}

static void against_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sk_scored s = sorted(sample(seed, 90, 1000, 0.5));
        struct sk_calibration c = sk_calibration_of(&s, NULL);
        double ece = 0, brier = 0;
        for (int k = 0; k < 15; k++) {
            double n = 0, score = 0, positive = 0;
            for (size_t i = 0; i < s.n; i++)
                if ((s.score[i] > k / 15.0 || (k == 0 && s.score[i] == 0)) && s.score[i] <= (k + 1) / 15.0) {
                    n++;
                    score += s.score[i];
                    positive += s.truth[i];
                }
            ece += n > 0 ? n / (double)s.n * fabs(score / n - positive / n) : 0;
        }
        for (size_t i = 0; i < s.n; i++)
            brier += pow(s.truth[i] ? 1 - s.score[i] : s.score[i], 2) / (double)s.n;
        close_to(sk_ece(&c), ece, 1e-12);
        close_to(sk_brier(&s, NULL), brier, 1e-12);
        sk_scored_free(&s);
    }
}

static void counts_of_rows(void **state)
{
    (void)state;
    struct sk_scored s = spelt("951", "010", "010"), written = spelt("995551", "001110", "001110");
    const uint32_t count[] = {2, 3, 1}, none[] = {0, 0, 0};
    struct sk_calibration a = sk_calibration_of(&s, count), b = sk_calibration_of(&written, NULL),
                          empty = sk_calibration_of(&s, none);
    close_to(sk_ece(&a), sk_ece(&b), 1e-15);
    close_to(sk_brier(&s, count), sk_brier(&written, NULL), 1e-15);
    assert_true(isnan(sk_ece(&empty)) && isnan(sk_brier(&s, none)));
    sk_scored_free(&s);
    sk_scored_free(&written);
}

static void known_values(void **state)
{
    (void)state;
    struct sk_scored perfect = spelt("::00", "1100", "1100"), wrong = spelt("::00", "0011", "0011"),
                     even = spelt("5555", "1100", "1100");
    struct sk_calibration p = sk_calibration_of(&perfect, NULL), w = sk_calibration_of(&wrong, NULL),
                          e = sk_calibration_of(&even, NULL);
    assert_true(sk_ece(&p) == 0 && sk_brier(&perfect, NULL) == 0);
    assert_true(sk_ece(&w) == 1 && sk_brier(&wrong, NULL) == 1);
    assert_true(sk_ece(&e) == 0 && sk_brier(&even, NULL) == 0.25);
    sk_scored_free(&perfect);
    sk_scored_free(&wrong);
    sk_scored_free(&even);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders_belong_to_the_bin_below),
        cmocka_unit_test(against_the_definition),
        cmocka_unit_test(counts_of_rows),
        cmocka_unit_test(known_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
