#ifndef SK_NN_GAN_H
#define SK_NN_GAN_H

#include "nn/augment_batch.h"
#include "nn/gan_loss.h"
#include "nn/net.h"
#include "nn/optimizer.h"
#include "nn/spectral_norm.h"

struct sk_gan_options {
    struct sk_arch arch;
    size_t batch;
    struct sk_optimizer_options optimizer; /* of both; the rate is set before each step */
    enum sk_gan_loss loss;
    double penalty;                        /* sk_gan_penalty's lambda, on real and on generated images (R1 and R2); 0: none */
    struct sk_batch_augment_range augment; /* of all that D sees */
    bool spectral_norm;                    /* of D's weights */
    const struct sk_share *share;          /* of the batch, over ranks (nn/shared.h), for 1, 2 and 4 parts; NULL: this process has it all */
};

/* A generator and a discriminator in training (Goodfellow et al. 2014; Radford et al. 2015). */
struct sk_gan {
    struct sk_gan_options options;
    struct sk_net *generator, *discriminator;
    struct sk_optimizer generator_optimizer, discriminator_optimizer;
    struct sk_spectral_norm spectral; /* of D; count 0: none */
    int jobs;
    size_t first, count; /* of a batch's images this rank's; alone all */
    float *images;  /* [2 count][size][size][3]: the real ones, to be filled by the caller, then the generated */
    uint8_t *label; /* [count] of these: the classes of the real images, to be filled too, and of those generated beside them; NULL where
                       arch.classes is 0 */
    float *z;       /* [batch][latent] */
    float *dimages; /* [count][size][size][3] */
    float *logits, *dlogits; /* [2 batch], with the penalty [4 batch]: real, real with noise, generated, generated with noise */
    float *own_logits, *own_dlogits; /* of these this rank's; alone the same memory */
    float *seen;    /* what D sees of the images, as many as its own logits; NULL where that is the images themselves */
    float *dseen;   /* [count][size][size][3] likewise */
    struct sk_batch_augmentation *augmentation; /* [batch]: of the generated images, as G's step has them */
};

/* What a step saw: both losses (nn/gan_loss.h; D's without the penalty), and D's mean opinion of the real images, D(x), and of the
   generated ones, D(G(z)), before its update: the mean of the logits' sigmoids. */
struct sk_gan_losses {
    double d_loss, g_loss, d_x, d_g_z;
};

/* Makes both networks with DCGAN's initial weights, drawn from seed. What it allocates is entered into account (NULL:
   nowhere). 0 with *gan set (sk_gan_free), or -1 with err. */
SK_MUST_CHECK int sk_gan_new(struct sk_gan **gan, const struct sk_gan_options *options, uint64_t seed, int jobs,
                             struct sk_account *account, struct sk_error *err);
void sk_gan_free(struct sk_gan *gan);

/* After both networks were given other weights, before the first step: derives what depends on them. D's are those that its spectral
   norms divide, of which the vectors are drawn anew from seed. */
void sk_gan_weights_changed(struct sk_gan *gan, uint64_t seed);

/* One step of both on the batch of real images in gan->images, of the classes in gan->label, with fresh z ~ N(0, 1) from seed and
   step. Weights and running statistics are changed; everything else is derived anew. */
void sk_gan_step(struct sk_gan *gan, uint64_t seed, uint64_t step, struct sk_gan_losses *losses);

/* The same step with z as the caller has left it in gan->z, of a GAN without augmentation and penalty. Afterwards gan->logits holds D's on the generated images
   [batch], by the updated D, then [batch] by the one before; gradients are those of the two updates. */
void sk_gan_step_given_z(struct sk_gan *gan, struct sk_gan_losses *losses);

/* Fills z [n][latent] with N(0, 1) from sequence `stream` of the seed. */
void sk_latents(size_t n, size_t latent, uint64_t seed, uint64_t stream, float *z);

#endif
