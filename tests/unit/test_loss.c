/* Sigmoid cross entropy against its textbook form, where that does not overflow, and by its limits, where it does. */
#include "check.h"
#include "nn/loss.h"

static const float logits[] = {0, 1, -1, 3.5f, -7, 12, -15, 0.001f};
static const float targets[] = {1, 0, 0.9f, 0.5f, 1, 1, 0, 0.1f};

static void sigmoid(void **state)
{
    (void)state;
    for (double x = -30; x <= 30; x += 0.37) {
        assert_true(fabs(sk_sigmoid(x) - 1 / (1 + exp(-x))) <= 1e-15);
        assert_true(fabs(sk_sigmoid(x) + sk_sigmoid(-x) - 1) <= 1e-15);
    }
    assert_true(sk_sigmoid(0) == 0.5 && sk_sigmoid(1e300) == 1 && sk_sigmoid(-1e300) == 0);
    assert_true(sk_sigmoid(-700) > 0);
}

/* -t log p - (1 - t) log(1 - p) */
static void textbook(void **state)
{
    (void)state;
    for (size_t n = 1; n <= COUNT_OF(logits); n++) {
        double want = 0, mean = 0, got_mean;
        float dlogits[COUNT_OF(logits)];
        double got = sk_sigmoid_cross_entropy(n, logits, targets, 0, dlogits, &got_mean);
        for (size_t i = 0; i < n; i++) {
            double p = 1 / (1 + exp(-(double)logits[i])), t = (double)targets[i];
            want -= (t * log(p) + (1 - t) * log(1 - p)) / (double)n;
            mean += p / (double)n;
            assert_true(fabs((double)dlogits[i] - (p - t) / (double)n) <= 1e-7);
        }
        assert_true(fabs(got - want) <= 1e-9 * fabs(want));
        assert_true(fabs(got_mean - mean) <= 1e-12);
    }
}

static void gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    enum { N = COUNT_OF(logits) };
    float dlogits[N], moved[N];
    sk_sigmoid_cross_entropy(N, logits, targets, 0, dlogits, NULL);
    for (size_t i = 0; i < N; i++) {
        double loss[2], place[2];
        for (int side = 0; side < 2; side++) {
            memcpy(moved, logits, sizeof moved);
            moved[i] += side ? 0x1p-10f : -0x1p-10f;
            place[side] = (double)moved[i];
            loss[side] = sk_sigmoid_cross_entropy(N, moved, targets, 0, NULL, NULL);
        }
        assert_true(fabs((loss[1] - loss[0]) / (place[1] - place[0]) - (double)dlogits[i]) <= 1e-7);
    }
}

static void one_target_for_all(void **state)
{
    (void)state;
    enum { N = COUNT_OF(logits) };
    for (int t = 0; t <= 1; t++) {
        float same[N], a[N], b[N];
        for (size_t i = 0; i < N; i++)
            same[i] = (float)t;
        assert_true(sk_sigmoid_cross_entropy(N, logits, NULL, (float)t, a, NULL) ==
                    sk_sigmoid_cross_entropy(N, logits, same, 0.3f, b, NULL));
        check_same("dlogits", a, b, N);
    }
}

static void extremes_do_not_overflow(void **state)
{
    (void)state;
    float x[] = {1e30f, -1e30f}, d[2];
    assert_true(sk_sigmoid_cross_entropy(1, x, NULL, 1, d, NULL) == 0 && d[0] == 0);
    assert_true(sk_sigmoid_cross_entropy(1, x + 1, NULL, 0, d, NULL) == 0 && d[0] == 0);
    assert_true(sk_sigmoid_cross_entropy(1, x, NULL, 0, d, NULL) == (double)1e30f && d[0] == 1);
    assert_true(sk_sigmoid_cross_entropy(1, x + 1, NULL, 1, d, NULL) == (double)1e30f && d[0] == -1);
    x[0] = NAN;
    assert_true(isnan(sk_sigmoid_cross_entropy(1, x, NULL, 1, d, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigmoid),
        cmocka_unit_test(textbook),
        cmocka_unit_test(gradient_is_that_of_the_loss),
        cmocka_unit_test(one_target_for_all),
        cmocka_unit_test(extremes_do_not_overflow),
    };
    return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
