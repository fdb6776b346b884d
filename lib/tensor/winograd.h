#ifndef SK_TENSOR_WINOGRAD_H
#define SK_TENSOR_WINOGRAD_H

#include "tensor/conv2d.h"

/* The convolution of conv2d.h and its gradients by polyphase Winograd (winograd.c says how). The shape must be one that
   sk_conv2d_new accepts. Work is cut by shape and batch alone. */
struct sk_winograd;

/* 0 with *plan set (sk_winograd_free), or -1 with err (memory, overflow). Holds the transformed weights: 6.25 times the
   weights' size for kernel 4, 4.84 times for kernel 5. */
SK_MUST_CHECK int sk_winograd_new(struct sk_winograd **plan, const struct sk_conv2d_shape *shape, int jobs,
                                  struct sk_error *err);
void sk_winograd_free(struct sk_winograd *plan);

/* Floats of workspace for any batch up to this one; 0 when it overflows. */
size_t sk_winograd_workspace(const struct sk_winograd *plan, size_t batch);

/* Transforms the weights; they need not stay. */
void sk_winograd_set_weights(struct sk_winograd *plan, const float *w);

void sk_winograd_forward(const struct sk_winograd *plan, size_t batch, const float *x, float *y, float *workspace);
/* dx or dw (and then x) may be NULL. */
void sk_winograd_backward(const struct sk_winograd *plan, size_t batch, const float *x, const float *dy, float *dx, float *dw,
                          float *workspace);

#endif
