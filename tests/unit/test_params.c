/* A network's parameters in one vector: names, places, the layouts of memory and file, initial values. */
#include "check.h"
#include "nn/params.h"

static struct sk_params example(void)
{
    struct sk_params p = {0};
    sk_params_add(&p, SK_PARAM_DENSE_TO_MAP, 2, (size_t[]){3 * 16, 5}, "g.fc.weight");
    sk_params_add(&p, SK_PARAM_PLAIN, 1, (size_t[]){3}, "g.bn%d.weight", 0);
    sk_params_add(&p, SK_PARAM_PLAIN, 1, (size_t[]){3}, "g.bn%d.bias", 0);
    sk_params_add(&p, SK_PARAM_CONV, 4, (size_t[]){3, 2, 5, 5}, "g.conv%d.weight", 1);
    sk_params_add(&p, SK_PARAM_MAP_TO_DENSE, 2, (size_t[]){2, 3 * 16}, "d.fc.weight");
    return p;
}

static void places(void **state)
{
    (void)state;
    struct sk_params p = example();
    float vector[492];
    assert_int_equal(p.count, 5);
    assert_int_equal(p.total, 240 + 3 + 3 + 150 + 96);
    assert_ptr_equal(sk_params_at(&p, vector, "g.fc.weight"), vector);
    assert_ptr_equal(sk_params_at(&p, vector, "g.conv%d.weight", 1), vector + 246);
    assert_null(sk_params_at(&p, vector, "g.conv%d.weight", 2));
    assert_null(sk_params_at(&p, vector, "g.fc"));
}

/* Every element of the file, by its PyTorch index, is the element of memory that the layout's definition names. */
static void layouts(void **state)
{
    (void)state;
    struct sk_params p = example();
    struct sk_random r;
    struct sk_error err;
    sk_random_init(&r, 1, 0);
    float *vector = normal_floats(&r, p.total, 0, 1);
    struct sk_tensor_file file = {0};
    assert_int_equal(sk_params_save(&p, vector, &file, &err), 0);
    assert_int_equal(file.count, 5);
    const float *to_map = sk_tensor_file_find(&file, "g.fc.weight")->data, *at = sk_params_at(&p, vector, "g.fc.weight");
    for (size_t c = 0; c < 3; c++)
        for (size_t hw = 0; hw < 16; hw++)
            for (size_t in = 0; in < 5; in++)
                assert_true(to_map[(c * 16 + hw) * 5 + in] == at[(in * 16 + hw) * 3 + c]);
    const float *conv = sk_tensor_file_find(&file, "g.conv1.weight")->data;
    at = sk_params_at(&p, vector, "g.conv1.weight");
    for (size_t o = 0; o < 3; o++)
        for (size_t i = 0; i < 2; i++)
            for (size_t k = 0; k < 25; k++)
                assert_true(conv[(o * 2 + i) * 25 + k] == at[(k * 2 + i) * 3 + o]);
    const float *to_dense = sk_tensor_file_find(&file, "d.fc.weight")->data;
    at = sk_params_at(&p, vector, "d.fc.weight");
    for (size_t o = 0; o < 2; o++)
        for (size_t c = 0; c < 3; c++)
            for (size_t hw = 0; hw < 16; hw++)
                assert_true(to_dense[o * 48 + c * 16 + hw] == at[(o * 16 + hw) * 3 + c]);
    check_same("plain", sk_tensor_file_find(&file, "g.bn0.bias")->data, sk_params_at(&p, vector, "g.bn0.bias"), 3);
    sk_tensor_file_free(&file);
    free(vector);
}

static void round_trip(void **state)
{
    (void)state;
    struct sk_params p = example();
    struct sk_random r;
    struct sk_error err;
    sk_random_init(&r, 2, 0);
    float *vector = normal_floats(&r, p.total, 0, 1), *again = block(p.total, sizeof *again);
    struct sk_tensor_file file = {0};
    assert_int_equal(sk_params_save(&p, vector, &file, &err), 0);
    assert_int_equal(sk_params_load(&p, again, &file, &err), 0);
    check_same("vector", vector, again, p.total);
    sk_tensor_file_free(&file);
    free(vector);
    free(again);
}

static void a_missing_or_misshapen_tensor_is_refused(void **state)
{
    (void)state;
    struct sk_params p = example(), wider = {0};
    struct sk_error err;
    float *vector = block(p.total, sizeof *vector), three[3];
    struct sk_tensor_file file = {0};
    assert_int_equal(sk_params_save(&p, vector, &file, &err), 0);
    sk_params_add(&wider, SK_PARAM_PLAIN, 1, (size_t[]){4}, "g.bn0.bias");
    assert_int_equal(sk_params_load(&wider, three, &file, &err), -1);
    assert_non_null(strstr(err.text, "g.bn0.bias"));
    wider = (struct sk_params){0};
    sk_params_add(&wider, SK_PARAM_PLAIN, 1, (size_t[]){3}, "g.bn1.bias");
    assert_int_equal(sk_params_load(&wider, three, &file, &err), -1);
    assert_non_null(strstr(err.text, "g.bn1.bias"));
    assert_int_equal(sk_params_save(&p, vector, &file, &err), -1); /* names that are taken */
    sk_tensor_file_free(&file);
    free(vector);
}

static void check_normal(const float *x, size_t n, double mean, double deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
    assert_true(fabs(sum - mean) < 5 * deviation / sqrt((double)n));
    assert_true(fabs(sqrt(squares) / deviation - 1) < 5 / sqrt(2 * (double)n));
}

static void initial_values(void **state)
{
    (void)state;
    struct sk_params p = {0};
    sk_params_add(&p, SK_PARAM_CONV, 4, (size_t[]){64, 32, 4, 4}, "d.conv2.weight");
    sk_params_add(&p, SK_PARAM_PLAIN, 1, (size_t[]){4000}, "d.conv1.bias");
    sk_params_add(&p, SK_PARAM_PLAIN, 1, (size_t[]){4000}, "d.bn2.weight");
    sk_params_add(&p, SK_PARAM_PLAIN, 1, (size_t[]){4000}, "d.bn2.bias");
    struct sk_random r;
    sk_random_init(&r, 3, 0);
    float *vector = normal_floats(&r, p.total, 9, 1);
    sk_params_initialize(&p, vector, &r);
    check_normal(sk_params_at(&p, vector, "d.conv2.weight"), 32768, 0, 0.02);
    check_normal(sk_params_at(&p, vector, "d.bn2.weight"), 4000, 1, 0.02);
    for (size_t i = 0; i < 4000; i++) {
        assert_true(sk_params_at(&p, vector, "d.conv1.bias")[i] == 0);
        assert_true(sk_params_at(&p, vector, "d.bn2.bias")[i] == 0);
    }
    free(vector);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(layouts),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(a_missing_or_misshapen_tensor_is_refused),
        cmocka_unit_test(initial_values),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
