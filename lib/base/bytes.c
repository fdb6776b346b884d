#include "base/bytes.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { FIRST = 1 << 12 };

int sk_bytes_reserve(struct sk_bytes *bytes, size_t more, struct sk_error *err)
{
    size_t wanted, capacity = bytes->capacity ? bytes->capacity : FIRST;
    if (!sk_add(bytes->length, more, &wanted) || wanted > PTRDIFF_MAX)
        return sk_fail(err, "more bytes than memory can address");
    if (wanted <= bytes->capacity)
        return 0;
    while (capacity < wanted)
        capacity = capacity <= SIZE_MAX / 2 ? capacity * 2 : wanted;
    unsigned char *moved = realloc(bytes->at, capacity);
    if (!moved) {
        errno = ENOMEM;
        return sk_fail_errno(err, "%zu bytes", capacity);
    }
    bytes->at = moved;
    bytes->capacity = capacity;
    return 0;
}

int sk_bytes_append(struct sk_bytes *bytes, const void *from, size_t count, struct sk_error *err)
{
    if (count == 0)
        return 0;
    if (sk_bytes_reserve(bytes, count, err))
        return -1;
    memcpy(bytes->at + bytes->length, from, count);
    bytes->length += count;
    return 0;
}

void sk_bytes_free(struct sk_bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct sk_bytes){0};
}

int sk_bytes_write(int to, const void *bytes, size_t count)
{
    const unsigned char *next = bytes;
    while (count > 0) {
        ssize_t written = write(to, next, count);
        if (written < 0 && errno != EINTR)
            return -1;
        next += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}
