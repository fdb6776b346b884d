#ifndef SK_BASE_OUTFILE_H
#define SK_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* What a tool writes beside standard output, under the name that it was given.

   A file appears when it is complete: it is written under a temporary name beside it (base/temporary.h), fsynced and renamed, so that
   until then the name has what it had, or nothing. Through a symbolic link, or a chain of them, the file that it leads to is made
   or replaced, never the link. A new file gets what the umask leaves, a replaced one keeps its permissions and, where that is
   allowed, its owner; other hard links to it keep the old contents. A file that may not be written to is not replaced.
   What is no regular file, a pipe or a device, is written to as it stands, and what is a descriptor of ours (/dev/stdout, /dev/fd/3,
   /proc/self/fd/3) through it, from where it stands, as a shell's >&3 would. */
struct sk_outfile {
    FILE *stream;          /* write here */
    char *path;            /* as it was given, for messages; NULL for standard output */
    char *target;          /* what the temporary is renamed to */
    const char *temporary; /* NULL where it is written to as it stands */
};

/* Opens an output; "-" is standard output. 0, or -1 with err ("PATH: why"). */
SK_MUST_CHECK int sk_outfile_open(struct sk_outfile *out, const char *path, struct sk_error *err);

/* The same for a file that is read while it grows, such as a log: it is emptied, and written in its place. */
SK_MUST_CHECK int sk_outfile_open_growing(struct sk_outfile *out, const char *path, struct sk_error *err);

/* The path, or "standard output". */
const char *sk_outfile_name(const struct sk_outfile *out);

/* Flushes, fsyncs, renames and fsyncs the folder; 0, or -1 with err (then the temporary is gone and PATH is
   as it was). The struct is empty afterwards in both cases. */
SK_MUST_CHECK int sk_outfile_commit(struct sk_outfile *out, struct sk_error *err);

/* Closes and removes the temporary; does nothing on an empty struct. */
void sk_outfile_abandon(struct sk_outfile *out);

/* Whether an output that is to be opened later could be now; a file that is there keeps its contents, and none is left. growing: by
   sk_outfile_open_growing. 0, or -1 with err. */
SK_MUST_CHECK int sk_outfile_check(const char *path, bool growing, struct sk_error *err);

/* Refuses outputs of which one would be lost or they would mix, as they are one file or pipe, and an output that is an input too (standard
   output where it is a regular file). To be called before they are opened. "-" is standard output, or input; a NULL is passed over; a device
   (/dev/null, a terminal) takes any number. 0, or -1 with err. */
SK_MUST_CHECK int sk_outfile_distinct(const char *const *output, size_t outputs, const char *const *input, size_t inputs,
                                      struct sk_error *err);

#endif
