/* What netpbm's readers take: raw PGM, PPM and PAM. */
#include "base/error.h"
#include "base/simd.h"
#include "image/pnm.h"

enum { CHUNK = 1 << 16 }; /* what a pipe holds */

static int write_header(FILE *out, const struct sk_image *image)
{
    if (image->alpha)
        return fprintf(out, "P7\nWIDTH %zu\nHEIGHT %zu\nDEPTH %u\nMAXVAL %u\nTUPLTYPE %s\nENDHDR\n", image->width,
                       image->height, sk_image_depth(image), image->maxval,
                       image->channels == 1 ? "GRAYSCALE_ALPHA" : "RGB_ALPHA");
    return fprintf(out, "%s\n%zu %zu\n%u\n", image->channels == 1 ? "P5" : "P6", image->width, image->height,
                   image->maxval);
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
    if (write_header(out, image) < 0)
        return sk_fail_errno(err, "%s", name);
    for (size_t done = 0, part; done < total; done += part) {
        part = total - done < CHUNK / size ? total - done : CHUNK / size;
        pack(image->sample + done, part, size, chunk);
        if (fwrite(chunk, size, part, out) != part)
            return sk_fail_errno(err, "%s", name);
    }
    return 0;
}
