#include "stat/prdc.h"

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"

/* Rows that are multiplied at a time, and columns: a whole number of panels. The cut does not depend on the threads. */
enum { ROWS = 48, COLUMNS = 512 };

/* A set of images: features less the real images' mean, also packed as columns; squared norms, and squared radii of the balls. */
struct side {
    size_t n, dim, step;
    double *row, *panels, *norm, *radius;
};

static void side_free(struct side *s)
{
    free(s->row);
    free(s->panels);
    free(s->norm);
    free(s->radius);
}

static int side_of(struct side *s, const struct sk_features *features, const double *mean, struct sk_error *err)
{
    const struct sk_product_f64 *product = sk_product_f64(sk_simd_level());
    const size_t n = features->n, dim = features->dim, step = sk_product_step(dim, sizeof(double));
    *s = (struct side){.n = n, .dim = dim, .step = step};
    s->row = sk_alloc(n, step * sizeof *s->row, err);
    s->panels = s->row ? sk_alloc(sk_panel_columns(n, product->columns), dim * sizeof *s->panels, err) : NULL;
    s->norm = s->panels ? sk_alloc(n, sizeof *s->norm, err) : NULL;
    s->radius = s->norm ? sk_alloc(n, sizeof *s->radius, err) : NULL;
    if (!s->radius)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++) {
            double value = (double)features->value[i * dim + d] - mean[d];
            s->row[i * step + d] = value;
            s->norm[i] += value * value;
        }
    product->pack(dim, n, s->row, 1, step, s->panels);
    return 0;
}

static double *mean_of(const struct sk_features *features, struct sk_error *err)
{
    double *mean = sk_alloc(features->dim, sizeof *mean, err);
    for (size_t i = 0; mean && i < features->n; i++)
        for (size_t d = 0; d < features->dim; d++)
            mean[d] += (double)features->value[i * features->dim + d] / (double)features->n;
    return mean;
}

/* Squared distances of `rows` rows of the query from `first` on to `count` rows of the base from `start` on: square [rows][COLUMNS]. */
static void measure(const struct side *query, size_t first, size_t rows, const struct side *base, size_t start, size_t count,
                    double *square)
{
    sk_product_f64(sk_simd_level())
        ->multiply(rows, count, base->dim, query->row + first * query->step, query->step,
                   (struct sk_panels_f64){base->panels + start * base->dim, base->dim}, (struct sk_ending_f64){0}, square, COLUMNS);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < count; c++) {
            double *s = &square[r * COLUMNS + c];
            *s = fmax(0, query->norm[first + r] + base->norm[start + c] - 2 * *s);
        }
}

/* Keeps the least values, in order. */
static void keep(double least[SK_PRDC_NEIGHBOURS], double value)
{
    size_t k = SK_PRDC_NEIGHBOURS;
    if (!(value < least[k - 1]))
        return;
    for (k--; k > 0 && least[k - 1] > value; k--)
        least[k] = least[k - 1];
    least[k] = value;
}

/* Sets the radii of the balls around `rows` images from `first` on. */
static void reach(struct side *s, size_t first, size_t rows, double *square)
{
    double least[ROWS][SK_PRDC_NEIGHBOURS];
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < SK_PRDC_NEIGHBOURS; k++)
            least[r][k] = INFINITY;
    for (size_t start = 0; start < s->n; start += COLUMNS) {
        size_t count = s->n - start < COLUMNS ? s->n - start : COLUMNS;
        measure(s, first, rows, s, start, count, square);
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < count; c++)
                if (start + c != first + r)
                    keep(least[r], square[r * COLUMNS + c]);
    }
    for (size_t r = 0; r < rows; r++)
        s->radius[first + r] = least[r][SK_PRDC_NEIGHBOURS - 1];
}

/* Of each image of a set: how many balls of the other set it is in, and how many images of the other set are in its own. */
struct counts {
    uint32_t in, held;
};

static void count_rows(const struct side *query, size_t first, size_t rows, const struct side *base, double *square,
                       struct counts *counts)
{
    for (size_t start = 0; start < base->n; start += COLUMNS) {
        size_t width = base->n - start < COLUMNS ? base->n - start : COLUMNS;
        measure(query, first, rows, base, start, width, square);
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < width; c++) {
                counts[first + r].in += square[r * COLUMNS + c] <= base->radius[start + c];
                counts[first + r].held += square[r * COLUMNS + c] <= query->radius[first + r];
            }
    }
}

/* Blocks of rows on all threads: of the radii (counts NULL), or of the counts. square [jobs][ROWS][COLUMNS]. */
static void all_rows(struct side *query, const struct side *base, int jobs, double *square, struct counts *counts)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(jobs)
    for (size_t first = 0; first < query->n; first += ROWS) {
        size_t rows = query->n - first < ROWS ? query->n - first : ROWS;
        double *own = square + (size_t)omp_get_thread_num() * ROWS * COLUMNS;
        if (counts)
            count_rows(query, first, rows, base, own, counts);
        else
            reach(query, first, rows, own);
    }
}

static int compute(struct side side[2], int jobs, struct sk_prdc *result, struct sk_error *err)
{
    struct side *real = &side[0], *fake = &side[1];
    double *square = sk_alloc((size_t)jobs, ROWS * COLUMNS * sizeof *square, err);
    struct counts *of_real = square ? sk_alloc(real->n, sizeof *of_real, err) : NULL;
    struct counts *of_fake = of_real ? sk_alloc(fake->n, sizeof *of_fake, err) : NULL;
    if (of_fake) {
        all_rows(real, real, jobs, square, NULL);
        all_rows(fake, fake, jobs, square, NULL);
        all_rows(real, fake, jobs, square, of_real);
        all_rows(fake, real, jobs, square, of_fake);
        double in_fake = 0, in_real = 0, balls = 0, held = 0, n_real = (double)real->n, n_fake = (double)fake->n;
        for (size_t i = 0; i < real->n; i++) {
            in_fake += of_real[i].in > 0;
            held += of_real[i].held > 0;
        }
        for (size_t j = 0; j < fake->n; j++) {
            in_real += of_fake[j].in > 0;
            balls += of_fake[j].in;
        }
        *result = (struct sk_prdc){in_real / n_fake, in_fake / n_real, balls / (SK_PRDC_NEIGHBOURS * n_fake), held / n_real};
    }
    int status = of_fake ? 0 : -1;
    free(square);
    free(of_real);
    free(of_fake);
    return status;
}

int sk_prdc(const struct sk_features *real, const struct sk_features *fake, int jobs, struct sk_prdc *result, struct sk_error *err)
{
    struct side side[2] = {{0}, {0}};
    *result = (struct sk_prdc){NAN, NAN, NAN, NAN};
    if (real->dim != fake->dim)
        return sk_fail(err, "%zu features an image, and %zu", real->dim, fake->dim);
    if (real->n > UINT32_MAX || fake->n > UINT32_MAX)
        return sk_fail(err, "more images than 2^32");
    if (real->n <= SK_PRDC_NEIGHBOURS || fake->n <= SK_PRDC_NEIGHBOURS)
        return 0;
    double *mean = mean_of(real, err);
    int status = !mean || side_of(&side[0], real, mean, err) || side_of(&side[1], fake, mean, err) ? -1 : 0;
    free(mean);
    if (status == 0)
        status = compute(side, jobs, result, err);
    side_free(&side[0]);
    side_free(&side[1]);
    return status;
}
