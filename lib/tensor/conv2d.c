#include "tensor/conv2d.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tensor/direct.h"
#include "tensor/im2col.h"
#include "tensor/winograd.h"
#include "tensor/winograd_stride1.h"

struct sk_conv2d {
    struct sk_conv2d_shape shape; /* y_step is not 0 */
    size_t max_batch;
    int jobs;
    const float *weights;         /* the caller's */
    float *packed;                /* for im2col, where infer_only; these four are NULL where they are not used */
    struct sk_winograd *winograd;
    struct sk_winograd_stride1 *winograd_stride1;
    struct sk_direct *direct;
};

static int too_large(const struct sk_conv2d_shape *s, size_t max_batch, struct sk_error *err)
{
    return sk_fail(err, "convolution: %zu images of %zux%zux%zu to %zux%zux%zu are too large", max_batch, s->in_h, s->in_w,
                   s->in_c, s->out_h, s->out_w, s->out_c);
}

/* One dimension: every window must touch the image. */
static bool windows_fit(size_t in, size_t out, size_t kernel, size_t stride, size_t pad)
{
    size_t last, end;
    return in > 0 && out > 0 && pad < kernel && sk_mul(out - 1, stride, &last) && sk_add(in, pad, &end) && last < end;
}

/* Channels, taps and pixels within an int; a batch must fit size_t. */
static bool sizes_fit(const struct sk_conv2d_shape *s, size_t max_batch)
{
    size_t taps, depth, product, in, out;
    return sk_mul(s->kernel_h, s->kernel_w, &taps) && sk_mul(s->in_c, taps, &depth) && depth <= INT_MAX && s->out_c <= INT_MAX &&
           s->y_step <= INT_MAX && sk_mul(depth, s->out_c, &product) && sk_mul(s->in_h, s->in_w, &in) && in <= INT_MAX &&
           sk_mul(s->out_h, s->out_w, &out) && out <= INT_MAX && sk_mul(in > out ? in : out, depth, &product) &&
           sk_mul(out, s->y_step, &product) && max_batch <= SIZE_MAX / sizeof(float) / in / s->in_c &&
           max_batch <= SIZE_MAX / sizeof(float) / out / s->y_step;
}

static int check_shape(const struct sk_conv2d_shape *s, size_t max_batch, int jobs, struct sk_error *err)
{
    if (s->stride != 1 && s->stride != 2)
        return sk_fail(err, "convolution: stride %zu is neither 1 nor 2", s->stride);
    if (!windows_fit(s->in_h, s->out_h, s->kernel_h, s->stride, s->pad_h) ||
        !windows_fit(s->in_w, s->out_w, s->kernel_w, s->stride, s->pad_w))
        return sk_fail(err, "convolution: windows of %zux%zu, stride %zu and padding %zu, %zu make no %zux%zu of %zux%zu",
                       s->kernel_h, s->kernel_w, s->stride, s->pad_h, s->pad_w, s->out_h, s->out_w, s->in_h, s->in_w);
    if (s->in_c == 0 || s->out_c == 0 || max_batch == 0 || jobs < 1)
        return sk_fail(err, "convolution: no channels, no images or no threads");
    if (s->y_step < s->out_c)
        return sk_fail(err, "convolution: %zu channels lie in pixels of %zu", s->out_c, s->y_step);
    return sizes_fit(s, max_batch) ? 0 : too_large(s, max_batch, err);
}

/* The shapes of sk_conv2d_halving, of kernel 4 and 5. */
static bool halves(const struct sk_conv2d_shape *s)
{
    return s->stride == 2 && (s->kernel_h == 4 || s->kernel_h == 5) && s->kernel_w == s->kernel_h && s->pad_h == 1 &&
           s->pad_w == 1 && s->in_h % 2 == 0 && s->in_w % 2 == 0 && s->out_h == s->in_h / 2 && s->out_w == s->in_w / 2;
}

/* What is measured to be fastest: Winograd where its multiplications are fewer by a third at least (its tiles are 4x4, so
   images of 2x2 outputs gain nothing) and there are channels enough to pay for the transforms. */
static enum sk_conv2d_algorithm choose_halving(const struct sk_conv2d_shape *s)
{
    if (s->in_c < 16)
        return SK_CONV2D_DIRECT;
    const size_t tiles = ((s->out_h + 3) / 4) * ((s->out_w + 3) / 4);
    const size_t winograd = tiles * (s->kernel_h == 4 ? 100 : 121);
    const size_t direct = s->out_h * s->out_w * s->kernel_h * s->kernel_w;
    return s->out_c >= 16 && winograd <= direct / 3 * 2 ? SK_CONV2D_WINOGRAD : SK_CONV2D_IM2COL;
}

/* The shapes of winograd_stride1.h. */
static bool has_tiles(const struct sk_conv2d_shape *s)
{
    const bool line = s->kernel_h == 1 || s->kernel_w == 1;
    const size_t taps = s->kernel_h * s->kernel_w;
    return s->stride == 1 && (line ? taps == 3 || taps == 7 : s->kernel_h == s->kernel_w && (taps == 9 || taps == 25));
}

/* Multiplications along an axis, a tile of 4 outputs, or of 5 taps 2, after the other. */
static size_t multiplications(size_t outputs, size_t taps)
{
    const size_t tile = taps == 5 ? 2 : 4;
    return taps > 1 ? (outputs + tile - 1) / tile * (taps + tile - 1) : outputs;
}

/* The same of other shapes: products over a pixel's few channels alone are im2col's. */
static enum sk_conv2d_algorithm choose_other(const struct sk_conv2d_shape *s)
{
    const size_t winograd = multiplications(s->out_h, s->kernel_h) * multiplications(s->out_w, s->kernel_w);
    const size_t direct = s->out_h * s->out_w * s->kernel_h * s->kernel_w;
    if (s->in_c < 16)
        return s->kernel_h * s->kernel_w > 1 ? SK_CONV2D_DIRECT : SK_CONV2D_IM2COL;
    return has_tiles(s) && s->out_c >= 16 && 3 * winograd <= 2 * direct ? SK_CONV2D_WINOGRAD : SK_CONV2D_IM2COL;
}

static enum sk_conv2d_algorithm choose(const struct sk_conv2d_shape *s, enum sk_conv2d_algorithm asked)
{
    if (asked == SK_CONV2D_AUTO)
        asked = halves(s) ? choose_halving(s) : choose_other(s);
    return asked == SK_CONV2D_WINOGRAD && !halves(s) && !has_tiles(s) ? SK_CONV2D_IM2COL : asked;
}

static int plan_algorithm(struct sk_conv2d *c, enum sk_conv2d_algorithm algorithm, struct sk_account *account,
                          struct sk_error *err)
{
    algorithm = choose(&c->shape, algorithm);
    if (algorithm == SK_CONV2D_WINOGRAD && has_tiles(&c->shape))
        return sk_winograd_stride1_new(&c->winograd_stride1, &c->shape, c->max_batch, c->jobs, account, err);
    if (algorithm == SK_CONV2D_WINOGRAD)
        return sk_winograd_new(&c->winograd, &c->shape, c->max_batch, 0, c->jobs, account, err);
    if (algorithm == SK_CONV2D_DIRECT)
        return sk_direct_new(&c->direct, &c->shape, c->max_batch, c->jobs, account, err);
    return c->shape.infer_only ? sk_account_floats(account, SK_WEIGHTS, &c->packed, sk_im2col_packed(&c->shape), err) : 0;
}

int sk_conv2d_new(struct sk_conv2d **plan, const struct sk_conv2d_shape *shape, enum sk_conv2d_algorithm algorithm,
                  size_t max_batch, int jobs, struct sk_account *account, struct sk_error *err)
{
    struct sk_conv2d_shape s = *shape;
    s.y_step = s.y_step ? s.y_step : s.out_c;
    if (check_shape(&s, max_batch, jobs, err) != 0)
        return -1;
    struct sk_conv2d *c = sk_alloc(1, sizeof *c, err);
    if (!c)
        return -1;
    c->shape = s;
    c->max_batch = max_batch;
    c->jobs = jobs;
    int status = plan_algorithm(c, algorithm, account, err);
    if (status == 0 && sk_conv2d_workspace(c) == SIZE_MAX)
        status = too_large(&s, max_batch, err);
    if (status != 0) {
        sk_conv2d_free(c);
        return -1;
    }
    *plan = c;
    return 0;
}

void sk_conv2d_free(struct sk_conv2d *plan)
{
    if (plan) {
        sk_winograd_free(plan->winograd);
        sk_winograd_stride1_free(plan->winograd_stride1);
        sk_direct_free(plan->direct);
        free(plan->packed);
    }
    free(plan);
}

enum sk_conv2d_algorithm sk_conv2d_algorithm(const struct sk_conv2d *plan)
{
    if (plan->winograd || plan->winograd_stride1)
        return SK_CONV2D_WINOGRAD;
    return plan->direct ? SK_CONV2D_DIRECT : SK_CONV2D_IM2COL;
}

size_t sk_conv2d_workspace(const struct sk_conv2d *plan)
{
    if (plan->winograd)
        return sk_winograd_workspace(plan->winograd);
    if (plan->winograd_stride1)
        return sk_winograd_stride1_workspace(plan->winograd_stride1);
    const size_t im2col = sk_im2col_workspace(&plan->shape, plan->max_batch, plan->jobs);
    const size_t direct = plan->direct ? sk_direct_workspace(plan->direct) : 0;
    return direct > im2col ? direct : im2col;
}

void sk_conv2d_set_weights(struct sk_conv2d *plan, const float *w)
{
    plan->weights = w;
    if (plan->winograd)
        sk_winograd_set_weights(plan->winograd, w);
    if (plan->winograd_stride1)
        sk_winograd_stride1_set_weights(plan->winograd_stride1, w);
    if (plan->direct)
        sk_direct_set_weights(plan->direct, w);
    if (plan->packed)
        sk_im2col_pack(&plan->shape, plan->jobs, w, plan->packed);
}

void sk_conv2d_forward(struct sk_conv2d *plan, size_t batch, const float *x, float *y, float *workspace)
{
    sk_conv2d_infer(plan, batch, x, (struct sk_ending_f32){0}, y, workspace);
}

void sk_conv2d_infer(struct sk_conv2d *plan, size_t batch, const float *x, struct sk_ending_f32 ending, float *y, float *workspace)
{
    assert(batch <= plan->max_batch);
    if (plan->winograd)
        sk_winograd_forward(plan->winograd, batch, x, ending, y, workspace);
    else if (plan->winograd_stride1)
        sk_winograd_stride1_forward(plan->winograd_stride1, batch, x, ending, y, workspace);
    else if (plan->direct)
        sk_direct_forward(plan->direct, batch, x, ending, y, workspace);
    else {
        if (!plan->packed)
            sk_im2col_pack(&plan->shape, plan->jobs, plan->weights, workspace);
        sk_im2col_forward(&plan->shape, plan->jobs, batch, x, plan->packed ? plan->packed : workspace, ending, y, workspace);
    }
}

void sk_conv2d_backward(struct sk_conv2d *plan, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                        float *workspace)
{
    assert(batch <= plan->max_batch && !plan->shape.infer_only);
    if (plan->winograd) {
        sk_winograd_backward(plan->winograd, batch, x, dy, dx, dw, workspace);
        return;
    }
    if (plan->winograd_stride1) {
        if (dx)
            sk_winograd_stride1_backward_data(plan->winograd_stride1, batch, dy, dx, workspace);
        if (dw)
            sk_winograd_stride1_backward_weights(plan->winograd_stride1, batch, x, dy, dw, workspace);
        return;
    }
    if (dx)
        sk_im2col_backward_data(&plan->shape, plan->jobs, batch, dy, plan->weights, dx, workspace);
    if (dw && plan->direct)
        sk_direct_backward_weights(plan->direct, batch, x, dy, dw, workspace);
    else if (dw)
        sk_im2col_backward_weights(&plan->shape, plan->max_batch, plan->jobs, batch, x, dy, dw, workspace);
}
