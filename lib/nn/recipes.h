#ifndef SK_NN_RECIPES_H
#define SK_NN_RECIPES_H

#include <stdbool.h>

#include "nn/net.h"

/* The architectures, each of three networks: what `architecture` in a file's metadata, --arch and struct sk_arch choose from. */
struct sk_recipes {
    sk_recipe *generator, *discriminator, *classifier;
    bool has_kernel; /* sk_arch's kernel is a number of it */
    bool has_trunk;  /* its discriminator is its classifier but for the head: one can start from the other */
};

enum { SK_ARCHITECTURES = 2 };

extern const char *const sk_architecture_name[SK_ARCHITECTURES];
extern const struct sk_recipes sk_architecture[SK_ARCHITECTURES];

static inline const struct sk_recipes *sk_recipes_of(const struct sk_arch *arch)
{
    return &sk_architecture[arch->architecture];
}

#endif
