#ifndef SK_BASE_MEMORY_H
#define SK_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* *product = a b; false when it overflows. */
SK_MUST_CHECK static inline bool sk_mul(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* *sum = a + b; false when it overflows. */
SK_MUST_CHECK static inline bool sk_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

/* The same for sizes of which SIZE_MAX is refused in the end, by sk_alloc or by the caller: it stands for all that overflow. */
static inline size_t sk_product(size_t a, size_t b)
{
    size_t product;
    return sk_mul(a, b, &product) ? product : SIZE_MAX;
}

static inline size_t sk_sum(size_t a, size_t b)
{
    size_t sum;
    return sk_add(a, b, &sum) ? sum : SIZE_MAX;
}

/* count zeroed elements of size bytes each, 64-byte aligned; the caller frees with free().
   NULL, with err set, when the size overflows or memory is short. count 0 gives a valid pointer. */
SK_MUST_CHECK void *sk_alloc(size_t count, size_t size, struct sk_error *err);

enum sk_memory_use { SK_WEIGHTS, SK_ACTIVATIONS, SK_WORKSPACE, SK_IMAGES, SK_MEMORY_USES };

/* What was allocated, by use. Where `dry` is set nothing is: so the code that allocates says beforehand how much it would. What
   is made with a dry account has no memory and cannot be used, only asked for its sizes and freed. */
struct sk_account {
    bool dry;
    size_t bytes[SK_MEMORY_USES]; /* SIZE_MAX: more than memory can address */
};

/* *memory = count zeroed floats as by sk_alloc, entered into the account, which may be NULL; NULL where that is dry.
   0, or -1 with err and *memory NULL. */
SK_MUST_CHECK int sk_account_floats(struct sk_account *account, enum sk_memory_use use, float **memory, size_t count,
                                    struct sk_error *err);

/* Makes room for one element of that size behind `count` in an array of *capacity; doubles it. NULL with err when memory is short:
   the old array is then still there. */
SK_MUST_CHECK void *sk_grow(void *array, size_t count, size_t *capacity, size_t size, struct sk_error *err);

#endif
