/* Targets of smoothing and mixup, and the loss against them. */
#include "base/random.h"
#include "check.h"
#include "nn/loss.h"
#include "nn/mixup.h"

enum { N = 7, CLASSES = 3, VALUES = 11 };

static const uint8_t label[N] = {0, 1, 2, 2, 1, 0, 2};

static void smoothed_labels(void **state)
{
    (void)state;
    float target[N * CLASSES];
    sk_smooth_labels(N, CLASSES, label, 0.3, target);
    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < CLASSES; c++)
            assert_true(fabs((double)target[i * CLASSES + c] - (c == label[i] ? 0.8 : 0.1)) < 1e-7);
    sk_smooth_labels(N, 2, (const uint8_t[N]){0, 1, 1, 0, 0, 1, 1}, 0, target);
    for (size_t i = 0; i < 2 * N; i++)
        assert_true(target[i] == 0 || target[i] == 1);
}

/* A pair is two points on the line between what it was, at the same share from either end, in images and targets alike. */
static void mixed_pairs(void **state)
{
    (void)state;
    struct sk_random random;
    float was[N * VALUES], x[N * VALUES], target[N * CLASSES];
    double shares[3] = {0};
    sk_random_init(&random, 3, 4);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < N * VALUES; i++)
            x[i] = was[i] = (float)sk_random_normal(&random);
        sk_smooth_labels(N, CLASSES, label, 0, target);
        sk_mixup(N, VALUES, x, CLASSES, target, 0.4, &random);
        for (size_t i = 0; i < N / 2; i++) {
            const size_t j = N - 1 - i;
            const double lambda = ((double)x[i * VALUES] - (double)was[j * VALUES]) / ((double)was[i * VALUES] - (double)was[j * VALUES]);
            assert_true(lambda >= -1e-4 && lambda <= 1 + 1e-4);
            shares[lambda < 1.0 / 3 ? 0 : lambda < 2.0 / 3 ? 1 : 2]++;
            for (size_t v = 0; v < VALUES; v++) {
                const double a = (double)was[i * VALUES + v], b = (double)was[j * VALUES + v];
                assert_true(fabs((double)x[i * VALUES + v] - (lambda * a + (1 - lambda) * b)) < 2e-3);
                assert_true(fabs((double)x[j * VALUES + v] - (lambda * b + (1 - lambda) * a)) < 2e-3);
            }
            for (size_t c = 0; c < CLASSES; c++) {
                assert_true(fabs((double)target[i * CLASSES + c] - (lambda * (label[i] == c) + (1 - lambda) * (label[j] == c))) < 2e-3);
                assert_true(fabs((double)target[j * CLASSES + c] - (lambda * (label[j] == c) + (1 - lambda) * (label[i] == c))) < 2e-3);
            }
        }
        assert_memory_equal(x + N / 2 * VALUES, was + N / 2 * VALUES, VALUES * sizeof *x);
    }
    /* Beta(0.4, 0.4) has 0.405 of its mass below 1/3 (scipy.stats.beta.cdf(1/3, 0.4, 0.4)), so in either outer third */
    assert_true(shares[0] > 0.33 * 600 && shares[2] > 0.33 * 600 && shares[1] < 0.28 * 600);
}

static void loss_of_certain_targets_is_that_of_labels(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 8, 0);
    for (size_t classes = 2; classes <= CLASSES; classes++) {
        uint8_t truth[N];
        float target[N * CLASSES], soft[N * CLASSES], hard[N * CLASSES];
        float *logits = normal_floats(&random, N * CLASSES, 0, 3);
        for (size_t i = 0; i < N; i++)
            truth[i] = (uint8_t)(label[i] % classes);
        sk_smooth_labels(N, classes, truth, 0, target);
        const double a = sk_class_cross_entropy(N, classes, logits, truth, hard);
        const double b = sk_class_cross_entropy_soft(N, classes, logits, target, soft);
        assert_true(fabs(a - b) <= 1e-12 * fabs(a));
        assert_memory_equal(soft, hard, N * sk_class_logits(classes) * sizeof *soft);
        free(logits);
    }
}

static void soft_gradient_is_that_of_the_loss(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 9, 0);
    for (size_t classes = 2; classes <= CLASSES; classes++) {
        const size_t count = N * sk_class_logits(classes);
        float target[N * CLASSES], gradient[N * CLASSES];
        float *logits = normal_floats(&random, count, 0, 2);
        for (size_t i = 0; i < N; i++) {
            const float first = (float)sk_random_uniform(&random), second = classes == 2 ? 1 - first : (1 - first) / 3;
            target[i * classes] = first;
            target[i * classes + 1] = second;
            if (classes > 2)
                target[i * classes + 2] = 1 - first - second;
        }
        sk_class_cross_entropy_soft(N, classes, logits, target, gradient);
        for (size_t i = 0; i < count; i++) {
            const float was = logits[i];
            logits[i] = was + 0x1p-8f;
            const double above = sk_class_cross_entropy_soft(N, classes, logits, target, NULL), high = (double)logits[i];
            logits[i] = was - 0x1p-8f;
            const double below = sk_class_cross_entropy_soft(N, classes, logits, target, NULL), low = (double)logits[i];
            logits[i] = was;
            assert_true(fabs((above - below) / (high - low) - (double)gradient[i]) <= 1e-6);
        }
        free(logits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smoothed_labels),
        cmocka_unit_test(mixed_pairs),
        cmocka_unit_test(loss_of_certain_targets_is_that_of_labels),
        cmocka_unit_test(soft_gradient_is_that_of_the_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
