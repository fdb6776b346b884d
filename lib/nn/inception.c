#include "nn/inception.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/product.h"
#include "base/simd.h"
#include "nn/inception_plan.h"

const char *const sk_inception_variant_name[SK_INCEPTION_VARIANTS] = {"torchvision", "pytorch-fid", "keras"};

/* Windows that are laid out for the product at a time, and about how many values of each: 120 KiB, a block of the product's. */
enum { STRIP_PIXELS = 120, STRIP_VALUES = SK_PRODUCT_DEPTH };

/* A convolution's weights. */
struct kernel {
    float *panels; /* [kernel_h kernel_w in_c][out_c], packed */
    float *bias;   /* [out_c] */
};

struct sk_inception {
    struct sk_inception_plan plan;
    enum sk_inception_variant variant;
    const struct sk_product_f32 *product;
    int jobs;
    struct kernel kernel[SK_INCEPTION_CONVS];
    size_t map_floats, strip_floats;
    float *scratch; /* [jobs][SK_MAPS map_floats + strip_floats] */
    uint32_t crc;
};

static size_t taps(const struct sk_inception_step *s)
{
    return s->kernel_h * s->kernel_w * s->in_c;
}

static bool plain(const struct sk_inception_step *s)
{
    return s->kernel_h == 1 && s->kernel_w == 1 && s->stride == 1;
}

/* Positions of the window that a strip has: as even a share of all as gives at most STRIP_VALUES values, but at least one. */
static size_t strip_positions(const struct sk_inception_step *s)
{
    const size_t all = s->kernel_h * s->kernel_w, most = s->in_c < STRIP_VALUES ? STRIP_VALUES / s->in_c : 1;
    const size_t strips = (all + most - 1) / most;
    return (all + strips - 1) / strips;
}

/* ---- loading ---- */

bool sk_inception_is(const struct sk_tensor_file *file)
{
    const char *architecture = sk_tensor_file_get(file, "architecture");
    return architecture && strcmp(architecture, "inception_v3") == 0;
}

static int read_variant(const struct sk_tensor_file *file, enum sk_inception_variant *variant, struct sk_error *err)
{
    const char *name = sk_tensor_file_get(file, "variant");
    if (!name)
        return sk_fail(err, "no metadata 'variant': torchvision, pytorch-fid or keras");
    for (int i = 0; i < SK_INCEPTION_VARIANTS; i++)
        if (strcmp(name, sk_inception_variant_name[i]) == 0) {
            *variant = (enum sk_inception_variant)i;
            return 0;
        }
    return sk_fail(err, "metadata 'variant' is '%.40s', none of torchvision, pytorch-fid and keras", name);
}

enum { CONV, WEIGHT, BIAS, MEAN, VARIANCE, TENSORS };

/* The convolution's tensors, of the right type and shape. */
static int find(const struct sk_tensor_file *file, const struct sk_inception_step *s, const float *found[TENSORS],
                struct sk_error *err)
{
    static const char *const suffix[TENSORS] = {"conv.weight", "bn.weight", "bn.bias", "bn.running_mean",
                                                "bn.running_var"};
    const size_t dim[4] = {s->out_c, s->in_c, s->kernel_h, s->kernel_w};
    for (int i = 0; i < TENSORS; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s.%s", s->name, suffix[i]);
        const struct sk_tensor *tensor = sk_tensor_file_expect(file, name, SK_F32, i == CONV ? 4 : 1, dim, err);
        if (!tensor)
            return -1;
        found[i] = tensor->data;
    }
    return 0;
}

/* y = (w x - mean) weight / sqrt(var + eps) + bias, with eps 1e-3, as one convolution with a bias: to is
   [kernel_h][kernel_w][in_c][out_c], then [out_c]. */
static int fold(const struct sk_inception_step *s, const float *const t[TENSORS], float *to, struct sk_error *err)
{
    const size_t area = s->kernel_h * s->kernel_w;
    for (size_t o = 0; o < s->out_c; o++) {
        if (!(t[VARIANCE][o] >= 0))
            return sk_fail(err, "tensor '%s.bn.running_var': element %zu is no variance", s->name, o);
        const double scale = (double)t[WEIGHT][o] / sqrt((double)t[VARIANCE][o] + 1e-3);
        const float bias = (float)((double)t[BIAS][o] - (double)t[MEAN][o] * scale);
        to[taps(s) * s->out_c + o] = bias;
        bool finite = isfinite(bias);
        for (size_t c = 0; c < s->in_c; c++)
            for (size_t k = 0; k < area; k++) {
                const float w = (float)((double)t[CONV][(o * s->in_c + c) * area + k] * scale);
                to[(k * s->in_c + c) * s->out_c + o] = w;
                finite = finite && isfinite(w);
            }
        if (!finite)
            return sk_fail(err, "tensor '%s.conv.weight': channel %zu is not finite", s->name, o);
    }
    return 0;
}

/* Packs the weights of one convolution. The checksum is of the folded weights as they are before. */
static int load_conv(struct sk_inception *net, const struct sk_tensor_file *file, const struct sk_inception_step *s,
                     struct sk_error *err)
{
    const float *found[TENSORS];
    const size_t floats = (taps(s) + 1) * s->out_c, columns = sk_panel_columns(s->out_c, net->product->columns);
    struct kernel *kernel = &net->kernel[s->conv];
    float *folded = sk_alloc(floats, sizeof *folded, err);
    kernel->panels = folded ? sk_alloc(taps(s) * columns, sizeof(float), err) : NULL;
    kernel->bias = kernel->panels ? sk_alloc(s->out_c, sizeof(float), err) : NULL;
    int failed = !kernel->bias || find(file, s, found, err) || fold(s, found, folded, err);
    if (!failed) {
        net->crc = (uint32_t)crc32_z(net->crc, (const unsigned char *)folded, floats * sizeof *folded);
        net->product->pack(taps(s), s->out_c, folded, s->out_c, 1, kernel->panels);
        memcpy(kernel->bias, folded + taps(s) * s->out_c, s->out_c * sizeof(float));
    }
    free(folded);
    return failed ? -1 : 0;
}

static int load(struct sk_inception *net, const struct sk_tensor_file *file, struct sk_error *err)
{
    for (size_t i = 0; i < net->plan.steps; i++) {
        const struct sk_inception_step *s = &net->plan.step[i];
        if (s->op != SK_OP_CONV)
            continue;
        if (load_conv(net, file, s, err))
            return -1;
        const size_t strip = plain(s) ? 0 : STRIP_PIXELS * sk_product_step(strip_positions(s) * s->in_c, sizeof(float));
        net->strip_floats = strip > net->strip_floats ? strip : net->strip_floats;
    }
    net->map_floats = (net->plan.map_floats + 15) / 16 * 16;
    net->scratch = sk_alloc((size_t)net->jobs * (SK_MAPS * net->map_floats + net->strip_floats), sizeof(float), err);
    return net->scratch ? 0 : -1;
}

int sk_inception_open(const struct sk_tensor_file *file, int jobs, struct sk_inception **net, struct sk_error *err)
{
    enum sk_inception_variant variant = SK_INCEPTION_TORCHVISION;
    *net = NULL;
    if (!sk_inception_is(file))
        return sk_fail(err, "metadata 'architecture' is not inception_v3");
    if (read_variant(file, &variant, err))
        return -1;
    struct sk_inception *new = sk_alloc(1, sizeof *new, err);
    if (!new)
        return -1;
    new->jobs = jobs;
    new->variant = variant;
    new->product = sk_product_f32(sk_simd_level());
    sk_inception_plan(&new->plan);
    int failed = 0;
    for (size_t i = 0; !failed && i < new->plan.steps; i++) {
        const float *found[TENSORS];
        failed = new->plan.step[i].op == SK_OP_CONV && find(file, &new->plan.step[i], found, err);
    }
    if (failed || load(new, file, err)) {
        sk_inception_free(new);
        return -1;
    }
    *net = new;
    return 0;
}

void sk_inception_free(struct sk_inception *net)
{
    if (!net)
        return;
    for (size_t i = 0; i < SK_INCEPTION_CONVS; i++) {
        free(net->kernel[i].panels);
        free(net->kernel[i].bias);
    }
    free(net->scratch);
    free(net);
}

enum sk_inception_variant sk_inception_variant(const struct sk_inception *net)
{
    return net->variant;
}

uint32_t sk_inception_crc(const struct sk_inception *net)
{
    return net->crc;
}

/* ---- layers ---- */

/* Lays out `positions` positions, from `position` on, of the windows of the pixels first..first + pixels of the output, a row of
   `step` floats each. */
static void unfold(const struct sk_inception_step *s, size_t first, size_t pixels, size_t position, size_t positions,
                   const float *x, size_t step, float *to)
{
    const size_t run = s->in_c;
    for (size_t i = first; i < first + pixels; i++, to += step)
        for (size_t p = 0; p < positions; p++) {
            /* both still shifted by the padding */
            const size_t row = i / s->out_w * s->stride + (position + p) / s->kernel_w;
            const size_t column = i % s->out_w * s->stride + (position + p) % s->kernel_w;
            if (row < s->pad_h || row - s->pad_h >= s->in_h || column < s->pad_w || column - s->pad_w >= s->in_w)
                memset(to + p * run, 0, run * sizeof *to);
            else
                memcpy(to + p * run, x + ((row - s->pad_h) * s->in_w + column - s->pad_w) * run, run * sizeof *to);
        }
}

/* Convolution, bias and ReLU. */
static void convolve(const struct sk_product_f32 *product, const struct sk_inception_step *s, const struct kernel *kernel,
                     const float *x, float *y, float *strip)
{
    const size_t pixels = s->out_h * s->out_w, all = s->kernel_h * s->kernel_w, most = strip_positions(s);
    const struct sk_panels_f32 panels = {kernel->panels, taps(s)};
    y += s->offset;
    if (plain(s)) {
        product->multiply(pixels, s->out_c, s->in_c, x, s->in_c, panels,
                          (struct sk_ending_f32){.bias = kernel->bias, .rectify = true}, y, s->pitch);
        return;
    }
    const size_t step = sk_product_step(most * s->in_c, sizeof *x);
    for (size_t first = 0, count; first < pixels; first += count) {
        count = pixels - first < STRIP_PIXELS ? pixels - first : STRIP_PIXELS;
        for (size_t at = 0, positions; at < all; at += positions) {
            positions = all - at < most ? all - at : most;
            const bool last = at + positions == all;
            unfold(s, first, count, at, positions, x, step, strip);
            product->multiply(count, s->out_c, positions * s->in_c, strip, step,
                              (struct sk_panels_f32){panels.at + at * s->in_c * product->columns, panels.depth},
                              (struct sk_ending_f32){at > 0, last ? kernel->bias : NULL, last}, y + first * s->pitch,
                              s->pitch);
        }
    }
}

/* Pooling over 3x3; the average divides by 9, or by the pixels inside. */
SK_SIMD static void pool(const struct sk_inception_step *s, bool average, bool count_padding, const float *x, float *y)
{
    for (size_t i = 0; i < s->out_h; i++)
        for (size_t j = 0; j < s->out_w; j++) {
            float *to = y + (i * s->out_w + j) * s->pitch + s->offset;
            size_t inside = 0;
            for (size_t p = 0; p < 9; p++) {
                const size_t row = i * s->stride + p / 3, column = j * s->stride + p % 3;
                if (row < s->pad_h || row - s->pad_h >= s->in_h || column < s->pad_w || column - s->pad_w >= s->in_w)
                    continue;
                const float *from = x + ((row - s->pad_h) * s->in_w + column - s->pad_w) * s->in_c;
                if (inside++ == 0)
                    memcpy(to, from, s->in_c * sizeof *to);
                else if (average)
                    for (size_t c = 0; c < s->in_c; c++)
                        to[c] += from[c];
                else
                    for (size_t c = 0; c < s->in_c; c++)
                        to[c] = from[c] > to[c] ? from[c] : to[c];
            }
            const float scale = 1.0f / (float)(count_padding ? 9 : inside);
            for (size_t c = 0; average && c < s->in_c; c++)
                to[c] *= scale;
        }
}

static void average_all(size_t pixels, size_t channels, const float *x, float *features)
{
    for (size_t c = 0; c < channels; c++) {
        double sum = 0;
        for (size_t i = 0; i < pixels; i++)
            sum += (double)x[i * channels + c];
        features[c] = (float)(sum / (double)pixels);
    }
}

/* ---- the network ---- */

static void run(const struct sk_inception *net, const float *x, float *scratch, float *features, sk_inception_tap *tap,
                void *context)
{
    float *map[SK_MAPS], *strip = scratch + SK_MAPS * net->map_floats;
    for (size_t i = 0; i < SK_MAPS; i++)
        map[i] = scratch + i * net->map_floats;
    memcpy(map[SK_MAP_IN], x, SK_INCEPTION_INPUT * sizeof *x);
    const bool count_padding = net->variant == SK_INCEPTION_TORCHVISION;
    const struct sk_inception_step *s = net->plan.step;
    for (size_t i = 0; i < net->plan.steps; i++, s++) {
        const bool average = s->op == SK_OP_AVERAGE ||
                             (s->op == SK_OP_POOL_LAST && net->variant != SK_INCEPTION_PYTORCH_FID);
        if (s->op == SK_OP_CONV)
            convolve(net->product, s, &net->kernel[s->conv], map[s->from], map[s->to], strip);
        else if (s->op != SK_OP_END)
            pool(s, average, count_padding, map[s->from], map[s->to]);
        else {
            if (tap)
                tap(context, s->name, s->in_h, s->in_w, s->in_c, map[SK_MAP_OUT]);
            float *next = map[SK_MAP_OUT];
            map[SK_MAP_OUT] = map[SK_MAP_IN];
            map[SK_MAP_IN] = next;
        }
    }
    if (features)
        average_all(s[-1].in_h * s[-1].in_w, s[-1].in_c, map[SK_MAP_IN], features);
}

void sk_inception_forward(struct sk_inception *net, size_t count, const float *x, float *features)
{
    const size_t room = SK_MAPS * net->map_floats + net->strip_floats;
#pragma omp parallel for schedule(dynamic) num_threads(net->jobs)
    for (size_t i = 0; i < count; i++)
        run(net, x + i * SK_INCEPTION_INPUT, net->scratch + (size_t)omp_get_thread_num() * room,
            features + i * SK_INCEPTION_FEATURES, NULL, NULL);
}

void sk_inception_trace(struct sk_inception *net, const float *x, float *features, sk_inception_tap *tap, void *context)
{
    run(net, x, net->scratch, features, tap, context);
}
