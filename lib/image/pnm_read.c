#include <netpbm/pam.h>
#include <stdlib.h>

#include "image/pnm.h"
#include "image/pnm_header.h"
#include "image/pnm_raster.h"
#include "image/source.h"

enum { MAX_INFLATED_GAP = 1 << 16 }; /* bytes of white space between images that one gzip member may hold */

struct sk_image_reader {
    struct sk_source *source;
    struct sk_pnm_header_reader *headers;
    size_t next; /* index of the next image */
};

/* Takes over the source, which may be NULL. */
static int open_source(struct sk_image_reader **reader, struct sk_source *source, struct sk_error *err)
{
    if (!source)
        return -1;
    struct sk_image_reader *r = calloc(1, sizeof *r);
    if (!r) {
        sk_source_close(source);
        return sk_fail_errno(err, "a stream of images");
    }
    r->source = source;
    r->headers = sk_pnm_header_open(source, err);
    if (!r->headers) {
        sk_image_reader_close(r);
        return -1;
    }
    *reader = r;
    return 0;
}

int sk_image_reader_open(struct sk_image_reader **reader, const char *path, struct sk_error *err)
{
    return open_source(reader, sk_source_open(path, err), err);
}

int sk_image_reader_open_function(struct sk_image_reader **reader, const char *name,
                                  ssize_t (*give)(void *context, void *buffer, size_t count), void *context,
                                  struct sk_error *err)
{
    return open_source(reader, sk_source_open_function(name, give, context, err), err);
}

void sk_image_reader_stop_by(struct sk_image_reader *reader, int stop)
{
    sk_source_stop_by(reader->source, stop);
}

/* Goes to the next image, over white space and the beginnings and ends of gzip members: 1; 0 where the stream has
   ended; -1 with err. */
static int find_image(struct sk_source *source, struct sk_error *err)
{
    size_t gap = 0, member = 0;
    for (;;) {
        int byte = sk_source_peek(source, err);
        if (byte < 0)
            return byte == SK_SOURCE_END ? 0 : -1;
        if (byte == 0x1f) {
            if (sk_source_boundary(source, err))
                return -1;
            if (sk_source_peek(source, err) == 0x1f) /* no member, or one that begins with what is no image */
                return 1;
            continue;
        }
        if (byte != ' ' && (byte < '\t' || byte > '\r'))
            return 1;
        if (sk_source_member(source) != member) {
            member = sk_source_member(source);
            gap = 0;
        }
        if (member && ++gap > MAX_INFLATED_GAP) /* a small member could hold gigabytes of it */
            return sk_fail(err, "more than %d bytes of compressed white space where an image is due", MAX_INFLATED_GAP);
        (void)!sk_source_get(source, err); /* it was there */
    }
}

/* image, copy: NULL where they are not wanted. */
static int read_image(struct sk_image_reader *reader, struct sk_image *image, FILE *copy, struct sk_error *err)
{
    struct sk_pnm_header header;
    int found = find_image(reader->source, err);
    if (found == 0)
        return 0;
    sk_source_record(reader->source, copy);
    int failed = found < 0 || sk_pnm_header_read(reader->headers, &header, err) ||
                 sk_pnm_raster_read(reader->source, &header, image, err) || sk_source_settle(reader->source, err);
    sk_source_record(reader->source, NULL);
    const bool plain = !failed && (header.format == PBM_FORMAT || header.format == PGM_FORMAT || header.format == PPM_FORMAT);
    if (!failed && copy && ((plain && putc('\n', copy) == EOF) || fflush(copy) != 0))
        failed = sk_fail_errno(err, "a copy of the image");
    if (failed)
        return sk_prefix(err, "%s: image %zu", sk_source_name(reader->source), reader->next);
    reader->next++;
    return 1;
}

int sk_image_read(struct sk_image_reader *reader, struct sk_image *image, struct sk_error *err)
{
    return read_image(reader, image, NULL, err);
}

int sk_image_read_copy(struct sk_image_reader *reader, struct sk_image *image, FILE *copy, struct sk_error *err)
{
    return read_image(reader, image, copy, err);
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
    sk_pnm_header_close(reader->headers);
    sk_source_close(reader->source);
    free(reader);
}

int sk_image_visit(const char *path, int (*visit)(void *context, const struct sk_image *image, struct sk_error *err),
                   void *context, struct sk_error *err)
{
    struct sk_image_reader *reader = NULL;
    struct sk_image image = {0};
    int got;
    if (sk_image_reader_open(&reader, path, err))
        return -1;
    while ((got = sk_image_read(reader, &image, err)) == 1)
        if (visit(context, &image, err)) {
            got = sk_prefix(err, "%s: image %zu", sk_image_reader_name(reader), sk_image_reader_index(reader));
            break;
        }
    sk_image_free(&image);
    sk_image_reader_close(reader);
    return got;
}
