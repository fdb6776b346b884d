#ifndef SK_TENSOR_IM2COL_H
#define SK_TENSOR_IM2COL_H

#include "tensor/conv2d.h"

/* The convolution of conv2d.h by im2col: the kernel's windows are copied into the rows of a matrix, and one product
   multiplies it by the weights [kernel_h kernel_w in_c][out_c]; windows of one pixel are multiplied where they lie. The data
   gradient is the transposed way back, the weight gradient a product over all positions for some of its rows at a time.
   Shapes are those of conv2d.h, y_step not 0. The products are base/product.h's, whose rows do not depend on how they are shared
   out. */

/* Floats of workspace for any batch up to max_batch; SIZE_MAX when it overflows. */
size_t sk_im2col_workspace(const struct sk_conv2d_shape *s, size_t max_batch, int jobs);

/* Floats of the weights as forward takes them; SIZE_MAX when it overflows. */
size_t sk_im2col_packed(const struct sk_conv2d_shape *s);
void sk_im2col_pack(const struct sk_conv2d_shape *s, int jobs, const float *w, float *packed);

/* packed may be the beginning of the workspace. */
void sk_im2col_forward(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *x, const float *packed,
                       struct sk_ending_f32 ending, float *y, float *workspace);
void sk_im2col_backward_data(const struct sk_conv2d_shape *s, int jobs, size_t batch, const float *dy, const float *w,
                             float *dx, float *workspace);
/* With the workspace for max_batch. */
void sk_im2col_backward_weights(const struct sk_conv2d_shape *s, size_t max_batch, int jobs, size_t batch, const float *x,
                                const float *dy, float *dw, float *workspace);

#endif
