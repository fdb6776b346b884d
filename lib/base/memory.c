#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *sk_alloc(size_t count, size_t size, struct sk_error *err)
{
    size_t bytes, rounded;
    if (!sk_mul(count, size, &bytes) || !sk_add(bytes, 63, &rounded) || rounded > PTRDIFF_MAX) {
        sk_fail(err, "%zu elements of %zu bytes are more than memory can address", count, size);
        return NULL;
    }
    rounded = rounded / 64 * 64;
    if (rounded == 0)
        rounded = 64;
    void *memory = aligned_alloc(64, rounded);
    if (!memory) {
        errno = ENOMEM;
        sk_fail_errno(err, "%zu bytes", rounded);
        return NULL;
    }
    return memset(memory, 0, rounded);
}
