/* Learning rates over a run against their formulas. */
#include "check.h"
#include "train/schedule.h"

static void check_factor(const struct sk_schedule *schedule, uint64_t step, uint64_t steps, double want)
{
    const double got = sk_schedule_factor(schedule, step, steps);
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("step %d of %d: %.15g, not %.15g", (int)step, (int)steps, got, want);
}

/* Nothing is multiplied by anything but 1: the bytes are those of a run without. */
static void constant(void **state)
{
    (void)state;
    const struct sk_schedule schedule = {0};
    for (uint64_t step = 0; step < 9; step++)
        assert_true(sk_schedule_factor(&schedule, step, 9) == 1);
    assert_false(sk_schedule_follows_steps(&schedule));
}

static void warmup(void **state)
{
    (void)state;
    const struct sk_schedule schedule = {SK_CONSTANT, 4};
    const double want[] = {0.25, 0.5, 0.75, 1, 1, 1};
    for (uint64_t step = 0; step < COUNT_OF(want); step++)
        check_factor(&schedule, step, COUNT_OF(want), want[step]);
    check_factor(&(struct sk_schedule){SK_CONSTANT, 1}, 0, 1, 1);
    check_factor(&(struct sk_schedule){SK_CONSTANT, 6}, 5, 6, 1); /* all of the run */
    assert_true(sk_schedule_follows_steps(&schedule));
}

/* At the start, a third, half, two thirds, and where it would be after the last step. */
static void cosine(void **state)
{
    (void)state;
    const struct sk_schedule schedule = {SK_COSINE, 0};
    check_factor(&schedule, 0, 6, 1);
    check_factor(&schedule, 2, 6, 0.775);
    check_factor(&schedule, 3, 6, 0.55);
    check_factor(&schedule, 4, 6, 0.325);
    check_factor(&schedule, 6, 6, 0.1);
    check_factor(&schedule, 0, 1, 1);
    for (uint64_t step = 1; step < 1000; step++)
        assert_true(sk_schedule_factor(&schedule, step, 1000) < sk_schedule_factor(&schedule, step - 1, 1000));
    assert_true(sk_schedule_follows_steps(&schedule));
}

/* PyTorch's chainable recurrence for CosineAnnealingLR, from the step before. */
static void cosine_after_warmup(void **state)
{
    (void)state;
    const struct sk_schedule schedule = {SK_COSINE, 10};
    const uint64_t steps = 110, falling = steps - schedule.warmup;
    for (uint64_t step = 0; step < schedule.warmup; step++)
        check_factor(&schedule, step, steps, (double)(step + 1) / 10);
    double rate = 1;
    for (uint64_t t = 0; t < falling; t++) {
        check_factor(&schedule, schedule.warmup + t, steps, rate);
        rate = (1 + cos(M_PI * (double)(t + 1) / (double)falling)) / (1 + cos(M_PI * (double)t / (double)falling)) * (rate - 0.1) + 0.1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant),
        cmocka_unit_test(warmup),
        cmocka_unit_test(cosine),
        cmocka_unit_test(cosine_after_warmup),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
