#include "nn/params.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAP = 16 }; /* positions of the 4x4 map between the convolutions and the dense layers */

void sk_params_add(struct sk_params *params, enum sk_param_layout layout, int rank, const size_t *dim,
                   const char *format, ...)
{
    assert(params->count < SK_MAX_PARAMS);
    struct sk_param *p = &params->item[params->count++];
    va_list ap;
    va_start(ap, format);
    vsnprintf(p->name, sizeof p->name, format, ap);
    va_end(ap);
    p->layout = layout;
    p->rank = rank;
    p->count = 1;
    for (int i = 0; i < rank; i++) {
        p->dim[i] = dim[i];
        p->count *= dim[i];
    }
    p->deviation = strstr(p->name, ".bias") ? 0 : 0.02;
    p->mean = p->deviation > 0 && strstr(p->name, ".bn") ? 1 : 0;
    p->offset = params->total;
    params->total += p->count;
}

float *sk_params_at(const struct sk_params *params, float *vector, const char *format, ...)
{
    char name[sizeof params->item[0].name];
    va_list ap;
    va_start(ap, format);
    vsnprintf(name, sizeof name, format, ap);
    va_end(ap);
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->item[i].name, name) == 0)
            return vector + params->item[i].offset;
    return NULL;
}

/* Index in the file's order of the element that lies at `at` in memory's order. */
static size_t file_index(const struct sk_param *p, size_t at)
{
    const size_t *d = p->dim;
    size_t channels, in, out, position;
    switch (p->layout) {
    case SK_PARAM_CONV: /* at = ((kh K + kw) in + i) out + o */
        out = at % d[0], in = at / d[0] % d[1], position = at / (d[0] * d[1]);
        return (out * d[1] + in) * d[2] * d[3] + position;
    case SK_PARAM_DENSE_TO_MAP: /* at = (in 16 + position) channels + c */
        channels = d[0] / MAP;
        position = at / channels % MAP, in = at / d[0];
        return (at % channels * MAP + position) * d[1] + in;
    case SK_PARAM_MAP_TO_DENSE: /* at = (out 16 + position) channels + c */
        channels = d[1] / MAP;
        position = at / channels % MAP, out = at / d[1];
        return out * d[1] + at % channels * MAP + position;
    case SK_PARAM_MAP: /* at = position channels + c */
        return at % d[0] * d[1] * d[2] + at / d[0];
    default:
        return at;
    }
}

static bool all_finite(const float *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(value[i]))
            return false;
    return true;
}

bool sk_params_finite(const struct sk_params *params, const float *vector)
{
    return all_finite(vector, params->total);
}

int sk_params_save(const struct sk_params *params, const float *vector, struct sk_tensor_file *file,
                   struct sk_error *err)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sk_param *p = &params->item[i];
        void *data;
        if (sk_tensor_file_add(file, p->name, SK_F32, p->rank, p->dim, &data, err))
            return -1;
        float *to = data;
        for (size_t at = 0; at < p->count; at++)
            to[file_index(p, at)] = vector[p->offset + at];
    }
    return 0;
}

int sk_params_check(const struct sk_params *params, const struct sk_tensor_file *file, struct sk_error *err)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sk_param *p = &params->item[i];
        if (!sk_tensor_file_expect(file, p->name, SK_F32, p->rank, p->dim, err))
            return -1;
    }
    return 0;
}

int sk_params_load(const struct sk_params *params, float *vector, const struct sk_tensor_file *file,
                   struct sk_error *err)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sk_param *p = &params->item[i];
        const struct sk_tensor *tensor = sk_tensor_file_expect(file, p->name, SK_F32, p->rank, p->dim, err);
        if (!tensor)
            return -1;
        const float *from = tensor->data;
        if (!all_finite(from, p->count))
            return sk_fail(err, "tensor '%s' holds numbers that are not finite", p->name);
        for (size_t at = 0; at < p->count; at++)
            vector[p->offset + at] = from[file_index(p, at)];
    }
    return 0;
}

void sk_params_initialize(const struct sk_params *params, float *vector, struct sk_random *random)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct sk_param *p = &params->item[i];
        for (size_t at = 0; at < p->count; at++)
            vector[p->offset + at] = (float)(p->deviation > 0 ? p->mean + p->deviation * sk_random_normal(random) : p->mean);
    }
}
