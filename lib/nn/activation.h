#ifndef SK_NN_ACTIVATION_H
#define SK_NN_ACTIVATION_H

#include <stddef.h>

/* Layers of rows x channels with a bias of [channels] before the function. */

/* In place: y = u > 0 ? u : slope u, u = x + bias. */
void sk_leaky_relu_forward(size_t rows, size_t channels, const float *bias, float slope, float *x, int jobs);

/* In place: dy becomes du = y > 0 ? dy : slope dy, where y is forward's result (slope > 0 keeps its sign). images of so many
   pixels are the rows. dbias [channels] += sum of du, a tree over micro-batches; NULL where not wanted.
   scratch: sk_bias_scratch floats. */
void sk_leaky_relu_backward(size_t images, size_t pixels, size_t channels, const float *y, float slope, float *dy, float *dbias,
                            float *scratch, int jobs);

/* In place: y = tanh(x + bias), within 3e-7 of the true value. */
void sk_tanh_forward(size_t rows, size_t channels, const float *bias, float *x, int jobs);

/* In place: dy becomes du = dy (1 - y^2); dbias and scratch as above. */
void sk_tanh_backward(size_t images, size_t pixels, size_t channels, const float *y, float *dy, float *dbias, float *scratch,
                      int jobs);

/* Floats of scratch for the backward functions. */
size_t sk_bias_scratch(size_t images, size_t pixels, size_t channels);

#endif
