#include "stat/singular_values.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stat/householder.h"
#include "stat/lapack.h"

/* An upper band as LAPACK has it: element (i, j) is at[j (width + 1) + width + i - j], for i <= j <= i + width. */
struct band {
    double *at;
    size_t width;
};

static double *element(const struct band *b, size_t i, size_t j)
{
    return b->at + j * (b->width + 1) + b->width + i - j;
}

/* Makes the band of m; panel is room for SK_REFLECTIONS columns of m, as rows. From the left, a block of columns becomes upper
   triangular; from the right, what is beside it lower triangular. */
static void reduce(struct sk_householder *h, size_t rows, size_t columns, double *m, size_t step, double *panel,
                   const struct band *band)
{
    const size_t room = sk_product_step(rows, sizeof *panel);
    for (size_t k = 0, count; k < columns; k += count) {
        count = columns - k < SK_REFLECTIONS ? columns - k : SK_REFLECTIONS;
        const size_t below = rows - k, right = columns - k - count;
        double *corner = m + k * step + k;
        for (size_t i = 0; i < below; i++)
            for (size_t j = 0; j < count; j++)
                panel[j * room + i] = corner[i * step + j];
        sk_householder_factor(h, count, below, panel, room);
        sk_householder_left(h, right, corner + count, step);
        for (size_t i = 0; i < count; i++)
            for (size_t j = i; j < count; j++)
                *element(band, k + i, k + j) = panel[j * room + i];
        if (right == 0)
            return;
        sk_householder_factor(h, count, right, corner + count, step);
        sk_householder_right(h, below - count, corner + count * step + count, step);
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j <= i && j < right; j++)
                *element(band, k + i, k + count + j) = corner[i * step + count + j];
    }
}

/* The values of a band [n][n]: d [n]; room for 8 n numbers. */
static int band_values(const struct band *band, size_t n, double *d, double *room, struct sk_error *err)
{
    const int order = (int)n, none = 0, one = 1, above = (int)band->width, pitch = above + 1;
    double unused = 0, *e = room, *work = room + n;
    struct sk_lapack lapack;
    int info;
    if (sk_lapack_find(&lapack, err))
        return -1;
    lapack.dgbbrd("N", &order, &order, &none, &none, &above, band->at, &pitch, d, e, &unused, &one, &unused, &one, &unused, &one, work,
                  &info);
    if (info != 0)
        return sk_fail(err, "LAPACK dgbbrd failed (%d)", info);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(d[i]) || (i + 1 < n && !isfinite(e[i])))
            return sk_fail(err, "singular values that are no finite numbers");
    lapack.dlasq1(&order, d, e, work, &info);
    return info == 0 ? 0 : sk_fail(err, "LAPACK dlasq1 failed (%d)", info);
}

int sk_singular_values(size_t rows, size_t columns, double *m, size_t step, double *value, struct sk_error *err)
{
    struct sk_householder h;
    struct band band = {.width = columns - 1 < SK_REFLECTIONS ? columns - 1 : SK_REFLECTIONS};
    if (columns > INT_MAX / 8)
        return sk_fail(err, "%zu columns are too many", columns);
    if (sk_householder_new(&h, rows, err))
        return -1;
    double *panel = sk_alloc(SK_REFLECTIONS, sk_product_step(rows, sizeof *panel) * sizeof *panel, err);
    double *room = panel ? sk_alloc(columns, 8 * sizeof *room, err) : NULL;
    band.at = room ? sk_alloc(columns, (band.width + 1) * sizeof *band.at, err) : NULL;
    int status = band.at ? 0 : -1;
    if (status == 0) {
        reduce(&h, rows, columns, m, step, panel, &band);
        status = band_values(&band, columns, value, room, err);
    }
    free(panel);
    free(room);
    free(band.at);
    sk_householder_free(&h);
    return status;
}
