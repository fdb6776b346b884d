/* Stride-1 convolution by Winograd: of kernel 3x3 by F(4x4, 3x3), of 5x5 by F(2x2, 5x5), of 1x3 and 3x1 by F(4, 3), all with
   winograd.c's six points, and of 1x7 and 7x1 by F(4, 7) with ten (winograd_lines.h). What follows is of kernel 3x3; 5x5 has tiles
   of 2x2 outputs, and along one axis the matrices on the other side are left out.

   Forward. For a tile of 4x4 outputs and a channel, V = B' d B of the 6x6 pixels that it sees, and U = G w G' of the weights; at
   each of 36 frequencies M[f][tile][o] = sum over c of V[f][tile][c] U[f][c][o], a product of matrices; y = A' M A. The gradient
   to the input is the same of dy with the kernel turned by half a turn and the channels exchanged: no tile adds to another's
   pixels, as the transposed way back would have it.

   Both are worked off in strips of tiles, each by one thread from pixels to pixels: a strip's V and the M of some output channels
   stay in its cache.

   The gradient to the weights is the transpose: dU[f] = V[f]' dM[f] summed over the tiles, where dM = A dy A', and
   dw = G' dU G. It is taken for each micro-batch, whose dw are the leaves of a tree (base/micro_batch.h); what a thread sums is a
   piece of dU, of some blocks of channels on each side.

   The transforms of tiles are in winograd_stride1_tiles.c. */
#include "tensor/winograd_stride1.h"

#include <omp.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/micro_batch.h"
#include "base/simd.h"
#include "tensor/blocked.h"
#include "tensor/runs.h"
#include "tensor/winograd_lines.h"
#include "tensor/winograd_stride1_tiles.h"
#include "tensor/winograd_transform.h"

enum { MOST_TAPS = 25 };

struct sk_winograd_stride1 {
    size_t max_batch;
    int jobs;
    bool add_dx, infer_only;
    size_t taps; /* of the kernel */
    const struct sk_blocked_kernels *kernels;
    struct pass forward, backward;
    size_t part;    /* tiles whose V and dM lie in memory at a time, for dw */
    size_t piece;   /* blocks of channels on each side of a piece of dU */
    size_t buffers; /* for pieces of dU */
};

/* --- where things lie -------------------------------------------------------- */

/* Frequencies of U begin a page and some lines out of step: they are written side by side. */
static size_t u_each(const struct pass *p)
{
    return p->from.blocks * p->to.blocks * SK_BLOCK * SK_BLOCK + 1024 + 5 * SK_BLOCK;
}

static struct sk_blocked u_of(const struct pass *p, size_t f, size_t block)
{
    const size_t pitch = p->from.blocks * SK_BLOCK;
    return (struct sk_blocked){p->u + f * u_each(p) + block * pitch * SK_BLOCK, pitch};
}

/* A piece of dU: blocks [b, b_end) of in_c and [o, o_end) of out_c in a buffer of a blocked matrix for every frequency. */
struct piece {
    size_t b, b_end, o, o_end;
    float *du;
};

static size_t pieces_across(const struct sk_winograd_stride1 *w)
{
    return (w->forward.to.blocks + w->piece - 1) / w->piece;
}

static size_t pieces(const struct sk_winograd_stride1 *w)
{
    return (w->forward.from.blocks + w->piece - 1) / w->piece * pieces_across(w);
}

static size_t piece_size(const struct sk_winograd_stride1 *w)
{
    return frequencies_of(&w->forward) * (w->piece * w->piece * SK_BLOCK + 5) * SK_BLOCK;
}

static struct sk_blocked du_of(const struct sk_winograd_stride1 *w, const struct piece *p, size_t f)
{
    return (struct sk_blocked){p->du + f * (w->piece * w->piece * SK_BLOCK + 5) * SK_BLOCK, w->piece * SK_BLOCK};
}

/* --- plan ---------------------------------------------------------------------- */

static struct map map_of(size_t h, size_t w, size_t c, size_t step)
{
    return (struct map){h, w, c, step, (c + SK_BLOCK - 1) / SK_BLOCK};
}

/* GROUP: blocks of M; STRIP: floats of V and M that stay in a thread's cache; LEAST_STRIP: tiles below which reading U anew for
   every strip costs more than reading V from afar; PART, LEAST_PART: the same of V and dM, which all threads read. */
enum { GROUP = 4, STRIP = 160 << 10, LEAST_STRIP = 64, PART = 512 << 10, LEAST_PART = 64 };

static void plan_axis(struct pass *p, size_t axis, size_t outputs, size_t taps, size_t shift)
{
    p->shift[axis] = shift;
    p->tile[axis] = taps == 5 ? SHORT_TILE : taps > 1 ? TILE : 1;
    p->points[axis] = p->tile[axis] + taps - 1;
    p->tiles[axis] = (outputs + p->tile[axis] - 1) / p->tile[axis];
}

static void plan_strips(struct pass *p)
{
    p->group = least(GROUP, p->to.blocks);
    const size_t most = STRIP / (frequencies_of(p) * SK_BLOCK * (p->from.blocks + p->group));
    p->strip = most > LEAST_STRIP ? most / SK_BLOCK_ROWS * SK_BLOCK_ROWS : LEAST_STRIP;
}

static void plan_passes(struct sk_winograd_stride1 *w, const struct sk_conv2d_shape *s)
{
    const struct map x = map_of(s->in_h, s->in_w, s->in_c, s->in_c), y = map_of(s->out_h, s->out_w, s->out_c, s->y_step);
    w->forward = (struct pass){.from = x, .to = y};
    w->backward = (struct pass){.from = y, .to = x};
    plan_axis(&w->forward, 0, s->out_h, s->kernel_h, s->pad_h);
    plan_axis(&w->forward, 1, s->out_w, s->kernel_w, s->pad_w);
    plan_axis(&w->backward, 0, s->in_h, s->kernel_h, s->kernel_h - 1 - s->pad_h);
    plan_axis(&w->backward, 1, s->in_w, s->kernel_w, s->kernel_w - 1 - s->pad_w);
    plan_strips(&w->forward);
    plan_strips(&w->backward);
}

static size_t scratch_size(const struct pass *p)
{
    const size_t frequencies = frequencies_of(p);
    return sk_sum(values_size(frequencies, p->strip, p->from.blocks), values_size(frequencies, p->strip, p->group));
}

/* Floats of V and dM of a part. */
static size_t part_size(const struct sk_winograd_stride1 *w)
{
    const size_t frequencies = frequencies_of(&w->forward);
    return sk_sum(values_size(frequencies, w->part, w->forward.from.blocks),
                  values_size(frequencies, w->part, w->forward.to.blocks));
}

static void plan_gradient(struct sk_winograd_stride1 *w)
{
    const size_t all = sk_product(least(w->max_batch, SK_MICRO_BATCH), tiles_of(&w->forward));
    const size_t channels = frequencies_of(&w->forward) * SK_BLOCK * (w->forward.from.blocks + w->forward.to.blocks);
    const size_t most = PART / channels / SK_BLOCK_ROWS * SK_BLOCK_ROWS;
    w->part = least(all, most > LEAST_PART ? most : LEAST_PART);
    w->piece = 8;
    while (w->piece > 2 && pieces(w) < 4 * (size_t)w->jobs)
        w->piece /= 2;
    w->buffers = w->part < all ? pieces(w) : least((size_t)w->jobs, pieces(w));
}

int sk_winograd_stride1_new(struct sk_winograd_stride1 **plan, const struct sk_conv2d_shape *s, size_t max_batch,
                                          int jobs, struct sk_account *account, struct sk_error *err)
{
    struct sk_winograd_stride1 *w = sk_alloc(1, sizeof *w, err);
    if (!w)
        return -1;
    w->max_batch = max_batch;
    w->jobs = jobs;
    w->add_dx = s->add_dx;
    w->infer_only = s->infer_only;
    w->kernels = sk_blocked_kernels(sk_simd_level());
    w->taps = s->kernel_h * s->kernel_w;
    plan_passes(w, s);
    plan_gradient(w);
    const size_t frequencies = frequencies_of(&w->forward);
    if (sk_account_floats(account, SK_WORKSPACE, &w->forward.u, sk_product(frequencies, u_each(&w->forward)), err) != 0 ||
        (!w->infer_only &&
         sk_account_floats(account, SK_WORKSPACE, &w->backward.u, sk_product(frequencies, u_each(&w->backward)), err) != 0)) {
        sk_winograd_stride1_free(w);
        return -1;
    }
    *plan = w;
    return 0;
}

void sk_winograd_stride1_free(struct sk_winograd_stride1 *plan)
{
    if (plan) {
        free(plan->forward.u);
        free(plan->backward.u);
    }
    free(plan);
}

static size_t weights_of(const struct sk_winograd_stride1 *w)
{
    return w->taps * w->forward.from.c * w->forward.to.c;
}

size_t sk_winograd_stride1_workspace(const struct sk_winograd_stride1 *w)
{
    const size_t forward = scratch_size(&w->forward), backward = w->infer_only ? 0 : scratch_size(&w->backward);
    const size_t passes = sk_sum(sk_product(forward > backward ? forward : backward, (size_t)w->jobs), SK_BLOCK); /* to align it */
    if (w->infer_only)
        return passes;
    const size_t sums = sk_product(sk_tree_levels(sk_micro_batches(w->max_batch)), weights_of(w));
    const size_t gradient = sk_sum(sk_sum(part_size(w), sk_product(w->buffers, piece_size(w))), sk_sum(sums, SK_BLOCK));
    return passes > gradient ? passes : gradient;
}

static float *aligned(float *workspace)
{
    return workspace + (64 - (uintptr_t)workspace % 64) % 64 / sizeof(float);
}

/* --- weights --------------------------------------------------------------------- */

/* The taps at SK_BLOCK x SK_BLOCK channels, (c, o) and zero beyond the last; turned: the reverse order of taps at (o, c). */
struct taps {
    _Alignas(64) float at[MOST_TAPS][SK_BLOCK][SK_BLOCK], turned[MOST_TAPS][SK_BLOCK][SK_BLOCK];
};

static void load_taps(const struct sk_winograd_stride1 *w, size_t c0, size_t o0, const float *weights, struct taps *taps)
{
    const size_t in_c = w->forward.from.c, out_c = w->forward.to.c;
    const size_t rows = least(SK_BLOCK, in_c - c0), columns = least(SK_BLOCK, out_c - o0);
    memset(taps, 0, sizeof *taps);
    for (size_t i = 0; i < w->taps; i++) {
        for (size_t c = 0; c < rows; c++)
            memcpy(taps->at[i][c], weights + (i * in_c + c0 + c) * out_c + o0, columns * sizeof(float));
        for (size_t o = 0; o < SK_BLOCK; o++)
            for (size_t c = 0; c < SK_BLOCK; c++)
                taps->turned[w->taps - 1 - i][o][c] = taps->at[i][c][o];
    }
}

/* U = G w G' of block b of `from` and o of `to`. */
INLINE void transform_weights(const struct pass *p, size_t b, size_t o, struct line by, bool both,
                              float (*taps)[SK_BLOCK][SK_BLOCK])
{
    const size_t in = both ? by.in * by.in : by.in, out = both ? by.out * by.out : by.out;
    float *u[FREQUENCIES];
    for (size_t f = 0; f < out; f++)
        u[f] = u_of(p, f, o).at + b * SK_BLOCK * SK_BLOCK;
    for (size_t line = 0; line < SK_BLOCK; line++) {
        vec w[MOST_TAPS], v[FREQUENCIES];
        UNROLL
        for (size_t i = 0; i < in; i++)
            w[i] = *(const vec *)taps[i][line];
        transform_lines(by, both, w, v);
        UNROLL
        for (size_t f = 0; f < out; f++)
            stream(u[f] + line * SK_BLOCK, v[f]);
    }
}

SK_SIMD static void weights_block(const struct pass *p, size_t b, size_t o, float (*taps)[SK_BLOCK][SK_BLOCK])
{
    const struct line six = {six_weights, POINTS + 1 - TILE, POINTS}, ten = {ten_weights, MOST_POINTS + 1 - TILE, MOST_POINTS};
    const struct line five = {five_weights, POINTS + 1 - SHORT_TILE, POINTS};
    if (p->tile[0] == SHORT_TILE)
        transform_weights(p, b, o, five, true, taps);
    else if (frequencies_of(p) == FREQUENCIES)
        transform_weights(p, b, o, six, true, taps);
    else if (frequencies_of(p) == POINTS)
        transform_weights(p, b, o, six, false, taps);
    else
        transform_weights(p, b, o, ten, false, taps);
}

static void weights_channels(const struct sk_winograd_stride1 *w, size_t b, size_t o, const float *weights)
{
    struct taps taps;
    load_taps(w, b * SK_BLOCK, o * SK_BLOCK, weights, &taps);
    weights_block(&w->forward, b, o, taps.at);
    if (!w->infer_only)
        weights_block(&w->backward, o, b, taps.turned);
}

void sk_winograd_stride1_set_weights(struct sk_winograd_stride1 *w, const float *weights)
{
#pragma omp parallel num_threads(w->jobs)
    {
#pragma omp for collapse(2) schedule(static) nowait
        for (size_t o = 0; o < w->forward.to.blocks; o++)
            for (size_t b = 0; b < w->forward.from.blocks; b++)
                weights_channels(w, b, o, weights);
        finish_streams();
    }
}

/* dw = G' dU G of a piece. */
INLINE void transform_piece(const struct sk_winograd_stride1 *w, const struct piece *p, struct line by, bool both, float *dw)
{
    const size_t in = both ? by.in * by.in : by.in, out = both ? by.out * by.out : by.out;
    const size_t in_c = w->forward.from.c, out_c = w->forward.to.c, end = least(p->b_end * SK_BLOCK, in_c);
    for (size_t o = p->o; o < p->o_end; o++)
        for (size_t c = p->b * SK_BLOCK; c < end; c++) {
            const size_t line = ((o - p->o) * w->piece * SK_BLOCK + c - p->b * SK_BLOCK) * SK_BLOCK;
            const size_t count = least(SK_BLOCK, out_c - o * SK_BLOCK);
            vec taps[MOST_TAPS], u[FREQUENCIES];
            UNROLL
            for (size_t f = 0; f < in; f++)
                u[f] = *(const vec *)(du_of(w, p, f).at + line);
            transform_lines(by, both, u, taps);
            UNROLL
            for (size_t i = 0; i < out; i++)
                store(dw + (i * in_c + c) * out_c + o * SK_BLOCK, count, taps[i]);
        }
}

SK_SIMD static void piece_back(const struct sk_winograd_stride1 *w, const struct piece *p, float *dw)
{
    const struct line six = {six_weights_back, POINTS, POINTS + 1 - TILE};
    const struct line ten = {ten_weights_back, MOST_POINTS, MOST_POINTS + 1 - TILE};
    const struct line five = {five_weights_back, POINTS, POINTS + 1 - SHORT_TILE};
    if (w->forward.tile[0] == SHORT_TILE)
        transform_piece(w, p, five, true, dw);
    else if (frequencies_of(&w->forward) == FREQUENCIES)
        transform_piece(w, p, six, true, dw);
    else if (frequencies_of(&w->forward) == POINTS)
        transform_piece(w, p, six, false, dw);
    else
        transform_piece(w, p, ten, false, dw);
}

/* --- passes ------------------------------------------------------------------------------ */

/* A strip, from pixels to pixels. */
static void run_strip(const struct sk_winograd_stride1 *w, const struct pass *p, struct tiles tiles, const float *x,
                      struct sk_ending_f32 ending, float *y, float *scratch)
{
    const size_t frequencies = frequencies_of(p);
    const struct values v = values_of(p->strip, p->from.blocks, scratch);
    const struct values m = values_of(p->strip, p->group, scratch + values_size(frequencies, p->strip, p->from.blocks));
    sk_winograd_stride1_input(p, tiles, x, v, 0);
    for (size_t b = 0; b < p->to.blocks; b += p->group) {
        const size_t blocks = least(p->group, p->to.blocks - b);
        for (size_t f = 0; f < frequencies; f++)
            w->kernels->multiply(tiles.count, blocks, p->from.blocks, values_at(v, f, 0, 0), u_of(p, f, b), values_at(m, f, 0, 0));
        const struct sk_ending_f32 now = {ending.add, ending.bias ? ending.bias + b * SK_BLOCK : NULL, ending.rectify};
        sk_winograd_stride1_output(p, tiles, m, least(blocks * SK_BLOCK, p->to.c - b * SK_BLOCK), now, y + b * SK_BLOCK);
    }
}

static void run_pass(const struct sk_winograd_stride1 *w, const struct pass *p, size_t batch, const float *x,
                     struct sk_ending_f32 ending, float *y, float *workspace)
{
    const size_t tiles = batch * tiles_of(p), size = scratch_size(p);
    const struct sk_runs steps = sk_runs_of((tiles + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS, p->strip / SK_BLOCK_ROWS, w->jobs);
#pragma omp parallel for num_threads(w->jobs) schedule(dynamic)
    for (size_t k = 0; k < steps.runs; k++) {
        const size_t first = sk_run_at(steps, k) * SK_BLOCK_ROWS, end = least(sk_run_at(steps, k + 1) * SK_BLOCK_ROWS, tiles);
        run_strip(w, p, (struct tiles){first, end - first}, x, ending, y,
                  aligned(workspace) + (size_t)omp_get_thread_num() * size);
    }
}

void sk_winograd_stride1_forward(const struct sk_winograd_stride1 *w, size_t batch, const float *x, struct sk_ending_f32 ending,
                                 float *y, float *workspace)
{
    run_pass(w, &w->forward, batch, x, ending, y, workspace);
}

void sk_winograd_stride1_backward_data(const struct sk_winograd_stride1 *w, size_t batch, const float *dy, float *dx,
                                       float *workspace)
{
    run_pass(w, &w->backward, batch, dy, (struct sk_ending_f32){.add = w->add_dx}, dx, workspace);
}

/* --- the weights' gradient ----------------------------------------------------------------- */

/* Some tiles of a micro-batch, whose V and dM lie in memory. */
struct part {
    struct tiles tiles;
    bool first, last; /* of its micro-batch */
    struct values v, m;
};

enum { SHARE = 16, ROWS = 128 };

/* Tiles SHARE at a time, by the threads of a parallel region. */
static void share_transforms(const struct sk_winograd_stride1 *w, const struct part *part, const float *x, const float *dy)
{
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < part->tiles.count; i += SHARE) {
        const struct tiles tiles = {part->tiles.first + i, least(SHARE, part->tiles.count - i)};
        sk_winograd_stride1_input(&w->forward, tiles, x, part->v, i);
        sk_winograd_stride1_gradient(&w->forward, tiles, dy, part->m, i);
    }
}

static struct piece piece_of(const struct sk_winograd_stride1 *w, size_t i, float *du)
{
    struct piece p = {.b = i / pieces_across(w) * w->piece, .o = i % pieces_across(w) * w->piece, .du = du};
    p.b_end = least(p.b + w->piece, w->forward.from.blocks);
    p.o_end = least(p.o + w->piece, w->forward.to.blocks);
    return p;
}

/* dU = V' dM of a piece, plus dU for a part that is not the first; as many rows at a time as stay in the nearest cache. */
static void multiply_piece(const struct sk_winograd_stride1 *w, const struct part *part, const struct piece *p)
{
    for (size_t f = 0; f < frequencies_of(&w->forward); f++)
        for (size_t row = 0; row < part->tiles.count; row += ROWS)
            w->kernels->multiply_transposed(p->b_end - p->b, p->o_end - p->o, least(ROWS, part->tiles.count - row),
                                            values_at(part->v, f, p->b, row), values_at(part->m, f, p->o, row),
                                            !part->first || row > 0, du_of(w, p, f));
}

/* Every piece of dU has a buffer of its own, or every thread; after the last part the micro-batch's dw is made of it. */
static void share_pieces(const struct sk_winograd_stride1 *w, const struct part *part, float *du, float *dw)
{
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < pieces(w); i++) {
        const size_t buffer = w->buffers < pieces(w) ? (size_t)omp_get_thread_num() : i;
        const struct piece piece = piece_of(w, i, du + buffer * piece_size(w));
        multiply_piece(w, part, &piece);
        if (part->last)
            piece_back(w, &piece, dw);
    }
}

/* dw of the tiles of a micro-batch. */
static void sum_tiles(const struct sk_winograd_stride1 *w, struct tiles tiles, const float *x, const float *dy, float *dw,
                      float *workspace)
{
    const size_t from = w->forward.from.blocks, to = w->forward.to.blocks, frequencies = frequencies_of(&w->forward);
#pragma omp parallel num_threads(w->jobs)
    for (size_t i = 0; i < tiles.count; i += w->part) {
        struct part part = {.tiles = {tiles.first + i, least(w->part, tiles.count - i)}, .first = i == 0};
        part.last = i + part.tiles.count == tiles.count;
        part.v = values_of(w->part, from, workspace);
        part.m = values_of(w->part, to, workspace + values_size(frequencies, w->part, from));
        share_transforms(w, &part, x, dy);
        share_pieces(w, &part, workspace + part_size(w), dw);
    }
}

void sk_winograd_stride1_backward_weights(const struct sk_winograd_stride1 *w, size_t batch, const float *x, const float *dy,
                                          float *dw, float *workspace)
{
    const size_t leaves = sk_micro_batches(batch), tiles = tiles_of(&w->forward);
    float *space = aligned(workspace);
    struct sk_tree_sum sum;
    sk_tree_start(&sum, leaves, 0, weights_of(w), dw, space + part_size(w) + w->buffers * piece_size(w));
    for (size_t k = 0; k < leaves; k++) {
        const struct tiles some = {k * SK_MICRO_BATCH * tiles, sk_micro_batch_images(k, batch) * tiles};
        sum_tiles(w, some, x, dy, sk_tree_node(&sum, sum.nodes), space);
        sk_tree_push(&sum, 1, w->jobs);
    }
}
