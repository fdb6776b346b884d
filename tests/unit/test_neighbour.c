/* Nearest rows against a search through all pairs. */
#include "sample.h"

#include "stat/neighbour.h"

enum { DIM = 9, FORMS = 3 };

static float *noise(uint64_t seed, size_t n, double shift)
{
    float *value = malloc((n ? n : 1) * DIM * sizeof *value);
    struct sk_random random;
    assert_non_null(value);
    sk_random_init(&random, seed, 0);
    for (size_t i = 0; i < n * DIM; i++)
        value[i] = (float)(shift + sk_random_normal(&random));
    return value;
}

/* The row itself, reversed, and negated. */
static void forms(const float *query, float *form)
{
    for (size_t d = 0; d < DIM; d++) {
        form[d] = query[d];
        form[DIM + d] = query[DIM - 1 - d];
        form[2 * DIM + d] = -query[d];
    }
}

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (size_t d = 0; d < DIM; d++)
        sum += pow((double)a[d] - (double)b[d], 2);
    return sqrt(sum);
}

static struct sk_neighbour naive(const float *query, const float *base, size_t n, size_t variants, size_t itself)
{
    struct sk_neighbour best = {0, INFINITY};
    float form[FORMS * DIM];
    forms(query, form);
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < variants; v++) {
            double d = distance(form + v * DIM, base + i * DIM);
            if (i != itself && d < best.distance)
                best = (struct sk_neighbour){i, d};
        }
    return best;
}

static void check(size_t queries, size_t rows, size_t variants, bool same, int jobs, double shift)
{
    float *base = noise(1, rows, shift), *other = noise(2, queries, shift);
    const float *query = same ? base : other;
    struct sk_features q = {queries, DIM, query}, b = {rows, DIM, base};
    struct sk_nearest search = {&q, &b, variants, variants > 1 ? forms : NULL, same, jobs};
    struct sk_neighbour *found = malloc((queries ? queries : 1) * sizeof *found);
    struct sk_error err;
    assert_non_null(found);
    assert_int_equal(sk_nearest(&search, found, &err), 0);
    for (size_t i = 0; i < queries; i++) {
        struct sk_neighbour wanted = naive(query + i * DIM, base, rows, variants, same ? i : SIZE_MAX);
        assert_int_equal(found[i].index, wanted.index);
        close_to(found[i].distance, wanted.distance, 1e-12);
    }
    free(found);
    free(base);
    free(other);
}

/* Blocks of the search are 240 forms and 512 rows: below, at and above. */
static void against_all_pairs(void **state)
{
    (void)state;
    static const size_t queries[] = {0, 1, 79, 80, 81, 240, 300}, rows[] = {1, 2, 31, 512, 513, 700};
    for (size_t i = 0; i < COUNT(queries); i++)
        for (size_t j = 0; j < COUNT(rows); j++) {
            check(queries[i], rows[j], 1, false, 2, 0);
            check(queries[i], rows[j], FORMS, false, 3, 0);
        }
}

static void not_oneself(void **state)
{
    (void)state;
    check(2, 2, 1, true, 1, 0);
    check(300, 700, 1, true, 2, 0);
    check(100, 600, FORMS, true, 2, 0);
}

/* A great common offset does not drown the differences. */
static void far_from_the_origin(void **state)
{
    (void)state;
    check(50, 300, 1, false, 2, 1000);
}

static void copies_are_found(void **state)
{
    (void)state;
    float *base = noise(5, 400, 0), query[2 * DIM];
    struct sk_features q = {2, DIM, query}, b = {400, DIM, base};
    struct sk_nearest search = {&q, &b, FORMS, forms, false, 2};
    struct sk_neighbour found[2];
    struct sk_error err;
    for (size_t d = 0; d < DIM; d++) {
        query[d] = base[123 * DIM + d];
        query[DIM + d] = base[321 * DIM + DIM - 1 - d];
    }
    assert_int_equal(sk_nearest(&search, found, &err), 0);
    assert_true(found[0].index == 123 && found[0].distance == 0);
    assert_true(found[1].index == 321 && found[1].distance == 0);
    free(base);
}

static void what_is_refused(void **state)
{
    (void)state;
    static const float value[] = {1, 2, 3, 4};
    struct sk_features two = {1, 2, value}, four = {1, 4, value}, none = {0, 2, value};
    struct sk_neighbour found[1];
    struct sk_error err;
    assert_int_equal(sk_nearest(&(struct sk_nearest){&two, &four, 1, NULL, false, 1}, found, &err), -1);
    assert_int_equal(sk_nearest(&(struct sk_nearest){&two, &none, 1, NULL, false, 1}, found, &err), -1);
    assert_int_equal(sk_nearest(&(struct sk_nearest){&two, &two, 1, NULL, true, 1}, found, &err), -1);
    assert_int_equal(sk_nearest(&(struct sk_nearest){&two, &two, 1, NULL, false, 1}, found, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_all_pairs), cmocka_unit_test(not_oneself),     cmocka_unit_test(far_from_the_origin),
        cmocka_unit_test(copies_are_found),  cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
