/* Cross entropies against their textbook forms, where those do not overflow, and by their limits, where they do. */
#include "base/random.h"
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

/* Random logits of n images and what they should be. */
enum { IMAGES = 7, MANY = 5 };

static void random_logits(float *x, uint8_t *label, size_t classes)
{
    struct sk_random random;
    sk_random_init(&random, 3, classes);
    for (size_t i = 0; i < IMAGES * classes; i++)
        x[i] = (float)(3 * sk_random_normal(&random));
    for (size_t i = 0; i < IMAGES; i++)
        label[i] = (uint8_t)(i % classes);
}

/* Two classes are the sigmoid's, bit for bit. */
static void two_classes(void **state)
{
    (void)state;
    float x[IMAGES * 2], target[IMAGES], a[IMAGES], b[IMAGES];
    uint8_t label[IMAGES];
    double p[2];
    random_logits(x, label, 2);
    for (size_t i = 0; i < IMAGES; i++) {
        target[i] = label[i];
        sk_class_probabilities(2, x + i, p);
        assert_true(p[1] == sk_sigmoid((double)x[i]) && p[0] == 1 - p[1]);
        assert_int_equal(sk_class_predicted(2, p), p[1] >= 0.5);
    }
    assert_int_equal(sk_class_logits(2), 1);
    assert_true(sk_class_cross_entropy(IMAGES, 2, x, label, a) ==
                sk_sigmoid_cross_entropy(IMAGES, x, target, 0, b, NULL));
    check_same("dlogits", a, b, IMAGES);
    p[0] = p[1] = 0.5;
    assert_int_equal(sk_class_predicted(2, p), 1);
}

/* -log(e^x_label / sum of e^x), and that of the gradient by differences. */
static void several_classes(void **state)
{
    (void)state;
    for (size_t classes = 3; classes <= MANY; classes++) {
        float x[IMAGES * MANY], d[IMAGES * MANY];
        uint8_t label[IMAGES];
        double want = 0, p[MANY];
        random_logits(x, label, classes);
        double got = sk_class_cross_entropy(IMAGES, classes, x, label, d);
        for (size_t i = 0; i < IMAGES; i++) {
            double sum = 0, all = 0;
            for (size_t c = 0; c < classes; c++)
                sum += exp((double)x[i * classes + c]);
            sk_class_probabilities(classes, x + i * classes, p);
            for (size_t c = 0; c < classes; c++) {
                assert_true(fabs(p[c] - exp((double)x[i * classes + c]) / sum) <= 1e-14);
                all += p[c];
            }
            assert_true(fabs(all - 1) <= 1e-14 && p[sk_class_predicted(classes, p)] >= 1 / (double)classes);
            want -= log(exp((double)x[i * classes + label[i]]) / sum) / IMAGES;
        }
        assert_true(fabs(got - want) <= 1e-12 * want);
        for (size_t i = 0; i < IMAGES * classes; i++) {
            float at = x[i], step = 0x1p-10f;
            x[i] = at + step;
            double up = sk_class_cross_entropy(IMAGES, classes, x, label, NULL), above = (double)x[i];
            x[i] = at - step;
            double down = sk_class_cross_entropy(IMAGES, classes, x, label, NULL), below = (double)x[i];
            x[i] = at;
            assert_true(fabs((up - down) / (above - below) - (double)d[i]) <= 1e-6);
        }
    }
}

static void several_classes_do_not_overflow(void **state)
{
    (void)state;
    float x[] = {1e30f, 0, -1e30f}, d[3];
    uint8_t label = 0;
    double p[3];
    sk_class_probabilities(3, x, p);
    assert_true(p[0] == 1 && p[1] == 0 && p[2] == 0);
    assert_true(sk_class_cross_entropy(1, 3, x, &label, d) == 0 && d[0] == 0 && d[1] == 0 && d[2] == 0);
    label = 2;
    assert_true(sk_class_cross_entropy(1, 3, x, &label, d) == 2 * (double)1e30f && d[0] == 1 && d[2] == -1);
    x[1] = NAN;
    assert_true(isnan(sk_class_cross_entropy(1, 3, x, &label, d)));
}

/* Sums of micro-batches, each computed alone: their means are exact sixteenths. */
static double joined(const double *leaf, size_t count)
{
    const size_t split = count > 1 ? sk_tree_split(count) : 0;
    return count == 1 ? *leaf * SK_MICRO_BATCH : joined(leaf, split) + joined(leaf + split, count - split);
}

static void means_are_of_trees(void **state)
{
    (void)state;
    enum { MOST = 7, N = MOST * SK_MICRO_BATCH, CLASSES = 3 };
    struct sk_random random;
    sk_random_init(&random, 5, 0);
    float *x = normal_floats(&random, N * CLASSES, 0, 3);
    uint8_t label[N];
    for (size_t i = 0; i < N; i++)
        label[i] = (uint8_t)sk_random_below(&random, CLASSES);
    float *target = normal_floats(&random, N * CLASSES, 0.3, 0.1);
    double loss[MOST], sigmoid[MOST], classes[MOST], soft[MOST], mean;
    for (size_t k = 0; k < MOST; k++) {
        const size_t at = k * SK_MICRO_BATCH;
        loss[k] = sk_sigmoid_cross_entropy(SK_MICRO_BATCH, x + at, NULL, 1, NULL, &sigmoid[k]);
        soft[k] = sk_class_cross_entropy_soft(SK_MICRO_BATCH, CLASSES, x + at * CLASSES, target + at * CLASSES, NULL);
        classes[k] = sk_class_cross_entropy(SK_MICRO_BATCH, CLASSES, x + at * CLASSES, label + at, NULL);
    }
    for (size_t count = 1; count <= MOST; count++) {
        const double n = (double)(count * SK_MICRO_BATCH);
        assert_true(sk_sigmoid_cross_entropy(count * SK_MICRO_BATCH, x, NULL, 1, NULL, &mean) == joined(loss, count) / n);
        assert_true(mean == joined(sigmoid, count) / n);
        assert_true(sk_class_cross_entropy(count * SK_MICRO_BATCH, CLASSES, x, label, NULL) == joined(classes, count) / n);
        assert_true(sk_class_cross_entropy_soft(count * SK_MICRO_BATCH, CLASSES, x, target, NULL) == joined(soft, count) / n);
    }
    free(x);
    free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigmoid),
        cmocka_unit_test(textbook),
        cmocka_unit_test(gradient_is_that_of_the_loss),
        cmocka_unit_test(one_target_for_all),
        cmocka_unit_test(extremes_do_not_overflow),
        cmocka_unit_test(two_classes),
        cmocka_unit_test(several_classes),
        cmocka_unit_test(several_classes_do_not_overflow),
        cmocka_unit_test(means_are_of_trees),
    };
    return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
