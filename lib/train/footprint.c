#include "train/footprint.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/memory_limit.h"
#include "nn/loss.h"
#include "nn/recipes.h"
#include "nn/shared.h"
#include "train/frozen.h"
#include "train/gan_run.h"
#include "train/judge.h"

/* Program, libraries and their buffers; a thread's. */
enum { PROGRAM = 8 << 20, THREAD = 1 << 20 };

static void add(struct sk_account *account, enum sk_memory_use use, size_t count, size_t size)
{
    account->bytes[use] = sk_sum(account->bytes[use], sk_product(count, size));
}

/* A checkpoint is put together in memory: a vector of values and its moments, as PyTorch lays them out. */
static void add_checkpoint(struct sk_account *account, const struct sk_params *params, const struct sk_params *buffers,
                           const struct sk_optimizer *optimizer)
{
    add(account, SK_WEIGHTS, params->total * (1 + sk_optimizer_moments(optimizer)) + buffers->total, sizeof(float));
}

/* With --ema an average, and beside it in a checkpoint the weights that it is of. */
static void add_average(const struct sk_train_options *o, struct sk_account *account, const struct sk_net *net)
{
    if (o->ema > 0)
        add(account, SK_WEIGHTS, 2 * (net->params.total + net->buffers.total), sizeof(float));
}

/* The best snapshot, and in the checkpoint; and what judges. The photographs that it knows are some of the images. */
static int add_judge(const struct sk_train_options *o, const struct sk_net *generator, size_t images, struct sk_account *account,
                     struct sk_error *err)
{
    if (!o->judge)
        return 0;
    add(account, SK_WEIGHTS, 2 * (generator->params.total + generator->buffers.total), sizeof(float));
    return sk_judge_account(o->judge, &o->arch, images, o->jobs, account, err);
}

static int add_gan(const struct sk_train_options *o, size_t images, struct sk_account *account, struct sk_error *err)
{
    const struct sk_gan_options options = sk_gan_run_options(o);
    struct sk_gan *gan;
    if (sk_gan_new(&gan, &options, o->seed, o->jobs, account, err))
        return -1;
    add_checkpoint(account, &gan->generator->params, &gan->generator->buffers, &gan->generator_optimizer);
    add_checkpoint(account, &gan->discriminator->params, &gan->discriminator->buffers, &gan->discriminator_optimizer);
    add_average(o, account, gan->generator);
    if (o->spectral_norm)
        add(account, SK_WEIGHTS, gan->spectral.vectors + gan->discriminator->params.total + gan->discriminator->buffers.total,
            sizeof(float));
    add(account, SK_ACTIVATIONS, sk_gan_run_samples(o).count * (o->arch.latent + sk_arch_values(&o->arch, 0)), sizeof(float));
    int failed = add_judge(o, gan->generator, images, account, err);
    sk_gan_free(gan);
    return failed;
}

/* What --freeze leaves as it is, also in a checkpoint, and what it makes of a batch and of all images. */
static int add_frozen(const struct sk_train_options *o, size_t outputs, size_t images, struct sk_account *account,
                      struct sk_error *err)
{
    struct sk_frozen frozen;
    int failed = sk_frozen_start(&frozen, &o->arch, outputs, sk_train_count(o), o->jobs, account, err);
    if (!failed) {
        add(account, SK_WEIGHTS, frozen.net->params.total + frozen.net->buffers.total, sizeof(float));
        add(account, SK_ACTIVATIONS, sk_train_count(o) * frozen.values, sizeof(float));
        add(account, SK_IMAGES, images, frozen.values * sizeof(float) + 1);
    }
    sk_frozen_free(&frozen);
    return failed;
}

static int add_classifier(const struct sk_train_options *o, size_t classes, size_t images, struct sk_account *account,
                          struct sk_error *err)
{
    const struct sk_net_use use = {sk_train_count(o), true, o->jobs};
    struct sk_net *net;
    struct sk_optimizer optimizer;
    const size_t outputs = sk_class_logits(classes);
    sk_recipe *recipe = o->freeze ? sk_classifier_head : sk_recipes_of(&o->arch)->classifier;
    if ((o->freeze && add_frozen(o, outputs, images, account, err)) ||
        sk_net_new(&net, recipe, &o->arch, outputs, &use, account, err))
        return -1;
    int failed = (o->share && sk_net_share(net, o->share, 1, account, err)) ||
                 sk_optimizer_start(&optimizer, &o->optimizer, &net->params, account, err);
    if (!failed) {
        const size_t snapshot = net->params.total + net->buffers.total;
        add_checkpoint(account, &net->params, &net->buffers, &optimizer);
        add_average(o, account, net);
        add(account, SK_WEIGHTS, 2 * snapshot, sizeof(float)); /* the best one, and in the checkpoint */
        add(account, SK_ACTIVATIONS, (o->mixup > 0 ? o->batch : sk_train_count(o)) * sk_arch_values(&o->arch, 0), sizeof(float));
        add(account, SK_ACTIVATIONS, o->batch * (2 * outputs + classes), sizeof(float));
        sk_optimizer_free(&optimizer);
    }
    sk_net_free(net);
    return failed;
}

/* --init's model stays in memory until its weights are taken; a pipe's size is not known. */
static void add_initial(const struct sk_train_options *o, struct sk_account *account)
{
    struct stat status;
    if (o->initial && stat(o->initial, &status) == 0 && S_ISREG(status.st_mode))
        add(account, SK_WEIGHTS, (size_t)status.st_size, 1);
}

int sk_train_footprint(const struct sk_train_options *o, bool classifier, size_t classes, size_t images,
                       struct sk_account *account, struct sk_error *err)
{
    *account = (struct sk_account){.dry = true};
    if (classifier ? add_classifier(o, classes, images, account, err) : add_gan(o, images, account, err))
        return -1;
    add_initial(o, account);
    /* pixels and class, and its place in the order of an epoch and among the training images */
    add(account, SK_IMAGES, images, sk_arch_values(&o->arch, 0) + 1 + 2 * sizeof(uint32_t));
    if (classifier)
        add(account, SK_IMAGES, images, classes * sizeof(double));
    add(account, SK_WORKSPACE, PROGRAM + (size_t)o->jobs * THREAD, 1);
    return 0;
}

static int refuse(const struct sk_train_options *o, const struct sk_account *account, size_t need,
                  const struct sk_memory_limit *limit, struct sk_error *err)
{
    char activations[32], workspace[32], weights[32], images[32], all[32], there[32], width[40] = "", each[40] = "";
    sk_memory_text(account->bytes[SK_ACTIVATIONS], activations);
    sk_memory_text(account->bytes[SK_WORKSPACE], workspace);
    sk_memory_text(account->bytes[SK_WEIGHTS], weights);
    sk_memory_text(account->bytes[SK_IMAGES], images);
    sk_memory_text(need, all);
    sk_memory_text(limit->bytes, there);
    if (o->arch.width)
        snprintf(width, sizeof width, " and width %zu", o->arch.width);
    if (o->share)
        snprintf(each, sizeof each, " for each of %zu ranks", o->share->ranks->here);
    return sk_fail(err, "needs %s of memory%s, %s %s: take a smaller --batch%s (batch %zu%s at size %zu: %s of activations, %s of "
                   "workspace, %s of weights and moments; images: %s)", all, each, limit->whose, there, o->arch.width ? " or --width" : "",
                   o->batch, width, o->arch.size, activations, workspace, weights, images);
}

int sk_train_check_memory(const struct sk_train_options *options, bool classifier, const struct sk_dataset *set,
                          const struct sk_dataset *valid, struct sk_error *err)
{
    const size_t images = set ? set->count + (valid ? valid->count : 0) : 0, classes = set && set->classes > 2 ? set->classes : 2;
    const struct sk_memory_limit limit = sk_memory_limit("");
    struct sk_account account;
    if (sk_train_footprint(options, classifier, classes, images, &account, err))
        return -1;
    size_t need = 0;
    for (int i = 0; i < SK_MEMORY_USES; i++)
        need = sk_sum(need, account.bytes[i]);
    return sk_product(need, options->share ? options->share->ranks->here : 1) > limit.bytes ? refuse(options, &account, need, &limit, err) : 0;
}
