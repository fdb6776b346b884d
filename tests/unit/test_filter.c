#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/simd.h"
#include "image.h"
#include "image/bilateral.h"
#include "image/filter.h"
#include "image/median.h"

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

/* Weights in whole units of 2^-bits, by OpenCV's rule: from the ends to the centre, what rounding took goes to the next. */
static void gaussian_weights(int diameter, double sigma, int bits, long *weight)
{
    static const double small[][9] = {{0}, {64, 128, 64}, {16, 64, 96, 64, 16}, {8, 28, 56, 72, 56, 28, 8},
                                      {4, 13, 30, 51, 60, 51, 30, 13, 4}};
    double real[SK_FILTER_MAX_WINDOW], sum = 0, carried = 0;
    const double spread = sigma > 0 ? sigma : 0.3 * ((diameter - 1) * 0.5 - 1) + 0.8;
    for (int i = 0; i < diameter; i++) {
        const double x = i - (diameter - 1) * 0.5;
        real[i] = sigma > 0 || diameter == 1 || diameter > 9 ? exp(-x * x / (2 * spread * spread)) : small[diameter / 2][i];
        sum += real[i];
    }
    long left = 1L << bits;
    for (int i = 0; i < diameter / 2; i++) {
        const double wanted = real[i] / sum * (double)(1L << bits) + carried;
        weight[i] = weight[diameter - 1 - i] = lrint(wanted);
        carried = wanted - (double)weight[i];
        left -= 2 * weight[i];
    }
    weight[diameter / 2] = left;
}

static unsigned gaussian_sample(const struct sk_image *in, int diameter, const long *weight, int bits, long x, long y, unsigned c)
{
    const long radius = diameter / 2;
    uint64_t sum = 0;
    for (long dy = -radius; dy <= radius; dy++)
        for (long dx = -radius; dx <= radius; dx++)
            sum += (uint64_t)(weight[dy + radius] * weight[dx + radius]) * (uint64_t)sample_at(in, x + dx, y + dy, c);
    return (unsigned)((sum + (1ULL << (2 * bits - 1))) >> (2 * bits));
}

static int compare(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static uint16_t median_sample(const struct sk_image *in, int diameter, long x, long y, unsigned c)
{
    uint16_t window[23 * 23];
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
} shapes[] = {{1, 1, 1, false, 1},        {2, 1, 3, false, 255},   {1, 9, 3, true, 255},   {17, 13, 3, false, 255},
              {16, 16, 1, false, 1000},   {33, 5, 3, true, 65535}, {260, 3, 3, false, 255}, {513, 2, 1, true, 77},
              {70, 30, 1, false, 255}, {30, 40, 1, false, 256}};
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

static const char *const simd_levels[] = {"baseline", "avx2", "avx512"};
enum { SIMD_LEVELS = sizeof simd_levels / sizeof *simd_levels };

/* In the vectors of each level that the processor has, whose samples are the same. */
static void filter_bilateral(const struct sk_image *in, int diameter, double color, double space, struct sk_image *out)
{
    struct sk_image narrow = {0};
    struct sk_error err;
    assert_int_equal(sk_filter_bilateral(in, diameter, color, space, out, &err), 0);
    for (int l = 0; l < SIMD_LEVELS; l++)
        if (sk_simd_has(simd_levels[l])) {
            assert_int_equal(sk_bilateral(in, diameter, color, space, simd_levels[l], &narrow, &err), 0);
            assert_same_image(&narrow, out);
        }
    sk_image_free(&narrow);
}

static void bilateral_is_its_definition(void **state)
{
    static const struct {
        int diameter;
        double color, space;
    } settings[] = {{9, 75, 75}, {1, 30, 1}, {8, 10, 2}, {15, 200, 4}, {5, 0.01, 3}, {5, 1e6, 1e6}, {7, 30, 0.1}};
    struct sk_random random;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 1, 0);
    for (int i = 0; i < SHAPES; i++)
        for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
            struct sk_image in = shaped(&random, i);
            filter_bilateral(&in, settings[s].diameter, settings[s].color, settings[s].space, &out);
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

static void assert_gaussian(const struct sk_image *in, int diameter, double sigma, int window)
{
    const int bits = in->maxval > 255 ? 16 : 8;
    long weight[SK_FILTER_MAX_WINDOW];
    struct sk_image out = {0};
    struct sk_error err;
    gaussian_weights(window, sigma, bits, weight);
    assert_int_equal(sk_filter_gaussian(in, diameter, sigma, &out, &err), 0);
    assert_same_shape(in, &out);
    for (size_t p = 0; p < in->width * in->height; p++)
        for (unsigned c = 0; c < in->channels; c++)
            assert_int_equal(out.sample[p * sk_image_depth(in) + c],
                             gaussian_sample(in, window, weight, bits, (long)(p % in->width), (long)(p / in->width), c));
    assert_alpha_copied(in, &out);
    sk_image_free(&out);
}

static void gaussian_is_its_definition(void **state)
{
    static const double sigmas[] = {0, 0.001, 0.7, 2, 1e6};
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 2, 0);
    for (int i = 0; i < SHAPES; i++) {
        struct sk_image in = shaped(&random, i);
        for (int diameter = 1; diameter <= 19; diameter += 2)
            assert_gaussian(&in, diameter, sigmas[diameter % 5], diameter);
        sk_image_free(&in);
    }
}

/* diameter 0 takes the window from sigma: 6 sigma of 8 bits, 8 sigma of 16, and one more, to the next odd number. */
static void windows_follow_sigma(void **state)
{
    static const struct {
        double sigma;
        int window8, window16;
    } gaussian[] = {{0.01, 1, 1}, {0.4, 3, 5}, {0.5, 5, 5}, {0.6, 5, 7}, {1.7, 11, 15}, {2.5, 17, 21}};
    static const struct {
        double sigma;
        int diameter;
    } bilateral[] = {{0.1, 3}, {1, 5}, {1.6, 5}, {2, 7}, {3, 9}}; /* of radius 1.5 sigma: 1.5 and 4.5 go to the even one */
    struct sk_random random;
    struct sk_error err;
    struct sk_image from_sigma = {0}, out = {0};
    (void)state;
    sk_random_init(&random, 5, 0);
    struct sk_image in8 = random_image(&random, 19, 12, 3, false, 255), in16 = random_image(&random, 19, 12, 1, false, 256);
    struct sk_image pixels = random_image(&random, 3, 2, 1, false, 255);
    for (size_t i = 0; i < sizeof gaussian / sizeof *gaussian; i++) {
        assert_gaussian(&in8, 0, gaussian[i].sigma, gaussian[i].window8);
        assert_gaussian(&in16, 0, gaussian[i].sigma, gaussian[i].window16);
    }
    for (size_t i = 0; i < sizeof bilateral / sizeof *bilateral; i++) {
        assert_int_equal(sk_filter_bilateral(&in8, 0, 75, bilateral[i].sigma, &from_sigma, &err), 0);
        assert_int_equal(sk_filter_bilateral(&in8, bilateral[i].diameter, 75, bilateral[i].sigma, &out, &err), 0);
        assert_same_image(&from_sigma, &out);
    }
    assert_gaussian(&pixels, 0, 170, 1021);
    assert_int_equal(sk_filter_gaussian(&in8, 0, 171, &out, &err), -1);
    assert_string_equal(err.text, "a sigma of 171 wants a window of 1027 pixels at a maxval of 255; at most 1023 are filtered");
    assert_int_equal(sk_filter_gaussian(&in16, 0, 128, &out, &err), -1);
    assert_int_equal(sk_filter_bilateral(&in8, 0, 75, 341, &out, &err), -1);
    assert_string_equal(err.text, "a sigma of 341 wants a window of 1025 pixels; at most 1023 are filtered");
    sk_image_free(&in8);
    sk_image_free(&in16);
    sk_image_free(&pixels);
    sk_image_free(&from_sigma);
    sk_image_free(&out);
}

/* Of all samples, alpha apart, which is as in `in`. */
static struct sk_image median_oracle(const struct sk_image *in, int diameter)
{
    struct sk_image median = make_image(in->width, in->height, in->channels, in->alpha, in->maxval);
    const unsigned depth = sk_image_depth(in);
    for (size_t i = 0; i < image_samples(in); i++) {
        const long pixel = (long)(i / depth), width = (long)in->width;
        median.sample[i] = i % depth < in->channels
                               ? median_sample(in, diameter, pixel % width, pixel / width, (unsigned)(i % depth))
                               : in->sample[i];
    }
    return median;
}

static void median_is_its_definition(void **state)
{
    static const int diameters[] = {1, 3, 5, 7, 9, 13, 15, 17, 21, 23};
    struct sk_random random;
    struct sk_error err;
    struct sk_image out = {0};
    (void)state;
    sk_random_init(&random, 3, 0);
    for (int i = 0; i < SHAPES; i++)
        for (size_t d = 0; d < sizeof diameters / sizeof *diameters; d++) {
            const int diameter = diameters[d];
            struct sk_image in = shaped(&random, i), expected = median_oracle(&in, diameter);
            assert_int_equal(sk_filter_median(&in, diameter, &out, &err), 0);
            assert_same_image(&out, &expected);
            for (int l = 0; l < SIMD_LEVELS && diameter <= (in.maxval > 255 ? SK_MEDIAN_ROWS_16 : SK_MEDIAN_ROWS_8); l++)
                if (sk_simd_has(simd_levels[l])) {
                    assert_int_equal(sk_median_by_rows(&in, diameter, simd_levels[l], &out, &err), 0);
                    sk_image_copy_alpha(&in, &out);
                    assert_same_image(&out, &expected);
                }
            sk_image_free(&in);
            sk_image_free(&expected);
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
    struct sk_image by_histogram = make_image(3, 2, 3, false, 255);
    assert_int_equal(sk_median_by_histogram(&in, SK_FILTER_MAX_DIAMETER, &by_histogram, &err), 0);
    assert_same_image(&out, &by_histogram);
    sk_image_free(&by_histogram);
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

static void bilateral_is_as_opencv(void **state)
{
    static const int settings[][3] = {{5, 75, 75}, {9, 75, 75}, {15, 75, 75}, {5, 20, 2},
                                      {8, 30, 3},  {1, 50, 1},  {0, 75, 75},  {0, 50, 2}};
    static const char *const suffixes[] = {"ppm", "pgm"};
    struct sk_error err;
    struct sk_image out = {0};
    char name[60];
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct sk_image in = read_fixture("input", suffixes[k]);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            const int *s = settings[i];
            snprintf(name, sizeof name, "bilateral-%d-%d-%d", s[0], s[1], s[2]);
            assert_int_equal(sk_filter_bilateral(&in, s[0], s[1], s[2], &out, &err), 0);
            assert_near_fixture(&out, name, suffixes[k], 0.002); /* a half rounded the other way */
        }
        sk_image_free(&in);
    }
    sk_image_free(&out);
}

static const struct {
    const char *input, *suffix, *kind;
} inputs[] = {{"input", "ppm", ""}, {"input", "pgm", ""}, {"input16", "pgm", "-16"}};

static void gaussian_is_opencv(void **state)
{
    static const struct {
        int diameter;
        double sigma;
    } settings[] = {{1, 0},  {3, 0},    {5, 0},    {7, 0},    {9, 0},    {11, 0}, {15, 0},
                    {31, 0}, {5, 0.6}, {9, 1.7}, {0, 0.6}, {0, 2.5}, {0, 20}};
    struct sk_error err;
    struct sk_image out = {0};
    char name[60];
    (void)state;
    for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++) {
        struct sk_image in = read_fixture(inputs[k].input, inputs[k].suffix);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            snprintf(name, sizeof name, "gaussian-%d-%g%s", settings[i].diameter, settings[i].sigma, inputs[k].kind);
            assert_int_equal(sk_filter_gaussian(&in, settings[i].diameter, settings[i].sigma, &out, &err), 0);
            assert_near_fixture(&out, name, inputs[k].suffix, 0);
        }
        sk_image_free(&in);
    }
    sk_image_free(&out);
}

static void median_is_opencv(void **state)
{
    static const int diameters[] = {3, 5, 9, 15};
    struct sk_error err;
    struct sk_image out = {0};
    char name[60];
    (void)state;
    for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++) {
        struct sk_image in = read_fixture(inputs[k].input, inputs[k].suffix);
        const size_t count = in.maxval > 255 ? 2 : 4; /* OpenCV's stops at 5 where samples have 16 bits */
        for (size_t i = 0; i < count; i++) {
            snprintf(name, sizeof name, "median-%d%s", diameters[i], inputs[k].kind);
            assert_int_equal(sk_filter_median(&in, diameters[i], &out, &err), 0);
            assert_near_fixture(&out, name, inputs[k].suffix, 0);
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
        cmocka_unit_test(windows_follow_sigma),        cmocka_unit_test(greatest_window),
        cmocka_unit_test(bilateral_is_as_opencv),      cmocka_unit_test(gaussian_is_opencv),
        cmocka_unit_test(median_is_opencv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
