#ifndef SK_NN_UPSAMPLE_H
#define SK_NN_UPSAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* Twice the side, as PyTorch's interpolate(scale_factor=2): nearest, every pixel as a square of four; or bilinear
   (align_corners=False), in each direction 3/4 of the nearer pixel and 1/4 of the next, of which the one at the edge is its own. */
enum sk_upsample { SK_NEAREST, SK_BILINEAR, SK_UPSAMPLES };

/* As options and files have them. */
extern const char *const sk_upsample_name[SK_UPSAMPLES];

/* y [n][2 side][2 side][channels] of x [n][side][side][channels]. */
void sk_upsample_forward(enum sk_upsample how, size_t n, size_t side, size_t channels, const float *x, float *y, int jobs);

/* The gradient dx [n][side][side][channels] of dy [n][2 side][2 side][channels]; where add, it is added to dx. */
void sk_upsample_backward(enum sk_upsample how, size_t n, size_t side, size_t channels, const float *dy, float *dx, bool add,
                          int jobs);

#endif
