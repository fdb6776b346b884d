#ifndef SK_BASE_PROGRESS_H
#define SK_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A line about how far a long run is: redrawn on a terminal a few times a second, otherwise one line at each
   milestone (an epoch). Silent where stream is NULL. */
struct sk_progress {
    FILE *stream;
    const char *name;     /* of the tool */
    uint64_t done, total; /* steps */
    bool terminal, drawn;
    double start, last;   /* seconds */
    uint64_t start_done;
};

/* Begins at step `done` of `total`. */
void sk_progress_start(struct sk_progress *p, FILE *stream, const char *name, uint64_t done, uint64_t total);

/* One step further; text tells what the caller sees (losses); milestone: the end of an epoch, or of the run. */
void sk_progress_step(struct sk_progress *p, bool milestone, const char *text);

/* Ends a redrawn line, so that a message may follow. */
void sk_progress_break(struct sk_progress *p);

/* Steps a second since the start. */
double sk_progress_rate(const struct sk_progress *p);

#endif
