#ifndef SK_NN_ADD_H
#define SK_NN_ADD_H

#include <stdbool.h>
#include <stddef.h>

/* y [n] = u > 0 ? u : slope u, u = a + b: a residual block's sum with the rectifier behind it. slope 0 ReLU, 1 none. y may be a or
   b. */
void sk_add_forward(size_t n, const float *a, const float *b, float slope, float *y, int jobs);

/* Each of da, db [n] is du = y > 0 ? dy : slope dy (slope > 0 keeps y's sign), or du is added to it; NULL where not wanted. Either
   may be dy. */
void sk_add_backward(size_t n, const float *y, float slope, const float *dy, float *da, bool add_a, float *db, bool add_b,
                     int jobs);

/* sum [n] += x. */
void sk_add_to(size_t n, const float *x, float *sum, int jobs);

#endif
