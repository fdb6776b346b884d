/* One training step against PyTorch's of the same network, from the files that make_dcgan_step.py, make_resnet_gan_step.py and
   make_resnet_step.py of tests/fixtures made. */
#include <stdio.h>

#include "check.h"
#include "nn/gan.h"
#include "nn/loss.h"
#include "nn/resnet.h"
#include "tensor/tensor_file.h"

enum { BATCH = 4, LATENT = 10, SIZE = 32 };

static const double rate = 2e-4;

static const float *values(const struct sk_tensor_file *file, const char *prefix, const char *name, size_t count)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    const struct sk_tensor *t = sk_tensor_file_find(file, full);
    if (!t)
        fail_msg("no tensor %s", full);
    assert_int_equal(sk_tensor_elements(t), count);
    return t->data;
}

static void check_tensor(const struct sk_tensor_file *file, const char *prefix, const char *name, const float *got,
                         size_t count)
{
    const float *from = values(file, prefix, name, count);
    double *want = block(count, sizeof *want);
    for (size_t i = 0; i < count; i++)
        want[i] = (double)from[i];
    check_close(name, got, want, count, 1e-4);
    free(want);
}

/* Adam's first step is -rate g / (|g| + 1e-8): rate in size, whatever g is. Where g is within 1e-3 of the tensor's
   greatest, so that rounding cannot have turned its sign, the change must be right to 2e-3 of the rate: the weight
   itself, at most 2, is rounded by 1.2e-7, which is 6e-4 of the rate, on both sides. Elsewhere it is at most the rate. */
static void check_change(const struct sk_tensor_file *file, const char *name, const float *got, size_t count)
{
    const float *before = values(file, "", name, count), *after = values(file, "after.", name, count);
    const float *gradient = values(file, "grad.", name, count);
    double greatest = 0;
    size_t clear = 0;
    for (size_t i = 0; i < count; i++)
        greatest = fmax(greatest, fabs((double)gradient[i]));
    for (size_t i = 0; i < count; i++) {
        double change = (double)got[i] - (double)before[i], want = (double)after[i] - (double)before[i];
        bool is_clear = fabs((double)gradient[i]) > 1e-3 * greatest;
        clear += is_clear;
        if (!(fabs(change) <= 1.002 * rate) || (is_clear && !(fabs(change - want) <= 2e-3 * rate)))
            fail_msg("%s[%zu] changed by %.9g, not by %.9g", name, i, change, want);
    }
    if (clear < count * 9 / 10)
        fail_msg("%s: only %zu of %zu gradients are clear of zero", name, clear, count);
}

static struct sk_tensor_file file_of(const struct sk_params *params, const float *vector)
{
    struct sk_tensor_file file = {0};
    struct sk_error err;
    assert_int_equal(sk_params_save(params, vector, &file, &err), 0);
    return file;
}

/* Every gradient, weight and running statistic of a network after the step. */
static void check_network(const struct sk_tensor_file *want, const struct sk_params *params, const float *weights,
                          const float *gradients, const struct sk_params *buffers, const float *running)
{
    struct sk_tensor_file w = file_of(params, weights), g = file_of(params, gradients), r = file_of(buffers, running);
    for (size_t i = 0; i < w.count; i++) {
        const char *name = w.tensor[i].name;
        size_t count = sk_tensor_elements(&w.tensor[i]);
        check_tensor(want, "grad.", name, g.tensor[i].data, count);
        check_tensor(want, "after.", name, w.tensor[i].data, count);
        check_change(want, name, w.tensor[i].data, count);
    }
    for (size_t i = 0; i < r.count; i++)
        check_tensor(want, "after.", r.tensor[i].name, r.tensor[i].data, sk_tensor_elements(&r.tensor[i]));
    sk_tensor_file_free(&w);
    sk_tensor_file_free(&g);
    sk_tensor_file_free(&r);
}

static struct sk_gan *gan_of(const struct sk_tensor_file *file, const struct sk_arch *arch)
{
    struct sk_gan *gan;
    struct sk_error err;
    struct sk_gan_options options = {.arch = *arch, .batch = BATCH, .optimizer = {SK_ADAM, rate, 0.5, 0, 0.999, 0}};
    assert_int_equal(sk_gan_new(&gan, &options, 1, 2, NULL, &err), 0);
    struct sk_net *g = gan->generator;
    struct sk_net *d = gan->discriminator;
    if (sk_params_load(&g->params, g->weights, file, &err) || sk_params_load(&g->buffers, g->running, file, &err) ||
        sk_params_load(&d->params, d->weights, file, &err) || sk_params_load(&d->buffers, d->running, file, &err))
        fail_msg("%s", err.text);
    sk_net_weights_changed(g);
    sk_net_weights_changed(d);
    return gan;
}

static void check_step(const char *path, const struct sk_arch *arch)
{
    struct sk_tensor_file file;
    struct sk_error err;
    if (sk_tensor_file_read(&file, path, &err))
        fail_msg("%s", err.text);
    struct sk_gan *gan = gan_of(&file, arch);
    size_t pixels = BATCH * SIZE * SIZE * 3;
    memcpy(gan->images, values(&file, "", "real", pixels), pixels * sizeof(float));
    memcpy(gan->z, values(&file, "", "z", BATCH * LATENT), BATCH * LATENT * sizeof(float));
    for (size_t i = 0; gan->label && i < BATCH; i++)
        gan->label[i] = values(&file, "", "label", BATCH)[i] > 0;
    struct sk_gan_losses l;
    sk_gan_step_given_z(gan, &l);
    const float losses[] = {(float)l.d_loss, (float)l.g_loss, (float)l.d_x, (float)l.d_g_z};
    for (size_t i = 0; i < 4; i++) /* each by itself */
        assert_true(fabs((double)(losses[i] / values(&file, "", "losses", 4)[i]) - 1) <= 1e-4);
    check_tensor(&file, "", "logits.again", gan->logits, BATCH);
    check_tensor(&file, "", "logits.generated", gan->logits + BATCH, BATCH);
    const struct sk_net *g = gan->generator;
    const struct sk_net *d = gan->discriminator;
    check_network(&file, &g->params, g->weights, g->gradients, &g->buffers, g->running);
    check_network(&file, &d->params, d->weights, d->gradients, &d->buffers, d->running);
    sk_gan_free(gan);
    sk_tensor_file_free(&file);
}

static void kernel_4(void **state)
{
    (void)state;
    check_step(SK_FIXTURES "/dcgan_step_k4.safetensors", &(struct sk_arch){.size = SIZE, .width = 8, .latent = LATENT, .kernel = 4});
}

static void kernel_5(void **state)
{
    (void)state;
    check_step(SK_FIXTURES "/dcgan_step_k5.safetensors", &(struct sk_arch){.size = SIZE, .width = 6, .latent = LATENT, .kernel = 5});
}

enum { RESNET = 1 }; /* nn/recipes.h */

/* By nearest pixels; the class's vector in G, the projection on it in D. */
static void residual_of_classes(void **state)
{
    (void)state;
    check_step(SK_FIXTURES "/resnet_gan_step.safetensors",
               &(struct sk_arch){.size = SIZE, .width = 2, .latent = LATENT, .architecture = RESNET, .classes = 2});
}

static void residual_bilinear(void **state)
{
    (void)state;
    check_step(SK_FIXTURES "/resnet_gan_step_bilinear.safetensors",
               &(struct sk_arch){.size = SIZE, .width = 2, .latent = LATENT, .architecture = RESNET, .upsampling = SK_BILINEAR});
}

static void residual_classifier(void **state)
{
    (void)state;
    struct sk_tensor_file file;
    struct sk_error err;
    struct sk_net *net;
    struct sk_optimizer adam;
    const struct sk_arch arch = {.size = SIZE, .width = 4, .latent = 1};
    const struct sk_net_use use = {BATCH, true, 2};
    const struct sk_optimizer_options options = {SK_ADAM, rate, 0.5, 0, 0.999, 0};
    if (sk_tensor_file_read(&file, SK_FIXTURES "/resnet_step.safetensors", &err) ||
        sk_net_new(&net, sk_resnet_classifier, &arch, 1, &use, NULL, &err) || sk_net_load(net, &file, &err) ||
        sk_optimizer_start(&adam, &options, &net->params, NULL, &err))
        fail_msg("%s", err.text);
    const float *images = values(&file, "", "real", BATCH * SIZE * SIZE * 3);
    uint8_t label[BATCH];
    float logits[BATCH], dlogits[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        label[i] = values(&file, "", "label", BATCH)[i] > 0;
    sk_net_forward(net, BATCH, 1, images, logits, NULL);
    check_tensor(&file, "", "logits", logits, BATCH);
    const double loss = sk_class_cross_entropy(BATCH, 2, logits, label, dlogits);
    assert_true(fabs(loss / (double)values(&file, "", "loss", 1)[0] - 1) <= 1e-4);
    sk_net_backward(net, BATCH, 1, images, logits, dlogits, NULL, true);
    sk_optimizer_update(&adam, net->weights, net->gradients, 2);
    check_network(&file, &net->params, net->weights, net->gradients, &net->buffers, net->running);
    sk_optimizer_free(&adam);
    sk_net_free(net);
    sk_tensor_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernel_4),
        cmocka_unit_test(kernel_5),
        cmocka_unit_test(residual_of_classes),
        cmocka_unit_test(residual_bilinear),
        cmocka_unit_test(residual_classifier),
    };
    return cmocka_run_group_tests_name("torch", tests, NULL, NULL);
}
