#include "nn/inception_plan.h"

#include <stdio.h>

/* The plan as it grows, and the shape of each map. */
struct builder {
    struct sk_inception_plan *plan;
    char block[32];
    size_t h[SK_MAPS], w[SK_MAPS], c[SK_MAPS];
    size_t offset; /* the next branch's first channel */
};

static struct sk_inception_step *add(struct builder *b, enum sk_inception_op op, enum sk_inception_map from,
                                     enum sk_inception_map to)
{
    struct sk_inception_step *s = &b->plan->step[b->plan->steps++];
    *s = (struct sk_inception_step){.op = op, .from = from, .to = to, .in_h = b->h[from], .in_w = b->w[from],
                                    .in_c = b->c[from]};
    return s;
}

/* The shape of what the step writes, where its kernel, stride and padding are set. */
static void shape(struct builder *b, struct sk_inception_step *s)
{
    s->out_h = (s->in_h + 2 * s->pad_h - s->kernel_h) / s->stride + 1;
    s->out_w = (s->in_w + 2 * s->pad_w - s->kernel_w) / s->stride + 1;
    b->h[s->to] = s->out_h;
    b->w[s->to] = s->out_w;
    if (s->to == SK_MAP_OUT) {
        s->offset = b->offset;
        s->pitch = b->c[SK_MAP_OUT];
        b->offset += s->out_c;
    } else
        s->pitch = b->c[s->to] = s->out_c;
    const size_t floats = s->out_h * s->out_w * s->pitch;
    if (floats > b->plan->map_floats)
        b->plan->map_floats = floats;
}

/* Stride 1 keeps the size unless `valid`; stride 2 never pads. */
static void conv(struct builder *b, const char *name, enum sk_inception_map from, enum sk_inception_map to, size_t out,
                 size_t kernel_h, size_t kernel_w, size_t stride, int valid)
{
    struct sk_inception_step *s = add(b, SK_OP_CONV, from, to);
    snprintf(s->name, sizeof s->name, "%s%s%s", b->block, *name ? "." : "", name);
    s->conv = b->plan->convs++;
    s->out_c = out;
    s->kernel_h = kernel_h;
    s->kernel_w = kernel_w;
    s->stride = stride;
    s->pad_h = stride == 1 && !valid ? kernel_h / 2 : 0;
    s->pad_w = stride == 1 && !valid ? kernel_w / 2 : 0;
    shape(b, s);
}

static void same(struct builder *b, const char *name, enum sk_inception_map from, enum sk_inception_map to, size_t out,
                 size_t kernel_h, size_t kernel_w)
{
    conv(b, name, from, to, out, kernel_h, kernel_w, 1, 0);
}

static void pool(struct builder *b, enum sk_inception_op op, enum sk_inception_map to, size_t stride)
{
    struct sk_inception_step *s = add(b, op, SK_MAP_IN, to);
    s->out_c = s->in_c;
    s->kernel_h = s->kernel_w = 3;
    s->stride = stride;
    s->pad_h = s->pad_w = stride == 1 ? 1 : 0;
    shape(b, s);
}

static void begin(struct builder *b, const char *name, size_t channels)
{
    snprintf(b->block, sizeof b->block, "%s", name);
    b->c[SK_MAP_OUT] = channels;
    b->offset = 0;
}

/* The block's output is the next one's input. */
static void end(struct builder *b)
{
    struct sk_inception_step *s = add(b, SK_OP_END, SK_MAP_OUT, SK_MAP_IN);
    snprintf(s->name, sizeof s->name, "%s", b->block);
    b->h[SK_MAP_IN] = b->h[SK_MAP_OUT];
    b->w[SK_MAP_IN] = b->w[SK_MAP_OUT];
    b->c[SK_MAP_IN] = b->c[SK_MAP_OUT];
}

static void single(struct builder *b, const char *name, size_t out, size_t kernel, size_t stride, int valid)
{
    begin(b, name, out);
    conv(b, "", SK_MAP_IN, SK_MAP_OUT, out, kernel, kernel, stride, valid);
    end(b);
}

static void shrink(struct builder *b, const char *name)
{
    begin(b, name, b->c[SK_MAP_IN]);
    pool(b, SK_OP_MAX, SK_MAP_OUT, 2);
    end(b);
}

static void pool_branch(struct builder *b, enum sk_inception_op op, size_t out)
{
    pool(b, op, SK_MAP_A, 1);
    same(b, "branch_pool", SK_MAP_A, SK_MAP_OUT, out, 1, 1);
}

static void block_a(struct builder *b, const char *name, size_t pooled)
{
    begin(b, name, 224 + pooled);
    same(b, "branch1x1", SK_MAP_IN, SK_MAP_OUT, 64, 1, 1);
    same(b, "branch5x5_1", SK_MAP_IN, SK_MAP_A, 48, 1, 1);
    same(b, "branch5x5_2", SK_MAP_A, SK_MAP_OUT, 64, 5, 5);
    same(b, "branch3x3dbl_1", SK_MAP_IN, SK_MAP_A, 64, 1, 1);
    same(b, "branch3x3dbl_2", SK_MAP_A, SK_MAP_B, 96, 3, 3);
    same(b, "branch3x3dbl_3", SK_MAP_B, SK_MAP_OUT, 96, 3, 3);
    pool_branch(b, SK_OP_AVERAGE, pooled);
    end(b);
}

static void block_b(struct builder *b, const char *name)
{
    begin(b, name, 480 + b->c[SK_MAP_IN]);
    conv(b, "branch3x3", SK_MAP_IN, SK_MAP_OUT, 384, 3, 3, 2, 1);
    same(b, "branch3x3dbl_1", SK_MAP_IN, SK_MAP_A, 64, 1, 1);
    same(b, "branch3x3dbl_2", SK_MAP_A, SK_MAP_B, 96, 3, 3);
    conv(b, "branch3x3dbl_3", SK_MAP_B, SK_MAP_OUT, 96, 3, 3, 2, 1);
    pool(b, SK_OP_MAX, SK_MAP_OUT, 2);
    end(b);
}

static void block_c(struct builder *b, const char *name, size_t c7)
{
    begin(b, name, 768);
    same(b, "branch1x1", SK_MAP_IN, SK_MAP_OUT, 192, 1, 1);
    same(b, "branch7x7_1", SK_MAP_IN, SK_MAP_A, c7, 1, 1);
    same(b, "branch7x7_2", SK_MAP_A, SK_MAP_B, c7, 1, 7);
    same(b, "branch7x7_3", SK_MAP_B, SK_MAP_OUT, 192, 7, 1);
    same(b, "branch7x7dbl_1", SK_MAP_IN, SK_MAP_A, c7, 1, 1);
    same(b, "branch7x7dbl_2", SK_MAP_A, SK_MAP_B, c7, 7, 1);
    same(b, "branch7x7dbl_3", SK_MAP_B, SK_MAP_A, c7, 1, 7);
    same(b, "branch7x7dbl_4", SK_MAP_A, SK_MAP_B, c7, 7, 1);
    same(b, "branch7x7dbl_5", SK_MAP_B, SK_MAP_OUT, 192, 1, 7);
    pool_branch(b, SK_OP_AVERAGE, 192);
    end(b);
}

static void block_d(struct builder *b, const char *name)
{
    begin(b, name, 512 + b->c[SK_MAP_IN]);
    same(b, "branch3x3_1", SK_MAP_IN, SK_MAP_A, 192, 1, 1);
    conv(b, "branch3x3_2", SK_MAP_A, SK_MAP_OUT, 320, 3, 3, 2, 1);
    same(b, "branch7x7x3_1", SK_MAP_IN, SK_MAP_A, 192, 1, 1);
    same(b, "branch7x7x3_2", SK_MAP_A, SK_MAP_B, 192, 1, 7);
    same(b, "branch7x7x3_3", SK_MAP_B, SK_MAP_A, 192, 7, 1);
    conv(b, "branch7x7x3_4", SK_MAP_A, SK_MAP_OUT, 192, 3, 3, 2, 1);
    pool(b, SK_OP_MAX, SK_MAP_OUT, 2);
    end(b);
}

static void block_e(struct builder *b, const char *name, enum sk_inception_op op)
{
    begin(b, name, 2048);
    same(b, "branch1x1", SK_MAP_IN, SK_MAP_OUT, 320, 1, 1);
    same(b, "branch3x3_1", SK_MAP_IN, SK_MAP_A, 384, 1, 1);
    same(b, "branch3x3_2a", SK_MAP_A, SK_MAP_OUT, 384, 1, 3);
    same(b, "branch3x3_2b", SK_MAP_A, SK_MAP_OUT, 384, 3, 1);
    same(b, "branch3x3dbl_1", SK_MAP_IN, SK_MAP_A, 448, 1, 1);
    same(b, "branch3x3dbl_2", SK_MAP_A, SK_MAP_B, 384, 3, 3);
    same(b, "branch3x3dbl_3a", SK_MAP_B, SK_MAP_OUT, 384, 1, 3);
    same(b, "branch3x3dbl_3b", SK_MAP_B, SK_MAP_OUT, 384, 3, 1);
    pool_branch(b, op, 192);
    end(b);
}

void sk_inception_plan(struct sk_inception_plan *plan)
{
    *plan = (struct sk_inception_plan){.map_floats = 299 * 299 * 3};
    struct builder b = {.plan = plan, .h = {299}, .w = {299}, .c = {3}};
    single(&b, "Conv2d_1a_3x3", 32, 3, 2, 1);
    single(&b, "Conv2d_2a_3x3", 32, 3, 1, 1);
    single(&b, "Conv2d_2b_3x3", 64, 3, 1, 0);
    shrink(&b, "maxpool1");
    single(&b, "Conv2d_3b_1x1", 80, 1, 1, 1);
    single(&b, "Conv2d_4a_3x3", 192, 3, 1, 1);
    shrink(&b, "maxpool2");
    block_a(&b, "Mixed_5b", 32);
    block_a(&b, "Mixed_5c", 64);
    block_a(&b, "Mixed_5d", 64);
    block_b(&b, "Mixed_6a");
    block_c(&b, "Mixed_6b", 128);
    block_c(&b, "Mixed_6c", 160);
    block_c(&b, "Mixed_6d", 160);
    block_c(&b, "Mixed_6e", 192);
    block_d(&b, "Mixed_7a");
    block_e(&b, "Mixed_7b", SK_OP_AVERAGE);
    block_e(&b, "Mixed_7c", SK_OP_POOL_LAST);
}
