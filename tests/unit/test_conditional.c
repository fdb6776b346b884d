/* GANs of classes beside those without, and what they learn of their classes. */
#include "check.h"
#include "nn/class_names.h"
#include "nn/conditional.h"
#include "nn/gan.h"
#include "nn/recipes.h"

enum { LATENT = 5, CLASSES = 3, BATCH = 6, WIDTH = 2, GANS = 2 /* the architectures that have one come first */ };

static const uint8_t label[BATCH] = {2, 0, 1, 1, 2, 0};

static struct sk_arch arch_of(size_t architecture, size_t latent, size_t classes)
{
    return (struct sk_arch){.size = 32, .width = WIDTH, .latent = latent, .kernel = 5, .architecture = architecture, .classes = classes};
}

static struct sk_net *new_net(sk_recipe *recipe, const struct sk_arch *arch, bool training)
{
    const struct sk_net_use use = {BATCH, training, 2};
    struct sk_net *net;
    struct sk_error err;
    struct sk_random r;
    if (sk_net_new(&net, recipe, arch, 1, &use, NULL, &err))
        fail_msg("%s", err.text);
    sk_random_init(&r, 1, 0);
    for (size_t i = 0; i < net->params.total; i++)
        net->weights[i] = (float)sk_random_normal(&r) / 5;
    return net;
}

/* All parameters but the classes' from one network to another. */
static void copy_others(const struct sk_net *from, struct sk_net *to)
{
    for (size_t i = 0, k = 0; i < from->params.count; i++) {
        const struct sk_param *p = &from->params.item[i];
        if (strstr(p->name, ".class.weight"))
            continue;
        assert_string_equal(p->name, to->params.item[k].name);
        assert_int_equal(p->count, to->params.item[k].count);
        memcpy(to->weights + to->params.item[k++].offset, from->weights + p->offset, p->count * sizeof *to->weights);
    }
    sk_net_weights_changed(to);
}

static const float *classes_of(const struct sk_net *net)
{
    for (size_t i = 0; i < net->params.count; i++)
        if (strstr(net->params.item[i].name, ".class.weight"))
            return net->weights + net->params.item[i].offset;
    fail_msg("no class.weight");
    return NULL;
}

/* A generator's images are those of one without classes that is given the latents and the vector joined. */
static void check_generator(size_t architecture)
{
    const struct sk_arch with = arch_of(architecture, LATENT, CLASSES), without = arch_of(architecture, 2 * LATENT, 0);
    sk_recipe *recipe = sk_architecture[architecture].generator;
    struct sk_net *g = new_net(recipe, &with, true), *plain = new_net(recipe, &without, true);
    const size_t values = sk_net_outputs(g);
    struct sk_random r;
    sk_random_init(&r, 2, 0);
    copy_others(g, plain);
    sk_net_weights_changed(g);
    size_t length;
    const float *vector = sk_conditional_vectors(g, &length);
    assert_int_equal(length, LATENT);
    assert_ptr_equal(vector, classes_of(g));
    assert_null(sk_conditional_vectors(plain, &length));
    assert_int_equal(length, 0);
    float *z = normal_floats(&r, BATCH * LATENT, 0, 1), *joined = block(2 * BATCH * LATENT, sizeof *joined);
    float *between = normal_floats(&r, BATCH * LATENT, 0, 1);
    float *images = block(BATCH * values, sizeof *images), *want = block(BATCH * values, sizeof *want);
    for (size_t i = 0; i < BATCH; i++) {
        memcpy(joined + 2 * i * LATENT, z + i * LATENT, LATENT * sizeof *z);
        memcpy(joined + (2 * i + 1) * LATENT, vector + label[i] * LATENT, LATENT * sizeof *z);
    }
    g->label = label;
    sk_net_forward(g, BATCH, 1, z, images, NULL);
    sk_net_forward(plain, BATCH, 1, joined, want, NULL);
    check_same("images in training", images, want, BATCH * values);
    sk_net_infer(g, BATCH, z, images);
    sk_net_infer(plain, BATCH, joined, want);
    check_same("images", images, want, BATCH * values);
    g->vector = between; /* of no class */
    for (size_t i = 0; i < BATCH; i++)
        memcpy(joined + (2 * i + 1) * LATENT, between + i * LATENT, LATENT * sizeof *z);
    sk_net_infer(g, BATCH, z, images);
    sk_net_infer(plain, BATCH, joined, want);
    check_same("images between classes", images, want, BATCH * values);
    void *all[] = {z, joined, between, images, want};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
    sk_net_free(g);
    sk_net_free(plain);
}

static void generator(void **state)
{
    (void)state;
    for (size_t a = 0; a < GANS; a++)
        check_generator(a);
}

/* A discriminator's logit is that of one without classes plus the product of class and features. */
static void check_discriminator(size_t architecture)
{
    const struct sk_arch with = arch_of(architecture, LATENT, CLASSES), without = arch_of(architecture, LATENT, 0);
    sk_recipe *recipe = sk_architecture[architecture].discriminator;
    struct sk_net *d = new_net(recipe, &with, false), *plain = new_net(recipe, &without, false);
    const size_t features = sk_net_features_count(d);
    struct sk_random r;
    sk_random_init(&r, 3, 0);
    copy_others(d, plain);
    sk_net_weights_changed(d);
    float *images = normal_floats(&r, BATCH * sk_net_inputs(d), 0, 0.5), *mean = block(BATCH * features, sizeof *mean);
    float logits[BATCH], plain_logits[BATCH];
    double want[BATCH];
    d->label = label;
    sk_net_infer(d, BATCH, images, logits);
    sk_net_infer(plain, BATCH, images, plain_logits);
    sk_net_features(plain, BATCH, mean);
    for (size_t i = 0; i < BATCH; i++) {
        want[i] = (double)plain_logits[i];
        for (size_t c = 0; c < features; c++)
            want[i] += (double)mean[i * features + c] * (double)classes_of(d)[label[i] * features + c];
    }
    check_close("logits", logits, want, BATCH, 1e-5);
    for (size_t i = 0; i < BATCH; i++)
        assert_true(logits[i] != plain_logits[i]);
    free(images);
    free(mean);
    sk_net_free(d);
    sk_net_free(plain);
}

static void discriminator(void **state)
{
    (void)state;
    for (size_t a = 0; a < GANS; a++)
        check_discriminator(a);
}

/* Some steps on dark images of class 0 and bright ones of class 1, by turns. */
static struct sk_gan *train(const struct sk_gan_options *options, size_t steps, int jobs)
{
    struct sk_gan *gan;
    struct sk_error err;
    struct sk_gan_losses losses;
    const size_t values = sk_arch_values(&options->arch, 0);
    if (sk_gan_new(&gan, options, 4, jobs, NULL, &err))
        fail_msg("%s", err.text);
    for (uint64_t step = 0; step < steps; step++) {
        struct sk_random r;
        sk_random_init(&r, 5, step);
        for (size_t i = 0; i < options->batch; i++) {
            gan->label[i] = i % 2;
            for (size_t j = 0; j < values; j++)
                gan->images[i * values + j] = (float)(i % 2 ? 0.5 : -0.5) + (float)sk_random_between(&r, -0.3, 0.3);
        }
        sk_gan_step(gan, 4, step, &losses);
    }
    return gan;
}

/* Of images of both classes, as the generator has them in training: running statistics lag behind so high a rate. */
static void mean_images(struct sk_gan *gan, double mean[2])
{
    const size_t values = sk_net_outputs(gan->generator);
    float z[4 * LATENT], *images = block(4 * values, sizeof *images);
    sk_latents(4, LATENT, 6, 0, z);
    for (uint8_t i = 0; i < 4; i++)
        gan->label[i] = i % 2;
    sk_net_forward(gan->generator, 4, 1, z, images, NULL);
    mean[0] = mean[1] = 0;
    for (size_t i = 0; i < 4 * values; i++)
        mean[i / values % 2] += (double)images[i] / (double)(2 * values);
    free(images);
}

/* The generator learns which class is which: labels reach both networks. */
static void classes_are_learnt(void **state)
{
    (void)state;
    for (size_t a = 0; a < GANS; a++) {
        struct sk_gan_options options = {arch_of(a, LATENT, 2), .batch = 4, .optimizer = {SK_ADAM, 2e-3, 0, 0, 0.999, 0},
                                         .loss = SK_RELATIVISTIC, .penalty = 100};
        options.arch.width = 4; /* of two channels behind a rectifier both may be dead */
        struct sk_gan *gan = train(&options, 100, 1);
        double mean[2];
        mean_images(gan, mean);
        if (!(mean[1] > mean[0] + 0.3))
            fail_msg("%s: class 0 is %g, class 1 %g", sk_architecture_name[a], mean[0], mean[1]);
        sk_gan_free(gan);
    }
}

/* With all that a step can have: D sees each image once more with noise, and as augmented. */
static void jobs_do_not_matter(void **state)
{
    (void)state;
    for (size_t a = 0; a < GANS; a++) {
        const struct sk_gan_options options = {arch_of(a, LATENT, 2), .batch = 5, .optimizer = {SK_ADAM, 2e-3, 0.5, 0, 0.999, 0},
                                               .loss = SK_RELATIVISTIC, .penalty = 10,
                                               .augment.strength = {[SK_BATCH_FLIP] = 1, [SK_BATCH_CUTOUT] = 0.3}};
        struct sk_gan *one = train(&options, 2, 1), *three = train(&options, 2, 3);
        check_same("generator", one->generator->weights, three->generator->weights, one->generator->params.total);
        check_same("discriminator", one->discriminator->weights, three->discriminator->weights, one->discriminator->params.total);
        for (size_t i = 0; i < 4 * options.batch; i++) /* real, with noise, generated, with noise */
            assert_int_equal(one->label[i], i % options.batch % 2);
        sk_gan_free(one);
        sk_gan_free(three);
    }
}

static void refused(void **state)
{
    (void)state;
    const struct sk_arch many = arch_of(0, LATENT, SK_MAX_CLASSES + 1);
    const struct sk_gan_options options = {many, .batch = 4, .optimizer = {SK_ADAM, 1e-3, 0.5, 0, 0.999, 0}};
    struct sk_gan *gan;
    struct sk_error err;
    assert_int_equal(sk_gan_new(&gan, &options, 1, 1, NULL, &err), -1);
    assert_string_equal(err.text, "65 classes are more than 64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator),          cmocka_unit_test(discriminator), cmocka_unit_test(classes_are_learnt),
        cmocka_unit_test(jobs_do_not_matter), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("conditional", tests, NULL, NULL);
}
