#ifndef SK_TENSOR_WINOGRAD_WEIGHTS_H
#define SK_TENSOR_WINOGRAD_WEIGHTS_H

#include "tensor/winograd_plan.h"

/* dw = G' dU G of a cell, written into a leaf of its piece. The way there is sk_winograd_set_weights. */
void sk_winograd_cell_back(const struct sk_winograd *w, const struct piece *piece, const struct piece *cell, float *du,
                           float *leaf);

/* A piece of dw [kernel][kernel][in_c][out_c] is overwritten by its sum, which lies as a leaf does. */
void sk_winograd_write_piece(const struct sk_winograd *w, const struct piece *piece, const float *sum, float *dw);

#endif
