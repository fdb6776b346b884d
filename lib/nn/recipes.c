#include "nn/recipes.h"

#include "nn/dcgan.h"
#include "nn/resnet.h"

const char *const sk_architecture_name[SK_ARCHITECTURES] = {"dcgan", "resnet"};

const struct sk_recipes sk_architecture[SK_ARCHITECTURES] = {
    {sk_dcgan_generator, sk_dcgan_discriminator, sk_dcgan_classifier, .has_kernel = true, .has_trunk = true},
    {sk_resnet_generator, sk_resnet_discriminator, sk_resnet_classifier, .has_kernel = false, .has_trunk = false},
};
