#include "tensor/im2col.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/micro_batch.h"
#include "base/product.h"
#include "base/simd.h"

/* Rows of a matrix that one product takes at least; rows of dw that a thread takes at a time, a multiple of every kernel's; LINE:
   floats of a cache line. */
enum { PRODUCT_ROWS = 256, GRADIENT_ROWS = 48, LINE = 16 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Output rows (of out_w positions) of one product. */
static size_t rows_a_block(const struct sk_conv2d_shape *s)
{
    return (PRODUCT_ROWS + s->out_w - 1) / s->out_w;
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

/* Floats of the packed weights, [depth][out_c] or its transpose. */
static size_t weights_size(const struct sk_conv2d_shape *s)
{
    const size_t columns = product()->columns, depth = depth_of(s);
    const size_t forward = sk_product(depth, sk_panel_columns(s->out_c, columns));
    const size_t backward = sk_product(s->out_c, sk_panel_columns(depth, columns));
    return whole_lines(forward > backward ? forward : backward);
}

/* Floats of the three that a thread has for the weight gradient: what some of its rows see at the positions of a block, the packed
   gradient beside it, and the sums of micro-batches. */
static size_t seen_size(const struct sk_conv2d_shape *s)
{
    return whole_lines(sk_product(rows_a_block(s) * s->out_w, least(GRADIENT_ROWS, depth_of(s))));
}

static size_t panels_size(const struct sk_conv2d_shape *s)
{
    return whole_lines(sk_product(rows_a_block(s) * s->out_w, sk_panel_columns(s->out_c, product()->columns)));
}

static size_t sums_size(const struct sk_conv2d_shape *s, size_t max_batch)
{
    const size_t sum = sk_product(least(GRADIENT_ROWS, depth_of(s)), s->out_c);
    return whole_lines(sk_product(sk_tree_levels(sk_micro_batches(max_batch)), sum));
}

/* Floats of a thread's windows. */
static size_t windows_size(const struct sk_conv2d_shape *s)
{
    return is_plain(s) ? 0 : whole_lines(sk_product(rows_a_block(s) * s->out_w, depth_of(s)));
}

size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, size_t max_batch, int jobs)
{
    const size_t gradient = sk_sum(sk_sum(seen_size(s), panels_size(s)), sums_size(s, max_batch));
    const size_t windows = sk_sum(weights_size(s), sk_product(windows_size(s), (size_t)jobs));
    const size_t gradients = sk_product(gradient, (size_t)jobs);
    return windows > gradients ? windows : gradients;
}

static float *windows_of_thread(const struct sk_conv2d_shape *s, float *workspace)
{
    return workspace + weights_size(s) + (size_t)omp_get_thread_num() * windows_size(s);
}

/* Packs a matrix [k][n], element (i, j) of which is b[i row_step + j column_step], into the beginning of the workspace. */
static struct sk_panels_f32 pack_weights(size_t k, size_t n, const float *b, size_t row_step, size_t column_step, int jobs,
                                         float *workspace)
{
    const struct sk_product_f32 *p = product();
#pragma omp parallel for num_threads(jobs) schedule(static)
    for (size_t j = 0; j < n; j += p->columns)
        p->pack(k, least(n - j, p->columns), b + j * column_step, row_step, column_step, workspace + j * k);
    return (struct sk_panels_f32){workspace, k};
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

/* Copies the window of output (i, j) of an image into cols [kernel_h][kernel_w][in_c]. */
static void gather_window(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t j, float *cols)
{
    const struct span across = clip_across(s, j), down = clip_down(s, i);
    const size_t line = s->kernel_w * s->in_c, row = s->in_w * s->in_c, c = s->in_c;
    const size_t before = across.skip * c, count = across.count * c;
    const float *source = image + down.first * row + across.first * c;
    for (size_t p = 0; p < s->kernel_h; p++, cols += line) {
        if (p < down.skip || p >= down.skip + down.count) {
            memset(cols, 0, line * sizeof *cols);
            continue;
        }
        memset(cols, 0, before * sizeof *cols);
        memcpy(cols + before, source, count * sizeof *cols);
        memset(cols + before + count, 0, (line - before - count) * sizeof *cols);
        source += row;
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

void sk_im2col_forward(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *w,
                       struct sk_ending_f32 ending, float *y, float *workspace)
{
    const size_t height = s->out_h, width = s->out_w, depth = depth_of(s), step = rows_a_block(s), rows = batch * height;
    const struct sk_panels_f32 packed = pack_weights(depth, s->out_c, w, s->out_c, 1, jobs, workspace);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t from = 0; from < rows; from += step) {
        const size_t to = least(from + step, rows);
        const float *windows = x + from * width * depth;
        if (!is_plain(s)) {
            float *cols = windows_of_thread(s, workspace);
            windows = cols;
            for (size_t row = from; row < to; row++)
                for (size_t j = 0; j < width; j++, cols += depth)
                    gather_window(s, x + row / height * image_of(s), row % height, j, cols);
        }
        product()->multiply((to - from) * width, s->out_c, depth, windows, depth, packed, ending, y + from * width * s->y_step,
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

/* Windows that are pixels do not overlap. */
static void plain_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy,
                                struct sk_panels_f32 packed, float *dx)
{
    const size_t pixels = batch * s->in_h * s->in_w;
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t from = 0; from < pixels; from += PRODUCT_ROWS)
        product()->multiply(least(PRODUCT_ROWS, pixels - from), s->in_c, s->out_c, dy + from * s->y_step, s->y_step, packed,
                            (struct sk_ending_f32){.add = s->add_dx}, dx + from * s->in_c, s->in_c);
}

void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace)
{
    const size_t step = rows_a_block(s);
    const size_t images = step > s->out_h ? step / s->out_h : 1; /* windows overlap: whole images a thread */
    const struct sk_panels_f32 packed = pack_weights(s->out_c, depth_of(s), w, 1, s->out_c, jobs, workspace);
    if (is_plain(s)) {
        plain_backward_data(s, jobs, batch, dy, packed, dx);
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

/* Some rows of dw [kernel_h kernel_w in_c][out_c]. */
struct gradient_rows {
    size_t first, count;
};

/* Copies what channels c .. c + channels - 1 of tap (p, q) see at output row i of an image into out_w columns of rows that are
   `step` floats apart. */
static void gather_tap(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t p, size_t q, size_t c,
                       size_t channels, float *rows, size_t step)
{
    const size_t row = s->stride * i + p; /* by pad_h more than the input's row */
    const bool outside = row < s->pad_h || row - s->pad_h >= s->in_h;
    for (size_t j = 0; j < s->out_w; j++) {
        const size_t column = s->stride * j + q; /* likewise */
        const bool zero = outside || column < s->pad_w || column - s->pad_w >= s->in_w;
        const float *pixel = zero ? NULL : image + ((row - s->pad_h) * s->in_w + column - s->pad_w) * s->in_c + c;
        for (size_t k = 0; k < channels; k++)
            rows[k * step + j] = zero ? 0 : pixel[k];
    }
}

/* The same of some rows of dw: what each sees. */
static void gather_rows(const struct sk_conv2d_shape *s, const float *image, size_t i, struct gradient_rows r, float *seen,
                        size_t step)
{
    for (size_t done = 0, channels; done < r.count; done += channels) {
        const size_t tap = (r.first + done) / s->in_c, c = (r.first + done) % s->in_c;
        channels = least(s->in_c - c, r.count - done);
        gather_tap(s, image, i, tap / s->kernel_w, tap % s->kernel_w, c, channels, seen + done * step, step);
    }
}

/* The sum over output rows from .. to - 1 of the batch for rows of dw, written to sum [rows][out_c]. */
static void sum_images(const struct sk_conv2d_shape *s, size_t from, size_t to, const float *x, const float *dy,
                       struct gradient_rows r, float *seen, float *sum)
{
    const size_t step = rows_a_block(s), most = step * s->out_w;
    float *panels = seen + seen_size(s);
    for (size_t begin = from; begin < to; begin += step) {
        const size_t end = least(begin + step, to), count = (end - begin) * s->out_w;
        for (size_t row = begin; row < end; row++)
            gather_rows(s, x + row / s->out_h * image_of(s), row % s->out_h, r, seen + (row - begin) * s->out_w, most);
        product()->pack(count, s->out_c, dy + begin * s->out_w * s->y_step, s->y_step, 1, panels);
        product()->multiply(r.count, s->out_c, count, seen, most, (struct sk_panels_f32){panels, count},
                            (struct sk_ending_f32){.add = begin > from}, sum, s->out_c);
    }
}

void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, size_t max_batch, int jobs, size_t batch, const float *x,
                                const float *dy, float *dw, float *workspace)
{
    const size_t depth = depth_of(s);
    const size_t before = seen_size(s) + panels_size(s), each = before + sums_size(s, max_batch);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t first = 0; first < depth; first += GRADIENT_ROWS) {
        const struct gradient_rows r = {first, least(GRADIENT_ROWS, depth - first)};
        float *seen = workspace + (size_t)omp_get_thread_num() * each;
        struct sk_tree_sum sum;
        sk_tree_start(&sum, sk_micro_batches(batch), 0, r.count * s->out_c, dw + first * s->out_c, seen + before);
        for (size_t n = 0; n < batch; n += SK_MICRO_BATCH) {
            sum_images(s, n * s->out_h, least(n + SK_MICRO_BATCH, batch) * s->out_h, x, dy, r, seen, sk_tree_node(&sum, sum.nodes));
            sk_tree_push(&sum, 1, 1);
        }
    }
}
