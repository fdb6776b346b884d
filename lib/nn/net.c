#include "nn/net.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/add.h"
#include "nn/layers.h"

/* --- the list ---------------------------------------------------------------- */

static size_t add_map(struct sk_net *net, size_t side, size_t channels)
{
    assert(net->maps < SK_MAX_MAPS);
    net->map[net->maps] = (struct sk_map){.side = side, .channels = channels, .value = SK_OUTSIDE, .gradient = SK_OUTSIDE};
    return net->maps++;
}

static struct sk_layer *add_layer_of(struct sk_net *net, enum sk_layer_kind kind, const char *name, size_t inputs,
                                     const size_t *input, size_t output)
{
    assert(net->layers < SK_MAX_LAYERS && strlen(name) < sizeof net->layer[0].name && inputs <= SK_MAX_INPUTS);
    struct sk_layer *layer = &net->layer[net->layers++];
    *layer = (struct sk_layer){.kind = kind, .inputs = inputs, .output = output, .kept = SK_OUTSIDE, .detour = SK_OUTSIDE};
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
    snprintf(full, sizeof full, "%s.%s.weight", net->prefix, name);
    for (size_t i = 0; i < net->params.count; i++)
        if (strcmp(net->params.item[i].name, full) == 0) {
            net->params.item[i].mean *= factor;
            net->params.item[i].deviation *= factor;
        }
}

/* --- the plan ------------------------------------------------------------------ */

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Blocks of the arena: a map's values or gradients, what a layer keeps, a detour. Time is the list forward, then backward. */
struct blocks {
    size_t count;
    struct block {
        size_t size, from, to; /* in use from one moment to another, both included */
        size_t at;
        bool placed;
    } block[2 * SK_MAX_MAPS + 2 * SK_MAX_LAYERS];
};

enum { ALIGNED = 16 }; /* floats of a cache line */

static size_t add_block(struct blocks *blocks, size_t size, size_t from, size_t to)
{
    assert(blocks->count < sizeof blocks->block / sizeof *blocks->block);
    blocks->block[blocks->count] = (struct block){.size = (size + ALIGNED - 1) / ALIGNED * ALIGNED, .from = from, .to = to};
    return blocks->count++;
}

static bool in_the_way(const struct block *placed, const struct block *block, size_t at)
{
    return placed->placed && placed->from <= block->to && block->from <= placed->to && placed->at < at + block->size &&
           at < placed->at + placed->size;
}

/* The lowest place where no block is that is in use at the same time. */
static void place_block(struct blocks *blocks, struct block *block)
{
    size_t at = 0;
    for (size_t i = 0; i < blocks->count; i++)
        if (in_the_way(&blocks->block[i], block, at)) {
            at = blocks->block[i].at + blocks->block[i].size;
            i = (size_t)-1; /* from the first again */
        }
    block->at = at;
    block->placed = true;
}

/* The largest first, as small ones find room beside them. Returns the floats that all take. */
static size_t place_blocks(struct blocks *blocks)
{
    size_t end = 0;
    for (size_t n = 0; n < blocks->count; n++) {
        struct block *largest = blocks->block;
        for (size_t i = 1; i < blocks->count; i++)
            if (!blocks->block[i].placed && (largest->placed || blocks->block[i].size > largest->size))
                largest = &blocks->block[i];
        place_block(blocks, largest);
        end = largest->at + largest->size > end ? largest->at + largest->size : end;
    }
    return end;
}

static bool inside(const struct sk_net *net, size_t map)
{
    return map != 0 && map != net->output;
}

static size_t floats_of(const struct sk_net *net, size_t map)
{
    return net->use.max_batch * sk_map_values(&net->map[map]);
}

/* Layer l runs forward at l, and backward at this. */
static size_t backward_at(const struct sk_net *net, size_t l)
{
    return 2 * net->layers - 1 - l;
}

static bool in_place(const struct sk_layer *layer)
{
    return layer->inputs == 1 && layer->input[0] == layer->output;
}

static bool reads(const struct sk_layer *layer, size_t map)
{
    for (size_t i = 0; i < layer->inputs; i++)
        if (layer->input[i] == map)
            return true;
    return false;
}

/* The last moment at which a map's values are used, by its readers, or by the layers that write it. */
static size_t last_use(const struct sk_net *net, size_t map)
{
    size_t last = 0;
    for (size_t l = 0; l < net->layers; l++) {
        const struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        const bool reader = reads(layer, map), writer = layer->output == map;
        if (reader || writer)
            last = max_of(last, l);
        if (net->use.training && ((reader && !kind->input_unread) || (writer && !kind->output_unread)))
            last = max_of(last, backward_at(net, l));
    }
    return net->map[map].keep ? 2 * net->layers : last;
}

/* Values, as numbers of blocks: until their last use, or beyond it in the memory of what the layer writes that uses them last. */
static void plan_values(struct sk_net *net, struct blocks *blocks)
{
    for (size_t l = 0; l < net->layers; l++) {
        const struct sk_layer *layer = &net->layer[l];
        struct sk_map *out = &net->map[layer->output];
        if (in_place(layer) || !inside(net, layer->output))
            continue;
        const size_t in = layer->inputs ? layer->input[0] : 0, to = last_use(net, layer->output);
        if (sk_kinds[layer->kind].in_place && inside(net, in) && last_use(net, in) == l) {
            out->value = net->map[in].value;
            blocks->block[out->value].to = to;
        } else
            out->value = add_block(blocks, floats_of(net, layer->output), l, to);
    }
}

/* Who adds to a gradient, and who begins it. Nothing is written in place that another layer reads. */
static void plan_sums(struct sk_net *net)
{
    bool begun[SK_MAX_MAPS] = {false};
    for (size_t l = net->layers; l-- > 0;) {
        struct sk_layer *layer = &net->layer[l];
        for (size_t k = 0; in_place(layer) && k < l; k++)
            assert(in_place(&net->layer[k]) || !reads(&net->layer[k], layer->output));
        for (size_t i = 0; !in_place(layer) && i < layer->inputs; i++) {
            assert(layer->input[i] != net->output);
            layer->adds[i] = begun[layer->input[i]];
            begun[layer->input[i]] = true;
        }
    }
}

static void take_detour(struct sk_layer *layer, size_t block)
{
    assert(layer->detour == SK_OUTSIDE); /* a kind of several inputs adds itself */
    layer->detour = block;
}

/* Gradients, likewise: a map's lives from its last reader, which begins it, back to the layer that wrote the map, or beyond that in
   the gradient of what that layer reads. */
static void plan_gradients(struct sk_net *net, struct blocks *blocks)
{
    for (size_t l = net->layers; l-- > 0;) {
        struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        const struct sk_map *out = &net->map[layer->output];
        const size_t now = backward_at(net, l);
        if (in_place(layer))
            continue;
        if (inside(net, layer->output)) {
            assert(out->gradient != SK_OUTSIDE); /* somebody reads it */
            blocks->block[out->gradient].to = now;
        }
        for (size_t i = 0; i < layer->inputs; i++) {
            struct sk_map *in = &net->map[layer->input[i]];
            if (layer->adds[i] && !kind->adds)
                take_detour(layer, add_block(blocks, floats_of(net, layer->input[i]), now, now));
            else if (layer->adds[i] || !inside(net, layer->input[i]))
                continue;
            else if (i == 0 && kind->in_place && inside(net, layer->output))
                in->gradient = out->gradient;
            else
                in->gradient = add_block(blocks, floats_of(net, layer->input[i]), now, now);
        }
    }
}

/* Numbers of blocks become places in the arena. */
static void take_places(struct sk_net *net, const struct blocks *blocks)
{
    for (size_t m = 0; m < net->maps; m++) {
        struct sk_map *map = &net->map[m];
        map->value = map->value == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[map->value].at;
        map->gradient = map->gradient == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[map->gradient].at;
    }
    for (size_t l = 0; l < net->layers; l++) {
        struct sk_layer *layer = &net->layer[l];
        layer->kept = layer->kept == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[layer->kept].at;
        layer->detour = layer->detour == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[layer->detour].at;
    }
}

/* What every kind asks for. */
static int plan_layers(struct sk_net *net, struct blocks *blocks, struct sk_account *account, struct sk_error *err)
{
    for (size_t l = 0; l < net->layers; l++) {
        struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        if (kind->plan && kind->plan(net, layer, account, err))
            return sk_prefix(err, "%s.%s", net->prefix, layer->name);
        if (kind->scratch)
            net->scratch_floats = max_of(net->scratch_floats, kind->scratch(net, layer));
        if (kind->workspace)
            net->workspace_floats = max_of(net->workspace_floats, kind->workspace(net, layer));
        if (kind->kept && net->use.training)
            layer->kept = add_block(blocks, kind->kept(net, layer), l, backward_at(net, l));
    }
    return 0;
}

static int plan(struct sk_net *net, struct sk_account *account, struct sk_error *err)
{
    struct blocks blocks = {0};
    plan_values(net, &blocks);
    plan_sums(net);
    if (plan_layers(net, &blocks, account, err))
        return -1;
    if (net->use.training)
        plan_gradients(net, &blocks);
    net->arena_floats = place_blocks(&blocks);
    take_places(net, &blocks);
    return 0;
}

static int allocate(struct sk_net *net, struct sk_account *account, struct sk_error *err)
{
    if (sk_account_floats(account, SK_WEIGHTS, &net->weights, net->params.total, err) ||
        sk_account_floats(account, SK_WEIGHTS, &net->running, net->buffers.total, err) ||
        (net->use.training && sk_account_floats(account, SK_WEIGHTS, &net->gradients, net->params.total, err)) ||
        sk_account_floats(account, SK_ACTIVATIONS, &net->arena, net->arena_floats, err) ||
        sk_account_floats(account, SK_WORKSPACE, &net->workspace, net->workspace_floats, err) ||
        sk_account_floats(account, SK_WORKSPACE, &net->scratch, net->scratch_floats, err))
        return -1;
    for (size_t l = 0; net->running && l < net->layers; l++)
        for (size_t c = 0; net->layer[l].kind == SK_LAYER_BATCH_NORM && c < net->map[net->layer[l].output].channels; c++)
            net->running[net->layer[l].running_var + c] = 1;
    return 0;
}

int sk_net_new(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const struct sk_net_use *use,
               struct sk_account *account, struct sk_error *err)
{
    struct sk_net *n = sk_alloc(1, sizeof *n, err);
    if (!n)
        return -1;
    n->use = *use;
    n->algorithm = arch->algorithm;
    if (recipe(n, arch, outputs, err) || plan(n, account, err) || allocate(n, account, err)) {
        sk_net_free(n);
        return -1;
    }
    *net = n;
    return 0;
}

void sk_net_free(struct sk_net *net)
{
    if (!net)
        return;
    for (size_t l = 0; l < net->layers; l++)
        sk_conv2d_free(net->layer[l].conv);
    free(net->weights);
    free(net->gradients);
    free(net->running);
    free(net->arena);
    free(net->workspace);
    free(net->scratch);
    free(net);
}

size_t sk_net_inputs(const struct sk_net *net)
{
    return sk_map_values(&net->map[0]);
}

size_t sk_net_outputs(const struct sk_net *net)
{
    return sk_map_values(&net->map[net->output]);
}

/* --- passes ---------------------------------------------------------------------- */

const float *sk_value_of(const struct sk_net *net, size_t map, const struct sk_pass *pass)
{
    if (map == 0)
        return pass->x;
    return map == net->output ? pass->y : net->arena + net->map[map].value;
}

const float *sk_input_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    return sk_value_of(net, layer->input[0], pass);
}

float *sk_output_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    return layer->output == net->output ? pass->y : net->arena + net->map[layer->output].value;
}

static float *gradient_of(const struct sk_net *net, size_t map, const struct sk_pass *pass)
{
    if (map == 0)
        return pass->dx;
    return map == net->output ? pass->dy : net->arena + net->map[map].gradient;
}

float *sk_output_gradient(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    return gradient_of(net, layer->output, pass);
}

float *sk_input_gradient(const struct sk_net *net, const struct sk_layer *layer, size_t i, const struct sk_pass *pass)
{
    float *gradient = gradient_of(net, layer->input[i], pass);
    return gradient && layer->adds[i] && !sk_kinds[layer->kind].adds ? net->arena + layer->detour : gradient;
}

void sk_net_weights_changed(struct sk_net *net)
{
    for (size_t l = 0; l < net->layers; l++)
        if (sk_kinds[net->layer[l].kind].weights_changed)
            sk_kinds[net->layer[l].kind].weights_changed(net, &net->layer[l]);
}

void sk_net_forward(struct sk_net *net, size_t batch, size_t groups, const float *x, float *y, struct sk_random *random)
{
    const struct sk_pass pass = {.batch = batch, .groups = groups, .label = net->label, .x = x, .y = y, .random = random};
    assert(net->use.training && batch <= net->use.max_batch && groups <= SK_MAX_GROUPS && batch % groups == 0);
    for (size_t l = 0; l < net->layers; l++)
        sk_kinds[net->layer[l].kind].forward(net, &net->layer[l], &pass);
}

/* What a layer could not add itself. */
static void join_detour(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    for (size_t i = 0; layer->detour != SK_OUTSIDE && i < layer->inputs; i++) {
        float *gradient = gradient_of(net, layer->input[i], pass), *begun = sk_input_gradient(net, layer, i, pass);
        if (gradient && gradient != begun)
            sk_add_to(pass->batch * sk_map_values(&net->map[layer->input[i]]), begun, gradient, net->use.jobs);
    }
}

void sk_net_backward(struct sk_net *net, size_t batch, size_t groups, const float *x, float *y, float *dy, float *dx,
                     bool weights_too)
{
    const struct sk_pass pass = {.batch = batch, .groups = groups, .label = net->label, .x = x, .y = y, .dy = dy,
                                 .dx = dx, .weights_too = weights_too};
    if (weights_too)
        memset(net->gradients, 0, net->params.total * sizeof(float));
    for (size_t l = net->layers; l-- > 0;) {
        const struct sk_layer *layer = &net->layer[l];
        sk_kinds[layer->kind].backward(net, layer, &pass);
        join_detour(net, layer, &pass);
    }
}

void sk_net_infer(struct sk_net *net, size_t batch, const float *x, float *y)
{
    const struct sk_pass pass = {.batch = batch, .groups = 1, .label = net->label, .x = x, .y = y};
    assert(batch <= net->use.max_batch);
    for (size_t l = 0; l < net->layers; l++)
        sk_kinds[net->layer[l].kind].infer(net, &net->layer[l], &pass);
}

size_t sk_net_features_count(const struct sk_net *net)
{
    return net->map[net->features].channels;
}

void sk_net_features(const struct sk_net *net, size_t batch, float *features)
{
    const struct sk_map *map = &net->map[net->features];
    const size_t pixels = sk_map_pixels(map), channels = map->channels;
    const float *x = net->arena + map->value;
    for (size_t i = 0; i < batch; i++, x += pixels * channels, features += channels)
        for (size_t c = 0; c < channels; c++) {
            float sum = 0;
            for (size_t p = 0; p < pixels; p++)
                sum += x[p * channels + c];
            features[c] = sum / (float)pixels;
        }
}

/* --- files --------------------------------------------------------------------- */

/* The first `count` of a list under another prefix. */
static void rename_params(const struct sk_params *from, size_t count, const char *prefix, struct sk_params *to)
{
    *to = (struct sk_params){.total = from->total};
    for (; to->count < count; to->count++) {
        struct sk_param *p = &to->item[to->count];
        *p = from->item[to->count];
        snprintf(p->name, sizeof p->name, "%s%s", prefix, strchr(from->item[to->count].name, '.'));
    }
}

int sk_net_save_as(const struct sk_net *net, const char *prefix, struct sk_tensor_file *file, struct sk_error *err)
{
    struct sk_params params, buffers;
    rename_params(&net->params, net->params.count, prefix, &params);
    rename_params(&net->buffers, net->buffers.count, prefix, &buffers);
    return sk_params_save(&params, net->weights, file, err) || sk_params_save(&buffers, net->running, file, err) ? -1 : 0;
}

int sk_net_load_as(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct sk_params params, buffers;
    rename_params(&net->params, net->params.count, prefix, &params);
    rename_params(&net->buffers, net->buffers.count, prefix, &buffers);
    if (sk_params_load(&params, net->weights, file, err) || sk_params_load(&buffers, net->running, file, err))
        return -1;
    sk_net_weights_changed(net);
    return 0;
}

int sk_net_save(const struct sk_net *net, struct sk_tensor_file *file, struct sk_error *err)
{
    return sk_net_save_as(net, net->prefix, file, err);
}

int sk_net_load(struct sk_net *net, const struct sk_tensor_file *file, struct sk_error *err)
{
    return sk_net_load_as(net, net->prefix, file, err);
}

static int check_file(sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const struct sk_tensor_file *file,
                      struct sk_error *err)
{
    struct sk_net *list = sk_alloc(1, sizeof *list, err);
    if (!list)
        return -1;
    int failed = recipe(list, arch, outputs, err) || sk_params_check(&list->params, file, err) ||
                 sk_params_check(&list->buffers, file, err);
    free(list);
    return failed ? -1 : 0;
}

int sk_net_open(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const struct sk_net_use *use,
                const struct sk_tensor_file *file, struct sk_error *err)
{
    if (check_file(recipe, arch, outputs, file, err) || sk_net_new(net, recipe, arch, outputs, use, NULL, err))
        return -1;
    if (sk_net_load(*net, file, err) == 0)
        return 0;
    sk_net_free(*net);
    *net = NULL;
    return -1;
}

int sk_net_load_trunk(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct sk_params params, buffers;
    rename_params(&net->params, net->head, prefix, &params);
    rename_params(&net->buffers, net->buffers.count, prefix, &buffers);
    return sk_params_load(&params, net->weights, file, err) || sk_params_load(&buffers, net->running, file, err) ? -1 : 0;
}
