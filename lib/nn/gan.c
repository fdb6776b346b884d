#include "nn/gan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/streams.h"
#include "nn/loss.h"
#include "nn/recipes.h"
#include "nn/shared.h"

/* Parts of what D is given at once that are real or generated images: these, and with the penalty these with noise. */
static size_t halves(const struct sk_gan_options *o)
{
    return o->penalty > 0 ? 2 : 1;
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
    const size_t parts = 2 * halves(o);
    const struct sk_net_use drawing = {gan->count, true, gan->jobs}, judging = {parts * gan->count, true, gan->jobs};
    const struct sk_recipes *recipes = sk_recipes_of(&o->arch);
    if (sk_net_new(&gan->generator, recipes->generator, &o->arch, 0, &drawing, account, err) ||
        sk_net_new(&gan->discriminator, recipes->discriminator, &o->arch, 1, &judging, account, err) ||
        (o->share && sk_net_share(gan->generator, o->share, 1, account, err)) ||
        (o->share && sk_net_share(gan->discriminator, o->share, parts, account, err)) ||
        sk_optimizer_start(&gan->generator_optimizer, &o->optimizer, &gan->generator->params, account, err) ||
        sk_optimizer_start(&gan->discriminator_optimizer, &o->optimizer, &gan->discriminator->params, account, err))
        return -1;
    return o->spectral_norm ? sk_spectral_norm_start(&gan->spectral, gan->discriminator, account, err) : 0;
}

/* Where this process has the whole batch, its logits are all. */
static int allocate_logits(struct sk_gan *gan, struct sk_account *account, struct sk_error *err)
{
    const size_t parts = 2 * halves(&gan->options), all = parts * gan->options.batch, own = parts * gan->count;
    if (sk_account_floats(account, SK_ACTIVATIONS, &gan->logits, all, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->dlogits, all, err))
        return -1;
    gan->own_logits = gan->logits;
    gan->own_dlogits = gan->dlogits;
    return gan->options.share && (sk_account_floats(account, SK_ACTIVATIONS, &gan->own_logits, own, err) ||
                                  sk_account_floats(account, SK_ACTIVATIONS, &gan->own_dlogits, own, err)) ? -1 : 0;
}

static int allocate_batch(struct sk_gan *gan, struct sk_account *account, struct sk_error *err)
{
    const struct sk_gan_options *o = &gan->options;
    const size_t pixels = sk_arch_values(&o->arch, 0), seen = 2 * halves(o) * gan->count;
    if (o->arch.classes && !(gan->label = sk_alloc(seen, sizeof *gan->label, err)))
        return -1;
    gan->generator->label = gan->discriminator->label = gan->label;
    if (sk_account_floats(account, SK_ACTIVATIONS, &gan->images, 2 * gan->count * pixels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->dimages, gan->count * pixels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &gan->z, o->batch * o->arch.latent, err) || allocate_logits(gan, account, err))
        return -1;
    if ((augments(o) || o->penalty > 0) && sk_account_floats(account, SK_ACTIVATIONS, &gan->seen, seen * pixels, err))
        return -1;
    if (!augments(o))
        return 0;
    gan->augmentation = sk_alloc(o->batch, sizeof *gan->augmentation, err);
    return !gan->augmentation || sk_account_floats(account, SK_ACTIVATIONS, &gan->dseen, gan->count * pixels, err) ? -1 : 0;
}

void sk_gan_weights_changed(struct sk_gan *gan, uint64_t seed)
{
    struct sk_random random;
    sk_net_weights_changed(gan->generator);
    sk_net_weights_changed(gan->discriminator);
    if (!gan->spectral.count)
        return;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_SPECTRAL, 0));
    sk_spectral_norm_begin(&gan->spectral, gan->discriminator, &random);
}

static void initialize(struct sk_gan *g, uint64_t seed)
{
    struct sk_random random;
    sk_random_init(&random, seed, sk_stream(SK_STREAM_INITIAL_GENERATOR, 0));
    sk_params_initialize(&g->generator->params, g->generator->weights, &random);
    sk_random_init(&random, seed, sk_stream(SK_STREAM_INITIAL_DISCRIMINATOR, 0));
    sk_params_initialize(&g->discriminator->params, g->discriminator->weights, &random);
    sk_gan_weights_changed(g, seed);
}

int sk_gan_new(struct sk_gan **gan, const struct sk_gan_options *options, uint64_t seed, int jobs,
               struct sk_account *account, struct sk_error *err)
{
    struct sk_gan *g = sk_alloc(1, sizeof *g, err);
    if (!g)
        return -1;
    g->options = *options;
    g->jobs = jobs;
    g->first = options->share ? options->share->first : 0;
    g->count = options->share ? options->share->count : options->batch;
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
    if (gan->options.share) {
        free(gan->own_logits);
        free(gan->own_dlogits);
    }
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

/* A batch of images as augmented anew, into to; or the images themselves where nothing is to be done to them. What is drawn is for
   the whole batch. */
static const float *show(struct sk_gan *gan, const float *images, float *to, struct draws *draws)
{
    const struct sk_gan_options *o = &gan->options;
    if (gan->augmentation) {
        sk_batch_augment_draw(&o->augment, o->batch, o->arch.size, &draws->augment, gan->augmentation);
        sk_batch_augment(gan->count, o->arch.size, gan->augmentation + gan->first, images, to, gan->jobs);
        return to;
    }
    return images;
}

enum { NOISE_WORDS = 64 };
static const float noise_deviation = 0.01f;

/* Values of a batch, of which some are this rank's. */
struct run {
    size_t first, count, all;
};

/* to = x + noise, of which each value is the deviation up or down: its square has no variance of its own. Words are drawn for the
   whole batch, NOISE_WORDS at a time. */
static void add_noise(const struct run *run, const float *x, float *to, struct sk_random *random)
{
    const size_t block = 32 * NOISE_WORDS, before = run->first / block, end = (run->first + run->count + block - 1) / block;
    uint32_t bits[NOISE_WORDS];
    sk_random_skip(random, before * NOISE_WORDS);
    for (size_t i = 0; i < run->count; i++) {
        const size_t place = (run->first + i) % block;
        if (place == 0 || i == 0)
            sk_random_fill(random, bits, NOISE_WORDS);
        to[i] = x[i] + (bits[place / 32] >> place % 32 & 1 ? noise_deviation : -noise_deviation);
    }
    sk_random_skip(random, ((run->all + block - 1) / block - end) * NOISE_WORDS);
}

/* Real or generated images into D's batch, with the penalty once more with noise. */
static void show_both(struct sk_gan *gan, const float *images, float *to, struct draws *draws)
{
    const struct sk_gan_options *o = &gan->options;
    const size_t image = sk_arch_values(&o->arch, 0);
    const struct run run = {gan->first * image, gan->count * image, o->batch * image};
    if (show(gan, images, to, draws) != to)
        memcpy(to, images, run.count * sizeof *to);
    if (o->penalty > 0)
        add_noise(&run, to, to + run.count, &draws->noise);
}

/* Losses are of all ranks' logits, [parts][batch], of which each knows the gradients. */
static void gather_logits(const struct sk_gan *gan, size_t parts, const float *own, float *all)
{
    if (gan->options.share)
        sk_share_gather(gan->options.share, parts, sizeof *all, own, all);
}

static float *own_dlogits(const struct sk_gan *gan, size_t parts)
{
    if (gan->options.share)
        sk_share_take(gan->options.share, parts, sizeof *gan->dlogits, gan->dlogits, gan->own_dlogits);
    return gan->own_dlogits;
}

static double mean_sigmoid(size_t n, const float *logits)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sk_sigmoid((double)logits[i]);
    return sum / (double)n;
}

static const float *own_latents(const struct sk_gan *gan)
{
    return gan->z + gan->first * gan->options.arch.latent;
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
    const size_t n = o->batch, half = halves(o) * n, own = halves(o) * gan->count, values = sk_arch_values(&o->arch, 0);
    float *real = gan->logits, *fake = real + half, *dreal = gan->dlogits, *dfake = dreal + half;
    if (gan->seen) {
        show_both(gan, gan->images, gan->seen, draws);
        show_both(gan, gan->images + gan->count * values, gan->seen + own * values, draws);
    }
    const float *x = gan->seen ? gan->seen : gan->images;
    sk_net_forward(d, 2 * own, 2, x, gan->own_logits, NULL);
    gather_logits(gan, 2 * halves(o), gan->own_logits, gan->logits);
    losses->d_x = mean_sigmoid(n, real);
    losses->d_g_z = mean_sigmoid(n, fake);
    losses->d_loss = sk_gan_loss_of_d(o->loss, n, real, fake, dreal, dfake);
    if (o->penalty > 0) {
        memset(dreal + n, 0, n * sizeof *dreal);
        memset(dfake + n, 0, n * sizeof *dfake);
        sk_gan_penalty(o->penalty, n, real, real + n, dreal, dreal + n);
        sk_gan_penalty(o->penalty, n, fake, fake + n, dfake, dfake + n);
    }
    sk_net_backward(d, 2 * own, 2, x, gan->own_logits, own_dlogits(gan, 2 * halves(o)), NULL, true);
    update_discriminator(gan);
}

/* G learns to make the updated D take its images for real ones, or, relativistic, for more real than the real ones, of which D's logits
   are then at logits + batch. */
static void generator_step(struct sk_gan *gan, float *fake, struct draws *draws, struct sk_gan_losses *losses)
{
    const struct sk_gan_options *o = &gan->options;
    struct sk_net *d = gan->discriminator, *g = gan->generator;
    const size_t n = gan->count;
    float *real = gan->logits + o->batch, *own = gan->own_logits;
    if (o->loss == SK_RELATIVISTIC) {
        sk_net_forward(d, n, 1, show(gan, gan->images, gan->seen, draws), own + n, NULL);
        gather_logits(gan, 1, own + n, real);
    }
    const float *seen = show(gan, fake, gan->seen, draws);
    sk_net_forward(d, n, 1, seen, own, NULL);
    gather_logits(gan, 1, own, gan->logits);
    losses->g_loss = sk_gan_loss_of_g(o->loss, o->batch, real, gan->logits, gan->dlogits);
    sk_net_backward(d, n, 1, seen, own, own_dlogits(gan, 1), gan->augmentation ? gan->dseen : gan->dimages, false);
    if (gan->augmentation)
        sk_batch_augment_backward(n, o->arch.size, gan->augmentation + gan->first, gan->dseen, gan->dimages, gan->jobs);
    sk_net_backward(g, n, 1, own_latents(gan), fake, gan->dimages, NULL, true);
    sk_optimizer_update(&gan->generator_optimizer, g->weights, g->gradients, gan->jobs);
    sk_net_weights_changed(g);
}

static void step_given_z(struct sk_gan *gan, struct draws *draws, struct sk_gan_losses *losses)
{
    const struct sk_gan_options *o = &gan->options;
    const size_t n = gan->count;
    for (size_t i = n; gan->label && i < 2 * halves(o) * n; i++)
        gan->label[i] = gan->label[i - n];
    float *fake = gan->images + n * sk_arch_values(&o->arch, 0);
    sk_net_forward(gan->generator, n, 1, own_latents(gan), fake, NULL);
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
