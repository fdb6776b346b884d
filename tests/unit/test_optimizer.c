/* Adam, AdamW and SGD against their recurrences in double precision, over many steps. */
#include "check.h"
#include "nn/optimizer.h"

/* One parameter's history in double precision. */
struct history {
    double w, m, v;
};

static void step_of_history(struct history *h, const struct sk_optimizer_options *o, double g, int t)
{
    if (o->kind == SK_ADAMW)
        h->w -= o->rate * o->decay * h->w;
    else
        g += o->decay * h->w;
    if (o->kind == SK_SGD) {
        h->m = o->beta1 * h->m + g;
        h->w -= o->rate * h->m;
        return;
    }
    h->m = o->beta1 * h->m + (1 - o->beta1) * g;
    h->v = o->beta2 * h->v + (1 - o->beta2) * g * g;
    h->w -= o->rate * (h->m / (1 - pow(o->beta1, t))) / (sqrt(h->v / (1 - pow(o->beta2, t))) + 1e-8);
}

/* An optimiser of tensors of so many floats (0: no second one); the parameters are one at a time. */
static struct sk_optimizer start_two(const struct sk_optimizer_options *options, size_t count, size_t second)
{
    static struct sk_params params;
    struct sk_optimizer o;
    struct sk_error err;
    params.count = params.total = 0;
    sk_params_add(&params, SK_PARAM_PLAIN, 1, &count, "first");
    if (second)
        sk_params_add(&params, SK_PARAM_PLAIN, 1, &second, "second");
    assert_int_equal(sk_optimizer_start(&o, options, &params, NULL, &err), 0);
    return o;
}

static struct sk_optimizer start(const struct sk_optimizer_options *options, size_t count)
{
    struct sk_optimizer o = start_two(options, count, 0);
    assert_true(o.step == 0 && o.count == count && (o.v != NULL) == (options->kind != SK_SGD));
    assert_int_equal(sk_optimizer_moments(&o), options->kind == SK_SGD ? 1 : 2);
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

/* The rate falls, as a schedule has it. */
static void check_history(struct sk_optimizer_options options, size_t n)
{
    struct sk_optimizer o = start(&options, n);
    struct sk_random r;
    sk_random_init(&r, 2, 0);
    float *w = normal_floats(&r, n, 0, options.decay > 0 ? 1 : 0.001);
    const double rounding = 2e-5 * options.rate; /* of the updates, beside that of the weight itself */
    struct history *h = block(n, sizeof *h);
    for (size_t i = 0; i < n; i++)
        h[i].w = (double)w[i];
    for (int t = 1; t <= 20; t++) {
        float *g = gradients_of_step(n, (uint64_t)t);
        sk_optimizer_update(&o, w, g, 2);
        for (size_t i = 0; i < n; i++) {
            step_of_history(&h[i], &options, (double)g[i], t);
            if (!(fabs((double)w[i] - h[i].w) <= rounding + 2e-6 * fabs(h[i].w)))
                fail_msg("step %d: weight %zu is %.9g, not %.9g", t, i, (double)w[i], h[i].w);
        }
        free(g);
        assert_int_equal(o.step, t);
        o.options.rate = options.rate *= 0.9;
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(fabs((double)o.m[i] - h[i].m) <= 1e-5 * fabs(h[i].m) + 1e-7);
        if (o.v)
            assert_true(fabs((double)o.v[i] - h[i].v) <= 1e-4 * h[i].v + 1e-30);
    }
    free(w);
    free(h);
    sk_optimizer_free(&o);
    assert_null(o.m);
}

static void adam(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 300; n += 33)
        check_history((struct sk_optimizer_options){SK_ADAM, 2e-4, 0.5, 0, 0.999, 0}, n);
    check_history((struct sk_optimizer_options){SK_ADAM, 1e-3, 0.9, 0, 0.999, 0}, 100);
    check_history((struct sk_optimizer_options){SK_ADAM, 1e-3, 0, 0, 0.999, 0}, 100);
    check_history((struct sk_optimizer_options){SK_ADAM, 1e-2, 0.9, 0.1, 0.999, 0}, 100);
    check_history((struct sk_optimizer_options){SK_ADAM, 1e-3, 0, 0, 0.9, 0}, 100);
    check_history((struct sk_optimizer_options){SK_ADAM, 1e-3, 0.5, 0, 0, 0}, 100);
}

static void adamw(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 300; n += 33)
        check_history((struct sk_optimizer_options){SK_ADAMW, 1e-2, 0.9, 0.01, 0.999, 0}, n);
    check_history((struct sk_optimizer_options){SK_ADAMW, 1e-2, 0, 1, 0.999, 0}, 100);
    check_history((struct sk_optimizer_options){SK_ADAMW, 1e-3, 0.9, 0, 0.999, 0}, 100);
}

static void sgd(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 300; n += 33)
        check_history((struct sk_optimizer_options){SK_SGD, 1e-2, 0.9, 0, 0, 0}, n);
    check_history((struct sk_optimizer_options){SK_SGD, 1e-2, 0, 0, 0, 0}, 100);
    check_history((struct sk_optimizer_options){SK_SGD, 1e-2, 0.9, 0.1, 0, 0}, 100);
}

/* Decay is L2 to Adam and SGD, whose moments feel it; to AdamW it is not: without a gradient the weights shrink, and the moments
   stay zero. */
static void decay_alone(void **state)
{
    (void)state;
    for (int kind = SK_ADAM; kind <= SK_SGD; kind++) {
        struct sk_optimizer o = start(&(struct sk_optimizer_options){(enum sk_optimizer_kind)kind, 0.5, 0.5, 0.5, 0.999, 0}, 2);
        float w[2] = {4, -0.25f}, g[2] = {0};
        sk_optimizer_update(&o, w, g, 1);
        const float want[][2] = {[SK_ADAM] = {3.5f, 0.25f}, [SK_ADAMW] = {3, -0.1875f}, [SK_SGD] = {3, -0.1875f}};
        assert_true(fabsf(w[0] - want[kind][0]) < 1e-6f && fabsf(w[1] - want[kind][1]) < 1e-6f);
        assert_true((o.m[0] == 0) == (kind == SK_ADAMW));
        sk_optimizer_free(&o);
    }
}

/* Both optimisers make the same of the same gradients, bit for bit. */
static void check_alike(const struct sk_optimizer_options *one, const struct sk_optimizer_options *other, size_t n)
{
    struct sk_optimizer first = start(one, n), second = start(other, n);
    float *w = gradients_of_step(n, 1), *same = copy_floats(w, n);
    for (uint64_t t = 2; t < 9; t++) {
        float *g = gradients_of_step(n, t);
        sk_optimizer_update(&first, w, g, 1);
        sk_optimizer_update(&second, same, g, 1);
        free(g);
    }
    check_same("weights", w, same, n);
    free(w);
    free(same);
    sk_optimizer_free(&first);
    sk_optimizer_free(&second);
}

/* AdamW without decay is Adam. */
static void without_decay(void **state)
{
    (void)state;
    check_alike(&(struct sk_optimizer_options){SK_ADAM, 1e-3, 0.5, 0, 0.999, 0},
                &(struct sk_optimizer_options){SK_ADAMW, 1e-3, 0.5, 0, 0.999, 0}, 1000);
}

/* Adam's first step is rate g / (|g| + epsilon), whatever the betas. */
static void first_step_of_adam(void **state)
{
    (void)state;
    struct sk_optimizer o = start(&(struct sk_optimizer_options){SK_ADAM, 0.25, 0.5, 0, 0.999, 0}, 4);
    float w[4] = {0}, g[4] = {3, -1e-6f, 0, 1e-8f};
    sk_optimizer_update(&o, w, g, 1);
    assert_true(fabsf(w[0] + 0.25f) < 1e-6f && fabsf(w[1] - 0.25f * 1e-6f / 1.01e-6f) < 1e-4f && w[2] == 0);
    assert_true(fabsf(w[3] + 0.125f) < 1e-4f);
    sk_optimizer_free(&o);
}

/* Clipped by tensor, in double precision: gradients of one of two grow a thousandfold after some steps, of which that tensor alone
   feels the clip. */
static void clipped(void **state)
{
    (void)state;
    enum { FIRST = 70000, SECOND = 301, N = FIRST + SECOND, GROWN = 6, STEPS = 9 };
    for (int kind = SK_ADAM; kind <= SK_ADAMW; kind++) {
        const struct sk_optimizer_options options = {(enum sk_optimizer_kind)kind, 1e-2, 0.5, 0.1, 0.99, 1.25};
        struct sk_optimizer o = start_two(&options, FIRST, SECOND);
        struct history *h = block(N, sizeof *h);
        float *w = block(N, sizeof *w);
        for (int t = 1; t <= STEPS; t++) {
            float *g = gradients_of_step(N, (uint64_t)t);
            double square[2] = {0}, rate[2];
            for (size_t i = 0; i < N; i++) {
                if (t == GROWN && i >= FIRST)
                    g[i] *= 1000;
                const double pulled = (double)g[i] + (kind == SK_ADAM ? options.decay * h[i].w : 0);
                const double v = options.beta2 * h[i].v + (1 - options.beta2) * pulled * pulled;
                square[i >= FIRST] += pow(pulled / (sqrt(v / (1 - pow(options.beta2, t))) + 1e-8), 2);
            }
            for (int j = 0; j < 2; j++)
                rate[j] = options.rate / fmax(1, sqrt(square[j] / (j ? SECOND : FIRST)) / options.clip);
            assert_true((rate[1] < 0.7 * options.rate) == (t == GROWN));
            assert_true(rate[0] > 0.9 * options.rate);
            sk_optimizer_update(&o, w, g, 2);
            for (size_t i = 0; i < N; i++) {
                struct sk_optimizer_options scaled = options;
                scaled.rate = rate[i >= FIRST];
                step_of_history(&h[i], &scaled, (double)g[i], t);
                if (!(fabs((double)w[i] - h[i].w) <= 1e-4 * options.rate * t))
                    fail_msg("step %d: weight %zu is %.9g, not %.9g", t, i, (double)w[i], h[i].w);
            }
            free(g);
        }
        free(w);
        free(h);
        sk_optimizer_free(&o);
    }
}

/* A clip that no update reaches changes no bit. */
static void hardly_clipped(void **state)
{
    (void)state;
    check_alike(&(struct sk_optimizer_options){SK_ADAMW, 1e-3, 0.5, 0.01, 0.999, 1000},
                &(struct sk_optimizer_options){SK_ADAMW, 1e-3, 0.5, 0.01, 0.999, 0}, 1003);
}

static void jobs_do_not_matter(void **state)
{
    (void)state;
    enum { N = 200001 };
    for (int i = 0; i < 2 * SK_OPTIMIZERS; i++) {
        const enum sk_optimizer_kind kind = (enum sk_optimizer_kind)(i / 2);
        float *w[3], *g = gradients_of_step(N, 9);
        for (int j = 0; j < 3; j++) {
            struct sk_optimizer o = start(&(struct sk_optimizer_options){kind, 1e-3, 0.5, 0.01, 0.999, i % 2}, N);
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
        cmocka_unit_test(adamw),
        cmocka_unit_test(sgd),
        cmocka_unit_test(decay_alone),
        cmocka_unit_test(without_decay),
        cmocka_unit_test(first_step_of_adam),
        cmocka_unit_test(clipped),
        cmocka_unit_test(hardly_clipped),
        cmocka_unit_test(jobs_do_not_matter),
    };
    return cmocka_run_group_tests_name("optimizer", tests, NULL, NULL);
}
