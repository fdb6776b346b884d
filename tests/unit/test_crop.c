#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image.h"
#include "image/crop.h"

/* The cropped square's sample, the outermost repeated. */
static double square_at(const struct sk_image *in, long x, long y, size_t c)
{
    const long width = (long)in->width, height = (long)in->height, side = width < height ? width : height;
    x = (x < 0 ? 0 : x >= side ? side - 1 : x) + (width - side) / 2;
    y = (y < 0 ? 0 : y >= side ? side - 1 : y) + (height - side) / 2;
    return in->sample[(size_t)(y * width + x) * sk_image_depth(in) + c];
}

static double overlap(double a0, double a1, double b0, double b1)
{
    const double low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
    return high > low ? high - low : 0;
}

static double area_oracle(const struct sk_image *in, size_t to, size_t x, size_t y, size_t c)
{
    const size_t side = in->width < in->height ? in->width : in->height;
    const double s = (double)side / (double)to;
    double sum = 0;
    for (size_t j = 0; j < side; j++)
        for (size_t i = 0; i < side; i++)
            sum += square_at(in, (long)i, (long)j, c) *
                   overlap((double)i, (double)i + 1, (double)x * s, (double)(x + 1) * s) *
                   overlap((double)j, (double)j + 1, (double)y * s, (double)(y + 1) * s);
    return sum / (s * s);
}

/* Catmull-Rom through p1 (at t = 0) and p2 (at t = 1). */
static double catmull_rom(const double *p, double t)
{
    return 0.5 * (2 * p[1] + t * (p[2] - p[0] + t * (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3] +
                                                     t * (3 * (p[1] - p[2]) + p[3] - p[0]))));
}

static double cubic_oracle(const struct sk_image *in, size_t to, size_t x, size_t y, size_t c)
{
    const double s = (double)(in->width < in->height ? in->width : in->height) / (double)to;
    const double u = ((double)x + 0.5) * s - 0.5, v = ((double)y + 0.5) * s - 0.5;
    double column[4], row[4];
    for (long j = 0; j < 4; j++) {
        for (long i = 0; i < 4; i++)
            row[i] = square_at(in, (long)floor(u) - 1 + i, (long)floor(v) - 1 + j, c);
        column[j] = catmull_rom(row, u - floor(u));
    }
    const double value = catmull_rom(column, v - floor(v));
    return value < 0 ? 0 : value > in->maxval ? in->maxval : value;
}

static void against_oracle(const struct sk_image *in, size_t to)
{
    struct sk_image out = {0};
    struct sk_error err;
    const size_t side = in->width < in->height ? in->width : in->height, depth = sk_image_depth(in);
    assert_int_equal(sk_image_crop(in, to, &out, &err), 0);
    assert_int_equal(out.width, to);
    assert_int_equal(out.height, to);
    assert_int_equal(out.channels, in->channels);
    assert_int_equal(out.alpha, in->alpha);
    assert_int_equal(out.maxval, in->maxval);
    for (size_t i = 0; i < image_samples(&out); i++) {
        const size_t x = i / depth % to, y = i / depth / to;
        const double exact = to > side ? cubic_oracle(in, to, x, y, i % depth) : area_oracle(in, to, x, y, i % depth);
        if (fabs(out.sample[i] - exact) > 0.5 + 2e-6 * in->maxval)
            fail_msg("%zu x %zu to %zu: sample %zu is %u, not %f", in->width, in->height, to, i, out.sample[i], exact);
    }
    sk_image_free(&out);
}

static void any_sizes(void **state)
{
    static const size_t widths[] = {1, 2, 3, 5, 8, 13, 21, 30};
    static const unsigned maxvals[] = {1, 255, 65535};
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 1, 0);
    for (int round = 0; round < 30; round++) {
        struct sk_image in =
            random_image(&random, 1 + sk_random_below(&random, 30), 1 + sk_random_below(&random, 30),
                         round % 2 ? 3 : 1, round % 3 == 0, maxvals[round % 3]);
        for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
            against_oracle(&in, widths[i]);
        sk_image_free(&in);
    }
}

/* 65535 everywhere stays 65535, however many parts the mean has. */
static void even_images_stay(void **state)
{
    struct sk_image in = make_image(301, 303, 1, false, 65535), out = {0};
    struct sk_error err;
    (void)state;
    for (size_t level = 65533; level <= 65535; level++)
        for (size_t to = 1; to < 700; to = to * 3 + 1) {
            for (size_t i = 0; i < image_samples(&in); i++)
                in.sample[i] = (uint16_t)level;
            assert_int_equal(sk_image_crop(&in, to, &out, &err), 0);
            for (size_t i = 0; i < image_samples(&out); i++)
                assert_int_equal(out.sample[i], level);
        }
    sk_image_free(&in);
    sk_image_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_sizes), cmocka_unit_test(even_images_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
