#include "train/pretrained.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nn/class_names.h"
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

/* A file that is wanted has been read; what of it is taken is found by the caller. */
static int read_file(struct sk_pretrained *pretrained, const char *path, struct sk_error *err)
{
    *pretrained = (struct sk_pretrained){.crc = "-"};
    if (!path)
        return 0;
    if (sk_tensor_file_read(&pretrained->file, path, err))
        return -1;
    snprintf(pretrained->crc, sizeof pretrained->crc, "%08" PRIx32, sk_tensor_file_crc(&pretrained->file));
    return 0;
}

int sk_pretrained_read(struct sk_pretrained *pretrained, const char *path, struct sk_arch *arch, struct sk_error *err)
{
    if (read_file(pretrained, path, err))
        return -1;
    if (path && (sk_inception_is(&pretrained->file) ? take_inception(pretrained, arch, err) : take_model(pretrained, arch, err)))
        return sk_prefix(err, "%s", sk_input_name(path));
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

/* --- of a GAN ------------------------------------------------------------------- */

/* And what a classifier has not. */
static int same_gan(const struct sk_arch *there, const struct sk_arch *here, struct sk_error *err)
{
    if (there->architecture != here->architecture)
        return other_architecture(there->architecture, here->architecture, err);
    if (same_shape(there, here, err))
        return -1;
    if (there->latent != here->latent)
        return sk_fail(err, "is of --latent %zu, not %zu", there->latent, here->latent);
    if (there->upsampling != here->upsampling)
        return sk_fail(err, "is of --upsampling %s, not %s", sk_upsample_name[there->upsampling], sk_upsample_name[here->upsampling]);
    if (!there->classes != !here->classes)
        return sk_fail(err, here->classes ? "is of images without classes, not of class=stream"
                                          : "is of images of classes, class=stream, not of streams alone");
    return 0;
}

/* The generator that a judge found best stands alone. */
static bool has_discriminator(const struct sk_tensor_file *file)
{
    static const char prefix[] = "discriminator.";
    for (size_t i = 0; i < file->count; i++)
        if (strncmp(file->tensor[i].name, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static int take_gan(struct sk_pretrained *pretrained, const struct sk_arch *arch, struct sk_error *err)
{
    struct sk_arch there;
    const struct sk_tensor_file *file = &pretrained->file;
    if (sk_model_identify(file, "gan", &there, err) || same_gan(&there, arch, err))
        return -1;
    if (!has_discriminator(file))
        return sk_fail(err, "has a generator and no discriminator: the model that it stands beside has both");
    return there.classes ? sk_class_names_read(&pretrained->classes, file, err) : 0;
}

int sk_pretrained_read_gan(struct sk_pretrained *pretrained, const char *path, const struct sk_arch *arch, struct sk_error *err)
{
    if (read_file(pretrained, path, err))
        return -1;
    return path && take_gan(pretrained, arch, err) ? sk_prefix(err, "%s", sk_input_name(path)) : 0;
}

/* Its place among the file's; their count where it is none. */
static size_t find_class(const struct sk_pretrained *pretrained, const char *name)
{
    size_t i = 0;
    while (i < pretrained->classes.count && strcmp(pretrained->classes.name[i], name) != 0)
        i++;
    return i;
}

bool sk_pretrained_has_class(const struct sk_pretrained *pretrained, const char *name)
{
    return find_class(pretrained, name) < pretrained->classes.count;
}

/* Those of nn/conditional.h, [classes][length]; NULL where the network has none. */
static const struct sk_param *class_vectors(const struct sk_net *net)
{
    char name[sizeof net->params.item->name];
    snprintf(name, sizeof name, "%s.class.weight", net->prefix);
    for (size_t i = 0; i < net->params.count; i++)
        if (strcmp(net->params.item[i].name, name) == 0)
            return &net->params.item[i];
    return NULL;
}

/* In the place of the file's vectors those of the set's classes: its own by their names, else the network's. */
static int arrange_vectors(struct sk_pretrained *pretrained, const struct sk_net *net, const struct sk_dataset *set,
                           struct sk_error *err)
{
    const struct sk_param *p = class_vectors(net);
    if (!p)
        return 0;
    const size_t length = p->dim[1], dim[] = {pretrained->classes.count, length};
    struct sk_tensor *t = sk_tensor_file_expect(&pretrained->file, p->name, SK_F32, 2, dim, err);
    void *data;
    if (!t)
        return -1;
    const float *there = t->data, *here = net->weights + p->offset;
    snprintf(t->name, sizeof t->name, "there.%s", p->name);
    if (sk_tensor_file_add(&pretrained->file, p->name, SK_F32, 2, p->dim, &data, err))
        return -1;
    for (size_t c = 0; c < set->classes; c++) {
        const size_t place = find_class(pretrained, set->class_name[c]);
        memcpy((float *)data + c * length, place < pretrained->classes.count ? there + place * length : here + c * length,
               length * sizeof *there);
    }
    return 0;
}

int sk_pretrained_load_gan(struct sk_pretrained *pretrained, struct sk_gan *gan, const struct sk_dataset *set, struct sk_error *err)
{
    struct sk_net *net[] = {gan->generator, gan->discriminator};
    for (size_t i = 0; i < sizeof net / sizeof *net; i++)
        if (arrange_vectors(pretrained, net[i], set, err) || sk_net_load(net[i], &pretrained->file, err))
            return -1;
    sk_pretrained_free(pretrained);
    return 0;
}

void sk_pretrained_free(struct sk_pretrained *pretrained)
{
    sk_tensor_file_free(&pretrained->file);
}
