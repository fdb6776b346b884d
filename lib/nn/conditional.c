#include "nn/conditional.h"

size_t sk_conditional_input(struct sk_net *net, const struct sk_arch *arch, size_t z)
{
    if (arch->classes == 0)
        return z;
    const size_t vector = sk_net_embedding(net, "class", arch->classes, arch->latent);
    return sk_net_concat(net, "input", 2, (size_t[]){z, vector});
}

/* Backward begins the map's gradient with fc's, which cannot add. */
size_t sk_conditional_logit(struct sk_net *net, const struct sk_arch *arch, size_t map)
{
    if (arch->classes == 0)
        return sk_net_linear(net, "fc", map, 1);
    const size_t mean = net->map[map].side > 1 ? sk_net_global_pool(net, map) : map;
    const size_t likeness = sk_net_projection(net, "class", mean, arch->classes);
    return sk_net_add(net, "logit", sk_net_linear(net, "fc", map, 1), likeness, 1);
}

const float *sk_conditional_vectors(const struct sk_net *generator, size_t *length)
{
    for (size_t l = 0; l < generator->layers; l++) {
        const struct sk_layer *layer = &generator->layer[l];
        if (layer->kind != SK_LAYER_EMBEDDING)
            continue;
        *length = generator->map[layer->output].channels;
        return generator->weights + layer->weight;
    }
    *length = 0;
    return NULL;
}
