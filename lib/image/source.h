#ifndef SK_IMAGE_SOURCE_H
#define SK_IMAGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The bytes of a file, gzip members inflated, everything else as it is. Holds a fixed amount of memory, whatever
   the members inflate to. A member may begin where the caller says that an image may (sk_source_boundary), and
   where another member has ended; a stretch of raw bytes may follow a member. Opaque. */
struct sk_source;

enum { SK_SOURCE_END = -1, SK_SOURCE_FAILED = -2 };

/* Opens a file, or standard input for "-". NULL with err. sk_source_close frees it. */
SK_MUST_CHECK struct sk_source *sk_source_open(const char *path, struct sk_error *err);

/* The path, or "standard input". */
const char *sk_source_name(const struct sk_source *source);

/* Says that an image may begin here: raw bytes that look like a gzip member are inflated from here on. 0, or -1 with err. */
SK_MUST_CHECK int sk_source_boundary(struct sk_source *source, struct sk_error *err);

/* The next byte, taken (get) or left (peek); SK_SOURCE_END; or SK_SOURCE_FAILED with err. */
SK_MUST_CHECK int sk_source_get(struct sk_source *source, struct sk_error *err);
SK_MUST_CHECK int sk_source_peek(struct sk_source *source, struct sk_error *err);

/* Up to count bytes into buffer, less only at the end: sets *got. 0, or -1 with err. */
SK_MUST_CHECK int sk_source_read(struct sk_source *source, void *buffer, size_t count, size_t *got,
                                 struct sk_error *err);

/* Closes and frees; NULL is allowed. */
void sk_source_close(struct sk_source *source);

#endif
