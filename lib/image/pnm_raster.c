/* libnetpbm's rows are allocated by the header's word, so rasters are read here. */
#include "image/pnm_raster.h"

#include <netpbm/pam.h>

#include "base/memory.h"
#include "base/simd.h"

enum { CHUNK = 1 << 15, FIRST_ALLOCATION = 1 << 14 };

/* Room for more samples behind the first have of total, doubling, so that memory follows the data. */
static int grow(struct sk_image *image, size_t have, size_t more, size_t total, struct sk_error *err)
{
    if (!image || have + more <= image->capacity)
        return 0;
    size_t count = image->capacity > FIRST_ALLOCATION / 2 ? image->capacity : FIRST_ALLOCATION / 2;
    while (count < have + more)
        count *= 2;
    count *= 2;
    return sk_image_reserve(image, count < total ? count : total, err);
}

/* Exactly count bytes. */
static int read_bytes(struct sk_source *source, uint8_t *buffer, size_t count, struct sk_error *err)
{
    size_t got;
    if (sk_source_read(source, buffer, count, &got, err))
        return -1;
    return got == count ? 0 : sk_source_ends_early(err);
}

/* PBM: eight samples a byte, a row begins on a byte, 1 is black. */
static int read_raw_bits(struct sk_source *source, const struct sk_pnm_header *header, struct sk_image *image, size_t total,
                         struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    size_t have = 0;
    for (size_t y = 0; y < header->height; y++) {
        for (size_t left = header->width; left > 0;) {
            size_t part = left < (size_t)CHUNK * 8 ? left : (size_t)CHUNK * 8;
            if (read_bytes(source, chunk, (part + 7) / 8, err) || grow(image, have, part, total, err))
                return -1;
            for (size_t i = 0; image && i < part; i++)
                image->sample[have + i] = !(chunk[i / 8] >> (7 - i % 8) & 1);
            have += part;
            left -= part;
        }
    }
    return 0;
}

/* Samples of one byte, or of two with the high one first; the greatest of them. */
SK_SIMD static unsigned unpack(const uint8_t *restrict from, size_t count, size_t size, uint16_t *restrict to)
{
    uint16_t greatest = 0;
    if (size == 1)
        for (size_t i = 0; i < count; i++) {
            to[i] = from[i];
            greatest = to[i] > greatest ? to[i] : greatest;
        }
    else
        for (size_t i = 0; i < count; i++) {
            to[i] = (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]);
            greatest = to[i] > greatest ? to[i] : greatest;
        }
    return greatest;
}

/* The same, kept nowhere. */
SK_SIMD static unsigned greatest_of(const uint8_t *restrict from, size_t count, size_t size)
{
    uint16_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint16_t sample = size == 1 ? from[i] : (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]);
        greatest = sample > greatest ? sample : greatest;
    }
    return greatest;
}

/* Up to count samples' bytes: where they lie in the source, or, as one of two bytes can be cut there, in chunk. */
static int view_samples(struct sk_source *source, size_t size, size_t count, uint8_t *chunk, const uint8_t **bytes, size_t *got,
                        struct sk_error *err)
{
    *bytes = chunk;
    *got = count < CHUNK / size ? count : CHUNK / size;
    if (size == 2)
        return read_bytes(source, chunk, *got * size, err);
    if (sk_source_view(source, count, bytes, got, err))
        return -1;
    return *got > 0 ? 0 : sk_source_ends_early(err);
}

/* PGM, PPM, PAM. */
static int read_raw_samples(struct sk_source *source, const struct sk_pnm_header *header, struct sk_image *image, size_t total,
                            struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    const size_t size = header->maxval > 255 ? 2 : 1;
    for (size_t have = 0, part; have < total; have += part) {
        const uint8_t *bytes;
        if (view_samples(source, size, total - have, chunk, &bytes, &part, err) || grow(image, have, part, total, err))
            return -1;
        const unsigned greatest = image ? unpack(bytes, part, size, image->sample + have) : greatest_of(bytes, part, size);
        if (greatest > header->maxval)
            return sk_fail(err, "a sample of %u is above the maxval of %u", greatest, header->maxval);
    }
    return 0;
}

/* The first byte that is neither white space nor of a comment, left in the source; or SK_SOURCE_*. */
static int skip_space(struct sk_source *source, struct sk_error *err)
{
    bool comment = false;
    for (size_t skipped = 0; skipped <= SK_PNM_MAX_HEADER; skipped++) {
        int byte = sk_source_peek(source, err);
        comment = byte == '#' || (comment && byte != '\n');
        if (byte < 0 || (!comment && byte != ' ' && (byte < '\t' || byte > '\r')))
            return byte;
        (void)!sk_source_get(source, err); /* it was there */
    }
    sk_fail(err, "more than %d bytes of white space and comments stand before a sample", SK_PNM_MAX_HEADER);
    return SK_SOURCE_FAILED;
}

/* One number in decimal; a PBM's is a single digit. What follows it stays in the source. */
static int read_plain_sample(struct sk_source *source, bool single_digit, unsigned maxval, unsigned *value,
                             struct sk_error *err)
{
    int byte = skip_space(source, err);
    if (byte == SK_SOURCE_END)
        return sk_source_ends_early(err);
    if (byte >= 0 && (byte < '0' || byte > '9'))
        return sk_fail(err, "byte 0x%02x stands where a sample is due", (unsigned)byte);
    *value = 0;
    while (byte >= '0' && byte <= '9') {
        *value = *value * 10 + (unsigned)(byte - '0');
        if (*value > maxval)
            return sk_fail(err, "a sample of %u or more is above the maxval of %u", *value, maxval);
        if (sk_source_get(source, err) == SK_SOURCE_FAILED)
            return -1;
        if (single_digit)
            return 0;
        byte = sk_source_peek(source, err);
    }
    return byte == SK_SOURCE_FAILED ? -1 : 0;
}

static int read_plain(struct sk_source *source, const struct sk_pnm_header *header, struct sk_image *image, size_t total,
                      struct sk_error *err)
{
    const bool bits = header->format == PBM_FORMAT;
    for (size_t i = 0; i < total; i++) {
        unsigned value = 0;
        if (read_plain_sample(source, bits, header->maxval, &value, err) || grow(image, i, 1, total, err))
            return -1;
        if (image)
            image->sample[i] = (uint16_t)(bits ? !value : value);
    }
    return 0;
}

int sk_pnm_raster_read(struct sk_source *source, const struct sk_pnm_header *header, struct sk_image *image,
                       struct sk_error *err)
{
    size_t total;
    int status;
    if (!sk_mul(header->width, header->height, &total) ||
        !sk_mul(total, header->channels + (header->alpha ? 1 : 0), &total))
        return sk_fail(err, "an image of %zu x %zu is more than memory can address", header->width, header->height);
    switch (header->format) {
    case PBM_FORMAT:
    case PGM_FORMAT:
    case PPM_FORMAT: status = read_plain(source, header, image, total, err); break;
    case RPBM_FORMAT: status = read_raw_bits(source, header, image, total, err); break;
    default: status = read_raw_samples(source, header, image, total, err);
    }
    if (status || !image)
        return status;
    return sk_image_shape(image, header->width, header->height, header->channels, header->alpha, header->maxval, err);
}
