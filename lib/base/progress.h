#ifndef SK_BASE_PROGRESS_H
#define SK_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A line about how far a long run is: on a terminal redrawn a few times a second and never wider than that, otherwise one line
   at each milestone (an epoch). Silent where stream is NULL. As those of base/tool.h, tools alone call what prints. */
struct sk_progress {
    FILE *stream;
    const char *name; /* of the tool */
    bool terminal;
    size_t drawn;     /* columns of the line that is not ended */
    double last;      /* seconds, when it was drawn */
    double start;     /* seconds, of a stream of images */
};

struct sk_progress_state {
    uint64_t done, total; /* steps */
    double rate;          /* steps a second; 0 or NaN where it is not known yet */
    bool milestone;       /* the end of an epoch, or of the run */
    const char *text;     /* what the caller sees (losses): items joined by ", ", the most telling first */
};

void sk_progress_start(struct sk_progress *p, FILE *stream, const char *name);

/* Shows the state, where it is time to. */
void sk_progress_show(struct sk_progress *p, const struct sk_progress_state *state);

/* Ends a redrawn line, so that a message may follow. */
void sk_progress_break(struct sk_progress *p);

/* The same for a stream of images of which nobody knows the end: on a terminal alone, and where standard output is a file. `done`
   of them are; `end`: they are all. */
void sk_progress_start_images(struct sk_progress *p, const char *name, bool quiet);
void sk_progress_images(struct sk_progress *p, uint64_t done, bool end);

enum { SK_PROGRESS_LINE = 400 };

/* The line, "NAME: step 3/9, TEXT, ETA 0:00:06", or as much of it as fits into so many columns: items of the text go first, from
   the last on. The names are ASCII: a byte is a column. */
void sk_progress_line(char line[SK_PROGRESS_LINE], size_t columns, const char *name, const struct sk_progress_state *state);

/* Seconds of a clock that nobody sets. */
double sk_seconds(void);

#endif
