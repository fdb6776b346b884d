#ifndef SK_TRAIN_REPORT_H
#define SK_TRAIN_REPORT_H

#include <stdint.h>

#include "base/progress.h"

/* Whom a run tells of itself: it prints nothing. Any of them may be NULL. */
struct sk_train_report {
    void (*start)(void *context);                                         /* all is ready: the first step follows */
    void (*step)(void *context, const struct sk_progress_state *state);   /* after each */
    void (*warn)(void *context, const char *text);
    void *context;
};

void sk_train_started(const struct sk_train_report *report);
void sk_train_stepped(const struct sk_train_report *report, const struct sk_progress_state *state);
void sk_train_warn(const struct sk_train_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How fast a run is, since it began or went on. */
struct sk_train_pace {
    double start; /* seconds */
    uint64_t first;
};

struct sk_train_pace sk_train_pace_start(uint64_t step);
/* Steps a second at this step; 0 at the first. */
double sk_train_pace_rate(const struct sk_train_pace *pace, uint64_t step);

#endif
