/* Stride-2 convolution by polyphase Winograd.

   Phases. A row of the output takes input rows 2i - 1 + p. Those of even p = 2s are 2 (i + s) - 1, those of odd p = 2s + 1
   are 2 (i + s): two phases of the input, each convolved at stride 1 with the kernel's taps of its own: 2 and 2 for
   kernel 4, 3 and 2 for kernel 5. In two dimensions there are four phases, whose results add up.

   Winograd. m = 4 outputs of r taps need n = m + r - 1 points instead of m r multiplications (S. Winograd, Arithmetic
   Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016). The
   product of a polynomial of m and one of r coefficients has n of them, and follows from its values at n points, one
   of which may be infinity (the leading coefficient). Convolution is the transpose of that product:

     y = A' ((G w) (.) (B' d))          d: n inputs, w: r taps, y: m outputs, (.): element by element

   With the finite points a, M(x) the product of (x - a) over them, and M' its derivative:
     row a of G   is (1, a, .., a^(r-1)) / M'(a),  row infinity (0, .., 0, 1)
     column a of A' is (1, a, .., a^(m-1)),        column infinity (0, .., 0, 1)
     row a of B'  holds the coefficients of M(x) / (x - a),  row infinity those of M(x)     (lowest first)
   The points are 0, 1, -1, 2, infinity, and -2 as the sixth where r is 3. A' of the five points is the beginning of A' of
   the six: so phases of 2 and of 3 taps add up before A' is applied.

   Two dimensions. For tile t of 4x4 outputs, phase and channel c: V = B' d B; weights U = G w G'; at every frequency f (a
   pair of points) M[f][t][o] = sum over phases and c of V[f][t][phase c] U[f][phase c][o], a GEMM; y = A' M A. Kernel 4 has 25
   frequencies, instead of 64 multiplications a tile and pair of phases; kernel 5 has 25 frequencies with four phases, 10
   with two (those that use the sixth point in one dimension) and 1 with one: 121 instead of 400.

   Gradients are the transposed maps: dM = A dy A', dV[f] = dM[f] U[f]', dx = B dV B' added over the overlapping tiles,
   dU[f] = V[f]' dM[f] summed over a micro-batch's tiles, dw = G' dU G summed over those.

   All of U, V and M lie in blocks of 16 channels (blocked.h), channels padded by zeros: the transforms work on one such
   block, and the products find it as they want it.

   The plan is in winograd_plan.c, the two-sided transforms in winograd_transform.h, those of images, tile by tile, in
   winograd_images.c, those of weights in winograd_weights.c; here are the products, and the passes. */
#include "tensor/winograd.h"

#include <omp.h>
#include <stdint.h>

#include "base/micro_batch.h"
#include "tensor/winograd_images.h"
#include "tensor/winograd_plan.h"
#include "tensor/winograd_weights.h"

/* --- products ------------------------------------------------------------- */

/* What one thread multiplies at a time: rows and blocks of columns of one frequency. */
enum { ROWS = 128, BLOCKS = 16 };

static struct sk_blocked from_row(struct sk_blocked m, size_t row)
{
    return (struct sk_blocked){m.at + row * SK_BLOCK, m.pitch};
}

static struct sk_blocked from_block(struct sk_blocked m, size_t block)
{
    return (struct sk_blocked){m.at + block * m.pitch * SK_BLOCK, m.pitch};
}

/* M[f] = V[f] U[f], from a row and a block of columns on. */
static void multiply_forward(const struct sk_winograd *w, const struct part *part, size_t f, size_t row, size_t block)
{
    w->kernels->multiply(least(ROWS, part->tiles - row), least(BLOCKS, w->out_blocks - block), w->slots[f] * w->in_blocks,
                         from_row(v_of(w, part, f), row), from_block(u_of(w, f), block),
                         from_row(from_block(m_of(w, part, f), block), row));
}

/* dV[f] = dM[f] U[f]' */
static void multiply_data(const struct sk_winograd *w, const struct part *part, size_t f, size_t row, size_t block)
{
    const size_t blocks = w->slots[f] * w->in_blocks;
    if (block < blocks)
        w->kernels->multiply(least(ROWS, part->tiles - row), least(BLOCKS, blocks - block), w->out_blocks,
                             from_row(m_of(w, part, f), row), from_block(u_transposed_of(w, f), block),
                             from_row(from_block(v_of(w, part, f), block), row));
}

/* What a cell multiplies at one frequency. */
struct factors {
    struct sk_blocked v, m;
};

static struct factors factors_of(const struct sk_winograd *w, const struct part *part, const struct piece *c, size_t f)
{
    return (struct factors){from_block(v_of(w, part, f), w->slot[c->h][f] * w->in_blocks + c->b),
                            from_block(m_of(w, part, f), c->o)};
}

/* Asks for rows that are multiplied next, which come from afar. */
static void prefetch_rows(struct sk_blocked m, size_t blocks, size_t from, size_t to)
{
    for (size_t j = 0; j < blocks; j++)
        for (size_t i = from; i < to; i++)
            __builtin_prefetch(m.at + (j * m.pitch + i) * SK_BLOCK, 0, 2);
}

/* dU = V' dM of a cell over some of the part's images, plus dU where `add`; as many rows at a time as stay in the nearest cache.
   A micro-batch of few tiles has so few rows at a frequency that the first touch of them would be half of the work. */
static void multiply_cell(const struct sk_winograd *w, const struct part *part, const struct piece *c, struct images images,
                          bool add, float *du)
{
    const size_t from = images.from * w->tiles, to = images.to * w->tiles;
    const size_t down = w->axis[c->h / 2].points, across = w->axis[c->h % 2].points;
    for (size_t i = 0; i < down * across; i++) {
        const size_t f = i / across * w->points + i % across, next = (i + 1) / across * w->points + (i + 1) % across;
        const struct factors now = factors_of(w, part, c, f);
        if (i + 1 < down * across && to - from <= ROWS) {
            const struct factors then = factors_of(w, part, c, next);
            prefetch_rows(then.v, c->b_end - c->b, from, to);
            prefetch_rows(then.m, c->o_end - c->o, from, to);
        }
        for (size_t row = from; row < to; row += ROWS)
            w->kernels->multiply_transposed(c->b_end - c->b, c->o_end - c->o, least(ROWS, to - row), from_row(now.v, row),
                                            from_row(now.m, row), add || row > from, du_of(w, f, du));
    }
}

/* Adds to a piece's sum what the part has of each micro-batch: a leaf when that is complete. */
static void sum_piece(const struct sk_winograd *w, const struct part *part, size_t batch, const struct piece *piece, float *du,
                      struct sk_tree_sum *sum)
{
    for (size_t n = 0, end; n < part->images; n = end) {
        const size_t begun = (part->first + n) % SK_MICRO_BATCH;
        end = least(n + SK_MICRO_BATCH - begun, part->images);
        const bool complete = (part->first + end) % SK_MICRO_BATCH == 0 || part->first + end == batch;
        for (size_t i = 0; i < cells(w); i++) {
            const struct piece cell = sk_winograd_cell(w, piece, i);
            if (cell.b >= cell.b_end || cell.o >= cell.o_end)
                continue;
            multiply_cell(w, part, &cell, (struct images){n, end}, begun > 0, du);
            if (complete)
                sk_winograd_cell_back(w, piece, &cell, du, sk_tree_node(sum, sum->nodes));
        }
        if (complete)
            sk_tree_push(sum, 1, 1);
    }
}

/* --- passes -------------------------------------------------------------- */

/* The functions that follow share out one stage of a part's work among the threads of a parallel region. */

static void share_input(const struct sk_winograd *w, const struct part *part, const float *x)
{
    const size_t step = sk_winograd_images_a_time(w);
    x += part->first * w->shape.in_h * w->shape.in_w * w->shape.in_c;
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        sk_winograd_input_images(w, part, (struct images){n, least(n + step, part->images)}, x);
}

static void share_output_back(const struct sk_winograd *w, const struct part *part, const float *dy)
{
    const size_t step = sk_winograd_images_a_time(w);
    dy += part->first * w->shape.out_h * w->shape.out_w * w->shape.y_step;
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        sk_winograd_output_images_back(w, part, (struct images){n, least(n + step, part->images)}, dy);
}

/* From V on. */
static void share_forward(const struct sk_winograd *w, const struct part *part, struct sk_ending_f32 ending, float *y)
{
    const size_t step = sk_winograd_images_a_time(w);
    y += part->first * w->shape.out_h * w->shape.out_w * w->shape.y_step;
#pragma omp for collapse(3) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t block = 0; block < w->out_blocks; block += BLOCKS)
            for (size_t row = 0; row < part->tiles; row += ROWS)
                multiply_forward(w, part, f, row, block);
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        sk_winograd_output_images(w, part, (struct images){n, least(n + step, part->images)}, ending, y);
}

/* From dM on; V is overwritten. */
static void share_data_gradient(const struct sk_winograd *w, const struct part *part, float *dx)
{
    const size_t step = sk_winograd_images_a_time(w);
    dx += part->first * w->shape.in_h * w->shape.in_w * w->shape.in_c;
#pragma omp for collapse(3) schedule(dynamic)
    for (size_t f = 0; f < w->frequencies; f++)
        for (size_t block = 0; block < PHASES * w->in_blocks; block += BLOCKS)
            for (size_t row = 0; row < part->tiles; row += ROWS)
                multiply_data(w, part, f, row, block);
#pragma omp for schedule(dynamic)
    for (size_t n = 0; n < part->images; n += step)
        sk_winograd_input_images_back(w, part, (struct images){n, least(n + step, part->images)}, dx);
}

/* From V and dM on. Every piece has buffers of its own, or every thread; after the last part dw is made of its sum. */
static void share_weight_gradient(const struct sk_winograd *w, const struct part *part, size_t batch, float *buffers, float *dw)
{
    float *sums = buffers + w->du_buffers * cell_size(w);
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < pieces(w); i++) {
        const size_t thread = (size_t)omp_get_thread_num();
        const struct piece piece = sk_winograd_piece(w, i);
        float *du = buffers + (w->du_buffers < pieces(w) ? thread : i) * cell_size(w);
        float *result = sums + (w->sum_buffers < pieces(w) ? thread : i) * sum_size(w);
        struct sk_tree_sum sum;
        sk_tree_start(&sum, sk_micro_batches(batch), 0, leaf_size(w, &piece), result, result + leaf_size(w, &piece));
        sk_tree_resume(&sum, part->first / SK_MICRO_BATCH);
        sum_piece(w, part, batch, &piece, du, &sum);
        if (part->first + part->images == batch)
            sk_winograd_write_piece(w, &piece, result, dw);
    }
}

static void forward_part(const struct sk_winograd *w, const struct part *part, int threads, const float *x,
                         struct sk_ending_f32 ending, float *y)
{
#pragma omp parallel num_threads(threads)
    {
        share_input(w, part, x);
        share_forward(w, part, ending, y);
    }
}

static void backward_data_part(const struct sk_winograd *w, const struct part *part, int threads, const float *dy, float *dx)
{
#pragma omp parallel num_threads(threads)
    {
        share_output_back(w, part, dy);
        share_data_gradient(w, part, dx);
    }
}

static float *aligned(float *workspace)
{
    return workspace + (64 - (uintptr_t)workspace % 64) % 64 / sizeof(float);
}

/* The forward pass of x to y or, where x is NULL, the data gradient of dy to dx. */
static void run_lanes(const struct sk_winograd *w, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                      const float *dy, float *dx, float *workspace)
{
    const size_t images = w->small_part, size = sk_winograd_part_size(w, images);
    const int outer = (int)sk_winograd_lanes(w, batch), inner = w->jobs / outer;
#pragma omp parallel for num_threads(outer) schedule(dynamic)
    for (size_t first = 0; first < batch; first += images) {
        const struct part part = sk_winograd_part(w, first, least(images, batch - first),
                                           aligned(workspace) + (size_t)omp_get_thread_num() * size);
        if (x)
            forward_part(w, &part, inner, x, ending, y);
        else
            backward_data_part(w, &part, inner, dy, dx);
    }
}

/* The weight gradient, and the data gradient where dx is not NULL. */
static void backward_weights(const struct sk_winograd *w, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                             float *workspace)
{
    const size_t images = w->large_part;
    float *buffers = aligned(workspace) + sk_winograd_part_size(w, images);
#pragma omp parallel num_threads(w->jobs)
    for (size_t first = 0; first < batch; first += images) {
        const struct part part = sk_winograd_part(w, first, least(images, batch - first), aligned(workspace));
        share_output_back(w, &part, dy);
        share_input(w, &part, x);
        share_weight_gradient(w, &part, batch, buffers, dw);
        if (dx)
            share_data_gradient(w, &part, dx);
    }
}

void sk_winograd_forward(const struct sk_winograd *w, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                         float *workspace)
{
    run_lanes(w, batch, x, ending, y, NULL, NULL, workspace);
}

void sk_winograd_backward(const struct sk_winograd *w, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                          float *workspace)
{
    if (dw)
        backward_weights(w, batch, x, dy, dx, dw, workspace);
    else if (dx)
        run_lanes(w, batch, NULL, (struct sk_ending_f32){0}, NULL, dy, dx, workspace);
}
