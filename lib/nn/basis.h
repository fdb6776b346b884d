#ifndef SK_NN_BASIS_H
#define SK_NN_BASIS_H

#include <stddef.h>

/* A learned map, each of its channels times a vector's: y [n][pixels][channels] = w [pixels][channels] x [n][channels]. */
void sk_basis_forward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, float *y, int jobs);

/* dx [n][channels] is overwritten; dw [pixels][channels] is added to, summed over micro-batches of images and these pairwise
   (SK_MICRO_BATCH); NULL where not wanted. workspace: sk_basis_workspace floats, for dw. */
void sk_basis_backward(size_t n, size_t pixels, size_t channels, const float *x, const float *w, const float *dy, float *dx, float *dw,
                       float *workspace, int jobs);

/* For up to n images; SIZE_MAX when it overflows. */
size_t sk_basis_workspace(size_t n, size_t pixels, size_t channels);

#endif
