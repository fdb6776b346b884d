#ifndef SK_BASE_OUTFILE_H
#define SK_BASE_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* A file that appears under its name only when it is complete: it is written as
   NAME.tmp beside it, fsynced, and renamed over NAME. Killed before that, NAME is as it was, and the next writer takes
   what is left of NAME.tmp over: nothing piles up. Where NAME is a device or a pipe, it is written to as it is. */
struct sk_outfile {
    FILE *stream; /* write here */
    char *path, *temporary; /* temporary is NULL for a device or a pipe */
};

/* Opens PATH's temporary; path "-" is standard output, which has no temporary. 0, or -1 with err. */
SK_MUST_CHECK int sk_outfile_open(struct sk_outfile *out, const char *path, struct sk_error *err);

/* Flushes, fsyncs, renames and fsyncs the folder; 0, or -1 with err (then the temporary is gone and PATH is
   as it was). The struct is empty afterwards in both cases. */
SK_MUST_CHECK int sk_outfile_commit(struct sk_outfile *out, struct sk_error *err);

/* Whether both write, or are going to rename, into one file or pipe, so that one would be lost or they would mix. A device
   (/dev/null) takes both. For standard output, give a struct whose stream it is. */
bool sk_outfile_same(const struct sk_outfile *a, const struct sk_outfile *b);

/* Closes and removes the temporary; does nothing on an empty struct. */
void sk_outfile_abandon(struct sk_outfile *out);

#endif
