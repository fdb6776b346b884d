#include "train/schedule.h"

#include <math.h>

const char *const sk_schedule_name[SK_SCHEDULES] = {[SK_CONSTANT] = "constant", [SK_COSINE] = "cosine"};

double sk_schedule_factor(const struct sk_schedule *schedule, uint64_t step, uint64_t steps)
{
    const double least = 0.1;
    if (step < schedule->warmup)
        return (double)(step + 1) / (double)schedule->warmup;
    if (schedule->kind == SK_CONSTANT)
        return 1;
    const double part = (double)(step - schedule->warmup) / (double)(steps - schedule->warmup);
    return least + (1 - least) * (1 + cos(M_PI * part)) / 2;
}

bool sk_schedule_follows_steps(const struct sk_schedule *schedule)
{
    return schedule->kind != SK_CONSTANT || schedule->warmup > 0;
}
