#ifndef SK_TENSOR_WINOGRAD_H
#define SK_TENSOR_WINOGRAD_H

#include "base/memory.h"
#include "tensor/conv2d.h"

/* The convolution of conv2d.h and its gradients by polyphase Winograd (winograd.c says how). The shape and
   the largest batch must be ones that sk_conv2d_new accepts, a halving of kernel 4 or 5 whose y_step is not 0. */
struct sk_winograd;

/* For batches up to max_batch, which are worked off in parts of `part` images: 0 takes as many as stay in cache. Results do
   not depend on the part. 0 with *plan set (sk_winograd_free), or -1 with err (memory, overflow). Holds the transformed
   weights: 6.25 times the weights' size for kernel 4, 4.84 times for kernel 5. */
SK_MUST_CHECK int sk_winograd_new(struct sk_winograd **plan, const struct sk_conv2d_shape *shape, size_t max_batch,
                                  size_t part, int jobs, struct sk_account *account, struct sk_error *err);
void sk_winograd_free(struct sk_winograd *plan);

/* Floats of workspace for any batch up to max_batch. */
size_t sk_winograd_workspace(const struct sk_winograd *plan);

/* Transforms the weights; they need not stay. */
void sk_winograd_set_weights(struct sk_winograd *plan, const float *w);

void sk_winograd_forward(const struct sk_winograd *plan, size_t batch, const float *x, struct sk_ending_f32 ending, float *y,
                         float *workspace);
/* dx or dw (and then x) may be NULL. */
void sk_winograd_backward(const struct sk_winograd *plan, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                          float *workspace);

#endif
