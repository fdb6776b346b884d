#ifndef SK_TESTS_CHECK_H
#define SK_TESTS_CHECK_H

/* What the unit tests of the networks share: operands of exactly their size (a read beyond one is a fault under a
   sanitizer), random values, and comparison with an oracle in double precision. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/micro_batch.h"
#include "base/random.h"

/* count zeroed elements; freed with free(). */
static inline void *block(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    assert_non_null(p);
    return p;
}

/* mean + deviation N(0, 1), count of them. */
static inline float *normal_floats(struct sk_random *r, size_t count, double mean, double deviation)
{
    float *p = block(count, sizeof *p);
    for (size_t i = 0; i < count; i++)
        p[i] = (float)(mean + deviation * sk_random_normal(r));
    return p;
}

static inline float *copy_floats(const float *from, size_t count)
{
    float *p = block(count, sizeof *p);
    memcpy(p, from, count * sizeof *p);
    return p;
}

/* Every difference must be within `tolerance` of the greatest magnitude wanted. */
static inline void check_close(const char *what, const float *got, const double *want, size_t count, double tolerance)
{
    double greatest = 0;
    for (size_t i = 0; i < count; i++)
        greatest = fmax(greatest, fabs(want[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)got[i] - want[i]) <= tolerance * greatest))
            fail_msg("%s[%zu] is %.9g, not %.9g: off by more than %.2g of %.4g", what, i, (double)got[i], want[i],
                     tolerance, greatest);
}

static inline void check_same(const char *what, const float *a, const float *b, size_t count)
{
    if (memcmp(a, b, count * sizeof *a) != 0)
        fail_msg("%s: not the same bytes", what);
}

/* What `count` leaves, `step` floats apart, come to up the tree. */
static inline float tree_of(const float *leaf, size_t step, size_t count)
{
    if (count == 1)
        return *leaf;
    const size_t split = sk_tree_split(count);
    return tree_of(leaf, step, split) + tree_of(leaf + split * step, step, count - split);
}

/* The leaves of a batch's micro-batches, each computed alone, join to what was computed of all. */
static inline void check_tree(const char *what, const float *whole, const float *leaves, size_t images, size_t size)
{
    float *joined = block(size, sizeof *joined);
    for (size_t i = 0; i < size; i++)
        joined[i] = tree_of(leaves + i, size, sk_micro_batches(images));
    check_same(what, whole, joined, size);
    free(joined);
}

/* Batches that leave a micro-batch short, and trees a node. */
static const size_t check_batches[] = {1, 16, 17, 50, 96, 109};

/* The odd shapes that the layers are tried on. */
static const size_t check_rows[] = {1, 2, 7, 300}, check_channels[] = {1, 3, 5, 16, 33};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define FOR_EACH_SHAPE(rows, channels)                                                   \
    for (size_t rows, channels, at_ = 0;                                                 \
         at_ < COUNT_OF(check_rows) * COUNT_OF(check_channels) &&                        \
         (rows = check_rows[at_ % 4], channels = check_channels[at_ / 4], 1); at_++)

#endif
