#include "nn/net.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/add.h"
#include "nn/fold.h"
#include "nn/layers.h"
#include "nn/shared.h"

static bool is_variance(const struct sk_param *buffer)
{
    return strcmp(strrchr(buffer->name, '.'), ".running_var") == 0;
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
    for (size_t i = 0; net->running && i < net->buffers.count; i++)
        for (size_t c = 0; is_variance(&net->buffers.item[i]) && c < net->buffers.item[i].count; c++)
            net->running[net->buffers.item[i].offset + c] = 1;
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
    int failed = recipe(n, arch, outputs, err);
    if (!failed && !use->training)
        sk_fold_norms(n);
    if (failed || sk_net_plan(n, account, err) || allocate(n, account, err)) {
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
    for (size_t l = 0; l < net->layers; l++) {
        sk_conv2d_free(net->layer[l].conv);
        free(net->layer[l].folded_bias);
    }
    sk_shared_free(net->shared);
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

/* Where the pass's first image lies. */
static size_t begin_of(const struct sk_net *net, size_t map, const struct sk_pass *pass)
{
    return pass->first * sk_map_values(&net->map[map]);
}

const float *sk_value_of(const struct sk_net *net, size_t map, const struct sk_pass *pass)
{
    const struct sk_map *m = &net->map[map];
    const size_t at = pass->dy && m->recomputed != SK_OUTSIDE ? m->recomputed : m->value;
    const float *value = map == 0 ? pass->x : map == net->output ? pass->y : net->arena + at;
    return value + begin_of(net, map, pass);
}

const float *sk_input_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    return sk_value_of(net, layer->input[0], pass);
}

float *sk_output_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    float *value = layer->output == net->output ? pass->y : net->arena + net->map[layer->output].value;
    return value + begin_of(net, layer->output, pass);
}

static float *gradient_of(const struct sk_net *net, size_t map, const struct sk_pass *pass)
{
    float *gradient = map == 0 ? pass->dx : map == net->output ? pass->dy : net->arena + net->map[map].gradient;
    return gradient ? gradient + begin_of(net, map, pass) : NULL;
}

float *sk_output_gradient(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    return gradient_of(net, layer->output, pass);
}

float *sk_input_gradient(const struct sk_net *net, const struct sk_layer *layer, size_t i, const struct sk_pass *pass)
{
    float *gradient = gradient_of(net, layer->input[i], pass);
    if (gradient && layer->adds[i] && !sk_kinds[layer->kind].adds)
        return net->arena + layer->detour + begin_of(net, layer->input[i], pass);
    return gradient;
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

/* A layer that sums over the batch, a node at a time. */
static void run_by_nodes(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass)
{
    const struct sk_share_plan *plan = sk_share_plan(net->shared->share, sk_shared_parts(net->shared, pass->batch));
    for (size_t i = 0; i < plan->nodes; i++) {
        struct sk_pass some = *pass;
        some.first = plan->node[i].image;
        some.batch = plan->node[i].images;
        some.label = pass->label ? pass->label + some.first : NULL;
        some.gradients = net->shared->gradients[i];
        sk_kinds[layer->kind].backward(net, layer, &some);
    }
}

static void clear_gradients(struct sk_net *net, const struct sk_pass *pass)
{
    const size_t nodes = net->shared ? sk_share_plan(net->shared->share, sk_shared_parts(net->shared, pass->batch))->nodes : 1;
    for (size_t i = 0; i < nodes; i++)
        memset(i == 0 ? net->gradients : net->shared->gradients[i], 0, net->params.total * sizeof(float));
}

void sk_net_backward(struct sk_net *net, size_t batch, size_t groups, const float *x, float *y, float *dy, float *dx,
                     bool weights_too)
{
    const struct sk_pass pass = {.batch = batch, .groups = groups, .label = net->label, .x = x, .y = y, .dy = dy,
                                 .dx = dx, .gradients = weights_too ? net->gradients : NULL};
    const bool shared = net->shared && weights_too;
    if (weights_too)
        clear_gradients(net, &pass);
    for (size_t l = net->layers; l-- > 0;) {
        const struct sk_layer *layer = &net->layer[l];
        if (layer->recomputes != SK_OUTSIDE)
            sk_kinds[net->layer[layer->recomputes].kind].recompute(net, &net->layer[layer->recomputes], &pass);
        if (shared && sk_kinds[layer->kind].sums)
            run_by_nodes(net, layer, &pass);
        else
            sk_kinds[layer->kind].backward(net, layer, &pass);
        join_detour(net, layer, &pass);
    }
    if (shared)
        sk_share_sum(net->shared->share, sk_shared_parts(net->shared, batch), net->shared->gradients, net->params.total,
                     net->shared->workspace, net->use.jobs);
}

void sk_net_infer(struct sk_net *net, size_t batch, const float *x, float *y)
{
    const struct sk_pass pass = {.batch = batch, .groups = 1, .label = net->label, .vector = net->vector, .x = x, .y = y};
    assert(batch <= net->use.max_batch);
    for (size_t l = 0; l < net->layers; l++)
        sk_kinds[net->layer[l].kind].infer(net, &net->layer[l], &pass);
}

size_t sk_net_features_count(const struct sk_net *net)
{
    return net->map[net->features].channels;
}

const float *sk_net_features_map(const struct sk_net *net)
{
    return net->arena + net->map[net->features].value;
}

size_t sk_net_features_values(const struct sk_net *net)
{
    return sk_map_values(&net->map[net->features]);
}

void sk_net_features(const struct sk_net *net, size_t batch, float *features)
{
    const struct sk_map *map = &net->map[net->features];
    const size_t pixels = sk_map_pixels(map), channels = map->channels;
    const float *x = sk_net_features_map(net);
    for (size_t i = 0; i < batch; i++, x += pixels * channels, features += channels)
        for (size_t c = 0; c < channels; c++) {
            float sum = 0;
            for (size_t p = 0; p < pixels; p++)
                sum += x[p * channels + c];
            features[c] = sum / (float)pixels;
        }
}

/* --- files --------------------------------------------------------------------- */

/* The first `count` of a list under another prefix; "": none. */
static void rename_params(const struct sk_net *net, const struct sk_params *from, size_t count, const char *prefix, struct sk_params *to)
{
    const size_t own = strlen(net->prefix) + 1;
    *to = (struct sk_params){.total = from->total};
    for (; to->count < count; to->count++) {
        struct sk_param *p = &to->item[to->count];
        *p = from->item[to->count];
        snprintf(p->name, sizeof p->name, "%s%s%s", prefix, *prefix ? "." : "", from->item[to->count].name + own);
    }
}

/* A network's parameters and running statistics as a file names them. */
struct names {
    struct sk_params params, buffers;
};

static void name_all(const struct sk_net *net, size_t params, const char *prefix, struct names *names)
{
    rename_params(net, &net->params, params, prefix, &names->params);
    rename_params(net, &net->buffers, net->buffers.count, prefix, &names->buffers);
}

/* The first `params` parameters, and all running statistics. */
static int save(const struct sk_net *net, size_t params, const char *prefix, struct sk_tensor_file *file, struct sk_error *err)
{
    struct names names;
    name_all(net, params, prefix, &names);
    return sk_params_save(&names.params, net->weights, file, err) || sk_params_save(&names.buffers, net->running, file, err) ? -1 : 0;
}

int sk_net_save_as(const struct sk_net *net, const char *prefix, struct sk_tensor_file *file, struct sk_error *err)
{
    return save(net, net->params.count, prefix, file, err);
}

int sk_net_save_trunk(const struct sk_net *net, struct sk_tensor_file *file, struct sk_error *err)
{
    return save(net, net->head, net->prefix, file, err);
}

/* A batch norm takes the root of them. */
static int check_variances(const struct sk_params *buffers, const float *running, struct sk_error *err)
{
    for (size_t i = 0; i < buffers->count; i++)
        for (size_t c = 0; is_variance(&buffers->item[i]) && c < buffers->item[i].count; c++)
            if (!(running[buffers->item[i].offset + c] >= 0))
                return sk_fail(err, "tensor '%s': element %zu is no variance", buffers->item[i].name, c);
    return 0;
}

/* The first `params` parameters. */
static int load(struct sk_net *net, size_t params, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct names names;
    name_all(net, params, prefix, &names);
    return sk_params_load(&names.params, net->weights, file, err) || sk_params_load(&names.buffers, net->running, file, err) ||
                   check_variances(&names.buffers, net->running, err) ? -1 : 0;
}

int sk_net_load_as(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    if (load(net, net->params.count, prefix, file, err))
        return -1;
    sk_net_weights_changed(net);
    return 0;
}

int sk_net_load_trunk(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    return load(net, net->head, prefix, file, err);
}

int sk_net_load_kernels(struct sk_net *net, const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct names names;
    size_t kernels = 0;
    name_all(net, net->head, prefix, &names);
    for (size_t i = 0; i < names.params.count; i++)
        if (names.params.item[i].layout == SK_PARAM_CONV)
            names.params.item[kernels++] = names.params.item[i];
    names.params.count = kernels;
    return sk_params_load(&names.params, net->weights, file, err);
}

int sk_net_save(const struct sk_net *net, struct sk_tensor_file *file, struct sk_error *err)
{
    return sk_net_save_as(net, net->prefix, file, err);
}

int sk_net_load(struct sk_net *net, const struct sk_tensor_file *file, struct sk_error *err)
{
    return sk_net_load_as(net, net->prefix, file, err);
}

static int check_file(sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const char *prefix,
                      const struct sk_tensor_file *file, struct sk_error *err)
{
    struct names names;
    struct sk_net *list = sk_alloc(1, sizeof *list, err);
    if (!list)
        return -1;
    int failed = recipe(list, arch, outputs, err);
    if (!failed) {
        name_all(list, list->params.count, prefix ? prefix : list->prefix, &names);
        failed = sk_params_check(&names.params, file, err) || sk_params_check(&names.buffers, file, err);
    }
    free(list);
    return failed ? -1 : 0;
}

int sk_net_open_as(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const struct sk_net_use *use,
                   const char *prefix, const struct sk_tensor_file *file, struct sk_error *err)
{
    if (check_file(recipe, arch, outputs, prefix, file, err) || sk_net_new(net, recipe, arch, outputs, use, NULL, err))
        return -1;
    if (sk_net_load_as(*net, prefix ? prefix : (*net)->prefix, file, err) == 0)
        return 0;
    sk_net_free(*net);
    *net = NULL;
    return -1;
}

int sk_net_open(struct sk_net **net, sk_recipe *recipe, const struct sk_arch *arch, size_t outputs, const struct sk_net_use *use,
                const struct sk_tensor_file *file, struct sk_error *err)
{
    return sk_net_open_as(net, recipe, arch, outputs, use, NULL, file, err);
}
