#include "stat/kernel_distance.h"

#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/* k between all images at once, [n][n] with the real ones first, where that is affordable: at most 8 times the features' own
   bytes. Each subset then only adds up what it holds. */
enum { GRAM_WIDTHS = 4, GRAM_ROWS = 128 };

/* What the threads share, and the cut of the work. */
struct sides {
    const struct sk_features *real, *fake;
    size_t size;  /* of a subset */
    double *gram; /* NULL: every subset multiplies for itself */
};

/* What one thread works in. */
struct scratch {
    uint32_t *index[2];  /* [n_real], [n_fake] */
    double *real, *fake; /* [size][dim] each: a subset; NULL with a Gram matrix */
    double *product;     /* [size][size]; NULL likewise */
};

static double cubic(double product)
{
    double base = product + 1;
    return base * base * base;
}

static const float *joint_row(const struct sides *s, size_t i)
{
    return i < s->real->n ? s->real->value + i * s->real->dim : s->fake->value + (i - s->real->n) * s->real->dim;
}

/* Fills gram; rows are multiplied by blocks that do not depend on the threads. joint is scratch of [n][dim]. */
static void fill_gram(struct sides *s, double *joint, int jobs)
{
    size_t n = s->real->n + s->fake->n, dim = s->real->dim;
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++)
            joint[i * dim + d] = (double)joint_row(s, i)[d];
#pragma omp parallel for schedule(dynamic, 1) num_threads(jobs)
    for (size_t first = 0; first < n; first += GRAM_ROWS) {
        size_t rows = n - first < GRAM_ROWS ? n - first : GRAM_ROWS, columns = first + rows; /* the lower triangle will do */
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)columns, (int)dim, 1 / (double)dim,
                    joint + first * dim, (int)dim, joint, (int)dim, 0, s->gram + first * n, (int)n);
        for (size_t i = first; i < first + rows; i++)
            for (size_t j = 0; j < columns; j++)
                s->gram[i * n + j] = cubic(s->gram[i * n + j]);
    }
}

static int make_gram(struct sides *s, int jobs, struct sk_error *err)
{
    size_t n = s->real->n + s->fake->n, dim = s->real->dim;
    if (n > GRAM_WIDTHS * dim)
        return 0;
    double *joint = sk_alloc(n, dim * sizeof *joint, err);
    s->gram = joint ? sk_alloc(n, n * sizeof *s->gram, err) : NULL;
    if (s->gram)
        fill_gram(s, joint, jobs);
    free(joint);
    return s->gram ? 0 : -1;
}

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; t < threads; t++) {
        free(scratch[t].index[0]);
        free(scratch[t].index[1]);
        free(scratch[t].real);
        free(scratch[t].fake);
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
            mine->real = sk_alloc(size * dim, sizeof(double), err);
            mine->fake = mine->real ? sk_alloc(size * dim, sizeof(double), err) : NULL;
            mine->product = mine->fake ? sk_alloc(size * size, sizeof(double), err) : NULL;
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
            subset[i * dim + d] = (double)features->value[index[i] * dim + d];
}

/* Mean of k over the pairs of two subsets; over the pairs of different images where they are the same subset. */
static double mean_kernel(const double *a, const double *b, size_t size, size_t dim, double *product)
{
    int m = (int)size, k = (int)dim;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, k, 1 / (double)dim, a, k, b, k, 0, product, m);
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            sum += a == b && i == j ? 0 : cubic(product[i * size + j]);
    return sum / ((double)size * (double)(a == b ? size - 1 : size));
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
    size_t size = s->size, dim = s->real->dim, shift = s->real->n;
    sk_random_init(&random, seed, subset);
    draw(s->real->n, size, &random, scratch->index[0]);
    draw(s->fake->n, size, &random, scratch->index[1]);
    if (s->gram)
        return mean_gram(s, real, 0, real, 0) + mean_gram(s, fake, shift, fake, shift) -
               2 * mean_gram(s, fake, shift, real, 0);
    take_subset(s->real, size, real, scratch->real);
    take_subset(s->fake, size, fake, scratch->fake);
    return mean_kernel(scratch->real, scratch->real, size, dim, scratch->product) +
           mean_kernel(scratch->fake, scratch->fake, size, dim, scratch->product) -
           2 * mean_kernel(scratch->real, scratch->fake, size, dim, scratch->product);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
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
    struct sides sides = {real, fake, size, NULL};
    if (precedes(fake, real))
        sides = (struct sides){fake, real, size, NULL};
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
