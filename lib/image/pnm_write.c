/* What netpbm's readers take: raw PGM, PPM and PAM. */
#include "base/error.h"
#include "base/simd.h"
#include "image/pnm.h"

enum { CHUNK = 1 << 16 }; /* what a pipe holds */

static size_t put_header(const struct sk_image *image, uint8_t chunk[CHUNK])
{
    char *to = (char *)chunk;
    const int length =
        image->alpha ? snprintf(to, CHUNK, "P7\nWIDTH %zu\nHEIGHT %zu\nDEPTH %u\nMAXVAL %u\nTUPLTYPE %s\nENDHDR\n", image->width,
                                image->height, sk_image_depth(image), image->maxval,
                                image->channels == 1 ? "GRAYSCALE_ALPHA" : "RGB_ALPHA")
                     : snprintf(to, CHUNK, "%s\n%zu %zu\n%u\n", image->channels == 1 ? "P5" : "P6", image->width, image->height,
                                image->maxval);
    return (size_t)length;
}

/* Samples of one byte, or of two with the high one first. */
SK_SIMD static void pack(const uint16_t *restrict from, size_t count, size_t size, uint8_t *restrict to)
{
    if (size == 1)
        for (size_t i = 0; i < count; i++)
            to[i] = (uint8_t)from[i];
    else
        for (size_t i = 0; i < count; i++) {
            to[2 * i] = (uint8_t)(from[i] >> 8);
            to[2 * i + 1] = (uint8_t)from[i];
        }
}

int sk_image_write(FILE *out, const char *name, const struct sk_image *image, struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    const size_t size = image->maxval > 255 ? 2 : 1;
    const size_t total = image->width * image->height * sk_image_depth(image);
    size_t before = put_header(image, chunk); /* a small image is one piece, and where out has no buffer one system call */
    for (size_t done = 0, part; done < total || before > 0; done += part, before = 0) {
        const size_t room = (CHUNK - before) / size;
        part = total - done < room ? total - done : room;
        pack(image->sample + done, part, size, chunk + before);
        const size_t bytes = before + part * size;
        if (fwrite(chunk, 1, bytes, out) != bytes)
            return sk_fail_errno(err, "%s", name);
    }
    return 0;
}
