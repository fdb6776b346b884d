#ifndef SK_BASE_BYTES_H
#define SK_BASE_BYTES_H

#include <stddef.h>

#include "base/error.h"

/* Bytes in memory that grows with them; {0} is none. */
struct sk_bytes {
    unsigned char *at; /* owned: sk_bytes_free */
    size_t length, capacity;
};

/* Room for `more` bytes behind those that are there. 0, or -1 with err (the bytes unchanged). */
SK_MUST_CHECK int sk_bytes_reserve(struct sk_bytes *bytes, size_t more, struct sk_error *err);

/* Appends a copy. 0, or -1 with err (the bytes unchanged). */
SK_MUST_CHECK int sk_bytes_append(struct sk_bytes *bytes, const void *from, size_t count, struct sk_error *err);

/* Frees the memory; the struct may be used again. */
void sk_bytes_free(struct sk_bytes *bytes);

/* Writes all of them to a descriptor that waits. 0, or -1 with errno. */
SK_MUST_CHECK int sk_bytes_write(int to, const void *bytes, size_t count);

#endif
