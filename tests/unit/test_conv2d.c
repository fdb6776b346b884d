/* Every algorithm and pass of the convolution against the definition in conv2d.h, summed in double precision. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/simd.h"
#include "tensor/conv2d.h"
#include "tensor/winograd.h"

/* One problem: random operands, the results in double precision, and beside each the sum of the magnitudes of its terms. */
struct problem {
    struct sk_conv2d_shape s;
    size_t batch, x_size, y_size, w_size;
    float *x, *w, *dy;
    double *y, *dx, *dw;
    double *y_sum, *dx_sum, *dw_sum;
};

/* Operands lie in blocks of exactly their size: a read beyond one is a fault under a sanitizer. */
static void *block(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    assert_non_null(p);
    return p;
}

static float *random_floats(struct sk_random *r, size_t count)
{
    float *p = block(count, sizeof *p);
    for (size_t i = 0; i < count; i++)
        p[i] = (float)sk_random_normal(r);
    return p;
}

/* The definition: every term of the sum adds to y, dx and dw. */
static void add_terms(struct problem *p, size_t y_at, size_t x_at, size_t w_at)
{
    const size_t in_c = p->s.in_c, out_c = p->s.out_c;
    for (size_t c = 0; c < in_c; c++)
        for (size_t o = 0; o < out_c; o++) {
            const size_t at = w_at + c * out_c + o;
            const double x = (double)p->x[x_at + c], w = (double)p->w[at], dy = (double)p->dy[y_at + o];
            p->y[y_at + o] += x * w;
            p->y_sum[y_at + o] += fabs(x * w);
            p->dx[x_at + c] += dy * w;
            p->dx_sum[x_at + c] += fabs(dy * w);
            p->dw[at] += x * dy;
            p->dw_sum[at] += fabs(x * dy);
        }
}

static void solve(struct problem *p)
{
    const size_t k = p->s.kernel, h = p->s.in_h, w = p->s.in_w, in_c = p->s.in_c, out_c = p->s.out_c;
    for (size_t n = 0; n < p->batch; n++)
        for (size_t i = 0; i < h / 2; i++)
            for (size_t j = 0; j < w / 2; j++)
                for (size_t tap = 0; tap < k * k; tap++) {
                    const size_t row = 2 * i + tap / k, column = 2 * j + tap % k; /* one more than the input's */
                    if (row < 1 || row > h || column < 1 || column > w)
                        continue;
                    add_terms(p, ((n * (h / 2) + i) * (w / 2) + j) * out_c, ((n * h + row - 1) * w + column - 1) * in_c,
                              tap * in_c * out_c);
                }
}

/* Random operands without a solution. */
static struct problem make_operands(struct sk_conv2d_shape s, size_t batch, uint64_t seed)
{
    struct problem p = {.s = s, .batch = batch};
    struct sk_random r;
    sk_random_init(&r, seed, 0);
    p.x_size = batch * s.in_h * s.in_w * s.in_c;
    p.y_size = batch * (s.in_h / 2) * (s.in_w / 2) * s.out_c;
    p.w_size = s.kernel * s.kernel * s.in_c * s.out_c;
    p.x = random_floats(&r, p.x_size);
    p.w = random_floats(&r, p.w_size);
    p.dy = random_floats(&r, p.y_size);
    return p;
}

static struct problem make_problem(struct sk_conv2d_shape s, size_t batch, uint64_t seed)
{
    struct problem p = make_operands(s, batch, seed);
    p.y = block(p.y_size, sizeof *p.y);
    p.dx = block(p.x_size, sizeof *p.dx);
    p.dw = block(p.w_size, sizeof *p.dw);
    p.y_sum = block(p.y_size, sizeof *p.y);
    p.dx_sum = block(p.x_size, sizeof *p.dx);
    p.dw_sum = block(p.w_size, sizeof *p.dw);
    solve(&p);
    return p;
}

static void free_problem(struct problem *p)
{
    void *all[] = {p->x, p->w, p->dy, p->y, p->dx, p->dw, p->y_sum, p->dx_sum, p->dw_sum};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* What an algorithm makes of a problem. */
struct results {
    float *y, *dx, *dw;
};

static struct results run(const struct problem *p, enum sk_conv2d_algorithm algorithm, int jobs)
{
    struct results r = {block(p->y_size, sizeof(float)), block(p->x_size, sizeof(float)), block(p->w_size, sizeof(float))};
    struct sk_conv2d *plan;
    struct sk_error err;
    assert_int_equal(sk_conv2d_new(&plan, &p->s, algorithm, p->batch, jobs, NULL, &err), 0);
    float *workspace = block(sk_conv2d_workspace(plan), sizeof *workspace);
    sk_conv2d_set_weights(plan, p->w);
    sk_conv2d_forward(plan, p->batch, p->x, r.y, workspace);
    sk_conv2d_backward(plan, p->batch, p->x, p->dy, r.dx, r.dw, workspace);
    free(workspace);
    sk_conv2d_free(plan);
    return r;
}

static void free_results(struct results *r)
{
    free(r->y);
    free(r->dx);
    free(r->dw);
}

/* A float's unit roundoff. */
static const double roundoff = 0x1p-24;

/* im2col and direct convolution sum `terms` products in some order: each result errs by at most (terms + 1) u times the sum of the magnitudes of
   its terms (Higham, Accuracy and Stability, ch. 3). */
static void check_sum(const char *what, const float *got, const double *want, const double *sum, size_t size, size_t terms)
{
    for (size_t i = 0; i < size; i++) {
        const double bound = (double)(terms + 1) * roundoff * sum[i];
        if (!(fabs((double)got[i] - want[i]) <= bound))
            fail_msg("%s[%zu] is %.9g, not %.9g: off by more than %.3g", what, i, (double)got[i], want[i], bound);
    }
}

static void check_sums(const struct problem *p, const struct results *r)
{
    const size_t taps = p->s.kernel * p->s.kernel;
    check_sum("y", r->y, p->y, p->y_sum, p->y_size, taps * p->s.in_c);
    check_sum("dx", r->dx, p->dx, p->dx_sum, p->x_size, taps * p->s.out_c);
    check_sum("dw", r->dw, p->dw, p->dw_sum, p->w_size, p->batch * p->s.in_h / 2 * p->s.in_w / 2);
}

static void check_exact(const struct problem *p, enum sk_conv2d_algorithm algorithm)
{
    struct results r = run(p, algorithm, 2);
    check_sums(p, &r);
    free_results(&r);
}

static void check_im2col(const struct problem *p)
{
    check_exact(p, SK_CONV2D_IM2COL);
}

static void check_direct(const struct problem *p)
{
    check_exact(p, SK_CONV2D_DIRECT);
}

/* Winograd's results come of sums over a tile whose terms' magnitudes exceed those of the direct sum: by the worst case at
   most |A'| (|G| |w| |G'| (.) |B'| |d| |B|) |A| for largest |w| and |d|, in practice errors of either sign cancel: the greatest
   seen on these shapes is 16 u times the largest direct sum of magnitudes, where im2col has 1 to 5. A wrong coefficient or
   tile changes results by their own size, 2^24 u. */
static void check_near(const char *what, const float *got, const double *want, const double *sum, size_t size)
{
    double largest = 0;
    for (size_t i = 0; i < size; i++)
        largest = fmax(largest, sum[i]);
    for (size_t i = 0; i < size; i++)
        if (!(fabs((double)got[i] - want[i]) <= 40 * roundoff * largest))
            fail_msg("%s[%zu] is %.9g, not %.9g; the largest sum is %.3g", what, i, (double)got[i], want[i], largest);
}

static void check_all_near(const struct problem *p, const struct results *r)
{
    check_near("y", r->y, p->y, p->y_sum, p->y_size);
    check_near("dx", r->dx, p->dx, p->dx_sum, p->x_size);
    check_near("dw", r->dw, p->dw, p->dw_sum, p->w_size);
}

static void check_winograd(const struct problem *p)
{
    struct results r = run(p, SK_CONV2D_WINOGRAD, 2);
    check_all_near(p, &r);
    free_results(&r);
}

static const size_t sizes[][2] = {{2, 2}, {2, 10}, {6, 2}, {6, 6}, {10, 4}, {8, 8}, {16, 12}, {36, 6}, {14, 40}, {18, 22}};
static const size_t channels[] = {1, 3, 5, 16, 20, 33};
static const size_t batches[] = {1, 2, 3, 17};

/* A random shape of at most about `limit` multiplications. */
static struct sk_conv2d_shape random_shape(struct sk_random *r, size_t limit, size_t *batch)
{
    for (;;) {
        const size_t *size = sizes[sk_random_below(r, sizeof sizes / sizeof *sizes)];
        struct sk_conv2d_shape s = {.in_h = size[0], .in_w = size[1], .kernel = 4 + sk_random_below(r, 2)};
        s.in_c = channels[sk_random_below(r, sizeof channels / sizeof *channels)];
        s.out_c = channels[sk_random_below(r, sizeof channels / sizeof *channels)];
        *batch = batches[sk_random_below(r, sizeof batches / sizeof *batches)];
        if (*batch * s.in_h * s.in_w / 4 * s.in_c * s.out_c * s.kernel * s.kernel <= limit)
            return s;
    }
}

static void on_random_shapes(void (*check)(const struct problem *))
{
    struct sk_random r;
    sk_random_init(&r, 7, 0);
    for (int i = 0; i < 60; i++) {
        size_t batch;
        const struct sk_conv2d_shape s = random_shape(&r, 2000000, &batch);
        struct problem p = make_problem(s, batch, (uint64_t)i);
        check(&p);
        free_problem(&p);
    }
}

static void test_im2col(void **state)
{
    (void)state;
    on_random_shapes(check_im2col);
}

static void test_direct(void **state)
{
    (void)state;
    on_random_shapes(check_direct);
}

static void test_winograd(void **state)
{
    (void)state;
    on_random_shapes(check_winograd);
}

static const enum sk_conv2d_algorithm algorithms[] = {SK_CONV2D_AUTO, SK_CONV2D_IM2COL, SK_CONV2D_WINOGRAD,
                                                      SK_CONV2D_DIRECT};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

/* The results must be the same bytes for every jobs. */
static void check_jobs(const struct problem *p)
{
    for (size_t a = 0; a < ALGORITHMS; a++) {
        struct results one = run(p, algorithms[a], 1), two = run(p, algorithms[a], 2), three = run(p, algorithms[a], 3);
        assert_memory_equal(one.y, two.y, p->y_size * sizeof(float));
        assert_memory_equal(one.dx, two.dx, p->x_size * sizeof(float));
        assert_memory_equal(one.dw, two.dw, p->w_size * sizeof(float));
        assert_memory_equal(one.y, three.y, p->y_size * sizeof(float));
        assert_memory_equal(one.dx, three.dx, p->x_size * sizeof(float));
        assert_memory_equal(one.dw, three.dw, p->w_size * sizeof(float));
        free_results(&one);
        free_results(&two);
        free_results(&three);
    }
}

static void test_jobs(void **state)
{
    (void)state;
    on_random_shapes(check_jobs);
}

/* A workspace between two marks, which nobody may overwrite. */
enum { MARK = 64 };

struct marked {
    size_t size;
    float *whole;
};

static float *workspace_of(struct marked *m, size_t size)
{
    *m = (struct marked){size, block(MARK + size + MARK, sizeof(float))};
    for (size_t i = 0; i < MARK; i++)
        m->whole[i] = m->whole[MARK + size + i] = 12345.0f + (float)i;
    return m->whole + MARK;
}

static void check_marks(struct marked *m)
{
    for (size_t i = 0; i < MARK; i++)
        if (m->whole[i] != 12345.0f + (float)i || m->whole[MARK + m->size + i] != 12345.0f + (float)i)
            fail_msg("float %zu before or behind the workspace was overwritten", i);
    free(m->whole);
}

static const int jobs_tried[] = {1, 2, 3, 7};

/* The passes one by one and both gradients at once, by a plan that was made for max_batch. */
static void check_planned(const struct problem *p, enum sk_conv2d_algorithm algorithm, size_t max_batch, int jobs)
{
    struct sk_conv2d *plan;
    struct sk_error err;
    assert_int_equal(sk_conv2d_new(&plan, &p->s, algorithm, max_batch, jobs, NULL, &err), 0);
    struct results r = {block(p->y_size, sizeof(float)), block(p->x_size, sizeof(float)), block(p->w_size, sizeof(float))};
    struct results apart = {NULL, block(p->x_size, sizeof(float)), block(p->w_size, sizeof(float))};
    struct marked m;
    float *workspace = workspace_of(&m, sk_conv2d_workspace(plan));
    sk_conv2d_set_weights(plan, p->w);
    sk_conv2d_forward(plan, p->batch, p->x, r.y, workspace);
    sk_conv2d_backward(plan, p->batch, p->x, p->dy, r.dx, r.dw, workspace);
    sk_conv2d_backward(plan, p->batch, NULL, p->dy, apart.dx, NULL, workspace);
    sk_conv2d_backward(plan, p->batch, p->x, p->dy, NULL, apart.dw, workspace);
    (sk_conv2d_algorithm(plan) == SK_CONV2D_WINOGRAD ? check_all_near : check_sums)(p, &r);
    assert_memory_equal(apart.dx, r.dx, p->x_size * sizeof(float));
    assert_memory_equal(apart.dw, r.dw, p->w_size * sizeof(float));
    check_marks(&m);
    free_results(&r);
    free_results(&apart);
    sk_conv2d_free(plan);
}

static void test_smaller_batches(void **state)
{
    (void)state;
    static const struct sk_conv2d_shape shapes[] = {
        {8, 8, 16, 16, 4}, {10, 18, 3, 5, 4}, {10, 6, 17, 20, 5}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t batch = 1, max_batch = 3 + 3 * i; batch <= max_batch; batch++) {
            struct problem p = make_problem(shapes[i], batch, batch);
            for (size_t a = 0; a < ALGORITHMS; a++)
                for (size_t j = 0; j < sizeof jobs_tried / sizeof *jobs_tried; j++)
                    check_planned(&p, algorithms[a], max_batch, jobs_tried[j]);
            free_problem(&p);
        }
}

/* The passes by Winograd in parts of `part` images, in a plan for max_batch. */
static struct results run_parts(const struct problem *p, size_t max_batch, size_t part, int jobs)
{
    struct results r = {block(p->y_size, sizeof(float)), block(p->x_size, sizeof(float)), block(p->w_size, sizeof(float))};
    struct sk_winograd *plan;
    struct sk_error err;
    assert_int_equal(sk_winograd_new(&plan, &p->s, max_batch, part, jobs, NULL, &err), 0);
    struct marked m;
    float *workspace = workspace_of(&m, sk_winograd_workspace(plan));
    float *dx = block(p->x_size, sizeof *dx);
    sk_winograd_set_weights(plan, p->w);
    sk_winograd_forward(plan, p->batch, p->x, r.y, workspace);
    sk_winograd_backward(plan, p->batch, p->x, p->dy, r.dx, r.dw, workspace);
    sk_winograd_backward(plan, p->batch, NULL, p->dy, dx, NULL, workspace);
    assert_memory_equal(dx, r.dx, p->x_size * sizeof *dx);
    free(dx);
    check_marks(&m);
    sk_winograd_free(plan);
    return r;
}

static void check_same_results(const struct problem *p, const struct results *a, const struct results *b)
{
    assert_memory_equal(a->y, b->y, p->y_size * sizeof(float));
    assert_memory_equal(a->dx, b->dx, p->x_size * sizeof(float));
    assert_memory_equal(a->dw, b->dw, p->w_size * sizeof(float));
}

/* Vectors of either width sum in the same order, by fused multiply-adds. */
static void check_levels(const struct problem *p)
{
    for (size_t a = 0; a < ALGORITHMS; a++) {
        struct results by[2];
        static const char *const levels[] = {"avx512", "avx2"};
        for (size_t i = 0; i < 2; i++) {
            setenv("SK_SIMD", levels[i], 1);
            by[i] = run(p, algorithms[a], 1);
        }
        check_same_results(p, &by[0], &by[1]);
        free_results(&by[0]);
        free_results(&by[1]);
    }
    unsetenv("SK_SIMD");
}

static void test_levels(void **state)
{
    (void)state;
    if (sk_simd_has("avx512"))
        on_random_shapes(check_levels);
    else
        skip();
}

/* Many parts on several lanes (8 a thread and more), as the paper's network has them, of images so small that they are quickly
   solved: whatever the plan, the bytes are those of one part on one thread. */
static void test_many_parts(void **state)
{
    (void)state;
    static const struct sk_conv2d_shape shapes[] = {{8, 8, 16, 16, 4}, {8, 8, 5, 17, 5}};
    static const size_t tried[] = {1, 15, 56, 57};
    enum { MAX_BATCH = 57 };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t n = 0; n < sizeof tried / sizeof *tried; n++) {
            struct problem p = make_problem(shapes[i], tried[n], n);
            struct results whole = run_parts(&p, tried[n], tried[n], 1);
            check_all_near(&p, &whole);
            for (size_t j = 0; j < sizeof jobs_tried / sizeof *jobs_tried; j++)
                for (size_t part = 1; part <= 3; part += 2) {
                    struct results r = run_parts(&p, MAX_BATCH, part, jobs_tried[j]);
                    check_same_results(&p, &whole, &r);
                    free_results(&r);
                }
            free_results(&whole);
            free_problem(&p);
        }
}

/* The parts that the cache's size makes of real layers, again against one thread that takes image after image. In the first
   shape 649 images are cut into parts of 26, 648 into parts of 27 where they are the most; the second is a layer of the paper's
   network at 128 pixels, with an eighth of its channels. */
static void test_layers(void **state)
{
    (void)state;
    static const struct {
        struct sk_conv2d_shape s;
        size_t max_batch, batch[2];
        int jobs;
    } layers[] = {
        {{32, 32, 16, 32, 4}, 649, {649, 648}, 3},
        {{64, 64, 8, 16, 5}, 150, {149, 17}, 2},
        {{16, 16, 64, 64, 4}, 200, {129, 1}, 7},
    };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        for (size_t n = 0; n < 2; n++) {
            struct problem p = make_operands(layers[i].s, layers[i].batch[n], n);
            struct results each = run_parts(&p, p.batch, 1, 1), r = run_parts(&p, layers[i].max_batch, 0, layers[i].jobs);
            check_same_results(&p, &each, &r);
            free_results(&each);
            free_results(&r);
            free_problem(&p);
        }
}

/* A batch that was not planned is a mistake of the program: it ends before anything is written. */
static void test_larger_batch(void **state)
{
    (void)state;
    const struct sk_conv2d_shape s = {8, 8, 16, 16, 4};
    for (size_t a = 0; a < ALGORITHMS; a++)
        for (int backward = 0; backward < 2; backward++) {
            const pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0) {
                struct sk_conv2d *plan;
                struct sk_error err;
                (void)!freopen("/dev/null", "w", stderr);
                signal(SIGABRT, SIG_DFL);
                if (sk_conv2d_new(&plan, &s, algorithms[a], 4, 1, NULL, &err) == 0 && backward)
                    sk_conv2d_backward(plan, 5, NULL, NULL, NULL, NULL, NULL);
                else
                    sk_conv2d_forward(plan, 5, NULL, NULL, NULL);
                _exit(0);
            }
            int status;
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        }
}

static double dot(const float *a, const float *b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static double norm(const float *a, size_t size)
{
    return sqrt(dot(a, a, size));
}

/* <dy, conv x> = <conv^T dy, x> = <dw, w>, to 1e-5 of the norms' products: rounding errors of single results, about 1e-6 of them,
   add up in a random walk and not coherently. */
static void check_adjoint(const struct problem *p)
{
    for (size_t a = 0; a < ALGORITHMS; a++) {
        struct results r = run(p, algorithms[a], 2);
        const double forward = dot(p->dy, r.y, p->y_size);
        const double bound = 1e-5 * norm(p->dy, p->y_size) * norm(r.y, p->y_size);
        assert_true(fabs(dot(r.dx, p->x, p->x_size) - forward) <= bound);
        assert_true(fabs(dot(r.dw, p->w, p->w_size) - forward) <= bound);
        free_results(&r);
    }
}

static void test_adjoint(void **state)
{
    (void)state;
    on_random_shapes(check_adjoint);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct sk_conv2d_shape bad[] = {
        {8, 8, 3, 4, 3}, {8, 8, 3, 4, 6}, {7, 8, 3, 4, 4},          {8, 9, 3, 4, 4},          {0, 8, 3, 4, 4},
        {8, 0, 3, 4, 4}, {8, 8, 0, 4, 4}, {8, 8, 3, 0, 4},          {8, 8, SIZE_MAX, 4, 4},   {8, 8, 3, SIZE_MAX, 4},
        {8, 8, 3, (size_t)1 << 40, 4},    {(size_t)1 << 40, 8, 3, 4, 4}, {8, SIZE_MAX - 1, 3, 4, 4},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sk_conv2d *plan;
        struct sk_error err;
        for (size_t a = 0; a < ALGORITHMS; a++)
            assert_int_equal(sk_conv2d_new(&plan, &bad[i], algorithms[a], 1, 1, NULL, &err), -1);
    }
    static const struct sk_conv2d_shape good = {8, 8, 16, 16, 4};
    static const size_t bad_batch[] = {0, SIZE_MAX, SIZE_MAX / 64, SIZE_MAX / 64 / 16 / 4 + 1};
    for (size_t i = 0; i < sizeof bad_batch / sizeof *bad_batch; i++)
        for (size_t a = 0; a < ALGORITHMS; a++) {
            struct sk_conv2d *plan;
            struct sk_error err;
            assert_int_equal(sk_conv2d_new(&plan, &good, algorithms[a], bad_batch[i], 1, NULL, &err), -1);
            assert_int_equal(sk_conv2d_new(&plan, &good, algorithms[a], 1, 0, NULL, &err), -1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_im2col),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_winograd),
        cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_smaller_batches),
        cmocka_unit_test(test_many_parts),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_larger_batch),
        cmocka_unit_test(test_adjoint),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("conv2d", tests, NULL, NULL);
}
