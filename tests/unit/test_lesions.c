/* Recognising a lesion in another photograph: phantoms taken again, in other light, colours, size and position, and others. */
#include "sample.h"

#include <stdio.h>
#include <unistd.h>

#include "data/lesions.h"
#include "image/phantom.h"
#include "image/pnm.h"
#include "image/warp.h"

enum { IMAGES = 8, WIDTH = 144, BATCH = 16 /* images that are searched for at a time */ };

/* What another photograph changes. */
struct change {
    const char *name;
    struct sk_warp warp;
    double gain[3], gamma, noise;
    int hairs;
};

static const struct change changes[] = {
    {"white balance", {0}, {1, 0.8, 0.7}, 1, 0, 0},
    {"exposure", {0}, {0.7, 0.7, 0.7}, 1.4, 0, 0},
    {"zoomed in", {.zoom = 0.3}, {1, 1, 1}, 1, 0, 0},
    {"zoomed out", {.zoom = -0.2}, {1, 1, 1}, 1, 0, 0},
    {"shifted", {.shift_x = 0.12, .shift_y = -0.08}, {1, 1, 1}, 1, 0, 0},
    {"turned", {.degrees = 75}, {1, 1, 1}, 1, 0, 0},
    {"noisy", {.degrees = 8}, {1, 1, 1}, 1, 0.015, 0},
    {"with hairs", {.degrees = -10}, {1, 1, 1}, 1, 0, 4},
    {"all but turned", {.degrees = 8, .zoom = 0.15, .shift_x = -0.05}, {0.8, 0.9, 1}, 1.2, 0.01, 2},
};

static struct sk_image phantom(uint64_t index)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, index % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 11, WIDTH};
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(&image, NULL, &spec, index, &err), 0);
    return image;
}

/* A dark line across the image, one pixel wide. */
static void draw_hair(struct sk_image *image, struct sk_random *random)
{
    double from = sk_random_uniform(random) * WIDTH, to = sk_random_uniform(random) * WIDTH;
    for (size_t i = 0; i < WIDTH; i++) {
        size_t across = (size_t)(from + (to - from) * (double)i / WIDTH);
        uint16_t *sample = image->sample + (i * WIDTH + across) * 3;
        for (int c = 0; c < 3; c++)
            sample[c] = (uint16_t)(sample[c] / 3);
    }
}

static struct sk_image photographed(uint64_t index, const struct change *change)
{
    struct sk_image image = phantom(index), again = {0};
    struct sk_error err;
    struct sk_random random;
    assert_int_equal(sk_image_warp(&image, &change->warp, &again, &err), 0);
    sk_image_free(&image);
    sk_random_init(&random, 5, index);
    for (int hair = 0; hair < change->hairs; hair++)
        draw_hair(&again, &random);
    for (size_t p = 0; p < (size_t)WIDTH * WIDTH; p++)
        for (int c = 0; c < 3; c++) {
            double value = change->gain[c] * pow(again.sample[p * 3 + (size_t)c] / 255.0, change->gamma);
            value += change->noise * sk_random_normal(&random);
            again.sample[p * 3 + (size_t)c] = (uint16_t)lrint(255 * fmin(fmax(value, 0), 1));
        }
    return again;
}

/* `count` phantoms from `first` on, photographed again where there is a change. */
static struct sk_gallery gallery_of(size_t count, uint64_t first, const struct change *change)
{
    char path[] = "/tmp/lesions.XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    struct sk_gallery gallery;
    struct sk_error err;
    assert_non_null(out);
    for (uint64_t i = first; i < first + count; i++) {
        struct sk_image image = change ? photographed(i, change) : phantom(i);
        assert_int_equal(sk_image_write(out, path, &image, &err), 0);
        sk_image_free(&image);
    }
    assert_int_equal(fclose(out), 0);
    if (sk_gallery_read(&gallery, path, &(struct sk_search){.jobs = 1}, &err))
        fail_msg("%s", err.text);
    unlink(path);
    return gallery;
}

static struct sk_gallery gallery(uint64_t first, const struct change *change)
{
    return gallery_of(IMAGES, first, change);
}

static size_t search(const struct sk_gallery *a, const struct sk_gallery *b, int jobs, struct sk_lesion_pair **pair)
{
    struct sk_error err;
    size_t pairs;
    if (sk_lesions(a, b, &(struct sk_search){.jobs = jobs}, pair, &pairs, &err))
        fail_msg("%s", err.text);
    return pairs;
}

/* Of each change most are found, and never another lesion. */
static void second_photographs(void **state)
{
    (void)state;
    struct sk_gallery base = gallery(0, NULL);
    for (size_t k = 0; k < COUNT(changes); k++) {
        struct sk_gallery again = gallery(0, &changes[k]);
        struct sk_lesion_pair *pair;
        size_t pairs = search(&again, &base, 2, &pair);
        if (pairs < IMAGES - 2)
            fail_msg("%s: %zu of %d found", changes[k].name, pairs, IMAGES);
        for (size_t i = 0; i < pairs; i++) {
            if (pair[i].a != pair[i].b)
                fail_msg("%s: %zu is taken for %zu, at %g", changes[k].name, pair[i].a, pair[i].b, pair[i].distance);
            assert_true(pair[i].distance <= SK_LESION_DISTANCE);
            close_to(fabs(atan2(pair[i].map.b, pair[i].map.a)) * 180 / acos(-1), fabs(changes[k].warp.degrees), 3);
        }
        free(pair);
        sk_gallery_free(&again);
    }
    sk_gallery_free(&base);
}

/* Three batches and a bit, lest threads have nothing to do. */
static void threads(void **state)
{
    (void)state;
    const struct change *change = &changes[COUNT(changes) - 1];
    struct sk_gallery base = gallery_of(3 * BATCH + 1, 0, NULL), again = gallery_of(3 * BATCH + 1, 0, change);
    struct sk_lesion_pair *one, *three;
    size_t pairs = search(&again, &base, 1, &one);
    assert_true(pairs > 0);
    assert_int_equal(search(&again, &base, 3, &three), pairs);
    for (size_t i = 0; i < pairs; i++)
        assert_true(one[i].a == three[i].a && one[i].b == three[i].b && one[i].distance == three[i].distance);
    free(one);
    free(three);
    sk_gallery_free(&base);
    sk_gallery_free(&again);
}

static void strangers(void **state)
{
    (void)state;
    struct sk_gallery a = gallery(0, NULL), b = gallery(100, NULL);
    struct sk_lesion_pair *pair;
    assert_int_equal(search(&a, &b, 2, &pair), 0);
    free(pair);
    assert_int_equal(search(&a, NULL, 2, &pair), 0);
    free(pair);
    sk_gallery_free(&a);
    sk_gallery_free(&b);
}

static void nothing(void **state)
{
    (void)state;
    struct sk_gallery some = gallery(0, NULL), none = {0};
    struct sk_lesion_pair *pair;
    assert_int_equal(search(&some, &none, 2, &pair), 0);
    free(pair);
    assert_int_equal(search(&none, &some, 2, &pair), 0);
    free(pair);
    assert_int_equal(search(&none, NULL, 2, &pair), 0);
    free(pair);
    sk_gallery_free(&some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_photographs), cmocka_unit_test(threads), cmocka_unit_test(strangers), cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
