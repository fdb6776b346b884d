#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image.h"
#include "image/filter.h"

/* --- naive oracles, straight from the definitions, in double --- */

static long reflect(long i, long n)
{
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

static double sample_at(const struct sk_image *image, long x, long y, unsigned c)
{
    const size_t column = (size_t)reflect(x, (long)image->width), row = (size_t)reflect(y, (long)image->height);
    return image->sample[(row * image->width + column) * sk_image_depth(image) + c];
}

static void bilateral_pixel(const struct sk_image *in, int diameter, double sigma_color, double sigma_space, long x,
                            long y, double *mean)
{
    const long radius = diameter / 2 > 1 ? diameter / 2 : 1;
    const double sigma = sigma_color * in->maxval / 255;
    double sum[3] = {0}, weights = 0;
    for (long dy = -radius; dy <= radius; dy++)
        for (long dx = -radius; dx <= radius; dx++) {
            if (dx * dx + dy * dy > radius * radius)
                continue;
            double v = 0;
            for (unsigned c = 0; c < in->channels; c++)
                v += fabs(sample_at(in, x + dx, y + dy, c) - sample_at(in, x, y, c));
            const double r2 = (double)(dx * dx + dy * dy);
            const double w = exp(-r2 / (2 * sigma_space * sigma_space)) * exp(-v * v / (2 * sigma * sigma));
            for (unsigned c = 0; c < in->channels; c++)
                sum[c] += w * sample_at(in, x + dx, y + dy, c);
            weights += w;
        }
    for (unsigned c = 0; c < in->channels; c++)
        mean[c] = sum[c] / weights;
}

static void gaussian_pixel(const struct sk_image *in, int diameter, double sigma, long x, long y, double *mean)
{
    double sum[3] = {0}, weights = 0;
    for (long dy = -diameter / 2; dy <= diameter / 2; dy++)
        for (long dx = -diameter / 2; dx <= diameter / 2; dx++) {
            const double w = exp(-(double)(dx * dx + dy * dy) / (2 * sigma * sigma));
            for (unsigned c = 0; c < in->channels; c++)
                sum[c] += w * sample_at(in, x + dx, y + dy, c);
            weights += w;
        }
    for (unsigned c = 0; c < in->channels; c++)
        mean[c] = sum[c] / weights;
}

static int compare(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static uint16_t median_sample(const struct sk_image *in, int diameter, long x, long y, unsigned c)
{
    uint16_t window[15 * 15];
    size_t n = 0;
    for (long dy = -diameter / 2; dy <= diameter / 2; dy++)
        for (long dx = -diameter / 2; dx <= diameter / 2; dx++) {
            long column = x + dx, row = y + dy, right = (long)in->width - 1, bottom = (long)in->height - 1;
            column = column < 0 ? 0 : column > right ? right : column;
            row = row < 0 ? 0 : row > bottom ? bottom : row;
            window[n++] = in->sample[(size_t)(row * (right + 1) + column) * sk_image_depth(in) + c];
        }
    qsort(window, n, sizeof *window, compare);
    return window[n / 2];
}

/* --- against the oracles --- */

static const struct {
    size_t width, height;
    unsigned channels;
    bool alpha;
    unsigned maxval;
} shapes[] = {{1, 1, 1, false, 1},      {2, 1, 3, false, 255},  {1, 9, 3, true, 255}, {17, 13, 3, false, 255},
              {16, 16, 1, false, 1000}, {33, 5, 3, true, 65535}, {260, 3, 3, false, 255}, {513, 2, 1, true, 77}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct sk_image shaped(struct sk_random *random, int i)
{
    return random_image(random, shapes[i].width, shapes[i].height, shapes[i].channels, shapes[i].alpha,
                        shapes[i].maxval);
}

/* A mean that lies this near to a half may be rounded either way: 24-bit sums of some 200 weights. */
static void assert_rounded(double exact, unsigned actual, unsigned maxval)
{
    const double slack = 2e-6 * maxval;
    if (fabs(actual - exact) > 0.5 + slack)
        fail_msg("%u is not %.7f rounded", actual, exact);
}

static void assert_alpha_copied(const struct sk_image *in, const struct sk_image *out)
{
    const size_t depth = sk_image_depth(in);
    for (size_t i = depth - 1; in->alpha && i < image_samples(in); i += depth)
        assert_int_equal(in->sample[i], out->sample[i]);
}

static void bilateral_is_its_definition(void **state)
{
    static const struct {
        int diameter;
        double color, space;
    } settings[] = {{9, 75, 75}, {1, 30, 1}, {8, 10, 2}, {15, 200, 4}, {5, 0.01, 3}, {5, 1e6, 1e6}};
    struct sk_random random;
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 1, 0);
    for (int i = 0; i < SHAPES; i++)
        for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
            struct sk_image in = shaped(&random, i);
            assert_int_equal(
                sk_filter_bilateral(&in, settings[s].diameter, settings[s].color, settings[s].space, &out, &err), 0);
            assert_same_shape(&in, &out);
            for (size_t p = 0; p < in.width * in.height; p++) {
                double mean[3];
                bilateral_pixel(&in, settings[s].diameter, settings[s].color, settings[s].space,
                                (long)(p % in.width), (long)(p / in.width), mean);
                for (unsigned c = 0; c < in.channels; c++)
                    assert_rounded(mean[c], out.sample[p * sk_image_depth(&in) + c], in.maxval);
            }
            assert_alpha_copied(&in, &out);
            sk_image_free(&in);
        }
    sk_image_free(&out);
}

static void gaussian_is_its_definition(void **state)
{
    struct sk_random random;
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 2, 0);
    for (int i = 0; i < SHAPES; i++)
        for (int diameter = 1; diameter <= 15; diameter += 2) {
            const double sigma = sk_gaussian_sigma(diameter);
            struct sk_image in = shaped(&random, i);
            assert_int_equal(sk_filter_gaussian(&in, diameter, sigma, &out, &err), 0);
            assert_same_shape(&in, &out);
            for (size_t p = 0; p < in.width * in.height; p++) {
                double mean[3];
                gaussian_pixel(&in, diameter, sigma, (long)(p % in.width), (long)(p / in.width), mean);
                for (unsigned c = 0; c < in.channels; c++)
                    assert_rounded(mean[c], out.sample[p * sk_image_depth(&in) + c], in.maxval);
            }
            assert_alpha_copied(&in, &out);
            sk_image_free(&in);
        }
    sk_image_free(&out);
}

static void median_is_its_definition(void **state)
{
    struct sk_random random;
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 3, 0);
    for (int i = 0; i < SHAPES; i++)
        for (int diameter = 1; diameter <= 15; diameter += 2) {
            struct sk_image in = shaped(&random, i);
            assert_int_equal(sk_filter_median(&in, diameter, &out, &err), 0);
            assert_same_shape(&in, &out);
            for (size_t p = 0; p < in.width * in.height; p++)
                for (unsigned c = 0; c < in.channels; c++)
                    assert_int_equal(
                        out.sample[p * sk_image_depth(&in) + c],
                        median_sample(&in, diameter, (long)(p % in.width), (long)(p / in.width), c));
            assert_alpha_copied(&in, &out);
            sk_image_free(&in);
        }
    sk_image_free(&out);
}

/* Smoothing must not drift: an even image stays as it is, at the ends of the range too. */
static void even_images_stay(void **state)
{
    static const unsigned levels[] = {0, 1, 30000, 65534, 65535};
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        struct sk_image in = make_image(40, 30, 3, false, 65535);
        for (size_t i = 0; i < image_samples(&in); i++)
            in.sample[i] = (uint16_t)levels[k];
        assert_int_equal(sk_filter_bilateral(&in, 31, 75, 75, &out, &err), 0);
        assert_same_image(&in, &out);
        assert_int_equal(sk_filter_gaussian(&in, 31, 5, &out, &err), 0);
        assert_same_image(&in, &out);
        assert_int_equal(sk_filter_median(&in, 31, &out, &err), 0);
        assert_same_image(&in, &out);
        sk_image_free(&in);
    }
    sk_image_free(&out);
}

/* The greatest window, on an image far smaller. */
static void greatest_window(void **state)
{
    struct sk_random random;
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 4, 0);
    struct sk_image in = random_image(&random, 3, 2, 3, false, 255);
    assert_int_equal(sk_filter_bilateral(&in, SK_FILTER_MAX_DIAMETER, 75, 75, &out, &err), 0);
    double mean[3];
    bilateral_pixel(&in, SK_FILTER_MAX_DIAMETER, 75, 75, 1, 1, mean);
    for (unsigned c = 0; c < 3; c++)
        assert_in_range(out.sample[(3 + 1) * 3 + c], (unsigned)mean[c], (unsigned)mean[c] + 1);
    assert_int_equal(sk_filter_gaussian(&in, SK_FILTER_MAX_DIAMETER, 40, &out, &err), 0);
    assert_int_equal(sk_filter_median(&in, SK_FILTER_MAX_DIAMETER, &out, &err), 0);
    sk_image_free(&in);
    sk_image_free(&out);
}

/* --- against OpenCV --- */

static struct sk_image read_fixture(const char *name, const char *suffix)
{
    char path[200];
    struct sk_image image = {0};
    struct sk_image_reader *reader;
    struct sk_error err;
    snprintf(path, sizeof path, "tests/fixtures/filter/%s.%s", name, suffix);
    if (sk_image_reader_open(&reader, path, &err) || sk_image_read(reader, &image, &err) != 1)
        fail_msg("%s: %s", path, err.text);
    sk_image_reader_close(reader);
    return image;
}

/* No sample differs by more than 1, at most `share` of them at all. */
static void assert_near_fixture(const struct sk_image *out, const char *name, const char *suffix, double share)
{
    struct sk_image expected = read_fixture(name, suffix);
    size_t different = 0;
    assert_same_shape(out, &expected);
    for (size_t i = 0; i < image_samples(out); i++) {
        if (abs(out->sample[i] - expected.sample[i]) > 1)
            fail_msg("%s.%s: sample %zu is %u, not %u", name, suffix, i, out->sample[i], expected.sample[i]);
        different += out->sample[i] != expected.sample[i];
    }
    if ((double)different > share * (double)image_samples(out))
        fail_msg("%s.%s: %zu samples differ", name, suffix, different);
    sk_image_free(&expected);
}

static void all_are_as_opencv(void **state)
{
    static const int settings[][3] = {{5, 75, 75}, {9, 75, 75}, {15, 75, 75}, {5, 20, 2}, {8, 30, 3}, {1, 50, 1}};
    struct sk_error err;
    struct sk_image out = {0};
    char name[60];
    (void)state;
    for (int gray = 0; gray < 2; gray++) {
        const char *suffix = gray ? "pgm" : "ppm";
        struct sk_image in = read_fixture("input", suffix);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            const int *s = settings[i];
            snprintf(name, sizeof name, "bilateral-%d-%d-%d", s[0], s[1], s[2]);
            assert_int_equal(sk_filter_bilateral(&in, s[0], s[1], s[2], &out, &err), 0);
            assert_near_fixture(&out, name, suffix, 0.002); /* a half rounded the other way */
        }
        static const int diameters[] = {3, 5, 9, 15};
        for (size_t i = 0; i < sizeof diameters / sizeof *diameters; i++) {
            const int diameter = diameters[i];
            snprintf(name, sizeof name, "gaussian-%d", diameter);
            assert_int_equal(sk_filter_gaussian(&in, diameter, sk_gaussian_sigma(diameter), &out, &err), 0);
            assert_near_fixture(&out, name, suffix, 0.25); /* OpenCV's 8-bit weights are in steps of 1/256 */
            snprintf(name, sizeof name, "median-%d", diameter);
            assert_int_equal(sk_filter_median(&in, diameter, &out, &err), 0);
            assert_near_fixture(&out, name, suffix, 0);
        }
        sk_image_free(&in);
    }
    sk_image_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bilateral_is_its_definition), cmocka_unit_test(gaussian_is_its_definition),
        cmocka_unit_test(median_is_its_definition),    cmocka_unit_test(even_images_stay),
        cmocka_unit_test(greatest_window),             cmocka_unit_test(all_are_as_opencv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
