#include "nn/recipes.h"

#include "nn/dcgan.h"
#include "nn/inception.h"
#include "nn/resnet.h"

const char *const sk_architecture_name[SK_ARCHITECTURES] = {"dcgan", "resnet", "inception"};

const struct sk_recipes sk_architecture[SK_ARCHITECTURES] = {
    {sk_dcgan_generator, sk_dcgan_discriminator, sk_dcgan_classifier, .size = {32, 64, 128}, .usual_size = 64,
     .has_width = true, .has_kernel = true, .has_trunk = true},
    {sk_resnet_generator, sk_resnet_discriminator, sk_resnet_classifier, .size = {32, 64, 128}, .usual_size = 64,
     .has_width = true},
    {NULL, NULL, sk_inception_classifier, .size = {96, 128, 160, 192, 224, 256, 288, 320}, .usual_size = 160, .has_variant = true},
};
