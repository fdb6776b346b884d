#include "tensor/im2col.h"

#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "tensor/gemm.h"

/* Rows of a matrix that make a GEMM worth its packing. */
enum { GEMM_ROWS = 256 };

/* Output rows (of out_w positions) of one GEMM. */
static size_t rows_a_block(const struct sk_conv2d_shape *s)
{
    size_t width = s->in_w / 2;
    return (GEMM_ROWS + width - 1) / width;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, int jobs)
{
    const size_t rows = sk_product(rows_a_block(s), s->in_w / 2), depth = sk_product(s->kernel * s->kernel, s->in_c);
    return sk_product(sk_product(rows, depth), (size_t)jobs);
}

static float *block_of_thread(const struct sk_conv2d_shape *s, float *workspace)
{
    return workspace + (size_t)omp_get_thread_num() * sk_im2col_workspace(s, 1);
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
    const size_t depth = s->kernel * s->kernel * s->in_c, step = rows_a_block(s);
    const size_t rows = batch * height, image_size = s->in_h * s->in_w * s->in_c;
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t from = 0; from < rows; from += step) {
        const size_t to = least(from + step, rows);
        float *cols = block_of_thread(s, workspace), *next = cols;
        for (size_t row = from; row < to; row++)
            for (size_t j = 0; j < width; j++, next += depth)
                gather_window(s, x + row / height * image_size, row % height, j, next);
        sk_gemm(false, false, (to - from) * width, s->out_c, depth, 1, cols, depth, w, s->out_c, 0,
                y + from * width * s->out_c, s->out_c);
    }
}

void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace)
{
    const size_t height = s->in_h / 2, width = s->in_w / 2;
    const size_t depth = s->kernel * s->kernel * s->in_c, step = rows_a_block(s);
    const size_t image_size = s->in_h * s->in_w * s->in_c;
    const size_t images = step > height ? step / height : 1; /* windows overlap: whole images a thread */
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t n = 0; n < batch; n += images) {
        const size_t end = least(n + images, batch);
        float *cols = block_of_thread(s, workspace);
        memset(dx + n * image_size, 0, (end - n) * image_size * sizeof *dx);
        for (size_t from = n * height; from < end * height; from += step) {
            const size_t to = least(from + step, end * height);
            const float *next = cols;
            sk_gemm(false, true, (to - from) * width, depth, s->out_c, 1, dy + from * width * s->out_c, s->out_c, w,
                    s->out_c, 0, cols, depth);
            for (size_t row = from; row < to; row++)
                for (size_t j = 0; j < width; j++, next += depth)
                    scatter_window(s, next, row % height, j, dx + row / height * image_size);
        }
    }
}

/* Copies what tap (p, q) sees at output row i of an image into cols [out_w][in_c]. */
static void gather_tap(const struct sk_conv2d_shape *s, const float *image, size_t i, size_t p, size_t q, float *cols)
{
    const size_t c = s->in_c, width = s->in_w / 2, row = 2 * i + p; /* one more than the input's row */
    if (row < 1 || row > s->in_h) {
        memset(cols, 0, width * c * sizeof *cols);
        return;
    }
    for (size_t j = 0; j < width; j++, cols += c) {
        const size_t column = 2 * j + q; /* likewise */
        if (column < 1 || column > s->in_w)
            memset(cols, 0, c * sizeof *cols);
        else
            memcpy(cols, image + ((row - 1) * s->in_w + column - 1) * c, c * sizeof *cols);
    }
}

void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *dy,
                                float *dw, float *workspace)
{
    const size_t height = s->in_h / 2, width = s->in_w / 2, taps = s->kernel * s->kernel;
    const size_t rows = batch * height, step = rows_a_block(s), image_size = s->in_h * s->in_w * s->in_c;
#pragma omp parallel for num_threads(jobs) schedule(dynamic)
    for (size_t tap = 0; tap < taps; tap++) {
        float *cols = block_of_thread(s, workspace), *dw_tap = dw + tap * s->in_c * s->out_c;
        for (size_t from = 0; from < rows; from += step) {
            const size_t to = least(from + step, rows);
            for (size_t row = from; row < to; row++)
                gather_tap(s, x + row / height * image_size, row % height, tap / s->kernel, tap % s->kernel,
                           cols + (row - from) * width * s->in_c);
            sk_gemm(true, false, s->in_c, s->out_c, (to - from) * width, 1, cols, s->in_c, dy + from * width * s->out_c,
                    s->out_c, from == 0 ? 0 : 1, dw_tap, s->out_c);
        }
    }
}
