#include "stat/kernel_distance.h"

#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"

/* What one thread works in. */
struct scratch {
    uint32_t *index;    /* [max(n_real, n_fake)] */
    double *real, *fake; /* [size][dim] each: a subset */
    double *product;    /* [size][size] */
};

static void scratch_free(struct scratch *scratch, size_t threads)
{
    for (size_t t = 0; t < threads; t++) {
        free(scratch[t].index);
        free(scratch[t].real);
        free(scratch[t].fake);
        free(scratch[t].product);
    }
    free(scratch);
}

static struct scratch *scratch_new(size_t threads, size_t largest, size_t size, size_t dim, struct sk_error *err)
{
    struct scratch *scratch = sk_alloc(threads, sizeof *scratch, err);
    for (size_t t = 0; scratch && t < threads; t++) {
        struct scratch *mine = &scratch[t];
        mine->index = sk_alloc(largest, sizeof *mine->index, err);
        mine->real = mine->index ? sk_alloc(size * dim, sizeof(double), err) : NULL;
        mine->fake = mine->real ? sk_alloc(size * dim, sizeof(double), err) : NULL;
        mine->product = mine->fake ? sk_alloc(size * size, sizeof(double), err) : NULL;
        if (!mine->product) {
            scratch_free(scratch, threads);
            return NULL;
        }
    }
    return scratch;
}

/* `size` different images of the features: the first steps of a Fisher-Yates shuffle. */
static void take_subset(const struct sk_features *features, size_t size, struct sk_random *random, uint32_t *index,
                        double *subset)
{
    size_t dim = features->dim;
    for (size_t i = 0; i < features->n; i++)
        index[i] = (uint32_t)i;
    for (size_t i = 0; i < size && size < features->n; i++) {
        size_t j = i + sk_random_below(random, (uint32_t)(features->n - i));
        uint32_t t = index[i];
        index[i] = index[j];
        index[j] = t;
    }
    for (size_t i = 0; i < size; i++)
        for (size_t d = 0; d < dim; d++)
            subset[i * dim + d] = features->value[index[i] * dim + d];
}

/* Mean of k over the pairs of two subsets; over the pairs of different images where they are the same subset. */
static double mean_kernel(const double *a, const double *b, size_t size, size_t dim, double *product)
{
    int m = (int)size, k = (int)dim;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, k, 1 / (double)dim, a, k, b, k, 0, product, m);
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) {
            double base = product[i * size + j] + 1;
            sum += a == b && i == j ? 0 : base * base * base;
        }
    return sum / ((double)size * (double)(a == b ? size - 1 : size));
}

static double subset_distance(const struct sk_features *real, const struct sk_features *fake, size_t size,
                              uint64_t seed, size_t subset, struct scratch *scratch)
{
    struct sk_random random;
    sk_random_init(&random, seed, subset);
    take_subset(real, size, &random, scratch->index, scratch->real);
    take_subset(fake, size, &random, scratch->index, scratch->fake);
    return mean_kernel(scratch->real, scratch->real, size, real->dim, scratch->product) +
           mean_kernel(scratch->fake, scratch->fake, size, real->dim, scratch->product) -
           2 * mean_kernel(scratch->real, scratch->fake, size, real->dim, scratch->product);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
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
    struct scratch *scratch = scratch_new(threads, largest, size, dim, err);
    if (!scratch)
        return -1;
    double value[SK_KERNEL_SUBSETS], mean = 0, squares = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads)
    for (size_t s = 0; s < subsets; s++)
        value[s] = subset_distance(real, fake, size, seed, s, &scratch[omp_get_thread_num()]);
    scratch_free(scratch, threads);
    for (size_t s = 0; s < subsets; s++)
        mean += value[s] / (double)subsets;
    for (size_t s = 0; s < subsets; s++)
        squares += (value[s] - mean) * (value[s] - mean);
    *result = (struct sk_kernel_distance){mean, subsets > 1 ? sqrt(squares / (double)(subsets - 1)) : NAN, subsets, size};
    return 0;
}
