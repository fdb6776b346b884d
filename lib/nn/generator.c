#include "nn/generator.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/activation.h"
#include "nn/batch_norm.h"
#include "nn/dense.h"
#include "tensor/conv2d.h"

/* Map k (0 .. stages) is the k-th from z: map 0 is 4 x 4, map `stages` the image. A transposed
   convolution k leads from map k - 1 to map k. Sizes are those of the discriminator's stage stages - k. */
struct sk_generator_memory {
    int jobs;
    size_t stages, max_batch;
    struct sk_conv2d *conv[SK_MAX_STAGES + 1];    /* 1 .. stages */
    struct sk_batch_norm norm[SK_MAX_STAGES];     /* 0 .. stages - 1 */
    float *linear[SK_MAX_STAGES];                 /* maps before batch norm */
    float *active[SK_MAX_STAGES];                 /* maps after ReLU */
    float *mean[SK_MAX_STAGES], *inv_std[SK_MAX_STAGES];
    float *gradient[2];                           /* of an even map and of an odd one: of a map and of the one before */
    float *scratch, *workspace;
};

static size_t map_channels(const struct sk_arch *arch, size_t map)
{
    return sk_arch_channels(arch, sk_arch_stages(arch) - map);
}

static size_t map_positions(const struct sk_arch *arch, size_t map)
{
    size_t side = sk_arch_side(arch, sk_arch_stages(arch) - map);
    return side * side;
}

void sk_generator_list(const struct sk_arch *arch, struct sk_params *params, struct sk_params *buffers)
{
    *params = *buffers = (struct sk_params){0};
    size_t stages = sk_arch_stages(arch), kernel = arch->kernel;
    size_t top = map_channels(arch, 0);
    sk_params_add(params, SK_PARAM_DENSE_TO_MAP, 2, (size_t[]){16 * top, arch->latent}, "generator.fc.weight");
    for (size_t k = 0; k < stages; k++) {
        size_t c = map_channels(arch, k), next = map_channels(arch, k + 1);
        sk_params_add(params, SK_PARAM_PLAIN, 1, &c, "generator.bn%zu.weight", k);
        sk_params_add(params, SK_PARAM_PLAIN, 1, &c, "generator.bn%zu.bias", k);
        sk_params_add(params, SK_PARAM_CONV, 4, (size_t[]){c, next, kernel, kernel}, "generator.conv%zu.weight",
                      k + 1);
        sk_params_add(buffers, SK_PARAM_PLAIN, 1, &c, "generator.bn%zu.running_mean", k);
        sk_params_add(buffers, SK_PARAM_PLAIN, 1, &c, "generator.bn%zu.running_var", k);
    }
    sk_params_add(params, SK_PARAM_PLAIN, 1, (size_t[]){SK_IMAGE_CHANNELS}, "generator.conv%zu.bias", stages);
}

static void bind_norm(struct sk_generator *g, size_t k)
{
    struct sk_batch_norm *bn = &g->memory->norm[k];
    bn->channels = map_channels(&g->arch, k);
    bn->slope = 0;
    bn->weight = sk_params_at(&g->params, g->weights, "generator.bn%zu.weight", k);
    bn->bias = sk_params_at(&g->params, g->weights, "generator.bn%zu.bias", k);
    bn->running_mean = sk_params_at(&g->buffers, g->running, "generator.bn%zu.running_mean", k);
    bn->running_var = sk_params_at(&g->buffers, g->running, "generator.bn%zu.running_var", k);
    for (size_t c = 0; c < bn->channels; c++)
        bn->running_var[c] = 1;
}

static int allocate_vectors(struct sk_generator *g, bool training, struct sk_account *account, struct sk_error *err)
{
    return sk_account_floats(account, SK_WEIGHTS, &g->weights, g->params.total, err) ||
                   sk_account_floats(account, SK_WEIGHTS, &g->running, g->buffers.total, err) ||
                   (training && sk_account_floats(account, SK_WEIGHTS, &g->gradients, g->params.total, err)) ? -1 : 0;
}

/* Activations of map k; inference keeps none of them for backward and normalises in place. */
static int allocate_map(struct sk_generator *g, size_t k, size_t max_batch, bool training, struct sk_account *account,
                        struct sk_error *err)
{
    struct sk_generator_memory *m = g->memory;
    size_t channels = map_channels(&g->arch, k), values = sk_product(max_batch, map_positions(&g->arch, k) * channels);
    if (sk_account_floats(account, SK_ACTIVATIONS, &m->linear[k], values, err) ||
        (training && sk_account_floats(account, SK_ACTIVATIONS, &m->active[k], values, err)) ||
        sk_account_floats(account, SK_ACTIVATIONS, &m->mean[k], channels, err) ||
        sk_account_floats(account, SK_ACTIVATIONS, &m->inv_std[k], channels, err))
        return -1;
    if (!training)
        m->active[k] = m->linear[k];
    if (g->running)
        bind_norm(g, k);
    struct sk_conv2d_shape shape = {
        .in_h = sk_arch_side(&g->arch, m->stages - k - 1),
        .in_w = sk_arch_side(&g->arch, m->stages - k - 1),
        .in_c = map_channels(&g->arch, k + 1),
        .out_c = channels,
        .kernel = g->arch.kernel,
    };
    return sk_conv2d_new(&m->conv[k + 1], &shape, g->arch.algorithm, max_batch, m->jobs, account, err);
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int allocate(struct sk_generator *g, size_t max_batch, bool training, int jobs, struct sk_account *account,
                    struct sk_error *err)
{
    struct sk_generator_memory *m = g->memory = sk_alloc(1, sizeof *m, err);
    if (!m || allocate_vectors(g, training, account, err))
        return -1;
    m->jobs = jobs;
    m->max_batch = max_batch;
    m->stages = sk_arch_stages(&g->arch);
    size_t values[2] = {0}, scratch = 0, workspace = 0;
    for (size_t k = 0; k < m->stages; k++) {
        if (allocate_map(g, k, max_batch, training, account, err))
            return -1;
        size_t rows = max_batch * map_positions(&g->arch, k), channels = map_channels(&g->arch, k);
        values[k % 2] = max_of(values[k % 2], rows * channels);
        scratch = max_of(scratch, sk_batch_norm_scratch(rows, channels));
        workspace = max_of(workspace, sk_conv2d_workspace(m->conv[k + 1]));
    }
    size_t pixels = max_batch * g->arch.size * g->arch.size;
    for (int i = 0; i < 2 && training; i++)
        if (sk_account_floats(account, SK_ACTIVATIONS, &m->gradient[i], values[i], err))
            return -1;
    scratch = max_of(scratch, sk_bias_scratch(pixels, SK_IMAGE_CHANNELS));
    return sk_account_floats(account, SK_WORKSPACE, &m->scratch, scratch, err) ||
                   sk_account_floats(account, SK_WORKSPACE, &m->workspace, workspace, err) ? -1 : 0;
}

int sk_generator_new(struct sk_generator **generator, const struct sk_arch *arch, size_t max_batch, bool training,
                     int jobs, struct sk_account *account, struct sk_error *err)
{
    if (sk_arch_check(arch, err))
        return -1;
    struct sk_generator *g = sk_alloc(1, sizeof *g, err);
    if (!g)
        return -1;
    g->arch = *arch;
    sk_generator_list(arch, &g->params, &g->buffers);
    if (allocate(g, max_batch, training, jobs, account, err)) {
        sk_generator_free(g);
        return -1;
    }
    *generator = g;
    return 0;
}

void sk_generator_free(struct sk_generator *g)
{
    if (!g)
        return;
    struct sk_generator_memory *m = g->memory;
    for (size_t k = 0; m && k < SK_MAX_STAGES; k++) {
        sk_conv2d_free(m->conv[k + 1]);
        if (m->active[k] != m->linear[k])
            free(m->active[k]);
        free(m->linear[k]);
        free(m->mean[k]);
        free(m->inv_std[k]);
    }
    if (m) {
        free(m->gradient[0]);
        free(m->gradient[1]);
        free(m->scratch);
        free(m->workspace);
    }
    free(m);
    free(g->weights);
    free(g->gradients);
    free(g->running);
    free(g);
}

void sk_generator_weights_changed(struct sk_generator *g)
{
    for (size_t k = 1; k <= g->memory->stages; k++)
        sk_conv2d_set_weights(g->memory->conv[k], sk_params_at(&g->params, g->weights, "generator.conv%zu.weight", k));
}

static void normalize(struct sk_generator *g, size_t k, size_t batch, bool training)
{
    struct sk_generator_memory *m = g->memory;
    size_t rows = batch * map_positions(&g->arch, k);
    if (training)
        sk_batch_norm_forward(&m->norm[k], rows, m->linear[k], m->active[k], m->mean[k], m->inv_std[k], m->scratch,
                              m->jobs);
    else
        sk_batch_norm_infer(&m->norm[k], rows, m->linear[k], m->active[k], m->jobs);
}

static void forward(struct sk_generator *g, size_t batch, const float *z, float *images, bool training)
{
    struct sk_generator_memory *m = g->memory;
    assert(batch <= m->max_batch);
    size_t top = map_positions(&g->arch, 0) * map_channels(&g->arch, 0);
    const float *fc = sk_params_at(&g->params, g->weights, "generator.fc.weight");
    sk_dense_wide_forward(batch, g->arch.latent, top, z, fc, m->linear[0], m->jobs);
    for (size_t k = 0; k < m->stages; k++) {
        normalize(g, k, batch, training);
        float *next = k + 1 < m->stages ? m->linear[k + 1] : images;
        sk_conv2d_backward(m->conv[k + 1], batch, NULL, m->active[k], next, NULL, m->workspace);
    }
    sk_tanh_forward(batch * g->arch.size * g->arch.size, SK_IMAGE_CHANNELS,
                    sk_params_at(&g->params, g->weights, "generator.conv%zu.bias", m->stages), images, m->jobs);
}

void sk_generator_forward(struct sk_generator *g, size_t batch, const float *z, float *images)
{
    forward(g, batch, z, images, true);
}

void sk_generator_infer(struct sk_generator *g, size_t batch, const float *z, float *images)
{
    forward(g, batch, z, images, false);
}

void sk_generator_backward(struct sk_generator *g, size_t batch, const float *z, const float *images,
                           float *dimages)
{
    struct sk_generator_memory *m = g->memory;
    memset(g->gradients, 0, g->params.total * sizeof(float));
    sk_tanh_backward(batch * g->arch.size * g->arch.size, SK_IMAGE_CHANNELS, images, dimages,
                     sk_params_at(&g->params, g->gradients, "generator.conv%zu.bias", m->stages), m->scratch, m->jobs);
    const float *above = dimages;
    for (size_t k = m->stages; k-- > 0;) { /* through conv k + 1 and batch norm k */
        float *here = m->gradient[k % 2];
        float *dw = sk_params_at(&g->params, g->gradients, "generator.conv%zu.weight", k + 1);
        sk_conv2d_backward(m->conv[k + 1], batch, above, m->active[k], NULL, dw, m->workspace);
        sk_conv2d_forward(m->conv[k + 1], batch, above, here, m->workspace);
        sk_batch_norm_backward(&m->norm[k], batch * map_positions(&g->arch, k), m->linear[k], m->mean[k],
                               m->inv_std[k], here, here, sk_params_at(&g->params, g->gradients, "generator.bn%zu.weight", k),
                               sk_params_at(&g->params, g->gradients, "generator.bn%zu.bias", k), m->scratch, m->jobs);
        above = here;
    }
    sk_dense_wide_backward(batch, g->arch.latent, map_positions(&g->arch, 0) * map_channels(&g->arch, 0), z, above,
                           sk_params_at(&g->params, g->gradients, "generator.fc.weight"), m->jobs);
}
