#ifndef SK_BASE_CHILD_H
#define SK_BASE_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "base/error.h"

/* A program that runs beside us, its standard input and output connected to us by pipes. */
struct sk_child {
    pid_t pid;
    int in, out; /* what it reads, written by us without waiting; what it writes. -1 when closed */
};

/* Starts argv[0], looked for in PATH, with that environment and signal mask; its standard error is ours. Nothing else of ours that is
   closed on exec reaches it. 0 (sk_child_finish or sk_child_kill must follow), or -1 with err. */
SK_MUST_CHECK int sk_child_start(struct sk_child *child, char *const *argv, char *const *environment, const sigset_t *mask,
                                 struct sk_error *err);

/* Closes the pipe to its standard input, or from its standard output; once closed, nothing. */
void sk_child_close_in(struct sk_child *child);
void sk_child_close_out(struct sk_child *child);

/* Waits for its end. 0 where it exited 0, or -1 with err ("exit status 3", "killed by signal 11 (Segmentation fault)"). */
SK_MUST_CHECK int sk_child_finish(struct sk_child *child, struct sk_error *err);

/* Ends it: asked by SIGTERM, after a second by SIGKILL. */
void sk_child_kill(struct sk_child *child);

#endif
