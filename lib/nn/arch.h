#ifndef SK_NN_ARCH_H
#define SK_NN_ARCH_H

#include <stddef.h>

#include "base/error.h"
#include "nn/upsample.h"
#include "tensor/conv2d.h"

enum { SK_MAX_STAGES = 5, SK_IMAGE_CHANNELS = 3 };

/* What networks are made by. Of the DCGAN family (Radford, Metz, Chintala 2015): stages = log2(size / 4) convolutions of stride 2
   between size x size x 3 and 4 x 4 x (width 2^(stages-1)). The paper's network is {64, 64, 128, 5}. */
struct sk_arch {
    size_t size;   /* side of an image in pixels: 32, 64 or 128, or what else its architecture takes */
    size_t width;  /* channels of the discriminator's first layer, 1..512; they double from stage to stage. Nothing to an architecture
                      without has_width */
    size_t latent; /* length of z, 1..4096; nothing to a classifier */
    size_t kernel; /* 4 (padding 1) or 5 (TensorFlow SAME); nothing to an architecture without has_kernel */
    enum sk_conv2d_algorithm algorithm; /* how convolutions are computed; 0 is the fastest way. Not part of a model */
    size_t architecture; /* its number in nn/recipes.h; 0 is dcgan */
    size_t variant;      /* of inception: how it pools, nn/inception.h */
    enum sk_upsample upsampling; /* in a generator with has_upsampling */
    size_t classes;      /* of a GAN that is conditional on them, at most SK_MAX_CLASSES; else 0 */
};

/* 0, or -1 with err where a number is out of its architecture's range; the kernel is the recipes' to check. */
SK_MUST_CHECK int sk_arch_check(const struct sk_arch *arch, struct sk_error *err);

/* The size alone; 0, or -1 with err, which names those there are. */
SK_MUST_CHECK int sk_arch_check_size(const struct sk_arch *arch, struct sk_error *err);

/* Number of stride-2 convolutions: 3, 4 or 5. */
size_t sk_arch_stages(const struct sk_arch *arch);

/* Side of the square after `stage` convolutions of the discriminator: size / 2^stage. */
size_t sk_arch_side(const struct sk_arch *arch, size_t stage);

/* Channels after `stage` convolutions of the discriminator: 3 for 0, then width 2^(stage-1). */
size_t sk_arch_channels(const struct sk_arch *arch, size_t stage);

/* Values of one image after `stage` convolutions: side^2 channels. */
size_t sk_arch_values(const struct sk_arch *arch, size_t stage);

#endif
