#ifndef SK_IMAGE_SOURCE_H
#define SK_IMAGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"

/* The bytes of a file, gzip members inflated, everything else as it is. Holds a fixed amount of memory, whatever
   the members inflate to. A member may begin where the caller says that an image may (sk_source_boundary), and
   where another member has ended, so that what lies in several members may be one image (RFC 1952 has members that
   follow each other mean their contents one after another); a stretch of raw bytes may follow a member. Opaque. */
struct sk_source;

enum { SK_SOURCE_END = -1, SK_SOURCE_FAILED = -2 };

/* Opens a file, or standard input for "-". NULL with err. sk_source_close frees it. */
SK_MUST_CHECK struct sk_source *sk_source_open(const char *path, struct sk_error *err);

/* The same for bytes that a function gives, as read(2) does: up to count of them, 0 at the end, -1 with errno. */
SK_MUST_CHECK struct sk_source *sk_source_open_function(const char *name,
                                                        ssize_t (*give)(void *context, void *buffer, size_t count),
                                                        void *context, struct sk_error *err);

/* Lets a wait for bytes of a file end with an error (code ECANCELED) once the descriptor `stop`, the caller's, is
   readable. */
void sk_source_stop_by(struct sk_source *source, int stop);

/* From here on, bytes that are taken are written to `record` too, the caller's; NULL ends that. */
void sk_source_record(struct sk_source *source, FILE *record);

/* The path, or "standard input". */
const char *sk_source_name(const struct sk_source *source);

/* Says that an image may begin here: raw bytes that look like a gzip member are inflated from here on. 0, or -1 with err. */
SK_MUST_CHECK int sk_source_boundary(struct sk_source *source, struct sk_error *err);

/* Says that an image ends here. Where a member seems to end here too, its check sum is looked at, as far as
   that needs no wait for bytes to come: a damaged image is not to be taken for a good one. 0, or -1 with err. */
SK_MUST_CHECK int sk_source_settle(struct sk_source *source, struct sk_error *err);

/* Which member the byte that sk_source_peek gave is out of, from 1; 0 where it stands raw in the file. */
size_t sk_source_member(const struct sk_source *source);

/* The next byte, taken (get) or left (peek); SK_SOURCE_END; or SK_SOURCE_FAILED with err. */
SK_MUST_CHECK int sk_source_get(struct sk_source *source, struct sk_error *err);
SK_MUST_CHECK int sk_source_peek(struct sk_source *source, struct sk_error *err);

/* Copies up to count of the bytes that lie ready, behind those taken, into buffer, and leaves them; waits for none. How many. */
size_t sk_source_ahead(const struct sk_source *source, void *buffer, size_t count);

/* Up to count bytes into buffer, less only at the end: sets *got. 0, or -1 with err. */
SK_MUST_CHECK int sk_source_read(struct sk_source *source, void *buffer, size_t count, size_t *got,
                                 struct sk_error *err);

/* Takes up to count bytes where they lie: *bytes, good until the source is used again, *got of them, some unless the end has come.
   0, or -1 with err. */
SK_MUST_CHECK int sk_source_view(struct sk_source *source, size_t count, const uint8_t **bytes, size_t *got,
                                 struct sk_error *err);

/* The error of an image that the source's end cuts short; returns -1. */
int sk_source_ends_early(struct sk_error *err);

/* Closes and frees; NULL is allowed. */
void sk_source_close(struct sk_source *source);

#endif
