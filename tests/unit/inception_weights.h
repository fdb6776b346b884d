#ifndef TESTS_UNIT_INCEPTION_WEIGHTS_H
#define TESTS_UNIT_INCEPTION_WEIGHTS_H

/* Inception v3's weights made by counting, as tests/fixtures/inception.py makes them; not for recognising anything. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "nn/inception.h"

static inline double hashed(uint32_t seed, uint32_t i)
{
    uint32_t h = i * 0x9E3779B1U + seed * 0x61C88647U;
    h = (h ^ h >> 16) * 0x85EBCA6BU;
    h = (h ^ h >> 13) * 0xC2B2AE35U;
    return (double)((h ^ h >> 16) >> 8) / 16777216;
}

static inline int add_weights(struct sk_tensor_file *file, const char *layer, const char *suffix, int rank, const size_t *dim,
                              uint32_t seed, double low, double span, struct sk_error *err)
{
    char name[96];
    void *data;
    snprintf(name, sizeof name, "%s.%s", layer, suffix);
    if (sk_tensor_file_add(file, name, SK_F32, rank, dim, &data, err))
        return -1;
    const size_t count = sk_tensor_elements(&file->tensor[file->count - 1]);
    for (size_t i = 0; i < count; i++)
        ((float *)data)[i] = (float)(low + span * hashed(seed, (uint32_t)i));
    return 0;
}

/* Fills an empty file; the variant is left to set. 0, or -1 with err. */
static inline int inception_weights(struct sk_tensor_file *file, struct sk_error *err)
{
    static struct sk_net list;
    uint32_t seed = 0;
    list = (struct sk_net){0};
    if (sk_inception_features(&list, &(struct sk_arch){.size = SK_INCEPTION_SIZE}, 0, err))
        return -1;
    for (size_t l = 0; l < list.layers; l++) {
        if (list.layer[l].kind != SK_LAYER_CONV)
            continue;
        const struct sk_conv2d_shape *s = &list.layer[l].shape;
        const size_t dim[4] = {s->out_c, s->in_c, s->kernel_h, s->kernel_w};
        const double bound = sqrt(6.0 / (double)(s->in_c * s->kernel_h * s->kernel_w));
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(strlen(list.layer[l].name) - strlen(".conv")), list.layer[l].name);
        if (add_weights(file, name, "conv.weight", 4, dim, seed, -bound, 2 * bound, err) ||
            add_weights(file, name, "bn.weight", 1, dim, seed + 1, 0.8, 0.4, err) ||
            add_weights(file, name, "bn.bias", 1, dim, seed + 2, -0.2, 0.4, err) ||
            add_weights(file, name, "bn.running_mean", 1, dim, seed + 3, -0.2, 0.4, err) ||
            add_weights(file, name, "bn.running_var", 1, dim, seed + 4, 0.5, 1, err))
            return -1;
        seed += 5;
    }
    return sk_tensor_file_set(file, err, "architecture", "inception_v3");
}

#endif
