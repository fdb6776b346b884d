#include "nn/arch.h"

#include <stdio.h>

#include "nn/class_names.h"
#include "nn/recipes.h"

int sk_arch_check_size(const struct sk_arch *arch, struct sk_error *err)
{
    char list[80] = "";
    size_t used = 0;
    for (const size_t *size = sk_recipes_of(arch)->size; *size; size++) {
        if (arch->size == *size)
            return 0;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%zu", used ? ", " : "", *size);
    }
    return sk_fail(err, "'%zu' is none of %s", arch->size, list);
}

int sk_arch_check(const struct sk_arch *arch, struct sk_error *err)
{
    if (sk_arch_check_size(arch, err))
        return sk_prefix(err, "image size");
    if (sk_recipes_of(arch)->has_width && (arch->width < 1 || arch->width > 512))
        return sk_fail(err, "network width %zu is not from 1 to 512", arch->width);
    if (arch->latent < 1 || arch->latent > 4096)
        return sk_fail(err, "latent size %zu is not from 1 to 4096", arch->latent);
    if (arch->classes > SK_MAX_CLASSES)
        return sk_fail(err, "%zu classes are more than %d", arch->classes, SK_MAX_CLASSES);
    return 0;
}

size_t sk_arch_stages(const struct sk_arch *arch)
{
    return arch->size == 32 ? 3 : arch->size == 64 ? 4 : 5;
}

size_t sk_arch_side(const struct sk_arch *arch, size_t stage)
{
    return arch->size >> stage;
}

size_t sk_arch_channels(const struct sk_arch *arch, size_t stage)
{
    return stage == 0 ? SK_IMAGE_CHANNELS : arch->width << (stage - 1);
}

size_t sk_arch_values(const struct sk_arch *arch, size_t stage)
{
    return sk_arch_side(arch, stage) * sk_arch_side(arch, stage) * sk_arch_channels(arch, stage);
}
