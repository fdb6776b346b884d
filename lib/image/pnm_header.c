/* PBM, PGM and PPM headers are libnetpbm's work. It reads them through a stdio stream of ours, one byte at a time,
   which ends a header that is far too long; its fatal errors come back through its process-wide jump buffer, sealed
   in guarded_readpaminit. PAM headers are read here, since libnetpbm gathers their comments in quadratic time and
   loses that memory on an error. */
#include "image/pnm_header.h"

#include <errno.h>
#include <netpbm/pam.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_format.h"

enum { TOO_LONG = SK_SOURCE_FAILED - 1 };

struct sk_pnm_header_reader {
    struct sk_source *source;
    FILE *view;      /* libnetpbm's, of the source */
    char magic[2];   /* read ahead of libnetpbm, */
    size_t replayed; /* which gets it again */
    size_t length;   /* bytes of this header so far */
    int ended;       /* SK_SOURCE_END, SK_SOURCE_FAILED or TOO_LONG where it could not be read on, else 0 */
    struct sk_error source_error;
};

/* The header's next byte; negative, and `ended`, when there is none. */
static int take_byte(struct sk_pnm_header_reader *r)
{
    if (r->ended)
        return r->ended;
    int byte = r->length < SK_PNM_MAX_HEADER ? sk_source_get(r->source, &r->source_error) : TOO_LONG;
    if (byte < 0)
        r->ended = byte;
    else
        r->length++;
    return byte;
}

static int say_ended(const struct sk_pnm_header_reader *r, struct sk_error *err)
{
    if (r->ended == TOO_LONG)
        return sk_fail(err, "the header is longer than %d bytes", SK_PNM_MAX_HEADER);
    if (r->ended == SK_SOURCE_END)
        return sk_source_ends_early(err);
    *err = r->source_error;
    return -1;
}

/* --- PAM --- */

/* One line without its newline and the blanks around it; a comment is an empty line. */
static int read_pam_line(struct sk_pnm_header_reader *r, char *line, size_t room, struct sk_error *err)
{
    size_t length = 0;
    bool comment = false;
    int byte;
    while ((byte = take_byte(r)) >= 0 && byte != '\n') {
        if (length == 0 && byte == '#')
            comment = true;
        if (comment || (length == 0 && (byte == ' ' || byte == '\t' || byte == '\r')))
            continue;
        if (byte == '\0')
            return sk_fail(err, "the header has a zero byte");
        if (length + 1 == room)
            return sk_fail(err, "a line of the header is longer than %zu bytes", room - 1);
        line[length++] = (char)byte;
    }
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        length--;
    line[length] = '\0';
    return byte < 0 ? say_ended(r, err) : 0;
}

/* What stands behind the key, if it is this one; else NULL. */
static const char *after_key(const char *line, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0 || !strchr(" \t\r", line[length]))
        return NULL;
    return line + length + strspn(line + length, " \t\r");
}

static int parse_pam_number(const char *digits, const char *key, unsigned long *value, struct sk_error *err)
{
    char *end;
    if (*value != 0)
        return sk_fail(err, "the header has %s twice", key);
    errno = 0;
    *value = strtoul(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end || errno || *value < 1 || *value > INT32_MAX)
        return sk_fail(err, "%s is no number from 1 to %d", key, INT32_MAX);
    return 0;
}

/* Several TUPLTYPE lines are one type, joined by blanks. */
static int add_tuple_type(const char *text, char *type, size_t room, struct sk_error *err)
{
    size_t used = strlen(type);
    if (*text == '\0')
        return sk_fail(err, "TUPLTYPE without a type");
    if ((size_t)snprintf(type + used, room - used, "%s%s", used ? " " : "", text) >= room - used)
        return sk_fail(err, "a tuple type of more than %zu bytes", room - 1);
    return 0;
}

/* A name of the file's own for a message: cut, and fit for one line. */
static const char *show(char text[41], const char *name)
{
    size_t length = strnlen(name, 40);
    for (size_t i = 0; i < length; i++)
        text[i] = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
    text[length] = '\0';
    return text;
}

/* The channels that a tuple type of this depth means. PAM allows none; then only depths 1 and 3 have one meaning. */
static int interpret_pam(struct sk_pnm_header *header, const char *type, unsigned long depth, struct sk_error *err)
{
    char text[41];
    const char *suffix = strstr(type, "_ALPHA");
    header->alpha = suffix && suffix[6] == '\0';
    size_t length = header->alpha ? (size_t)(suffix - type) : strlen(type);
    bool none = *type == '\0';
    bool rgb = none ? depth == 3 : length == 3 && memcmp(type, "RGB", 3) == 0;
    bool gray = none ? depth == 1
                     : (length == 9 && memcmp(type, "GRAYSCALE", 9) == 0) ||
                           (length == 13 && memcmp(type, "BLACKANDWHITE", 13) == 0);
    header->channels = rgb ? 3 : 1;
    if (none && !rgb && !gray)
        return sk_fail(err, "without a tuple type, depth %lu is neither gray nor colour", depth);
    if (!rgb && !gray)
        return sk_fail(err, "tuple type %s is neither gray nor colour", show(text, type));
    if (depth != header->channels + (header->alpha ? 1u : 0u))
        return sk_fail(err, "depth %lu does not fit tuple type %s", depth, show(text, type));
    return 0;
}

static int parse_pam(struct sk_pnm_header_reader *r, struct sk_pnm_header *header, struct sk_error *err)
{
    static const char *const keys[] = {"WIDTH", "HEIGHT", "DEPTH", "MAXVAL"};
    enum { WIDTH, HEIGHT, DEPTH, MAXVAL, KEYS };
    unsigned long value[KEYS] = {0};
    char line[256], type[256] = "";
    if (read_pam_line(r, line, sizeof line, err))
        return -1;
    if (*line)
        return sk_fail(err, "the magic number P7 does not stand alone in its line");
    do {
        if (read_pam_line(r, line, sizeof line, err))
            return -1;
        const char *text = after_key(line, "TUPLTYPE");
        bool known = text || *line == '\0' || strcmp(line, "ENDHDR") == 0;
        if (text && add_tuple_type(text, type, sizeof type, err))
            return -1;
        for (int k = 0; k < KEYS && !known; k++) {
            text = after_key(line, keys[k]);
            known = text;
            if (known && parse_pam_number(text, keys[k], &value[k], err))
                return -1;
        }
        if (!known)
            return sk_fail(err, "the header has a line that PAM does not know");
    } while (strcmp(line, "ENDHDR") != 0);
    for (int k = 0; k < KEYS; k++)
        if (value[k] == 0)
            return sk_fail(err, "the header has no %s", keys[k]);
    if (value[MAXVAL] > 65535)
        return sk_fail(err, "maxval %lu is not in 1 to 65535", value[MAXVAL]);
    *header = (struct sk_pnm_header){
        .width = value[WIDTH], .height = value[HEIGHT], .maxval = (unsigned)value[MAXVAL], .format = PAM_FORMAT};
    return interpret_pam(header, type, value[DEPTH], err);
}

/* --- PBM, PGM, PPM --- */

/* fopencookie's read function: one byte of the header. */
static ssize_t give_byte(void *cookie, char *buffer, size_t size)
{
    struct sk_pnm_header_reader *r = cookie;
    if (size == 0)
        return 0;
    int byte = r->replayed < sizeof r->magic ? r->magic[r->replayed++] : take_byte(r);
    if (byte < 0)
        return 0;
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

static int parse_pnm(struct sk_pnm_header_reader *r, struct sk_pnm_header *header, struct sk_error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* libnetpbm's jump buffer is one for the process */
    struct pam pam = {0};
    clearerr(r->view);
    r->replayed = 0;

    pthread_mutex_lock(&lock);
    message_for = err;
    pm_setusererrormsgfn(keep_message);
    int status = guarded_readpaminit(r->view, &pam);
    pm_setusererrormsgfn(NULL);
    pthread_mutex_unlock(&lock);

    if (r->ended)
        return say_ended(r, err);
    if (status)
        return -1;
    if (pam.width < 1 || pam.height < 1 || pam.maxval < 1 || pam.maxval > 65535)
        return sk_fail(err, "%d x %d pixels of maxval %lu are no image", pam.width, pam.height, pam.maxval);
    *header = (struct sk_pnm_header){.width = (size_t)pam.width,
                                     .height = (size_t)pam.height,
                                     .channels = pam.depth,
                                     .maxval = (unsigned)pam.maxval,
                                     .format = pam.format};
    return 0;
}

/* --- both --- */

struct sk_pnm_header_reader *sk_pnm_header_open(struct sk_source *source, struct sk_error *err)
{
    struct sk_pnm_header_reader *r = calloc(1, sizeof *r);
    if (r) {
        r->source = source;
        r->view = fopencookie(r, "r", (cookie_io_functions_t){.read = give_byte});
    }
    if (!r || !r->view || setvbuf(r->view, NULL, _IONBF, 0) != 0) {
        sk_fail_errno(err, "%s", sk_source_name(source));
        sk_pnm_header_close(r);
        return NULL;
    }
    return r;
}

void sk_pnm_header_close(struct sk_pnm_header_reader *reader)
{
    if (reader && reader->view)
        fclose(reader->view);
    free(reader);
}

/* Says what begins here instead; `count` bytes of it stand in magic. */
static int say_no_image(const struct sk_pnm_header_reader *r, size_t count, struct sk_error *err)
{
    uint8_t bytes[SK_FORMAT_BYTES];
    char text[SK_FORMAT_TEXT];
    memcpy(bytes, r->magic, count);
    count += sk_source_ahead(r->source, bytes + count, sizeof bytes - count);
    const enum sk_format format = sk_format_of_bytes(bytes, count);
    const char *converter = sk_format_converter(format);
    return sk_fail(err, "neither a PNM nor a PAM image begins here%s%s%s%s", sk_format_instead(text, format), converter ? ": " : "",
                   converter ? converter : "", converter ? " converts it" : "");
}

int sk_pnm_header_read(struct sk_pnm_header_reader *reader, struct sk_pnm_header *header, struct sk_error *err)
{
    reader->length = 0;
    reader->ended = 0;
    for (size_t i = 0; i < sizeof reader->magic; i++) {
        int byte = take_byte(reader);
        if (byte == SK_SOURCE_FAILED)
            return say_ended(reader, err);
        reader->magic[i] = (char)byte;
        if (i == 0 ? byte != 'P' : byte < '1' || byte > '7')
            return say_no_image(reader, i + 1, err);
    }
    return reader->magic[1] == '7' ? parse_pam(reader, header, err) : parse_pnm(reader, header, err);
}
