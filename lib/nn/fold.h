#ifndef SK_NN_FOLD_H
#define SK_NN_FOLD_H

#include "nn/net.h"

/* Inference without batch norm's passes: where its input is a convolution's output that nobody else reads, and ReLU or nothing
   follows, the norm goes into the convolution's weights and a bias:

     w' = w gain / sqrt(var + epsilon)    bias' = bias - mean gain / sqrt(var + epsilon)

   in double precision, rounded once. */

/* Takes such batch norms out of a list, before it is planned. */
void sk_fold_norms(struct sk_net *net);

/* Floats of a folded layer's own weights: [kernel_h][kernel_w][in_c][out_c], then [out_c]. */
size_t sk_folded_floats(const struct sk_layer *layer);

/* Makes them of the network's weights and running statistics. */
void sk_fold_weights(const struct sk_net *net, const struct sk_layer *layer, float *folded);

#endif
