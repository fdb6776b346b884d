#include "train/pretrained.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nn/inception.h"
#include "nn/model.h"
#include "nn/recipes.h"

static int other_architecture(size_t there, size_t here, struct sk_error *err)
{
    return sk_fail(err, "is of --arch %s, not %s", sk_architecture_name[there], sk_architecture_name[here]);
}

/* Inception's weights do not depend on the size of images. */
static int same_shape(const struct sk_arch *there, const struct sk_arch *here, struct sk_error *err)
{
    if (!sk_recipes_of(here)->has_width || (there->size == here->size && there->width == here->width && there->kernel == here->kernel))
        return 0;
    if (!sk_recipes_of(here)->has_kernel)
        return sk_fail(err, "is of --size %zu --width %zu, not %zu, %zu", there->size, there->width, here->size, here->width);
    return sk_fail(err, "is of --size %zu --width %zu --kernel %zu, not %zu, %zu, %zu", there->size, there->width, there->kernel,
                   here->size, here->width, here->kernel);
}

/* A model of ours: a GAN, or a classifier where it has batch norms that its GANs have not. */
static int take_model(struct sk_pretrained *pretrained, struct sk_arch *arch, struct sk_error *err)
{
    struct sk_arch there;
    const bool has_trunk = sk_recipes_of(arch)->has_trunk;
    if (sk_model_identify(&pretrained->file, NULL, &there, err))
        return -1;
    const bool gan = strcmp(sk_tensor_file_get(&pretrained->file, "kind"), "gan") == 0;
    if (there.architecture != arch->architecture)
        return other_architecture(there.architecture, arch->architecture, err);
    if (sk_model_identify(&pretrained->file, has_trunk || gan ? "gan" : "classifier", &there, err) || same_shape(&there, arch, err))
        return -1;
    pretrained->prefix = gan ? "discriminator" : "classifier";
    pretrained->kernels_alone = gan && !has_trunk;
    arch->variant = there.variant;
    return 0;
}

static int take_inception(struct sk_pretrained *pretrained, struct sk_arch *arch, struct sk_error *err)
{
    enum sk_inception_variant variant;
    if (!sk_recipes_of(arch)->has_variant)
        return sk_fail(err, "has the weights of Inception v3, which are of --arch inception, not %s",
                       sk_architecture_name[arch->architecture]);
    if (sk_inception_variant(&pretrained->file, &variant, err))
        return -1;
    pretrained->prefix = "";
    arch->variant = variant;
    return 0;
}

int sk_pretrained_read(struct sk_pretrained *pretrained, const char *path, struct sk_arch *arch, struct sk_error *err)
{
    *pretrained = (struct sk_pretrained){.crc = "-"};
    if (!path)
        return 0;
    if (sk_tensor_file_read(&pretrained->file, path, err))
        return -1;
    if (sk_inception_is(&pretrained->file) ? take_inception(pretrained, arch, err) : take_model(pretrained, arch, err))
        return sk_prefix(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
    snprintf(pretrained->crc, sizeof pretrained->crc, "%08" PRIx32, sk_tensor_file_crc(&pretrained->file));
    return 0;
}

int sk_pretrained_load(struct sk_pretrained *pretrained, struct sk_net *net, struct sk_error *err)
{
    const char *prefix = pretrained->prefix;
    if (prefix && (pretrained->kernels_alone ? sk_net_load_kernels(net, prefix, &pretrained->file, err)
                                             : sk_net_load_trunk(net, prefix, &pretrained->file, err)))
        return -1;
    sk_pretrained_free(pretrained);
    return 0;
}

void sk_pretrained_free(struct sk_pretrained *pretrained)
{
    sk_tensor_file_free(&pretrained->file);
}
