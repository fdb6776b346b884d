/* skmetrics leak: images of one stream that stand in another. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/duplicates.h"

static int print_leak(const struct options *o, char **path, const struct sk_gallery side[2], struct sk_error *err)
{
    struct sk_duplicate *found = sk_alloc(side[0].n, sizeof *found, err);
    int status = found ? sk_duplicates(&side[0], &side[1], o->tool.jobs, found, err) : -1;
    if (status == 0)
        printf("# images of %zu (a: %s) that stand among %zu (b: %s), aligned and compared pixel by pixel, be they turned, "
               "mirrored, cropped, shifted or little changed: distance at most %g\n"
               "a\tb\tdistance\n", side[0].n, path[0], side[1].n, path[1], o->threshold);
    for (size_t i = 0; i < side[0].n && status == 0; i++) {
        double row[] = {(double)i, (double)found[i].index, found[i].alignment.distance};
        if (found[i].index != SIZE_MAX && row[2] <= o->threshold)
            status = skmetrics_numbers(row, 3, err);
    }
    free(found);
    return status;
}

int skmetrics_leak(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_gallery side[2];
    (void)operands;
    if (sk_gallery_read(&side[0], operand[0], err))
        return -1;
    int status = sk_gallery_read(&side[1], operand[1], err);
    if (status == 0) {
        status = print_leak(o, operand, side, err);
        sk_gallery_free(&side[1]);
    }
    sk_gallery_free(&side[0]);
    return status;
}
