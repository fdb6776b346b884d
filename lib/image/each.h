#ifndef SK_IMAGE_EACH_H
#define SK_IMAGE_EACH_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

/* A program over a stream of images: one run of it for each. */
struct sk_each {
    char *const *argv;        /* the program, looked for in PATH, and its arguments; NULL at the end */
    char *const *environment; /* its environment; SK_IMAGE is put before it, the image's number from 0 */
    int jobs;                 /* runs at a time, at least 1 */
    bool terminal;            /* out is one: raw images are refused */
};

enum { SK_EACH_HELD = 1 << 24 };

/* Gives each image of a stream ("-" is standard input), as it stands there, to a run of the program, and writes what they print
   to the file `out`, standard output in messages, in the images' order. Of each run no more than SK_EACH_HELD bytes are held: where
   it prints more, it waits until its turn has come. The image is a file in memory, at its beginning; a run may leave it unread, or seek
   in it. 0, or -1 with err where one fails ("FILE: image N: PROGRAM: exit status 1"), where the stream is damaged, or a write fails (code EPIPE for a gone reader); what came before has then been
   written, of a failed run's output nothing unless it was longer than what is held; other runs have ended, or are killed.

   A write that fails is an error only where its signal is blocked or ignored: SIGPIPE of a gone reader, SIGXFSZ of a limit of file sizes.
   `mask` is the signal mask that the program gets. SIGCHLD must not be ignored. */
SK_MUST_CHECK int sk_each_image(const struct sk_each *each, const char *path, const sigset_t *mask, int out,
                                struct sk_error *err);

#endif
