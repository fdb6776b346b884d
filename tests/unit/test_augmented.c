/* Batches drawn anew: the library's copies, whatever threads and batch, and an image itself where nothing is drawn. */
#include "check.h"
#include "data/augmented.h"
#include "image/augment_list.h"

enum { SIDE = 16, IMAGES = 5, VALUES = SIDE * SIDE * 3, BATCH = 9 };

static uint8_t pixels[IMAGES * VALUES];
static const struct sk_dataset set = {.size = SIDE, .count = IMAGES, .pixels = pixels};
static const uint32_t order[BATCH] = {4, 0, 0, 3, 2, 1, 4, 4, 2};

static void draw(const char *list, uint64_t first, size_t from, size_t n, int jobs, float *batch)
{
    struct sk_augment_range range;
    struct sk_error err;
    assert_int_equal(sk_augment_list_parse(&range, list, &err), 0);
    assert_int_equal(sk_dataset_augmented_batch(&set, &range, 7, first + from, order + from, n, batch, jobs, &err), 0);
}

static int make_pixels(void **state)
{
    (void)state;
    struct sk_random random;
    sk_random_init(&random, 1, 1);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)sk_random_below(&random, 256);
    return 0;
}

static void nothing_is_drawn(void **state)
{
    (void)state;
    static float a[BATCH * VALUES], b[BATCH * VALUES];
    sk_dataset_batch(&set, order, BATCH, a);
    draw("none", 3, 0, BATCH, 2, b);
    check_same("batch", a, b, BATCH * VALUES);
}

static void threads_and_pieces(void **state)
{
    (void)state;
    static float a[BATCH * VALUES], b[BATCH * VALUES];
    draw("flip,rotate,shear,zoom,shift,colour,ink,hairs,ruler,corners", 100, 0, BATCH, 1, a);
    for (int jobs = 1; jobs <= 3; jobs++) {
        memset(b, 0, sizeof b);
        draw("flip,rotate,shear,zoom,shift,colour,ink,hairs,ruler,corners", 100, 0, 4, jobs, b);
        draw("flip,rotate,shear,zoom,shift,colour,ink,hairs,ruler,corners", 100, 4, BATCH - 4, jobs, b + 4 * VALUES);
        check_same("batch", a, b, BATCH * VALUES);
    }
}

/* The same image twice in a batch, and in another step, is drawn otherwise. */
static void drawn_anew(void **state)
{
    (void)state;
    static float a[BATCH * VALUES], b[BATCH * VALUES];
    draw("rotate,zoom", 0, 0, BATCH, 2, a);
    draw("rotate,zoom", BATCH, 0, BATCH, 2, b);
    assert_true(memcmp(a + VALUES, a + 2 * VALUES, VALUES * sizeof *a) != 0);
    for (size_t i = 0; i < BATCH; i++)
        assert_true(memcmp(a + i * VALUES, b + i * VALUES, VALUES * sizeof *a) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_drawn),
        cmocka_unit_test(threads_and_pieces),
        cmocka_unit_test(drawn_anew),
    };
    return cmocka_run_group_tests(tests, make_pixels, NULL);
}
