#include "tensor/im2col.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"

/* Rows of a matrix that one product takes at least, LINE: floats of a cache line. */
enum { PRODUCT_ROWS = 256, LINE = 16 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Output rows (of out_w positions) of one product. */
static size_t rows_a_block(const struct sk_conv2d_shape *s)
{
    size_t width = s->in_w / 2;
    return (PRODUCT_ROWS + width - 1) / width;
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
    return s->kernel * s->kernel * s->in_c;
}

/* Floats of the packed weights, [depth][out_c] or its transpose. */
static size_t weights_size(const struct sk_conv2d_shape *s)
{
    const size_t columns = product()->columns, depth = depth_of(s);
    const size_t forward = sk_product(depth, sk_panel_columns(s->out_c, columns));
    const size_t backward = sk_product(s->out_c, sk_panel_columns(depth, columns));
    return whole_lines(forward > backward ? forward : backward);
}

/* Floats of a thread: windows, or what one tap sees and the packed gradient beside it. */
static size_t block_size(const struct sk_conv2d_shape *s)
{
    const size_t rows = sk_product(rows_a_block(s), s->in_w / 2);
    const size_t windows = sk_product(rows, depth_of(s));
    const size_t gradient = sk_product(rows, sk_panel_columns(s->out_c, product()->columns));
    const size_t tap = sk_sum(whole_lines(sk_product(rows, s->in_c)), gradient);
    return whole_lines(windows > tap ? windows : tap);
}

size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, int jobs)
{
    return sk_sum(weights_size(s), sk_product(block_size(s), (size_t)jobs));
}

static float *block_of_thread(const struct sk_conv2d_shape *s, float *workspace)
{
    return workspace + weights_size(s) + (size_t)omp_get_thread_num() * block_size(s);
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

static struct span clip(size_t j, size_t taps, size_t width)
{
    size_t skip = j == 0 ? 1 : 0;
    size_t first = 2 * j + skip - 1;
    size_t count = least(taps - skip, width - first);
    return (struct span){first, skip, count};
}

/* Copies the window of output (i, j) of an image into cols [kernel][kernel][in_c]. */
static void gather_window(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t j, float *cols)
{
    const struct span across = clip(j, s->kernel, s->in_w), down = clip(i, s->kernel, s->in_h);
    const size_t line = s->kernel * s->in_c, c = s->in_c;
    for (size_t p = 0; p < s->kernel; p++, cols += line) {
        if (p < down.skip || p >= down.skip + down.count) {
            memset(cols, 0, line * sizeof *cols);
            continue;
        }
        const float *source = image + ((2 * i + p - 1) * s->in_w + across.first) * c;
        const size_t after = (across.skip + across.count) * c;
        memset(cols, 0, across.skip * c * sizeof *cols);
        memcpy(cols + across.skip * c, source, across.count * c * sizeof *cols);
        memset(cols + after, 0, (line - after) * sizeof *cols);
    }
}

/* Adds cols [kernel][kernel][in_c] to the window of output (i, j): the transpose of gather_window. */
static void scatter_window(const struct sk_conv2d_shape *s, const float *cols, size_t i, size_t j, float *image)
{
    const struct span across = clip(j, s->kernel, s->in_w), down = clip(i, s->kernel, s->in_h);
    const size_t c = s->in_c;
    for (size_t p = down.skip; p < down.skip + down.count; p++) {
        float *target = image + ((2 * i + p - 1) * s->in_w + across.first) * c;
        const float *source = cols + (p * s->kernel + across.skip) * c;
        for (size_t k = 0; k < across.count * c; k++)
            target[k] += source[k];
    }
}

void sk_im2col_forward(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *w, float *y,
                       float *workspace)
{
    const size_t height = s->in_h / 2, width = s->in_w / 2;
    const size_t depth = depth_of(s), step = rows_a_block(s);
    const size_t rows = batch * height, image_size = s->in_h * s->in_w * s->in_c;
    const struct sk_panels_f32 packed = pack_weights(depth, s->out_c, w, s->out_c, 1, jobs, workspace);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t from = 0; from < rows; from += step) {
        const size_t to = least(from + step, rows);
        float *cols = block_of_thread(s, workspace), *next = cols;
        for (size_t row = from; row < to; row++)
            for (size_t j = 0; j < width; j++, next += depth)
                gather_window(s, x + row / height * image_size, row % height, j, next);
        product()->multiply((to - from) * width, s->out_c, depth, cols, depth, packed, (struct sk_ending_f32){0},
                            y + from * width * s->out_c, s->out_c);
    }
}

void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace)
{
    const size_t height = s->in_h / 2, width = s->in_w / 2;
    const size_t depth = depth_of(s), step = rows_a_block(s);
    const size_t image_size = s->in_h * s->in_w * s->in_c;
    const size_t images = step > height ? step / height : 1; /* windows overlap: whole images a thread */
    const struct sk_panels_f32 packed = pack_weights(s->out_c, depth, w, 1, s->out_c, jobs, workspace);
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t n = 0; n < batch; n += images) {
        const size_t end = least(n + images, batch);
        float *cols = block_of_thread(s, workspace);
        memset(dx + n * image_size, 0, (end - n) * image_size * sizeof *dx);
        for (size_t from = n * height; from < end * height; from += step) {
            const size_t to = least(from + step, end * height);
            const float *next = cols;
            product()->multiply((to - from) * width, depth, s->out_c, dy + from * width * s->out_c, s->out_c, packed,
                                (struct sk_ending_f32){0}, cols, depth);
            for (size_t row = from; row < to; row++)
                for (size_t j = 0; j < width; j++, next += depth)
                    scatter_window(s, next, row % height, j, dx + row / height * image_size);
        }
    }
}

/* Copies what tap (p, q) sees at output row i of an image into out_w columns of rows [in_c], `step` floats apart. */
static void gather_tap(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t p, size_t q, float *rows,
                       size_t step)
{
    const size_t width = s->in_w / 2, row = 2 * i + p; /* one more than the input's row */
    for (size_t j = 0; j < width; j++) {
        const size_t column = 2 * j + q; /* likewise */
        const bool outside = row < 1 || row > s->in_h || column < 1 || column > s->in_w;
        const float *pixel = outside ? NULL : image + ((row - 1) * s->in_w + column - 1) * s->in_c;
        for (size_t c = 0; c < s->in_c; c++)
            rows[c * step + j] = outside ? 0 : pixel[c];
    }
}

void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *dy,
                                float *dw, float *workspace)
{
    const size_t height = s->in_h / 2, width = s->in_w / 2, taps = s->kernel * s->kernel;
    const size_t rows = batch * height, step = rows_a_block(s), image_size = s->in_h * s->in_w * s->in_c;
    const size_t most = step * width;
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t tap = 0; tap < taps; tap++) {
        float *seen = block_of_thread(s, workspace), *panels = seen + whole_lines(most * s->in_c);
        for (size_t from = 0; from < rows; from += step) {
            const size_t to = least(from + step, rows), count = (to - from) * width;
            for (size_t row = from; row < to; row++)
                gather_tap(s, x + row / height * image_size, row % height, tap / s->kernel, tap % s->kernel,
                           seen + (row - from) * width, most);
            product()->pack(count, s->out_c, dy + from * width * s->out_c, s->out_c, 1, panels);
            product()->multiply(s->in_c, s->out_c, count, seen, most, (struct sk_panels_f32){panels, count},
                                (struct sk_ending_f32){.add = from > 0}, dw + tap * s->in_c * s->out_c, s->out_c);
        }
    }
}
