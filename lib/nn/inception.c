#include "nn/inception.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "nn/fold.h"

const char *const sk_inception_variant_name[SK_INCEPTION_VARIANTS] = {"torchvision", "pytorch-fid", "keras"};

/* --- the list -------------------------------------------------------------------- */

enum { NAME = 64, LEAST_SIZE = 75 /* the last maps are 1x1 */ };

/* A block as it is written: its branches' last maps, side by side in its output. */
struct block {
    struct sk_net *net;
    const char *name;
    enum sk_inception_variant variant;
    size_t input, branches, branch[SK_MAX_INPUTS];
};

static struct block begin(struct sk_net *net, const struct sk_arch *arch, const char *name, size_t input)
{
    return (struct block){.net = net, .name = name, .variant = (enum sk_inception_variant)arch->variant, .input = input};
}

static size_t end(const struct block *b)
{
    return sk_net_concat(b->net, b->name, b->branches, b->branch);
}

/* Convolution, batch norm, ReLU; named as torchvision's. */
static size_t normal(struct sk_net *net, const char *name, size_t map, size_t channels, size_t kernel_h, size_t kernel_w)
{
    char full[NAME + sizeof ".conv"];
    snprintf(full, sizeof full, "%s.conv", name);
    map = sk_net_conv_same(net, full, map, channels, kernel_h, kernel_w);
    snprintf(full, sizeof full, "%s.bn", name);
    return sk_net_batch_norm(net, full, map, 0);
}

static size_t normal_valid(struct sk_net *net, const char *name, size_t map, size_t channels, size_t kernel, size_t stride)
{
    char full[NAME + sizeof ".conv"];
    snprintf(full, sizeof full, "%s.conv", name);
    map = sk_net_conv_valid(net, full, map, channels, kernel, stride);
    snprintf(full, sizeof full, "%s.bn", name);
    return sk_net_batch_norm(net, full, map, 0);
}

/* The same as a part of a block, of its input or of what came before in the branch. */
static size_t conv(const struct block *b, const char *name, size_t map, size_t channels, size_t kernel_h, size_t kernel_w)
{
    char full[NAME];
    snprintf(full, sizeof full, "%s.%s", b->name, name);
    return normal(b->net, full, map, channels, kernel_h, kernel_w);
}

/* Windows of 3x3 that lie inside, every other one. */
static size_t halve(const struct block *b, const char *name, size_t map, size_t channels)
{
    char full[NAME];
    snprintf(full, sizeof full, "%s.%s", b->name, name);
    return normal_valid(b->net, full, map, channels, 3, 2);
}

static void ends(struct block *b, size_t map)
{
    b->branch[b->branches++] = map;
}

static size_t halving_pool(struct sk_net *net, size_t map)
{
    return sk_net_max_pool(net, map, (struct sk_pool){.kernel = 3, .stride = 2});
}

static void pool_branch(struct block *b, bool by_maximum, size_t channels)
{
    const struct sk_pool window = {.kernel = 3, .stride = 1, .padding = 1, .count_padding = b->variant == SK_INCEPTION_TORCHVISION};
    const size_t map = by_maximum ? sk_net_max_pool(b->net, b->input, window) : sk_net_average_pool(b->net, b->input, window);
    ends(b, conv(b, "branch_pool", map, channels, 1, 1));
}

static size_t block_a(struct block b, size_t pooled)
{
    ends(&b, conv(&b, "branch1x1", b.input, 64, 1, 1));
    size_t map = conv(&b, "branch5x5_1", b.input, 48, 1, 1);
    ends(&b, conv(&b, "branch5x5_2", map, 64, 5, 5));
    map = conv(&b, "branch3x3dbl_1", b.input, 64, 1, 1);
    map = conv(&b, "branch3x3dbl_2", map, 96, 3, 3);
    ends(&b, conv(&b, "branch3x3dbl_3", map, 96, 3, 3));
    pool_branch(&b, false, pooled);
    return end(&b);
}

static size_t block_b(struct block b)
{
    ends(&b, halve(&b, "branch3x3", b.input, 384));
    size_t map = conv(&b, "branch3x3dbl_1", b.input, 64, 1, 1);
    map = conv(&b, "branch3x3dbl_2", map, 96, 3, 3);
    ends(&b, halve(&b, "branch3x3dbl_3", map, 96));
    ends(&b, halving_pool(b.net, b.input));
    return end(&b);
}

static size_t block_c(struct block b, size_t channels)
{
    ends(&b, conv(&b, "branch1x1", b.input, 192, 1, 1));
    size_t map = conv(&b, "branch7x7_1", b.input, channels, 1, 1);
    map = conv(&b, "branch7x7_2", map, channels, 1, 7);
    ends(&b, conv(&b, "branch7x7_3", map, 192, 7, 1));
    map = conv(&b, "branch7x7dbl_1", b.input, channels, 1, 1);
    map = conv(&b, "branch7x7dbl_2", map, channels, 7, 1);
    map = conv(&b, "branch7x7dbl_3", map, channels, 1, 7);
    map = conv(&b, "branch7x7dbl_4", map, channels, 7, 1);
    ends(&b, conv(&b, "branch7x7dbl_5", map, 192, 1, 7));
    pool_branch(&b, false, 192);
    return end(&b);
}

static size_t block_d(struct block b)
{
    size_t map = conv(&b, "branch3x3_1", b.input, 192, 1, 1);
    ends(&b, halve(&b, "branch3x3_2", map, 320));
    map = conv(&b, "branch7x7x3_1", b.input, 192, 1, 1);
    map = conv(&b, "branch7x7x3_2", map, 192, 1, 7);
    map = conv(&b, "branch7x7x3_3", map, 192, 7, 1);
    ends(&b, halve(&b, "branch7x7x3_4", map, 192));
    ends(&b, halving_pool(b.net, b.input));
    return end(&b);
}

static size_t block_e(struct block b, bool by_maximum)
{
    ends(&b, conv(&b, "branch1x1", b.input, 320, 1, 1));
    size_t map = conv(&b, "branch3x3_1", b.input, 384, 1, 1);
    ends(&b, conv(&b, "branch3x3_2a", map, 384, 1, 3));
    ends(&b, conv(&b, "branch3x3_2b", map, 384, 3, 1));
    map = conv(&b, "branch3x3dbl_1", b.input, 448, 1, 1);
    map = conv(&b, "branch3x3dbl_2", map, 384, 3, 3);
    ends(&b, conv(&b, "branch3x3dbl_3a", map, 384, 1, 3));
    ends(&b, conv(&b, "branch3x3dbl_3b", map, 384, 3, 1));
    pool_branch(&b, by_maximum, 192);
    return end(&b);
}

static size_t stem(struct sk_net *net, size_t map)
{
    map = normal_valid(net, "Conv2d_1a_3x3", map, 32, 3, 2);
    map = normal_valid(net, "Conv2d_2a_3x3", map, 32, 3, 1);
    map = normal(net, "Conv2d_2b_3x3", map, 64, 3, 3);
    map = halving_pool(net, map);
    map = normal_valid(net, "Conv2d_3b_1x1", map, 80, 1, 1);
    map = normal_valid(net, "Conv2d_4a_3x3", map, 192, 3, 1);
    return halving_pool(net, map);
}

/* From images to pooled features. */
static size_t trunk(struct sk_net *net, const struct sk_arch *arch, const char *prefix)
{
    size_t map = sk_net_input(net, prefix, arch->size, SK_IMAGE_CHANNELS);
    net->epsilon = 1e-3;
    net->initial = SK_INITIAL_HE;
    map = stem(net, map);
    map = block_a(begin(net, arch, "Mixed_5b", map), 32);
    map = block_a(begin(net, arch, "Mixed_5c", map), 64);
    map = block_a(begin(net, arch, "Mixed_5d", map), 64);
    map = block_b(begin(net, arch, "Mixed_6a", map));
    map = block_c(begin(net, arch, "Mixed_6b", map), 128);
    map = block_c(begin(net, arch, "Mixed_6c", map), 160);
    map = block_c(begin(net, arch, "Mixed_6d", map), 160);
    map = block_c(begin(net, arch, "Mixed_6e", map), 192);
    map = block_d(begin(net, arch, "Mixed_7a", map));
    map = block_e(begin(net, arch, "Mixed_7b", map), false);
    map = block_e(begin(net, arch, "Mixed_7c", map), arch->variant == SK_INCEPTION_PYTORCH_FID);
    return sk_net_global_pool(net, map);
}

static int check_size(const struct sk_arch *arch, struct sk_error *err)
{
    return arch->size < LEAST_SIZE ? sk_fail(err, "image size %zu is below %d, Inception's least", arch->size, LEAST_SIZE) : 0;
}

int sk_inception_features(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)outputs;
    if (check_size(arch, err))
        return -1;
    net->output = trunk(net, arch, "inception");
    net->head = net->params.count;
    return 0;
}

int sk_inception_classifier(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    if (check_size(arch, err))
        return -1;
    net->features = trunk(net, arch, "classifier");
    net->map[net->features].keep = true;
    net->head = net->params.count;
    net->output = sk_net_linear(net, "fc", sk_net_dropout(net, net->features), outputs);
    return 0;
}

/* --- files ------------------------------------------------------------------------- */

bool sk_inception_is(const struct sk_tensor_file *file)
{
    const char *architecture = sk_tensor_file_get(file, "architecture");
    return architecture && strcmp(architecture, "inception_v3") == 0;
}

int sk_inception_variant(const struct sk_tensor_file *file, enum sk_inception_variant *variant, struct sk_error *err)
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

int sk_inception_open(const struct sk_tensor_file *file, size_t max_batch, int jobs, struct sk_net **net, struct sk_error *err)
{
    const struct sk_net_use use = {max_batch, false, jobs};
    enum sk_inception_variant variant = SK_INCEPTION_TORCHVISION;
    *net = NULL;
    if (!sk_inception_is(file))
        return sk_fail(err, "metadata 'architecture' is not inception_v3");
    if (sk_inception_variant(file, &variant, err))
        return -1;
    const struct sk_arch arch = {.size = SK_INCEPTION_SIZE, .variant = variant};
    return sk_net_open_as(net, sk_inception_features, &arch, 0, &use, "", file, err);
}

uint32_t sk_inception_crc(const struct sk_net *net)
{
    uLong crc = crc32_z(0, NULL, 0);
    for (size_t l = 0; l < net->layers; l++)
        if (net->layer[l].folds) {
            sk_fold_weights(net, &net->layer[l], net->scratch);
            crc = crc32_z(crc, (const unsigned char *)net->scratch, sk_folded_floats(&net->layer[l]) * sizeof(float));
        }
    return (uint32_t)crc;
}
