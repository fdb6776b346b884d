/* Batches over ranks: who has what, sums up the tree, and networks, whose passes have the bits of one rank's. */
#include "check.h"
#include "fake_ranks.h"

#include "base/share.h"
#include "nn/gan.h"
#include "nn/loss.h"
#include "nn/recipes.h"
#include "nn/shared.h"

static const size_t batches[] = {16, 17, 50, 96, 109, 128, 1000};

static void start_share(struct sk_share *share, struct sk_ranks *ranks, size_t images)
{
    struct sk_error err;
    if (sk_share_start(share, ranks, images, &err))
        fail_msg("%s", err.text);
}

/* --- who has what ----------------------------------------------------------------- */

static void check_runs(size_t ranks, size_t images)
{
    size_t next = 0, least = images, most = 0;
    for (size_t r = 0; r < ranks; r++) {
        struct sk_ranks self = {.rank = r, .count = ranks};
        struct sk_share share;
        start_share(&share, &self, images);
        assert_int_equal(share.first, next);
        assert_true(share.count > 0 && share.first % SK_MICRO_BATCH == 0);
        next += share.count;
        const size_t micro_batches = sk_micro_batches(share.count);
        least = micro_batches < least ? micro_batches : least;
        most = micro_batches > most ? micro_batches : most;
        const struct sk_share_plan *plan = sk_share_plan(&share, 1);
        size_t image = 0, leaf = 0;
        for (size_t i = 0; i < plan->nodes; i++) {
            assert_int_equal(plan->node[i].image, image);
            assert_int_equal(plan->node[i].first, (share.first + image) / SK_MICRO_BATCH);
            image += plan->node[i].images;
        }
        assert_int_equal(image, share.count);
        for (size_t i = 0; i < plan->all_nodes; leaf += plan->in_order[i++].leaves)
            assert_int_equal(plan->in_order[i].first, leaf);
        assert_int_equal(leaf, plan->leaves);
        sk_share_free(&share);
    }
    assert_int_equal(next, images);
    assert_true(most - least <= 1);
}

static void runs(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(batches); b++)
        for (size_t ranks = 1; ranks <= FAKE_RANKS && ranks <= sk_micro_batches(batches[b]); ranks++)
            check_runs(ranks, batches[b]);
}

static void too_many_ranks(void **state)
{
    (void)state;
    struct sk_ranks self = {.count = 4};
    struct sk_share share;
    struct sk_error err;
    assert_int_equal(sk_share_start(&share, &self, 48, &err), -1);
    assert_non_null(strstr(err.text, "4 ranks are more than the 3 micro-batches"));
    sk_share_free(&share);
}

static void powers_of_two_are_one_node(void **state)
{
    (void)state;
    for (size_t ranks = 1; ranks <= 8; ranks *= 2)
        for (size_t r = 0; r < ranks; r++) {
            struct sk_ranks self = {.rank = r, .count = ranks};
            struct sk_share share;
            start_share(&share, &self, 128);
            assert_int_equal(sk_share_plan(&share, 1)->nodes, 1);
            sk_share_free(&share);
        }
}

/* --- sums --------------------------------------------------------------------------- */

/* More than one slice of each of two ranks. */
enum { VALUES = 150001, FEW = 3 };

struct sum {
    struct sk_ranks *ranks;
    size_t images, parts, values;
    const float *leaf; /* [leaves][values] */
    float *result;
};

static void *sum_leaves(void *context)
{
    struct sum *s = context;
    struct sk_share share;
    start_share(&share, s->ranks, s->images);
    const struct sk_share_plan *plan = sk_share_plan(&share, s->parts);
    float **vector = block(plan->nodes, sizeof *vector), *workspace = block(sk_share_workspace(&share, s->parts), sizeof *workspace);
    for (size_t i = 0; i < plan->nodes; i++) {
        vector[i] = block(s->values, sizeof **vector);
        for (size_t v = 0; v < s->values; v++)
            vector[i][v] = tree_of(s->leaf + plan->node[i].first * s->values + v, s->values, plan->node[i].leaves);
    }
    sk_share_sum(&share, s->parts, vector, s->values, workspace, 1);
    memcpy(s->result, vector[0], s->values * sizeof *s->result);
    for (size_t i = 0; i < plan->nodes; i++)
        free(vector[i]);
    free(vector);
    free(workspace);
    sk_share_free(&share);
    return NULL;
}

static void check_sum(size_t ranks, size_t images, size_t parts, size_t values)
{
    struct sk_random random;
    const size_t leaves = parts * sk_micro_batches(images);
    sk_random_init(&random, images, ranks);
    float *leaf = normal_floats(&random, leaves * values, 0, 1), *want = block(values, sizeof *want);
    for (size_t v = 0; v < values; v++)
        want[v] = tree_of(leaf + v, values, leaves);
    struct sum sum[FAKE_RANKS];
    for (size_t r = 0; r < ranks; r++)
        sum[r] = (struct sum){.images = images, .parts = parts, .values = values, .leaf = leaf, .result = block(values, sizeof(float))};
    run_ranks(ranks, sum_leaves, sum, sizeof *sum);
    for (size_t r = 0; r < ranks; r++) {
        check_same("sum", sum[r].result, want, values);
        free(sum[r].result);
    }
    free(leaf);
    free(want);
}

static void sums(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(batches); b++)
        for (size_t parts = 1; parts <= (batches[b] % SK_MICRO_BATCH == 0 ? 4 : 1); parts *= 2)
            for (size_t ranks = 1; ranks <= FAKE_RANKS && ranks <= sk_micro_batches(batches[b]); ranks++)
                check_sum(ranks, batches[b], parts, FEW);
    check_sum(2, 48, 1, VALUES);
    check_sum(3, 48, 2, VALUES);
}

/* --- agreement ------------------------------------------------------------------------- */

struct agreement {
    struct sk_ranks *ranks;
    int failed, agreed, greatest;
    struct sk_error err;
};

static void *agree(void *context)
{
    struct agreement *a = context;
    a->failed = a->ranks->rank == 1 || a->ranks->rank == 2;
    if (a->failed)
        sk_fail(&a->err, "rank %zu", a->ranks->rank);
    a->greatest = sk_ranks_greatest(a->ranks, (int)a->ranks->rank % 3);
    a->agreed = sk_ranks_agree(a->ranks, a->failed, &a->err);
    return NULL;
}

static void first_error_is_all(void **state)
{
    (void)state;
    struct agreement a[4] = {0};
    run_ranks(4, agree, a, sizeof *a);
    for (size_t r = 0; r < 4; r++) {
        assert_int_equal(a[r].agreed, -1);
        assert_string_equal(a[r].err.text, "rank 1");
        assert_int_equal(a[r].greatest, 2);
    }
    assert_int_equal(sk_ranks_agree(NULL, 0, &a->err), 0);
    assert_int_equal(sk_ranks_agree(NULL, -1, &a->err), -1);
    assert_int_equal(sk_ranks_greatest(NULL, 7), 7);
}

/* --- GANs ------------------------------------------------------------------------------- */

enum { SIZE = 32, PIXELS = SIZE * SIZE * 3, STEPS = 2 };

struct gan_run {
    struct sk_ranks *ranks;
    struct sk_gan_options options;
    float *generator, *discriminator, *running;
    size_t generators, discriminators, runnings;
    struct sk_gan_losses losses;
};

static void fill_images(struct sk_gan *gan, size_t step)
{
    for (size_t i = 0; i < gan->count * PIXELS; i++) {
        const size_t all = gan->first * PIXELS + i;
        gan->images[i] = sinf((float)(all % 96) * 0.07F * (float)(1 + all / PIXELS) + (float)step);
    }
    for (size_t i = 0; gan->label && i < gan->count; i++)
        gan->label[i] = (uint8_t)((gan->first + i) % 2);
}

static void *train_gan(void *context)
{
    struct gan_run *run = context;
    struct sk_share share = {0};
    struct sk_gan *gan;
    struct sk_error err;
    if (run->ranks) {
        start_share(&share, run->ranks, run->options.batch);
        run->options.share = &share;
    }
    if (sk_gan_new(&gan, &run->options, 5, 1, NULL, &err))
        fail_msg("%s", err.text);
    for (size_t step = 0; step < STEPS; step++) {
        fill_images(gan, step);
        sk_gan_step(gan, 5, step, &run->losses);
    }
    run->generators = gan->generator->params.total;
    run->discriminators = gan->discriminator->params.total;
    run->runnings = gan->discriminator->buffers.total;
    run->generator = copy_floats(gan->generator->weights, run->generators);
    run->discriminator = copy_floats(gan->discriminator->weights, run->discriminators);
    run->running = copy_floats(gan->discriminator->running, run->runnings);
    sk_gan_free(gan);
    if (run->ranks)
        sk_share_free(&share);
    return NULL;
}

static void free_run(struct gan_run *run)
{
    free(run->generator);
    free(run->discriminator);
    free(run->running);
}

static void check_gan(const struct sk_gan_options *options, size_t ranks)
{
    struct gan_run alone = {.options = *options}, run[FAKE_RANKS];
    train_gan(&alone);
    for (size_t r = 0; r < ranks; r++)
        run[r] = (struct gan_run){.options = *options};
    run_ranks(ranks, train_gan, run, sizeof *run);
    for (size_t r = 0; r < ranks; r++) {
        check_same("G", run[r].generator, alone.generator, alone.generators);
        check_same("D", run[r].discriminator, alone.discriminator, alone.discriminators);
        check_same("D's statistics", run[r].running, alone.running, alone.runnings);
        assert_memory_equal(&run[r].losses, &alone.losses, sizeof alone.losses);
        free_run(&run[r]);
    }
    free_run(&alone);
}

static const struct sk_gan_options plain = {
    {.size = SIZE, .width = 2, .latent = 8, .kernel = 5}, .batch = 48, .optimizer = {.kind = SK_ADAM, .rate = 2e-4, .beta1 = 0.5, .beta2 = 0.999}};

static void gan_on_ranks(void **state)
{
    (void)state;
    check_gan(&plain, 2);
    check_gan(&plain, 3);
    struct sk_gan_options more = plain;
    more.batch = 112;
    more.arch.kernel = 4;
    check_gan(&more, 5);
}

/* All that a step may have besides: what is drawn must be what one rank draws. */
static void gan_with_all(void **state)
{
    (void)state;
    struct sk_gan_options all = plain;
    all.loss = SK_RELATIVISTIC;
    all.penalty = 1;
    all.arch.classes = 2;
    for (int i = 0; i < SK_BATCH_AUGMENTS; i++)
        all.augment.strength[i] = 0.2;
    check_gan(&all, 2);
    check_gan(&all, 3);
}

static void residual_gan(void **state)
{
    (void)state;
    struct sk_gan_options resnet = plain;
    resnet.arch.architecture = 1;
    resnet.arch.kernel = 0;
    resnet.loss = SK_HINGE;
    check_gan(&resnet, 3);
}

/* --- a classifier, whose last micro-batch is short, with dropout --------------------------- */

enum { IMAGES = 50, CLASSES = 3 };

struct classifier_run {
    struct sk_ranks *ranks;
    float *gradients, *logits;
    size_t total;
};

static void *train_classifier(void *context)
{
    struct classifier_run *run = context;
    const struct sk_arch arch = {.size = SIZE, .width = 2, .latent = 1, .kernel = 5};
    struct sk_share share = {.count = IMAGES};
    struct sk_net *net;
    struct sk_error err;
    struct sk_random random;
    if (run->ranks)
        start_share(&share, run->ranks, IMAGES);
    const struct sk_net_use use = {share.count, true, 1};
    if (sk_net_new(&net, sk_recipes_of(&arch)->classifier, &arch, CLASSES, &use, NULL, &err) ||
        (run->ranks && sk_net_share(net, &share, 1, NULL, &err)))
        fail_msg("%s", err.text);
    sk_random_init(&random, 3, 1);
    sk_params_initialize(&net->params, net->weights, &random);
    sk_net_weights_changed(net);
    net->dropout = 0.3;
    sk_random_init(&random, 3, 2);
    float *x = normal_floats(&random, IMAGES * PIXELS, 0, 1), *dy = normal_floats(&random, IMAGES * CLASSES, 0, 1);
    const float *own = x + share.first * PIXELS;
    run->logits = block(IMAGES * CLASSES, sizeof(float));
    float *y = run->logits + share.first * CLASSES;
    sk_random_init(&random, 3, 3);
    sk_net_forward(net, share.count, 1, own, y, &random);
    sk_net_backward(net, share.count, 1, own, y, dy + share.first * CLASSES, NULL, true);
    float *all = block(IMAGES * CLASSES, sizeof *all);
    if (run->ranks) {
        sk_share_gather(&share, 1, CLASSES * sizeof *all, y, all);
        memcpy(run->logits, all, IMAGES * CLASSES * sizeof *all);
        sk_share_take(&share, 1, CLASSES * sizeof *all, run->logits, all);
        check_same("taken", all, y, share.count * CLASSES);
    }
    run->total = net->params.total;
    run->gradients = copy_floats(net->gradients, run->total);
    free(all);
    free(x);
    free(dy);
    sk_net_free(net);
    if (run->ranks)
        sk_share_free(&share);
    return NULL;
}

static void classifier_on_ranks(void **state)
{
    (void)state;
    struct classifier_run alone = {0};
    train_classifier(&alone);
    for (size_t ranks = 2; ranks <= 4; ranks++) {
        struct classifier_run run[FAKE_RANKS] = {0};
        run_ranks(ranks, train_classifier, run, sizeof *run);
        for (size_t r = 0; r < ranks; r++) {
            check_same("logits", run[r].logits, alone.logits, IMAGES * CLASSES);
            check_same("gradients", run[r].gradients, alone.gradients, alone.total);
            free(run[r].logits);
            free(run[r].gradients);
        }
    }
    free(alone.logits);
    free(alone.gradients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs),
        cmocka_unit_test(too_many_ranks),
        cmocka_unit_test(powers_of_two_are_one_node),
        cmocka_unit_test(sums),
        cmocka_unit_test(first_error_is_all),
        cmocka_unit_test(gan_on_ranks),
        cmocka_unit_test(gan_with_all),
        cmocka_unit_test(residual_gan),
        cmocka_unit_test(classifier_on_ranks),
    };
    return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
