/* A batch's gradients from its micro-batches': each computed alone, by those that hold a run of them, joined to the bits of all
   at once. DCGAN's networks without batch norm, whose statistics an image alone does not have (test_batch_norm.c has these). */
#include "check.h"
#include "nn/layers.h"

static int judge(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    size_t map = sk_net_input(net, "net", arch->size, 3);
    map = sk_net_conv(net, "conv1", map, arch->width, arch->kernel);
    map = sk_net_activation(net, "conv1", map, SK_LEAKY_RELU, 0.2f);
    map = sk_net_conv(net, "conv2", map, 2 * arch->width, arch->kernel);
    map = sk_net_activation(net, "conv2", map, SK_LEAKY_RELU, 0.2f);
    map = sk_net_conv(net, "conv3", map, 3 * arch->width, arch->kernel);
    map = sk_net_activation(net, "conv3", map, SK_LEAKY_RELU, 0.2f);
    net->output = sk_net_linear(net, "fc", map, outputs);
    return 0;
}

static int draw(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err, (void)outputs;
    size_t map = sk_net_input(net, "net", 1, arch->latent);
    map = sk_net_linear_to_map(net, "fc", map, 4, 2 * arch->width);
    map = sk_net_activation(net, "fc", map, SK_LEAKY_RELU, 0);
    map = sk_net_conv_transpose(net, "conv1", map, arch->width, arch->kernel);
    map = sk_net_activation(net, "conv1", map, SK_LEAKY_RELU, 0);
    map = sk_net_conv_transpose(net, "conv2", map, 3, arch->kernel);
    net->output = sk_net_activation(net, "conv2", map, SK_TANH, 0);
    return 0;
}

static struct sk_net *new_net(sk_recipe *recipe, const struct sk_arch *arch, size_t max_batch, int jobs)
{
    struct sk_net *net;
    struct sk_error err;
    const struct sk_net_use use = {max_batch, true, jobs};
    assert_int_equal(sk_net_new(&net, recipe, arch, 3, &use, NULL, &err), 0);
    struct sk_random random;
    sk_random_init(&random, 7, 0);
    for (size_t i = 0; i < net->params.total; i++)
        net->weights[i] = (float)(0.1 * sk_random_normal(&random));
    sk_net_weights_changed(net);
    return net;
}

/* Images [from, to): leaves net->gradients. */
static void gradients_of(struct sk_net *net, size_t from, size_t to, const float *x, const float *dy)
{
    const size_t inputs = sk_net_inputs(net), outputs = sk_net_outputs(net);
    float *y = block((to - from) * outputs, sizeof *y), *scratch = copy_floats(dy + from * outputs, (to - from) * outputs);
    sk_net_forward(net, to - from, 1, x + from * inputs, y, NULL);
    sk_net_backward(net, to - from, 1, x + from * inputs, y, scratch, NULL, true);
    free(y);
    free(scratch);
}

static void check_net(sk_recipe *recipe, const struct sk_arch *arch, size_t images)
{
    struct sk_net *whole = new_net(recipe, arch, images + 3, 3), *part = new_net(recipe, arch, SK_MICRO_BATCH, 1);
    struct sk_random random;
    sk_random_init(&random, images, 1);
    float *x = normal_floats(&random, images * sk_net_inputs(whole), 0, 1);
    float *dy = normal_floats(&random, images * sk_net_outputs(whole), 0.1, 1);
    const size_t count = sk_micro_batches(images), size = whole->params.total;
    float *leaves = block(count * size, sizeof *leaves);
    gradients_of(whole, 0, images, x, dy);
    for (size_t k = 0; k < count; k++) {
        const size_t from = k * SK_MICRO_BATCH;
        gradients_of(part, from, from + sk_micro_batch_images(k, images), x, dy);
        memcpy(leaves + k * size, part->gradients, size * sizeof *leaves);
    }
    check_tree("gradients", whole->gradients, leaves, images, size);
    free(x);
    free(dy);
    free(leaves);
    sk_net_free(whole);
    sk_net_free(part);
}

/* Direct, Winograd and im2col convolutions, as DCGAN takes them: Winograd where there are channels enough. */
static void networks(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(check_batches); b++)
        for (size_t kernel = 4; kernel <= 5; kernel++) {
            const struct sk_arch arch = {.size = 32, .width = 16, .latent = 9, .kernel = kernel};
            const struct sk_arch narrow = {.size = 32, .width = 5, .latent = 9, .kernel = kernel};
            check_net(judge, &arch, check_batches[b]);
            check_net(draw, &arch, check_batches[b]);
            check_net(judge, &narrow, check_batches[b]);
        }
}

static void every_algorithm(void **state)
{
    (void)state;
    for (int algorithm = SK_CONV2D_IM2COL; algorithm <= SK_CONV2D_DIRECT; algorithm++) {
        struct sk_arch arch = {.size = 16, .width = 18, .latent = 5, .kernel = 4};
        arch.algorithm = (enum sk_conv2d_algorithm)algorithm;
        check_net(judge, &arch, 50);
        check_net(draw, &arch, 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(networks), cmocka_unit_test(every_algorithm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
