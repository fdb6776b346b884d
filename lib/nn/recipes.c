#include "nn/recipes.h"

#include "nn/dcgan.h"

const char *const sk_architecture_name[SK_ARCHITECTURES] = {"dcgan"};

const struct sk_recipes sk_architecture[SK_ARCHITECTURES] = {
    {sk_dcgan_generator, sk_dcgan_discriminator, sk_dcgan_classifier, .has_kernel = true, .has_trunk = true},
};
