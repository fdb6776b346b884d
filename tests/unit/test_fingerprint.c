/* Fingerprints: what leaves them alone, what turns them, and that strangers stay strangers. */
#include "sample.h"

#include "image/fingerprint.h"
#include "image/phantom.h"

enum { DIM = SK_FINGERPRINT_DIM, TURNS = SK_FINGERPRINT_TURNS, ANGLES = SK_FINGERPRINT_ANGLES };

static struct sk_image phantom(uint64_t index, size_t width)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, index % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 1, width};
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(&image, NULL, &spec, index, &err), 0);
    return image;
}

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (size_t d = 0; d < DIM; d++)
        sum += pow((double)a[d] - (double)b[d], 2);
    return sqrt(sum);
}

static void print_of(const struct sk_image *image, float *print)
{
    struct sk_error err;
    assert_int_equal(sk_fingerprint(image, print, &err), 0);
}

/* The image with sample (x, y) taken from (a x + b y + c, d x + e y + f). */
static struct sk_image moved(const struct sk_image *image, int swap, int flip_x, int flip_y)
{
    struct sk_image out = {0};
    struct sk_error err;
    size_t n = image->width;
    assert_int_equal(image->width, image->height);
    assert_int_equal(sk_image_shape(&out, n, n, image->channels, false, image->maxval, &err), 0);
    for (size_t y = 0; y < n; y++)
        for (size_t x = 0; x < n; x++) {
            size_t u = swap ? y : x, v = swap ? x : y;
            u = flip_x ? n - 1 - u : u;
            v = flip_y ? n - 1 - v : v;
            memcpy(out.sample + (y * n + x) * 3, image->sample + (v * n + u) * 3, 3 * sizeof *out.sample);
        }
    return out;
}

/* Quarter turns and mirror images of the picture are, sample for sample, turns of the fingerprint. */
static void the_eight_positions(void **state)
{
    (void)state;
    struct sk_image image = phantom(1, 96);
    static float print[DIM], other[DIM], turned[TURNS * DIM];
    print_of(&image, print);
    sk_fingerprint_turns(print, turned);
    assert_memory_equal(turned, print, sizeof print);
    for (int position = 1; position < 8; position++) {
        struct sk_image copy = moved(&image, position & 1, position & 2, position & 4);
        int matches = 0;
        print_of(&copy, other);
        for (int turn = 0; turn < TURNS; turn++)
            if (distance(other, turned + turn * DIM) < 1e-4) {
                bool mirrored = position == 1 || position == 2 || position == 4 || position == 7;
                assert_int_equal(turn >= ANGLES, mirrored);
                assert_int_equal(turn % (ANGLES / 4), 0);
                matches++;
            }
        assert_int_equal(matches, 1);
        sk_image_free(&copy);
    }
    sk_image_free(&image);
}

/* Turns are a group: all 2 ANGLES of them differ, and keep the distance of two fingerprints. */
static void turns_keep_distances(void **state)
{
    (void)state;
    struct sk_image a = phantom(1, 64), b = phantom(3, 64);
    static float pa[DIM], pb[DIM], ta[TURNS * DIM], tb[TURNS * DIM];
    print_of(&a, pa);
    print_of(&b, pb);
    sk_fingerprint_turns(pa, ta);
    sk_fingerprint_turns(pb, tb);
    for (int i = 0; i < TURNS; i++) {
        close_to(distance(ta + i * DIM, tb + i * DIM), distance(pa, pb), 1e-6);
        for (int k = 0; k < i; k++)
            assert_true(distance(ta + i * DIM, ta + k * DIM) > 1e-3);
    }
    sk_image_free(&a);
    sk_image_free(&b);
}

/* The same picture at other sizes, at another maxval, gray or not, lighter, with alpha: hardly moves. */
static void what_does_not_matter(void **state)
{
    (void)state;
    struct sk_image image = phantom(1, 192), light = phantom(1, 192), deep = {0};
    struct sk_error err;
    static float print[DIM], other[DIM];
    print_of(&image, print);
    for (size_t width = 48; width <= 400; width += 88) {
        struct sk_image scaled = phantom(1, width);
        print_of(&scaled, other);
        close_to(distance(print, other), 0, 0.1); /* each has a grain of its own */
        sk_image_free(&scaled);
    }
    for (size_t i = 0; i < 192 * 192 * 3; i++)
        light.sample[i] = (uint16_t)(light.sample[i] * 0.7 + 20);
    print_of(&light, other);
    close_to(distance(print, other), 0, 0.08);
    assert_int_equal(sk_image_shape(&deep, 192, 192, 3, true, 65535, &err), 0);
    for (size_t i = 0; i < 192 * 192; i++) {
        for (size_t c = 0; c < 3; c++)
            deep.sample[i * 4 + c] = (uint16_t)(image.sample[i * 3 + c] * 257);
        deep.sample[i * 4 + 3] = (uint16_t)i;
    }
    print_of(&deep, other);
    close_to(distance(print, other), 0, 1e-5);
    sk_image_free(&image);
    sk_image_free(&light);
    sk_image_free(&deep);
}

/* No two of 24 phantoms are within the threshold of a leak, however turned. */
static void strangers(void **state)
{
    (void)state;
    enum { IMAGES = 24 };
    static float print[IMAGES][DIM], turned[TURNS * DIM];
    for (uint64_t i = 0; i < IMAGES; i++) {
        struct sk_image image = phantom(i, 64);
        print_of(&image, print[i]);
        sk_image_free(&image);
    }
    for (int i = 0; i < IMAGES; i++) {
        sk_fingerprint_turns(print[i], turned);
        for (int k = 0; k < i; k++)
            for (int turn = 0; turn < TURNS; turn++)
                assert_true(distance(turned + turn * DIM, print[k]) > 0.15);
    }
}

/* Plain surfaces have no pattern to stretch, but a colour. */
static void plain_surfaces(void **state)
{
    (void)state;
    struct sk_image image = {0};
    struct sk_error err;
    static float black[DIM], white[DIM], gray[DIM];
    assert_int_equal(sk_image_shape(&image, 20, 30, 1, false, 255, &err), 0);
    for (size_t i = 0; i < 600; i++)
        image.sample[i] = 0;
    print_of(&image, black);
    for (size_t i = 0; i < 600; i++)
        image.sample[i] = 255;
    print_of(&image, white);
    for (size_t i = 0; i < 600; i++)
        image.sample[i] = (uint16_t)(127 + i % 2);
    print_of(&image, gray);
    close_to(distance(black, white), 0.2 * sqrt(3), 1e-6);
    close_to(distance(black, gray), 0.1 * sqrt(3), 0.03);
    sk_image_free(&image);
}

/* Long thin images and the smallest; less is refused. */
static void sizes(void **state)
{
    (void)state;
    static const size_t size[][2] = {{8, 8}, {8, 1000}, {1000, 9}, {23, 24}};
    static float print[DIM];
    struct sk_image image = {0};
    struct sk_error err;
    for (size_t k = 0; k < COUNT(size); k++) {
        assert_int_equal(sk_image_shape(&image, size[k][0], size[k][1], 3, false, 255, &err), 0);
        for (size_t i = 0; i < size[k][0] * size[k][1] * 3; i++)
            image.sample[i] = (uint16_t)(i * 7919 % 256);
        print_of(&image, print);
        double norm = 0;
        for (size_t d = 0; d + 3 < DIM; d++) {
            assert_true(isfinite(print[d]));
            norm += (double)print[d] * (double)print[d];
        }
        close_to(norm, 1, 1e-5);
    }
    assert_int_equal(sk_image_shape(&image, 7, 100, 3, false, 255, &err), 0);
    assert_int_equal(sk_fingerprint(&image, print, &err), -1);
    sk_image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eight_positions), cmocka_unit_test(turns_keep_distances),
        cmocka_unit_test(what_does_not_matter), cmocka_unit_test(strangers), cmocka_unit_test(plain_surfaces),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
