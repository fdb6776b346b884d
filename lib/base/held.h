#ifndef SK_BASE_HELD_H
#define SK_BASE_HELD_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

enum { SK_HELD_PIPES = 16, SK_HELD_PIPE = 1 << 20 /* bytes: the most that an unprivileged process may ask for */ };

/* Bytes out of a pipe on their way to another file. The first ones wait in pipes of our own, to which the system moves them, and on from
   there, without copying; the others, and all where it lets us have no such pipes, in memory. {.pipes = N} is none. */
struct sk_held {
    size_t length; /* bytes held */
    size_t pipes;  /* that may be opened, at most SK_HELD_PIPES */
    size_t opened, used;
    int pipe[SK_HELD_PIPES][2];
    size_t filled[SK_HELD_PIPES]; /* bytes in each of those used */
    struct sk_bytes bytes;        /* behind those */
};

/* Takes what the pipe `from`, which is read without waiting, holds now: *got bytes, 0 where there are none; *end where it has ended. 0, or
   -1 with err. */
SK_MUST_CHECK int sk_held_take(struct sk_held *held, int from, size_t *got, bool *end, struct sk_error *err);

/* Writes all to the file `to`, called `name` in messages, and holds nothing then. 0, or -1 with err ("NAME: why"), code EPIPE for a gone
   reader; what is held is then undefined. */
SK_MUST_CHECK int sk_held_write(struct sk_held *held, int to, const char *name, struct sk_error *err);

/* Closes and frees; the struct may be used again. */
void sk_held_free(struct sk_held *held);

#endif
