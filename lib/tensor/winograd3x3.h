#ifndef SK_TENSOR_WINOGRAD3X3_H
#define SK_TENSOR_WINOGRAD3X3_H

#include "base/memory.h"
#include "tensor/conv2d.h"

/* The convolution of conv2d.h, of kernel 3x3 and stride 1, and its gradients by Winograd: a tile of 4x4 outputs takes 36
   multiplications a pair of channels instead of 144, and so does each gradient. Maps of any size: tiles at their ends stick out.
   The shape, whose y_step is not 0, and the largest batch must be ones that sk_conv2d_new accepts. winograd3x3.c says how.

   Errors, in u = 2^-24 times the largest sum of an output's terms' magnitudes. What is summed at the 36 frequencies is larger than
   the terms of the direct sum, and cancels in the outputs: |A'| (|G| |w| (.) |B'| |d|) is at most 16 times the direct sum in each
   dimension, 256 times in both (in dw 178 times). A sum of n channels therefore errs by 256 (n + 20) at the very most, if all
   roundings had the worst sign; what random operands give is up to 46, and im2col 1 to 5. Tests hold it to 100. */
struct sk_winograd3x3;

/* 0 with *plan set (sk_winograd3x3_free), or -1 with err (memory, overflow). Holds the transformed weights: 8 times their size, and where
   infer_only 4 times. */
SK_MUST_CHECK int sk_winograd3x3_new(struct sk_winograd3x3 **plan, const struct sk_conv2d_shape *shape, size_t max_batch, int jobs,
                                     struct sk_account *account, struct sk_error *err);
void sk_winograd3x3_free(struct sk_winograd3x3 *plan);

/* Floats of workspace for any batch up to max_batch; SIZE_MAX when it overflows. */
size_t sk_winograd3x3_workspace(const struct sk_winograd3x3 *plan);

/* Transforms the weights; they need not stay. */
void sk_winograd3x3_set_weights(struct sk_winograd3x3 *plan, const float *w);

void sk_winograd3x3_forward(const struct sk_winograd3x3 *plan, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                            float *workspace);
void sk_winograd3x3_backward_data(const struct sk_winograd3x3 *plan, size_t batch, const float *dy, float *dx, float *workspace);
void sk_winograd3x3_backward_weights(const struct sk_winograd3x3 *plan, size_t batch, const float *x, const float *dy, float *dw,
                                     float *workspace);

#endif
