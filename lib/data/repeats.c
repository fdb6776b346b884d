#include "data/repeats.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"

/* An image by a sum of its pixels, which equal ones share. */
struct print {
    uint32_t sum, index;
};

static size_t image_bytes(const struct sk_dataset *set)
{
    return set->size * set->size * 3;
}

static const uint8_t *pixels_of(const struct sk_dataset *set, size_t i)
{
    return set->pixels + i * image_bytes(set);
}

static uint32_t sum_of(const struct sk_dataset *set, size_t i)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), pixels_of(set, i), image_bytes(set));
}

static int compare(const void *a, const void *b)
{
    const struct print *x = a, *y = b;
    if (x->sum != y->sum)
        return x->sum < y->sum ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The first print of that sum or a greater one. */
static size_t find(const struct print *print, size_t prints, uint32_t sum)
{
    size_t low = 0, high = prints;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (print[middle].sum < sum)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Looks at the earlier images of its sum: print k is one of the set's. */
static void count_earlier(struct sk_image_repeats *repeats, const struct sk_dataset *set, const struct print *print, size_t k)
{
    bool found = false, of_class = false;
    for (size_t e = k; e > 0 && print[e - 1].sum == print[k].sum && !of_class; e--)
        if (memcmp(pixels_of(set, print[e - 1].index), pixels_of(set, print[k].index), image_bytes(set)) == 0) {
            found = true;
            of_class = set->label[print[e - 1].index] == set->label[print[k].index];
        }
    repeats->repeated += found;
    repeats->of_classes += found && !of_class;
}

static bool stands_in(const struct sk_dataset *set, const struct print *print, const struct sk_dataset *other, size_t i)
{
    const uint32_t sum = sum_of(other, i);
    for (size_t k = find(print, set->count, sum); k < set->count && print[k].sum == sum; k++)
        if (memcmp(pixels_of(set, print[k].index), pixels_of(other, i), image_bytes(set)) == 0)
            return true;
    return false;
}

int sk_image_repeats_count(struct sk_image_repeats *repeats, const struct sk_dataset *set, const struct sk_dataset *other,
                           struct sk_error *err)
{
    *repeats = (struct sk_image_repeats){0};
    struct print *print = sk_alloc(set->count, sizeof *print, err);
    if (!print)
        return -1;
    for (size_t i = 0; i < set->count; i++)
        print[i] = (struct print){sum_of(set, i), (uint32_t)i};
    qsort(print, set->count, sizeof *print, compare);
    for (size_t k = 1; k < set->count; k++)
        count_earlier(repeats, set, print, k);
    for (size_t i = 0; i < other->count; i++)
        repeats->in_other += stands_in(set, print, other, i);
    free(print);
    return 0;
}
