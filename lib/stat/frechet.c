#include "stat/frechet.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/memory_limit.h"
#include "base/product.h"
#include "base/simd.h"
#include "stat/householder.h"
#include "stat/singular_values.h"

/* Of the covariances' traces: a distance below this share is what is left of a difference of equal numbers. */
static const double rounding = 1e-12;

/* Rows of a factor that are multiplied at a time: a block of the product's. */
enum { STRIP = 120 };

void sk_gaussian_free(struct sk_gaussian *g)
{
    free(g->mean);
    free(g->factor);
    *g = (struct sk_gaussian){0};
}

/* Fills mean and factor with the centred features over sqrt(n - 1). */
static int centre(struct sk_gaussian *g, const struct sk_features *features, struct sk_error *err)
{
    size_t n = features->n, dim = features->dim;
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++) {
            double value = features->value[i * dim + d];
            if (!isfinite(value))
                return sk_fail(err, "image %zu: feature %zu is not a finite number", i, d);
            g->mean[d] += value;
        }
    for (size_t d = 0; d < dim; d++)
        g->mean[d] /= (double)n;
    double scale = 1 / sqrt((double)(n - 1));
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++)
            g->factor[i * dim + d] = scale * (features->value[i * dim + d] - g->mean[d]);
    return 0;
}

/* Replaces a factor of more rows than columns by a square one: F = Q R, F' F = R' R. */
static int cut_down(struct sk_gaussian *g, struct sk_error *err)
{
    const size_t n = g->rank, dim = g->dim, step = sk_product_step(n, sizeof(double));
    struct sk_householder h;
    size_t bytes;
    double *a = sk_mul(step, sizeof *a, &bytes) ? sk_alloc(dim, bytes, err) : NULL; /* F' */
    if (!a || sk_householder_new(&h, n, err)) {
        free(a);
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++)
            a[d * step + i] = g->factor[i * dim + d];
    sk_householder_qr(&h, dim, n, a, step);
    for (size_t i = 0; i < dim; i++)
        for (size_t d = 0; d < dim; d++)
            g->factor[i * dim + d] = d < i ? 0 : a[d * step + i];
    g->rank = dim;
    sk_householder_free(&h);
    free(a);
    return 0;
}

static int fit(struct sk_gaussian *g, const struct sk_features *features, struct sk_error *err)
{
    size_t bytes;
    if (features->n < 2 || features->dim < 1)
        return sk_fail(err, "%zu images with %zu features: at least 2 images are needed", features->n, features->dim);
    if (features->n > INT_MAX || features->dim > INT_MAX || !sk_mul(features->dim, sizeof(double), &bytes))
        return sk_fail(err, "%zu images with %zu features are too many", features->n, features->dim);
    if (sk_memory_check(2 * sk_product(features->n, bytes), err)) /* the factor, and its transpose */
        return -1;
    g->mean = sk_alloc(features->dim, sizeof(double), err);
    g->factor = g->mean ? sk_alloc(features->n, bytes, err) : NULL;
    if (!g->factor || centre(g, features, err))
        return -1;
    return g->rank > g->dim ? cut_down(g, err) : 0;
}

int sk_gaussian_fit(struct sk_gaussian *g, const struct sk_features *features, struct sk_error *err)
{
    *g = (struct sk_gaussian){.n = features->n, .rank = features->n, .dim = features->dim};
    int status = fit(g, features, err);
    if (status)
        sk_gaussian_free(g);
    return status;
}

/* Fills m [b->rank][a->rank], rows `step` apart, with Fb Fa'. */
static int multiply_factors(const struct sk_gaussian *a, const struct sk_gaussian *b, double *m, size_t step,
                            struct sk_error *err)
{
    const struct sk_product_f64 *product = sk_product_f64(sk_simd_level());
    const size_t dim = a->dim, apart = sk_product_step(dim, sizeof(double));
    double *panels = sk_alloc(sk_panel_columns(a->rank, product->columns), dim * sizeof *panels, err);
    double *strip = panels ? sk_alloc(STRIP, apart * sizeof *strip, err) : NULL;
    if (strip)
        product->pack(dim, a->rank, a->factor, 1, dim, panels);
    for (size_t first = 0; strip && first < b->rank; first += STRIP) {
        const size_t rows = b->rank - first < STRIP ? b->rank - first : STRIP;
        for (size_t i = 0; i < rows; i++)
            memcpy(strip + i * apart, b->factor + (first + i) * dim, dim * sizeof *strip);
        product->multiply(rows, a->rank, dim, strip, apart, (struct sk_panels_f64){panels, dim}, (struct sk_ending_f64){0},
                          m + first * step, step);
    }
    int status = strip ? 0 : -1;
    free(panels);
    free(strip);
    return status;
}

/* The sum of the singular values of Fb Fa', where a's rank is at most b's. */
static int nuclear_norm(const struct sk_gaussian *a, const struct sk_gaussian *b, double *norm, struct sk_error *err)
{
    const size_t step = sk_product_step(a->rank, sizeof(double));
    double *value = sk_alloc(a->rank, sizeof *value, err);
    double *m = value ? sk_alloc(b->rank, step * sizeof *m, err) : NULL;
    int status = m ? multiply_factors(a, b, m, step, err) : -1;
    if (status == 0)
        status = sk_singular_values(b->rank, a->rank, m, step, value, err);
    *norm = 0;
    for (size_t i = a->rank; status == 0 && i-- > 0;) /* the small ones first */
        *norm += value[i];
    free(value);
    free(m);
    return status;
}

static double sum_of_squares(const double *value, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += value[i] * value[i];
    return sum;
}

/* Whether a comes before b in an order that has nothing to do with which side they are; the lower rank does. */
static bool precedes(const struct sk_gaussian *a, const struct sk_gaussian *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    int order = memcmp(a->mean, b->mean, a->dim * sizeof *a->mean);
    return order ? order < 0 : memcmp(a->factor, b->factor, a->rank * a->dim * sizeof *a->factor) < 0;
}

int sk_gaussian_distance(const struct sk_gaussian *a, const struct sk_gaussian *b, double *distance, struct sk_error *err)
{
    if (a->dim != b->dim)
        return sk_fail(err, "%zu features against %zu", a->dim, b->dim);
    if (precedes(b, a)) {
        const struct sk_gaussian *swap = a;
        a = b;
        b = swap;
    }
    double trace = 0, mean = 0;
    int status = nuclear_norm(a, b, &trace, err);
    for (size_t d = 0; d < a->dim; d++)
        mean += (a->mean[d] - b->mean[d]) * (a->mean[d] - b->mean[d]);
    double variance = sum_of_squares(a->factor, a->rank * a->dim) + sum_of_squares(b->factor, b->rank * b->dim);
    *distance = mean + (variance - 2 * trace);
    if (*distance < rounding * variance)
        *distance = 0;
    return status;
}

int sk_frechet_distance(const struct sk_features *real, const struct sk_features *fake, double *distance,
                        struct sk_error *err)
{
    struct sk_gaussian a = {0}, b = {0};
    int status = sk_gaussian_fit(&a, real, err);
    if (status)
        sk_prefix(err, "first file");
    else if ((status = sk_gaussian_fit(&b, fake, err)))
        sk_prefix(err, "second file");
    else
        status = sk_gaussian_distance(&a, &b, distance, err);
    sk_gaussian_free(&a);
    sk_gaussian_free(&b);
    return status;
}
