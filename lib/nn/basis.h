#ifndef SK_NN_BASIS_H
#define SK_NN_BASIS_H

#include <stddef.h>

/* A learned map, each of its channels times a vector's: y [n][pixels][channels] = w [pixels][channels] x [n][channels]. */
void sk_basis_forward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, float *y, int jobs);

/* dx [n][channels] is overwritten; dw [pixels][channels] is added to, the tree of micro-batches (base/micro_batch.h); either NULL
   where not wanted. n at least 1. */
void sk_basis_backward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, const float *dy, float *dx,
                       float *dw, int jobs);

#endif
