#include "naive_dcgan.h"

#include <stdio.h>

#include "check.h"

struct naive_weights naive_weights_of(const struct sk_tensor_file *file)
{
    struct naive_weights weights = {.count = file->count};
    assert_true(file->count <= COUNT_OF(weights.tensor));
    for (size_t i = 0; i < file->count; i++) {
        struct naive_tensor *t = &weights.tensor[i];
        const float *from = file->tensor[i].data;
        memcpy(t->name, file->tensor[i].name, sizeof t->name);
        t->count = sk_tensor_elements(&file->tensor[i]);
        t->value = block(t->count, sizeof(double));
        for (size_t k = 0; k < t->count; k++)
            t->value[k] = (double)from[k];
    }
    return weights;
}

void naive_weights_free(struct naive_weights *weights)
{
    for (size_t i = 0; i < weights->count; i++)
        free(weights->tensor[i].value);
}

double *naive_at(const struct naive_weights *weights, const char *format, ...)
{
    char name[96];
    va_list ap;
    va_start(ap, format);
    vsnprintf(name, sizeof name, format, ap);
    va_end(ap);
    for (size_t i = 0; i < weights->count; i++)
        if (strcmp(weights->tensor[i].name, name) == 0)
            return weights->tensor[i].value;
    fail_msg("no tensor %s", name);
    return NULL;
}

/* A batch of square maps, channels first. */
struct maps {
    size_t batch, channels, side;
    double *value; /* [batch][channels][side][side] */
};

static struct maps new_maps(size_t batch, size_t channels, size_t side)
{
    return (struct maps){batch, channels, side, block(batch * channels * side * side, sizeof(double))};
}

static double *pixel(const struct maps *m, size_t n, size_t c, size_t row, size_t column)
{
    return m->value + ((n * m->channels + c) * m->side + row) * m->side + column;
}

/* What one tap (p, q) of weight w carries between a small map and the large one's pixels (2i - 1 + p, 2j - 1 + q). */
static void carry(struct maps *large, size_t c, struct maps *small, size_t o, size_t n, size_t p, size_t q, double w,
                  bool transposed)
{
    for (size_t i = 0; i < small->side; i++)
        for (size_t j = 0; j < small->side; j++) {
            size_t row = 2 * i + p, column = 2 * j + q; /* one more than the pixel's */
            if (row < 1 || row > large->side || column < 1 || column > large->side)
                continue;
            double *x = pixel(large, n, c, row - 1, column - 1), *y = pixel(small, n, o, i, j);
            if (transposed)
                *x += *y * w;
            else
                *y += *x * w;
        }
}

/* Convolution of stride 2, weight [small][large][k][k]: small += conv(large); or the transposed one, large += conv^T(small). */
static void convolve(struct maps *large, struct maps *small, const double *weight, size_t k, bool transposed)
{
    for (size_t n = 0; n < small->batch; n++)
        for (size_t o = 0; o < small->channels; o++)
            for (size_t c = 0; c < large->channels; c++)
                for (size_t tap = 0; tap < k * k; tap++)
                    carry(large, c, small, o, n, tap / k, tap % k, weight[(o * large->channels + c) * k * k + tap],
                          transposed);
}

/* Mean and variances of a channel over images first .. last - 1. */
static void moments(const struct maps *m, size_t c, size_t first, size_t last, double *mean, double *var,
                    double *unbiased)
{
    size_t area = m->side * m->side;
    double count = (double)((last - first) * area), sum = 0, squares = 0;
    for (size_t n = first; n < last; n++)
        for (size_t i = 0; i < area; i++)
            sum += pixel(m, n, c, 0, 0)[i];
    *mean = sum / count;
    for (size_t n = first; n < last; n++)
        for (size_t i = 0; i < area; i++) {
            double d = pixel(m, n, c, 0, 0)[i] - *mean;
            squares += d * d;
        }
    *var = squares / count;
    *unbiased = squares / (count - 1);
}

/* Batch norm "NAME.*" and the rectifier, in place; groups 0: with the running statistics. */
static void normalize(struct naive_weights *weights, const char *name, struct maps *m, size_t groups, double slope)
{
    const double *gain = naive_at(weights, "%s.weight", name), *bias = naive_at(weights, "%s.bias", name);
    double *running_mean = naive_at(weights, "%s.running_mean", name);
    double *running_var = naive_at(weights, "%s.running_var", name);
    size_t each = groups ? m->batch / groups : m->batch;
    for (size_t first = 0; first < m->batch; first += each)
        for (size_t c = 0; c < m->channels; c++) {
            double mean = running_mean[c], var = running_var[c], unbiased;
            if (groups) {
                moments(m, c, first, first + each, &mean, &var, &unbiased);
                running_mean[c] += 0.1 * (mean - running_mean[c]);
                running_var[c] += 0.1 * (unbiased - running_var[c]);
            }
            for (size_t n = first; n < first + each; n++)
                for (size_t i = 0; i < m->side * m->side; i++) {
                    double *x = pixel(m, n, c, 0, 0) + i;
                    double u = gain[c] * (*x - mean) / sqrt(var + 1e-5) + bias[c];
                    *x = u > 0 ? u : slope * u;
                }
        }
}

void naive_generator(struct naive_weights *weights, const struct sk_arch *arch, size_t batch, bool training,
                     const float *z, double *images)
{
    size_t stages = sk_arch_stages(arch), latent = arch->latent;
    struct maps m = new_maps(batch, sk_arch_channels(arch, stages), 4);
    const double *fc = naive_at(weights, "generator.fc.weight");
    for (size_t n = 0; n < batch; n++)
        for (size_t at = 0; at < m.channels * 16; at++)
            for (size_t i = 0; i < latent; i++)
                m.value[n * m.channels * 16 + at] += fc[at * latent + i] * (double)z[n * latent + i];
    for (size_t k = 0; k < stages; k++) {
        char name[40];
        snprintf(name, sizeof name, "generator.bn%zu", k);
        normalize(weights, name, &m, training, 0);
        struct maps next = new_maps(batch, sk_arch_channels(arch, stages - k - 1), 2 * m.side);
        convolve(&next, &m, naive_at(weights, "generator.conv%zu.weight", k + 1), arch->kernel, true);
        free(m.value);
        m = next;
    }
    const double *bias = naive_at(weights, "generator.conv%zu.bias", stages);
    for (size_t n = 0; n < batch; n++)
        for (size_t c = 0; c < 3; c++)
            for (size_t i = 0; i < m.side * m.side; i++)
                images[(n * m.side * m.side + i) * 3 + c] = tanh(pixel(&m, n, c, 0, 0)[i] + bias[c]);
    free(m.value);
}

/* Convolution k with what follows it. */
static struct maps stage(struct naive_weights *weights, const struct sk_arch *arch, const char *prefix, size_t k,
                         size_t groups, struct maps *in)
{
    struct maps out = new_maps(in->batch, sk_arch_channels(arch, k), in->side / 2);
    convolve(in, &out, naive_at(weights, "%s.conv%zu.weight", prefix, k), arch->kernel, false);
    free(in->value);
    if (k > 1) {
        char name[40];
        snprintf(name, sizeof name, "%s.bn%zu", prefix, k);
        normalize(weights, name, &out, groups, 0.2);
        return out;
    }
    const double *bias = naive_at(weights, "%s.conv1.bias", prefix);
    for (size_t at = 0; at < out.batch * out.channels * out.side * out.side; at++) {
        double u = out.value[at] + bias[at / (out.side * out.side) % out.channels];
        out.value[at] = u > 0 ? u : 0.2 * u;
    }
    return out;
}

void naive_discriminator(struct naive_weights *weights, const struct sk_arch *arch, const char *prefix, size_t outputs,
                         size_t batch, size_t groups, const double *images, const float *mask, double *logits,
                         double *features)
{
    struct maps m = new_maps(batch, 3, arch->size);
    for (size_t n = 0; n < batch; n++)
        for (size_t c = 0; c < 3; c++)
            for (size_t i = 0; i < m.side * m.side; i++)
                pixel(&m, n, c, 0, 0)[i] = images[(n * m.side * m.side + i) * 3 + c];
    for (size_t k = 1; k <= sk_arch_stages(arch); k++)
        m = stage(weights, arch, prefix, k, groups, &m);
    const double *fc = naive_at(weights, "%s.fc.weight", prefix), *bias = naive_at(weights, "%s.fc.bias", prefix);
    for (size_t n = 0; n < batch; n++) {
        for (size_t o = 0; o < outputs; o++)
            logits[n * outputs + o] = bias[o];
        for (size_t at = 0; at < m.channels * 16; at++) {
            size_t c = at / 16, i = at % 16;
            double x = pixel(&m, n, c, 0, 0)[i] * (mask ? (double)mask[(n * 16 + i) * m.channels + c] : 1);
            for (size_t o = 0; o < outputs; o++)
                logits[n * outputs + o] += x * fc[o * m.channels * 16 + at];
            if (features)
                features[n * m.channels + c] = (i ? features[n * m.channels + c] : 0) + x / 16;
        }
    }
    free(m.value);
}
