#include "image/image.h"

#include <stdlib.h>

#include "base/memory.h"

int sk_image_reserve(struct sk_image *image, size_t count, struct sk_error *err)
{
    if (count <= image->capacity)
        return 0;
    size_t bytes;
    uint16_t *grown = sk_mul(count, sizeof *grown, &bytes) ? realloc(image->sample, bytes) : NULL;
    if (!grown)
        return sk_fail(err, "no memory for %zu samples", count);
    image->sample = grown;
    image->capacity = count;
    return 0;
}

int sk_image_shape(struct sk_image *image, size_t width, size_t height, unsigned channels, bool alpha,
                   unsigned maxval, struct sk_error *err)
{
    size_t count;
    if (!sk_mul(width, height, &count) || !sk_mul(count, channels + (alpha ? 1 : 0), &count))
        return sk_fail(err, "an image of %zu x %zu is more than memory can address", width, height);
    if (sk_image_reserve(image, count, err))
        return -1;
    image->width = width;
    image->height = height;
    image->channels = channels;
    image->alpha = alpha;
    image->maxval = maxval;
    return 0;
}

void sk_image_copy_alpha(const struct sk_image *in, struct sk_image *out)
{
    const size_t depth = sk_image_depth(in), total = in->width * in->height * depth;
    if (in->alpha)
        for (size_t i = depth - 1; i < total; i += depth)
            out->sample[i] = in->sample[i];
}

void sk_image_free(struct sk_image *image)
{
    free(image->sample);
    *image = (struct sk_image){0};
}
