/* Dense layers against sums in double precision. */
#include "base/simd.h"
#include "check.h"
#include "nn/dense.h"

/* y [n][out] = x [n][in] w, with element (i, o) of w at w[i * by_in + o * by_out]; and its gradients. */
struct problem {
    size_t n, in, out, by_in, by_out;
    float *x, *w, *bias, *dy;
    double *y, *dx, *dw, *dbias;
};

static struct problem make_problem(bool wide, size_t n, size_t in, size_t out)
{
    struct sk_random r;
    sk_random_init(&r, n, in * 1000 + out);
    struct problem p = {.n = n, .in = in, .out = out, .by_in = wide ? out : 1, .by_out = wide ? 1 : in};
    p.x = normal_floats(&r, n * in, 0.1, 1);
    p.w = normal_floats(&r, in * out, 0.1, 1);
    p.bias = wide ? block(out, sizeof(float)) : normal_floats(&r, out, 0, 1);
    p.dy = normal_floats(&r, n * out, 0.1, 1);
    p.y = block(n * out, sizeof(double));
    p.dx = block(n * in, sizeof(double));
    p.dw = block(in * out, sizeof(double));
    p.dbias = block(out, sizeof(double));
    for (size_t k = 0; k < n; k++)
        for (size_t o = 0; o < out; o++) {
            const double dy = (double)p.dy[k * out + o];
            p.y[k * out + o] = (double)p.bias[o];
            p.dbias[o] += dy;
            for (size_t i = 0; i < in; i++) {
                const size_t at = i * p.by_in + o * p.by_out;
                p.y[k * out + o] += (double)p.x[k * in + i] * (double)p.w[at];
                p.dx[k * in + i] += dy * (double)p.w[at];
                p.dw[at] += dy * (double)p.x[k * in + i];
            }
        }
    return p;
}

static void free_problem(struct problem *p)
{
    void *all[] = {p->x, p->w, p->bias, p->dy, p->y, p->dx, p->dw, p->dbias};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void check_wide(size_t n, size_t in, size_t out)
{
    struct problem p = make_problem(true, n, in, out);
    float *y[2], *dx[2], *dw[2], *workspace[2];
    for (int j = 0; j < 2; j++) {
        y[j] = block(n * out, sizeof(float));
        workspace[j] = block(sk_dense_wide_workspace(n, in, 1 + j), sizeof(float));
        dw[j] = normal_floats(&(struct sk_random){.used = 4}, in * out, 0, 1); /* overwritten */
        sk_dense_wide_forward(n, in, out, p.x, p.w, y[j], workspace[j], 1 + j);
        sk_dense_wide_backward(n, in, out, p.x, p.dy, dw[j], workspace[j], 1 + j);
        dx[j] = block(n * in, sizeof(float));
        sk_dense_wide_backward_input(n, in, out, p.w, p.dy, dx[j], 1 + j);
    }
    check_close("y", y[0], p.y, n * out, 1e-5);
    check_close("dx", dx[0], p.dx, n * in, 1e-5);
    check_same("dx, jobs", dx[0], dx[1], n * in);
    check_close("dw", dw[0], p.dw, in * out, 1e-5);
    check_same("y, jobs", y[0], y[1], n * out);
    check_same("dw, jobs", dw[0], dw[1], in * out);
    for (size_t i = 0; i < n; i++) /* alone, as in the batch */
        sk_dense_wide_forward(1, in, out, p.x + i * in, p.w, y[1] + i * out, workspace[1], 1);
    check_same("y, row by row", y[0], y[1], n * out);
    for (int j = 0; j < 2; j++) {
        free(y[j]);
        free(dx[j]);
        free(dw[j]);
        free(workspace[j]);
    }
    free_problem(&p);
}

/* Vectors of either width sum in the same order, by fused multiply-adds. */
static void check_levels(size_t n, size_t in, size_t out)
{
    static const char *const level[] = {"avx512", "avx2"};
    struct problem p = make_problem(true, n, in, out);
    float *y[2], *dw[2];
    for (int i = 0; i < 2; i++) {
        setenv("SK_SIMD", level[i], 1);
        float *workspace = block(sk_dense_wide_workspace(n, in, 1), sizeof(float));
        y[i] = block(n * out, sizeof(float));
        dw[i] = block(in * out, sizeof(float));
        sk_dense_wide_forward(n, in, out, p.x, p.w, y[i], workspace, 1);
        sk_dense_wide_backward(n, in, out, p.x, p.dy, dw[i], workspace, 1);
        free(workspace);
    }
    unsetenv("SK_SIMD");
    check_same("y, levels", y[0], y[1], n * out);
    check_same("dw, levels", dw[0], dw[1], in * out);
    for (int i = 0; i < 2; i++) {
        free(y[i]);
        free(dw[i]);
    }
    free_problem(&p);
}

static void check_narrow(size_t n, size_t in, size_t out)
{
    struct problem p = make_problem(false, n, in, out);
    float *y[2], *dx[2], *dw[2], *dbias[2];
    for (int j = 0; j < 2; j++) {
        y[j] = block(n * out, sizeof(float));
        dx[j] = block(n * in, sizeof(float));
        dw[j] = block(in * out, sizeof(float));
        dbias[j] = block(out, sizeof(float));
        sk_dense_narrow_forward(n, in, out, p.x, p.w, p.bias, y[j], 1 + j);
        sk_dense_narrow_backward(n, in, out, p.x, p.w, p.dy, dx[j], dw[j], dbias[j], 1 + j);
    }
    check_close("y", y[0], p.y, n * out, 1e-5);
    check_close("dx", dx[0], p.dx, n * in, 1e-5);
    check_close("dw", dw[0], p.dw, in * out, 1e-5);
    check_close("dbias", dbias[0], p.dbias, out, 1e-5);
    check_same("y, jobs", y[0], y[1], n * out);
    check_same("dx, jobs", dx[0], dx[1], n * in);
    check_same("dw, jobs", dw[0], dw[1], in * out);
    check_same("dbias, jobs", dbias[0], dbias[1], out);
    memset(dx[0], 0, n * in * sizeof(float));
    sk_dense_narrow_backward(n, in, out, p.x, p.w, p.dy, dx[0], NULL, NULL, 1);
    check_same("dx alone", dx[0], dx[1], n * in);
    sk_dense_narrow_backward(n, in, out, p.x, p.w, p.dy, dx[1], dw[1], dbias[1], 1); /* adds the same again */
    for (size_t i = 0; i < in * out; i++)
        p.dw[i] *= 2;
    check_close("dw, twice", dw[1], p.dw, in * out, 1e-5);
    for (int j = 0; j < 2; j++) {
        free(y[j]);
        free(dx[j]);
        free(dw[j]);
        free(dbias[j]);
    }
    free_problem(&p);
}

/* Each micro-batch alone, and all of them together. */
static void check_trees(bool wide, size_t n, size_t in, size_t out)
{
    struct problem p = make_problem(wide, n, in, out);
    const size_t count = sk_micro_batches(n), weights = in * out;
    float *dw = block(weights, sizeof *dw), *dbias = block(out, sizeof *dbias), *dx = block(n * in, sizeof *dx);
    float *leaves = block(count * weights, sizeof *leaves), *bias_leaves = block(count * out, sizeof *bias_leaves);
    float *workspace = block(sk_dense_wide_workspace(n, in, 3), sizeof *workspace);
    for (size_t k = 0; k <= count; k++) { /* the last time all */
        const size_t first = k < count ? k * SK_MICRO_BATCH : 0, rows = k < count ? sk_micro_batch_images(k, n) : n;
        const float *x = p.x + first * in, *dy = p.dy + first * out;
        float *to = k < count ? leaves + k * weights : dw, *to_bias = k < count ? bias_leaves + k * out : dbias;
        if (wide)
            sk_dense_wide_backward(rows, in, out, x, dy, to, workspace, 3);
        else
            sk_dense_narrow_backward(rows, in, out, x, p.w, dy, dx, to, to_bias, 3);
    }
    check_close("dw", dw, p.dw, weights, 1e-5);
    check_tree("dw", dw, leaves, n, weights);
    if (!wide)
        check_tree("dbias", dbias, bias_leaves, n, out);
    void *all[] = {dw, dbias, dx, leaves, bias_leaves, workspace};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
    free_problem(&p);
}

static void gradients_are_trees(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(check_batches); b++) {
        check_trees(true, check_batches[b], 19, 300);
        check_trees(false, check_batches[b], 600, 3);
        check_trees(false, check_batches[b], 7, 1);
    }
}

static void wide(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(n, in)
        check_wide(n, in, 16 + 33 * n % 77);
    check_wide(5, 10, 1200); /* more than one cut of columns */
    check_wide(1, 100, 513);
}

static void levels(void **state)
{
    (void)state;
    if (!sk_simd_has("avx512"))
        skip();
    FOR_EACH_SHAPE(n, in)
        check_levels(n, in, 16 + 33 * n % 77);
    check_levels(300, 300, 137); /* deeper than one sum of a product */
}

static void narrow(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(n, in)
        for (size_t out = 1; out <= 3; out++)
            check_narrow(n, in, out);
    check_narrow(5, 1200, 1);
    check_narrow(3, 513, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide),
        cmocka_unit_test(levels),
        cmocka_unit_test(narrow),
        cmocka_unit_test(gradients_are_trees),
    };
    return cmocka_run_group_tests_name("dense", tests, NULL, NULL);
}
