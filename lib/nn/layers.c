/* The kinds of layers, each in a few functions; what a network can be made of is the table at the end. */
#include "nn/layers.h"

#include <assert.h>
#include <string.h>

#include "nn/activation.h"
#include "nn/add.h"
#include "nn/basis.h"
#include "nn/batch_norm.h"
#include "nn/concat.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/fold.h"
#include "nn/embedding.h"
#include "nn/shared.h"

/* A layer's parameter, and its gradient, which is NULL where it is not wanted. */
static float *weight_of(const struct sk_net *net, const struct sk_layer *layer)
{
    return net->weights + layer->weight;
}

static float *bias_of(const struct sk_net *net, const struct sk_layer *layer)
{
    return net->weights + layer->bias;
}

static float *weight_gradient(const struct sk_layer *layer, const struct sk_pass *pass)
{
    return pass->gradients ? pass->gradients + layer->weight : NULL;
}

static float *bias_gradient(const struct sk_layer *layer, const struct sk_pass *pass)
{
    return pass->gradients ? pass->gradients + layer->bias : NULL;
}

static const struct sk_map *input_map(const struct sk_net *net, const struct sk_layer *layer)
{
    return &net->map[layer->input[0]];
}

static const struct sk_map *output_map(const struct sk_net *net, const struct sk_layer *layer)
{
    return &net->map[layer->output];
}

/* --- linear ---------------------------------------------------------------- */

/* To a vector, by rows of W; or to a map, by columns. */
static bool to_map(const struct sk_net *net, const struct sk_layer *layer)
{
    return output_map(net, layer)->side > 1;
}

static size_t linear_workspace(const struct sk_net *net, const struct sk_layer *layer)
{
    return to_map(net, layer) ? sk_dense_wide_workspace(net->use.max_batch, sk_map_values(input_map(net, layer)), net->use.jobs) : 0;
}

static void linear_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const size_t in = sk_map_values(input_map(net, layer)), out = sk_map_values(output_map(net, layer));
    const float *x = sk_input_of(net, layer, pass), *w = weight_of(net, layer);
    float *y = sk_output_of(net, layer, pass);
    if (to_map(net, layer))
        sk_dense_wide_forward(pass->batch, in, out, x, w, y, net->workspace, net->use.jobs);
    else
        sk_dense_narrow_forward(pass->batch, in, out, x, w, bias_of(net, layer), y, net->use.jobs);
}

static void linear_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const size_t in = sk_map_values(input_map(net, layer)), out = sk_map_values(output_map(net, layer));
    const float *x = sk_input_of(net, layer, pass), *dy = sk_output_gradient(net, layer, pass);
    float *dw = weight_gradient(layer, pass);
    if (!to_map(net, layer))
        sk_dense_narrow_backward(pass->batch, in, out, x, weight_of(net, layer), dy, sk_input_gradient(net, layer, 0, pass), dw,
                                 bias_gradient(layer, pass), net->use.jobs);
    else {
        float *dx = sk_input_gradient(net, layer, 0, pass);
        if (dw)
            sk_dense_wide_backward(pass->batch, in, out, x, dy, dw, net->workspace, net->use.jobs);
        if (dx)
            sk_dense_wide_backward_input(pass->batch, in, out, weight_of(net, layer), dy, dx, net->use.jobs);
    }
}

/* --- convolutions ------------------------------------------------------------ */

static int conv_plan(struct sk_net *net, struct sk_layer *layer, struct sk_account *account, struct sk_error *err)
{
    if (layer->folds && sk_account_floats(account, SK_WEIGHTS, &layer->folded_bias, layer->shape.out_c, err))
        return -1;
    struct sk_conv2d_shape shape = layer->shape;
    shape.add_dx = layer->kind == SK_LAYER_CONV && layer->adds[0];
    shape.infer_only = layer->kind == SK_LAYER_CONV && !net->use.training; /* a transposed one infers by backward */
    return sk_conv2d_new(&layer->conv, &shape, net->algorithm, net->use.max_batch, net->use.jobs, account, err);
}

/* For folded weights, on their way into the plan. */
static size_t conv_scratch(const struct sk_net *net, const struct sk_layer *layer)
{
    (void)net;
    return layer->folds ? sk_folded_floats(layer) : 0;
}

static size_t conv_workspace(const struct sk_net *net, const struct sk_layer *layer)
{
    (void)net;
    return sk_conv2d_workspace(layer->conv);
}

static void conv_weights_changed(struct sk_net *net, struct sk_layer *layer)
{
    const size_t channels = layer->shape.out_c;
    if (layer->folds) {
        sk_fold_weights(net, layer, net->scratch);
        memcpy(layer->folded_bias, net->scratch + sk_folded_floats(layer) - channels, channels * sizeof(float));
    }
    sk_conv2d_set_weights(layer->conv, layer->folds ? net->scratch : weight_of(net, layer));
}

static void conv_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_conv2d_forward(layer->conv, pass->batch, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass), net->workspace);
}

static void conv_infer(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    if (!layer->folds) {
        conv_forward(net, layer, pass);
        return;
    }
    sk_conv2d_infer(layer->conv, pass->batch, sk_input_of(net, layer, pass),
                    (struct sk_ending_f32){.bias = layer->folded_bias, .rectify = layer->slope == 0}, sk_output_of(net, layer, pass),
                    net->workspace);
}

static void conv_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_conv2d_backward(layer->conv, pass->batch, sk_input_of(net, layer, pass), sk_output_gradient(net, layer, pass),
                       sk_input_gradient(net, layer, 0, pass), weight_gradient(layer, pass), net->workspace);
}

/* The convolution's passes with their parts exchanged. */
static void conv_transpose_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_conv2d_backward(layer->conv, pass->batch, NULL, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass), NULL,
                       net->workspace);
}

static void conv_transpose_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const float *dy = sk_output_gradient(net, layer, pass);
    float *dx = sk_input_gradient(net, layer, 0, pass), *dw = weight_gradient(layer, pass);
    if (dw)
        sk_conv2d_backward(layer->conv, pass->batch, dy, sk_input_of(net, layer, pass), NULL, dw, net->workspace);
    if (dx)
        sk_conv2d_forward(layer->conv, pass->batch, dy, dx, net->workspace);
}

/* --- batch norm with the rectifier behind it -------------------------------- */

static struct sk_batch_norm batch_norm_of(const struct sk_net *net, const struct sk_layer *layer)
{
    return (struct sk_batch_norm){.channels = output_map(net, layer)->channels,
                                  .pixels = sk_map_pixels(output_map(net, layer)),
                                  .slope = layer->slope,
                                  .fixed = net->fixed_statistics,
                                  .epsilon = layer->epsilon,
                                  .weight = weight_of(net, layer),
                                  .bias = bias_of(net, layer),
                                  .running_mean = net->running + layer->running_mean,
                                  .running_var = net->running + layer->running_var};
}

/* One value has no spread: all outputs would be the bias. */
static int batch_norm_plan(struct sk_net *net, struct sk_layer *layer, struct sk_account *account, struct sk_error *err)
{
    (void)account;
    if (net->use.training && net->use.max_batch * sk_map_pixels(output_map(net, layer)) < 2)
        return sk_fail(err, "maps of one pixel have no statistics in a batch of 1");
    return 0;
}

static size_t batch_norm_scratch(const struct sk_net *net, const struct sk_layer *layer)
{
    const struct sk_map *map = output_map(net, layer);
    return sk_batch_norm_scratch(net->use.max_batch, sk_map_pixels(map), map->channels);
}

/* Mean and inverse of the standard deviation of each channel, for every group. */
static size_t batch_norm_kept(const struct sk_net *net, const struct sk_layer *layer)
{
    return 2 * SK_MAX_GROUPS * output_map(net, layer)->channels;
}

static float *moments_of(const struct sk_net *net, const struct sk_layer *layer, size_t group)
{
    return net->arena + layer->kept + 2 * group * output_map(net, layer)->channels;
}

/* Over the images of all ranks. */
static void shared_norm_forward(struct sk_net *net, const struct sk_batch_norm *norm, size_t images, const float *x, float *y, float *mean)
{
    struct sk_moments *moments = (struct sk_moments *)(void *)net->scratch;
    if (!norm->fixed)
        sk_shared_moments(net->shared, norm, images, x, moments, (float *)(moments + norm->channels), net->use.jobs);
    sk_batch_norm_statistics(norm, moments, mean, mean + norm->channels);
    sk_batch_norm_apply(norm, images, x, y, mean, mean + norm->channels, net->use.jobs);
}

static void batch_norm_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_batch_norm norm = batch_norm_of(net, layer);
    const size_t images = pass->batch / pass->groups, each = images * sk_map_values(output_map(net, layer));
    const float *x = sk_input_of(net, layer, pass);
    float *y = sk_output_of(net, layer, pass);
    for (size_t g = 0; g < pass->groups; g++) {
        float *mean = moments_of(net, layer, g);
        if (net->shared)
            shared_norm_forward(net, &norm, images, x + g * each, y + g * each, mean);
        else
            sk_batch_norm_forward(&norm, images, x + g * each, y + g * each, mean, mean + norm.channels, net->scratch, net->use.jobs);
    }
}

static void batch_norm_recompute(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_batch_norm norm = batch_norm_of(net, layer);
    const size_t images = pass->batch / pass->groups, each = images * sk_map_values(output_map(net, layer));
    float *y = net->arena + output_map(net, layer)->recomputed;
    for (size_t g = 0; g < pass->groups; g++) {
        const float *mean = moments_of(net, layer, g);
        sk_batch_norm_apply(&norm, images, sk_input_of(net, layer, pass) + g * each, y + g * each, mean, mean + norm.channels,
                            net->use.jobs);
    }
}

static void batch_norm_infer(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_batch_norm norm = batch_norm_of(net, layer);
    sk_batch_norm_infer(&norm, pass->batch, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass), net->use.jobs);
}

/* Over the images of all ranks. All know the sums: the first rank alone has them among its gradients. */
static void shared_norm_backward(struct sk_net *net, const struct sk_batch_norm *norm, size_t images, const float *x, const float *mean,
                                 const float *dy, float *dx, float *dweight, float *dbias)
{
    const size_t channels = norm->channels;
    float *sums = net->scratch;
    sk_shared_gradient_sums(net->shared, norm, images, x, mean, mean + channels, dy, sums, sums + 2 * channels, net->use.jobs);
    for (size_t c = 0; dbias && sk_ranks_first(net->shared->share->ranks) && c < channels; c++) {
        dbias[c] += sums[c];
        dweight[c] += sums[channels + c];
    }
    sk_batch_norm_apply_gradient(norm, images, sk_shared_images(net->shared, images), x, mean, mean + channels, dy, sums, dx,
                                 net->use.jobs);
}

static void batch_norm_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_batch_norm norm = batch_norm_of(net, layer);
    const size_t images = pass->batch / pass->groups, each = images * sk_map_values(output_map(net, layer));
    const float *x = sk_input_of(net, layer, pass), *dy = sk_output_gradient(net, layer, pass);
    float *dx = sk_input_gradient(net, layer, 0, pass);
    for (size_t g = 0; g < pass->groups; g++) {
        const float *mean = moments_of(net, layer, g);
        if (net->shared)
            shared_norm_backward(net, &norm, images, x + g * each, mean, dy + g * each, dx + g * each, weight_gradient(layer, pass),
                                 bias_gradient(layer, pass));
        else
            sk_batch_norm_backward(&norm, images, x + g * each, mean, mean + norm.channels, dy + g * each, dx + g * each,
                                   weight_gradient(layer, pass), bias_gradient(layer, pass), net->scratch, net->use.jobs);
    }
}

/* --- activation, in place ---------------------------------------------------- */

static size_t activation_scratch(const struct sk_net *net, const struct sk_layer *layer)
{
    const struct sk_map *map = output_map(net, layer);
    return sk_bias_scratch(net->use.max_batch, sk_map_pixels(map), map->channels);
}

static void activation_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    const size_t rows = pass->batch * sk_map_pixels(map);
    float *x = sk_output_of(net, layer, pass);
    if (layer->activation == SK_TANH)
        sk_tanh_forward(rows, map->channels, bias_of(net, layer), x, net->use.jobs);
    else
        sk_leaky_relu_forward(rows, map->channels, bias_of(net, layer), layer->slope, x, net->use.jobs);
}

static void activation_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    const size_t pixels = sk_map_pixels(map);
    const float *y = sk_input_of(net, layer, pass); /* in place: what forward left */
    float *dy = sk_output_gradient(net, layer, pass), *dbias = bias_gradient(layer, pass);
    if (layer->activation == SK_TANH)
        sk_tanh_backward(pass->batch, pixels, map->channels, y, dy, dbias, net->scratch, net->use.jobs);
    else
        sk_leaky_relu_backward(pass->batch, pixels, map->channels, y, layer->slope, dy, dbias, net->scratch, net->use.jobs);
}

/* --- dropout, in place -------------------------------------------------------- */

static size_t dropout_kept(const struct sk_net *net, const struct sk_layer *layer)
{
    return net->use.max_batch * sk_map_values(output_map(net, layer));
}

/* An image's mask is that of its place in the batch, whoever has it. */
static void dropout_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const size_t values = sk_map_values(output_map(net, layer));
    const struct sk_share *share = net->shared ? net->shared->share : NULL;
    if (net->dropout == 0)
        return;
    if (share)
        sk_random_skip(pass->random, share->first * values);
    sk_dropout_forward(pass->batch * values, net->dropout, pass->random, net->arena + layer->kept, sk_output_of(net, layer, pass));
    if (share)
        sk_random_skip(pass->random, (share->images - share->first - share->count) * values);
}

static void dropout_infer(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    (void)net, (void)layer, (void)pass;
}

static void dropout_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    if (net->dropout > 0)
        sk_dropout_backward(pass->batch * sk_map_values(output_map(net, layer)), net->arena + layer->kept,
                            sk_output_gradient(net, layer, pass));
}

/* --- addition, with the rectifier behind it ----------------------------------- */

static void add_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_add_forward(pass->batch * sk_map_values(output_map(net, layer)), sk_value_of(net, layer->input[0], pass),
                   sk_value_of(net, layer->input[1], pass), layer->slope, sk_output_of(net, layer, pass), net->use.jobs);
}

static void add_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_add_backward(pass->batch * sk_map_values(output_map(net, layer)), sk_output_of(net, layer, pass), layer->slope,
                    sk_output_gradient(net, layer, pass), sk_input_gradient(net, layer, 0, pass), layer->adds[0],
                    sk_input_gradient(net, layer, 1, pass), layer->adds[1], net->use.jobs);
}

/* --- concatenation -------------------------------------------------------------- */

static void concat_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    for (size_t i = 0, at = 0; i < layer->inputs; i++) {
        const size_t own = net->map[layer->input[i]].channels;
        sk_concat_forward(pass->batch * sk_map_pixels(map), map->channels, at, own, sk_value_of(net, layer->input[i], pass),
                          sk_output_of(net, layer, pass), net->use.jobs);
        at += own;
    }
}

static void concat_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    for (size_t i = 0, at = 0; i < layer->inputs; i++) {
        const size_t own = net->map[layer->input[i]].channels;
        float *dx = sk_input_gradient(net, layer, i, pass);
        if (dx)
            sk_concat_backward(pass->batch * sk_map_pixels(map), map->channels, at, own, sk_output_gradient(net, layer, pass), dx,
                               layer->adds[i], net->use.jobs);
        at += own;
    }
}

/* --- upsampling ------------------------------------------------------------------ */

static void upsample_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = input_map(net, layer);
    sk_upsample_forward(layer->upsample, pass->batch, map->side, map->channels, sk_input_of(net, layer, pass),
                        sk_output_of(net, layer, pass), net->use.jobs);
}

static void upsample_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = input_map(net, layer);
    float *dx = sk_input_gradient(net, layer, 0, pass);
    if (dx)
        sk_upsample_backward(layer->upsample, pass->batch, map->side, map->channels, sk_output_gradient(net, layer, pass), dx,
                             layer->adds[0], net->use.jobs);
}

/* --- pooling ---------------------------------------------------------------------- */

static void average_pool_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_average_pool_forward(&layer->pool, pass->batch, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass),
                            net->use.jobs);
}

static void average_pool_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    float *dx = sk_input_gradient(net, layer, 0, pass);
    if (dx)
        sk_average_pool_backward(&layer->pool, pass->batch, sk_output_gradient(net, layer, pass), dx, layer->adds[0],
                                 net->use.jobs);
}

static void max_pool_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_max_pool_forward(&layer->pool, pass->batch, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass), net->use.jobs);
}

static void max_pool_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    float *dx = sk_input_gradient(net, layer, 0, pass);
    if (dx)
        sk_max_pool_backward(&layer->pool, pass->batch, sk_input_of(net, layer, pass), sk_output_of(net, layer, pass),
                             sk_output_gradient(net, layer, pass), dx, layer->adds[0], net->use.jobs);
}

static void global_pool_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = input_map(net, layer);
    sk_global_pool_forward(pass->batch, sk_map_pixels(map), map->channels, sk_input_of(net, layer, pass),
                           sk_output_of(net, layer, pass), net->use.jobs);
}

static void global_pool_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = input_map(net, layer);
    float *dx = sk_input_gradient(net, layer, 0, pass);
    if (dx)
        sk_global_pool_backward(pass->batch, sk_map_pixels(map), map->channels, sk_output_gradient(net, layer, pass), dx,
                                layer->adds[0], net->use.jobs);
}

/* --- basis ------------------------------------------------------------------------- */

static void basis_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    sk_basis_forward(pass->batch, sk_map_pixels(map), map->channels, sk_input_of(net, layer, pass), weight_of(net, layer),
                     sk_output_of(net, layer, pass), net->use.jobs);
}

static void basis_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_map *map = output_map(net, layer);
    sk_basis_backward(pass->batch, sk_map_pixels(map), map->channels, sk_input_of(net, layer, pass), weight_of(net, layer),
                      sk_output_gradient(net, layer, pass), sk_input_gradient(net, layer, 0, pass),
                      weight_gradient(layer, pass), net->use.jobs);
}

/* --- what depends on the class ------------------------------------------------------ */

static void embedding_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    assert(pass->label);
    sk_embedding_forward(pass->batch, output_map(net, layer)->channels, pass->label, weight_of(net, layer),
                         sk_output_of(net, layer, pass));
}

/* By a vector that is no class's as well. */
static void embedding_infer(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    if (pass->vector)
        memcpy(sk_output_of(net, layer, pass), pass->vector, pass->batch * output_map(net, layer)->channels * sizeof(float));
    else
        embedding_forward(net, layer, pass);
}

static void embedding_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_embedding_backward(pass->batch, layer->classes, output_map(net, layer)->channels, pass->label,
                          sk_output_gradient(net, layer, pass), weight_gradient(layer, pass));
}

static void projection_forward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    assert(pass->label);
    sk_projection_forward(pass->batch, input_map(net, layer)->channels, pass->label, weight_of(net, layer),
                          sk_input_of(net, layer, pass), sk_output_of(net, layer, pass));
}

static void projection_backward(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    sk_projection_backward(pass->batch, layer->classes, input_map(net, layer)->channels, pass->label, weight_of(net, layer),
                           sk_input_of(net, layer, pass), sk_output_gradient(net, layer, pass),
                           sk_input_gradient(net, layer, 0, pass), weight_gradient(layer, pass));
}

/* ------------------------------------------------------------------------------ */

const struct sk_kind sk_kinds[SK_LAYER_KINDS] = {
    [SK_LAYER_LINEAR] = {.name = "linear", .workspace = linear_workspace, .forward = linear_forward, .infer = linear_forward,
                 .backward = linear_backward, .output_unread = true, .sums = true},
    [SK_LAYER_CONV] = {.name = "conv", .plan = conv_plan, .scratch = conv_scratch, .workspace = conv_workspace,
                 .weights_changed = conv_weights_changed, .forward = conv_forward, .infer = conv_infer, .backward = conv_backward, .adds = true, .output_unread = true, .sums = true},
    [SK_LAYER_CONV_TRANSPOSE] = {.name = "conv_transpose", .plan = conv_plan, .workspace = conv_workspace,
                           .weights_changed = conv_weights_changed, .forward = conv_transpose_forward,
                           .infer = conv_transpose_forward, .backward = conv_transpose_backward, .output_unread = true, .sums = true},
    [SK_LAYER_BATCH_NORM] = {.name = "batch_norm", .plan = batch_norm_plan, .scratch = batch_norm_scratch, .kept = batch_norm_kept,
                       .forward = batch_norm_forward, .infer = batch_norm_infer, .backward = batch_norm_backward,
                       .recompute = batch_norm_recompute,
                       .in_place = true, .output_unread = true},
    [SK_LAYER_ACTIVATION] = {.name = "activation", .scratch = activation_scratch, .forward = activation_forward,
                       .infer = activation_forward, .backward = activation_backward, .in_place = true, .sums = true},
    [SK_LAYER_DROPOUT] = {.name = "dropout", .kept = dropout_kept, .forward = dropout_forward, .infer = dropout_infer,
                    .backward = dropout_backward, .in_place = true, .input_unread = true, .output_unread = true},
    [SK_LAYER_ADD] = {.name = "add", .forward = add_forward, .infer = add_forward, .backward = add_backward, .in_place = true,
                .adds = true, .input_unread = true},
    [SK_LAYER_CONCAT] = {.name = "concat", .forward = concat_forward, .infer = concat_forward, .backward = concat_backward,
                   .adds = true, .input_unread = true, .output_unread = true},
    [SK_LAYER_UPSAMPLE] = {.name = "upsample", .forward = upsample_forward, .infer = upsample_forward,
                     .backward = upsample_backward, .adds = true, .input_unread = true, .output_unread = true},
    [SK_LAYER_AVERAGE_POOL] = {.name = "average_pool", .forward = average_pool_forward, .infer = average_pool_forward,
                         .backward = average_pool_backward, .adds = true, .input_unread = true, .output_unread = true},
    [SK_LAYER_MAX_POOL] = {.name = "max_pool", .forward = max_pool_forward, .infer = max_pool_forward,
                     .backward = max_pool_backward, .adds = true},
    [SK_LAYER_GLOBAL_POOL] = {.name = "global_pool", .forward = global_pool_forward, .infer = global_pool_forward,
                        .backward = global_pool_backward, .adds = true, .input_unread = true, .output_unread = true},
    [SK_LAYER_BASIS] = {.name = "basis", .forward = basis_forward, .infer = basis_forward,
                  .backward = basis_backward, .output_unread = true, .sums = true},
    [SK_LAYER_EMBEDDING] = {.name = "embedding", .forward = embedding_forward, .infer = embedding_infer,
                      .backward = embedding_backward, .output_unread = true, .sums = true},
    [SK_LAYER_PROJECTION] = {.name = "projection", .forward = projection_forward, .infer = projection_forward,
                       .backward = projection_backward, .output_unread = true, .sums = true},
};
