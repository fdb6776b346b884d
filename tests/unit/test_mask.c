/* Shapes whose measures are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/mask.h"

/* A mask of width x height pixels, each the share of 8 x 8 points that inside() says are within. */
static struct sk_image draw(size_t width, size_t height, unsigned maxval, bool (*inside)(double x, double y))
{
    struct sk_image mask = {0};
    struct sk_error err;
    enum { FINE = 8 };
    assert_int_equal(sk_image_shape(&mask, width, height, 1, false, maxval, &err), 0);
    for (size_t p = 0; p < width * height; p++) {
        int hits = 0;
        for (int k = 0; k < FINE * FINE; k++)
            hits += inside((double)(p % width) + (k % FINE + 0.5) / FINE, (double)(p / width) + (k / FINE + 0.5) / FINE);
        mask.sample[p] = (uint16_t)lround((double)maxval * hits / (FINE * FINE));
    }
    return mask;
}

static struct sk_mask_shape measure(size_t width, size_t height, unsigned maxval, bool (*inside)(double x, double y))
{
    struct sk_image mask = draw(width, height, maxval, inside);
    struct sk_mask_shape shape;
    sk_mask_measure(&mask, &shape);
    sk_image_free(&mask);
    return shape;
}

static void near(double value, double want, double tolerance)
{
    if (!(fabs(value - want) <= tolerance))
        print_message("# %g instead of %g\n", value, want);
    assert_true(fabs(value - want) <= tolerance);
}

static bool disc(double x, double y)
{
    return hypot(x - 30.3, y - 24.6) < 20;
}

static bool ellipse(double x, double y)
{
    double u = 0.8 * (x - 40) + 0.6 * (y - 40), v = 0.8 * (y - 40) - 0.6 * (x - 40);
    return hypot(u / 30, v / 15) < 1;
}

static bool ring(double x, double y)
{
    double r = hypot(x - 30, y - 30);
    return r > 10 && r < 25;
}

static bool two_discs(double x, double y)
{
    return hypot(x - 15, y - 20) < 8 || hypot(x - 60, y - 20) < 8;
}

/* Height and base 48: folded on its axis it meets itself; folded through its centre of mass, a third does not. */
static bool triangle(double x, double y)
{
    return y > 6 && y < 54 && fabs(x - 30) < (y - 6) / 2;
}

static bool quarter(double x, double y)
{
    return hypot(x, y) < 20;
}

static bool everything(double x, double y)
{
    return x < 1000 && y < 1000;
}

static bool nothing(double x, double y)
{
    return x < 0 && y < 0;
}

static void round_shapes(void **state)
{
    (void)state;
    static const unsigned maxvals[] = {1, 255, 65535};
    for (int i = 0; i < 3; i++) {
        struct sk_mask_shape s = measure(60, 50, maxvals[i], disc);
        double slack = maxvals[i] == 1 ? 0.03 : 0.005; /* a bitmap's outline has steps */
        near(s.area, M_PI * 400, 4);
        near(s.perimeter, 40 * M_PI, 40 * M_PI * 2 * slack);
        near(s.diameter, 40, 40 * slack);
        near(s.asymmetry, 0, 0.01 + slack);
        assert_false(s.cut);
    }
    struct sk_mask_shape s = measure(80, 80, 255, ellipse);
    near(s.area, M_PI * 450, 2);
    near(s.perimeter, 145.33, 0.7); /* 4 * 30 E(sqrt(3)/2) */
    near(s.diameter, 60, 0.2);
    near(s.asymmetry, 0, 0.01);
}

static void holes_and_parts(void **state)
{
    (void)state;
    struct sk_mask_shape s = measure(60, 60, 255, ring);
    near(s.area, M_PI * 525, 3);
    near(s.perimeter, 70 * M_PI, 1);
    near(s.diameter, 50, 0.2);
    s = measure(80, 40, 255, two_discs);
    near(s.perimeter, 32 * M_PI, 0.7);
    near(s.diameter, 61, 0.2);
    near(s.asymmetry, 0, 0.01);
}

static void folding(void **state)
{
    (void)state;
    struct sk_mask_shape s = measure(60, 60, 255, triangle);
    near(s.asymmetry, 1. / 6, 0.005);
    near(s.perimeter, 48 + 2 * hypot(48, 24), 1.5);
}

static void edges(void **state)
{
    (void)state;
    struct sk_mask_shape s = measure(60, 60, 255, quarter);
    assert_true(s.cut);
    near(s.perimeter, 40 + 10 * M_PI, 1); /* corners are cut */
    s = measure(7, 5, 255, everything);
    assert_true(s.cut);
    near(s.area, 35, 0);
    near(s.perimeter, 2 * (6 + 4) + 4 * M_SQRT1_2, 1e-9);
    s = measure(1, 1, 1, everything);
    near(s.perimeter, 4 * M_SQRT1_2, 1e-9);
    near(s.asymmetry, 0, 1e-9);
    s = measure(9, 4, 255, nothing);
    assert_false(s.cut);
    near(s.area + s.perimeter + s.diameter + s.asymmetry, 0, 0);
}

/* Two pixels of 9/10 that touch in a corner: apart, as the middle is below a half. In the negative, the holes are. */
static void saddles(void **state)
{
    (void)state;
    static uint16_t sample[36];
    struct sk_image mask = {.width = 6, .height = 6, .channels = 1, .maxval = 10, .sample = sample};
    struct sk_mask_shape shape;
    double corner = 0.4 / 0.9 * M_SQRT2;
    sample[2 * 6 + 2] = sample[3 * 6 + 3] = 9;
    sk_mask_measure(&mask, &shape);
    near(shape.perimeter, 8 * corner, 1e-9);
    for (int i = 0; i < 36; i++)
        sample[i] = (uint16_t)(10 - sample[i]);
    sk_mask_measure(&mask, &shape);
    near(shape.perimeter, 8 * corner + 20 + 4 * M_SQRT1_2, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_shapes), cmocka_unit_test(holes_and_parts), cmocka_unit_test(folding),
        cmocka_unit_test(edges),        cmocka_unit_test(saddles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
