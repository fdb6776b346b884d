/* Singular values against Hestenes' rotations of columns, and the factor of a QR against what it is a factor of. */
#include "check.h"

#include "base/memory.h"
#include "base/product.h"
#include "stat/householder.h"
#include "stat/singular_values.h"

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Rotates the columns, given as rows of a [columns][rows], until they are orthogonal: their norms are the values. */
static void naive_values(size_t rows, size_t columns, double *a, double *value)
{
    for (int sweep = 0; sweep < 14; sweep++)
        for (size_t p = 0; p < columns; p++)
            for (size_t q = p + 1; q < columns; q++) {
                double *x = a + p * rows, *y = a + q * rows;
                const double theta = 0.5 * atan2(2 * dot(x, y, rows), dot(x, x, rows) - dot(y, y, rows));
                const double c = cos(theta), s = sin(theta);
                for (size_t i = 0; i < rows; i++) {
                    const double was = x[i];
                    x[i] = c * was + s * y[i];
                    y[i] = c * y[i] - s * was;
                }
            }
    for (size_t p = 0; p < columns; p++)
        value[p] = sqrt(dot(a + p * rows, a + p * rows, rows));
    qsort(value, columns, sizeof *value, descending);
}

/* Columns of very different sizes, of which the last `equal` repeat the first: rank is lost. */
static void fill(struct sk_random *r, size_t rows, size_t columns, size_t equal, double *m, size_t step)
{
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++)
            m[i * step + j] = j + equal >= columns && j > 0 ? m[i * step] : pow(0.9, (double)j) * sk_random_normal(r);
}

static void check_values(struct sk_random *r, size_t rows, size_t columns, size_t equal, size_t spare)
{
    const size_t step = columns + spare;
    double *m = block(rows * step, sizeof *m), *transposed = block(rows * columns, sizeof *m);
    double *got = block(columns, sizeof *got), *want = block(columns, sizeof *want);
    struct sk_error err;
    fill(r, rows, columns, equal, m, step);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            transposed[j * rows + i] = m[i * step + j];
    naive_values(rows, columns, transposed, want);
    if (sk_singular_values(rows, columns, m, step, got, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < columns; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-13 * want[0]))
            fail_msg("%zu x %zu: value %zu is %.17g, not %.17g", rows, columns, i, got[i], want[i]);
    free(m);
    free(transposed);
    free(got);
    free(want);
}

/* A block is 48 reflections: fewer, as many, one more, several, and what is left over. */
static void against_rotations(void **state)
{
    (void)state;
    static const size_t shape[][2] = {{1, 1},   {2, 1},   {9, 1},   {2, 2},   {5, 3},    {47, 47},  {48, 48},  {49, 48},
                                      {49, 49}, {60, 50}, {96, 96}, {97, 96}, {100, 97}, {150, 40}, {130, 110}};
    struct sk_random r;
    sk_random_init(&r, 3, 0);
    for (size_t i = 0; i < COUNT_OF(shape); i++)
        for (size_t equal = 0; equal < 3; equal++)
            check_values(&r, shape[i][0], shape[i][1], equal, i % 3);
}

static void nothing_but_zeros(void **state)
{
    (void)state;
    double *m = block(60 * 60, sizeof *m), value[60];
    struct sk_error err;
    assert_int_equal(sk_singular_values(60, 60, m, 60, value, &err), 0);
    for (size_t i = 0; i < 60; i++)
        assert_true(value[i] == 0);
    free(m);
}

static void values_that_are_no_numbers(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e300};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        double *m = block(60 * 50, sizeof *m), value[50];
        struct sk_error err;
        for (size_t j = 0; j < 60 * 50; j++)
            m[j] = j % 7 ? 1 : bad[i];
        assert_int_equal(sk_singular_values(60, 50, m, 50, value, &err), -1);
        assert_non_null(strstr(err.text, "no finite numbers"));
        free(m);
    }
}

/* R' R = F' F, with R' lower triangular. */
static void check_qr(struct sk_random *r, size_t rows, size_t columns)
{
    const size_t step = sk_product_step(rows, sizeof(double));
    double *a = block(columns * step, sizeof *a), *f = block(columns * step, sizeof *f);
    struct sk_householder h;
    struct sk_error err;
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < rows; i++)
            f[j * step + i] = a[j * step + i] = sk_random_normal(r);
    assert_int_equal(sk_householder_new(&h, rows, &err), 0);
    sk_householder_qr(&h, columns, rows, a, step);
    for (size_t i = 0; i < columns; i++) {
        for (size_t j = i + 1; j < rows; j++)
            assert_true(a[i * step + j] == 0);
        for (size_t j = 0; j < columns; j++) {
            const double got = dot(a + i * step, a + j * step, columns), want = dot(f + i * step, f + j * step, rows);
            if (!(fabs(got - want) <= 1e-14 * (double)rows * sqrt((double)rows)))
                fail_msg("%zu x %zu: (%zu, %zu) is %.17g, not %.17g", rows, columns, i, j, got, want);
        }
    }
    sk_householder_free(&h);
    free(a);
    free(f);
}

static void factors(void **state)
{
    (void)state;
    static const size_t shape[][2] = {{1, 1}, {2, 1}, {7, 7}, {48, 48}, {60, 49}, {100, 48}, {200, 110}};
    struct sk_random r;
    sk_random_init(&r, 4, 0);
    for (size_t i = 0; i < COUNT_OF(shape); i++)
        check_qr(&r, shape[i][0], shape[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_rotations), cmocka_unit_test(nothing_but_zeros), cmocka_unit_test(values_that_are_no_numbers),
        cmocka_unit_test(factors),
    };
    return cmocka_run_group_tests_name("singular_values", tests, NULL, NULL);
}
