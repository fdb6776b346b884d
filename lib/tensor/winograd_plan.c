/* The plan of winograd.c: frequencies, tiles, how the batch is cut into parts and the weights' gradient into pieces. */
#include "tensor/winograd_plan.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/micro_batch.h"
#include "base/simd.h"

static void plan_frequencies(struct sk_winograd *w)
{
    for (size_t f = 0; f < w->frequencies; f++) {
        for (size_t h = 0; h < PHASES; h++)
            if (f / w->points < w->axis[h / 2].points && f % w->points < w->axis[h % 2].points)
                w->slot[h][f] = w->slots[f]++;
        w->before[f + 1] = w->before[f] + w->slots[f];
    }
}

/* Floats of U, or of its transpose. */
static size_t u_size(const struct sk_winograd *w)
{
    const size_t blocks = sk_product(w->in_blocks, w->out_blocks);
    return sk_sum(sk_product(w->before[w->frequencies] * SK_BLOCK * SK_BLOCK, blocks), w->frequencies * U_OUT_OF_STEP);
}

/* Large pieces read V and dM less often; small ones are enough for all threads. Where a micro-batch has few tiles, it is dU that
   is read and written most: small cells of it stay in cache. The sums are the same. */
static void plan_pieces(struct sk_winograd *w)
{
    w->piece = 8;
    if (pieces(w) < 2 * (size_t)w->jobs)
        w->piece = 4;
    w->cell = w->tiles <= 4 ? 4 : w->piece;
}

static void plan_shape(struct sk_winograd *w, const struct sk_conv2d_shape *shape)
{
    w->shape = *shape;
    w->axis[0] = (struct axis){1, (shape->kernel_h + 1) / 2, (shape->kernel_h + 1) / 2 + TILE - 1};
    w->axis[1] = (struct axis){0, shape->kernel_h / 2, shape->kernel_h / 2 + TILE - 1};
    w->points = w->axis[0].points;
    w->frequencies = w->points * w->points;
    w->tiles_down = (shape->out_h + TILE - 1) / TILE;
    w->tiles_across = (shape->out_w + TILE - 1) / TILE;
    w->tiles = w->tiles_down * w->tiles_across;
    w->in_blocks = (shape->in_c + SK_BLOCK - 1) / SK_BLOCK;
    w->out_blocks = (shape->out_c + SK_BLOCK - 1) / SK_BLOCK;
    plan_frequencies(w);
}

/* The largest batch is worked off in equal parts (the last may be smaller) whose V and M together have about `floats`, so that
   they stay in cache; more where reading U again for every part would cost more. Smaller batches are cut into parts of the
   same size. */
enum { SMALL_PART = 1 << 20, LARGE_PART = 2 << 20 };

static size_t images_a_part(const struct sk_winograd *w, size_t max_batch, size_t floats)
{
    const size_t budget = floats > u_size(w) ? floats : u_size(w);
    const size_t blocks = w->before[w->frequencies] * w->in_blocks + w->frequencies * w->out_blocks;
    const size_t image = sk_product(w->tiles * SK_BLOCK, blocks);
    const size_t most = budget / image > 0 ? budget / image : 1;
    const size_t parts = max_batch / most + (max_batch % most > 0);
    return max_batch / parts + (max_batch % parts > 0);
}

/* Rows in steps of 8 for the products, an odd number of steps so that blocks of channels spread over the cache sets. */
static size_t pitch_of(size_t tiles)
{
    return ((tiles + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS | 1) * SK_BLOCK_ROWS;
}

struct part sk_winograd_part(const struct sk_winograd *w, size_t first, size_t images, float *workspace)
{
    struct part part = {.first = first, .images = images, .tiles = images * w->tiles};
    part.pitch = pitch_of(part.tiles);
    part.v = workspace;
    part.m = part.v + v_at(w, &part, w->frequencies);
    return part;
}

size_t sk_winograd_part_size(const struct sk_winograd *w, size_t images)
{
    const size_t blocks = w->before[w->frequencies] * w->in_blocks + w->frequencies * w->out_blocks;
    const size_t values = sk_product(pitch_of(images * w->tiles), blocks * SK_BLOCK);
    return sk_sum(values, 2 * w->frequencies * OUT_OF_STEP);
}

size_t sk_winograd_lanes(const struct sk_winograd *w, size_t batch)
{
    const size_t parts = (batch + w->small_part - 1) / w->small_part;
    return parts >= 8 * (size_t)w->jobs ? (size_t)w->jobs : 1;
}

/* Parts of whole micro-batches, where that is near: else dU stays where it is from part to part. */
static size_t round_part(size_t images, size_t max_batch)
{
    const size_t near = SK_MICRO_BATCH * 3 / 4, whole = (images + SK_MICRO_BATCH / 2) / SK_MICRO_BATCH * SK_MICRO_BATCH;
    return images < near ? images : least(whole, max_batch);
}

/* What depends on the largest batch. A smaller one has no larger parts and no more of them, so no more lanes: it fits. */
static void plan_parts(struct sk_winograd *w, size_t max_batch, size_t part)
{
    w->small_part = part ? least(part, max_batch) : images_a_part(w, max_batch, SMALL_PART);
    w->large_part = part ? least(part, max_batch) : round_part(images_a_part(w, max_batch, LARGE_PART), max_batch);
    const bool parts = w->large_part < max_batch, split = parts && w->large_part % SK_MICRO_BATCH != 0;
    if (split)
        w->cell = w->piece;
    /* Sums stay where they are from part to part; where there is one part, a thread needs no more than one piece's at a time. */
    w->du_buffers = split ? pieces(w) : least((size_t)w->jobs, pieces(w));
    w->sum_buffers = parts ? pieces(w) : least((size_t)w->jobs, pieces(w));
    w->most_sums = 1 + sk_tree_levels(sk_micro_batches(max_batch));
    const size_t forward = sk_product(sk_winograd_lanes(w, max_batch), sk_winograd_part_size(w, w->small_part));
    const size_t gradient = sk_sum(sk_product(w->du_buffers, cell_size(w)), sk_product(w->sum_buffers, sum_size(w)));
    const size_t backward = sk_sum(sk_winograd_part_size(w, w->large_part), gradient);
    w->workspace = sk_sum(forward > backward ? forward : backward, SK_BLOCK); /* to align it */
}

int sk_winograd_new(struct sk_winograd **plan, const struct sk_conv2d_shape *shape, size_t max_batch, size_t part, int jobs,
                    struct sk_account *account, struct sk_error *err)
{
    struct sk_winograd *w = sk_alloc(1, sizeof *w, err);
    if (!w)
        return -1;
    w->jobs = jobs;
    w->kernels = sk_blocked_kernels(sk_simd_level());
    plan_shape(w, shape);
    plan_pieces(w);
    plan_parts(w, max_batch, part);
    if (sk_account_floats(account, SK_WORKSPACE, &w->u, u_size(w), err) != 0 ||
        sk_account_floats(account, SK_WORKSPACE, &w->u_transposed, u_size(w), err) != 0) {
        sk_winograd_free(w);
        return -1;
    }
    *plan = w;
    return 0;
}

void sk_winograd_free(struct sk_winograd *plan)
{
    if (plan) {
        free(plan->u);
        free(plan->u_transposed);
    }
    free(plan);
}

size_t sk_winograd_workspace(const struct sk_winograd *w)
{
    return w->workspace;
}

struct piece sk_winograd_piece(const struct sk_winograd *w, size_t i)
{
    const size_t across = (w->out_blocks + w->piece - 1) / w->piece, down = (w->in_blocks + w->piece - 1) / w->piece;
    struct piece p = {.h = i / (across * down), .b = i / across % down * w->piece, .o = i % across * w->piece};
    p.b_end = least(p.b + w->piece, w->in_blocks);
    p.o_end = least(p.o + w->piece, w->out_blocks);
    return p;
}

struct piece sk_winograd_cell(const struct sk_winograd *w, const struct piece *piece, size_t i)
{
    const size_t across = w->piece / w->cell;
    struct piece c = {.h = piece->h, .b = piece->b + i / across * w->cell, .o = piece->o + i % across * w->cell};
    c.b_end = least(c.b + w->cell, piece->b_end);
    c.o_end = least(c.o + w->cell, piece->o_end);
    return c;
}
