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

static void solve_output(struct problem *p, size_t n, size_t i, size_t j)
{
    const struct sk_conv2d_shape *s = &p->s;
    for (size_t tap = 0; tap < s->kernel_h * s->kernel_w; tap++) {
        const size_t row = s->stride * i + tap / s->kernel_w, column = s->stride * j + tap % s->kernel_w; /* by the padding more */
        if (row >= s->pad_h && row - s->pad_h < s->in_h && column >= s->pad_w && column - s->pad_w < s->in_w)
            add_terms(p, ((n * s->out_h + i) * s->out_w + j) * s->out_c,
                      ((n * s->in_h + row - s->pad_h) * s->in_w + column - s->pad_w) * s->in_c, tap * s->in_c * s->out_c);
    }
}

static void solve(struct problem *p)
{
    for (size_t n = 0; n < p->batch; n++)
        for (size_t i = 0; i < p->s.out_h; i++)
            for (size_t j = 0; j < p->s.out_w; j++)
                solve_output(p, n, i, j);
}

/* Random operands without a solution. */
static struct problem make_operands(struct sk_conv2d_shape s, size_t batch, uint64_t seed)
{
    struct problem p = {.s = s, .batch = batch};
    p.s.y_step = s.y_step ? s.y_step : s.out_c;
    struct sk_random r;
    sk_random_init(&r, seed, 0);
    p.x_size = batch * s.in_h * s.in_w * s.in_c;
    p.y_size = batch * s.out_h * s.out_w * s.out_c;
    p.w_size = s.kernel_h * s.kernel_w * s.in_c * s.out_c;
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

/* im2col and direct convolution sum `terms` products in some order: each result errs by at most (terms + 1) u times the sum of
   the magnitudes of its terms (Higham, Accuracy and Stability, ch. 3). */
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
    const size_t taps = p->s.kernel_h * p->s.kernel_w;
    check_sum("y", r->y, p->y, p->y_sum, p->y_size, taps * p->s.in_c);
    check_sum("dx", r->dx, p->dx, p->dx_sum, p->x_size, taps * p->s.out_c);
    check_sum("dw", r->dw, p->dw, p->dw_sum, p->w_size, p->batch * p->s.out_h * p->s.out_w);
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
   most |A'| (|G| |w| |G'| (.) |B'| |d| |B|) |A| for largest |w| and |d| (winograd_stride1.h), in practice errors of either
   sign cancel: the greatest seen on these shapes is 21 u times the largest direct sum of magnitudes, and 56 u for stride 1, where
   im2col has 1 to 5. A wrong coefficient or tile changes results by their own size, 2^24 u. */
static void check_near(const char *what, const float *got, const double *want, const double *sum, size_t size, double units)
{
    double largest = 0;
    for (size_t i = 0; i < size; i++)
        largest = fmax(largest, sum[i]);
    for (size_t i = 0; i < size; i++)
        if (!(fabs((double)got[i] - want[i]) <= units * roundoff * largest))
            fail_msg("%s[%zu] is %.9g, not %.9g; the largest sum is %.3g", what, i, (double)got[i], want[i], largest);
}

static void check_all_near(const struct problem *p, const struct results *r)
{
    const double units = p->s.stride == 1 ? 100 : 40;
    check_near("y", r->y, p->y, p->y_sum, p->y_size, units);
    check_near("dx", r->dx, p->dx, p->dx_sum, p->x_size, units);
    check_near("dw", r->dw, p->dw, p->dw_sum, p->w_size, units);
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

/* A random halving of at most about `limit` multiplications. */
static struct sk_conv2d_shape random_halving(struct sk_random *r, size_t limit, size_t *batch)
{
    for (;;) {
        const size_t *size = sizes[sk_random_below(r, sizeof sizes / sizeof *sizes)], kernel = 4 + sk_random_below(r, 2);
        const size_t in_c = channels[sk_random_below(r, sizeof channels / sizeof *channels)];
        const size_t out_c = channels[sk_random_below(r, sizeof channels / sizeof *channels)];
        *batch = batches[sk_random_below(r, sizeof batches / sizeof *batches)];
        if (*batch * size[0] * size[1] / 4 * in_c * out_c * kernel * kernel <= limit)
            return sk_conv2d_halving(size[0], size[1], in_c, out_c, kernel);
    }
}

static void on_random_shapes(void (*check)(const struct problem *))
{
    struct sk_random r;
    sk_random_init(&r, 7, 0);
    for (int i = 0; i < 60; i++) {
        size_t batch;
        const struct sk_conv2d_shape s = random_halving(&r, 2000000, &batch);
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

/* --- any kernel, stride and padding -------------------------------------------- */

static struct sk_conv2d_shape padded_after(struct sk_conv2d_shape s, size_t down, size_t across)
{
    s.out_h += down;
    s.out_w += across;
    return s;
}

enum { GENERAL = 44 };

/* Inception's and resnet's kinds, and others; the last ones have windows that no image fills, and pixels that no window sees. */
static struct sk_conv2d_shape general_shape(size_t i)
{
    const struct sk_conv2d_shape all[GENERAL] = {
        sk_conv2d_same(5, 7, 3, 5, 1, 1),       sk_conv2d_same(9, 8, 33, 20, 1, 1),      sk_conv2d_same(6, 5, 20, 49, 3, 3),
        sk_conv2d_same(1, 1, 16, 16, 3, 3),     sk_conv2d_same(17, 17, 5, 7, 1, 7),      sk_conv2d_same(17, 17, 5, 7, 7, 1),
        sk_conv2d_same(8, 8, 17, 3, 1, 3),      sk_conv2d_same(8, 8, 3, 17, 3, 1),       sk_conv2d_same(11, 9, 6, 33, 5, 5),
        sk_conv2d_same(2, 3, 4, 4, 5, 5),       sk_conv2d_valid(17, 17, 3, 32, 3, 3, 2), sk_conv2d_valid(12, 9, 5, 4, 3, 3, 1),
        sk_conv2d_valid(8, 8, 20, 4, 8, 8, 1),  sk_conv2d_valid(9, 8, 20, 21, 1, 1, 2),  sk_conv2d_valid(3, 300, 2, 3, 2, 4, 1),
        sk_conv2d_same(16, 16, 64, 64, 3, 3),   padded_after(sk_conv2d_valid(7, 7, 4, 5, 3, 2, 2), 1, 1),
        padded_after(sk_conv2d_same(5, 5, 3, 4, 3, 3), 1, 1), sk_conv2d_valid(10, 11, 3, 4, 4, 5, 2),
        sk_conv2d_same(4, 4, 1, 1, 4, 2),
        sk_conv2d_same(35, 17, 16, 20, 3, 3),   sk_conv2d_same(8, 35, 33, 16, 3, 3),     sk_conv2d_same(4, 4, 48, 100, 3, 3),
        sk_conv2d_valid(23, 14, 17, 32, 3, 3, 1), sk_conv2d_valid(3, 3, 32, 16, 3, 3, 1),
        {6, 7, 16, 8, 9, 16, 3, 3, 1, 2, 2, 0, false, false},
        {12, 9, 16, 7, 8, 20, 3, 3, 1, 0, 1, 0, false, false}, padded_after(sk_conv2d_same(16, 15, 16, 80, 3, 3), 1, 0),
        sk_conv2d_same(17, 17, 20, 33, 1, 7),   sk_conv2d_same(17, 17, 33, 16, 7, 1),    sk_conv2d_same(8, 8, 48, 80, 1, 7),
        sk_conv2d_same(8, 8, 16, 100, 7, 1),    sk_conv2d_same(5, 8, 20, 33, 1, 3),      sk_conv2d_same(8, 5, 32, 17, 3, 1),
        sk_conv2d_same(3, 2, 3, 5, 1, 7),       sk_conv2d_same(1, 6, 5, 3, 7, 1),        sk_conv2d_valid(23, 14, 17, 32, 7, 1, 1),
        padded_after(sk_conv2d_same(4, 15, 16, 20, 1, 7), 0, 2),
        {6, 12, 16, 4, 17, 18, 1, 7, 1, 0, 6, 0, false, false}, {12, 6, 16, 17, 5, 18, 7, 1, 1, 6, 0, 0, false, false},
        sk_conv2d_same(17, 17, 20, 33, 5, 5),   sk_conv2d_same(8, 9, 33, 16, 5, 5),      sk_conv2d_valid(13, 8, 17, 32, 5, 5, 1),
        padded_after(sk_conv2d_same(4, 7, 16, 20, 5, 5), 2, 1),
    };
    return all[i];
}

/* Of a shape i: slices of wider maps on some of them. */
static struct sk_conv2d_shape sliced_shape(size_t i)
{
    struct sk_conv2d_shape s = general_shape(i);
    s.y_step = s.out_c + 3 * (i % 3);
    s.add_dx = i % 4 == 0;
    return s;
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

static void check_planned_sums(const struct problem *p, enum sk_conv2d_algorithm algorithm, const struct results *r)
{
    struct sk_conv2d *plan;
    struct sk_error err;
    struct sk_account dry = {.dry = true};
    assert_int_equal(sk_conv2d_new(&plan, &p->s, algorithm, p->batch, 1, &dry, &err), 0);
    (sk_conv2d_algorithm(plan) == SK_CONV2D_WINOGRAD ? check_all_near : check_sums)(p, r);
    sk_conv2d_free(plan);
}

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
    const struct sk_conv2d_shape shapes[] = {sk_conv2d_halving(8, 8, 16, 16, 4), sk_conv2d_halving(10, 18, 3, 5, 4),
                                             sk_conv2d_halving(10, 6, 17, 20, 5)};
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
    struct sk_conv2d_shape s = p->s;
    s.y_step = s.out_c;
    assert_int_equal(sk_winograd_new(&plan, &s, max_batch, part, jobs, NULL, &err), 0);
    struct marked m;
    float *workspace = workspace_of(&m, sk_winograd_workspace(plan));
    float *dx = block(p->x_size, sizeof *dx);
    sk_winograd_set_weights(plan, p->w);
    sk_winograd_forward(plan, p->batch, p->x, (struct sk_ending_f32){0}, r.y, workspace);
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

/* [pixels][each] spread over pixels of `step` floats, which are filled with marks, and back; the marks must still be there. */
static const float filling = 77;

static float *spread(const float *dense, size_t size, size_t each, size_t step)
{
    const size_t pixels = size / each;
    float *wide = block(pixels * step, sizeof *wide);
    for (size_t i = 0; i < pixels * step; i++)
        wide[i] = i % step < each ? dense[i / step * each + i % step] : filling;
    return wide;
}

static float *gathered(const float *wide, size_t size, size_t each, size_t step)
{
    float *dense = block(size, sizeof *dense);
    for (size_t i = 0; i < size / each * step; i++)
        if (i % step < each)
            dense[i / step * each + i % step] = wide[i];
        else if (wide[i] != filling)
            fail_msg("float %zu between two pixels was overwritten", i);
    return dense;
}

/* What forward, infer with everything that an ending has, and backward make in a plan for max_batch. */
static struct results run_sliced(const struct problem *p, const struct problem *before, enum sk_conv2d_algorithm algorithm,
                                 size_t max_batch, int jobs, float **ended)
{
    struct results r = {NULL, block(p->x_size, sizeof(float)), block(p->w_size, sizeof(float))};
    struct sk_conv2d *plan;
    struct sk_error err;
    struct marked m;
    assert_int_equal(sk_conv2d_new(&plan, &p->s, algorithm, max_batch, jobs, NULL, &err), 0);
    float *workspace = workspace_of(&m, sk_conv2d_workspace(plan));
    float *y = spread(before->dy, p->y_size, p->s.out_c, p->s.y_step), *dy = spread(p->dy, p->y_size, p->s.out_c, p->s.y_step);
    sk_conv2d_set_weights(plan, p->w);
    sk_conv2d_infer(plan, p->batch, p->x, (struct sk_ending_f32){.add = true, .bias = before->w, .rectify = true}, y, workspace);
    *ended = gathered(y, p->y_size, p->s.out_c, p->s.y_step);
    sk_conv2d_forward(plan, p->batch, p->x, y, workspace);
    r.y = gathered(y, p->y_size, p->s.out_c, p->s.y_step);
    memcpy(r.dx, before->x, p->x_size * sizeof *r.dx);
    sk_conv2d_backward(plan, p->batch, p->x, dy, r.dx, r.dw, workspace);
    check_marks(&m);
    free(y);
    free(dy);
    sk_conv2d_free(plan);
    return r;
}

static void check_ended(const struct problem *p, const struct problem *before, const float *ended, const float *y)
{
    for (size_t i = 0; i < p->y_size; i++) {
        const float sum = y[i] + before->dy[i] + before->w[i % p->s.out_c];
        if (!(fabsf(ended[i] - (sum > 0 ? sum : 0)) <= 1e-5F * (1 + fabsf(y[i]) + fabsf(before->dy[i]))))
            fail_msg("an ended output %zu is %.9g of sum %.9g", i, (double)ended[i], (double)sum);
    }
}

/* The magnitudes of what was there count as one term more. */
static void add_before(struct problem *p, const struct problem *before)
{
    for (size_t i = 0; p->s.add_dx && i < p->x_size; i++) {
        p->dx[i] += (double)before->x[i];
        p->dx_sum[i] += fabs((double)before->x[i]);
    }
}

static void check_general(struct sk_conv2d_shape s, size_t batch, size_t max_batch)
{
    struct problem p = make_problem(s, batch, batch), before = make_operands(s, batch, 100 + batch);
    add_before(&p, &before);
    for (size_t a = 0; a < ALGORITHMS; a++) {
        float *ended, *again;
        struct results one = run_sliced(&p, &before, algorithms[a], batch, 1, &ended);
        check_planned_sums(&p, algorithms[a], &one);
        check_ended(&p, &before, ended, one.y);
        for (int jobs = 2; jobs <= 3; jobs++) {
            struct results r = run_sliced(&p, &before, algorithms[a], max_batch, jobs, &again);
            check_same_results(&p, &one, &r);
            assert_memory_equal(ended, again, p.y_size * sizeof *ended);
            free_results(&r);
            free(again);
        }
        free_results(&one);
        free(ended);
    }
    free_problem(&p);
    free_problem(&before);
}

static void test_general(void **state)
{
    (void)state;
    for (size_t i = 0; i < GENERAL; i++)
        for (size_t batch = 1, max_batch = i % 5 == 0 ? 5 : 3; batch <= max_batch; batch++)
            check_general(sliced_shape(i), batch, max_batch);
}

/* A plan for inference alone needs no weights after it has taken them, and infers the same bytes. */
static void check_infer_only(struct sk_conv2d_shape s, size_t batch)
{
    struct problem p = make_operands(s, batch, 5);
    for (size_t a = 0; a < ALGORITHMS; a++)
        for (int jobs = 1; jobs <= 2; jobs++) {
            struct results r = run(&p, algorithms[a], jobs);
            struct sk_conv2d *plan;
            struct sk_error err;
            struct marked m;
            s.infer_only = true;
            assert_int_equal(sk_conv2d_new(&plan, &s, algorithms[a], batch, jobs, NULL, &err), 0);
            float *y = block(p.y_size, sizeof *y), *w = block(p.w_size, sizeof *w);
            float *workspace = workspace_of(&m, sk_conv2d_workspace(plan));
            memcpy(w, p.w, p.w_size * sizeof *w);
            sk_conv2d_set_weights(plan, w);
            free(w);
            sk_conv2d_infer(plan, batch, p.x, (struct sk_ending_f32){0}, y, workspace);
            assert_memory_equal(y, r.y, p.y_size * sizeof *y);
            check_marks(&m);
            free(y);
            free_results(&r);
            sk_conv2d_free(plan);
        }
    free_problem(&p);
}

static void test_infer_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < GENERAL; i++)
        check_infer_only(general_shape(i), 1 + i % 3);
    check_infer_only(sk_conv2d_halving(8, 8, 16, 20, 4), 2);
    check_infer_only(sk_conv2d_halving(10, 18, 3, 5, 5), 2);
}

/* The same with the stride-2 paths of their own. */
static void test_sliced_halvings(void **state)
{
    (void)state;
    struct sk_conv2d_shape shapes[] = {sk_conv2d_halving(8, 8, 16, 20, 4), sk_conv2d_halving(10, 18, 3, 5, 5)};
    for (size_t i = 0; i < 2; i++) {
        shapes[i].y_step = shapes[i].out_c + 5;
        shapes[i].add_dx = true;
        for (size_t batch = 1; batch <= 3; batch++)
            check_general(shapes[i], batch, 3);
    }
}

/* Batches of several micro-batches, whose last may be smaller. */
static void test_micro_batches(void **state)
{
    (void)state;
    static const size_t tried[] = {15, 16, 17, 33, 64, 81};
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        check_general(sk_conv2d_same(3, 2, 5, 4, 3, 3), tried[i], 81);
        check_general(sk_conv2d_same(3, 4, 3, 4, 1, 1), tried[i], 200);
        check_general(sk_conv2d_same(5, 3, 4, 17, 3, 3), tried[i], 81 + 40 * i);
    }
}

static void check_general_levels(struct sk_conv2d_shape s, size_t batch)
{
    struct problem p = make_operands(s, batch, 3);
    check_levels(&p);
    free_problem(&p);
}

static void test_general_levels(void **state)
{
    (void)state;
    if (!sk_simd_has("avx512"))
        skip();
    for (size_t i = 0; i < GENERAL; i++)
        check_general_levels(general_shape(i), 1 + i % 3);
    check_general_levels(sk_conv2d_same(4, 4, 9, 8, 3, 3), 50);
    check_general_levels(sk_conv2d_same(16, 16, 70, 40, 3, 3), 17);
}

/* Many parts on several lanes (8 a thread and more), as the paper's network has them, of images so small that they are quickly
   solved: whatever the plan, the bytes are those of one part on one thread. */
static void test_many_parts(void **state)
{
    (void)state;
    const struct sk_conv2d_shape shapes[] = {sk_conv2d_halving(8, 8, 16, 16, 4), sk_conv2d_halving(8, 8, 5, 17, 5)};
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
    const struct {
        struct sk_conv2d_shape s;
        size_t max_batch, batch[2];
        int jobs;
    } layers[] = {
        {sk_conv2d_halving(32, 32, 16, 32, 4), 649, {649, 648}, 3},
        {sk_conv2d_halving(64, 64, 8, 16, 5), 150, {149, 17}, 2},
        {sk_conv2d_halving(16, 16, 64, 64, 4), 200, {129, 1}, 7},
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
    const struct sk_conv2d_shape s = sk_conv2d_halving(8, 8, 16, 16, 4);
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
    enum { MANY = 1 << 28 };
    const struct sk_conv2d_shape bad[] = {
        {8, 8, 3, 4, 4, 4, 4, 4, 0, 1, 1, 0, false, false},                 /* stride */
        {8, 8, 3, 4, 4, 4, 4, 4, 3, 1, 1, 0, false, false},
        {8, 8, 3, 6, 4, 4, 4, 4, 2, 1, 1, 4, false, false},                 /* windows below the image, or right of it */
        {8, 8, 3, 4, 6, 4, 4, 4, 2, 1, 1, 4, false, false},
        {8, 8, 3, 8, 8, 4, 3, 3, 1, 3, 1, 4, false, false},                 /* above it, or left of it */
        {8, 8, 3, 8, 8, 4, 3, 3, 1, 1, SIZE_MAX, 4, false, false},
        {8, 8, 3, SIZE_MAX, 8, 4, 3, 3, 2, 1, 1, 4, false, false},
        {8, 8, 3, 8, 8, 4, 0, 3, 1, 0, 1, 4, false, false},
        {8, 8, 3, 8, 8, 4, 3, 3, 1, 1, 1, 3, false, false},                 /* pixels of three channels for four */
        {8, 8, 3, 8, 8, 4, SIZE_MAX / 2, 3, 1, 1, 1, 4, false, false},
        sk_conv2d_halving(0, 8, 3, 4, 4), sk_conv2d_halving(8, 0, 3, 4, 4), sk_conv2d_halving(8, 8, 0, 4, 4),
        sk_conv2d_halving(8, 8, 3, 0, 4), sk_conv2d_halving(8, 8, SIZE_MAX, 4, 4), sk_conv2d_halving(8, 8, 3, SIZE_MAX, 4),
        sk_conv2d_halving(8, 8, 3, (size_t)1 << 40, 4), sk_conv2d_halving((size_t)1 << 40, 8, 3, 4, 4),
        sk_conv2d_halving(8, SIZE_MAX - 1, 3, 4, 4), sk_conv2d_same(8, 8, MANY, 1, 3, 3), sk_conv2d_same(MANY, MANY, 1, 1, 1, 1),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sk_conv2d *plan;
        struct sk_error err;
        for (size_t a = 0; a < ALGORITHMS; a++)
            assert_int_equal(sk_conv2d_new(&plan, &bad[i], algorithms[a], 1, 1, NULL, &err), -1);
    }
    const struct sk_conv2d_shape good = sk_conv2d_halving(8, 8, 16, 16, 4);
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
        cmocka_unit_test(test_general),
        cmocka_unit_test(test_infer_only),
        cmocka_unit_test(test_sliced_halvings),
        cmocka_unit_test(test_micro_batches),
        cmocka_unit_test(test_general_levels),
        cmocka_unit_test(test_many_parts),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_larger_batch),
        cmocka_unit_test(test_adjoint),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("conv2d", tests, NULL, NULL);
}
