#ifndef SK_NN_CONDITIONAL_H
#define SK_NN_CONDITIONAL_H

#include "nn/net.h"

/* What a recipe of a GAN has where its images are of classes, arch->classes of them. */

/* G's input: z itself, or with a learned vector of the class behind it, as long as z: "class". */
size_t sk_conditional_input(struct sk_net *net, const struct sk_arch *arch, size_t z);

/* D's logit "fc" of a map; with classes, plus the product of the map's mean over the pixels with a learned vector of the class, "class":
   how much the image is one of its class (Miyato and Koyama: cGANs with projection discriminator, 2018). */
size_t sk_conditional_logit(struct sk_net *net, const struct sk_arch *arch, size_t map);

/* Of a generator: its classes' vectors, [arch.classes][*length], in its weights; NULL where it has no classes. */
const float *sk_conditional_vectors(const struct sk_net *generator, size_t *length);

#endif
