#include "image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER = 1 << 16 };

struct sk_source {
    char *name;
    int fd;
    bool end; /* of the file */
    enum { RAW, MEMBER, AFTER_MEMBER } where;
    z_stream z;                           /* initialised when first needed: z.state is set then */
    const uint8_t *file, *file_end;       /* bytes of file_buffer not yet used */
    const uint8_t *decoded, *decoded_end; /* inflated bytes not yet given out; they come before those of the file */
    uint8_t file_buffer[BUFFER], decoded_buffer[BUFFER];
};

struct sk_source *sk_source_open(const char *path, struct sk_error *err)
{
    struct sk_source *s = calloc(1, sizeof *s);
    bool standard_input = strcmp(path, "-") == 0;
    if (s)
        s->name = strdup(standard_input ? "standard input" : path);
    if (!s || !s->name) {
        free(s);
        errno = ENOMEM;
        sk_fail_errno(err, "%s", path);
        return NULL;
    }
    s->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    s->file = s->file_end = s->file_buffer;
    s->decoded = s->decoded_end = s->decoded_buffer;
    if (s->fd < 0) {
        sk_fail_errno(err, "%s", path);
        sk_source_close(s);
        return NULL;
    }
    return s;
}

const char *sk_source_name(const struct sk_source *source)
{
    return source->name;
}

void sk_source_close(struct sk_source *source)
{
    if (!source)
        return;
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    if (source->z.state)
        inflateEnd(&source->z);
    free(source->name);
    free(source);
}

/* Reads on behind the unused bytes, which move to the front. Sets end where there is nothing more. */
static int read_more(struct sk_source *s, struct sk_error *err)
{
    size_t unused = (size_t)(s->file_end - s->file);
    memmove(s->file_buffer, s->file, unused);
    s->file = s->file_buffer;
    s->file_end = s->file_buffer + unused;
    ssize_t got;
    do
        got = read(s->fd, s->file_buffer + unused, BUFFER - unused);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return sk_fail_errno(err, "read");
    s->file_end += got;
    s->end = got == 0;
    return 0;
}

/* Enters a gzip member when the file's next two bytes are those of a member. */
static int enter_member(struct sk_source *s, struct sk_error *err)
{
    if (s->file == s->file_end && !s->end && read_more(s, err))
        return -1;
    while (s->file_end - s->file == 1 && s->file[0] == 0x1f && !s->end)
        if (read_more(s, err))
            return -1;
    if (s->file_end - s->file < 2 || s->file[0] != 0x1f || s->file[1] != 0x8b)
        return 0;
    int status = s->z.state ? inflateReset(&s->z) : inflateInit2(&s->z, 16 + MAX_WBITS);
    if (status != Z_OK)
        return sk_fail(err, "zlib: %s", zError(status));
    s->where = MEMBER;
    return 0;
}

int sk_source_boundary(struct sk_source *source, struct sk_error *err)
{
    return source->where == RAW && source->decoded == source->decoded_end ? enter_member(source, err) : 0;
}

/* Inflates until there are decoded bytes, or the member has ended. */
static int inflate_more(struct sk_source *s, struct sk_error *err)
{
    int status = Z_OK;
    s->decoded = s->decoded_end = s->decoded_buffer;
    while (status == Z_OK && s->decoded == s->decoded_end) {
        if (s->file == s->file_end && !s->end && read_more(s, err))
            return -1;
        if (s->file == s->file_end)
            return sk_fail(err, "the gzip data ends early");
        s->z.next_in = (z_const Bytef *)s->file;
        s->z.avail_in = (uInt)(s->file_end - s->file);
        s->z.next_out = s->decoded_buffer;
        s->z.avail_out = BUFFER;
        status = inflate(&s->z, Z_NO_FLUSH);
        s->file = s->z.next_in;
        s->decoded_end = s->z.next_out;
    }
    if (status != Z_OK && status != Z_STREAM_END)
        return sk_fail(err, "the gzip data is corrupt (%s)", s->z.msg ? s->z.msg : zError(status));
    if (status == Z_STREAM_END)
        s->where = AFTER_MEMBER;
    return 0;
}

/* Makes decoded or, when that is empty, file hold the next bytes; both are empty at the end of the source. */
static int fill(struct sk_source *s, struct sk_error *err)
{
    while (s->decoded == s->decoded_end) {
        if (s->where == MEMBER) {
            if (inflate_more(s, err))
                return -1;
        } else if (s->where == AFTER_MEMBER) {
            s->where = RAW;
            if (enter_member(s, err))
                return -1;
        } else if (s->file == s->file_end && !s->end) {
            return read_more(s, err);
        } else {
            return 0;
        }
    }
    return 0;
}

int sk_source_peek(struct sk_source *source, struct sk_error *err)
{
    if (source->decoded == source->decoded_end && fill(source, err))
        return SK_SOURCE_FAILED;
    if (source->decoded != source->decoded_end)
        return *source->decoded;
    return source->file != source->file_end ? *source->file : SK_SOURCE_END;
}

int sk_source_get(struct sk_source *source, struct sk_error *err)
{
    int byte = sk_source_peek(source, err);
    if (byte >= 0) {
        if (source->decoded != source->decoded_end)
            source->decoded++;
        else
            source->file++;
    }
    return byte;
}

int sk_source_read(struct sk_source *source, void *buffer, size_t count, size_t *got, struct sk_error *err)
{
    uint8_t *to = buffer;
    for (*got = 0; *got < count;) {
        if (fill(source, err))
            return -1;
        bool from_decoded = source->decoded != source->decoded_end;
        const uint8_t **from = from_decoded ? &source->decoded : &source->file;
        size_t available = (size_t)((from_decoded ? source->decoded_end : source->file_end) - *from);
        if (available == 0)
            return 0;
        size_t part = available < count - *got ? available : count - *got;
        memcpy(to + *got, *from, part);
        *from += part;
        *got += part;
    }
    return 0;
}
