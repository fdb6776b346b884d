/* Batches: every image once an epoch, from any step on the same, and balanced ones by their shares. */
#include "check.h"
#include "data/sampler.h"

enum { IMAGES = 37, BATCH = 10 };

static void start(struct sk_sampler *s, uint64_t seed, const uint8_t *label)
{
    struct sk_error err;
    assert_int_equal(sk_sampler_start_balanced(s, seed, IMAGES, label, &err), 0);
}

/* How often each image comes in so many steps. */
static void count_in(struct sk_sampler *s, uint64_t steps, size_t times[IMAGES])
{
    uint32_t index[BATCH];
    memset(times, 0, IMAGES * sizeof *times);
    for (uint64_t step = 0; step < steps; step++) {
        sk_sampler_batch(s, step, BATCH, index);
        for (size_t i = 0; i < BATCH; i++)
            times[index[i]]++;
    }
}

static void every_image_once_an_epoch(void **state)
{
    (void)state;
    struct sk_sampler s;
    size_t times[IMAGES];
    start(&s, 1, NULL);
    count_in(&s, IMAGES, times); /* ten epochs */
    for (size_t i = 0; i < IMAGES; i++)
        assert_int_equal(times[i], BATCH);
    sk_sampler_free(&s);
}

/* Classes 0, 3 and 200 of 30, 6 and 1 images. */
static void label_images(uint8_t label[IMAGES])
{
    for (size_t i = 0; i < IMAGES; i++)
        label[i] = i % 6 == 5 ? 3 : 0;
    label[17] = 0;
    label[18] = 3;
    label[20] = 200;
}

static void classes_in_turn(void **state)
{
    (void)state;
    uint8_t label[IMAGES];
    size_t images[256] = {0}, times[IMAGES], of_class[256] = {0};
    struct sk_sampler s;
    label_images(label);
    for (size_t i = 0; i < IMAGES; i++)
        images[label[i]]++;
    start(&s, 9, label);
    assert_int_equal(s.classes, 3);
    count_in(&s, 90, times); /* 300 of each class */
    for (size_t i = 0; i < IMAGES; i++) {
        of_class[label[i]] += times[i];
        assert_true(times[i] >= 300 / images[label[i]] && times[i] <= 300 / images[label[i]] + 1);
    }
    assert_true(of_class[0] == 300 && of_class[3] == 300 && of_class[200] == 300);
    sk_sampler_free(&s);
}

/* A resumed run starts in the middle. */
static void the_step_is_the_whole_position(void **state)
{
    (void)state;
    uint8_t label[IMAGES];
    label_images(label);
    for (int balanced = 0; balanced < 2; balanced++) {
        struct sk_sampler all, one;
        start(&all, 5, balanced ? label : NULL);
        for (uint64_t step = 0; step < 60; step++) {
            uint32_t a[BATCH], b[BATCH];
            start(&one, 5, balanced ? label : NULL);
            sk_sampler_batch(&all, step, BATCH, a);
            sk_sampler_batch(&one, step, BATCH, b);
            assert_memory_equal(a, b, sizeof a);
            sk_sampler_free(&one);
        }
        sk_sampler_free(&all);
    }
}

/* One class balanced is not balanced at all. */
static void one_class(void **state)
{
    (void)state;
    uint8_t label[IMAGES] = {0};
    struct sk_sampler plain, balanced;
    start(&plain, 2, NULL);
    start(&balanced, 2, label);
    for (uint64_t step = 0; step < 20; step++) {
        uint32_t a[BATCH], b[BATCH];
        sk_sampler_batch(&plain, step, BATCH, a);
        sk_sampler_batch(&balanced, step, BATCH, b);
        assert_memory_equal(a, b, sizeof a);
    }
    sk_sampler_free(&plain);
    sk_sampler_free(&balanced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_image_once_an_epoch),
        cmocka_unit_test(classes_in_turn),
        cmocka_unit_test(the_step_is_the_whole_position),
        cmocka_unit_test(one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
