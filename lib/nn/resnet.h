#ifndef SK_NN_RESNET_H
#define SK_NN_RESNET_H

#include "nn/net.h"

/* Residual networks (He, Zhang, Ren, Sun 2015) as recipes; see struct sk_arch, whose kernel means nothing here. All convolutions
   are 3x3 of stride 1, without bias where batch norm follows. A block is two of them on a branch, plus the block's input (through a
   1x1 where the channels change), and the rectifier. Stages have images of size, size / 2 ... 8 pixels a side and width, 2 width ...
   channels; the first has one block, the others two.

   classifier: images [n][size][size][3] in [-1, 1] -> logits [n][outputs]: convolution, batch norm, ReLU; the stages, with batch
   norm behind every convolution, and average pooling before each but the first, whose first block doubles the channels; then the
   mean over the pixels, which are the features, dropout and a linear head. The gain of a block's last batch norm begins with 0.

   discriminator: the same stages without batch norm, with biases and LeakyReLU 0.2, and without dropout. So that training is stable
   without normalisation a block's second convolution begins with 0, and its first is scaled by blocks^(-1/4) (Zhang, Dauphin, Ma
   2019, as in Huang et al. 2024). The head is of the features, with classes and a projection (conditional.h).

   generator: z [n][latent] -> images [n][size][size][3] in (-1, 1): the reverse. A linear layer of z, with classes joined by the
   class's vector (conditional.h), times a learned map of 4x4 (Huang et al. 2024), batch norm, ReLU; then the classifier's blocks, all
   gains beginning with 1 (Miyato et al. 2018), in stages from the last to the first, each at twice the side of what it is given
   (upsampling), whose last block halves the channels; a convolution to 3 channels, a bias and tanh. */
sk_recipe sk_resnet_generator, sk_resnet_discriminator, sk_resnet_classifier;

#endif
