#ifndef SK_NN_DISCRIMINATOR_H
#define SK_NN_DISCRIMINATOR_H

#include <stdbool.h>

#include "nn/arch.h"
#include "nn/params.h"

/* DCGAN's discriminator, images [n][size][size][3] in [-1, 1] -> logits [n][outputs]:
     stride-2 convolutions, each halving the side and doubling the channels, LeakyReLU 0.2 after each, batch norm
     between on all but the first (which has a bias); then dropout and a dense head on the 4 x 4 map.
   The classifier is the same network under another name: prefix "classifier". */
struct sk_discriminator {
    struct sk_arch arch;
    size_t outputs;                         /* logits an image */
    double dropout;                         /* probability that training drops a value before the head; 0 none */
    struct sk_params params, buffers;       /* "PREFIX.*": what is trained; running statistics */
    float *weights, *gradients, *running;   /* as struct sk_generator's */
    struct sk_discriminator_memory *memory; /* activations and plans, private */
};

/* Lists what a discriminator of this (checked) architecture has, without making one. */
void sk_discriminator_list(const struct sk_arch *arch, const char *prefix, size_t outputs, struct sk_params *params,
                           struct sk_params *buffers);

/* Makes a discriminator for batches up to max_batch. What it allocates is entered into account (NULL: nowhere). 0 with
   *discriminator set (sk_discriminator_free), or -1 with err. */
SK_MUST_CHECK int sk_discriminator_new(struct sk_discriminator **discriminator, const struct sk_arch *arch,
                                       const char *prefix, size_t outputs, size_t max_batch, bool training, int jobs,
                                       struct sk_account *account, struct sk_error *err);
void sk_discriminator_free(struct sk_discriminator *discriminator);

/* To be called after every change of the weights. */
void sk_discriminator_weights_changed(struct sk_discriminator *discriminator);

/* Training forward over `groups` equal parts of the batch, each with batch statistics of its own, which move the
   running statistics in order. random draws the dropout mask; NULL where dropout is 0. */
void sk_discriminator_forward(struct sk_discriminator *discriminator, size_t batch, size_t groups,
                              const float *images, float *logits, struct sk_random *random);

/* After forward with the same batch, groups and images. Fills gradients (overwritten) where weights_too,
   and dimages [batch][size][size][3] where it is not NULL. */
void sk_discriminator_backward(struct sk_discriminator *discriminator, size_t batch, size_t groups,
                               const float *images, const float *dlogits, float *dimages, bool weights_too);

/* Inference with the running statistics. features [batch][sk_discriminator_features], NULL where not wanted: the last
   map's mean over its 16 positions, a channel each. */
void sk_discriminator_infer(struct sk_discriminator *discriminator, size_t batch, const float *images, float *logits,
                            float *features);

/* Channels of the last map. */
size_t sk_discriminator_features(const struct sk_discriminator *discriminator);

/* Fills the convolutions and batch norms (weights and running statistics, not the head) from tensors named
   with another prefix, such as a GAN's "discriminator". 0, or -1 with err. */
SK_MUST_CHECK int sk_discriminator_load_trunk(struct sk_discriminator *discriminator, const char *prefix,
                                              const struct sk_tensor_file *file, struct sk_error *err);

#endif
