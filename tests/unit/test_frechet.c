/* Fréchet and kernel distances against their definitions, with eigenvalues by Jacobi's rotations. */
#include "sample.h"

#include "stat/frechet.h"
#include "stat/kernel_distance.h"

enum { DIM = 12 };

/* features = shift + normal noise mixed by a random matrix, so that the covariance is full. */
static struct sk_features features(uint64_t seed, size_t n, size_t dim, double shift)
{
    float *value = malloc(n * dim * sizeof *value);
    struct sk_random random;
    double mix[DIM * DIM], noise[DIM];
    assert_non_null(value);
    assert_true(dim <= DIM);
    sk_random_init(&random, seed, 0);
    for (size_t i = 0; i < dim * dim; i++)
        mix[i] = sk_random_normal(&random);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < dim; d++)
            noise[d] = sk_random_normal(&random);
        for (size_t d = 0; d < dim; d++) {
            double sum = shift;
            for (size_t k = 0; k < dim; k++)
                sum += mix[d * dim + k] * noise[k];
            value[i * dim + d] = (float)sum;
        }
    }
    return (struct sk_features){n, dim, value};
}

static void drop(struct sk_features f)
{
    free((void *)(uintptr_t)f.value);
}

static void moments(const struct sk_features *f, double *mean, double *covariance)
{
    size_t dim = f->dim;
    for (size_t d = 0; d < dim; d++) {
        mean[d] = 0;
        for (size_t i = 0; i < f->n; i++)
            mean[d] += (double)f->value[i * dim + d] / (double)f->n;
    }
    for (size_t d = 0; d < dim; d++)
        for (size_t e = 0; e < dim; e++) {
            covariance[d * dim + e] = 0;
            for (size_t i = 0; i < f->n; i++)
                covariance[d * dim + e] += ((double)f->value[i * dim + d] - mean[d]) *
                                           ((double)f->value[i * dim + e] - mean[e]) / (double)(f->n - 1);
        }
}

/* Rotates rows and columns p and q of symmetric a so that a[p][q] becomes 0, and the columns of v with them. */
static void rotate(double *a, double *v, size_t dim, size_t p, size_t q)
{
    double theta = 0.5 * atan2(2 * a[p * dim + q], a[p * dim + p] - a[q * dim + q]), c = cos(theta), s = sin(theta);
    for (size_t k = 0; k < dim; k++) {
        double x = a[k * dim + p], y = a[k * dim + q];
        a[k * dim + p] = c * x + s * y;
        a[k * dim + q] = c * y - s * x;
        x = v[k * dim + p];
        y = v[k * dim + q];
        v[k * dim + p] = c * x + s * y;
        v[k * dim + q] = c * y - s * x;
    }
    for (size_t k = 0; k < dim; k++) {
        double x = a[p * dim + k], y = a[q * dim + k];
        a[p * dim + k] = c * x + s * y;
        a[q * dim + k] = c * y - s * x;
    }
}

/* The square root of a symmetric matrix without negative eigenvalues; returns its trace. a is destroyed. */
static double symmetric_root(double *a, size_t dim, double *root)
{
    double v[DIM * DIM] = {0}, trace = 0;
    for (size_t d = 0; d < dim; d++)
        v[d * dim + d] = 1;
    for (int sweep = 0; sweep < 40; sweep++)
        for (size_t p = 0; p < dim; p++)
            for (size_t q = p + 1; q < dim; q++)
                rotate(a, v, dim, p, q);
    for (size_t d = 0; d < dim; d++)
        for (size_t e = 0; e < dim; e++) {
            root[d * dim + e] = 0;
            for (size_t k = 0; k < dim; k++)
                root[d * dim + e] += v[d * dim + k] * v[e * dim + k] * sqrt(fmax(0, a[k * dim + k]));
        }
    for (size_t d = 0; d < dim; d++)
        trace += root[d * dim + d];
    return trace;
}

static void multiply(const double *a, const double *b, size_t dim, double *c)
{
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j < dim; j++) {
            c[i * dim + j] = 0;
            for (size_t k = 0; k < dim; k++)
                c[i * dim + j] += a[i * dim + k] * b[k * dim + j];
        }
}

/* |m1 - m2|^2 + Tr S1 + Tr S2 - 2 Tr (S1^1/2 S2 S1^1/2)^1/2, as it is written. */
static double naive_frechet(const struct sk_features *f, const struct sk_features *g)
{
    double m1[DIM], m2[DIM], s1[DIM * DIM], s2[DIM * DIM], root[DIM * DIM], half[DIM * DIM], inner[DIM * DIM], sum = 0;
    size_t dim = f->dim;
    moments(f, m1, s1);
    moments(g, m2, s2);
    for (size_t d = 0; d < dim; d++)
        sum += (m1[d] - m2[d]) * (m1[d] - m2[d]) + s1[d * dim + d] + s2[d * dim + d];
    (void)symmetric_root(s1, dim, root);
    multiply(root, s2, dim, half);
    multiply(half, root, dim, inner);
    return sum - 2 * symmetric_root(inner, dim, root);
}

static double frechet(const struct sk_features *f, const struct sk_features *g)
{
    struct sk_error err;
    double distance;
    assert_int_equal(sk_frechet_distance(f, g, &distance, &err), 0);
    return distance;
}

/* More images than features, as many, fewer on one side and on both. A singular covariance costs the oracle half its digits. */
static void against_the_definition(void **state)
{
    (void)state;
    static const size_t shape[][3] = {{100, 80, 12}, {13, 12, 12}, {12, 12, 12}, {5, 40, 12}, {40, 5, 12},
                                      {4, 7, 12},    {2, 2, 12},   {30, 30, 1},  {2, 50, 3}};
    for (size_t i = 0; i < COUNT(shape); i++) {
        struct sk_features a = features(i, shape[i][0], shape[i][2], 0), b = features(50 + i, shape[i][1], shape[i][2], 0.7);
        double wanted = naive_frechet(&a, &b);
        close_to(frechet(&a, &b), wanted, 1e-6 * wanted);
        close_to(frechet(&b, &a), wanted, 1e-6 * wanted);
        drop(a);
        drop(b);
    }
}

/* In one dimension: (m1 - m2)^2 + (sd1 - sd2)^2. */
static void one_dimension(void **state)
{
    (void)state;
    static const float a[] = {0, 2}, b[] = {10, 14};
    struct sk_features x = {2, 1, a}, y = {2, 1, b};
    close_to(frechet(&x, &y), 121 + 2, 1e-12); /* sd sqrt(2) and sqrt(8) */
}

/* The same images in another order; a shift alone; more of the same dimension than rank. */
static void known_distances(void **state)
{
    (void)state;
    struct sk_features a = features(3, 60, 10, 0), b = features(3, 60, 10, 0), few = features(4, 5, 10, 0);
    float *moved = (float *)(uintptr_t)b.value;
    close_to(frechet(&a, &b), 0, 1e-12);
    close_to(frechet(&few, &few), 0, 1e-12);
    for (size_t i = 0; i < 600; i++)
        moved[i] = a.value[599 - i / 10 * 10 - 9 + i % 10];
    close_to(frechet(&a, &b), 0, 1e-12);
    for (size_t i = 0; i < 600; i++)
        moved[i] = a.value[i] + 2;
    close_to(frechet(&a, &b), 40, 1e-4); /* the sum is rounded to float */
    drop(a);
    drop(b);
    drop(few);
}

static struct sk_features noise(uint64_t seed, size_t n, size_t dim)
{
    float *value = malloc(n * dim * sizeof *value);
    struct sk_random random;
    assert_non_null(value);
    sk_random_init(&random, seed, 0);
    for (size_t i = 0; i < n * dim; i++)
        value[i] = (float)((double)(1 + i % dim % 7) * sk_random_normal(&random));
    return (struct sk_features){n, dim, value};
}

/* Of more features than a block of reflections has, from more images and from fewer: the same images in another order are at 0, and
   twice the features, whose deviations are twice as large in the same directions, at |m|^2 + Tr S. */
static void many_features(void **state)
{
    (void)state;
    enum { DIMS = 131 };
    static const size_t images[] = {300, 132, 131, 130, 97, 20};
    for (size_t k = 0; k < COUNT(images); k++) {
        const size_t n = images[k];
        struct sk_features a = noise(k, n, DIMS), b = noise(k, n, DIMS);
        float *other = (float *)(uintptr_t)b.value;
        double wanted = 0;
        close_to(frechet(&a, &a), 0, 0);
        for (size_t i = 0; i < n; i++)
            memcpy(other + i * DIMS, a.value + (i * 7 + 3) % n * DIMS, DIMS * sizeof *other);
        if (n % 7)
            close_to(frechet(&a, &b), 0, 0);
        for (size_t d = 0; d < DIMS; d++) {
            double mean = 0, variance = 0;
            for (size_t i = 0; i < n; i++)
                mean += (double)a.value[i * DIMS + d] / (double)n;
            for (size_t i = 0; i < n; i++)
                variance += pow((double)a.value[i * DIMS + d] - mean, 2) / (double)(n - 1);
            wanted += mean * mean + variance;
        }
        for (size_t i = 0; i < n * DIMS; i++)
            other[i] = 2 * a.value[i];
        close_to(frechet(&a, &b), wanted, 1e-12 * wanted);
        assert_true(frechet(&a, &b) == frechet(&b, &a));
        drop(a);
        drop(b);
    }
}

/* Constant features have no covariance at all: what is left is the distance of the means. */
static void constant_features(void **state)
{
    (void)state;
    static const float a[] = {1, 1, 1, 1, 1, 1}, b[] = {4, 5, 4, 5, 4, 5};
    struct sk_features x = {3, 2, a}, y = {3, 2, b};
    close_to(frechet(&x, &y), 25, 1e-12);
    close_to(frechet(&x, &x), 0, 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    static const float value[] = {1, 2, NAN, 4}, good[] = {1, 2, 3, 4};
    struct sk_features nan = {2, 2, value}, one = {1, 2, good}, wide = {1, 4, good}, fine = {2, 2, good};
    struct sk_error err;
    struct sk_kernel_distance kernel;
    double distance;
    assert_int_equal(sk_frechet_distance(&fine, &nan, &distance, &err), -1);
    assert_non_null(strstr(err.text, "image 1: feature 0 is not a finite number"));
    assert_int_equal(sk_frechet_distance(&one, &fine, &distance, &err), -1);
    assert_int_equal(sk_frechet_distance(&wide, &fine, &distance, &err), -1);
    assert_int_equal(sk_kernel_distance(&one, &fine, 1, 1, &kernel, &err), -1);
    assert_int_equal(sk_kernel_distance(&fine, &wide, 1, 1, &kernel, &err), -1);
}

static double cubic(const float *x, const float *y, size_t dim)
{
    double dot = 0;
    for (size_t d = 0; d < dim; d++)
        dot += (double)x[d] * (double)y[d];
    return pow(dot / (double)dim + 1, 3);
}

/* The unbiased estimate over all pairs. */
static double naive_kernel(const struct sk_features *a, const struct sk_features *b)
{
    double aa = 0, bb = 0, ab = 0, n = (double)a->n, m = (double)b->n;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < a->n; j++)
            aa += i == j ? 0 : cubic(a->value + i * a->dim, a->value + j * a->dim, a->dim);
    for (size_t i = 0; i < b->n; i++)
        for (size_t j = 0; j < b->n; j++)
            bb += i == j ? 0 : cubic(b->value + i * b->dim, b->value + j * b->dim, b->dim);
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++)
            ab += cubic(a->value + i * a->dim, b->value + j * b->dim, a->dim);
    return aa / (n * (n - 1)) + bb / (m * (m - 1)) - 2 * ab / (n * m);
}

static void kernel_of_one_subset(void **state)
{
    (void)state;
    struct sk_features a = features(1, 30, 7, 0), b = features(2, 30, 7, 0.5);
    struct sk_kernel_distance kernel;
    struct sk_error err;
    assert_int_equal(sk_kernel_distance(&a, &b, 1, 2, &kernel, &err), 0);
    double wanted = naive_kernel(&a, &b);
    close_to(kernel.distance, wanted, 1e-10 * fabs(wanted));
    assert_true(kernel.subsets == 1 && kernel.size == 30 && isnan(kernel.deviation));
    drop(a);
    drop(b);
}

/* The mean over subsets estimates the value over all pairs, without bias. */
static void kernel_of_subsets(void **state)
{
    (void)state;
    struct sk_features a = features(1, 60, 5, 0), b = features(2, 25, 5, 0.5);
    struct sk_kernel_distance one, many, other;
    struct sk_error err;
    assert_int_equal(sk_kernel_distance(&a, &b, 9, 1, &one, &err), 0);
    assert_int_equal(sk_kernel_distance(&a, &b, 9, 4, &many, &err), 0);
    assert_memory_equal(&one, &many, sizeof one);
    assert_int_equal(sk_kernel_distance(&a, &b, 10, 2, &other, &err), 0);
    assert_true(one.distance != other.distance);
    assert_true(one.subsets == 100 && one.size == 25 && one.deviation > 0);
    close_to(one.distance, naive_kernel(&a, &b), 4 * one.deviation / 10);
    drop(a);
    drop(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_the_definition), cmocka_unit_test(one_dimension),
        cmocka_unit_test(known_distances),        cmocka_unit_test(constant_features),
        cmocka_unit_test(what_is_refused),        cmocka_unit_test(kernel_of_one_subset),
        cmocka_unit_test(kernel_of_subsets),      cmocka_unit_test(many_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
