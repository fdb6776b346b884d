#include "tensor/direct.h"

#include <omp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/micro_batch.h"
#include "base/simd.h"
#include "tensor/blocked.h"

/* The weight gradients of LEAF images are summed, and these up the tree of base/micro_batch.h; LANES leaves are worked on at
   a time. */
enum { LEAF = SK_MICRO_BATCH / 4, LANES = 16 };

struct sk_direct {
    struct sk_conv2d_shape shape;
    int jobs;
    const struct sk_blocked_kernels *kernels;
    size_t run;        /* floats of a window's row: kernel_w in_c */
    size_t rows, row;  /* of the padded image, and floats of one */
    size_t out_blocks; /* of out_c */
    size_t scratch;    /* floats of a thread: a padded image, then one row of the small side in blocks */
    size_t image;      /* floats of the padded image */
    size_t gradient;   /* floats of a leaf: [kernel] blocked matrices [run][out_c] */
    size_t sums;       /* leaves and nodes of the largest batch's sum */
    float *w;          /* [kernel kernel in_c][out_c], blocked */
};

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Rows of one kernel row's gradient. */
static size_t gradient_pitch(const struct sk_direct *d)
{
    return round_up(d->run, SK_BLOCK_ROWS);
}

/* Positions of an output row. */
static size_t row_pitch(const struct sk_direct *d)
{
    return round_up(d->shape.out_w, SK_BLOCK_ROWS);
}

static size_t leaves_of(size_t batch)
{
    return batch / LEAF + (batch % LEAF > 0);
}

/* Pixels of an axis with its padding: what the windows see, and the whole image. */
static size_t padded_size(size_t in, size_t out, size_t kernel, size_t stride, size_t pad)
{
    const size_t seen = stride * (out - 1) + kernel;
    return seen > pad + in ? seen : pad + in;
}

int sk_direct_new(struct sk_direct **plan, const struct sk_conv2d_shape *shape, size_t max_batch, int jobs,
                  struct sk_account *account, struct sk_error *err)
{
    struct sk_direct *d = sk_alloc(1, sizeof *d, err);
    if (!d)
        return -1;
    d->shape = *shape;
    d->jobs = jobs;
    d->kernels = sk_blocked_kernels(sk_simd_level());
    d->run = shape->kernel_w * shape->in_c;
    d->rows = padded_size(shape->in_h, shape->out_h, shape->kernel_h, shape->stride, shape->pad_h);
    d->row = padded_size(shape->in_w, shape->out_w, shape->kernel_w, shape->stride, shape->pad_w) * shape->in_c;
    d->out_blocks = (shape->out_c + SK_BLOCK - 1) / SK_BLOCK;
    /* The last window's row is read for positions and taps up to the next multiple of SK_BLOCK_ROWS. */
    d->image = round_up(d->rows * d->row + SK_BLOCK_ROWS * (shape->stride * shape->in_c + 1), SK_BLOCK);
    d->scratch = d->image + d->out_blocks * row_pitch(d) * SK_BLOCK;
    d->gradient = shape->kernel_h * d->out_blocks * gradient_pitch(d) * SK_BLOCK;
    d->sums = LANES + 1 + sk_tree_levels(leaves_of(max_batch));
    const size_t weights = d->out_blocks * shape->kernel_h * d->run * SK_BLOCK;
    if (sk_account_floats(account, SK_WORKSPACE, &d->w, weights, err) != 0) {
        free(d);
        return -1;
    }
    *plan = d;
    return 0;
}

void sk_direct_free(struct sk_direct *plan)
{
    if (plan)
        free(plan->w);
    free(plan);
}

size_t sk_direct_workspace(const struct sk_direct *d)
{
    return sk_sum(sk_product((size_t)d->jobs, d->scratch), d->sums * d->gradient + SK_BLOCK);
}

static float *aligned(float *workspace)
{
    return workspace + (64 - (uintptr_t)workspace % 64) % 64 / sizeof(float);
}

static float *scratch_of_thread(const struct sk_direct *d, float *workspace)
{
    return aligned(workspace) + (size_t)omp_get_thread_num() * d->scratch;
}

/* A line of a block, or its first channels: the length of most is known. */
static void copy_line(float *to, const float *from, size_t channels)
{
    if (channels == SK_BLOCK)
        memcpy(to, from, SK_BLOCK * sizeof *to);
    else
        memcpy(to, from, channels * sizeof *to);
}

void sk_direct_set_weights(struct sk_direct *d, const float *w)
{
    const size_t rows = d->shape.kernel_h * d->run;
    for (size_t b = 0; b < d->out_blocks; b++)
        for (size_t i = 0; i < rows; i++)
            memcpy(d->w + (b * rows + i) * SK_BLOCK, w + i * d->shape.out_c + b * SK_BLOCK,
                   least(SK_BLOCK, d->shape.out_c - b * SK_BLOCK) * sizeof *w);
}

/* Zeros before and after the image, and each of its rows. */
static void pad_image(const struct sk_direct *d, const float *x, float *padded)
{
    const size_t line = d->shape.in_w * d->shape.in_c, before = d->shape.pad_w * d->shape.in_c, top = d->shape.pad_h * d->row;
    const size_t end = top + d->shape.in_h * d->row;
    memset(padded, 0, top * sizeof *padded);
    for (float *to = padded + top; to < padded + end; to += d->row, x += line) {
        memset(to, 0, before * sizeof *to);
        memcpy(to + before, x, line * sizeof *to);
        memset(to + before + line, 0, (d->row - before - line) * sizeof *to);
    }
    memset(padded + end, 0, (d->image - end) * sizeof *padded);
}

/* What ends a line of `count` channels of one pixel, before it is written over `to`. */
static void end_line(float *line, size_t count, struct sk_ending_f32 ending, const float *bias, const float *to)
{
    for (size_t o = 0; o < count; o++) {
        float v = ending.add ? line[o] + to[o] : line[o];
        v = ending.bias ? v + bias[o] : v;
        line[o] = ending.rectify && !(v > 0) ? 0 : v;
    }
}

/* Blocked rows of out_c channels to NHWC, and back with zeros behind the last channel. */
static void write_row(const struct sk_direct *d, struct sk_blocked m, size_t count, struct sk_ending_f32 ending, float *y)
{
    const bool ends = ending.add || ending.bias || ending.rectify;
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < d->out_blocks; b++) {
            float *line = m.at + (b * m.pitch + i) * SK_BLOCK, *to = y + i * d->shape.y_step + b * SK_BLOCK;
            const size_t channels = least(SK_BLOCK, d->shape.out_c - b * SK_BLOCK);
            if (ends)
                end_line(line, channels, ending, ending.bias ? ending.bias + b * SK_BLOCK : NULL, to);
            copy_line(to, line, channels);
        }
}

static void read_row(const struct sk_direct *d, const float *y, size_t count, struct sk_blocked m)
{
    if (d->shape.out_c % SK_BLOCK != 0)
        memset(m.at, 0, d->out_blocks * m.pitch * SK_BLOCK * sizeof *m.at);
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < d->out_blocks; b++)
            copy_line(m.at + (b * m.pitch + i) * SK_BLOCK, y + i * d->shape.y_step + b * SK_BLOCK,
                      least(SK_BLOCK, d->shape.out_c - b * SK_BLOCK));
}

static void image_forward(const struct sk_direct *d, const float *x, struct sk_ending_f32 ending, float *y, float *scratch)
{
    const size_t height = d->shape.out_h, width = d->shape.out_w, window = d->shape.stride * d->shape.in_c;
    const struct sk_blocked w = {d->w, d->shape.kernel_h * d->run}, out = {scratch + d->image, row_pitch(d)};
    pad_image(d, x, scratch);
    for (size_t i = 0; i < height; i++) {
        const float *first = scratch + d->shape.stride * i * d->row;
        for (size_t j = 0; j < width; j += SK_BLOCK_ROWS)
            d->kernels->multiply_windows(d->out_blocks, d->shape.kernel_h, d->run, first + j * window, window, d->row, w,
                                         (struct sk_blocked){out.at + j * SK_BLOCK, out.pitch});
        write_row(d, out, width, ending, y + i * width * d->shape.y_step);
    }
}

void sk_direct_forward(const struct sk_direct *d, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                       float *workspace)
{
    const size_t x_size = d->shape.in_h * d->shape.in_w * d->shape.in_c;
    const size_t y_size = d->shape.out_h * d->shape.out_w * d->shape.y_step;
#pragma omp parallel for num_threads(d->jobs) schedule(dynamic)
    for (size_t n = 0; n < batch; n++)
        image_forward(d, x + n * x_size, ending, y + n * y_size, scratch_of_thread(d, workspace));
}

/* Adds one image's gradient to its leaf's. */
static void image_gradient(const struct sk_direct *d, const float *x, const float *dy, float *leaf, float *scratch)
{
    const size_t height = d->shape.out_h, width = d->shape.out_w, stride = d->shape.stride, pitch = gradient_pitch(d);
    const struct sk_blocked row = {scratch + d->image, row_pitch(d)};
    pad_image(d, x, scratch);
    for (size_t i = 0; i < height; i++) {
        read_row(d, dy + i * width * d->shape.y_step, width, row);
        for (size_t p = 0; p < d->shape.kernel_h; p++)
            d->kernels->multiply_windows_transposed(
                pitch / SK_BLOCK_ROWS, d->out_blocks, width, scratch + (stride * i + p) * d->row, stride * d->shape.in_c, row,
                (struct sk_blocked){leaf + p * d->out_blocks * pitch * SK_BLOCK, pitch});
    }
}

static void leaf_gradient(const struct sk_direct *d, size_t images, const float *x, const float *dy, float *leaf, float *scratch)
{
    const size_t x_size = d->shape.in_h * d->shape.in_w * d->shape.in_c;
    const size_t y_size = d->shape.out_h * d->shape.out_w * d->shape.y_step;
    memset(leaf, 0, d->gradient * sizeof *leaf);
    for (size_t n = 0; n < images; n++)
        image_gradient(d, x + n * x_size, dy + n * y_size, leaf, scratch);
}

/* dw [kernel kernel in_c][out_c] from the blocked sum. */
static void write_gradient(const struct sk_direct *d, const float *sum, float *dw)
{
    const size_t pitch = gradient_pitch(d), rows = d->shape.kernel_h * d->run;
    for (size_t i = 0; i < rows; i++)
        for (size_t b = 0; b < d->out_blocks; b++)
            memcpy(dw + i * d->shape.out_c + b * SK_BLOCK,
                   sum + ((i / d->run * d->out_blocks + b) * pitch + i % d->run) * SK_BLOCK,
                   least(SK_BLOCK, d->shape.out_c - b * SK_BLOCK) * sizeof *dw);
}

void sk_direct_backward_weights(const struct sk_direct *d, size_t batch, const float *x, const float *dy, float *dw,
                                float *workspace)
{
    const size_t x_leaf = LEAF * d->shape.in_h * d->shape.in_w * d->shape.in_c, leaves = leaves_of(batch);
    const size_t y_leaf = LEAF * d->shape.out_h * d->shape.out_w * d->shape.y_step;
    float *lanes = aligned(workspace) + (size_t)d->jobs * d->scratch, *result = lanes + LANES * d->gradient;
    struct sk_tree_sum sum;
    sk_tree_start(&sum, leaves, 0, d->gradient, result, result + d->gradient);
    for (size_t first = 0; first < leaves; first += LANES) {
        const size_t count = least(LANES, leaves - first);
#pragma omp parallel for num_threads(d->jobs) schedule(dynamic)
        for (size_t i = 0; i < count; i++)
            leaf_gradient(d, least(LEAF, batch - (first + i) * LEAF), x + (first + i) * x_leaf, dy + (first + i) * y_leaf,
                          lanes + i * d->gradient, scratch_of_thread(d, workspace));
        for (size_t i = 0; i < count; i++) {
            memcpy(sk_tree_node(&sum, sum.nodes), lanes + i * d->gradient, d->gradient * sizeof *lanes);
            sk_tree_push(&sum, 1, 1);
        }
    }
    write_gradient(d, result, dw);
}
