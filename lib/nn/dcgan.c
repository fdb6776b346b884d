#include "nn/dcgan.h"

#include <stdio.h>

#include "nn/conditional.h"

enum { TOP = 4 }; /* side of the smallest map */

enum { NAME = 32 };

static const char *numbered(char name[NAME], const char *what, size_t k)
{
    snprintf(name, NAME, "%s%zu", what, k);
    return name;
}

static int check(const struct sk_arch *arch, struct sk_error *err)
{
    if (sk_arch_check(arch, err))
        return -1;
    if (arch->kernel != 4 && arch->kernel != 5)
        return sk_fail(err, "kernel %zu is neither 4 nor 5", arch->kernel);
    return 0;
}

int sk_dcgan_generator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    char name[NAME];
    (void)outputs;
    if (check(arch, err))
        return -1;
    const size_t stages = sk_arch_stages(arch);
    size_t map = sk_conditional_input(net, arch, sk_net_input(net, "generator", 1, arch->latent));
    map = sk_net_linear_to_map(net, "fc", map, TOP, sk_arch_channels(arch, stages));
    for (size_t k = 0; k < stages; k++) {
        map = sk_net_batch_norm(net, numbered(name, "bn", k), map, 0);
        map = sk_net_conv_transpose(net, numbered(name, "conv", k + 1), map, sk_arch_channels(arch, stages - k - 1), arch->kernel);
    }
    net->output = sk_net_activation(net, name, map, SK_TANH, 0);
    net->head = net->params.count;
    return 0;
}

/* All but the head: the map that it is of. */
static int trunk(struct sk_net *net, const char *prefix, const struct sk_arch *arch, size_t *top, struct sk_error *err)
{
    static const float slope = 0.2f;
    char name[NAME];
    if (check(arch, err))
        return -1;
    size_t map = sk_net_input(net, prefix, arch->size, SK_IMAGE_CHANNELS);
    for (size_t k = 1; k <= sk_arch_stages(arch); k++) {
        map = sk_net_conv(net, numbered(name, "conv", k), map, sk_arch_channels(arch, k), arch->kernel);
        map = k == 1 ? sk_net_activation(net, name, map, SK_LEAKY_RELU, slope)
                     : sk_net_batch_norm(net, numbered(name, "bn", k), map, slope);
    }
    net->features = map;
    net->map[map].keep = true;
    *top = sk_net_dropout(net, map);
    net->head = net->params.count;
    return 0;
}

int sk_dcgan_discriminator(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    size_t top;
    (void)outputs;
    if (trunk(net, "discriminator", arch, &top, err))
        return -1;
    net->output = sk_conditional_logit(net, arch, top);
    return 0;
}

int sk_dcgan_classifier(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    size_t top;
    if (trunk(net, "classifier", arch, &top, err))
        return -1;
    net->output = sk_net_linear(net, "fc", top, outputs);
    return 0;
}
