#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image.h"
#include "image/warp.h"

static uint16_t at(const struct sk_image *image, size_t x, size_t y, size_t c)
{
    return image->sample[(y * image->width + x) * sk_image_depth(image) + c];
}

static struct sk_image warped(const struct sk_image *in, struct sk_warp warp)
{
    struct sk_image out = {0};
    struct sk_error err;
    assert_int_equal(sk_image_warp(in, &warp, &out, &err), 0);
    assert_same_shape(in, &out);
    return out;
}

static void flips_move_samples(void **state)
{
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 1, 0);
    for (unsigned round = 0; round < 40; round++) {
        struct sk_image in = random_image(&random, 1 + sk_random_below(&random, 20), 1 + sk_random_below(&random, 20),
                                          round % 2 ? 3 : 1, round % 3 == 0, round % 5 ? 255 : 65535);
        const bool h = round / 2 % 2, v = round / 4 % 2;
        struct sk_image out = warped(&in, (struct sk_warp){.flip_horizontal = h, .flip_vertical = v});
        for (size_t y = 0; y < in.height; y++)
            for (size_t x = 0; x < in.width; x++)
                for (size_t c = 0; c < sk_image_depth(&in); c++)
                    assert_int_equal(at(&out, x, y, c),
                                     at(&in, h ? in.width - 1 - x : x, v ? in.height - 1 - y : y, c));
        sk_image_free(&in);
        sk_image_free(&out);
    }
}

/* Clockwise: what was on top is on the right. */
static void quarter_turns(void **state)
{
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 2, 0);
    for (size_t n = 1; n < 20; n++) {
        struct sk_image in = random_image(&random, n, n, 3, false, 255);
        struct sk_image quarter = warped(&in, (struct sk_warp){.degrees = 90});
        struct sk_image back = warped(&in, (struct sk_warp){.degrees = -90});
        struct sk_image half = warped(&in, (struct sk_warp){.degrees = 180});
        for (size_t y = 0; y < n; y++)
            for (size_t x = 0; x < n; x++)
                for (size_t c = 0; c < 3; c++) {
                    assert_int_equal(at(&quarter, n - 1 - y, x, c), at(&in, x, y, c));
                    assert_int_equal(at(&back, y, n - 1 - x, c), at(&in, x, y, c));
                    assert_int_equal(at(&half, n - 1 - x, n - 1 - y, c), at(&in, x, y, c));
                }
        sk_image_free(&in);
        sk_image_free(&quarter);
        sk_image_free(&back);
        sk_image_free(&half);
    }
}

/* A point pushed forward step by step (flip, shear, rotation) finds in the result what it had: a smooth image, so
   that interpolation stays close; points whose way stays inside. */
static void order_of_steps(void **state)
{
    enum { N = 101 };
    const double turn = 3.14159265358979323846 / 180, centre = (N - 1) / 2.0;
    struct sk_image in = make_image(N, N, 1, false, 65535);
    struct sk_random random;
    (void)state;
    for (size_t y = 0; y < N; y++)
        for (size_t x = 0; x < N; x++)
            in.sample[y * N + x] = (uint16_t)(500 * x + 100 * y + 1000); /* bilinear interpolation is exact */
    sk_random_init(&random, 3, 0);
    const struct sk_warp_range range = {.flip_horizontal = true, .flip_vertical = true, .shear = 0.5, .degrees = 180};
    int inside = 0;
    for (int round = 0; round < 50; round++) {
        struct sk_warp warp = sk_warp_draw(&range, &random);
        warp.zoom = sk_random_between(&random, -0.3, 0.5);
        warp.shift_x = sk_random_between(&random, -0.2, 0.2);
        warp.shift_y = sk_random_between(&random, -0.2, 0.2);
        struct sk_image out = warped(&in, warp);
        for (int k = 0; k < 50; k++) {
            const double x0 = sk_random_between(&random, 10, N - 11), y0 = sk_random_between(&random, 10, N - 11);
            double x = x0 - centre, y = y0 - centre;
            x = warp.flip_horizontal ? -x : x;
            y = warp.flip_vertical ? -y : y;
            x += warp.shear * y;
            const double c = cos(warp.degrees * turn), s = sin(warp.degrees * turn);
            const double zoom = 1 + warp.zoom;
            const double u = zoom * (c * x - s * y) + warp.shift_x * N + centre;
            const double v = zoom * (s * x + c * y) + warp.shift_y * N + centre;
            if (u < 1 || u > N - 2 || v < 1 || v > N - 2)
                continue;
            inside++;
            const double there = at(&out, (size_t)lround(u), (size_t)lround(v), 0);
            assert_true(fabs(there - (500 * x0 + 100 * y0 + 1000)) < 620); /* a pixel away at most */
        }
        sk_image_free(&out);
    }
    assert_true(inside > 1000);
    sk_image_free(&in);
}

static long reflect(long i, long n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

/* Every sample against bilinear interpolation of the reflected image in long double. */
static void assert_interpolated(const struct sk_image *in, const struct sk_warp *warp, const struct sk_image *out)
{
    const size_t w = in->width, h = in->height;
    const long double turn = 3.14159265358979323846L / 180, cx = ((long double)w - 1) / 2, cy = ((long double)h - 1) / 2;
    const long double c = cosl(warp->degrees * turn), s = sinl(warp->degrees * turn);
    for (size_t i = 0; i < w * h * in->channels; i++) {
        const size_t channel = i % in->channels, column = i / in->channels % w, row = i / in->channels / w;
        const long double x = ((long double)column - cx - warp->shift_x * (long double)w) / (1 + warp->zoom);
        const long double y = ((long double)row - cy - warp->shift_y * (long double)h) / (1 + warp->zoom);
        const long double ry = c * y - s * x, rx = c * x + s * y - warp->shear * ry; /* unturned, then unsheared */
        const long double u = rx + cx, v = ry + cy, fx = u - floorl(u), fy = v - floorl(v);
        const long left = (long)floorl(u), top = (long)floorl(v);
        long double value = 0;
        for (long b = 0; b < 2; b++)
            for (long a = 0; a < 2; a++)
                value += (a ? fx : 1 - fx) * (b ? fy : 1 - fy) *
                         at(in, (size_t)reflect(left + a, (long)w), (size_t)reflect(top + b, (long)h), channel);
        if (fabsl((long double)at(out, column, row, channel) - value) > 0.5L + 1e-9L)
            fail_msg("%zux%zu: (%zu, %zu, %zu): %u, not %Lf", w, h, column, row, channel, at(out, column, row, channel), value);
    }
}

static void borders_are_reflected(void **state)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 4, 0);
    for (int round = 0; round < 120; round++) {
        const size_t w = 1 + sk_random_below(&random, round % 8 == 0 ? 150 : 25), h = 1 + sk_random_below(&random, 25);
        struct sk_image in = random_image(&random, w, h, round % 2 ? 1 : 3, false, round % 3 ? 255 : 65535);
        const struct sk_warp warp = {.shear = sk_random_between(&random, -2, 2),
                                     .degrees = sk_random_between(&random, -360, 360),
                                     .zoom = sk_random_between(&random, -0.9, 0.9),
                                     .shift_x = sk_random_between(&random, -1, 1),
                                     .shift_y = sk_random_between(&random, -1, 1)};
        struct sk_image out = warped(&in, warp);
        assert_interpolated(&in, &warp, &out);
        for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
            setenv("SK_SIMD", levels[l], 1); /* the widest instead, where the processor lacks it */
            struct sk_image other = warped(&in, warp);
            assert_same_image(&out, &other);
            sk_image_free(&other);
        }
        unsetenv("SK_SIMD");
        sk_image_free(&in);
        sk_image_free(&out);
    }
}

static void draws_fill_the_range(void **state)
{
    const struct sk_warp_range range = {.flip_horizontal = true, .shear = 0.2, .degrees = 180};
    struct sk_random random;
    int flipped = 0;
    double most = 0, least = 0, shear = 0;
    (void)state;
    sk_random_init(&random, 5, 0);
    for (int i = 0; i < 10000; i++) {
        const struct sk_warp warp = sk_warp_draw(&range, &random);
        flipped += warp.flip_horizontal;
        assert_false(warp.flip_vertical);
        assert_true(fabs(warp.shear) <= 0.2 && fabs(warp.degrees) <= 180);
        most = warp.degrees > most ? warp.degrees : most;
        least = warp.degrees < least ? warp.degrees : least;
        shear = fabs(warp.shear) > shear ? fabs(warp.shear) : shear;
    }
    assert_in_range(flipped, 4800, 5200); /* four standard deviations */
    assert_true(most > 179 && least < -179 && shear > 0.199);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flips_move_samples), cmocka_unit_test(quarter_turns),
                                       cmocka_unit_test(order_of_steps), cmocka_unit_test(borders_are_reflected),
                                       cmocka_unit_test(draws_fill_the_range)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
