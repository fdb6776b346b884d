/* What recipes call: layers and maps, one after another. */
#include "nn/layers.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t add_map(struct sk_net *net, size_t side, size_t channels)
{
    assert(net->maps < SK_MAX_MAPS);
    net->map[net->maps] = (struct sk_map){.side = side, .channels = channels, .value = SK_OUTSIDE, .gradient = SK_OUTSIDE,
                                          .recomputed = SK_OUTSIDE};
    return net->maps++;
}

static struct sk_layer *add_layer_of(struct sk_net *net, enum sk_layer_kind kind, const char *name, size_t inputs,
                                     const size_t *input, size_t output)
{
    assert(net->layers < SK_MAX_LAYERS && strlen(name) < sizeof net->layer[0].name && inputs <= SK_MAX_INPUTS);
    struct sk_layer *layer = &net->layer[net->layers++];
    *layer = (struct sk_layer){.kind = kind, .inputs = inputs, .output = output, .recomputes = SK_OUTSIDE,
                               .kept = SK_OUTSIDE, .detour = SK_OUTSIDE};
    memcpy(layer->name, name, strlen(name) + 1);
    for (size_t i = 0; i < inputs; i++)
        layer->input[i] = input[i];
    return layer;
}

static struct sk_layer *add_layer(struct sk_net *net, enum sk_layer_kind kind, const char *name, size_t input, size_t output)
{
    return add_layer_of(net, kind, name, 1, &input, output);
}

/* Where a parameter of a layer begins in the flat vector of params, or a statistic in that of buffers. */
static size_t add_values(const struct sk_net *net, struct sk_params *params, const char *name, const char *which, size_t channels)
{
    sk_params_add(params, SK_PARAM_PLAIN, 1, &channels, "%s.%s.%s", net->prefix, name, which);
    return params->item[params->count - 1].offset;
}

/* Inputs of a linear layer or a convolution, from which He's deviation follows, are all dimensions but the first. */
static size_t add_weight(struct sk_net *net, enum sk_param_layout layout, int rank, const size_t *dim, const char *name)
{
    sk_params_add(&net->params, layout, rank, dim, "%s.%s.weight", net->prefix, name);
    struct sk_param *p = &net->params.item[net->params.count - 1];
    if (net->initial == SK_INITIAL_HE)
        p->deviation = sqrt((rank == 4 ? 2 : 1) * (double)dim[0] / (double)p->count);
    return p->offset;
}

static size_t add_gain(struct sk_net *net, const char *name, size_t channels)
{
    const size_t at = add_values(net, &net->params, name, "weight", channels);
    if (net->initial == SK_INITIAL_HE) {
        net->params.item[net->params.count - 1].mean = 1;
        net->params.item[net->params.count - 1].deviation = 0;
    }
    return at;
}

size_t sk_net_input(struct sk_net *net, const char *prefix, size_t side, size_t channels)
{
    snprintf(net->prefix, sizeof net->prefix, "%s", prefix);
    net->epsilon = 1e-5;
    return add_map(net, side, channels);
}

size_t sk_net_linear(struct sk_net *net, const char *name, size_t input, size_t channels)
{
    const size_t in = sk_map_values(&net->map[input]), output = add_map(net, 1, channels);
    struct sk_layer *layer = add_layer(net, SK_LAYER_LINEAR, name, input, output);
    const enum sk_param_layout layout = net->map[input].side > 1 ? SK_PARAM_MAP_TO_DENSE : SK_PARAM_PLAIN;
    layer->weight = add_weight(net, layout, 2, (size_t[]){channels, in}, name);
    layer->bias = add_values(net, &net->params, name, "bias", channels);
    return output;
}

size_t sk_net_linear_to_map(struct sk_net *net, const char *name, size_t input, size_t side, size_t channels)
{
    const size_t in = sk_map_values(&net->map[input]), output = add_map(net, side, channels);
    struct sk_layer *layer = add_layer(net, SK_LAYER_LINEAR, name, input, output);
    layer->weight = add_weight(net, SK_PARAM_DENSE_TO_MAP, 2, (size_t[]){side * side * channels, in}, name);
    return output;
}

/* Files have the channels of the small side first, in either direction. */
static size_t add_conv(struct sk_net *net, enum sk_layer_kind kind, const char *name, size_t input,
                       const struct sk_conv2d_shape *shape)
{
    const bool transpose = kind == SK_LAYER_CONV_TRANSPOSE;
    const size_t output = add_map(net, transpose ? shape->in_h : shape->out_h, transpose ? shape->in_c : shape->out_c);
    struct sk_layer *layer = add_layer(net, kind, name, input, output);
    layer->shape = *shape;
    layer->weight = add_weight(net, SK_PARAM_CONV, 4, (size_t[]){shape->out_c, shape->in_c, shape->kernel_h, shape->kernel_w},
                               name);
    return output;
}

size_t sk_net_conv(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel)
{
    const struct sk_map *map = &net->map[input];
    const struct sk_conv2d_shape shape = sk_conv2d_halving(map->side, map->side, map->channels, channels, kernel);
    return add_conv(net, SK_LAYER_CONV, name, input, &shape);
}

size_t sk_net_conv_transpose(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel)
{
    const struct sk_map *map = &net->map[input];
    const struct sk_conv2d_shape shape = sk_conv2d_halving(2 * map->side, 2 * map->side, channels, map->channels, kernel);
    return add_conv(net, SK_LAYER_CONV_TRANSPOSE, name, input, &shape);
}

size_t sk_net_conv_same(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel_h, size_t kernel_w)
{
    const struct sk_map *map = &net->map[input];
    const struct sk_conv2d_shape shape = sk_conv2d_same(map->side, map->side, map->channels, channels, kernel_h, kernel_w);
    assert(kernel_h % 2 && kernel_w % 2);
    return add_conv(net, SK_LAYER_CONV, name, input, &shape);
}

size_t sk_net_conv_valid(struct sk_net *net, const char *name, size_t input, size_t channels, size_t kernel, size_t stride)
{
    const struct sk_map *map = &net->map[input];
    assert(map->side >= kernel);
    const struct sk_conv2d_shape shape = sk_conv2d_valid(map->side, map->side, map->channels, channels, kernel, kernel, stride);
    return add_conv(net, SK_LAYER_CONV, name, input, &shape);
}

size_t sk_net_batch_norm(struct sk_net *net, const char *name, size_t input, float slope)
{
    const size_t channels = net->map[input].channels, output = add_map(net, net->map[input].side, channels);
    struct sk_layer *layer = add_layer(net, SK_LAYER_BATCH_NORM, name, input, output);
    layer->slope = slope;
    layer->epsilon = net->epsilon;
    layer->weight = add_gain(net, name, channels);
    layer->bias = add_values(net, &net->params, name, "bias", channels);
    layer->running_mean = add_values(net, &net->buffers, name, "running_mean", channels);
    layer->running_var = add_values(net, &net->buffers, name, "running_var", channels);
    return output;
}

size_t sk_net_activation(struct sk_net *net, const char *name, size_t input, enum sk_activation activation, float slope)
{
    struct sk_layer *layer = add_layer(net, SK_LAYER_ACTIVATION, name, input, input);
    layer->activation = activation;
    layer->slope = slope;
    layer->bias = add_values(net, &net->params, name, "bias", net->map[input].channels);
    return input;
}

size_t sk_net_dropout(struct sk_net *net, size_t input)
{
    add_layer(net, SK_LAYER_DROPOUT, "dropout", input, input);
    return input;
}

size_t sk_net_add(struct sk_net *net, const char *name, size_t branch, size_t trunk, float slope)
{
    const struct sk_map *a = &net->map[branch], *b = &net->map[trunk];
    assert(branch != trunk && a->side == b->side && a->channels == b->channels);
    const size_t output = add_map(net, a->side, a->channels);
    add_layer_of(net, SK_LAYER_ADD, name, 2, (size_t[]){branch, trunk}, output)->slope = slope;
    return output;
}

size_t sk_net_concat(struct sk_net *net, const char *name, size_t inputs, const size_t *input)
{
    size_t channels = 0;
    for (size_t i = 0; i < inputs; i++) {
        assert(net->map[input[i]].side == net->map[input[0]].side);
        channels += net->map[input[i]].channels;
    }
    const size_t output = add_map(net, net->map[input[0]].side, channels);
    add_layer_of(net, SK_LAYER_CONCAT, name, inputs, input, output);
    return output;
}

size_t sk_net_upsample(struct sk_net *net, size_t input, enum sk_upsample how)
{
    const size_t output = add_map(net, 2 * net->map[input].side, net->map[input].channels);
    add_layer(net, SK_LAYER_UPSAMPLE, "upsample", input, output)->upsample = how;
    return output;
}

static size_t add_pool(struct sk_net *net, enum sk_layer_kind kind, const char *name, size_t input, struct sk_pool pool)
{
    pool.side = net->map[input].side;
    pool.channels = net->map[input].channels;
    assert(pool.stride > 0 && 2 * pool.padding <= pool.kernel && pool.side + 2 * pool.padding >= pool.kernel);
    const size_t output = add_map(net, sk_pool_side(&pool), pool.channels);
    add_layer(net, kind, name, input, output)->pool = pool;
    return output;
}

size_t sk_net_average_pool(struct sk_net *net, size_t input, struct sk_pool window)
{
    return add_pool(net, SK_LAYER_AVERAGE_POOL, "average_pool", input, window);
}

size_t sk_net_max_pool(struct sk_net *net, size_t input, struct sk_pool window)
{
    return add_pool(net, SK_LAYER_MAX_POOL, "max_pool", input, window);
}

size_t sk_net_global_pool(struct sk_net *net, size_t input)
{
    const size_t output = add_map(net, 1, net->map[input].channels);
    add_layer(net, SK_LAYER_GLOBAL_POOL, "global_pool", input, output);
    return output;
}

size_t sk_net_basis(struct sk_net *net, const char *name, size_t input, size_t side)
{
    const size_t channels = net->map[input].channels, output = add_map(net, side, channels);
    assert(net->map[input].side == 1);
    struct sk_layer *layer = add_layer(net, SK_LAYER_BASIS, name, input, output);
    layer->weight = add_weight(net, SK_PARAM_MAP, 3, (size_t[]){channels, side, side}, name);
    net->params.item[net->params.count - 1].deviation = 1;
    return output;
}

/* With the deviation of its initial weights. */
static void add_classes(struct sk_net *net, struct sk_layer *layer, size_t classes, size_t channels, double deviation)
{
    layer->classes = classes;
    layer->weight = add_weight(net, SK_PARAM_PLAIN, 2, (size_t[]){classes, channels}, layer->name);
    net->params.item[net->params.count - 1].deviation = deviation;
}

size_t sk_net_embedding(struct sk_net *net, const char *name, size_t classes, size_t channels)
{
    const size_t output = add_map(net, 1, channels);
    add_classes(net, add_layer_of(net, SK_LAYER_EMBEDDING, name, 0, NULL, output), classes, channels, 1);
    return output;
}

size_t sk_net_projection(struct sk_net *net, const char *name, size_t input, size_t classes)
{
    const size_t output = add_map(net, 1, 1);
    assert(net->map[input].side == 1);
    add_classes(net, add_layer(net, SK_LAYER_PROJECTION, name, input, output), classes, net->map[input].channels, 0);
    return output;
}

void sk_net_scale_initial(struct sk_net *net, const char *name, double factor)
{
    char full[sizeof net->params.item[0].name];
    size_t i = 0;
    snprintf(full, sizeof full, "%s.%s.weight", net->prefix, name);
    while (i < net->params.count && strcmp(net->params.item[i].name, full) != 0)
        i++;
    assert(i < net->params.count);
    net->params.item[i].mean *= factor;
    net->params.item[i].deviation *= factor;
}
