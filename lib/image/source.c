#include "image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BUFFER = 1 << 16,
    MAX_SILENCE = 1 << 16 /* bytes of a member that inflate to nothing: a header's name, empty blocks */
};

struct sk_source {
    char *name;
    int fd;                                                      /* -1 where give is set */
    ssize_t (*give)(void *context, void *buffer, size_t count); /* NULL where fd is read */
    void *context;
    int stop; /* descriptor that ends a wait, or -1 */
    FILE *record; /* of what is taken, or NULL */
    bool end; /* of the file */
    bool corrupt; /* the member is, behind decoded */
    size_t members, silence;
    enum { RAW, MEMBER, AFTER_MEMBER } where;
    z_stream z;                           /* initialised when first needed: z.state is set then */
    const uint8_t *file, *file_end;       /* bytes of file_buffer not yet used */
    const uint8_t *decoded, *decoded_end; /* inflated bytes not yet given out; they come before those of the file */
    uint8_t file_buffer[BUFFER], decoded_buffer[BUFFER];
};

static struct sk_source *new_source(const char *name, struct sk_error *err)
{
    struct sk_source *s = calloc(1, sizeof *s);
    if (s)
        s->name = strdup(name);
    if (!s || !s->name) {
        free(s);
        errno = ENOMEM;
        sk_fail_errno(err, "%s", name);
        return NULL;
    }
    s->fd = s->stop = -1;
    s->file = s->file_end = s->file_buffer;
    s->decoded = s->decoded_end = s->decoded_buffer;
    return s;
}

struct sk_source *sk_source_open(const char *path, struct sk_error *err)
{
    bool standard_input = strcmp(path, "-") == 0;
    struct sk_source *s = new_source(standard_input ? "standard input" : path, err);
    if (!s)
        return NULL;
    s->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) {
        sk_fail_errno(err, "%s", path);
        sk_source_close(s);
        return NULL;
    }
    return s;
}

struct sk_source *sk_source_open_function(const char *name, ssize_t (*give)(void *context, void *buffer, size_t count),
                                          void *context, struct sk_error *err)
{
    struct sk_source *s = new_source(name, err);
    if (s) {
        s->give = give;
        s->context = context;
    }
    return s;
}

void sk_source_stop_by(struct sk_source *source, int stop)
{
    source->stop = stop;
}

void sk_source_record(struct sk_source *source, FILE *record)
{
    source->record = record;
}

int sk_source_ends_early(struct sk_error *err)
{
    return sk_fail(err, "the stream ends inside the image");
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

/* Waits until the file has bytes, or has ended: 0; -1 with err when told to stop. */
static int wait_for_bytes(const struct sk_source *s, struct sk_error *err)
{
    struct pollfd wait[] = {{.fd = s->fd, .events = POLLIN}, {.fd = s->stop, .events = POLLIN}};
    while (poll(wait, 2, -1) < 0)
        if (errno != EINTR)
            return sk_fail_errno(err, "poll");
    if (!wait[1].revents)
        return 0;
    errno = ECANCELED;
    return sk_fail_errno(err, "read");
}

/* Whether read_more would return at once. */
static bool is_ready(const struct sk_source *s)
{
    struct pollfd now = {.fd = s->fd, .events = POLLIN};
    return s->give || poll(&now, 1, 0) > 0;
}

static ssize_t read_some(struct sk_source *s, void *buffer, size_t count)
{
    return s->give ? s->give(s->context, buffer, count) : read(s->fd, buffer, count);
}

/* Reads on behind the unused bytes, which move to the front. Sets end where there is nothing more. */
static int read_more(struct sk_source *s, struct sk_error *err)
{
    size_t unused = (size_t)(s->file_end - s->file);
    memmove(s->file_buffer, s->file, unused);
    s->file = s->file_buffer;
    s->file_end = s->file_buffer + unused;
    ssize_t got;
    do { /* EAGAIN: somebody has made the file non-blocking */
        if (!s->give && wait_for_bytes(s, err))
            return -1;
        got = read_some(s, s->file_buffer + unused, BUFFER - unused);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
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
    s->members++;
    s->silence = 0;
    s->corrupt = false;
    s->z.avail_out = BUFFER; /* nothing is held back */
    return 0;
}

int sk_source_boundary(struct sk_source *source, struct sk_error *err)
{
    return source->where == RAW && source->decoded == source->decoded_end ? enter_member(source, err) : 0;
}

/* Whether zlib has given all that it can out of the bytes that it had. */
static bool needs_bytes(const struct sk_source *s)
{
    return s->file == s->file_end && s->z.avail_out > 0 && !s->corrupt;
}

/* Inflates what the file's buffer holds, to decoded; notices the member's end. What came before a fault is given out first. */
static int inflate_some(struct sk_source *s, struct sk_error *err)
{
    s->z.next_in = (z_const Bytef *)s->file;
    s->z.avail_in = (uInt)(s->file_end - s->file);
    s->z.next_out = s->decoded_buffer;
    s->z.avail_out = BUFFER;
    int status = inflate(&s->z, Z_NO_FLUSH);
    s->silence += (size_t)(s->z.next_in - s->file);
    s->file = s->z.next_in;
    s->decoded = s->decoded_buffer;
    s->decoded_end = s->z.next_out;
    s->corrupt = status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR;
    if (s->corrupt && s->decoded == s->decoded_end)
        return sk_fail(err, "the gzip data is corrupt (%s)", s->z.msg ? s->z.msg : zError(status));
    if (status == Z_STREAM_END)
        s->where = AFTER_MEMBER;
    if (s->decoded != s->decoded_end)
        s->silence = 0;
    if (s->silence > MAX_SILENCE)
        return sk_fail(err, "the gzip data is corrupt (%zu bytes hold nothing)", s->silence);
    return 0;
}

static int read_and_inflate(struct sk_source *s, struct sk_error *err)
{
    if (needs_bytes(s) && !s->end && read_more(s, err))
        return -1;
    if (needs_bytes(s))
        return sk_fail(err, "the gzip data ends early");
    return inflate_some(s, err);
}

/* Inflates until there are decoded bytes, or the member has ended. */
static int inflate_more(struct sk_source *s, struct sk_error *err)
{
    int status = 0;
    while (status == 0 && s->where == MEMBER && s->decoded == s->decoded_end)
        status = read_and_inflate(s, err);
    return status;
}

int sk_source_settle(struct sk_source *source, struct sk_error *err)
{
    int status = 0;
    while (status == 0 && source->where == MEMBER && source->decoded == source->decoded_end &&
           (source->end || !needs_bytes(source) || is_ready(source)))
        status = read_and_inflate(source, err);
    return status;
}

size_t sk_source_member(const struct sk_source *source)
{
    return source->decoded != source->decoded_end ? source->members : 0;
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
        if (source->record && putc(byte, source->record) == EOF) {
            sk_fail_errno(err, "a copy of the image");
            return SK_SOURCE_FAILED;
        }
        if (source->decoded != source->decoded_end)
            source->decoded++;
        else
            source->file++;
    }
    return byte;
}

size_t sk_source_ahead(const struct sk_source *source, void *buffer, size_t count)
{
    const bool from_decoded = source->decoded != source->decoded_end;
    const uint8_t *from = from_decoded ? source->decoded : source->file;
    const size_t available = (size_t)((from_decoded ? source->decoded_end : source->file_end) - from);
    memcpy(buffer, from, available < count ? available : count);
    return available < count ? available : count;
}

int sk_source_view(struct sk_source *source, size_t count, const uint8_t **bytes, size_t *got, struct sk_error *err)
{
    if (fill(source, err))
        return -1;
    const bool from_decoded = source->decoded != source->decoded_end;
    const uint8_t **from = from_decoded ? &source->decoded : &source->file;
    const size_t available = (size_t)((from_decoded ? source->decoded_end : source->file_end) - *from);
    *bytes = *from;
    *got = available < count ? available : count;
    if (source->record && fwrite(*bytes, 1, *got, source->record) != *got)
        return sk_fail_errno(err, "a copy of the image");
    *from += *got;
    return 0;
}

int sk_source_read(struct sk_source *source, void *buffer, size_t count, size_t *got, struct sk_error *err)
{
    uint8_t *to = buffer;
    const uint8_t *from;
    size_t part;
    for (*got = 0; *got < count; *got += part) {
        if (sk_source_view(source, count - *got, &from, &part, err))
            return -1;
        if (part == 0)
            return 0;
        memcpy(to + *got, from, part);
    }
    return 0;
}
