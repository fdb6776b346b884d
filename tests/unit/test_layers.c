/* Each kind of layer in a small network of its own: gradients against differences of what it computes. A new kind is a recipe here
   and its line in the table. */
#include <stdio.h>

#include "check.h"
#include "nn/layers.h"
#include "nn/dcgan.h"
#include "nn/resnet.h"

enum { SIDE = 8, CHANNELS = 3, BATCH = 4, OUTPUTS = 5 };

static int linear(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)err;
    net->output = sk_net_linear(net, "fc", sk_net_input(net, "net", 4, CHANNELS), outputs);
    return 0;
}

static int linear_to_map(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)err;
    net->output = sk_net_linear_to_map(net, "fc", sk_net_input(net, "net", 1, CHANNELS), 4, outputs);
    return 0;
}

static int basis(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)err;
    net->output = sk_net_basis(net, "basis", sk_net_input(net, "net", 1, outputs), 4);
    return 0;
}

static int classes(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)err;
    const size_t input = sk_net_input(net, "net", 1, CHANNELS), class = sk_net_embedding(net, "class", 3, 2);
    const size_t both = sk_net_concat(net, "both", 2, (size_t[]){input, class}), vector = sk_net_linear(net, "fc", both, outputs);
    net->output = sk_net_add(net, "add", sk_net_linear(net, "head", vector, 1), sk_net_projection(net, "as", vector, 3), 1);
    return 0;
}

static int conv(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    net->output = sk_net_conv(net, "conv", sk_net_input(net, "net", SIDE, CHANNELS), outputs, arch->kernel);
    return 0;
}

/* One kernel is wider than high, and the reverse; the other has stride 2, no padding, and leaves a row. */
static int any_conv(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    const size_t input = sk_net_input(net, "net", SIDE, CHANNELS);
    net->output = arch->kernel == 4 ? sk_net_conv_valid(net, "valid", input, outputs, 3, 2)
                                    : sk_net_conv_same(net, "up", sk_net_conv_same(net, "across", input, 2, 1, 7), outputs, 7, 1);
    return 0;
}

static int conv_transpose(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    net->output = sk_net_conv_transpose(net, "conv", sk_net_input(net, "net", SIDE, CHANNELS), outputs, arch->kernel);
    return 0;
}

static int batch_norm(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    net->output = sk_net_batch_norm(net, "bn", sk_net_input(net, "net", SIDE, CHANNELS), 0.2f);
    return 0;
}

/* What works in place stands behind a layer that writes its map. */
static int leaky_relu(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    if (conv(net, arch, outputs, err))
        return -1;
    net->output = sk_net_activation(net, "conv", net->output, SK_LEAKY_RELU, 0.2f);
    return 0;
}

static int tanh_of(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    if (conv(net, arch, outputs, err))
        return -1;
    net->output = sk_net_activation(net, "conv", net->output, SK_TANH, 0);
    return 0;
}

static int dropout(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    if (conv(net, arch, outputs, err))
        return -1;
    net->output = sk_net_dropout(net, net->output);
    net->dropout = 0.5;
    return 0;
}

static int add(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    const size_t input = sk_net_input(net, "net", SIDE, CHANNELS), a = sk_net_conv(net, "a", input, outputs, arch->kernel);
    net->output = sk_net_add(net, "add", a, sk_net_conv(net, "b", input, outputs, arch->kernel), 0.2f);
    return 0;
}

static int concat(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    const size_t input = sk_net_input(net, "net", SIDE, CHANNELS);
    const size_t a = sk_net_conv(net, "a", input, outputs, arch->kernel), b = sk_net_conv(net, "b", input, 2, arch->kernel);
    net->output = sk_net_concat(net, "concat", 2, (size_t[]){b, a});
    return 0;
}

static int nearest(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    net->output = sk_net_upsample(net, sk_net_input(net, "net", SIDE, CHANNELS), SK_NEAREST);
    return 0;
}

static int bilinear(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    net->output = sk_net_upsample(net, sk_net_input(net, "net", SIDE, CHANNELS), SK_BILINEAR);
    return 0;
}

static int average_pool(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)outputs, (void)err;
    const struct sk_pool window = {.kernel = 3, .stride = 2, .padding = 1, .count_padding = arch->kernel == 4};
    net->output = sk_net_average_pool(net, sk_net_input(net, "net", SIDE, CHANNELS), window);
    return 0;
}

static int max_pool(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)outputs, (void)err;
    const struct sk_pool window = {.kernel = 3, .stride = arch->kernel - 3, .padding = 1};
    net->output = sk_net_max_pool(net, sk_net_input(net, "net", SIDE, CHANNELS), window);
    return 0;
}

static int global_pool(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    net->output = sk_net_global_pool(net, sk_net_input(net, "net", SIDE, CHANNELS));
    return 0;
}

/* Maps that several layers read, of kinds that add and of others; the last one to run forward is the first backward. */
static int readers(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)err;
    const struct sk_pool window = {.kernel = 3, .stride = 1, .padding = 1};
    const size_t input = sk_net_input(net, "net", SIDE, CHANNELS);
    const size_t map = sk_net_activation(net, "a", sk_net_conv(net, "a", input, outputs, arch->kernel), SK_LEAKY_RELU, 0.2f);
    const size_t normal = sk_net_batch_norm(net, "bn", map, 0.2f), other = sk_net_batch_norm(net, "other", map, 1);
    const size_t pools = sk_net_add(net, "pools", sk_net_average_pool(net, map, window), sk_net_max_pool(net, map, window), 1);
    const size_t sum = sk_net_add(net, "sum", sk_net_add(net, "normal", normal, pools, 0.2f), map, 1);
    const size_t all = sk_net_concat(net, "all", 3, (size_t[]){sum, map, other});
    const size_t twice = sk_net_concat(net, "twice", 2, (size_t[]){sk_net_conv_transpose(net, "up", all, 2, arch->kernel), input});
    net->output = sk_net_add(net, "add", sk_net_conv(net, "b", twice, outputs, arch->kernel), sum, 0.2f);
    return 0;
}

/* Whole recipes with the three classes of new_net's labels. */
static int of_classes(sk_recipe *recipe, struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    struct sk_arch three = *arch;
    three.classes = 3;
    return recipe(net, &three, outputs, err);
}

static int class_dcgan_generator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    return of_classes(sk_dcgan_generator, net, arch, outputs, err);
}

static int class_dcgan_discriminator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    return of_classes(sk_dcgan_discriminator, net, arch, outputs, err);
}

static int class_resnet_generator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    return of_classes(sk_resnet_generator, net, arch, outputs, err);
}

static int class_resnet_discriminator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    return of_classes(sk_resnet_discriminator, net, arch, outputs, err);
}

static int smooth_resnet_generator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    struct sk_arch smooth = *arch;
    smooth.upsampling = SK_BILINEAR;
    return sk_resnet_generator(net, &smooth, outputs, err);
}

static const struct network {
    const char *name;
    sk_recipe *recipe;
    bool input_too; /* it gives its input a gradient */
    bool infers;    /* what it computes in inference is what it computes in training */
    float h;        /* of a whole recipe, which is about its initial weights: the step that kinks and rounding leave; else 0 */
} networks[] = {
    {"linear", linear, true, true, 0},
    {"linear to a map", linear_to_map, true, true, 0},
    {"basis", basis, true, true, 0},
    {"classes", classes, true, true, 0},
    {"convolution", conv, true, true, 0},
    {"convolution of any shape", any_conv, true, true, 0},
    {"transposed convolution", conv_transpose, true, true, 0},
    {"batch norm", batch_norm, true, false, 0},
    {"leaky ReLU", leaky_relu, true, true, 0},
    {"tanh", tanh_of, true, true, 0},
    {"dropout", dropout, true, false, 0},
    {"addition", add, true, true, 0},
    {"concatenation", concat, true, true, 0},
    {"nearest upsampling", nearest, true, true, 0},
    {"bilinear upsampling", bilinear, true, true, 0},
    {"average pooling", average_pool, true, true, 0},
    {"maximum pooling", max_pool, true, true, 0},
    {"global pooling", global_pool, true, true, 0},
    {"several readers", readers, true, false, 0},
    {"residual generator", sk_resnet_generator, false, false, 1e-5F},
    {"residual generator, bilinear", smooth_resnet_generator, false, false, 1e-5F},
    {"residual discriminator", sk_resnet_discriminator, true, true, 3e-4F},
    {"residual classifier", sk_resnet_classifier, true, false, 1e-4F},
    {"generator of classes", class_dcgan_generator, false, false, 1e-4F},
    {"discriminator of classes", class_dcgan_discriminator, true, false, 1e-4F},
    {"residual generator of classes", class_resnet_generator, false, false, 1e-5F},
    {"residual discriminator of classes", class_resnet_discriminator, true, true, 3e-4F},
};

static struct sk_net *new_net(const struct network *n, size_t kernel)
{
    const struct sk_arch arch = {.size = 32, .width = 2, .latent = 3, .kernel = kernel};
    const struct sk_net_use use = {BATCH + 1, true, 2};
    struct sk_net *net;
    struct sk_error err;
    struct sk_random r;
    assert_int_equal(sk_net_new(&net, n->recipe, &arch, OUTPUTS, &use, NULL, &err), 0);
    static const uint8_t label[BATCH + 1] = {2, 0, 2};
    net->label = label;
    sk_random_init(&r, 1, kernel);
    if (n->h > 0)
        sk_params_initialize(&net->params, net->weights, &r);
    for (size_t i = 0; i < net->params.total; i++)
        net->weights[i] += (float)sk_random_normal(&r) / (n->h > 0 ? 10 : 3);
    sk_net_weights_changed(net);
    return net;
}

/* The loss <direction, y>, with the same dropout each time. */
static double loss(struct sk_net *net, const float *x, float *y, const float *direction)
{
    struct sk_random r;
    double sum = 0;
    sk_random_init(&r, 2, 0);
    sk_net_forward(net, BATCH, 2, x, y, &r);
    for (size_t i = 0; i < BATCH * sk_net_outputs(net); i++)
        sum += (double)y[i] * (double)direction[i];
    return sum;
}

/* Along a random direction v, (L(at + hv) - L(at - hv)) / 2h must be <gradient, v>, which is about |gradient|. */
static void check_gradient(const struct network *n, struct sk_net *net, const float *x, float *y, const float *direction, float *at,
                           const float *gradient, size_t values)
{
    const float h = n->h > 0 ? n->h : 1e-4F;
    struct sk_random r;
    sk_random_init(&r, 3, values);
    float *v = normal_floats(&r, values, 0, 1), *before = copy_floats(at, values);
    double inner = 0, square = 0, difference = 0;
    for (int side = -1; side <= 1; side += 2) {
        for (size_t i = 0; i < values; i++)
            at[i] = before[i] + (float)side * h * v[i];
        sk_net_weights_changed(net);
        difference += side * loss(net, x, y, direction) / (2 * (double)h);
    }
    for (size_t i = 0; i < values; i++) {
        at[i] = before[i];
        inner += (double)gradient[i] * (double)v[i];
        square += (double)gradient[i] * (double)gradient[i];
    }
    sk_net_weights_changed(net);
    assert_true(square > 0);
    if (!(fabs(difference - inner) <= (n->h > 0 ? 3e-2 : 5e-3) * sqrt(square)))
        fail_msg("%s: the difference is %g, the gradient %g of %g", n->name, difference, inner, sqrt(square));
    free(v);
    free(before);
}

static void check_network(const struct network *n, size_t kernel)
{
    struct sk_net *net = new_net(n, kernel);
    const size_t in = BATCH * sk_net_inputs(net), out = BATCH * sk_net_outputs(net);
    struct sk_random r;
    sk_random_init(&r, 4, kernel);
    float *x = normal_floats(&r, in, 0, 1), *direction = normal_floats(&r, out, 0, 1), *dy = copy_floats(direction, out);
    float *y = block(out, sizeof *y), *dx = block(in, sizeof *dx), *inferred = block(out, sizeof *inferred);
    loss(net, x, y, direction);
    sk_net_infer(net, BATCH, x, inferred);
    assert_int_equal(memcmp(y, inferred, out * sizeof *y) == 0, n->infers);
    loss(net, x, y, direction);
    sk_net_backward(net, BATCH, 2, x, y, dy, n->input_too ? dx : NULL, true);
    if (net->params.total)
        check_gradient(n, net, x, y, direction, net->weights, net->gradients, net->params.total);
    if (n->input_too)
        check_gradient(n, net, x, y, direction, x, dx, in);
    void *all[] = {x, direction, dy, y, dx, inferred};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
    sk_net_free(net);
}

static void gradients(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(networks); i++)
        for (size_t kernel = 4; kernel <= 5; kernel++)
            check_network(&networks[i], kernel);
}

/* As many layers as Inception v3 has, in blocks of four branches. */
static int long_list(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    char name[16];
    size_t map = sk_net_input(net, "net", 4, CHANNELS), convs = 0;
    while (convs < 94) {
        size_t branch[4];
        for (size_t b = 0; b < 4; b++) {
            branch[b] = map;
            for (size_t k = 0; k < b; k++) {
                snprintf(name, sizeof name, "conv%zu", convs++);
                branch[b] = sk_net_batch_norm(net, name, sk_net_conv_same(net, name, branch[b], 2, 1, 1), 0);
            }
        }
        branch[0] = sk_net_max_pool(net, map, (struct sk_pool){.kernel = 3, .stride = 1, .padding = 1});
        map = sk_net_concat(net, "concat", 4, branch);
        snprintf(name, sizeof name, "narrow%zu", convs);
        map = sk_net_conv_same(net, name, map, 2, 1, 1);
    }
    net->output = sk_net_linear(net, "fc", sk_net_global_pool(net, map), 2);
    return 0;
}

static void many_layers(void **state)
{
    (void)state;
    const struct network n = {"many layers", long_list, true, false, 0};
    struct sk_net *net = new_net(&n, 4);
    const size_t in = BATCH * sk_net_inputs(net);
    struct sk_random r;
    sk_random_init(&r, 5, 0);
    float *x = normal_floats(&r, in, 0, 1), y[2 * BATCH], dy[2 * BATCH] = {1}, *dx = block(in, sizeof *dx);
    assert_true(net->layers > 200);
    sk_net_forward(net, BATCH, 2, x, y, NULL);
    sk_net_backward(net, BATCH, 2, x, y, dy, dx, true);
    assert_true(sk_params_finite(&net->params, net->gradients));
    free(x);
    free(dx);
    sk_net_free(net);
}

/* The recipe under test, and whether its batch norms are written anew for backward. */
static sk_recipe *inner;
static bool anew;

static int outer(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    const int failed = inner(net, arch, outputs, err);
    net->recompute = anew;
    return failed;
}

/* The gradients of a step, then the one of the input where it has one; *count of them, the caller's to free. *arena: its floats. */
static float *step_gradients(const struct network *n, bool recompute, size_t *count, size_t *arena)
{
    inner = n->recipe;
    anew = recompute;
    struct sk_net *net = new_net(&(struct network){n->name, outer, n->input_too, n->infers, n->h}, 4);
    const size_t in = BATCH * sk_net_inputs(net), out = BATCH * sk_net_outputs(net);
    struct sk_random r;
    sk_random_init(&r, 6, 0);
    float *x = normal_floats(&r, in, 0, 1), *dy = normal_floats(&r, out, 0, 1), *y = block(out, sizeof *y);
    *count = net->params.total + (n->input_too ? in : 0);
    *arena = net->arena_floats;
    float *gradients = block(*count + 1, sizeof *gradients);
    sk_net_forward(net, BATCH, 2, x, y, &r);
    sk_net_backward(net, BATCH, 2, x, y, dy, n->input_too ? gradients + net->params.total : NULL, true);
    if (net->params.total)
        memcpy(gradients, net->gradients, net->params.total * sizeof *gradients);
    free(x);
    free(dy);
    free(y);
    sk_net_free(net);
    return gradients;
}

/* What batch norms write anew for backward are the same bytes, and in between their memory is others'. */
static void recomputed(void **state)
{
    (void)state;
    const struct network more[] = {{"many layers", long_list, true, false, 0}};
    bool saves = false;
    for (size_t i = 0; i < COUNT_OF(networks) + COUNT_OF(more); i++) {
        const struct network *n = i < COUNT_OF(networks) ? &networks[i] : &more[i - COUNT_OF(networks)];
        size_t count[2], arena[2];
        float *kept = step_gradients(n, false, &count[0], &arena[0]), *again = step_gradients(n, true, &count[1], &arena[1]);
        if (count[0] != count[1] || memcmp(kept, again, count[0] * sizeof *kept) != 0 || arena[1] > arena[0])
            fail_msg("%s: other gradients, or %zu floats instead of %zu", n->name, arena[1], arena[0]);
        saves = saves || (n->recipe == sk_resnet_classifier && arena[1] < arena[0] / 10 * 9);
        free(kept);
        free(again);
    }
    assert_true(saves);
}

/* No kind is left out here. */
static void every_kind(void **state)
{
    (void)state;
    bool seen[SK_LAYER_KINDS] = {false};
    for (size_t i = 0; i < COUNT_OF(networks); i++) {
        struct sk_net *net = new_net(&networks[i], 4);
        for (size_t l = 0; l < net->layers; l++)
            seen[net->layer[l].kind] = true;
        sk_net_free(net);
    }
    for (size_t kind = 0; kind < SK_LAYER_KINDS; kind++)
        if (!seen[kind])
            fail_msg("no network has a layer of kind %s", sk_kinds[kind].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),
        cmocka_unit_test(many_layers),
        cmocka_unit_test(recomputed),
        cmocka_unit_test(every_kind),
    };
    return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
