#ifndef SK_NN_POOL_H
#define SK_NN_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* Pooling over square windows, as PyTorch's AvgPool2d and MaxPool2d: window (i, j) begins at pixel (stride i - padding,
   stride j - padding). The average is over all of its kernel^2 pixels, those outside the image being 0 (count_padding), or over
   those inside; the maximum is over those inside. padding is at most half the kernel: no window lies outside. */
struct sk_pool {
    size_t side, channels; /* of the input */
    size_t kernel, stride, padding;
    bool count_padding;
};

/* Side of the output: (side + 2 padding - kernel) / stride + 1, rounded down. */
size_t sk_pool_side(const struct sk_pool *pool);

/* y [n][out][out][channels] of x [n][side][side][channels]. */
void sk_average_pool_forward(const struct sk_pool *pool, size_t n, const float *x, float *y, int jobs);
void sk_max_pool_forward(const struct sk_pool *pool, size_t n, const float *x, float *y, int jobs);

/* dx [n][side][side][channels] of dy [n][out][out][channels]; where add, it is added to dx. The maximum's goes to the first pixel
   of the window that has it; x and y as of forward. */
void sk_average_pool_backward(const struct sk_pool *pool, size_t n, const float *dy, float *dx, bool add, int jobs);
void sk_max_pool_backward(const struct sk_pool *pool, size_t n, const float *x, const float *y, const float *dy, float *dx,
                          bool add, int jobs);

/* y [n][channels]: the mean of x [n][pixels][channels] over an image's pixels; and the gradient likewise. */
void sk_global_pool_forward(size_t n, size_t pixels, size_t channels, const float *x, float *y, int jobs);
void sk_global_pool_backward(size_t n, size_t pixels, size_t channels, const float *dy, float *dx, bool add, int jobs);

#endif
