#include "nn/gan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/streams.h"
#include "nn/loss.h"
#include "nn/recipes.h"

/* What D is given at once, and how many generated or real images that is. */
static size_t seen_of(const struct sk_gan_options *o)
{
    return o->penalty > 0 ? 2 * o->batch : o->batch;
}

static bool augments(const struct sk_gan_options *o)
{
    bool any = false;
    for (int i = 0; i < SK_BATCH_AUGMENTS; i++)
        any = any || o->augment.strength[i] > 0;
    return any;
}

static int build_networks(struct sk_gan *gan, struct sk_account *account, struct sk_error *err)
{
    const struct sk_gan_options *o = &gan->options;
    const struct sk_net_use drawing = {o->batch, true, gan->jobs}, judging = {2 * seen_of(o), true, gan->jobs};
    const struct sk_recipes *recipes = sk_recipes_of(&o->arch);
    if (sk_net_new(&gan->generator, recipes->generator, &o->arch, 0, &drawing, account, err) ||
        sk_net_new(&gan->discriminator, recipes->discriminator, &o->arch, 1, &judging, account, err) ||
        sk_optimizer_start(&gan->generator_optimizer, &o->optimizer, gan->generator->params.total, account, err) ||
        sk_optimizer_start(&gan->discriminator_optimizer, &o->optimizer, gan->discriminator->params.total, account, err))
        return -1;
    return o->spectral_norm ? sk_spectral_norm_start(&gan->spectral, gan->discriminator, account, err) : 0;
}

static int allocate_batch(struct sk_gan *gan, struct sk_account *account, struct sk_error *err)
{
    const struct sk_gan_options *o = &gan->options;
    const size_t pixels = sk_arch_values(&o->arch, 0), seen = 2 * seen_of(o);
    if (o->arch.classes && !(gan->label = sk_alloc(seen, sizeof *gan->label, err)))
        return -1;
    gan->generator->label = gan->discriminator->label = gan->label;
    if (sk_account_floats(account, SK_ACTIVATIONS, &gan->images, 2 * o->batch * pixels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->dimages, o->batch * pixels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->z, o->batch * o->arch.latent, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->logits, seen, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->dlogits, seen, err))
        return -1;
    if ((augments(o) || o->penalty > 0) && sk_account_floats(account, SK_ACTIVATIONS, &gan->seen, seen * pixels, err))
        return -1;
    if (!augments(o))
        return 0;
    gan->augmentation = sk_alloc(o->batch, sizeof *gan->augmentation, err);
    return !gan->augmentation || sk_account_floats(account, SK_ACTIVATIONS, &gan->dseen, o->batch * pixels, err) ? -1 : 0;
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
    if (!g->spectral.count)
        return;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_SPECTRAL, 0));
    sk_spectral_norm_begin(&g->spectral, g->discriminator, &random);
}

int sk_gan_new(struct sk_gan **gan, const struct sk_gan_options *options, uint64_t seed, int jobs,
               struct sk_account *account, struct sk_error *err)
{
    struct sk_gan *g = sk_alloc(1, sizeof *g, err);
    if (!g)
        return -1;
    g->options = *options;
    g->jobs = jobs;
    if (build_networks(g, account, err) || allocate_batch(g, account, err)) {
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
    sk_spectral_norm_free(&gan->spectral);
    free(gan->images);
    free(gan->label);
    free(gan->dimages);
    free(gan->z);
    free(gan->logits);
    free(gan->dlogits);
    free(gan->seen);
    free(gan->dseen);
    free(gan->augmentation);
    free(gan);
}

void sk_latents(size_t n, size_t latent, uint64_t seed, uint64_t stream, float *z)
{
    struct sk_random random;
    sk_random_init(&random, seed, stream);
    for (size_t i = 0; i < n * latent; i++)
        z[i] = (float)sk_random_normal(&random);
}

/* --- what D sees ------------------------------------------------------------------ */

/* A step's own random numbers. */
struct draws {
    struct sk_random augment, noise;
};

static struct draws draws_of(uint64_t seed, uint64_t step)
{
    struct draws draws;
    sk_random_init(&draws.augment, seed, sk_stream(SK_STREAM_BATCH_AUGMENT, step));
    sk_random_init(&draws.noise, seed, sk_stream(SK_STREAM_PENALTY, step));
    return draws;
}

/* A batch of images as augmented anew, into to; or the images themselves where nothing is to be done to them. */
static const float *show(struct sk_gan *gan, const float *images, float *to, struct draws *draws)
{
    const struct sk_gan_options *o = &gan->options;
    if (gan->augmentation) {
        sk_batch_augment_draw(&o->augment, o->batch, o->arch.size, &draws->augment, gan->augmentation);
        sk_batch_augment(o->batch, o->arch.size, gan->augmentation, images, to, gan->jobs);
        return to;
    }
    return images;
}

enum { NOISE_WORDS = 64 };
static const float noise_deviation = 0.01f;

/* to = x + noise, of which each value is the deviation up or down: its square has no variance of its own. */
static void add_noise(size_t values, const float *x, float *to, struct sk_random *random)
{
    uint32_t bits[NOISE_WORDS];
    for (size_t i = 0; i < values; i++) {
        const size_t place = i % (32 * NOISE_WORDS);
        if (place == 0)
            sk_random_fill(random, bits, NOISE_WORDS);
        to[i] = x[i] + (bits[place / 32] >> place % 32 & 1 ? noise_deviation : -noise_deviation);
    }
}

/* Real or generated images into D's batch, with the penalty once more with noise. */
static void show_both(struct sk_gan *gan, const float *images, float *to, struct draws *draws)
{
    const struct sk_gan_options *o = &gan->options;
    const size_t values = o->batch * sk_arch_values(&o->arch, 0);
    if (show(gan, images, to, draws) != to)
        memcpy(to, images, values * sizeof *to);
    if (o->penalty > 0)
        add_noise(values, to, to + values, &draws->noise);
}

static double mean_sigmoid(size_t n, const float *logits)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sk_sigmoid((double)logits[i]);
    return sum / (double)n;
}

/* --- a step -------------------------------------------------------------------------- */

static void update_discriminator(struct sk_gan *gan)
{
    struct sk_net *d = gan->discriminator;
    if (gan->spectral.count) {
        sk_spectral_norm_backward(&gan->spectral, d);
        sk_optimizer_update(&gan->discriminator_optimizer, gan->spectral.raw, d->gradients, gan->jobs);
        sk_spectral_norm_apply(&gan->spectral, d);
        return;
    }
    sk_optimizer_update(&gan->discriminator_optimizer, d->weights, d->gradients, gan->jobs);
    sk_net_weights_changed(d);
}

/* D sees the real and the generated images as two groups of one batch, and learns to tell them apart. */
static void discriminator_step(struct sk_gan *gan, struct draws *draws, struct sk_gan_losses *losses)
{
    const struct sk_gan_options *o = &gan->options;
    struct sk_net *d = gan->discriminator;
    const size_t n = o->batch, half = seen_of(o), values = sk_arch_values(&o->arch, 0);
    float *real = gan->logits, *fake = real + half, *dreal = gan->dlogits, *dfake = dreal + half;
    if (gan->seen) {
        show_both(gan, gan->images, gan->seen, draws);
        show_both(gan, gan->images + n * values, gan->seen + half * values, draws);
    }
    const float *x = gan->seen ? gan->seen : gan->images;
    sk_net_forward(d, 2 * half, 2, x, gan->logits, NULL);
    losses->d_x = mean_sigmoid(n, real);
    losses->d_g_z = mean_sigmoid(n, fake);
    losses->d_loss = sk_gan_loss_of_d(o->loss, n, real, fake, dreal, dfake);
    if (o->penalty > 0) {
        memset(dreal + n, 0, n * sizeof *dreal);
        memset(dfake + n, 0, n * sizeof *dfake);
        sk_gan_penalty(o->penalty, n, real, real + n, dreal, dreal + n);
        sk_gan_penalty(o->penalty, n, fake, fake + n, dfake, dfake + n);
    }
    sk_net_backward(d, 2 * half, 2, x, gan->logits, gan->dlogits, NULL, true);
    update_discriminator(gan);
}

/* G learns to make the updated D take its images for real ones, or, relativistic, for more real than the real ones, of which D's logits
   are then at logits + batch. */
static void generator_step(struct sk_gan *gan, float *fake, struct draws *draws, struct sk_gan_losses *losses)
{
    const struct sk_gan_options *o = &gan->options;
    struct sk_net *d = gan->discriminator, *g = gan->generator;
    const size_t n = o->batch;
    float *real = gan->logits + n;
    if (o->loss == SK_RELATIVISTIC)
        sk_net_forward(d, n, 1, show(gan, gan->images, gan->seen, draws), real, NULL);
    const float *seen = show(gan, fake, gan->seen, draws);
    sk_net_forward(d, n, 1, seen, gan->logits, NULL);
    losses->g_loss = sk_gan_loss_of_g(o->loss, n, real, gan->logits, gan->dlogits);
    sk_net_backward(d, n, 1, seen, gan->logits, gan->dlogits, gan->augmentation ? gan->dseen : gan->dimages, false);
    if (gan->augmentation)
        sk_batch_augment_backward(n, o->arch.size, gan->augmentation, gan->dseen, gan->dimages, gan->jobs);
    sk_net_backward(g, n, 1, gan->z, fake, gan->dimages, NULL, true);
    sk_optimizer_update(&gan->generator_optimizer, g->weights, g->gradients, gan->jobs);
    sk_net_weights_changed(g);
}

static void step_given_z(struct sk_gan *gan, struct draws *draws, struct sk_gan_losses *losses)
{
    const struct sk_gan_options *o = &gan->options;
    for (size_t i = o->batch; gan->label && i < 2 * seen_of(o); i++)
        gan->label[i] = gan->label[i - o->batch];
    float *fake = gan->images + o->batch * sk_arch_values(&o->arch, 0);
    sk_net_forward(gan->generator, o->batch, 1, gan->z, fake, NULL);
    discriminator_step(gan, draws, losses);
    generator_step(gan, fake, draws, losses);
}

void sk_gan_step_given_z(struct sk_gan *gan, struct sk_gan_losses *losses)
{
    struct draws none = draws_of(0, 0);
    step_given_z(gan, &none, losses);
}

void sk_gan_step(struct sk_gan *gan, uint64_t seed, uint64_t step, struct sk_gan_losses *losses)
{
    struct draws draws = draws_of(seed, step);
    sk_latents(gan->options.batch, gan->options.arch.latent, seed, sk_stream(SK_STREAM_LATENTS, step), gan->z);
    step_given_z(gan, &draws, losses);
}
