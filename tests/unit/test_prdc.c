/* Precision, recall, density and coverage against their definitions, over several blocks of rows and columns. */
#include "sample.h"

#include "base/memory.h"
#include "stat/prdc.h"

static float *features(uint64_t seed, size_t n, size_t dim, double shift)
{
    struct sk_error err;
    struct sk_random random;
    float *value = sk_alloc(n, dim * sizeof *value, &err);
    assert_non_null(value);
    sk_random_init(&random, seed, 0);
    for (size_t i = 0; i < n * dim; i++)
        value[i] = (float)(sk_random_normal(&random) + shift);
    return value;
}

static double square(const float *a, const float *b, size_t dim)
{
    double sum = 0;
    for (size_t d = 0; d < dim; d++)
        sum += ((double)a[d] - (double)b[d]) * ((double)a[d] - (double)b[d]);
    return sum;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double radius(const struct sk_features *f, size_t i)
{
    double distance[1000];
    for (size_t j = 0; j < f->n; j++)
        distance[j] = square(f->value + i * f->dim, f->value + j * f->dim, f->dim);
    qsort(distance, f->n, sizeof *distance, ascending);
    return distance[SK_PRDC_NEIGHBOURS]; /* the first one is itself */
}

static struct sk_prdc naive(const struct sk_features *real, const struct sk_features *fake)
{
    struct sk_prdc p = {0, 0, 0, 0};
    double of_real[1000], of_fake[1000];
    size_t dim = real->dim;
    for (size_t i = 0; i < real->n; i++)
        of_real[i] = radius(real, i);
    for (size_t j = 0; j < fake->n; j++)
        of_fake[j] = radius(fake, j);
    for (size_t j = 0; j < fake->n; j++) {
        double balls = 0;
        for (size_t i = 0; i < real->n; i++)
            balls += square(real->value + i * dim, fake->value + j * dim, dim) <= of_real[i];
        p.precision += (balls > 0) / (double)fake->n;
        p.density += balls / SK_PRDC_NEIGHBOURS / (double)fake->n;
    }
    for (size_t i = 0; i < real->n; i++) {
        bool recalled = false, covered = false;
        for (size_t j = 0; j < fake->n; j++) {
            double s = square(real->value + i * dim, fake->value + j * dim, dim);
            recalled = recalled || s <= of_fake[j];
            covered = covered || s <= of_real[i];
        }
        p.recall += recalled / (double)real->n;
        p.coverage += covered / (double)real->n;
    }
    return p;
}

static void against_the_definitions(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{20, 30, 3}, {6, 6, 1}, {49, 600, 5}, {530, 47, 300}};
    for (size_t t = 0; t < COUNT(sizes); t++) {
        size_t n = sizes[t][0], m = sizes[t][1], dim = sizes[t][2];
        float *a = features(t, n, dim, 100), *b = features(t + 50, m, dim, 100.3); /* far from 0, as features are */
        struct sk_features real = {n, dim, a}, fake = {m, dim, b};
        struct sk_prdc wanted = naive(&real, &fake), got, again;
        struct sk_error err;
        assert_int_equal(sk_prdc(&real, &fake, 1, &got, &err), 0);
        assert_int_equal(sk_prdc(&real, &fake, 3, &again, &err), 0);
        assert_memory_equal(&got, &again, sizeof got);
        close_to(got.precision, wanted.precision, 1e-12);
        close_to(got.recall, wanted.recall, 1e-12);
        close_to(got.density, wanted.density, 1e-12);
        close_to(got.coverage, wanted.coverage, 1e-12);
        free(a);
        free(b);
    }
}

static void sets_that_are_alike_or_apart(void **state)
{
    (void)state;
    float *a = features(1, 40, 4, 0), *b = features(1, 40, 4, 1000);
    struct sk_features real = {40, 4, a}, far = {40, 4, b}, few = {SK_PRDC_NEIGHBOURS, 4, b};
    struct sk_prdc p;
    struct sk_error err;
    assert_int_equal(sk_prdc(&real, &real, 2, &p, &err), 0);
    assert_true(p.precision == 1 && p.recall == 1 && p.coverage == 1 && p.density > 1);
    assert_int_equal(sk_prdc(&real, &far, 2, &p, &err), 0);
    assert_true(p.precision == 0 && p.recall == 0 && p.coverage == 0 && p.density == 0);
    assert_int_equal(sk_prdc(&real, &few, 2, &p, &err), 0);
    assert_true(isnan(p.precision) && isnan(p.recall) && isnan(p.coverage) && isnan(p.density));
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_the_definitions),
        cmocka_unit_test(sets_that_are_alike_or_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
