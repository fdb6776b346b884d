#ifndef SK_NN_DCGAN_H
#define SK_NN_DCGAN_H

#include "nn/net.h"

/* DCGAN (Radford, Metz, Chintala 2015) as recipes; see struct sk_arch.

   generator: z [n][latent] -> images [n][size][size][3] in (-1, 1):
     linear to 4 x 4 x C, batch norm, ReLU; then stride-2 transposed convolutions, each doubling the side and halving the channels,
     batch norm and ReLU after each but the last, which has a bias and tanh. With classes z has a vector of the class behind it (conditional.h). */
sk_recipe sk_dcgan_generator;

/* discriminator, classifier: images [n][size][size][3] in [-1, 1] -> logits [n], [n][outputs]:
     stride-2 convolutions, each halving the side and doubling the channels, LeakyReLU 0.2 after each, batch norm between on all
     but the first (which has a bias); then dropout and a linear head on the 4 x 4 map, whose mean are the features. With classes the discriminator's has a
     projection of these beside it (conditional.h). */
sk_recipe sk_dcgan_discriminator, sk_dcgan_classifier;

#endif
