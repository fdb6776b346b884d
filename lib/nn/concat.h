#ifndef SK_NN_CONCAT_H
#define SK_NN_CONCAT_H

#include <stdbool.h>
#include <stddef.h>

/* Maps side by side: of y [rows][channels] the channels from `offset` on are x [rows][own]. */
void sk_concat_forward(size_t rows, size_t channels, size_t offset, size_t own, const float *x, float *y, int jobs);

/* dx [rows][own] = those of dy [rows][channels]; where add, they are added to it. */
void sk_concat_backward(size_t rows, size_t channels, size_t offset, size_t own, const float *dy, float *dx, bool add, int jobs);

#endif
