#ifndef SK_TRAIN_SCHEDULE_H
#define SK_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* How the learning rate goes over a run: by the number of the step alone, so that a resumed run goes on as it would have. */
enum sk_schedule_kind { SK_CONSTANT, SK_COSINE, SK_SCHEDULES };

/* As options and files have them. */
extern const char *const sk_schedule_name[SK_SCHEDULES];

struct sk_schedule {
    enum sk_schedule_kind kind;
    uint64_t warmup; /* steps, at most those of the run; 0 none */
};

/* What the learning rate is multiplied by in a step, from 0 on, of a run of so many:
     for step < warmup    (step + 1) / warmup
     constant             1
     cosine               0.1 + 0.9 (1 + cos(pi (step - warmup) / (steps - warmup))) / 2
   which falls from 1 to a tenth (Loshchilov and Hutter 2017 without restarts; PyTorch's CosineAnnealingLR, eta_min a tenth). */
double sk_schedule_factor(const struct sk_schedule *schedule, uint64_t step, uint64_t steps);

/* Whether it has to do with the number of steps, which is then a part of what a run is. */
bool sk_schedule_follows_steps(const struct sk_schedule *schedule);

#endif
