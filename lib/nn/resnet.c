#include "nn/resnet.h"

#include <math.h>
#include <stdio.h>

#include "nn/conditional.h"

enum { NAME = 64, KERNEL = 3, TOP = 4 /* side of the generator's basis */ };

static const float leak = 0.2f;

/* Parameters of block b of a stage are named as torchvision's: "layer2.0.conv1". */
struct place {
    size_t stage, block;
    char name[NAME];
};

static const char *named(struct place *place, const char *what)
{
    snprintf(place->name, NAME, "layer%zu.%zu.%s", place->stage + 1, place->block, what);
    return place->name;
}

static size_t blocks_of(size_t stage)
{
    return stage == 0 ? 1 : 2;
}

static size_t channels_of(const struct sk_arch *arch, size_t stage)
{
    return arch->width << stage;
}

static size_t halve(struct sk_net *net, size_t map)
{
    return sk_net_average_pool(net, map, (struct sk_pool){.kernel = 2, .stride = 2});
}

/* --- with batch norm ------------------------------------------------------------ */

static size_t normal_conv(struct sk_net *net, struct place place, const char *conv, const char *norm, size_t map, size_t channels,
                          size_t kernel, float slope)
{
    map = sk_net_conv_same(net, named(&place, conv), map, channels, kernel, kernel);
    return sk_net_batch_norm(net, named(&place, norm), map, slope);
}

/* A gain of 0 for the branch's end begins with the input alone. */
static size_t normal_block(struct sk_net *net, struct place place, size_t map, size_t channels, double gain)
{
    size_t branch = normal_conv(net, place, "conv1", "bn1", map, channels, KERNEL, 0);
    branch = normal_conv(net, place, "conv2", "bn2", branch, channels, KERNEL, 1);
    sk_net_scale_initial(net, named(&place, "bn2"), gain);
    if (net->map[map].channels != channels)
        map = normal_conv(net, place, "shortcut.conv", "shortcut.bn", map, channels, 1, 1);
    return sk_net_add(net, named(&place, "add"), branch, map, 0);
}

int sk_resnet_classifier(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    if (sk_arch_check(arch, err))
        return -1;
    size_t map = sk_net_input(net, "classifier", arch->size, SK_IMAGE_CHANNELS);
    net->initial = SK_INITIAL_HE;
    net->recompute = true;
    map = sk_net_conv_same(net, "conv1", map, arch->width, KERNEL, KERNEL);
    map = sk_net_batch_norm(net, "bn1", map, 0);
    for (size_t s = 0; s < sk_arch_stages(arch); s++) {
        if (s)
            map = halve(net, map);
        for (size_t b = 0; b < blocks_of(s); b++)
            map = normal_block(net, (struct place){.stage = s, .block = b}, map, channels_of(arch, s), 0);
    }
    net->features = sk_net_global_pool(net, map);
    net->map[net->features].keep = true;
    net->head = net->params.count;
    net->output = sk_net_linear(net, "fc", sk_net_dropout(net, net->features), outputs);
    return 0;
}

/* --- without -------------------------------------------------------------------- */

static size_t plain_block(struct sk_net *net, const struct sk_arch *arch, struct place place, size_t map, size_t channels)
{
    const double blocks = (double)(2 * sk_arch_stages(arch) - 1);
    size_t branch = sk_net_conv_same(net, named(&place, "conv1"), map, channels, KERNEL, KERNEL);
    sk_net_scale_initial(net, named(&place, "conv1"), pow(blocks, -0.25));
    branch = sk_net_activation(net, named(&place, "conv1"), branch, SK_LEAKY_RELU, leak);
    branch = sk_net_conv_same(net, named(&place, "conv2"), branch, channels, KERNEL, KERNEL);
    sk_net_scale_initial(net, named(&place, "conv2"), 0);
    if (net->map[map].channels != channels)
        map = sk_net_conv_same(net, named(&place, "shortcut.conv"), map, channels, 1, 1);
    map = sk_net_add(net, named(&place, "add"), branch, map, 1);
    return sk_net_activation(net, named(&place, "conv2"), map, SK_LEAKY_RELU, leak);
}

int sk_resnet_discriminator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)outputs;
    if (sk_arch_check(arch, err))
        return -1;
    size_t map = sk_net_input(net, "discriminator", arch->size, SK_IMAGE_CHANNELS);
    net->initial = SK_INITIAL_HE;
    map = sk_net_conv_same(net, "conv1", map, arch->width, KERNEL, KERNEL);
    map = sk_net_activation(net, "conv1", map, SK_LEAKY_RELU, leak);
    for (size_t s = 0; s < sk_arch_stages(arch); s++) {
        if (s)
            map = halve(net, map);
        for (size_t b = 0; b < blocks_of(s); b++)
            map = plain_block(net, arch, (struct place){.stage = s, .block = b}, map, channels_of(arch, s));
    }
    net->features = sk_net_global_pool(net, map);
    net->map[net->features].keep = true;
    net->head = net->params.count;
    net->output = sk_conditional_logit(net, arch, net->features);
    return 0;
}

/* Batch norm keeps the images of a batch apart: without it those of a class were all one after some hundred steps. */
int sk_resnet_generator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)outputs;
    if (sk_arch_check(arch, err))
        return -1;
    const size_t stages = sk_arch_stages(arch);
    size_t map = sk_conditional_input(net, arch, sk_net_input(net, "generator", 1, arch->latent));
    net->initial = SK_INITIAL_HE;
    map = sk_net_linear(net, "fc", map, channels_of(arch, stages - 1));
    map = sk_net_batch_norm(net, "bn", sk_net_basis(net, "basis", map, TOP), 0);
    for (size_t s = stages; s-- > 0;) {
        map = sk_net_upsample(net, map, arch->upsampling);
        for (size_t b = 0; b < blocks_of(s); b++)
            map = normal_block(net, (struct place){.stage = stages - 1 - s, .block = b}, map, channels_of(arch, s - (s && b)), 1);
    }
    map = sk_net_conv_same(net, "conv1", map, SK_IMAGE_CHANNELS, KERNEL, KERNEL);
    net->output = sk_net_activation(net, "conv1", map, SK_TANH, 0);
    net->head = net->params.count;
    return 0;
}
