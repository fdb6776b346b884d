#include "stat/kernel_distance.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/product.h"
#include "base/random.h"
#include "base/simd.h"

/* k between all images at once, [n][n] with the real ones first, where that is affordable: at most 8 times the features' own
   bytes. Each subset then only adds up what it holds. Its rows are multiplied a block of the product's at a time: the cut does not
   depend on the threads. */
enum { GRAM_WIDTHS = 4, GRAM_ROWS = 120 };

/* What the threads share, and the cut of the work. */
struct sides {
    const struct sk_product_f64 *product;
    const struct sk_features *real, *fake;
    size_t size;  /* of a subset */
    double *gram; /* NULL: every subset multiplies for itself */
};

/* What one thread works in. */
struct scratch {
    uint32_t *index[2];  /* [n_real], [n_fake] */
    double *real, *fake; /* [size][step_of(dim)] each: a subset; NULL with a Gram matrix */
    double *panels;      /* [dim][size]: the transpose of one, packed; NULL likewise */
    double *product;     /* [size][size]; NULL likewise */
};

static size_t step_of(size_t dim)
{
    return sk_product_step(dim, sizeof(double));
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static double cubic(double product)
{
    double base = product + 1;
    return base * base * base;
}

static const float *joint_row(const struct sides *s, size_t i)
{
    return i < s->real->n ? s->real->value + i * s->real->dim : s->fake->value + (i - s->real->n) * s->real->dim;
}

/* Writes images first..first + rows of both sides as doubles, step_of(dim) apart. */
static void widen(const struct sides *s, size_t first, size_t rows, double *wide)
{
    const size_t dim = s->real->dim;
    for (size_t i = 0; i < rows; i++)
        for (size_t d = 0; d < dim; d++)
            wide[i * step_of(dim) + d] = (double)joint_row(s, first + i)[d];
}

/* Fills gram. panels is room for [dim][n] packed, wide for [jobs][GRAM_ROWS][step_of(dim)]. */
static void fill_gram(struct sides *s, double *panels, double *wide, int jobs)
{
    const size_t n = s->real->n + s->fake->n, dim = s->real->dim, room = GRAM_ROWS * step_of(dim);
    const size_t chunk = GRAM_ROWS / s->product->columns * s->product->columns;
    for (size_t first = 0; first < n; first += chunk) {
        const size_t rows = smaller(n - first, chunk);
        widen(s, first, rows, wide);
        s->product->pack(dim, rows, wide, 1, step_of(dim), panels + first * dim);
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(jobs)
    for (size_t first = 0; first < n; first += GRAM_ROWS) {
        const size_t rows = smaller(n - first, GRAM_ROWS), columns = first + rows; /* the lower triangle will do */
        double *mine = wide + (size_t)omp_get_thread_num() * room;
        widen(s, first, rows, mine);
        s->product->multiply(rows, columns, dim, mine, step_of(dim), (struct sk_panels_f64){panels, dim},
                             (struct sk_ending_f64){0}, s->gram + first * n, n);
        for (size_t i = first; i < first + rows; i++)
            for (size_t j = 0; j < columns; j++)
                s->gram[i * n + j] = cubic(s->gram[i * n + j] / (double)dim);
    }
}

static int make_gram(struct sides *s, int jobs, struct sk_error *err)
{
    size_t n = s->real->n + s->fake->n, dim = s->real->dim;
    if (n > GRAM_WIDTHS * dim)
        return 0;
    if (sk_memory_check(sk_product(n, (n + dim) * sizeof *s->gram), err))
        return -1;
    double *panels = sk_alloc(sk_panel_columns(n, s->product->columns), dim * sizeof *panels, err);
    double *wide = panels ? sk_alloc((size_t)jobs * GRAM_ROWS, step_of(dim) * sizeof *wide, err) : NULL;
    s->gram = wide ? sk_alloc(n, n * sizeof *s->gram, err) : NULL;
    if (s->gram)
        fill_gram(s, panels, wide, jobs);
    free(panels);
    free(wide);
    return s->gram ? 0 : -1;
}

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; t < threads; t++) {
        free(scratch[t].index[0]);
        free(scratch[t].index[1]);
        free(scratch[t].real);
        free(scratch[t].fake);
        free(scratch[t].panels);
        free(scratch[t].product);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, const struct sides *s, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    size_t size = s->size, dim = s->real->dim;
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *mine = &scratch[t];
        mine->index[0] = sk_alloc(s->real->n, sizeof(uint32_t), err);
        mine->index[1] = mine->index[0] ? sk_alloc(s->fake->n, sizeof(uint32_t), err) : NULL;
        bool whole = mine->index[1];
        if (whole && !s->gram) {
            mine->real = sk_alloc(size, step_of(dim) * sizeof(double), err);
            mine->fake = mine->real ? sk_alloc(size, step_of(dim) * sizeof(double), err) : NULL;
            mine->panels = mine->fake ? sk_alloc(sk_panel_columns(size, s->product->columns), dim * sizeof(double), err) : NULL;
            mine->product = mine->panels ? sk_alloc(size * size, sizeof(double), err) : NULL;
            whole = mine->product;
        }
        if (!whole) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

/* The first `size` of index [n] become different numbers below n: the first steps of a Fisher-Yates shuffle. */
static void draw(size_t n, size_t size, struct sk_random *random, uint32_t *index)
{
    for (size_t i = 0; i < n; i++)
        index[i] = (uint32_t)i;
    for (size_t i = 0; i < size && size < n; i++) {
        size_t j = i + sk_random_below(random, (uint32_t)(n - i));
        uint32_t t = index[i];
        index[i] = index[j];
        index[j] = t;
    }
}

static void take_subset(const struct sk_features *features, size_t size, const uint32_t *index, double *subset)
{
    size_t dim = features->dim;
    for (size_t i = 0; i < size; i++)
        for (size_t d = 0; d < dim; d++)
            subset[i * step_of(dim) + d] = (double)features->value[index[i] * dim + d];
}

static void pack_subset(const struct sides *s, const double *subset, double *panels)
{
    s->product->pack(s->real->dim, s->size, subset, 1, step_of(s->real->dim), panels);
}

/* Mean of k over the pairs of a subset and the packed one; over the pairs of different images where they are the same subset. */
static double mean_kernel(const struct sides *s, const double *subset, bool same, const struct scratch *scratch)
{
    const size_t size = s->size, dim = s->real->dim;
    s->product->multiply(size, size, dim, subset, step_of(dim), (struct sk_panels_f64){scratch->panels, dim},
                         (struct sk_ending_f64){0}, scratch->product, size);
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            sum += same && i == j ? 0 : cubic(scratch->product[i * size + j] / (double)dim);
    return sum / ((double)size * (double)(same ? size - 1 : size));
}

/* The same mean out of the Gram matrix; shift_a, shift_b say where the sides of the indices start in it. */
static double mean_gram(const struct sides *s, const uint32_t *a, size_t shift_a, const uint32_t *b, size_t shift_b)
{
    size_t n = s->real->n + s->fake->n, size = s->size;
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        size_t row = a[i] + shift_a;
        double part = 0;
        for (size_t j = 0; j < (a == b ? i : size); j++) {
            size_t column = b[j] + shift_b;
            part += row > column ? s->gram[row * n + column] : s->gram[column * n + row];
        }
        sum += a == b ? 2 * part : part;
    }
    return sum / ((double)size * (double)(a == b ? size - 1 : size));
}

static double subset_distance(const struct sides *s, uint64_t seed, size_t subset, struct scratch *scratch)
{
    struct sk_random random;
    const uint32_t *real = scratch->index[0], *fake = scratch->index[1];
    size_t size = s->size, shift = s->real->n;
    sk_random_init(&random, seed, subset);
    draw(s->real->n, size, &random, scratch->index[0]);
    draw(s->fake->n, size, &random, scratch->index[1]);
    if (s->gram)
        return mean_gram(s, real, 0, real, 0) + mean_gram(s, fake, shift, fake, shift) -
               2 * mean_gram(s, fake, shift, real, 0);
    take_subset(s->real, size, real, scratch->real);
    take_subset(s->fake, size, fake, scratch->fake);
    pack_subset(s, scratch->fake, scratch->panels);
    const double fakes = mean_kernel(s, scratch->fake, true, scratch);
    pack_subset(s, scratch->real, scratch->panels);
    return mean_kernel(s, scratch->real, true, scratch) + fakes - 2 * mean_kernel(s, scratch->fake, false, scratch);
}

/* An order of two sides that has nothing to do with which one is real: the distance is the same bytes either way. */
static bool precedes(const struct sk_features *a, const struct sk_features *b)
{
    return a->n != b->n ? a->n < b->n : memcmp(a->value, b->value, a->n * a->dim * sizeof *a->value) < 0;
}

int sk_kernel_distance(const struct sk_features *real, const struct sk_features *fake, uint64_t seed, int jobs,
                       struct sk_kernel_distance *result, struct sk_error *err)
{
    size_t size = smaller(SK_KERNEL_SUBSET_SIZE, smaller(real->n, fake->n)), dim = real->dim, elements;
    size_t subsets = real->n == size && fake->n == size ? 1 : SK_KERNEL_SUBSETS;
    size_t threads = smaller((size_t)jobs, subsets), largest = real->n > fake->n ? real->n : fake->n;
    if (dim != fake->dim || dim < 1 || size < 2)
        return sk_fail(err, "%zu images of %zu features against %zu of %zu", real->n, dim, fake->n, fake->dim);
    if (largest > INT_MAX || dim > INT_MAX || !sk_mul(size, dim, &elements))
        return sk_fail(err, "%zu images with %zu features are too many", largest, dim);
    struct sides sides = {sk_product_f64(sk_simd_level()), real, fake, size, NULL};
    if (precedes(fake, real))
        sides = (struct sides){sides.product, fake, real, size, NULL};
    struct scratch *scratch = make_gram(&sides, jobs, err) ? NULL : scratch_new(threads, &sides, err);
    if (!scratch) {
        free(sides.gram);
        return -1;
    }
    double value[SK_KERNEL_SUBSETS], mean = 0, squares = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads)
    for (size_t s = 0; s < subsets; s++)
        value[s] = subset_distance(&sides, seed, s, &scratch[omp_get_thread_num()]);
    scratch_free(scratch, threads);
    free(sides.gram);
    for (size_t s = 0; s < subsets; s++)
        mean += value[s] / (double)subsets;
    for (size_t s = 0; s < subsets; s++)
        squares += (value[s] - mean) * (value[s] - mean);
    *result = (struct sk_kernel_distance){mean, subsets > 1 ? sqrt(squares / (double)(subsets - 1)) : NAN, subsets, size};
    return 0;
}
