#include "stat/frechet.h"

#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* LAPACK, which Debian's OpenBLAS holds; column-major, everything by reference. */
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork,
             int *info);
void dgesdd_(const char *job, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
             const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info);

/* Of the covariances' traces: a distance below this share is what is left of a difference of equal numbers. */
static const double rounding = 1e-12;

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

/* Replaces a factor of more rows than columns by a square one. Its transpose, as LAPACK sees it, is F' [dim x n]; the
   QR of F itself needs F column-major, so F is transposed into a copy: F = Q R, F' F = R' R. */
static int cut_down(struct sk_gaussian *g, struct sk_error *err)
{
    size_t n = g->rank, dim = g->dim;
    int rows = (int)n, columns = (int)dim, info, lwork = -1;
    double *a = sk_alloc(n, dim * sizeof *a, err), wanted, *work = NULL;
    if (!a)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < dim; d++)
            a[d * n + i] = g->factor[i * dim + d];
    dgeqrf_(&rows, &columns, a, &rows, g->factor, &wanted, &lwork, &info);
    lwork = (int)wanted;
    work = sk_alloc((size_t)lwork, sizeof *work, err);
    if (work) /* the reflections' scales go where F was: it is spent */
        dgeqrf_(&rows, &columns, a, &rows, g->factor, work, &lwork, &info);
    for (size_t i = 0; work && i < dim; i++)
        for (size_t d = 0; d < dim; d++)
            g->factor[i * dim + d] = d < i ? 0 : a[d * n + i];
    g->rank = dim;
    free(a);
    if (!work)
        return -1;
    free(work);
    return info == 0 ? 0 : sk_fail(err, "LAPACK dgeqrf failed (%d)", info);
}

static int fit(struct sk_gaussian *g, const struct sk_features *features, struct sk_error *err)
{
    size_t bytes;
    if (features->n < 2 || features->dim < 1)
        return sk_fail(err, "%zu images with %zu features: at least 2 images are needed", features->n, features->dim);
    if (features->n > INT_MAX || features->dim > INT_MAX || !sk_mul(features->dim, sizeof(double), &bytes))
        return sk_fail(err, "%zu images with %zu features are too many", features->n, features->dim);
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

/* The sum of the singular values of m [rows][columns], which is destroyed. */
static int nuclear_norm(double *m, size_t rows, size_t columns, double *norm, struct sk_error *err)
{
    int r = (int)columns, c = (int)rows, info, lwork = -1, one = 1; /* LAPACK sees the transpose: the values are the same */
    size_t count = rows < columns ? rows : columns;
    double *s = sk_alloc(count, sizeof *s, err), wanted, none, *work = NULL;
    int *iwork = s ? sk_alloc(8 * count, sizeof *iwork, err) : NULL;
    if (iwork) {
        dgesdd_("N", &r, &c, m, &r, s, &none, &one, &none, &one, &wanted, &lwork, iwork, &info);
        lwork = (int)wanted;
        work = sk_alloc((size_t)lwork, sizeof *work, err);
    }
    int status = work ? 0 : -1;
    if (work) {
        dgesdd_("N", &r, &c, m, &r, s, &none, &one, &none, &one, work, &lwork, iwork, &info);
        if (info != 0)
            status = sk_fail(err, "LAPACK dgesdd failed (%d)", info);
        *norm = 0;
        for (size_t i = count; i-- > 0;) /* the small ones first */
            *norm += s[i];
    }
    free(s);
    free(iwork);
    free(work);
    return status;
}

static double sum_of_squares(const double *value, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += value[i] * value[i];
    return sum;
}

/* Whether a comes before b in an order that has nothing to do with which side they are. */
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
    double *product = sk_alloc(a->rank, b->rank * sizeof *product, err), trace = 0, mean = 0;
    if (!product)
        return -1;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)a->rank, (int)b->rank, (int)a->dim, 1, a->factor,
                (int)a->dim, b->factor, (int)b->dim, 0, product, (int)b->rank);
    int status = nuclear_norm(product, a->rank, b->rank, &trace, err);
    free(product);
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
