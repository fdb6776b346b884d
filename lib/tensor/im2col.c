#include "tensor/im2col.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/micro_batch.h"
#include "base/product.h"
#include "base/simd.h"
#include "tensor/blocked.h"
#include "tensor/runs.h"

/* Rows of a matrix that one product takes at most, where a row of outputs is no longer; rows of dw that a thread takes at a time, at
   least and at most, and of what they see, NEAR at a time; AHEAD: pixels of dy that are asked for before their turn; TILE_ROWS: a
   multiple of the rows of a product's micro-kernels; LINE: floats of a cache line. */
enum { PRODUCT_ROWS = 240, TILE_ROWS = 12, LEAST_ROWS = 2 * SK_BLOCK_ROWS, MOST_ROWS = 48 * SK_BLOCK_ROWS, NEAR = 120, AHEAD = 8,
       LINE = 16 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Output rows (of out_w positions) of one product. */
static size_t rows_a_block(const struct sk_conv2d_shape *s)
{
    return s->out_w < PRODUCT_ROWS ? PRODUCT_ROWS / s->out_w : 1;
}

static const struct sk_product_f32 *product(void)
{
    return sk_product_f32(sk_simd_level());
}

static size_t whole_lines(size_t floats)
{
    return floats > SIZE_MAX - LINE ? SIZE_MAX : (floats + LINE - 1) / LINE * LINE;
}

static size_t depth_of(const struct sk_conv2d_shape *s)
{
    return s->kernel_h * s->kernel_w * s->in_c;
}

static size_t image_of(const struct sk_conv2d_shape *s)
{
    return s->in_h * s->in_w * s->in_c;
}

/* Every window is a pixel, and every pixel one. */
static bool is_plain(const struct sk_conv2d_shape *s)
{
    return s->kernel_h == 1 && s->kernel_w == 1 && s->stride == 1 && s->out_h == s->in_h && s->out_w == s->in_w;
}

size_t sk_im2col_packed(const struct sk_conv2d_shape *s)
{
    return whole_lines(sk_product(depth_of(s), sk_panel_columns(s->out_c, product()->columns)));
}

/* Floats of the workspace's packed weights, [depth][out_c] or its transpose. */
static size_t weights_size(const struct sk_conv2d_shape *s)
{
    if (s->infer_only)
        return 0;
    const size_t backward = whole_lines(sk_product(s->out_c, sk_panel_columns(depth_of(s), product()->columns)));
    return sk_im2col_packed(s) > backward ? sk_im2col_packed(s) : backward;
}

/* Rows of dw that a thread takes at a time. */
static size_t gradient_rows(const struct sk_conv2d_shape *s, int jobs)
{
    const size_t share = depth_of(s) / (size_t)jobs / SK_BLOCK_ROWS * SK_BLOCK_ROWS;
    return share < LEAST_ROWS ? LEAST_ROWS : least(share, MOST_ROWS);
}

static size_t blocks_of(size_t channels)
{
    return channels / SK_BLOCK + (channels % SK_BLOCK > 0);
}

/* Floats of what a thread has for the weight gradient: what its rows see at the positions of a block; dy there, blocked; the sums
   over the positions of a micro-batch, blocked; and the micro-batches' sums. */
static size_t seen_size(const struct sk_conv2d_shape *s, int jobs)
{
    return whole_lines(sk_product(rows_a_block(s) * s->out_w, gradient_rows(s, jobs)));
}

static size_t dy_size(const struct sk_conv2d_shape *s)
{
    return sk_product(rows_a_block(s) * s->out_w, blocks_of(s->out_c) * SK_BLOCK);
}

static size_t sum_size(const struct sk_conv2d_shape *s, int jobs)
{
    return sk_product(gradient_rows(s, jobs), blocks_of(s->out_c) * SK_BLOCK);
}

static size_t gradient_size(const struct sk_conv2d_shape *s, size_t max_batch, int jobs)
{
    const size_t nodes = whole_lines(sk_product(sk_tree_levels(sk_micro_batches(max_batch)), sum_size(s, jobs)));
    return sk_sum(sk_sum(seen_size(s, jobs), dy_size(s)), sk_sum(sum_size(s, jobs), nodes));
}

/* Floats of a thread's windows. */
static size_t windows_size(const struct sk_conv2d_shape *s)
{
    return is_plain(s) ? 0 : whole_lines(sk_product(rows_a_block(s) * s->out_w, depth_of(s)));
}

size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, size_t max_batch, int jobs)
{
    const size_t windows = sk_sum(weights_size(s), sk_product(windows_size(s), (size_t)jobs));
    if (s->infer_only)
        return windows;
    const size_t gradients = sk_sum(sk_product(gradient_size(s, max_batch, jobs), (size_t)jobs), LINE); /* to align it */
    return windows > gradients ? windows : gradients;
}

static float *windows_of_thread(const struct sk_conv2d_shape *s, float *workspace)
{
    return workspace + weights_size(s) + (size_t)omp_get_thread_num() * windows_size(s);
}

/* Packs a matrix [k][n], element (i, j) of which is b[i row_step + j column_step]. */
static struct sk_panels_f32 pack_weights(size_t k, size_t n, const float *b, size_t row_step, size_t column_step, int jobs,
                                         float *packed)
{
    const struct sk_product_f32 *p = product();
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t j = 0; j < n; j += p->columns)
        p->pack(k, least(n - j, p->columns), b + j * column_step, row_step, column_step, packed + j * k);
    return (struct sk_panels_f32){packed, k};
}

void sk_im2col_pack(const struct sk_conv2d_shape *s, int jobs, const float *w, float *packed)
{
    (void)pack_weights(depth_of(s), s->out_c, w, s->out_c, 1, jobs, packed);
}

/* The part of a window's row that lies inside the image: from column `first` on, taps skip .. skip + count - 1. */
struct span {
    size_t first, skip, count;
};

static struct span clip(size_t begin, size_t pad, size_t taps, size_t size)
{
    const size_t skip = begin < pad ? pad - begin : 0, first = begin + skip - pad;
    return (struct span){first, skip, least(taps - skip, size - first)};
}

static struct span clip_down(const struct sk_conv2d_shape *s, size_t i)
{
    return clip(s->stride * i, s->pad_h, s->kernel_h, s->in_h);
}

static struct span clip_across(const struct sk_conv2d_shape *s, size_t j)
{
    return clip(s->stride * j, s->pad_w, s->kernel_w, s->in_w);
}

/* Some rows of dw [kernel_h kernel_w in_c][out_c], and so some values of each window. */
struct some {
    size_t first, count;
};

/* Copies values `some` of the window [kernel_h][kernel_w][in_c] of output (i, j) of an image. */
static void gather_window(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t j, struct some some, float *to)
{
    const struct span across = clip_across(s, j), down = clip_down(s, i);
    const size_t line = s->kernel_w * s->in_c, begin = across.skip * s->in_c, end = begin + across.count * s->in_c;
    const float *corner = image + (down.first * s->in_w + across.first) * s->in_c;
    for (size_t p = some.first / line, from = some.first % line, left = some.count, count; left > 0; p++, from = 0) {
        count = least(line - from, left);
        const bool outside = p < down.skip || p >= down.skip + down.count;
        const size_t zeros = outside ? count : least(begin > from ? begin - from : 0, count);
        const size_t inside = !outside && end > from + zeros ? least(end - from, count) - zeros : 0;
        memset(to, 0, zeros * sizeof *to);
        if (inside > 0)
            memcpy(to + zeros, corner + (p - down.skip) * s->in_w * s->in_c + from + zeros - begin, inside * sizeof *to);
        memset(to + zeros + inside, 0, (count - zeros - inside) * sizeof *to);
        to += count;
        left -= count;
    }
}

/* Adds cols [kernel_h][kernel_w][in_c] to the window of output (i, j): the transpose of gather_window. */
static void scatter_window(const struct sk_conv2d_shape *s, const float *cols, size_t i, size_t j, float *image)
{
    const struct span across = clip_across(s, j), down = clip_down(s, i);
    const size_t c = s->in_c, count = across.count * c;
    for (size_t p = 0; p < down.count; p++) {
        float *target = image + ((down.first + p) * s->in_w + across.first) * c;
        const float *source = cols + ((down.skip + p) * s->kernel_w + across.skip) * c;
        for (size_t k = 0; k < count; k++)
            target[k] += source[k];
    }
}

/* y = x b plus its ending, where windows are pixels: of in_c and out_c channels, rows of x and y so many floats apart. */
static void plain_product(size_t pixels, int jobs, size_t in_c, size_t out_c, const float *x, size_t x_step,
                          struct sk_panels_f32 b, struct sk_ending_f32 ending, float *y, size_t y_step)
{
    const struct sk_runs tiles = sk_runs_of((pixels + TILE_ROWS - 1) / TILE_ROWS, PRODUCT_ROWS / TILE_ROWS, jobs);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t k = 0; k < tiles.runs; k++) {
        const size_t from = sk_run_at(tiles, k) * TILE_ROWS, to = least(sk_run_at(tiles, k + 1) * TILE_ROWS, pixels);
        product()->multiply(to - from, out_c, in_c, x + from * x_step, x_step, b, ending, y + from * y_step, y_step);
    }
}

void sk_im2col_forward(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *packed,
                       struct sk_ending_f32 ending, float *y, float *workspace)
{
    const size_t height = s->out_h, width = s->out_w, depth = depth_of(s);
    const struct sk_panels_f32 weights = {packed, depth};
    if (is_plain(s)) {
        plain_product(batch * height * width, jobs, depth, s->out_c, x, depth, weights, ending, y, s->y_step);
        return;
    }
    const struct sk_runs rows = sk_runs_of(batch * height, rows_a_block(s), jobs);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t k = 0; k < rows.runs; k++) {
        const size_t from = sk_run_at(rows, k), to = sk_run_at(rows, k + 1);
        float *windows = windows_of_thread(s, workspace), *cols = windows;
        for (size_t row = from; row < to; row++)
            for (size_t j = 0; j < width; j++, cols += depth)
                gather_window(s, x + row / height * image_of(s), row % height, j, (struct some){0, depth}, cols);
        product()->multiply((to - from) * width, s->out_c, depth, windows, depth, weights, ending, y + from * width * s->y_step,
                            s->y_step);
    }
}

/* dx of output rows from .. to - 1, which belong to whole images, of the batch; their windows are added to it. */
static void scatter_rows(const struct sk_conv2d_shape *s, size_t from, size_t to, const float *dy, struct sk_panels_f32 packed,
                         float *cols, float *dx)
{
    const size_t depth = depth_of(s);
    product()->multiply((to - from) * s->out_w, depth, s->out_c, dy + from * s->out_w * s->y_step, s->y_step, packed,
                        (struct sk_ending_f32){0}, cols, depth);
    for (size_t row = from; row < to; row++)
        for (size_t j = 0; j < s->out_w; j++, cols += depth)
            scatter_window(s, cols, row % s->out_h, j, dx + row / s->out_h * image_of(s));
}

void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace)
{
    const size_t step = rows_a_block(s);
    const size_t images = step > s->out_h ? step / s->out_h : 1; /* windows overlap: whole images a thread */
    const struct sk_panels_f32 packed = pack_weights(s->out_c, depth_of(s), w, 1, s->out_c, jobs, workspace);
    if (is_plain(s)) { /* windows that do not overlap */
        plain_product(batch * s->in_h * s->in_w, jobs, s->out_c, s->in_c, dy, s->y_step, packed,
                      (struct sk_ending_f32){.add = s->add_dx}, dx, s->in_c);
        return;
    }
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t n = 0; n < batch; n += images) {
        const size_t end = least(n + images, batch);
        if (!s->add_dx)
            memset(dx + n * image_of(s), 0, (end - n) * image_of(s) * sizeof *dx);
        for (size_t from = n * s->out_h; from < end * s->out_h; from += step)
            scatter_rows(s, from, least(from + step, end * s->out_h), dy, packed, windows_of_thread(s, workspace), dx);
    }
}

/* --- the weights' gradient ------------------------------------------------------------ */

/* What a thread sums, and where. */
struct gradient {
    struct some rows;
    float *seen, *dy;
    struct sk_blocked sum;
};

static struct gradient gradient_of(const struct sk_conv2d_shape *s, size_t first, int jobs, float *memory)
{
    const size_t rows = gradient_rows(s, jobs);
    struct gradient g = {.rows = {first, least(rows, depth_of(s) - first)}, .seen = memory};
    g.dy = g.seen + seen_size(s, jobs);
    g.sum = (struct sk_blocked){g.dy + dy_size(s), rows};
    return g;
}

/* [count] pixels of dy to blocks of `count` rows, with zeros behind the last channel. */
static struct sk_blocked block_dy(const struct sk_conv2d_shape *s, size_t count, const float *dy, float *to)
{
    const struct sk_blocked blocked = {to, count};
    const size_t whole = s->out_c / SK_BLOCK, rest = s->out_c % SK_BLOCK;
    for (size_t i = 0; i < count; i++, dy += s->y_step, to += SK_BLOCK) {
        for (size_t o = 0; o < whole; o++) {
            __builtin_prefetch(dy + AHEAD * s->y_step + o * SK_BLOCK, 0, 3);
            memcpy(to + o * count * SK_BLOCK, dy + o * SK_BLOCK, SK_BLOCK * sizeof *to);
        }
        if (rest > 0) {
            memset(to + whole * count * SK_BLOCK, 0, SK_BLOCK * sizeof *to);
            memcpy(to + whole * count * SK_BLOCK, dy + whole * SK_BLOCK, rest * sizeof *to);
        }
    }
    return blocked;
}

/* The product over `count` positions is added to the sum, NEAR at a time, which the nearest cache holds. */
static void add_product(const struct sk_conv2d_shape *s, const struct gradient *g, size_t count, const float *seen, size_t step,
                        struct sk_blocked dy)
{
    const struct sk_blocked_kernels *kernels = sk_blocked_kernels(sk_simd_level());
    const size_t steps = (g->rows.count + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS;
    for (size_t i = 0; i < count; i += NEAR)
        kernels->multiply_windows_transposed(steps, blocks_of(s->out_c), least(NEAR, count - i), seen + i * step, step,
                                             (struct sk_blocked){dy.at + i * SK_BLOCK, dy.pitch}, g->sum);
}

/* The sum over output rows from .. to - 1 of the batch. Pixels that are windows are multiplied where they lie. */
static void sum_images(const struct sk_conv2d_shape *s, size_t from, size_t to, const float *x, const float *dy,
                       const struct gradient *g)
{
    const bool in_place = is_plain(s) && g->rows.count % SK_BLOCK_ROWS == 0;
    memset(g->sum.at, 0, blocks_of(s->out_c) * g->sum.pitch * SK_BLOCK * sizeof *g->sum.at);
    for (size_t begin = from, end; begin < to; begin = end) {
        end = least(begin + rows_a_block(s), to);
        const size_t first = begin * s->out_w, count = (end - begin) * s->out_w, step = in_place ? s->in_c : g->sum.pitch;
        float *next = g->seen;
        for (size_t row = begin; row < end && !in_place; row++)
            for (size_t j = 0; j < s->out_w; j++, next += step)
                gather_window(s, x + row / s->out_h * image_of(s), row % s->out_h, j, g->rows, next);
        const float *seen = in_place ? x + first * s->in_c + g->rows.first : g->seen;
        const struct sk_blocked blocked = block_dy(s, count, dy + first * s->y_step, g->dy);
        add_product(s, g, count, seen, step, blocked);
    }
}

/* The sum as rows [rows][out_c]. */
static void write_sum(const struct sk_conv2d_shape *s, const struct gradient *g, float *to)
{
    const size_t whole = s->out_c / SK_BLOCK, rest = s->out_c % SK_BLOCK;
    for (size_t i = 0; i < g->rows.count; i++, to += s->out_c) {
        const float *from = g->sum.at + i * SK_BLOCK;
        for (size_t o = 0; o < whole; o++)
            memcpy(to + o * SK_BLOCK, from + o * g->sum.pitch * SK_BLOCK, SK_BLOCK * sizeof *to);
        memcpy(to + whole * SK_BLOCK, from + whole * g->sum.pitch * SK_BLOCK, rest * sizeof *to);
    }
}

static float *aligned(float *workspace)
{
    return workspace + (64 - (uintptr_t)workspace % 64) % 64 / sizeof(float);
}

void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, size_t max_batch, int jobs, size_t batch, const float *x,
                                const float *dy, float *dw, float *workspace)
{
    const size_t size = gradient_size(s, max_batch, jobs), rows = gradient_rows(s, jobs);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t first = 0; first < depth_of(s); first += rows) {
        const struct gradient g = gradient_of(s, first, jobs, aligned(workspace) + (size_t)omp_get_thread_num() * size);
        struct sk_tree_sum tree;
        sk_tree_start(&tree, sk_micro_batches(batch), 0, g.rows.count * s->out_c, dw + first * s->out_c,
                      g.sum.at + sum_size(s, jobs));
        for (size_t n = 0; n < batch; n += SK_MICRO_BATCH) {
            sum_images(s, n * s->out_h, least(n + SK_MICRO_BATCH, batch) * s->out_h, x, dy, &g);
            write_sum(s, &g, sk_tree_node(&tree, tree.nodes));
            sk_tree_push(&tree, 1, 1);
        }
    }
}
