/* Shares of classes: what is read, what is refused, and that images follow them. */
#include "check.h"
#include "nn/mixture.h"

static const struct sk_class_names lesions = {.count = 3, .name = {"nevus", "melanoma", "a,b"}};

/* Of so many images, how many of each class. */
static void count(const struct sk_mixture *m, uint64_t seed, size_t images, size_t counts[3])
{
    memset(counts, 0, 3 * sizeof *counts);
    for (size_t i = 0; i < images; i++)
        counts[sk_mixture_class(m, seed, i)]++;
}

static void shares(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double share[3];
    } cases[] = {
        {"nevus", {1, 0, 0}},
        {"melanoma", {0, 1, 0}},
        {"a,b", {0, 0, 1}},
        {"a,b=2", {0, 0, 1}},
        {"nevus=1,melanoma=3", {0.25, 0.75, 0}},
        {"melanoma=.75,nevus=.25", {0.25, 0.75, 0}},
        {"a,b=1e3,melanoma=0,nevus=3000", {0.75, 0, 0.25}},
        {"nevus=2,a,b=1,melanoma=1", {0.5, 0.25, 0.25}},
    };
    struct sk_error err;
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct sk_mixture m;
        size_t counts[3];
        assert_int_equal(sk_mixture_check(cases[k].text, &err), 0);
        assert_int_equal(sk_mixture_parse(&m, cases[k].text, &lesions, &err), 0);
        count(&m, k, 10000, counts);
        for (size_t c = 0; c < 3; c++) {
            const double p = cases[k].share[c], deviation = sqrt(p * (1 - p) / 10000);
            assert_true(fabs((double)counts[c] / 10000 - p) <= 5 * deviation);
        }
    }
}

/* Image i is of the same class however many there are; another seed draws others. */
static void seeds(void **state)
{
    (void)state;
    struct sk_mixture m;
    struct sk_error err;
    size_t same = 0;
    assert_int_equal(sk_mixture_parse(&m, "nevus=1,melanoma=1", &lesions, &err), 0);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(sk_mixture_class(&m, 7, i), sk_mixture_class(&m, 7, i));
        same += sk_mixture_class(&m, 7, i) == sk_mixture_class(&m, 8, i);
    }
    assert_true(same > 400 && same < 600);
}

static void refused(void **state)
{
    (void)state;
    static const char *const never[] = {"", "=1", "nevus=", "nevus=1,", "nevus=1,melanoma", "nevus=-1", "nevus=1e10", "nevus=inf",
                                        "nevus=nan", "nevus=0x1", "nevus= 1", "nevus=1 ", "nevus=0", "nevus=0,melanoma=0", "nevus=1;a,b=2",
                                        "nevus==1"};
    static const char *const here[] = {"Nevus", "nevu", "nevus,melanoma", "nevus=1,mole=2", "nevus=1,nevus=1", "b=1", ",nevus=1", "nevus=1,,melanoma=1"};
    struct sk_mixture m;
    struct sk_error err;
    for (size_t i = 0; i < COUNT_OF(never); i++) {
        assert_int_equal(sk_mixture_check(never[i], &err), -1);
        assert_int_equal(sk_mixture_parse(&m, never[i], &lesions, &err), -1);
    }
    for (size_t i = 0; i < COUNT_OF(here); i++)
        assert_int_equal(sk_mixture_parse(&m, here[i], &lesions, &err), -1);
    assert_int_equal(sk_mixture_parse(&m, "mole", &lesions, &err), -1);
    assert_string_equal(err.text, "has no class 'mole': it has nevus melanoma a,b");
}

static void training(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "3 1", "3 1 1 1", "3 0 1", "3 -1 1", "3 x 1", "3  1", " 3 1 1", "3 1 1 ", "3 1 1x"};
    struct sk_tensor_file file = {0};
    struct sk_mixture m;
    struct sk_error err;
    size_t counts[3];
    assert_int_equal(sk_mixture_of_training(&m, &lesions, &file, &err), -1);
    assert_int_equal(sk_tensor_file_set(&file, &err, SK_CLASS_IMAGES, "30 10 60"), 0);
    assert_int_equal(sk_mixture_of_training(&m, &lesions, &file, &err), 0);
    count(&m, 1, 10000, counts);
    assert_true(labs((long)counts[0] - 3000) < 250 && labs((long)counts[1] - 1000) < 150);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(sk_tensor_file_set(&file, &err, SK_CLASS_IMAGES, "%s", bad[i]), 0);
        assert_int_equal(sk_mixture_of_training(&m, &lesions, &file, &err), -1);
    }
    sk_tensor_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares),
        cmocka_unit_test(seeds),
        cmocka_unit_test(refused),
        cmocka_unit_test(training),
    };
    return cmocka_run_group_tests_name("mixture", tests, NULL, NULL);
}
