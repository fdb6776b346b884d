#ifndef SK_NN_RECIPES_H
#define SK_NN_RECIPES_H

#include <stdbool.h>

#include "nn/net.h"

enum { SK_ARCHITECTURES = 3, SK_MAX_SIZES = 8 };

/* The architectures, each of three networks: what `architecture` in a file's metadata, --arch and struct sk_arch choose from. */
struct sk_recipes {
    sk_recipe *generator, *discriminator, *classifier; /* the first two are NULL where no GAN is made of it */
    size_t size[SK_MAX_SIZES + 1]; /* of sk_arch: what it takes, rising, then 0 */
    size_t usual_size;
    bool has_width, has_kernel, has_variant; /* these of sk_arch are numbers of it */
    bool has_upsampling; /* and this of its generator */
    bool has_trunk; /* its discriminator is its classifier but for the head: one can start from the other */
};

extern const char *const sk_architecture_name[SK_ARCHITECTURES];
extern const struct sk_recipes sk_architecture[SK_ARCHITECTURES];

/* The head of arch's classifier alone, a network of its own on the features' map. */
sk_recipe sk_classifier_head;

static inline const struct sk_recipes *sk_recipes_of(const struct sk_arch *arch)
{
    return &sk_architecture[arch->architecture];
}

#endif
