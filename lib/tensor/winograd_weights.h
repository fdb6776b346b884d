#ifndef SK_TENSOR_WINOGRAD_WEIGHTS_H
#define SK_TENSOR_WINOGRAD_WEIGHTS_H

#include "tensor/winograd_plan.h"

/* dw = G' dU G of a piece, whose taps of dw are overwritten. The way there is sk_winograd_set_weights. */
void sk_winograd_piece_back(const struct sk_winograd *w, const struct piece *p, float *dw);

#endif
