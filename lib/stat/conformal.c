#include "stat/conformal.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

int sk_labelled_alloc(struct sk_labelled *l, size_t n, size_t classes, struct sk_error *err)
{
    size_t row;
    *l = (struct sk_labelled){.n = n, .classes = classes};
    if (!sk_mul(classes, sizeof *l->probability, &row))
        return sk_fail(err, "%zu classes are too many", classes);
    l->probability = sk_alloc(n, row, err);
    l->truth = l->probability ? sk_alloc(n, sizeof *l->truth, err) : NULL;
    if (l->truth)
        return 0;
    sk_labelled_free(l);
    return -1;
}

void sk_labelled_free(struct sk_labelled *l)
{
    free(l->probability);
    free(l->truth);
    *l = (struct sk_labelled){0};
}

static int falling(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

int sk_conformal_bounds(const struct sk_labelled *calibration, double level, double *bound, struct sk_error *err)
{
    double *own = sk_alloc(calibration->n, sizeof *own, err);
    if (!own)
        return -1;
    for (size_t c = 0; c < calibration->classes; c++) {
        size_t n = 0;
        for (size_t i = 0; i < calibration->n; i++)
            if (calibration->truth[i] == c)
                own[n++] = calibration->probability[i * calibration->classes + c];
        qsort(own, n, sizeof *own, falling);
        double rank = ceil((double)(n + 1) * level - 1e-9); /* 0.9 x 10 is 9, whatever rounding makes of it */
        bound[c] = rank > (double)n ? -INFINITY : own[(size_t)fmax(rank, 1) - 1];
    }
    free(own);
    return 0;
}

void sk_conformal_sets(const struct sk_labelled *test, const double *bound, struct sk_conformal *result)
{
    for (size_t c = 0; c < test->classes; c++)
        result[c] = (struct sk_conformal){0};
    for (size_t i = 0; i < test->n; i++) {
        const double *probability = test->probability + i * test->classes;
        size_t truth = test->truth[i], size = 0;
        for (size_t c = 0; c < test->classes; c++)
            size += probability[c] >= bound[c];
        struct sk_conformal *r = &result[truth];
        r->n++;
        r->covered += probability[truth] >= bound[truth];
        r->size += (double)size;
        r->abstained += size != 1;
    }
}
