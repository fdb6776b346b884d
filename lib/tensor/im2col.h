#ifndef SK_TENSOR_IM2COL_H
#define SK_TENSOR_IM2COL_H

#include "tensor/conv2d.h"

/* The convolution of conv2d.h by im2col: the kernel's windows are copied into the rows of a matrix, and one product
   multiplies it by the weights [kernel kernel in_c][out_c]. The data gradient is the transposed way back, the
   weight gradient one product over all positions for each of the kernel's taps.
   Shapes are those of conv2d.h. Work is cut by shape and batch alone; the products are base/product.h's. */

/* Floats of workspace for any batch; SIZE_MAX when it overflows. */
size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, int jobs);

void sk_im2col_forward(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *w, float *y,
                       float *workspace);
void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace);
void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *dy,
                                float *dw, float *workspace);

#endif
