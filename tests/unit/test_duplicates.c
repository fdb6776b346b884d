/* Searching the images of one stream in another: planted copies, none, and streams that hold nothing. */
#include "sample.h"

#include <stdio.h>
#include <unistd.h>

#include "data/duplicates.h"
#include "image/crop.h"
#include "image/phantom.h"
#include "image/pnm.h"
#include "image/warp.h"

enum { IMAGES = 18, WIDTH = 96 }; /* more than are searched for at a time */

static const struct sk_search how = {.jobs = 1};

/* A stream in a temporary file, which is removed once it has been read. */
struct stream {
    char path[32];
    FILE *out;
};

static struct stream start(void)
{
    struct stream stream = {.path = "/tmp/duplicates.XXXXXX"};
    stream.out = fdopen(mkstemp(stream.path), "w");
    assert_non_null(stream.out);
    return stream;
}

static struct sk_gallery finish(struct stream *stream)
{
    struct sk_gallery gallery;
    struct sk_error err;
    assert_int_equal(fclose(stream->out), 0);
    if (sk_gallery_read(&gallery, stream->path, &how, &err))
        fail_msg("%s", err.text);
    unlink(stream->path);
    return gallery;
}

static struct sk_image phantom(uint64_t index)
{
    const struct sk_phantom_spec spec = {sk_phantom_default, index % 2 ? SK_PHANTOM_MALIGNANT : SK_PHANTOM_BENIGN, 7, WIDTH};
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_phantom_draw(&image, NULL, &spec, index, &err), 0);
    return image;
}

static void put(struct stream *stream, const struct sk_image *image)
{
    struct sk_error err;
    assert_int_equal(sk_image_write(stream->out, stream->path, image, &err), 0);
}

static struct sk_gallery phantoms(uint64_t first)
{
    struct stream stream = start();
    for (uint64_t i = 0; i < IMAGES; i++) {
        struct sk_image image = phantom(first + i);
        put(&stream, &image);
        sk_image_free(&image);
    }
    return finish(&stream);
}

/* The square of `side` pixels whose corner is (x, y). */
static struct sk_image cut(const struct sk_image *image, size_t x, size_t y, size_t side)
{
    struct sk_image part = {0};
    struct sk_error err;
    assert_int_equal(sk_image_shape(&part, side, side, 3, false, image->maxval, &err), 0);
    for (size_t row = 0; row < side; row++)
        memcpy(part.sample + row * side * 3, image->sample + ((y + row) * image->width + x) * 3,
               side * 3 * sizeof *part.sample);
    return part;
}

/* Image i of the base, altered in way i. */
static struct sk_image altered(uint64_t i)
{
    struct sk_image image = phantom(i), copy = {0};
    struct sk_error err;
    static const struct sk_warp warp[] = {{.degrees = 33}, {.flip_horizontal = true, .degrees = -70}, {.zoom = 0.2},
                                          {.degrees = 180, .zoom = 0.1}, {.shift_x = 0.06, .shift_y = 0.05}};
    switch (i) {
    case 5: copy = cut(&image, 10, 10, 76); break;
    case 6: copy = cut(&image, 0, 0, 86); break;
    case 7: copy = cut(&image, 18, 8, 70); break;
    case 8: assert_int_equal(sk_image_crop(&image, 40, &copy, &err), 0); break;
    case 9: assert_int_equal(sk_image_crop(&image, 150, &copy, &err), 0); break;
    default: assert_int_equal(sk_image_warp(&image, &warp[i % 5], &copy, &err), 0);
    }
    sk_image_free(&image);
    return copy;
}

static void search(const struct sk_gallery *a, const struct sk_gallery *b, int jobs, struct sk_duplicate *found)
{
    struct sk_error err;
    if (sk_duplicates(a, b, &(struct sk_search){.jobs = jobs, .distance = 0.4}, found, &err))
        fail_msg("%s", err.text);
}

/* Copies are found whichever of the two is the larger, and by any number of threads the same. */
static void copies(void **state)
{
    (void)state;
    struct stream stream = start();
    for (uint64_t i = 0; i < IMAGES; i++) {
        struct sk_image image = altered(i);
        put(&stream, &image);
        sk_image_free(&image);
    }
    struct sk_gallery copy = finish(&stream), base = phantoms(0);
    struct sk_duplicate found[IMAGES] = {0}, again[IMAGES] = {0};
    for (int way = 0; way < 2; way++) {
        const struct sk_gallery *a = way ? &base : &copy, *b = way ? &copy : &base;
        search(a, b, 1, found);
        search(a, b, 3, again);
        for (size_t i = 0; i < IMAGES; i++) {
            assert_int_equal(found[i].index, i);
            assert_true(found[i].alignment.distance < 0.1);
            assert_int_equal(again[i].index, i);
            assert_true(again[i].alignment.distance == found[i].alignment.distance);
        }
    }
    sk_gallery_free(&copy);
    sk_gallery_free(&base);
}

static void strangers(void **state)
{
    (void)state;
    struct sk_gallery a = phantoms(0), b = phantoms(100);
    struct sk_duplicate found[IMAGES];
    search(&a, &b, 2, found);
    for (size_t i = 0; i < IMAGES; i++)
        assert_true(found[i].index == SIZE_MAX || found[i].alignment.distance > 0.1);
    sk_gallery_free(&a);
    sk_gallery_free(&b);
}

/* A dark round spot on skin, with a texture of its own in cells of 3 pixels. */
static struct sk_image spot(uint64_t seed)
{
    enum { CELL = 3, CELLS = WIDTH / CELL };
    struct sk_image image = {0};
    struct sk_error err;
    struct sk_random random;
    double texture[CELLS][CELLS];
    sk_random_init(&random, 3, seed);
    for (size_t cell = 0; cell < CELLS * CELLS; cell++)
        texture[cell / CELLS][cell % CELLS] = sk_random_normal(&random);
    assert_int_equal(sk_image_shape(&image, WIDTH, WIDTH, 3, false, 255, &err), 0);
    for (size_t p = 0; p < (size_t)WIDTH * WIDTH; p++) {
        const size_t x = p % WIDTH, y = p / WIDTH;
        double radius = hypot((double)x - WIDTH / 2.0, (double)y - WIDTH / 2.0), dark = 1 / (1 + exp((radius - 24) / 4));
        for (size_t c = 0; c < 3; c++)
            image.sample[p * 3 + c] = (uint16_t)lrint(200 - 30 * (double)c - 110 * dark + 3 * texture[y / CELL][x / CELL]);
    }
    return image;
}

/* Spots that are alike but for their texture are no copies; turned, mirrored and cut ones are. */
static void spots(void **state)
{
    (void)state;
    static const struct sk_warp warp[] = {{.degrees = 90}, {.flip_horizontal = true, .degrees = 20}, {.flip_vertical = true},
                                          {.zoom = 0.15}};
    struct stream ones = start(), others = start(), changed = start();
    for (uint64_t i = 0; i < IMAGES; i++) {
        struct sk_image one = spot(i), other = spot(100 + i), copy = {0};
        struct sk_error err;
        assert_int_equal(sk_image_warp(&one, &warp[i % COUNT(warp)], &copy, &err), 0);
        put(&ones, &one);
        put(&others, &other);
        put(&changed, &copy);
        sk_image_free(&one);
        sk_image_free(&other);
        sk_image_free(&copy);
    }
    struct sk_gallery base = finish(&ones), strange = finish(&others), copies = finish(&changed);
    struct sk_duplicate found[IMAGES];
    search(&strange, &base, 2, found);
    for (size_t i = 0; i < IMAGES; i++)
        assert_true(found[i].index == SIZE_MAX);
    search(&copies, &base, 2, found);
    for (size_t i = 0; i < IMAGES; i++) {
        assert_int_equal(found[i].index, i);
        assert_true(found[i].alignment.distance < 0.1);
    }
    sk_gallery_free(&base);
    sk_gallery_free(&strange);
    sk_gallery_free(&copies);
}

/* A plain image is found among pictures and plain images by its colour. */
static void plain_images(void **state)
{
    (void)state;
    struct stream one = start(), many = start();
    for (int i = 0; i < IMAGES; i++) {
        struct sk_image image = phantom((uint64_t)i);
        put(&many, &image);
        sk_image_free(&image);
    }
    for (int gray = 0; gray < 240; gray += 4) {
        fprintf(many.out, "P5 8 8 255\n");
        for (int p = 0; p < 64; p++)
            putc(gray, many.out);
    }
    fprintf(one.out, "P5 9 9 255\n");
    for (int p = 0; p < 81; p++)
        putc(160, one.out);
    struct sk_gallery a = finish(&one), b = finish(&many);
    struct sk_duplicate found;
    search(&a, &b, 1, &found);
    assert_int_equal(found.index, IMAGES + 40);
    close_to(found.alignment.distance, 0, 1e-5);
    sk_gallery_free(&a);
    sk_gallery_free(&b);
}

static void empty_streams(void **state)
{
    (void)state;
    struct stream stream = start();
    struct sk_gallery none = finish(&stream), some = phantoms(0);
    struct sk_duplicate found[IMAGES];
    assert_int_equal(none.n, 0);
    search(&none, &some, 2, found);
    search(&some, &none, 2, found);
    for (size_t i = 0; i < IMAGES; i++)
        assert_true(found[i].index == SIZE_MAX);
    sk_gallery_free(&none);
    sk_gallery_free(&some);
}

static void bad_streams(void **state)
{
    (void)state;
    struct sk_gallery gallery;
    struct sk_error err;
    struct stream stream = start();
    fputs("P2 1 1 255 7\n", stream.out);
    fclose(stream.out);
    assert_int_equal(sk_gallery_read(&gallery, stream.path, &how, &err), -1);
    assert_non_null(strstr(err.text, "image 0: 1 x 1 pixels are too few to compare"));
    assert_null(gallery.size);
    unlink(stream.path);
    assert_int_equal(sk_gallery_read(&gallery, stream.path, &how, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies), cmocka_unit_test(strangers), cmocka_unit_test(spots), cmocka_unit_test(plain_images),
        cmocka_unit_test(empty_streams), cmocka_unit_test(bad_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
