#ifndef SK_IMAGE_IMAGE_H
#define SK_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One image in memory: samples interleaved, row by row, [height][width][channels + alpha], each 0..maxval. */
struct sk_image {
    size_t width, height; /* pixels, at least 1 */
    unsigned channels;    /* 1 gray, 3 RGB */
    bool alpha;           /* one more sample a pixel, the last */
    unsigned maxval;      /* 1..65535 */
    uint16_t *sample;     /* owned: sk_image_free */
    size_t capacity;      /* samples allocated, kept from image to image */
};

/* Samples a pixel has. */
static inline unsigned sk_image_depth(const struct sk_image *image)
{
    return image->channels + (image->alpha ? 1 : 0);
}

/* Gives the image this shape, reusing its memory where it suffices; the samples' values are
   undefined afterwards. An image of zeroes ({0}) is a valid start. 0, or -1 with err (image unchanged). */
SK_MUST_CHECK int sk_image_shape(struct sk_image *image, size_t width, size_t height, unsigned channels, bool alpha,
                                 unsigned maxval, struct sk_error *err);

/* Room for count samples, keeping those that are there. 0, or -1 with err (image unchanged). */
SK_MUST_CHECK int sk_image_reserve(struct sk_image *image, size_t count, struct sk_error *err);

/* Gives out, an image of the same shape, in's alpha where it has any. */
void sk_image_copy_alpha(const struct sk_image *in, struct sk_image *out);

/* Frees the samples; the struct may be used again. */
void sk_image_free(struct sk_image *image);

#endif
