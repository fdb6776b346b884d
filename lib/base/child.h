#ifndef SK_BASE_CHILD_H
#define SK_BASE_CHILD_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* A program that runs beside us, its standard output a pipe to us. */
struct sk_child {
    pid_t pid;
    int out; /* what it writes, read by us without waiting; -1 when closed */
    size_t room; /* bytes that the pipe holds */
};

/* Starts argv[0], looked for in PATH, with that environment, signal mask and standard input, a descriptor that stays the caller's; its
   standard error is ours. Nothing else of ours that is closed on exec reaches it. The pipe holds `room` bytes where the system lets it.
   0 (sk_child_finish or sk_child_kill must follow), or -1 with err. */
SK_MUST_CHECK int sk_child_start(struct sk_child *child, char *const *argv, char *const *environment, const sigset_t *mask, int in,
                                 size_t room, struct sk_error *err);

/* Waits for its end. 0 where it exited 0, or -1 with err ("exit status 3", "killed by signal 11 (Segmentation fault)"). */
SK_MUST_CHECK int sk_child_finish(struct sk_child *child, struct sk_error *err);

/* Ends it: asked by SIGTERM, after a second by SIGKILL. */
void sk_child_kill(struct sk_child *child);

#endif
