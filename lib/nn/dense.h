#ifndef SK_NN_DENSE_H
#define SK_NN_DENSE_H

#include <stddef.h>

/* Dense layers; the two shapes that DCGAN has. All work is cut by columns or rows of fixed size. Gradients of weights and
   bias are trees over micro-batches of rows (base/micro_batch.h). */

/* y [n][out] = x [n][in] w [in][out], out large (the generator's projection of z). A row of y depends on that of x alone. */
void sk_dense_wide_forward(size_t n, size_t in, size_t out, const float *x, const float *w, float *y, float *workspace, int jobs);

/* dw [in][out] = x^T dy. */
void sk_dense_wide_backward(size_t n, size_t in, size_t out, const float *x, const float *dy, float *dw, float *workspace, int jobs);

/* dx [n][in] = dy w^T. */
void sk_dense_wide_backward_input(size_t n, size_t in, size_t out, const float *w, const float *dy, float *dx, int jobs);

/* Floats of workspace that the first two need for up to n rows; SIZE_MAX when it overflows. */
size_t sk_dense_wide_workspace(size_t n, size_t in, int jobs);

/* y [n][out] = x [n][in] w^T + bias, w [out][in], out small (the discriminator's and the classifier's head). */
void sk_dense_narrow_forward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *bias,
                             float *y, int jobs);

/* dx [n][in] = dy w is overwritten; dw [out][in] and dbias [out] are added to; NULL where not wanted. */
void sk_dense_narrow_backward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *dy,
                              float *dx, float *dw, float *dbias, int jobs);

#endif
