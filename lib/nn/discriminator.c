#include "nn/discriminator.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/activation.h"
#include "nn/batch_norm.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "tensor/conv2d.h"

/* Map k (0 .. stages) is the image, then the result of convolution k. */
struct sk_discriminator_memory {
    int jobs;
    size_t stages;
    char prefix[16];
    struct sk_conv2d *conv[SK_MAX_STAGES + 1];  /* 1 .. stages */
    struct sk_batch_norm norm[SK_MAX_STAGES + 1]; /* 2 .. stages */
    float *linear[SK_MAX_STAGES + 1];           /* 2 .. stages: maps before batch norm */
    float *active[SK_MAX_STAGES + 1];           /* 1 .. stages: maps after LeakyReLU */
    float *mean[SK_MAX_STAGES + 1], *inv_std[SK_MAX_STAGES + 1]; /* [groups][channels] */
    float *gradient[2];                         /* of an even map and of an odd one: of a map and of the one before */
    float *mask;                                /* dropout: 0 or 1 / (1 - p) */
    float *scratch, *workspace;
};

enum { MAX_GROUPS = 2, MAP = 16 };

static const float slope = 0.2f;

static size_t positions(const struct sk_arch *arch, size_t map)
{
    return sk_arch_side(arch, map) * sk_arch_side(arch, map);
}

static size_t head_inputs(const struct sk_discriminator *d)
{
    return sk_arch_values(&d->arch, d->memory->stages);
}

size_t sk_discriminator_features(const struct sk_discriminator *d)
{
    return sk_arch_channels(&d->arch, d->memory->stages);
}

static float *weight_at(const struct sk_discriminator *d, float *vector, const char *what, size_t k,
                        const char *which)
{
    return sk_params_at(&d->params, vector, "%s.%s%zu.%s", d->memory->prefix, what, k, which);
}

static float *head_at(const struct sk_discriminator *d, float *vector, const char *which)
{
    return sk_params_at(&d->params, vector, "%s.fc.%s", d->memory->prefix, which);
}

void sk_discriminator_list(const struct sk_arch *arch, const char *prefix, size_t outputs, struct sk_params *params,
                           struct sk_params *buffers)
{
    *params = *buffers = (struct sk_params){0};
    size_t stages = sk_arch_stages(arch), kernel = arch->kernel;
    for (size_t k = 1; k <= stages; k++) {
        size_t below = sk_arch_channels(arch, k - 1), c = sk_arch_channels(arch, k);
        sk_params_add(params, SK_PARAM_CONV, 4, (size_t[]){c, below, kernel, kernel}, "%s.conv%zu.weight", prefix,
                      k);
        if (k == 1) {
            sk_params_add(params, SK_PARAM_PLAIN, 1, &c, "%s.conv1.bias", prefix);
            continue;
        }
        sk_params_add(params, SK_PARAM_PLAIN, 1, &c, "%s.bn%zu.weight", prefix, k);
        sk_params_add(params, SK_PARAM_PLAIN, 1, &c, "%s.bn%zu.bias", prefix, k);
        sk_params_add(buffers, SK_PARAM_PLAIN, 1, &c, "%s.bn%zu.running_mean", prefix, k);
        sk_params_add(buffers, SK_PARAM_PLAIN, 1, &c, "%s.bn%zu.running_var", prefix, k);
    }
    sk_params_add(params, SK_PARAM_MAP_TO_DENSE, 2, (size_t[]){outputs, sk_arch_values(arch, stages)}, "%s.fc.weight",
                  prefix);
    sk_params_add(params, SK_PARAM_PLAIN, 1, &outputs, "%s.fc.bias", prefix);
}

static void bind_norm(struct sk_discriminator *d, size_t k)
{
    struct sk_batch_norm *bn = &d->memory->norm[k];
    const char *prefix = d->memory->prefix;
    bn->channels = sk_arch_channels(&d->arch, k);
    bn->slope = slope;
    bn->weight = weight_at(d, d->weights, "bn", k, "weight");
    bn->bias = weight_at(d, d->weights, "bn", k, "bias");
    bn->running_mean = sk_params_at(&d->buffers, d->running, "%s.bn%zu.running_mean", prefix, k);
    bn->running_var = sk_params_at(&d->buffers, d->running, "%s.bn%zu.running_var", prefix, k);
    for (size_t c = 0; c < bn->channels; c++)
        bn->running_var[c] = 1;
}

static int allocate_vectors(struct sk_discriminator *d, bool training, struct sk_account *account, struct sk_error *err)
{
    return sk_account_floats(account, SK_WEIGHTS, &d->weights, d->params.total, err) ||
                   sk_account_floats(account, SK_WEIGHTS, &d->running, d->buffers.total, err) ||
                   (training && sk_account_floats(account, SK_WEIGHTS, &d->gradients, d->params.total, err)) ? -1 : 0;
}

/* Map k's activations; inference, and the first map, which has no batch norm, work in place. */
static int allocate_map(struct sk_discriminator *d, size_t k, size_t max_batch, bool training, struct sk_account *account,
                        struct sk_error *err)
{
    struct sk_discriminator_memory *m = d->memory;
    size_t channels = sk_arch_channels(&d->arch, k), values = sk_product(max_batch, sk_arch_values(&d->arch, k));
    const bool apart = training && k > 1;
    if (sk_account_floats(account, SK_ACTIVATIONS, &m->linear[k], values, err) ||
        (apart && sk_account_floats(account, SK_ACTIVATIONS, &m->active[k], values, err)) ||
        sk_account_floats(account, SK_ACTIVATIONS, &m->mean[k], MAX_GROUPS * channels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &m->inv_std[k], MAX_GROUPS * channels, err))
        return -1;
    if (!apart)
        m->active[k] = m->linear[k];
    if (k > 1 && d->running)
        bind_norm(d, k);
    struct sk_conv2d_shape shape = {
        .in_h = sk_arch_side(&d->arch, k - 1),
        .in_w = sk_arch_side(&d->arch, k - 1),
        .in_c = sk_arch_channels(&d->arch, k - 1),
        .out_c = channels,
        .kernel = d->arch.kernel,
    };
    return sk_conv2d_new(&m->conv[k], &shape, d->arch.algorithm, max_batch, m->jobs, account, err);
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int allocate(struct sk_discriminator *d, size_t max_batch, bool training, struct sk_account *account,
                    struct sk_error *err)
{
    struct sk_discriminator_memory *m = d->memory;
    if (allocate_vectors(d, training, account, err))
        return -1;
    size_t values[2] = {0}, scratch = 0, workspace = 0;
    for (size_t k = 1; k <= m->stages; k++) {
        if (allocate_map(d, k, max_batch, training, account, err))
            return -1;
        size_t rows = max_batch * positions(&d->arch, k), channels = sk_arch_channels(&d->arch, k);
        values[k % 2] = max_of(values[k % 2], rows * channels);
        scratch = max_of(scratch, max_of(sk_batch_norm_scratch(rows, channels), sk_bias_scratch(rows, channels)));
        workspace = max_of(workspace, sk_conv2d_workspace(m->conv[k]));
    }
    for (int i = 0; i < 2 && training; i++)
        if (sk_account_floats(account, SK_ACTIVATIONS, &m->gradient[i], values[i], err))
            return -1;
    if (training && sk_account_floats(account, SK_ACTIVATIONS, &m->mask, max_batch * head_inputs(d), err))
        return -1;
    return sk_account_floats(account, SK_WORKSPACE, &m->scratch, scratch, err) ||
                   sk_account_floats(account, SK_WORKSPACE, &m->workspace, workspace, err) ? -1 : 0;
}

int sk_discriminator_new(struct sk_discriminator **discriminator, const struct sk_arch *arch, const char *prefix,
                         size_t outputs, size_t max_batch, bool training, int jobs, struct sk_account *account,
                         struct sk_error *err)
{
    if (sk_arch_check(arch, err))
        return -1;
    struct sk_discriminator *d = sk_alloc(1, sizeof *d, err);
    if (!d)
        return -1;
    d->arch = *arch;
    d->outputs = outputs;
    d->memory = sk_alloc(1, sizeof *d->memory, err);
    if (!d->memory) {
        free(d);
        return -1;
    }
    d->memory->jobs = jobs;
    d->memory->stages = sk_arch_stages(arch);
    snprintf(d->memory->prefix, sizeof d->memory->prefix, "%s", prefix);
    sk_discriminator_list(arch, prefix, outputs, &d->params, &d->buffers);
    if (allocate(d, max_batch, training, account, err)) {
        sk_discriminator_free(d);
        return -1;
    }
    *discriminator = d;
    return 0;
}

void sk_discriminator_free(struct sk_discriminator *d)
{
    if (!d)
        return;
    struct sk_discriminator_memory *m = d->memory;
    for (size_t k = 1; k <= SK_MAX_STAGES; k++) {
        sk_conv2d_free(m->conv[k]);
        if (m->active[k] != m->linear[k])
            free(m->active[k]);
        free(m->linear[k]);
        free(m->mean[k]);
        free(m->inv_std[k]);
    }
    free(m->gradient[0]);
    free(m->gradient[1]);
    free(m->mask);
    free(m->scratch);
    free(m->workspace);
    free(m);
    free(d->weights);
    free(d->gradients);
    free(d->running);
    free(d);
}

void sk_discriminator_weights_changed(struct sk_discriminator *d)
{
    for (size_t k = 1; k <= d->memory->stages; k++)
        sk_conv2d_set_weights(d->memory->conv[k], weight_at(d, d->weights, "conv", k, "weight"));
}

/* Map 1: convolution, bias, LeakyReLU. */
static void first_map(struct sk_discriminator *d, size_t batch, const float *images)
{
    struct sk_discriminator_memory *m = d->memory;
    sk_conv2d_forward(m->conv[1], batch, images, m->active[1], m->workspace);
    sk_leaky_relu_forward(batch * positions(&d->arch, 1), sk_arch_channels(&d->arch, 1),
                          weight_at(d, d->weights, "conv", 1, "bias"), slope, m->active[1], m->jobs);
}

void sk_discriminator_forward(struct sk_discriminator *d, size_t batch, size_t groups, const float *images,
                              float *logits, struct sk_random *random)
{
    struct sk_discriminator_memory *m = d->memory;
    assert(groups <= MAX_GROUPS && batch % groups == 0);
    first_map(d, batch, images); /* whose convolution refuses too large a batch */
    for (size_t k = 2; k <= m->stages; k++) {
        sk_conv2d_forward(m->conv[k], batch, m->active[k - 1], m->linear[k], m->workspace);
        size_t rows = batch / groups * positions(&d->arch, k), channels = sk_arch_channels(&d->arch, k);
        for (size_t g = 0; g < groups; g++)
            sk_batch_norm_forward(&m->norm[k], rows, m->linear[k] + g * rows * channels,
                                  m->active[k] + g * rows * channels, m->mean[k] + g * channels,
                                  m->inv_std[k] + g * channels, m->scratch, m->jobs);
    }
    float *top = m->active[m->stages];
    if (d->dropout > 0)
        sk_dropout_forward(batch * head_inputs(d), d->dropout, random, m->mask, top);
    sk_dense_narrow_forward(batch, head_inputs(d), d->outputs, top, head_at(d, d->weights, "weight"),
                            head_at(d, d->weights, "bias"), logits, m->jobs);
}

/* Through LeakyReLU and batch norm k, in place: da becomes the gradient to the convolution's result. */
static void backward_norm(struct sk_discriminator *d, size_t k, size_t batch, size_t groups, float *da,
                          bool weights_too)
{
    struct sk_discriminator_memory *m = d->memory;
    size_t rows = batch / groups * positions(&d->arch, k), channels = sk_arch_channels(&d->arch, k);
    float *dweight = weights_too ? weight_at(d, d->gradients, "bn", k, "weight") : NULL;
    float *dbias = weights_too ? weight_at(d, d->gradients, "bn", k, "bias") : NULL;
    for (size_t g = 0; g < groups; g++) {
        size_t at = g * rows * channels;
        sk_batch_norm_backward(&m->norm[k], rows, m->linear[k] + at, m->mean[k] + g * channels,
                               m->inv_std[k] + g * channels, da + at, da + at, dweight, dbias, m->scratch, m->jobs);
    }
}

void sk_discriminator_backward(struct sk_discriminator *d, size_t batch, size_t groups, const float *images,
                               const float *dlogits, float *dimages, bool weights_too)
{
    struct sk_discriminator_memory *m = d->memory;
    if (weights_too)
        memset(d->gradients, 0, d->params.total * sizeof(float));
    float *here = m->gradient[m->stages % 2];
    sk_dense_narrow_backward(batch, head_inputs(d), d->outputs, m->active[m->stages], head_at(d, d->weights, "weight"),
                             dlogits, here, weights_too ? head_at(d, d->gradients, "weight") : NULL,
                             weights_too ? head_at(d, d->gradients, "bias") : NULL, m->jobs);
    if (d->dropout > 0)
        sk_dropout_backward(batch * head_inputs(d), m->mask, here);
    for (size_t k = m->stages; k > 1; k--) {
        backward_norm(d, k, batch, groups, here, weights_too);
        float *below = m->gradient[(k - 1) % 2];
        sk_conv2d_backward(m->conv[k], batch, m->active[k - 1], here, below,
                           weights_too ? weight_at(d, d->gradients, "conv", k, "weight") : NULL, m->workspace);
        here = below;
    }
    sk_leaky_relu_backward(batch * positions(&d->arch, 1), sk_arch_channels(&d->arch, 1), m->active[1], slope, here,
                           weights_too ? weight_at(d, d->gradients, "conv", 1, "bias") : NULL, m->scratch, m->jobs);
    sk_conv2d_backward(m->conv[1], batch, images, here, dimages,
                       weights_too ? weight_at(d, d->gradients, "conv", 1, "weight") : NULL, m->workspace);
}

static void mean_over_map(size_t channels, const float *map, float *mean)
{
    for (size_t c = 0; c < channels; c++) {
        float sum = 0;
        for (size_t p = 0; p < MAP; p++)
            sum += map[p * channels + c];
        mean[c] = sum / MAP;
    }
}

void sk_discriminator_infer(struct sk_discriminator *d, size_t batch, const float *images, float *logits,
                            float *features)
{
    struct sk_discriminator_memory *m = d->memory;
    first_map(d, batch, images);
    for (size_t k = 2; k <= m->stages; k++) {
        sk_conv2d_forward(m->conv[k], batch, m->active[k - 1], m->linear[k], m->workspace);
        sk_batch_norm_infer(&m->norm[k], batch * positions(&d->arch, k), m->linear[k], m->active[k], m->jobs);
    }
    const float *top = m->active[m->stages];
    sk_dense_narrow_forward(batch, head_inputs(d), d->outputs, top, head_at(d, d->weights, "weight"),
                            head_at(d, d->weights, "bias"), logits, m->jobs);
    size_t channels = sk_discriminator_features(d);
    for (size_t i = 0; features && i < batch; i++)
        mean_over_map(channels, top + i * head_inputs(d), features + i * channels);
}

/* The same list under another prefix and without the head. */
static void rename_trunk(const struct sk_params *from, const char *prefix, struct sk_params *to)
{
    *to = (struct sk_params){.total = from->total};
    for (size_t i = 0; i < from->count; i++) {
        const char *rest = strchr(from->item[i].name, '.');
        if (strncmp(rest, ".fc.", 4) == 0)
            continue;
        struct sk_param *p = &to->item[to->count++];
        *p = from->item[i];
        snprintf(p->name, sizeof p->name, "%s%s", prefix, rest);
    }
}

int sk_discriminator_load_trunk(struct sk_discriminator *d, const char *prefix, const struct sk_tensor_file *file,
                                struct sk_error *err)
{
    struct sk_params params, buffers;
    rename_trunk(&d->params, prefix, &params);
    rename_trunk(&d->buffers, prefix, &buffers);
    return sk_params_load(&params, d->weights, file, err) || sk_params_load(&buffers, d->running, file, err) ? -1 : 0;
}
