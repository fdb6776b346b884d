/* LeakyReLU, tanh and dropout against their definitions in double precision. */
#include "check.h"
#include "nn/activation.h"
#include "nn/dropout.h"

enum function { LEAKY_RELU, TANH };

static const float slope = 0.2f;

/* What a function makes of a problem: y = f(x + bias), du = dy f', dbias. */
struct results {
    float *y, *du, *dbias;
};

struct problem {
    enum function function;
    size_t rows, channels;
    float *x, *bias, *dy;
};

static struct problem make_problem(enum function function, size_t rows, size_t channels)
{
    struct sk_random r;
    sk_random_init(&r, rows, channels);
    return (struct problem){function, rows, channels, normal_floats(&r, rows * channels, 0, 1),
                            normal_floats(&r, channels, 0, 1), normal_floats(&r, rows * channels, 0.1, 1)};
}

static void free_problem(struct problem *p)
{
    free(p->x);
    free(p->bias);
    free(p->dy);
}

static struct results run(const struct problem *p, bool want_bias, int jobs)
{
    size_t n = p->rows * p->channels;
    struct results out = {copy_floats(p->x, n), copy_floats(p->dy, n), block(p->channels, sizeof(float))};
    float *scratch = block(sk_bias_scratch(p->rows, 1, p->channels), sizeof *scratch);
    float *dbias = want_bias ? out.dbias : NULL;
    if (p->function == TANH) {
        sk_tanh_forward(p->rows, p->channels, p->bias, out.y, jobs);
        sk_tanh_backward(p->rows, 1, p->channels, out.y, out.du, dbias, scratch, jobs);
    } else {
        sk_leaky_relu_forward(p->rows, p->channels, p->bias, slope, out.y, jobs);
        sk_leaky_relu_backward(p->rows, 1, p->channels, out.y, slope, out.du, dbias, scratch, jobs);
    }
    free(scratch);
    return out;
}

static void free_results(struct results *r)
{
    free(r->y);
    free(r->du);
    free(r->dbias);
}

static void check_problem(const struct problem *p)
{
    size_t n = p->rows * p->channels;
    double *y = block(n, sizeof *y), *du = block(n, sizeof *du), *dbias = block(p->channels, sizeof *dbias);
    for (size_t i = 0; i < n; i++) {
        double u = (double)p->x[i] + (double)p->bias[i % p->channels], d = (double)p->dy[i];
        y[i] = p->function == TANH ? tanh(u) : u > 0 ? u : (double)slope * u;
        du[i] = p->function == TANH ? d * (1 - y[i] * y[i]) : u > 0 ? d : (double)slope * d;
        dbias[i % p->channels] += du[i];
    }
    struct results got = run(p, true, 2);
    check_close("y", got.y, y, n, 1e-6);
    check_close("du", got.du, du, n, 1e-6);
    check_close("dbias", got.dbias, dbias, p->channels, 1e-5);
    free_results(&got);
    free(y);
    free(du);
    free(dbias);
}

static void functions_are_as_defined(void **state)
{
    (void)state;
    for (int function = LEAKY_RELU; function <= TANH; function++)
        FOR_EACH_SHAPE(rows, channels) {
            struct problem p = make_problem((enum function)function, rows, channels);
            check_problem(&p);
            free_problem(&p);
        }
}

static const size_t large[][2] = {{20000, 1}, {6000, 3}, {300, 64}, {260, 65}, {70, 512}, {3, 20000}};

static void large_shapes(void **state)
{
    (void)state;
    for (int function = LEAKY_RELU; function <= TANH; function++)
        for (size_t i = 0; i < COUNT_OF(large); i++) {
            struct problem p = make_problem((enum function)function, large[i][0], large[i][1]);
            check_problem(&p);
            free_problem(&p);
        }
}

static void jobs_do_not_matter(void **state)
{
    (void)state;
    for (int function = LEAKY_RELU; function <= TANH; function++)
        for (size_t i = 0; i < COUNT_OF(large); i++) {
            struct problem p = make_problem((enum function)function, large[i][0], large[i][1]);
            size_t n = p.rows * p.channels;
            struct results one = run(&p, true, 1), two = run(&p, true, 2), three = run(&p, false, 3);
            check_same("y", one.y, two.y, n);
            check_same("du", one.du, two.du, n);
            check_same("dbias", one.dbias, two.dbias, p.channels);
            check_same("y", one.y, three.y, n);
            check_same("du without dbias", one.du, three.du, n);
            free_results(&one);
            free_results(&two);
            free_results(&three);
            free_problem(&p);
        }
}

/* tanh within 3e-7 everywhere, odd, within [-1, 1], and right at the ends of the range of floats. */
static void tanh_everywhere(void **state)
{
    (void)state;
    enum { N = 400001 };
    float *x = block(N, sizeof *x), zero = 0;
    for (int i = 0; i < N; i++)
        x[i] = ((float)i - 200000) * 1e-4f;
    sk_tanh_forward(N, 1, &zero, x, 2);
    for (int i = 0; i < N; i++) {
        double want = tanh((double)(((float)i - 200000) * 1e-4f));
        assert_true(fabs((double)x[i] - want) <= 3e-7 && fabsf(x[i]) <= 1);
        assert_true(x[i] == -x[N - 1 - i]);
    }
    free(x);
    float ends[] = {0, 1e-30f, -1e-30f, 44, -44, 3e38f, -3e38f, INFINITY, -INFINITY};
    float *y = copy_floats(ends, COUNT_OF(ends));
    sk_tanh_forward(COUNT_OF(ends), 1, &zero, y, 1);
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        assert_true(fabs((double)y[i] - tanh((double)ends[i])) <= 3e-7);
    free(y);
}

static void bias_gradient_adds_up(void **state)
{
    (void)state;
    float y[] = {1, -1, 2, -2}, dy[] = {1, 10, 100, 1000}, dbias[] = {7, 8}, scratch[2];
    assert_int_equal(sk_bias_scratch(2, 1, 2), 2);
    sk_leaky_relu_backward(2, 1, 2, y, 0.5f, dy, dbias, scratch, 1);
    assert_true(dbias[0] == 7 + 101 && dbias[1] == 8 + 505);
}

static void bias_gradient(enum function function, size_t images, size_t pixels, size_t channels, const float *y,
                          const float *dy, float *dbias, int jobs)
{
    float *du = copy_floats(dy, images * pixels * channels);
    float *scratch = block(sk_bias_scratch(images, pixels, channels), sizeof *scratch);
    if (function == TANH)
        sk_tanh_backward(images, pixels, channels, y, du, dbias, scratch, jobs);
    else
        sk_leaky_relu_backward(images, pixels, channels, y, slope, du, dbias, scratch, jobs);
    free(du);
    free(scratch);
}

/* Several chunks a micro-batch, each micro-batch alone and all of them together. */
static void bias_gradient_is_a_tree(void **state)
{
    (void)state;
    enum { PIXELS = 300, CHANNELS = 20, VALUES = PIXELS * CHANNELS };
    for (int function = LEAKY_RELU; function <= TANH; function++)
        for (size_t b = 0; b < COUNT_OF(check_batches); b++) {
            const size_t images = check_batches[b];
            struct problem p = make_problem((enum function)function, images * PIXELS, CHANNELS);
            float whole[CHANNELS] = {0}, *leaves = block(sk_micro_batches(images) * CHANNELS, sizeof *leaves);
            bias_gradient(p.function, images, PIXELS, CHANNELS, p.x, p.dy, whole, 3);
            for (size_t k = 0; k < sk_micro_batches(images); k++) {
                const size_t at = k * SK_MICRO_BATCH * VALUES;
                bias_gradient(p.function, sk_micro_batch_images(k, images), PIXELS, CHANNELS, p.x + at, p.dy + at,
                              leaves + k * CHANNELS, 1);
            }
            check_tree("dbias", whole, leaves, images, CHANNELS);
            free(leaves);
            free_problem(&p);
        }
}

/* NaN stays NaN: a training that broke must be seen. */
static void nan_is_not_hidden(void **state)
{
    (void)state;
    float zero = 0, x[] = {NAN}, y[] = {NAN};
    sk_tanh_forward(1, 1, &zero, x, 1);
    sk_leaky_relu_forward(1, 1, &zero, slope, y, 1);
    assert_true(isnan(x[0]) && isnan(y[0]));
}

static void dropout(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct sk_random r, again;
    sk_random_init(&r, 3, 0);
    float *x = normal_floats(&r, N, 0, 1), *y = copy_floats(x, N), *z = copy_floats(x, N);
    float *mask = block(N, sizeof *mask), *mask_again = block(N, sizeof *mask);
    again = r;
    sk_dropout_forward(N, 0.3, &r, mask, y);
    sk_dropout_forward(N, 0.3, &again, mask_again, z);
    check_same("mask", mask, mask_again, N);
    size_t dropped = 0;
    for (size_t i = 0; i < N; i++) {
        assert_true(mask[i] == 0 || mask[i] == (float)(1 / 0.7));
        assert_true(y[i] == x[i] * mask[i]);
        dropped += mask[i] == 0;
    }
    assert_true(fabs((double)dropped / N - 0.3) < 5 * sqrt(0.3 * 0.7 / N)); /* five deviations */
    memcpy(z, x, N * sizeof *z);
    sk_dropout_backward(N, mask, z);
    check_same("gradient", z, y, N);
    sk_dropout_forward(N, 0, &r, mask, z);
    check_same("nothing dropped", z, y, N);
    free(x);
    free(y);
    free(z);
    free(mask);
    free(mask_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_as_defined),
        cmocka_unit_test(large_shapes),
        cmocka_unit_test(jobs_do_not_matter),
        cmocka_unit_test(tanh_everywhere),
        cmocka_unit_test(bias_gradient_adds_up),
        cmocka_unit_test(bias_gradient_is_a_tree),
        cmocka_unit_test(nan_is_not_hidden),
        cmocka_unit_test(dropout),
    };
    return cmocka_run_group_tests_name("activation", tests, NULL, NULL);
}
