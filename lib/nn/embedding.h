#ifndef SK_NN_EMBEDDING_H
#define SK_NN_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

/* What depends on an image's class: label [n] below `classes`, w [classes][channels]. The gradients dw are added to, trees of
   micro-batches (base/micro_batch.h); NULL where not wanted. n at least 1. */

/* y [n][channels] = w[label]. */
void sk_embedding_forward(size_t n, size_t channels, const uint8_t *label, const float *w, float *y);
void sk_embedding_backward(size_t n, size_t classes, size_t channels, const uint8_t *label, const float *dy, float *dw);

/* y [n] = <w[label], x>, x [n][channels]: a discriminator's opinion of an image as one of its class (Miyato and Koyama 2018).
   dx [n][channels] is overwritten; NULL where not wanted. */
void sk_projection_forward(size_t n, size_t channels, const uint8_t *label, const float *w, const float *x, float *y);
void sk_projection_backward(size_t n, size_t classes, size_t channels, const uint8_t *label, const float *w, const float *x,
                            const float *dy, float *dx, float *dw);

#endif
