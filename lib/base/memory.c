#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20, LARGE = 4 * HUGE_PAGE };

void *sk_alloc(size_t count, size_t size, struct sk_error *err)
{
    size_t bytes, rounded;
    if (!sk_mul(count, size, &bytes) || !sk_add(bytes, CACHE_LINE - 1, &rounded) || rounded > PTRDIFF_MAX) {
        sk_fail(err, "%zu elements of %zu bytes are more than memory can address", count, size);
        return NULL;
    }
    rounded = rounded / CACHE_LINE * CACHE_LINE;
    if (rounded == 0)
        rounded = CACHE_LINE;
    void *memory;
    if (posix_memalign(&memory, rounded < LARGE ? CACHE_LINE : HUGE_PAGE, rounded)) {
        errno = ENOMEM;
        sk_fail_errno(err, "%zu bytes", rounded);
        return NULL;
    }
    /* Large tensors are walked in strides that miss the TLB on small pages. Where the kernel has no huge ones, or gives them by
       itself, the advice changes nothing. The end of the block, which shares its page, is left alone. */
    if (rounded >= LARGE)
        (void)madvise(memory, rounded / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return memset(memory, 0, rounded);
}

int sk_account_floats(struct sk_account *account, enum sk_memory_use use, float **memory, size_t count, struct sk_error *err)
{
    *memory = NULL;
    if (account)
        account->bytes[use] = sk_sum(account->bytes[use], sk_product(count, sizeof **memory));
    if (account && account->dry)
        return 0;
    *memory = sk_alloc(count, sizeof **memory, err);
    return *memory ? 0 : -1;
}

void *sk_grow(void *array, size_t count, size_t *capacity, size_t size, struct sk_error *err)
{
    if (count < *capacity)
        return array;
    size_t bytes, wanted = *capacity ? sk_product(*capacity, 2) : 16;
    void *moved = sk_mul(wanted, size, &bytes) ? realloc(array, bytes) : NULL;
    if (!moved) {
        errno = ENOMEM;
        sk_fail_errno(err, "%zu elements", wanted);
        return NULL;
    }
    *capacity = wanted;
    return moved;
}
