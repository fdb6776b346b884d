#include "nn/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nn/class_names.h"
#include "nn/inception.h"
#include "nn/recipes.h"

enum { MOST_SIZE = 320 }; /* of any architecture */

int sk_model_number(const struct sk_tensor_file *file, const char *key, uint64_t low, uint64_t high, uint64_t *value,
                    struct sk_error *err)
{
    const char *text = sk_tensor_file_get(file, key);
    if (!text)
        return sk_fail(err, "no metadata '%s': not a model of sktools", key);
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < low || number > high)
        return sk_fail(err, "metadata '%s' is '%.40s', not a number from %llu to %llu", key, text,
                       (unsigned long long)low, (unsigned long long)high);
    *value = number;
    return 0;
}

static int check_kind(const struct sk_tensor_file *file, const char *kind, struct sk_error *err)
{
    const char *found = sk_tensor_file_get(file, "kind");
    if (!found)
        return sk_fail(err, "no metadata 'kind': not a model of sktools");
    if (kind && strcmp(kind, found) != 0)
        return sk_fail(err, "is a %.40s, not a %s", found, kind);
    return 0;
}

static int read_architecture(const struct sk_tensor_file *file, size_t *architecture, struct sk_error *err)
{
    const char *name = sk_tensor_file_get(file, "architecture");
    for (size_t i = 0; name && i < SK_ARCHITECTURES; i++)
        if (strcmp(name, sk_architecture_name[i]) == 0) {
            *architecture = i;
            return 0;
        }
    return sk_fail(err, "architecture '%.40s' is none that is known here", name ? name : "");
}

/* A classifier has no latents; files from before say a number that means nothing. */
static bool has_latents(const struct sk_tensor_file *file)
{
    return strcmp(sk_tensor_file_get(file, "kind"), "classifier") != 0;
}

static int read_variant(const struct sk_tensor_file *file, struct sk_arch *arch, struct sk_error *err)
{
    enum sk_inception_variant variant;
    if (sk_inception_variant(file, &variant, err))
        return -1;
    arch->variant = variant;
    return 0;
}

/* What makes a GAN conditional on its classes; one of before there were any may name classes that it was not told apart. */
static int read_conditional(const struct sk_tensor_file *file, size_t *classes, struct sk_error *err)
{
    struct sk_class_names names;
    if (!has_latents(file) || !sk_tensor_file_get(file, SK_CLASS_IMAGES))
        return 0;
    if (sk_class_names_read(&names, file, err))
        return -1;
    *classes = names.count;
    return names.count ? 0 : sk_fail(err, "metadata 'classes' names none");
}

/* Bilinear where the file says so; nothing says that it is nearest. */
static int read_upsampling(const struct sk_tensor_file *file, struct sk_arch *arch, struct sk_error *err)
{
    const char *name = sk_tensor_file_get(file, "upsampling");
    if (!name)
        return 0;
    arch->upsampling = SK_BILINEAR;
    return strcmp(name, sk_upsample_name[SK_BILINEAR]) == 0 ? 0 : sk_fail(err, "upsampling '%.40s' is none that is known here", name);
}

static int read_arch(const struct sk_tensor_file *file, struct sk_arch *arch, struct sk_error *err)
{
    uint64_t size, width = 0, kernel = 0, latent = 1;
    *arch = (struct sk_arch){0};
    if (read_architecture(file, &arch->architecture, err) || sk_model_number(file, "size", 32, MOST_SIZE, &size, err))
        return -1;
    const struct sk_recipes *recipes = sk_recipes_of(arch);
    if (has_latents(file) && !recipes->generator)
        return sk_fail(err, "architecture '%s' has no GAN", sk_architecture_name[arch->architecture]);
    if ((recipes->has_width && sk_model_number(file, "width", 1, 512, &width, err)) ||
        (recipes->has_kernel && sk_model_number(file, "kernel", 4, 5, &kernel, err)) ||
        (recipes->has_variant && read_variant(file, arch, err)) ||
        (has_latents(file) && recipes->has_upsampling && read_upsampling(file, arch, err)) ||
        (has_latents(file) && sk_model_number(file, "latent", 1, 4096, &latent, err)) || read_conditional(file, &arch->classes, err))
        return -1;
    arch->size = size;
    arch->width = width;
    arch->latent = latent;
    arch->kernel = kernel;
    return sk_arch_check(arch, err);
}

int sk_model_identify(const struct sk_tensor_file *file, const char *kind, struct sk_arch *arch, struct sk_error *err)
{
    return check_kind(file, kind, err) || read_arch(file, arch, err) ? -1 : 0;
}

int sk_model_read(struct sk_tensor_file *file, const char *path, const char *kind, struct sk_arch *arch,
                  struct sk_error *err)
{
    if (sk_tensor_file_read(file, path, err))
        return -1;
    if (sk_model_identify(file, kind, arch, err)) {
        sk_tensor_file_free(file);
        return sk_prefix(err, "%s", sk_input_name(path));
    }
    return 0;
}

int sk_model_set_arch(struct sk_tensor_file *file, const struct sk_arch *arch, struct sk_error *err)
{
    const struct sk_recipes *recipes = sk_recipes_of(arch);
    if (sk_tensor_file_set(file, err, "architecture", "%s", sk_architecture_name[arch->architecture]) ||
        sk_tensor_file_set(file, err, "size", "%zu", arch->size) ||
        (recipes->has_variant && sk_tensor_file_set(file, err, "variant", "%s", sk_inception_variant_name[arch->variant])) ||
        (recipes->has_width && sk_tensor_file_set(file, err, "width", "%zu", arch->width)) ||
        (has_latents(file) && recipes->has_upsampling && arch->upsampling != SK_NEAREST &&
         sk_tensor_file_set(file, err, "upsampling", "%s", sk_upsample_name[arch->upsampling])) ||
        (has_latents(file) && sk_tensor_file_set(file, err, "latent", "%zu", arch->latent)) ||
        (recipes->has_kernel && sk_tensor_file_set(file, err, "kernel", "%zu", arch->kernel)))
        return -1;
    return 0;
}
