#ifndef SK_IMAGE_PNM_H
#define SK_IMAGE_PNM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

/* Frees the samples; the struct may be used again. */
void sk_image_free(struct sk_image *image);

/* A stream of PNM/PAM images, raw or plain, each gzip-compressed or not, in any mixture. Opaque. */
struct sk_image_reader;

/* Opens a file, or standard input for "-". 0 with *reader set (sk_image_reader_close frees it), or -1 with err. */
SK_MUST_CHECK int sk_image_reader_open(struct sk_image_reader **reader, const char *path, struct sk_error *err);

/* Reads the next image: 1 with the image filled, 0 at the end of the stream, -1 with err ("file: image N: what",
   N from 0). Memory grows with the data that is really there, not with what a header claims. */
SK_MUST_CHECK int sk_image_read(struct sk_image_reader *reader, struct sk_image *image, struct sk_error *err);

/* Position in the stream of the image that sk_image_read gave last, from 0. */
size_t sk_image_reader_index(const struct sk_image_reader *reader);

/* The name to use in messages: the path, or "standard input". */
const char *sk_image_reader_name(const struct sk_image_reader *reader);

/* Closes the file and frees the reader; NULL is allowed. */
void sk_image_reader_close(struct sk_image_reader *reader);

/* Writes raw PGM (gray), PPM (RGB) or PAM (with alpha; GRAYSCALE_ALPHA, RGB_ALPHA), at the image's maxval (two bytes
   a sample, big-endian, above 255). 0, or -1 with err ("standard output: ..."), err->code EPIPE for a gone reader. */
SK_MUST_CHECK int sk_image_write(FILE *out, const struct sk_image *image, struct sk_error *err);

#endif
