#include "nn/fold.h"

#include <math.h>
#include <string.h>

/* Whether anybody but layer `reader` reads a map, or it is to be kept. */
static bool wanted_elsewhere(const struct sk_net *net, size_t map, size_t reader)
{
    bool wanted = net->map[map].keep || map == net->output;
    for (size_t l = 0; l < net->layers; l++)
        for (size_t i = 0; i < net->layer[l].inputs; i++)
            wanted = wanted || (net->layer[l].input[i] == map && l != reader);
    return wanted;
}

/* The convolution that the batch norm goes into; NULL where it stays. */
static struct sk_layer *home_of(struct sk_net *net, size_t norm)
{
    const struct sk_layer *n = &net->layer[norm];
    if (n->kind != SK_LAYER_BATCH_NORM || (n->slope != 0 && n->slope != 1) || wanted_elsewhere(net, n->input[0], norm))
        return NULL;
    for (size_t l = 0; l < norm; l++)
        if (net->layer[l].kind == SK_LAYER_CONV && net->layer[l].output == n->input[0])
            return &net->layer[l];
    return NULL;
}

void sk_fold_norms(struct sk_net *net)
{
    for (size_t l = 0; l < net->layers;) {
        struct sk_layer *conv = home_of(net, l);
        const struct sk_layer *norm = &net->layer[l];
        if (!conv) {
            l++;
            continue;
        }
        conv->folds = true;
        conv->output = norm->output;
        conv->gain = norm->weight;
        conv->bias = norm->bias;
        conv->running_mean = norm->running_mean;
        conv->running_var = norm->running_var;
        conv->epsilon = norm->epsilon;
        conv->slope = norm->slope;
        memmove(&net->layer[l], &net->layer[l + 1], (--net->layers - l) * sizeof *net->layer);
    }
}

static size_t taps_of(const struct sk_layer *layer)
{
    return layer->shape.kernel_h * layer->shape.kernel_w * layer->shape.in_c;
}

size_t sk_folded_floats(const struct sk_layer *layer)
{
    return (taps_of(layer) + 1) * layer->shape.out_c;
}

void sk_fold_weights(const struct sk_net *net, const struct sk_layer *layer, float *folded)
{
    const size_t taps = taps_of(layer), channels = layer->shape.out_c;
    const float *w = net->weights + layer->weight, *gain = net->weights + layer->gain, *bias = net->weights + layer->bias;
    const float *mean = net->running + layer->running_mean, *var = net->running + layer->running_var;
    for (size_t c = 0; c < channels; c++) {
        const double scale = (double)gain[c] / sqrt((double)var[c] + layer->epsilon);
        for (size_t t = 0; t < taps; t++)
            folded[t * channels + c] = (float)((double)w[t * channels + c] * scale);
        folded[taps * channels + c] = (float)((double)bias[c] - (double)mean[c] * scale);
    }
}
