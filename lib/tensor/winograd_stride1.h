#ifndef SK_TENSOR_WINOGRAD_STRIDE1_H
#define SK_TENSOR_WINOGRAD_STRIDE1_H

#include "base/memory.h"
#include "tensor/conv2d.h"

/* The convolution of conv2d.h, of stride 1 and kernel 3x3, 5x5, 1x3, 3x1, 1x7 or 7x1, and its gradients by Winograd: a tile of 4x4
   outputs takes 36 multiplications a pair of channels instead of 144, one of 2x2 outputs of 5x5 36 instead of 100, a tile of 4 along
   3 taps 6 instead of 12, along 7 taps 10 instead of 28, and so does each gradient. Maps of any size: tiles at their ends stick out.
   The shape, whose y_step is not 0, and the largest batch must be ones that sk_conv2d_new accepts. winograd_stride1.c says how.

   Errors, in u = 2^-24 times the largest sum of an output's terms' magnitudes. What is summed at the frequencies is larger than
   the terms of the direct sum, and cancels in the outputs: |A'| (|G| |w| (.) |B'| |d|) is at most 16 times the direct sum along 3
   taps (in dw 14), 256 times along both axes (178), 133 times along both of 5x5 (414), and 98 times along 7 taps (136). A sum of n
   channels therefore errs by 256 (n + 20) at the very most, and dw of 5x5 by 414 times n tiles and 20, if all roundings had the
   worst sign; what random operands give is up to 46 for 3x3, 17 for 5x5 (dw 56), 16 along 3 taps and 43 along 7, and im2col 1 to 5.
   Tests hold all to 100. */
struct sk_winograd_stride1;

/* 0 with *plan set (sk_winograd_stride1_free), or -1 with err (memory, overflow). Holds the transformed weights: 4 times the size
   of 3x3, 36/25 of 5x5, twice that of 3 taps, 10/7 of 7, and as much again where there will be gradients. */
SK_MUST_CHECK int sk_winograd_stride1_new(struct sk_winograd_stride1 **plan, const struct sk_conv2d_shape *shape, size_t max_batch,
                                          int jobs, struct sk_account *account, struct sk_error *err);
void sk_winograd_stride1_free(struct sk_winograd_stride1 *plan);

/* Floats of workspace for any batch up to max_batch; SIZE_MAX when it overflows. */
size_t sk_winograd_stride1_workspace(const struct sk_winograd_stride1 *plan);

/* Transforms the weights; they need not stay. */
void sk_winograd_stride1_set_weights(struct sk_winograd_stride1 *plan, const float *w);

void sk_winograd_stride1_forward(const struct sk_winograd_stride1 *plan, size_t batch, const float *x, struct sk_ending_f32 ending,
                                 float *y, float *workspace);
void sk_winograd_stride1_backward_data(const struct sk_winograd_stride1 *plan, size_t batch, const float *dy, float *dx,
                                       float *workspace);
void sk_winograd_stride1_backward_weights(const struct sk_winograd_stride1 *plan, size_t batch, const float *x, const float *dy,
                                          float *dw, float *workspace);

#endif
