/* Adam and SGD against their recurrences in double precision, over many steps. */
#include "check.h"
#include "nn/optimizer.h"

/* One parameter's history in double precision. */
struct history {
    double w, m, v;
};

static void step_of_history(struct history *h, enum sk_optimizer_kind kind, double rate, double beta1, double g, int t)
{
    if (kind == SK_SGD) {
        h->m = beta1 * h->m + g;
        h->w -= rate * h->m;
        return;
    }
    h->m = beta1 * h->m + (1 - beta1) * g;
    h->v = 0.999 * h->v + 0.001 * g * g;
    h->w -= rate * (h->m / (1 - pow(beta1, t))) / (sqrt(h->v / (1 - pow(0.999, t))) + 1e-8);
}

static struct sk_optimizer start(enum sk_optimizer_kind kind, double rate, double beta1, size_t count)
{
    struct sk_optimizer o;
    struct sk_error err;
    assert_int_equal(sk_optimizer_start(&o, kind, rate, beta1, count, NULL, &err), 0);
    assert_true(o.step == 0 && o.count == count && (o.v != NULL) == (kind == SK_ADAM));
    return o;
}

/* Gradients of all magnitudes from 1e-8, Adam's epsilon, to 1. */
static float *gradients_of_step(size_t n, uint64_t step)
{
    struct sk_random r;
    sk_random_init(&r, 1, step);
    float *g = normal_floats(&r, n, 0, 1);
    for (size_t i = 0; i < n; i++)
        g[i] *= (float)pow(10, -(double)(i % 9));
    return g;
}

static void check_history(enum sk_optimizer_kind kind, double rate, double beta1, size_t n)
{
    struct sk_optimizer o = start(kind, rate, beta1, n);
    struct sk_random r;
    sk_random_init(&r, 2, 0);
    float *w = normal_floats(&r, n, 0, 0.001);
    double *change = block(n, sizeof *change);
    float *got = block(n, sizeof *got), *before = copy_floats(w, n);
    struct history *h = block(n, sizeof *h);
    for (int t = 1; t <= 20; t++) {
        float *g = gradients_of_step(n, (uint64_t)t);
        sk_optimizer_update(&o, w, g, 2);
        for (size_t i = 0; i < n; i++) {
            step_of_history(&h[i], kind, rate, beta1, (double)g[i], t);
            change[i] = h[i].w;
            got[i] = w[i] - before[i];
        }
        free(g);
        assert_int_equal(o.step, t);
        check_close("change", got, change, n, 1e-5);
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(fabs((double)o.m[i] - h[i].m) <= 1e-5 * fabs(h[i].m) + 1e-9);
        if (kind == SK_ADAM)
            assert_true(fabs((double)o.v[i] - h[i].v) <= 1e-5 * h[i].v + 1e-30);
    }
    free(w);
    free(change);
    free(got);
    free(before);
    free(h);
    sk_optimizer_free(&o);
    assert_null(o.m);
}

static void adam(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 300; n += 33)
        check_history(SK_ADAM, 2e-4, 0.5, n);
    check_history(SK_ADAM, 1e-3, 0.9, 100);
    check_history(SK_ADAM, 1e-3, 0, 100);
}

static void sgd(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 300; n += 33)
        check_history(SK_SGD, 1e-2, 0.9, n);
    check_history(SK_SGD, 1e-2, 0, 100);
}

/* Adam's first step is rate g / (|g| + epsilon), whatever the betas. */
static void first_step_of_adam(void **state)
{
    (void)state;
    struct sk_optimizer o = start(SK_ADAM, 0.25, 0.5, 4);
    float w[4] = {0}, g[4] = {3, -1e-6f, 0, 1e-8f};
    sk_optimizer_update(&o, w, g, 1);
    assert_true(fabsf(w[0] + 0.25f) < 1e-6f && fabsf(w[1] - 0.25f * 1e-6f / 1.01e-6f) < 1e-4f && w[2] == 0);
    assert_true(fabsf(w[3] + 0.125f) < 1e-4f);
    sk_optimizer_free(&o);
}

static void jobs_do_not_matter(void **state)
{
    (void)state;
    enum { N = 200001 };
    for (int kind = SK_ADAM; kind <= SK_SGD; kind++) {
        float *w[3], *g = gradients_of_step(N, 9);
        for (int j = 0; j < 3; j++) {
            struct sk_optimizer o = start((enum sk_optimizer_kind)kind, 1e-3, 0.5, N);
            w[j] = block(N, sizeof(float));
            for (int t = 0; t < 3; t++)
                sk_optimizer_update(&o, w[j], g, j + 1);
            sk_optimizer_free(&o);
        }
        check_same("weights", w[0], w[1], N);
        check_same("weights", w[0], w[2], N);
        for (int j = 0; j < 3; j++)
            free(w[j]);
        free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam),
        cmocka_unit_test(sgd),
        cmocka_unit_test(first_step_of_adam),
        cmocka_unit_test(jobs_do_not_matter),
    };
    return cmocka_run_group_tests_name("optimizer", tests, NULL, NULL);
}
