/* Temperatures and thresholds: what logits were made by is found again, and no worse likelihood than before. */
#include "base/random.h"
#include "check.h"
#include "stat/recalibration.h"

enum { N = 10000 };

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* Logits z of which sigmoid(z) is the truth, told as (z - offset) temperature. */
static void two_classes(void **state)
{
    (void)state;
    static double logit[N];
    static uint8_t label[N];
    for (int kind = 0; kind < 4; kind++) {
        const double temperature = kind % 2 ? 2.5 : 0.4, offset = kind / 2 ? -1 : 0.7;
        struct sk_random random;
        sk_random_init(&random, 1, (uint64_t)kind);
        for (size_t i = 0; i < N; i++) {
            const double z = 2 * sk_random_normal(&random);
            logit[i] = (z - offset) * temperature;
            label[i] = sk_random_uniform(&random) < sigmoid(z);
        }
        const struct sk_recalibration r = sk_recalibrate_two(N, logit, label, false);
        assert_true(fabs(r.temperature / temperature - 1) < 0.1);
        assert_true(fabs(r.threshold - sigmoid(-offset)) < 0.03);
    }
}

/* The threshold is where the fitted line is even, so that of a few images, all apart, it lies between the classes. */
static void few_and_apart(void **state)
{
    (void)state;
    const double logit[] = {-3, -2.5, -2, 4, 5};
    const uint8_t label[] = {0, 0, 0, 1, 1};
    const struct sk_recalibration r = sk_recalibrate_two(5, logit, label, false);
    assert_true(r.temperature > 0 && isfinite(r.temperature));
    assert_true(r.threshold > sigmoid(-2 / r.temperature) && r.threshold < sigmoid(4 / r.temperature));
}

/* Where a fifth of the negatives are there, the threshold sinks; not that of classes that weigh alike. */
static void classes_alike(void **state)
{
    (void)state;
    static double logit[N];
    static uint8_t label[N];
    struct sk_recalibration all[2], some[2];
    struct sk_random random;
    size_t n = 0;
    sk_random_init(&random, 1, 9);
    for (size_t i = 0; i < N; i++) {
        logit[i] = 2 * sk_random_normal(&random);
        label[i] = sk_random_uniform(&random) < sigmoid(logit[i]);
    }
    for (int balanced = 0; balanced < 2; balanced++)
        all[balanced] = sk_recalibrate_two(N, logit, label, balanced);
    for (size_t i = 0; i < N; i++)
        if (label[i] || sk_random_uniform(&random) < 0.2) {
            logit[n] = logit[i];
            label[n++] = label[i];
        }
    for (int balanced = 0; balanced < 2; balanced++)
        some[balanced] = sk_recalibrate_two(n, logit, label, balanced);
    assert_true(fabs(some[0].threshold - 1.0 / 6) < 0.05 && fabs(all[0].threshold - 0.5) < 0.05);
    assert_true(fabs(some[1].threshold - 0.5) < 0.05 && fabs(all[1].threshold - 0.5) < 0.05);
    assert_true(fabs(some[1].temperature - 1) < 0.1);
}

static void nothing_to_learn(void **state)
{
    (void)state;
    const double logit[] = {1, 2, 3, 4};
    static const uint8_t labels[][4] = {{0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 0, 0}};
    for (size_t k = 0; k < 3; k++) {
        const struct sk_recalibration r = sk_recalibrate_two(4, logit, labels[k], false), b = sk_recalibrate_two(4, logit, labels[k], true);
        assert_true(r.temperature == 1 && r.threshold == 0.5 && b.temperature == 1 && b.threshold == 0.5);
    }
    assert_true(sk_recalibrate_two(0, logit, labels[0], true).temperature == 1);
    assert_true(sk_recalibrate(0, 3, logit, labels[0]).temperature == 1);
}

static void three_classes(void **state)
{
    (void)state;
    enum { CLASSES = 3 };
    static double logit[N * CLASSES];
    static uint8_t label[N];
    static const double temperatures[] = {0.3, 1, 3};
    for (size_t k = 0; k < 3; k++) {
        struct sk_random random;
        sk_random_init(&random, 2, k);
        for (size_t i = 0; i < N; i++) {
            double e[CLASSES], sum = 0;
            for (size_t c = 0; c < CLASSES; c++) {
                const double z = 1.5 * sk_random_normal(&random);
                sum += e[c] = exp(z);
                logit[i * CLASSES + c] = (z + 100) * temperatures[k]; /* a shift of all changes nothing */
            }
            const double u = sum * sk_random_uniform(&random);
            label[i] = u < e[0] ? 0 : u < e[0] + e[1] ? 1 : 2;
        }
        assert_true(fabs(sk_recalibrate(N, CLASSES, logit, label).temperature / temperatures[k] - 1) < 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_classes),
        cmocka_unit_test(few_and_apart), cmocka_unit_test(classes_alike),
        cmocka_unit_test(nothing_to_learn),
        cmocka_unit_test(three_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
