/* skmetrics leak: images of one stream that stand in another, or more than once in it. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/duplicates.h"

static void print_head(const struct options *o)
{
    printf(", aligned and compared pixel by pixel, be they turned, mirrored, cropped, shifted or little changed: "
           "distance at most %g\na\tb\tdistance\n", o->threshold);
}

static int print_pair(const struct options *o, size_t i, const struct sk_duplicate *found, struct sk_error *err)
{
    if (found->index == SIZE_MAX || found->alignment.distance > o->threshold)
        return 0;
    return skmetrics_numbers((double[]){(double)i, (double)found->index, found->alignment.distance}, 3, 0, err);
}

static int leak_between(const struct options *o, char **path, const struct sk_gallery side[2], struct sk_error *err)
{
    struct sk_duplicate *found = sk_alloc(side[0].n, sizeof *found, err);
    int status = found ? sk_duplicates(&side[0], &side[1], o->tool.jobs, found, err) : -1;
    if (status == 0) {
        printf("# images of %zu (a: %s) that stand among %zu (b: %s)", side[0].n, path[0], side[1].n, path[1]);
        print_head(o);
    }
    for (size_t i = 0; i < side[0].n && status == 0; i++)
        status = print_pair(o, i, &found[i], err);
    free(found);
    return status;
}

static int by_index(const void *left, const void *right)
{
    const struct sk_duplicate *a = left, *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

static int leak_within(const struct options *o, char *path, const struct sk_gallery *gallery, struct sk_error *err)
{
    enum { MOST = SK_DUPLICATE_CANDIDATES };
    struct sk_duplicate *found = sk_alloc(gallery->n, MOST * sizeof *found, err);
    int status = found ? sk_duplicates_within(gallery, o->tool.jobs, found, err) : -1;
    if (status == 0) {
        printf("# pairs among the %zu images of %s, a before b", gallery->n, path);
        print_head(o);
    }
    for (size_t i = 0; i < gallery->n && status == 0; i++) {
        qsort(found + i * MOST, MOST, sizeof *found, by_index);
        for (size_t k = 0; k < MOST && status == 0; k++)
            status = print_pair(o, i, &found[i * MOST + k], err);
    }
    free(found);
    return status;
}

int skmetrics_leak(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_gallery side[2] = {{0}, {0}};
    int status = 0;
    for (size_t i = 0; i < operands && status == 0; i++)
        status = sk_gallery_read(&side[i], operand[i], err);
    if (status == 0)
        status = operands == 1 ? leak_within(o, operand[0], &side[0], err) : leak_between(o, operand, side, err);
    sk_gallery_free(&side[0]);
    sk_gallery_free(&side[1]);
    return status;
}
