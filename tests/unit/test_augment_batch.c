/* What D sees: each change by its definition, and the way back as the transpose of the way there. */
#include "check.h"
#include "nn/augment_batch.h"

enum { SIDE = 12, VALUES = SIDE * SIDE * 3, N = 40 };

static void draw(const char *list, uint64_t seed, struct sk_batch_augmentation a[N])
{
    struct sk_batch_augment_range range;
    struct sk_error err;
    struct sk_random random;
    assert_int_equal(sk_strengths_parse(&sk_batch_augment_names, list, range.strength, &err), 0);
    sk_random_init(&random, seed, 0);
    sk_batch_augment_draw(&range, N, SIDE, &random, a);
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static const char *const lists[] = {"none", "flip", "turn", "flip,turn", "translate=0.4", "cutout", "cutout=0.9", "brightness", "saturation=1",
                                    "contrast=0.9", "colour", "flip,turn,translate,cutout,colour"};

/* <A x - A 0, y> = <x, A' y>. */
static void backward_is_the_transpose(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 1, 1);
    float *x = normal_floats(&random, N * VALUES, 0, 1), *y = normal_floats(&random, N * VALUES, 0, 1);
    float *zero = block(N * VALUES, sizeof *zero), *ax = block(N * VALUES, sizeof *ax), *a0 = block(N * VALUES, sizeof *a0);
    float *aty = block(N * VALUES, sizeof *aty);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        struct sk_batch_augmentation a[N];
        draw(lists[k], k, a);
        sk_batch_augment(N, SIDE, a, x, ax, 2);
        sk_batch_augment(N, SIDE, a, zero, a0, 1);
        sk_batch_augment_backward(N, SIDE, a, y, aty, 3);
        for (size_t i = 0; i < N; i++) {
            const size_t at = i * VALUES;
            const double there = dot(ax + at, y + at, VALUES) - dot(a0 + at, y + at, VALUES), back = dot(x + at, aty + at, VALUES);
            if (!(fabs(there - back) < 1e-3))
                fail_msg("%s: image %zu: %g there, %g back", lists[k], i, there, back);
        }
    }
    free(x), free(y), free(zero), free(ax), free(a0), free(aty);
}

static void nothing_changes_nothing(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 2, 1);
    float *x = normal_floats(&random, N * VALUES, 0, 1), *y = block(N * VALUES, sizeof *y);
    struct sk_batch_augmentation a[N];
    draw("none", 1, a);
    sk_batch_augment(N, SIDE, a, x, y, 2);
    for (size_t i = 0; i < N * VALUES; i++)
        assert_true(fabsf(x[i] - y[i]) < 1e-6f);
    free(x), free(y);
}

/* The eight turns, each about as often, move every pixel to where it belongs. */
static void turns(void **state)
{
    (void)state;
    float x[VALUES], y[N * VALUES];
    struct sk_batch_augmentation a[N];
    size_t times[8] = {0};
    for (size_t i = 0; i < VALUES; i++)
        x[i] = (float)(i / 3 + i % 3 * 1000);
    for (uint64_t seed = 0; seed < 25; seed++) {
        draw("flip,turn", seed, a);
        for (size_t i = 0; i < N; i++) {
            times[a[i].turn]++;
            sk_batch_augment(1, SIDE, &a[i], x, y, 1);
            for (size_t row = 0; row < SIDE; row++)
                for (size_t column = 0; column < SIDE; column++) {
                    const size_t r = a[i].turn & 2 ? SIDE - 1 - row : row, c = a[i].turn & 1 ? SIDE - 1 - column : column;
                    assert_true(y[(row * SIDE + column) * 3] == (float)(a[i].turn & 4 ? c * SIDE + r : r * SIDE + c));
                }
        }
    }
    for (size_t t = 0; t < 8; t++) /* 1000 draws: 125 each, deviation 10 */
        assert_true(times[t] > 75 && times[t] < 175);
    draw("turn", 1, a); /* quarter turns alone mirror nothing: an even number of exchanges */
    for (size_t i = 0; i < N; i++)
        assert_int_equal(__builtin_popcount(a[i].turn) % 2, 0);
    draw("flip", 1, a);
    for (size_t i = 0; i < N; i++)
        assert_true(a[i].turn < 4);
}

/* Of a white image what is cut or comes in is 0. */
static void holes(void **state)
{
    (void)state;
    float x[VALUES], y[VALUES];
    struct sk_batch_augmentation a[N];
    size_t greatest = 0;
    for (size_t i = 0; i < VALUES; i++)
        x[i] = 1;
    draw("cutout=0.5", 1, a);
    for (size_t i = 0; i < N; i++) {
        size_t dark = 0;
        sk_batch_augment(1, SIDE, &a[i], x, y, 1);
        for (size_t v = 0; v < VALUES; v += 3)
            dark += y[v] == 0;
        assert_true(dark <= SIDE * SIDE / 4 && dark >= SIDE * SIDE / 16);
        greatest = dark > greatest ? dark : greatest;
    }
    assert_int_equal(greatest, SIDE * SIDE / 4);
    draw("translate=0.25", 1, a);
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        sk_batch_augment(1, SIDE, &a[i], x, y, 1);
        for (size_t v = 0; v < VALUES; v += 3)
            sum += (double)y[v];
        assert_true(labs(a[i].shift_x) <= SIDE / 4 && labs(a[i].shift_y) <= SIDE / 4);
        assert_true(fabs(sum - (double)((SIDE - labs(a[i].shift_x)) * (SIDE - labs(a[i].shift_y)))) < 1e-3);
    }
}

/* y = contrast (saturation (x - gray) + gray - mean) + mean + brightness, gray the pixel's mean, mean the image's. */
static void colours(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 3, 1);
    float *x = normal_floats(&random, VALUES, 0.2, 1), y[VALUES];
    struct sk_batch_augmentation a[N];
    draw("colour", 1, a);
    for (size_t i = 0; i < N; i++) {
        double mean = 0;
        sk_batch_augment(1, SIDE, &a[i], x, y, 1);
        for (size_t v = 0; v < VALUES; v++)
            mean += (double)x[v] / VALUES;
        for (size_t v = 0; v < VALUES; v++) {
            const size_t p = v / 3 * 3;
            const double gray = ((double)x[p] + (double)x[p + 1] + (double)x[p + 2]) / 3;
            const double saturated = (double)a[i].saturation * ((double)x[v] - gray) + gray;
            assert_true(fabs((double)y[v] - ((double)a[i].contrast * (saturated - mean) + mean + (double)a[i].brightness)) < 1e-5);
        }
    }
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backward_is_the_transpose),
        cmocka_unit_test(nothing_changes_nothing),
        cmocka_unit_test(turns),
        cmocka_unit_test(holes),
        cmocka_unit_test(colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
