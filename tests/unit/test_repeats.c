/* Images that are the same, counted by hand: of one class, of two, in another set; one sample apart is another image. */
#include "check.h"
#include "data/repeats.h"

enum { SIDE = 4, BYTES = SIDE * SIDE * 3, MOST = 8 };

/* A set of images, each of one value but for its last sample. */
struct images {
    uint8_t pixels[MOST * BYTES], label[MOST];
    struct sk_dataset set;
};

static void fill(struct images *images, size_t count, const uint8_t *value, const uint8_t *last, const uint8_t *label)
{
    images->set = (struct sk_dataset){.size = SIDE, .count = count, .pixels = images->pixels, .label = images->label, .classes = 2};
    for (size_t i = 0; i < count; i++) {
        memset(images->pixels + i * BYTES, value[i], BYTES);
        images->pixels[(i + 1) * BYTES - 1] = last[i];
        images->label[i] = label[i];
    }
}

static void check_counts(const struct images *set, const struct images *other, size_t repeated, size_t of_classes, size_t in_other)
{
    struct sk_image_repeats repeats;
    struct sk_error err;
    assert_int_equal(sk_image_repeats_count(&repeats, &set->set, &other->set, &err), 0);
    assert_int_equal(repeats.repeated, repeated);
    assert_int_equal(repeats.of_classes, of_classes);
    assert_int_equal(repeats.in_other, in_other);
}

static void counted_by_hand(void **state)
{
    (void)state;
    struct images a, b;
    fill(&a, 6, (uint8_t[]){7, 9, 7, 9, 7, 7}, (uint8_t[]){7, 9, 7, 9, 8, 7}, (uint8_t[]){0, 0, 0, 1, 1, 1});
    fill(&b, 4, (uint8_t[]){9, 7, 5, 7}, (uint8_t[]){9, 8, 5, 6}, (uint8_t[]){0, 1, 0, 0});
    check_counts(&a, &b, 3, 2, 2);
    check_counts(&b, &a, 0, 0, 3);
    b.set.count = 0;
    check_counts(&a, &b, 3, 2, 0);
    check_counts(&b, &a, 0, 0, 0);
}

static void order_does_not_matter(void **state)
{
    (void)state;
    struct images a, none = {.set = {.size = SIDE}};
    fill(&a, 4, (uint8_t[]){1, 1, 1, 1}, (uint8_t[]){1, 1, 1, 1}, (uint8_t[]){1, 0, 1, 0});
    check_counts(&a, &none, 3, 1, 0);
    check_counts(&none, &a, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_by_hand),
        cmocka_unit_test(order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
