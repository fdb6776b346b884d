/* Addition and concatenation against their definitions. */
#include "check.h"
#include "nn/add.h"
#include "nn/concat.h"

/* Whichever of the gradients lies where dy does, and whichever adds. */
static void check_addition(size_t n, float slope, int where, bool add_a, bool add_b)
{
    struct sk_random r;
    sk_random_init(&r, n, 0);
    float *a = normal_floats(&r, n, 0, 1), *b = normal_floats(&r, n, 0, 1), *dy = normal_floats(&r, n, 0, 1);
    float *y = where == 1 ? a : where == 2 ? b : block(n, sizeof *y);
    double *want = block(n, sizeof *want), *da = block(n, sizeof *da), *db = block(n, sizeof *db);
    float *to_a = where == 1 ? dy : normal_floats(&r, n, 0, 1), *to_b = where == 2 ? dy : normal_floats(&r, n, 0, 1);
    for (size_t i = 0; i < n; i++) {
        const double u = (double)a[i] + (double)b[i], du = (u > 0 ? 1 : (double)slope) * (double)dy[i];
        want[i] = u > 0 ? u : (double)slope * u;
        da[i] = du + (add_a ? (double)to_a[i] : 0);
        db[i] = du + (add_b ? (double)to_b[i] : 0);
    }
    sk_add_forward(n, a, b, slope, y, 2);
    check_close("y", y, want, n, 1e-6);
    sk_add_backward(n, y, slope, dy, to_a, add_a, to_b, add_b, 2);
    check_close("da", to_a, da, n, 1e-6);
    check_close("db", to_b, db, n, 1e-6);
    if (where != 1)
        free(to_a);
    if (where != 2)
        free(to_b);
    if (where == 0)
        free(y);
    void *all[] = {a, b, dy, want, da, db};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void addition(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 31, 16384, 50001};
    static const float slopes[] = {0, 0.2f, 1};
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        for (size_t s = 0; s < COUNT_OF(slopes); s++)
            for (int adds = 0; adds < 4; adds++)
                for (int where = 0; where < 3; where++)
                    check_addition(counts[i], slopes[s], where, adds & 1, adds & 2);
}

/* One of the inputs may want no gradient. */
static void one_gradient(void **state)
{
    (void)state;
    const float y[2] = {1, -1}, dy[2] = {2, 4};
    float dx[2] = {0};
    sk_add_backward(2, y, 0.5f, dy, NULL, false, dx, false, 1);
    assert_true(dx[0] == 2 && dx[1] == 2);
    sk_add_backward(2, y, 0.5f, dy, dx, true, NULL, false, 1);
    assert_true(dx[0] == 4 && dx[1] == 4);
}

static void concatenation(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(rows, own) {
        struct sk_random r;
        sk_random_init(&r, rows, own);
        const size_t offset = 3, channels = offset + own + 2;
        float *x = normal_floats(&r, rows * own, 0, 1), *y = normal_floats(&r, rows * channels, 0, 1);
        float *before = copy_floats(y, rows * channels), *dx = normal_floats(&r, rows * own, 0, 1);
        float *sum = copy_floats(dx, rows * own);
        sk_concat_forward(rows, channels, offset, own, x, y, 2);
        for (size_t i = 0; i < rows * channels; i++) {
            const size_t c = i % channels;
            const bool inside = c >= offset && c < offset + own;
            assert_true(y[i] == (inside ? x[i / channels * own + c - offset] : before[i]));
        }
        sk_concat_backward(rows, channels, offset, own, y, sum, true, 3);
        for (size_t i = 0; i < rows * own; i++)
            assert_true(sum[i] == x[i] + dx[i]);
        sk_concat_backward(rows, channels, offset, own, y, dx, false, 3);
        check_same("dx", dx, x, rows * own);
        void *all[] = {x, y, before, dx, sum};
        for (size_t i = 0; i < COUNT_OF(all); i++)
            free(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addition),
        cmocka_unit_test(one_gradient),
        cmocka_unit_test(concatenation),
    };
    return cmocka_run_group_tests_name("add", tests, NULL, NULL);
}
