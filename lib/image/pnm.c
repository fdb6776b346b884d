/* PBM, PGM and PPM headers are libnetpbm's work. It reads them through a stdio stream of ours, one byte at a time,
   which ends a header that is far too long; its fatal errors come back through its process-wide jump buffer, sealed
   in guarded_readpaminit. PAM headers are read here, since libnetpbm gathers their comments in quadratic time and
   loses that memory on an error; and so are rasters, whose rows libnetpbm allocates by the header's word. */
#include "image/pnm.h"

#include <errno.h>
#include <netpbm/pam.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "image/source.h"

enum { MAX_HEADER = 1 << 16, CHUNK = 1 << 14, FIRST_ALLOCATION = 1 << 14 };

struct sk_image_reader {
    struct sk_source *source;
    FILE *header;         /* libnetpbm's view of the source */
    char magic[2];        /* the first bytes of the image */
    size_t header_length; /* bytes given to libnetpbm, the magic among them */
    int ended;            /* SK_SOURCE_END or SK_SOURCE_FAILED when the header could not be read on, else 0 */
    struct sk_error source_error;
    size_t next; /* index of the next image */
};

/* What a header says. */
struct raster {
    size_t width, height;
    unsigned channels, maxval;
    bool alpha;
    int format;
};

/* --- images in memory --- */

/* Room for count samples, keeping those that are there. */
static int reserve(struct sk_image *image, size_t count, struct sk_error *err)
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
    if (reserve(image, count, err))
        return -1;
    image->width = width;
    image->height = height;
    image->channels = channels;
    image->alpha = alpha;
    image->maxval = maxval;
    return 0;
}

void sk_image_free(struct sk_image *image)
{
    free(image->sample);
    *image = (struct sk_image){0};
}

static int ends_early(struct sk_error *err)
{
    return sk_fail(err, "the stream ends inside the image");
}

/* --- the header of a PAM --- */

/* One line without its newline; a comment, however long, is an empty line. */
static int read_pam_line(struct sk_source *source, char *line, size_t room, struct sk_error *err)
{
    size_t length = 0;
    int byte;
    while ((byte = sk_source_get(source, err)) >= 0 && byte != '\n') {
        if (length + 1 < room)
            line[length++] = (char)byte;
        else if (line[0] != '#')
            return sk_fail(err, "a line of the header is longer than %zu bytes", room - 1);
    }
    line[length] = '\0';
    if (line[0] == '#')
        line[0] = '\0';
    return byte == SK_SOURCE_END ? ends_early(err) : byte == SK_SOURCE_FAILED ? -1 : 0;
}

static int parse_pam_number(const char *line, const char *key, unsigned long *value, struct sk_error *err)
{
    char *end;
    const char *digits = line + strlen(key);
    digits += strspn(digits, " \t\r");
    errno = 0;
    *value = strtoul(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || end[strspn(end, " \t\r")] != '\0' || errno || *value < 1 ||
        *value > INT32_MAX)
        return sk_fail(err, "%s is no number from 1 to %d", key, INT32_MAX);
    return 0;
}

static bool has_key(const char *line, const char *key)
{
    size_t length = strlen(key);
    return strncmp(line, key, length) == 0 && strchr(" \t\r", line[length]);
}

/* The channels that a tuple type of this depth means. PAM allows none; then only depths 1 and 3 have one meaning. */
static int interpret_pam(struct raster *raster, const char *type, unsigned long depth, struct sk_error *err)
{
    const char *suffix = strstr(type, "_ALPHA");
    raster->alpha = suffix && suffix[6] == '\0';
    size_t length = raster->alpha ? (size_t)(suffix - type) : strlen(type);
    bool none = *type == '\0';
    bool rgb = none ? depth == 3 : length == 3 && memcmp(type, "RGB", 3) == 0;
    bool gray = none ? depth == 1
                     : (length == 9 && memcmp(type, "GRAYSCALE", 9) == 0) ||
                           (length == 13 && memcmp(type, "BLACKANDWHITE", 13) == 0);
    raster->channels = rgb ? 3 : 1;
    if (none && !rgb && !gray)
        return sk_fail(err, "without a tuple type, depth %lu is neither gray nor colour", depth);
    if (!rgb && !gray)
        return sk_fail(err, "tuple type %.40s is neither gray nor colour", type);
    if (depth != raster->channels + (raster->alpha ? 1u : 0u))
        return sk_fail(err, "depth %lu does not fit tuple type %.40s", depth, type);
    return 0;
}

static int parse_pam_header(struct sk_source *source, struct raster *raster, struct sk_error *err)
{
    static const char *const keys[] = {"WIDTH", "HEIGHT", "DEPTH", "MAXVAL"};
    enum { WIDTH, HEIGHT, DEPTH, MAXVAL, KEYS };
    unsigned long value[KEYS] = {0};
    char line[256], type[256] = "";
    do {
        if (read_pam_line(source, line, sizeof line, err))
            return -1;
        bool known = line[strspn(line, " \t\r")] == '\0' || has_key(line, "ENDHDR");
        for (int k = 0; k < KEYS && !known; k++) {
            known = has_key(line, keys[k]);
            if (known && parse_pam_number(line, keys[k], &value[k], err))
                return -1;
        }
        if (!known && (!has_key(line, "TUPLTYPE") || sscanf(line, "TUPLTYPE %255s", type) != 1))
            return sk_fail(err, "the header has a line that PAM does not know");
    } while (!has_key(line, "ENDHDR"));
    for (int k = 0; k < KEYS; k++)
        if (value[k] == 0)
            return sk_fail(err, "the header has no %s", keys[k]);
    if (value[MAXVAL] > 65535)
        return sk_fail(err, "maxval %lu is not in 1 to 65535", value[MAXVAL]);
    *raster = (struct raster){
        .width = value[WIDTH], .height = value[HEIGHT], .maxval = (unsigned)value[MAXVAL], .format = PAM_FORMAT};
    return interpret_pam(raster, type, value[DEPTH], err);
}

/* --- the header of a PNM --- */

/* fopencookie's read function: one byte of the header. */
static ssize_t read_header_byte(void *cookie, char *buffer, size_t size)
{
    struct sk_image_reader *r = cookie;
    if (size == 0 || r->ended || r->header_length >= MAX_HEADER)
        return 0;
    if (r->header_length < sizeof r->magic) {
        *buffer = r->magic[r->header_length++];
        return 1;
    }
    int byte = sk_source_get(r->source, &r->source_error);
    if (byte < 0) {
        r->ended = byte;
        return 0;
    }
    r->header_length++;
    *buffer = (char)byte;
    return 1;
}

/* libnetpbm's message function has no argument of the caller's. */
static _Thread_local struct sk_error *message_for;

static void keep_message(const char *message)
{
    sk_fail(message_for, "%.*s", (int)strcspn(message, "\n"), message);
}

/* pnm_readpaminit with its fatal error made a return value: 0, or -1. The caller holds the lock. */
static int guarded_readpaminit(FILE *stream, struct pam *pam)
{
    jmp_buf here;
    if (setjmp(here) != 0) {
        pm_setjmpbuf(NULL);
        return -1;
    }
    pm_setjmpbuf(&here);
    pnm_readpaminit(stream, pam, (int)sizeof *pam);
    pm_setjmpbuf(NULL);
    return 0;
}

static int parse_pnm_header(struct sk_image_reader *r, struct raster *raster, struct sk_error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* libnetpbm's jump buffer is one for the process */
    struct pam pam = {0};
    clearerr(r->header);
    r->header_length = 0;
    r->ended = 0;

    pthread_mutex_lock(&lock);
    message_for = err;
    pm_setusererrormsgfn(keep_message);
    int status = guarded_readpaminit(r->header, &pam);
    pm_setusererrormsgfn(NULL);
    pthread_mutex_unlock(&lock);

    if (r->ended == SK_SOURCE_FAILED) {
        *err = r->source_error;
        return -1;
    }
    if (status && r->ended == SK_SOURCE_END)
        return ends_early(err);
    if (status && r->header_length >= MAX_HEADER)
        return sk_fail(err, "the header is longer than %d bytes", MAX_HEADER);
    if (status)
        return -1;
    if (pam.width < 1 || pam.height < 1 || pam.maxval < 1 || pam.maxval > 65535)
        return sk_fail(err, "%d x %d pixels of maxval %lu are no image", pam.width, pam.height, pam.maxval);
    *raster = (struct raster){.width = (size_t)pam.width,
                              .height = (size_t)pam.height,
                              .channels = pam.depth,
                              .maxval = (unsigned)pam.maxval,
                              .format = pam.format};
    return 0;
}

/* --- the raster --- */

/* Room for more samples behind the first have of total, doubling, so that memory follows the data. */
static int grow(struct sk_image *image, size_t have, size_t more, size_t total, struct sk_error *err)
{
    if (have + more <= image->capacity)
        return 0;
    size_t count = image->capacity > FIRST_ALLOCATION / 2 ? image->capacity : FIRST_ALLOCATION / 2;
    while (count < have + more)
        count *= 2;
    count *= 2;
    return reserve(image, count < total ? count : total, err);
}

/* Exactly count bytes. */
static int read_bytes(struct sk_source *source, uint8_t *buffer, size_t count, struct sk_error *err)
{
    size_t got;
    if (sk_source_read(source, buffer, count, &got, err))
        return -1;
    return got == count ? 0 : ends_early(err);
}

/* PBM: eight samples a byte, a row begins on a byte, 1 is black. */
static int read_raw_bits(struct sk_source *source, const struct raster *raster, struct sk_image *image, size_t total,
                         struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    size_t have = 0;
    for (size_t y = 0; y < raster->height; y++) {
        for (size_t left = raster->width; left > 0;) {
            size_t part = left < (size_t)CHUNK * 8 ? left : (size_t)CHUNK * 8;
            if (read_bytes(source, chunk, (part + 7) / 8, err) || grow(image, have, part, total, err))
                return -1;
            for (size_t i = 0; i < part; i++)
                image->sample[have + i] = !(chunk[i / 8] >> (7 - i % 8) & 1);
            have += part;
            left -= part;
        }
    }
    return 0;
}

/* PGM, PPM, PAM: one byte a sample, or two, the first the more significant. */
static int read_raw_samples(struct sk_source *source, const struct raster *raster, struct sk_image *image, size_t total,
                            struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    const size_t size = raster->maxval > 255 ? 2 : 1;
    for (size_t have = 0; have < total;) {
        size_t part = total - have < CHUNK / size ? total - have : CHUNK / size;
        if (read_bytes(source, chunk, part * size, err) || grow(image, have, part, total, err))
            return -1;
        uint16_t *to = image->sample + have;
        unsigned greatest = 0;
        for (size_t i = 0; i < part; i++) {
            to[i] = (uint16_t)(size == 1 ? chunk[i] : chunk[2 * i] << 8 | chunk[2 * i + 1]);
            greatest = to[i] > greatest ? to[i] : greatest;
        }
        if (greatest > raster->maxval)
            return sk_fail(err, "a sample of %u is above the maxval of %u", greatest, raster->maxval);
        have += part;
    }
    return 0;
}

/* The first byte that is neither white space nor of a comment, left in the source; or SK_SOURCE_*. */
static int skip_space(struct sk_source *source, bool comments, struct sk_error *err)
{
    for (;;) {
        int byte = sk_source_peek(source, err);
        bool comment = comments && byte == '#';
        if (!comment && byte != ' ' && (byte < '\t' || byte > '\r'))
            return byte;
        do
            byte = sk_source_get(source, err);
        while (comment && byte >= 0 && byte != '\n');
        if (byte == SK_SOURCE_FAILED)
            return byte;
    }
}

/* One number in decimal; a PBM's is a single digit. What follows it stays in the source. */
static int read_plain_sample(struct sk_source *source, bool single_digit, unsigned maxval, unsigned *value,
                             struct sk_error *err)
{
    int byte = skip_space(source, true, err);
    if (byte == SK_SOURCE_END)
        return ends_early(err);
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

static int read_plain(struct sk_source *source, const struct raster *raster, struct sk_image *image, size_t total,
                      struct sk_error *err)
{
    const bool bits = raster->format == PBM_FORMAT;
    for (size_t i = 0; i < total; i++) {
        unsigned value = 0;
        if (read_plain_sample(source, bits, raster->maxval, &value, err) || grow(image, i, 1, total, err))
            return -1;
        image->sample[i] = (uint16_t)(bits ? !value : value);
    }
    return 0;
}

static int read_raster(struct sk_source *source, const struct raster *raster, struct sk_image *image,
                       struct sk_error *err)
{
    size_t total;
    if (!sk_mul(raster->width, raster->height, &total) ||
        !sk_mul(total, raster->channels + (raster->alpha ? 1 : 0), &total))
        return sk_fail(err, "an image of %zu x %zu is more than memory can address", raster->width, raster->height);
    switch (raster->format) {
    case PBM_FORMAT:
    case PGM_FORMAT:
    case PPM_FORMAT:
        if (read_plain(source, raster, image, total, err))
            return -1;
        break;
    case RPBM_FORMAT:
        if (read_raw_bits(source, raster, image, total, err))
            return -1;
        break;
    default:
        if (read_raw_samples(source, raster, image, total, err))
            return -1;
    }
    return sk_image_shape(image, raster->width, raster->height, raster->channels, raster->alpha, raster->maxval, err);
}

/* --- the stream --- */

int sk_image_reader_open(struct sk_image_reader **reader, const char *path, struct sk_error *err)
{
    struct sk_image_reader *r = calloc(1, sizeof *r);
    if (!r)
        return sk_fail_errno(err, "%s", path);
    r->source = sk_source_open(path, err);
    if (!r->source) {
        free(r);
        return -1;
    }
    r->header = fopencookie(r, "r", (cookie_io_functions_t){.read = read_header_byte});
    if (!r->header || setvbuf(r->header, NULL, _IONBF, 0) != 0) {
        sk_fail_errno(err, "%s", sk_source_name(r->source));
        sk_image_reader_close(r);
        return -1;
    }
    *reader = r;
    return 0;
}

/* Takes the next image's magic number: 1; 0 where the stream has ended; -1 with err. */
static int find_image(struct sk_image_reader *r, struct sk_error *err)
{
    int byte;
    do { /* a gzip member may hold white space alone, and white space may stand before it */
        byte = skip_space(r->source, false, err);
        if (byte == 0x1f && sk_source_boundary(r->source, err))
            return -1;
    } while (byte == 0x1f && sk_source_peek(r->source, err) != 0x1f);
    if (byte == SK_SOURCE_FAILED)
        return -1;
    if (byte == SK_SOURCE_END)
        return 0;
    for (size_t i = 0; i < sizeof r->magic; i++) {
        byte = sk_source_get(r->source, err);
        if (byte == SK_SOURCE_FAILED)
            return -1;
        r->magic[i] = (char)byte;
        if (i == 0 && byte != 'P')
            break;
    }
    if (r->magic[0] != 'P' || r->magic[1] < '1' || r->magic[1] > '7')
        return sk_fail(err, "neither a PNM nor a PAM image begins here");
    return 1;
}

int sk_image_read(struct sk_image_reader *reader, struct sk_image *image, struct sk_error *err)
{
    struct raster raster;
    int found = find_image(reader, err);
    if (found == 0)
        return 0;
    bool pam = found > 0 && reader->magic[1] == '7';
    if (found < 0 ||
        (pam ? parse_pam_header(reader->source, &raster, err) : parse_pnm_header(reader, &raster, err)) ||
        read_raster(reader->source, &raster, image, err))
        return sk_prefix(err, "%s: image %zu", sk_source_name(reader->source), reader->next);
    reader->next++;
    return 1;
}

size_t sk_image_reader_index(const struct sk_image_reader *reader)
{
    return reader->next > 0 ? reader->next - 1 : 0;
}

const char *sk_image_reader_name(const struct sk_image_reader *reader)
{
    return sk_source_name(reader->source);
}

void sk_image_reader_close(struct sk_image_reader *reader)
{
    if (!reader)
        return;
    if (reader->header)
        fclose(reader->header);
    sk_source_close(reader->source);
    free(reader);
}

/* --- writing --- */

static int write_header(FILE *out, const struct sk_image *image)
{
    if (image->alpha)
        return fprintf(out, "P7\nWIDTH %zu\nHEIGHT %zu\nDEPTH %u\nMAXVAL %u\nTUPLTYPE %s\nENDHDR\n", image->width,
                       image->height, sk_image_depth(image), image->maxval,
                       image->channels == 1 ? "GRAYSCALE_ALPHA" : "RGB_ALPHA");
    return fprintf(out, "%s\n%zu %zu\n%u\n", image->channels == 1 ? "P5" : "P6", image->width, image->height,
                   image->maxval);
}

int sk_image_write(FILE *out, const struct sk_image *image, struct sk_error *err)
{
    uint8_t chunk[CHUNK];
    const size_t size = image->maxval > 255 ? 2 : 1;
    const size_t total = image->width * image->height * sk_image_depth(image);
    if (write_header(out, image) < 0)
        return sk_fail_errno(err, "standard output");
    for (size_t done = 0, part; done < total; done += part) {
        part = total - done < CHUNK / size ? total - done : CHUNK / size;
        const uint16_t *from = image->sample + done;
        for (size_t i = 0; i < part; i++) {
            if (size == 1) {
                chunk[i] = (uint8_t)from[i];
            } else {
                chunk[2 * i] = (uint8_t)(from[i] >> 8);
                chunk[2 * i + 1] = (uint8_t)from[i];
            }
        }
        if (fwrite(chunk, size, part, out) != part)
            return sk_fail_errno(err, "standard output");
    }
    return 0;
}
