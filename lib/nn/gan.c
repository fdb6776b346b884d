#include "nn/gan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/streams.h"
#include "nn/loss.h"
#include "nn/recipes.h"

static int build_networks(struct sk_gan *gan, const struct sk_gan_options *o, struct sk_account *account, struct sk_error *err)
{
    const struct sk_net_use drawing = {o->batch, true, gan->jobs}, judging = {2 * o->batch, true, gan->jobs};
    const struct sk_recipes *recipes = sk_recipes_of(&o->arch);
    if (sk_net_new(&gan->generator, recipes->generator, &o->arch, 0, &drawing, account, err) ||
        sk_net_new(&gan->discriminator, recipes->discriminator, &o->arch, 1, &judging, account, err) ||
        sk_optimizer_start(&gan->generator_optimizer, &o->optimizer, gan->generator->params.total, account, err) ||
        sk_optimizer_start(&gan->discriminator_optimizer, &o->optimizer, gan->discriminator->params.total, account, err))
        return -1;
    return 0;
}

static int allocate_batch(struct sk_gan *gan, const struct sk_gan_options *o, struct sk_account *account, struct sk_error *err)
{
    size_t pixels = sk_arch_values(&o->arch, 0);
    return sk_account_floats(account, SK_ACTIVATIONS, &gan->images, 2 * o->batch * pixels, err) ||
                   sk_account_floats(account, SK_ACTIVATIONS, &gan->dimages, o->batch * pixels, err) ||
                   sk_account_floats(account, SK_ACTIVATIONS, &gan->z, o->batch * o->arch.latent, err) ||
                   sk_account_floats(account, SK_ACTIVATIONS, &gan->logits, 2 * o->batch, err) ||
                   sk_account_floats(account, SK_ACTIVATIONS, &gan->dlogits, 2 * o->batch, err) ? -1 : 0;
}

static void initialize(struct sk_gan *g, uint64_t seed)
{
    struct sk_random random;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_INITIAL_GENERATOR, 0));
    sk_params_initialize(&g->generator->params, g->generator->weights, &random);
    sk_random_init(&random, seed, sk_stream(SK_STREAM_INITIAL_DISCRIMINATOR, 0));
    sk_params_initialize(&g->discriminator->params, g->discriminator->weights, &random);
    sk_net_weights_changed(g->generator);
    sk_net_weights_changed(g->discriminator);
}

int sk_gan_new(struct sk_gan **gan, const struct sk_gan_options *options, uint64_t seed, int jobs,
               struct sk_account *account, struct sk_error *err)
{
    struct sk_gan *g = sk_alloc(1, sizeof *g, err);
    if (!g)
        return -1;
    g->arch = options->arch;
    g->batch = options->batch;
    g->jobs = jobs;
    if (build_networks(g, options, account, err) || allocate_batch(g, options, account, err)) {
        sk_gan_free(g);
        return -1;
    }
    if (!account || !account->dry)
        initialize(g, seed);
    *gan = g;
    return 0;
}

void sk_gan_free(struct sk_gan *gan)
{
    if (!gan)
        return;
    sk_net_free(gan->generator);
    sk_net_free(gan->discriminator);
    sk_optimizer_free(&gan->generator_optimizer);
    sk_optimizer_free(&gan->discriminator_optimizer);
    free(gan->images);
    free(gan->dimages);
    free(gan->z);
    free(gan->logits);
    free(gan->dlogits);
    free(gan);
}

void sk_latents(size_t n, size_t latent, uint64_t seed, uint64_t stream, float *z)
{
    struct sk_random random;
    sk_random_init(&random, seed, stream);
    for (size_t i = 0; i < n * latent; i++)
        z[i] = (float)sk_random_normal(&random);
}

/* D sees the real and the generated images as two groups of one batch, and learns to tell them apart. */
static void discriminator_step(struct sk_gan *gan, struct sk_gan_losses *losses)
{
    struct sk_net *d = gan->discriminator;
    size_t n = gan->batch;
    sk_net_forward(d, 2 * n, 2, gan->images, gan->logits, NULL);
    losses->d_loss = sk_sigmoid_cross_entropy(n, gan->logits, NULL, 1, gan->dlogits, &losses->d_x) +
                     sk_sigmoid_cross_entropy(n, gan->logits + n, NULL, 0, gan->dlogits + n, &losses->d_g_z);
    sk_net_backward(d, 2 * n, 2, gan->images, gan->logits, gan->dlogits, NULL, true);
    sk_optimizer_update(&gan->discriminator_optimizer, d->weights, d->gradients, gan->jobs);
    sk_net_weights_changed(d);
}

/* G learns to make the updated D take its images for real ones. */
static void generator_step(struct sk_gan *gan, float *fake, struct sk_gan_losses *losses)
{
    struct sk_net *d = gan->discriminator;
    struct sk_net *g = gan->generator;
    size_t n = gan->batch;
    sk_net_forward(d, n, 1, fake, gan->logits, NULL);
    losses->g_loss = sk_sigmoid_cross_entropy(n, gan->logits, NULL, 1, gan->dlogits, NULL);
    sk_net_backward(d, n, 1, fake, gan->logits, gan->dlogits, gan->dimages, false);
    sk_net_backward(g, n, 1, gan->z, fake, gan->dimages, NULL, true);
    sk_optimizer_update(&gan->generator_optimizer, g->weights, g->gradients, gan->jobs);
    sk_net_weights_changed(g);
}

void sk_gan_step_given_z(struct sk_gan *gan, struct sk_gan_losses *losses)
{
    float *fake = gan->images + gan->batch * sk_arch_values(&gan->arch, 0);
    sk_net_forward(gan->generator, gan->batch, 1, gan->z, fake, NULL);
    discriminator_step(gan, losses);
    generator_step(gan, fake, losses);
}

void sk_gan_step(struct sk_gan *gan, uint64_t seed, uint64_t step, struct sk_gan_losses *losses)
{
    sk_latents(gan->batch, gan->arch.latent, seed, sk_stream(SK_STREAM_LATENTS, step), gan->z);
    sk_gan_step_given_z(gan, losses);
}
