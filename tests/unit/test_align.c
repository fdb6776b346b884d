/* Zernike moments against turned and mirrored pictures; alignment against maps that are known. */
#include "sample.h"

#include "image.h"
#include "image/align.h"
#include "image/phantom.h"
#include "image/warp.h"
#include "image/zernike.h"

static const struct sk_similarity identity = {false, 1, 0, 0, 0};

static struct sk_image phantom(uint64_t index, size_t width)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, index % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 1, width};
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(&image, NULL, &spec, index, &err), 0);
    return image;
}

static sk_pixel *picture_of(const struct sk_image *image)
{
    struct sk_error err;
    sk_pixel *picture = aligned_alloc(64, SK_ALIGN_PIXELS * sizeof *picture);
    assert_non_null(picture);
    assert_int_equal(sk_align_picture(image, picture, &err), 0);
    return picture;
}

/* --- moments ---------------------------------------------------------------------------------------------------- */

enum { ORDER = 6, SIDE = 48, MOMENTS = 27 };

static void moments(const struct sk_disc *disc, const float *picture, float *moment)
{
    float *weight = malloc(sizeof *weight * MOMENTS * SIDE * SIDE);
    assert_non_null(weight);
    assert_int_equal(sk_zernike_count(ORDER), MOMENTS);
    sk_zernike_weights(disc, ORDER, SIDE, weight);
    for (size_t k = 0; k < MOMENTS; k++) {
        double sum = 0;
        for (size_t p = 0; p < SIDE * SIDE; p++)
            sum += (double)weight[k * SIDE * SIDE + p] * (double)picture[p];
        moment[k] = (float)sum;
    }
    free(weight);
}

/* A smooth picture, turned by `radians` after having been mirrored top to bottom, about (x, y), with offset 5. */
static void draw(float *picture, double x, double y, bool mirror, double radians)
{
    for (size_t p = 0; p < SIDE * SIDE; p++) {
        double u = (2.0 * (double)(p % SIDE) + 1) / SIDE - 1 - x, v = (2.0 * (double)(p / SIDE) + 1) / SIDE - 1 - y;
        double s = cos(radians) * u + sin(radians) * v, t = cos(radians) * v - sin(radians) * u;
        t = mirror ? -t : t;
        picture[p] = (float)(5 + s - 0.5 * t + 2 * s * t + 0.7 * s * s * s);
    }
}

/* Turning the moments is turning the picture, on any disc; an offset does not count. */
static void moments_turn(void **state)
{
    (void)state;
    static const struct sk_disc disc[] = {{0, 0, 1}, {0.2, -0.1, 0.7}};
    static float picture[SIDE * SIDE];
    float plain[MOMENTS], turned[MOMENTS], drawn[MOMENTS];
    for (size_t d = 0; d < COUNT(disc); d++)
        for (int turn = 0; turn < 14; turn++) {
            draw(picture, disc[d].x, disc[d].y, false, 0);
            moments(&disc[d], picture, plain);
            draw(picture, disc[d].x, disc[d].y, turn >= 7, turn * 0.9);
            moments(&disc[d], picture, drawn);
            sk_zernike_turn(ORDER, plain, turn >= 7, turn * 0.9, turned);
            for (size_t k = 0; k < MOMENTS; k++)
                close_to((double)turned[k], (double)drawn[k], 0.01);
        }
}

/* The squares of the moments of a cubic are its variance over the disc. */
static void moments_hold_the_variance(void **state)
{
    (void)state;
    static const struct sk_disc disc = {0, 0, 1};
    static float picture[SIDE * SIDE];
    float moment[MOMENTS];
    double sum = 0, squares = 0, n = 0, total = 0;
    draw(picture, 0, 0, false, 0);
    moments(&disc, picture, moment);
    for (size_t p = 0; p < SIDE * SIDE; p++) {
        double u = (2.0 * (double)(p % SIDE) + 1) / SIDE - 1, v = (2.0 * (double)(p / SIDE) + 1) / SIDE - 1;
        if (u * u + v * v > 1)
            continue;
        n++;
        sum += (double)picture[p];
        squares += (double)picture[p] * (double)picture[p];
    }
    for (size_t k = 0; k < MOMENTS; k++)
        total += (double)moment[k] * (double)moment[k];
    double variance = squares / n - sum / n * sum / n;
    close_to(total, variance, 0.02 * variance);
}

/* --- alignment -------------------------------------------------------------------------------------------------- */

static void copies_are_at_0(void **state)
{
    (void)state;
    struct sk_image image = phantom(1, 96);
    sk_pixel *picture = picture_of(&image);
    struct sk_alignment found;
    sk_align(picture, picture, &identity, 1, &found);
    assert_true(found.distance == 0);
    close_to(found.overlap, 1, 0.25);
    free(picture);
    sk_image_free(&image);
}

/* A map and its inverse undo each other, mirrored or not. */
static void inverses(void **state)
{
    (void)state;
    for (int mirror = 0; mirror < 2; mirror++) {
        struct sk_similarity map = {mirror, 0.8, -0.5, 0.2, 0.1}, back = sk_similarity_inverse(&map);
        double x = 0.3, y = -0.7, v = mirror ? -y : y;
        double u = map.a * x - map.b * v + map.c, w = map.b * x + map.a * v + map.d;
        w = mirror ? -w : w;
        close_to(back.a * u - back.b * w + back.c, x, 1e-12);
        close_to(back.b * u + back.a * w + back.d, y, 1e-12);
    }
}

/* A warped copy is found from a start some pixels and degrees away; the map is the warp's. */
static void warps_are_recovered(void **state)
{
    (void)state;
    static const struct sk_warp warp[] = {{.degrees = 10}, {.degrees = -8, .zoom = 0.15}, {.shift_x = 0.06, .shift_y = -0.04},
                                          {.degrees = 5, .zoom = 0.2, .shift_x = 0.03}};
    for (size_t k = 0; k < 4 * COUNT(warp); k++) {
        const struct sk_warp *w = &warp[k / 4];
        struct sk_image image = phantom(k % 4, 128), warped = {0};
        struct sk_error err;
        struct sk_alignment found;
        assert_int_equal(sk_image_warp(&image, w, &warped, &err), 0);
        sk_pixel *to = picture_of(&image), *from = picture_of(&warped);
        sk_align(from, to, &identity, 1, &found);
        double radians = w->degrees * acos(-1) / 180, scale = 1 / (1 + w->zoom);
        assert_true(found.distance < 0.1);
        assert_true(found.overlap > 0.6);
        close_to(hypot(found.map.a, found.map.b), scale, 0.03);
        close_to(atan2(found.map.b, found.map.a), -radians, 0.04);
        double c = found.map.a * 2 * w->shift_x - found.map.b * 2 * w->shift_y + found.map.c;
        double d = found.map.b * 2 * w->shift_x + found.map.a * 2 * w->shift_y + found.map.d;
        close_to(hypot(c, d), 0, 0.04); /* what has been moved to there was the centre */
        free(from);
        free(to);
        sk_image_free(&image);
        sk_image_free(&warped);
    }
}

/* Gain and offset of each channel do not count, nor do the size and the corners. */
static void what_does_not_matter(void **state)
{
    (void)state;
    struct sk_image image = phantom(2, 128), copy = phantom(2, 128);
    struct sk_alignment found;
    for (size_t p = 0; p < 128 * 128; p++) {
        double x = (double)(p % 128) - 63.5, y = (double)(p / 128) - 63.5;
        for (size_t c = 0; c < 3; c++) {
            uint16_t *sample = copy.sample + 3 * p + c;
            *sample = x * x + y * y > 66 * 66 ? (uint16_t)(80 * c) : (uint16_t)(*sample * (0.9 - 0.1 * (double)c) + 20);
        }
    }
    sk_pixel *a = picture_of(&image), *b = picture_of(&copy);
    sk_align(a, b, &identity, 1, &found);
    close_to(found.distance, 0, 0.03);
    free(a);
    free(b);
    sk_image_free(&image);
    sk_image_free(&copy);
}

/* A border that was left black, as shifts leave it, is not compared. */
static void black_is_missing(void **state)
{
    (void)state;
    struct sk_image image = phantom(3, 128), copy = phantom(3, 128);
    struct sk_alignment found;
    for (size_t p = 0; p < 128 * 128; p++)
        if (p % 128 < 30)
            memset(copy.sample + 3 * p, 0, 3 * sizeof *copy.sample);
    sk_pixel *a = picture_of(&image), *b = picture_of(&copy);
    sk_align(a, b, &identity, 1, &found);
    close_to(found.distance, 0, 0.03);
    assert_true(found.overlap > 0.5 && found.overlap < 0.85);
    free(a);
    free(b);
    sk_image_free(&image);
    sk_image_free(&copy);
}

static struct sk_image flat(unsigned value)
{
    struct sk_image image = make_image(20, 30, 1, false, 255);
    for (size_t i = 0; i < 600; i++)
        image.sample[i] = (uint16_t)value;
    return image;
}

/* Plain surfaces differ by their colour, and from pictures. */
static void plain_surfaces(void **state)
{
    (void)state;
    struct sk_image image[] = {flat(0), flat(255), flat(128), flat(128), phantom(1, 64)};
    static const double distance[5][5] = {{0, 2, 2, 2, 2}, {2, 0, 2, 2, 2}, {2, 2, 0, 0, 2}, {2, 2, 0, 0, 2}, {2, 2, 2, 2, 0}};
    sk_pixel *picture[5];
    for (size_t i = 0; i < 5; i++)
        picture[i] = picture_of(&image[i]);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++) {
            struct sk_alignment found;
            sk_align(picture[i], picture[k], &identity, 2, &found);
            if (distance[i][k] > 0)
                assert_true(found.distance > 0.5);
            else
                close_to(found.distance, 0, 1e-6);
        }
    for (size_t i = 0; i < 5; i++) {
        free(picture[i]);
        sk_image_free(&image[i]);
    }
}

/* Maps that lead nowhere give no overlap, not a number that is none. */
static void far_maps(void **state)
{
    (void)state;
    struct sk_image image = phantom(1, 64);
    sk_pixel *picture = picture_of(&image);
    static const struct sk_similarity far[] = {{false, 1, 0, 3, 0}, {true, 1, 0, 0, -2.5}, {false, 0.5, 0, 0, 1.45}};
    for (size_t k = 0; k < COUNT(far); k++) {
        struct sk_alignment found;
        sk_align(picture, picture, &far[k], 2, &found);
        assert_true(found.distance <= 2 && found.overlap < 0.3);
    }
    free(picture);
    sk_image_free(&image);
}

static void sizes(void **state)
{
    (void)state;
    static const size_t size[][2] = {{8, 8}, {8, 1000}, {1000, 9}, {31, 33}};
    static sk_pixel picture[SK_ALIGN_PIXELS];
    struct sk_random random;
    struct sk_error err;
    sk_random_init(&random, 1, 0);
    for (size_t k = 0; k < COUNT(size); k++) {
        struct sk_image image = random_image(&random, size[k][0], size[k][1], k % 2 ? 1 : 3, k > 1, 1000);
        struct sk_alignment found;
        assert_int_equal(sk_align_picture(&image, picture, &err), 0);
        sk_align(picture, picture, &identity, 1, &found);
        assert_true(found.distance == 0);
        sk_image_free(&image);
    }
    struct sk_image image = make_image(7, 100, 3, false, 255);
    assert_int_equal(sk_align_picture(&image, picture, &err), -1);
    assert_non_null(strstr(err.text, "7 x 100 pixels are too few"));
    sk_image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_turn), cmocka_unit_test(moments_hold_the_variance), cmocka_unit_test(copies_are_at_0),
        cmocka_unit_test(inverses), cmocka_unit_test(warps_are_recovered), cmocka_unit_test(what_does_not_matter),
        cmocka_unit_test(black_is_missing), cmocka_unit_test(plain_surfaces), cmocka_unit_test(far_maps),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
