#ifndef SK_TENSOR_DIRECT_H
#define SK_TENSOR_DIRECT_H

#include "base/memory.h"
#include "tensor/conv2d.h"

/* The convolution of conv2d.h, of a shape whose y_step is not 0, and its weight gradient, multiplied as it is defined: for few
   input channels, where Winograd's transforms and im2col's copies cost more than the multiplications. Windows of neighbouring
   outputs overlap in the padded image, and the micro-kernels of blocked.h read them there. Work is cut by shape and batch alone. */
struct sk_direct;

/* 0 with *plan set (sk_direct_free), or -1 with err (memory). */
SK_MUST_CHECK int sk_direct_new(struct sk_direct **plan, const struct sk_conv2d_shape *shape, size_t max_batch, int jobs,
                                struct sk_account *account, struct sk_error *err);
void sk_direct_free(struct sk_direct *plan);

/* Floats of workspace for any batch up to max_batch; SIZE_MAX when it overflows. */
size_t sk_direct_workspace(const struct sk_direct *plan);

/* Takes a copy of the weights. */
void sk_direct_set_weights(struct sk_direct *plan, const float *w);

void sk_direct_forward(const struct sk_direct *plan, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                       float *workspace);
void sk_direct_backward_weights(const struct sk_direct *plan, size_t batch, const float *x, const float *dy, float *dw,
                                float *workspace);

#endif
