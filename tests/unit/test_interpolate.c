/* The way from one latent to the next, against what is known of great circles, and where there is none. */
#include <math.h>

#include "check.h"
#include "nn/interpolate.h"

enum { N = 128 };

static float *between(enum sk_interpolation kind, const float *a, const float *b, size_t n, double t)
{
    float *z = block(n, sizeof *z);
    sk_interpolate(kind, a, b, n, t, z);
    return z;
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static void ends_are_exact(void **state)
{
    (void)state;
    struct sk_random r;
    sk_random_init(&r, 1, 0);
    for (int pair = 0; pair < 50; pair++) {
        float *a = normal_floats(&r, N, 0, 1), *b = pair % 5 ? normal_floats(&r, N, 0, 1) : copy_floats(a, N);
        for (int kind = SK_SPHERICAL; kind <= SK_LINEAR; kind++) {
            float *first = between((enum sk_interpolation)kind, a, b, N, 0), *last = between((enum sk_interpolation)kind, a, b, N, 1);
            check_same("first", first, a, N);
            check_same("last", last, b, N);
            free(first);
            free(last);
        }
        free(a);
        free(b);
    }
}

static void linear_is_the_weighted_mean(void **state)
{
    (void)state;
    const float a[] = {1, -2, 4}, b[] = {5, 2, 4};
    float *z = between(SK_LINEAR, a, b, 3, 0.25);
    check_close("z", z, (double[]){2, -1, 4}, 3, 1e-7);
    free(z);
}

/* A quarter of a circle, then one of 60 degrees out of the axes' planes. */
static void spherical_goes_along_the_circle(void **state)
{
    (void)state;
    for (int i = 0; i <= 8; i++) {
        double t = i / 8.0, w = acos(-1) / 2 * t;
        float *z = between(SK_SPHERICAL, (float[]){2, 0, 0}, (float[]){0, 0, 2}, 3, t);
        check_close("quarter", z, (double[]){2 * cos(w), 0, 2 * sin(w)}, 3, 1e-6);
        free(z);
    }
    const float a[] = {1, 1, 0}, b[] = {0, 1, 1};
    float *z = between(SK_SPHERICAL, a, b, 3, 0.5);
    double middle = sqrt(2) / sqrt(6);
    check_close("sixth", z, (double[]){middle, 2 * middle, middle}, 3, 1e-6);
    free(z);
}

static void spherical_keeps_length_and_speed(void **state)
{
    (void)state;
    enum { STEPS = 10 };
    struct sk_random r;
    sk_random_init(&r, 2, 0);
    for (int pair = 0; pair < 20; pair++) {
        float *a = normal_floats(&r, N, 0, 1), *b = normal_floats(&r, N, 0, 1);
        double scale = sqrt(dot(a, a, N) / dot(b, b, N));
        for (int i = 0; i < N; i++)
            b[i] = (float)(scale * (double)b[i]);
        const double square = dot(a, a, N), w = acos(dot(a, b, N) / square);
        float *before = copy_floats(a, N);
        for (int step = 1; step <= STEPS; step++) {
            float *z = between(SK_SPHERICAL, a, b, N, step / (double)STEPS);
            assert_true(fabs(dot(z, z, N) / square - 1) < 1e-5);
            assert_true(fabs(acos(dot(z, before, N) / square) - w / STEPS) < 1e-3);
            free(before);
            before = z;
        }
        free(before);
        free(a);
        free(b);
    }
}

static void the_way_back_is_the_same_way(void **state)
{
    (void)state;
    struct sk_random r;
    sk_random_init(&r, 3, 0);
    float *a = normal_floats(&r, N, 0, 1), *b = normal_floats(&r, N, 0, 2);
    for (int kind = SK_SPHERICAL; kind <= SK_LINEAR; kind++) {
        float *there = between((enum sk_interpolation)kind, a, b, N, 0.25), *back = between((enum sk_interpolation)kind, b, a, N, 0.75);
        check_same("back", there, back, N);
        free(there);
        free(back);
    }
    free(a);
    free(b);
}

/* Parallel, opposite, zero: there the spherical way is the linear one; close to that it is near it, and finite. */
static void without_a_circle_it_is_linear(void **state)
{
    (void)state;
    const float a[] = {3, 4, 0}, longer[] = {6, 8, 0}, opposite[] = {-6, -8, 0}, zero[] = {0, 0, 0};
    const float *pair[][2] = {{a, a}, {a, longer}, {a, opposite}, {opposite, a}, {a, zero}, {zero, a}, {zero, zero}};
    for (size_t i = 0; i < COUNT_OF(pair); i++)
        for (double t = 0; t <= 1; t += 0.125) {
            float *z = between(SK_SPHERICAL, pair[i][0], pair[i][1], 3, t), *line = between(SK_LINEAR, pair[i][0], pair[i][1], 3, t);
            check_same("z", z, line, 3);
            free(z);
            free(line);
        }
    const float near[] = {6, 8, 1e-4f}, beside[] = {-6, -8, 1e-4f};
    float *z = between(SK_SPHERICAL, a, near, 3, 0.5);
    check_close("near", z, (double[]){4.5, 6, 5e-5}, 3, 1e-5);
    free(z);
    z = between(SK_SPHERICAL, a, beside, 3, 0.5); /* round by the side where b lies */
    assert_true(z[2] > 1 && isfinite(z[0]) && isfinite(z[1]));
    free(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_exact),
        cmocka_unit_test(linear_is_the_weighted_mean),
        cmocka_unit_test(spherical_goes_along_the_circle),
        cmocka_unit_test(spherical_keeps_length_and_speed),
        cmocka_unit_test(the_way_back_is_the_same_way),
        cmocka_unit_test(without_a_circle_it_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
