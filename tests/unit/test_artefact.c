#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image.h"
#include "image/artefact_paint.h"

enum { ALL = SK_ARTEFACTS }; /* in place of one artefact */

static void paint(struct sk_image *image, int artefact, uint64_t number, struct sk_image *mask)
{
    uint64_t pattern[SK_ARTEFACTS];
    struct sk_error err;
    for (int a = 0; a < SK_ARTEFACTS; a++)
        pattern[a] = artefact == a || artefact == ALL ? number + (uint64_t)a : 0;
    if (sk_artefact_paint(image, pattern, mask, &err))
        fail_msg("%s", err.text);
}

static struct sk_image skin(size_t width, size_t height, unsigned channels, bool alpha, unsigned maxval)
{
    static const double shade[4] = {0.85, 0.63, 0.56, 0.4};
    struct sk_image image = make_image(width, height, channels, alpha, maxval);
    for (size_t i = 0; i < image_samples(&image); i++)
        image.sample[i] = (uint16_t)(shade[channels == 1 ? 3 : i % sk_image_depth(&image)] * maxval + 0.5);
    return image;
}

static double mean(const struct sk_image *gray)
{
    double sum = 0;
    for (size_t i = 0; i < image_samples(gray); i++)
        sum += gray->sample[i];
    return sum / (double)image_samples(gray) / gray->maxval;
}

/* Pixels that are covered by a tenth or more, and those that changed. */
static void compare(const struct sk_image *before, const struct sk_image *after, const struct sk_image *mask, size_t *covered,
                    size_t *changed)
{
    const size_t depth = sk_image_depth(before), pixels = before->width * before->height;
    *covered = *changed = 0;
    for (size_t i = 0; i < pixels; i++) {
        bool differs = false;
        for (size_t c = 0; c < depth; c++) {
            assert_true(after->sample[i * depth + c] <= after->maxval);
            differs |= before->sample[i * depth + c] != after->sample[i * depth + c];
        }
        if (before->alpha)
            assert_int_equal(before->sample[i * depth + depth - 1], after->sample[i * depth + depth - 1]);
        if (mask->sample[i] == 0)
            assert_false(differs);
        *covered += mask->sample[i] >= 26;
        *changed += differs;
    }
}

/* All kinds of images: what no artefact covers is as it was, alpha everywhere. */
static void nothing_else_changes(void **state)
{
    static const unsigned maxvals[] = {1, 2, 255, 1000, 65535};
    struct sk_random random;
    (void)state;
    sk_random_init(&random, 1, 0);
    for (unsigned round = 0; round < 200; round++) {
        struct sk_image before = random_image(&random, 1 + sk_random_below(&random, 90), 1 + sk_random_below(&random, 90),
                                              round % 2 ? 3 : 1, round % 3 == 0, maxvals[round % 5]);
        struct sk_image after = make_image(before.width, before.height, before.channels, before.alpha, before.maxval), mask = {0};
        size_t covered, changed;
        memcpy(after.sample, before.sample, image_samples(&before) * sizeof *before.sample);
        paint(&after, (int)(round % (ALL + 1)), 1 + round, &mask);
        assert_int_equal(mask.width, before.width);
        assert_int_equal(mask.height, before.height);
        assert_int_equal(mask.channels + mask.maxval + mask.alpha, 1 + 255);
        compare(&before, &after, &mask, &covered, &changed);
        sk_image_free(&before);
        sk_image_free(&after);
        sk_image_free(&mask);
    }
}

/* On skin every artefact shows, at every size. */
static void all_show(void **state)
{
    static const size_t size[][2] = {{32, 32}, {32, 43}, {64, 64}, {300, 90}, {200, 150}};
    (void)state;
    for (int a = 0; a < SK_ARTEFACTS; a++)
        for (uint64_t number = 1; number <= 150; number++) {
            const size_t *wh = size[number % 5];
            struct sk_image before = skin(wh[0], wh[1], number % 2 ? 3 : 1, number % 3 == 0, 255);
            struct sk_image after = skin(wh[0], wh[1], number % 2 ? 3 : 1, number % 3 == 0, 255), mask = {0};
            size_t covered, changed;
            paint(&after, a, number * UINT64_C(59604644775390), &mask);
            compare(&before, &after, &mask, &covered, &changed);
            if (covered == 0 || changed < covered)
                fail_msg("artefact %d, pattern %d: %zu pixels covered, %zu changed", a, (int)number, covered, changed);
            assert_true(mean(&mask) < 0.5);
            sk_image_free(&before);
            sk_image_free(&after);
            sk_image_free(&mask);
        }
}

/* A pattern covers the same share of a large image as of a small one: sizes are the image's. */
static void sizes_follow_the_image(void **state)
{
    (void)state;
    for (int a = 0; a < SK_ARTEFACTS; a++) {
        double small = 0, large = 0;
        for (uint64_t number = 1; number <= 12; number++) {
            struct sk_image image = skin(64, 48, 3, false, 255), same = skin(512, 384, 3, false, 255), mask = {0};
            paint(&image, a, number, &mask);
            small += mean(&mask);
            paint(&same, a, number, &mask);
            large += mean(&mask);
            sk_image_free(&image);
            sk_image_free(&same);
            sk_image_free(&mask);
        }
        if (!(small < 1.35 * large && large < 1.35 * small))
            fail_msg("artefact %d covers %g of small images, %g of large ones", a, small / 12, large / 12);
    }
}

/* What one artefact is does not depend on the others: each alone covers no pixel that all together leave. */
static void none_changes_another(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 20; number++) {
        struct sk_image image = skin(80, 60, 3, false, 255), together = {0};
        uint16_t greatest[80 * 60] = {0};
        paint(&image, ALL, number, &together);
        for (int a = 0; a < SK_ARTEFACTS; a++) {
            struct sk_image mask = {0};
            paint(&image, a, number, &mask);
            for (size_t i = 0; i < image_samples(&mask); i++) {
                assert_true(mask.sample[i] <= together.sample[i]);
                greatest[i] = mask.sample[i] > greatest[i] ? mask.sample[i] : greatest[i];
            }
            sk_image_free(&mask);
        }
        for (size_t i = 0; i < 80 * 60; i++)
            assert_int_equal(greatest[i] > 0, together.sample[i] > 0);
        sk_image_free(&image);
        sk_image_free(&together);
    }
}

static double sample_mean(const struct sk_image *image, const struct sk_image *mask, unsigned channel)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < image->width * image->height; i++)
        if (mask->sample[i] > 200) {
            sum += image->sample[3 * i + channel];
            weight++;
        }
    return weight > 0 ? sum / weight : -1;
}

/* Ink is darker than skin and bluer; corners are black, and the middle is free of them; hairs are dark or fair. */
static void colours_are_theirs(void **state)
{
    int dark = 0, fair = 0;
    (void)state;
    for (uint64_t number = 1; number <= 60; number++) {
        struct sk_image ink = skin(128, 96, 3, false, 255), hairs = skin(128, 96, 3, false, 255);
        struct sk_image corners = skin(128, 96, 3, false, 255), mask = {0};
        paint(&ink, SK_ARTEFACT_INK, number, &mask);
        if (sample_mean(&ink, &mask, 0) >= 0) {
            assert_true(sample_mean(&ink, &mask, 2) > 1.05 * sample_mean(&ink, &mask, 1));
            assert_true(sample_mean(&ink, &mask, 2) > 1.15 * 0.56 / 0.85 * sample_mean(&ink, &mask, 0));
            assert_true(sample_mean(&ink, &mask, 0) < 0.8 * 0.85 * 255);
        }
        paint(&hairs, SK_ARTEFACT_HAIRS, number, &mask);
        if (sample_mean(&hairs, &mask, 1) >= 0)
            *(sample_mean(&hairs, &mask, 1) > 0.63 * 255 ? &fair : &dark) += 1;
        paint(&corners, SK_ARTEFACT_CORNERS, number, &mask);
        const size_t corner[] = {0, 127, 95 * 128, 96 * 128 - 1};
        int black = 0;
        for (int k = 0; k < 4; k++)
            black += mask.sample[corner[k]] > 250 && corners.sample[3 * corner[k]] < 50;
        assert_true(black >= 2);
        assert_int_equal(mask.sample[48 * 128 + 64], 0);
        sk_image_free(&ink);
        sk_image_free(&hairs);
        sk_image_free(&corners);
        sk_image_free(&mask);
    }
    assert_true(dark > fair && fair >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_else_changes), cmocka_unit_test(all_show),         cmocka_unit_test(sizes_follow_the_image),
        cmocka_unit_test(none_changes_another), cmocka_unit_test(colours_are_theirs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
