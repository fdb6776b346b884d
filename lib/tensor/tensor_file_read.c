#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file_format.h"
#include "base/memory.h"
#include "base/memory_limit.h"
#include "tensor/tensor_file.h"
#include "tensor/tensor_file_format.h"

/* What is read: a file, of which the rest's size is known, or a pipe, of which it is not. */
struct source {
    FILE *stream;
    bool sized;
    off_t begin; /* where it was opened */
    size_t left; /* bytes from here to the end, where sized */
};

enum {
    FIRST_ROOM = 1 << 20, /* bytes asked for before a pipe has shown that it has more */
    MAX_DEPTH = 3,        /* {"name":{"shape":[ */
    MAX_ITEMS = 8         /* in an array: shapes have up to four, offsets two */
};

static void measure(struct source *source)
{
    struct stat status;
    off_t here = ftello(source->stream);
    if (here >= 0 && fstat(fileno(source->stream), &status) == 0 && S_ISREG(status.st_mode)) {
        source->sized = true;
        source->begin = here;
        source->left = status.st_size > here ? (size_t)(status.st_size - here) : 0;
    }
}

static int ended(struct source *source, const char *what, struct sk_error *err)
{
    return ferror(source->stream) ? sk_fail_errno(err, "%s", what) : sk_fail(err, "the file ends inside %s", what);
}

/* Reads `bytes` bytes into new memory of one byte more (a terminating zero), which grows as the data come in where
   their number is only claimed. NULL with err, which names `what`. */
static void *read_block(struct source *source, size_t bytes, const char *what, struct sk_error *err)
{
    if (source->sized && bytes > source->left) {
        sk_fail(err, "the file ends inside %s: %zu bytes claimed, %zu there", what, bytes, source->left);
        return NULL;
    }
    size_t room = source->sized || bytes < FIRST_ROOM ? bytes : FIRST_ROOM, used = 0;
    char *block = sk_alloc(room + 1, 1, err);
    while (block) {
        used += fread(block + used, 1, room - used, source->stream);
        if (used < room) {
            ended(source, what, err);
            break;
        }
        if (used == bytes) {
            source->left -= source->sized ? bytes : 0;
            return block;
        }
        room = bytes - room < room ? bytes : room * 2;
        char *grown = sk_alloc(room + 1, 1, err);
        if (grown)
            memcpy(grown, block, used);
        free(block);
        block = grown;
    }
    free(block);
    return NULL;
}

/* A look at the header's text before cJSON builds a tree of it, so that the tree's size stays in proportion:
   no deep nesting, no long arrays, no control characters in strings (raw or \u0000, which would cut a name short). */
static int scan_header(const char *text, size_t length, struct sk_error *err)
{
    int depth = 0, items = 0;
    bool string = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\0' || (string && (c < ' ' || (c == '\\' && strncmp(text + i, "\\u0000", 6) == 0))))
            return sk_fail(err, "the header has a control character");
        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '{' || c == '[')) {
            items = 0;
            if (++depth > MAX_DEPTH)
                return sk_fail(err, "the header is nested too deeply");
        } else if (!string && (c == '}' || c == ']'))
            depth--;
        else if (!string && c == ',' && depth == MAX_DEPTH && ++items >= MAX_ITEMS)
            return sk_fail(err, "the header has an array of more than %d numbers", MAX_ITEMS);
    }
    return 0;
}

/* The header as a JSON object; what follows it up to its length is spaces. NULL with err. */
static cJSON *parse_header(const char *text, size_t length, struct sk_error *err)
{
    const char *end = NULL;
    if (scan_header(text, length, err))
        return NULL;
    cJSON *header = text[0] == '{' ? cJSON_ParseWithLengthOpts(text, length + 1, &end, false) : NULL;
    bool good = cJSON_IsObject(header);
    for (; good && end < text + length; end++)
        good = *end == ' ';
    if (good)
        return header;
    cJSON_Delete(header);
    sk_fail(err, "the header is not a JSON object");
    return NULL;
}

/* A name of the file's own for a message: cut, and fit for one line. */
static const char *show(char text[81], const char *name)
{
    size_t length = strnlen(name, 80);
    for (size_t i = 0; i < length; i++)
        text[i] = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
    text[length] = '\0';
    return text;
}

static int compare_names(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    return strcmp((*x)->string, (*y)->string);
}

/* No two members of an object have one name. */
static int check_unique(const cJSON *object, struct sk_error *err)
{
    char text[81];
    size_t count = 0;
    for (const cJSON *item = object->child; item; item = item->next)
        count++;
    const cJSON **member = sk_alloc(count, sizeof *member, err);
    if (!member)
        return -1;
    count = 0;
    for (const cJSON *item = object->child; item; item = item->next)
        member[count++] = item;
    qsort(member, count, sizeof *member, compare_names);
    int status = 0;
    for (size_t i = 1; !status && i < count; i++)
        if (strcmp(member[i - 1]->string, member[i]->string) == 0)
            status = sk_fail(err, "the header has '%s' twice", show(text, member[i]->string));
    free(member);
    return status;
}

/* A JSON number that is a whole number from 0 to 2^53, which is as far as cJSON's doubles are exact. */
static bool whole(const cJSON *item, size_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 9007199254740992.0) ||
        floor(item->valuedouble) != item->valuedouble)
        return false;
    *value = (size_t)item->valuedouble;
    return true;
}

static const char type_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

static int parse_dtype(const cJSON *entry, struct sk_tensor *tensor, struct sk_error *err)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "dtype"));
    if (!name)
        return sk_fail(err, "it has no dtype");
    for (int i = 0; i < SK_OPAQUE; i++)
        if (strcmp(name, sk_dtype_name[i]) == 0) {
            tensor->dtype = (enum sk_dtype)i;
            return 0;
        }
    char text[81];
    if (!*name || strlen(name) >= sizeof tensor->opaque || strspn(name, type_letters) != strlen(name))
        return sk_fail(err, "its dtype '%s' is no name of a type", show(text, name));
    tensor->dtype = SK_OPAQUE;
    memcpy(tensor->opaque, name, strlen(name) + 1);
    return 0;
}

static int parse_shape(const cJSON *entry, struct sk_tensor *tensor, struct sk_error *err)
{
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(entry, "shape");
    if (!cJSON_IsArray(shape))
        return sk_fail(err, "it has no shape");
    int rank = cJSON_GetArraySize(shape);
    if (rank > SK_MAX_RANK)
        return sk_fail(err, "it has %d dimensions; at most %d are supported", rank, SK_MAX_RANK);
    const cJSON *item;
    cJSON_ArrayForEach(item, shape)
        if (!whole(item, &tensor->dim[tensor->rank++]))
            return sk_fail(err, "a dimension is not a whole number from 0 to 2^53");
    return 0;
}

/* One tensor as the header has it, and the offset of its data's begin. */
struct entry {
    size_t begin, end, position; /* position in the header */
    struct sk_tensor tensor;
};

static int parse_offsets(const cJSON *json, struct entry *entry, struct sk_error *err)
{
    size_t bytes;
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(json, "data_offsets");
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 || !whole(offsets->child, &entry->begin) ||
        !whole(offsets->child->next, &entry->end) || entry->begin > entry->end)
        return sk_fail(err, "its data_offsets are not two whole numbers in order");
    entry->tensor.opaque_bytes = entry->end - entry->begin;
    if (!sk_shape_bytes(entry->tensor.dtype, entry->tensor.rank, entry->tensor.dim, &bytes) ||
        (bytes != entry->end - entry->begin && entry->tensor.dtype != SK_OPAQUE))
        return sk_fail(err, "its shape and its data_offsets do not agree");
    return 0;
}

static int parse_entry(const cJSON *json, struct entry *entry, struct sk_error *err)
{
    char text[81];
    const char *name = json->string;
    size_t length = strlen(name);
    if (length >= sizeof entry->tensor.name)
        return sk_fail(err, "tensor '%s...' has too long a name", show(text, name));
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return sk_fail(err, "tensor '%s' has a control character in its name", show(text, name));
    memcpy(entry->tensor.name, name, length + 1);
    if (!cJSON_IsObject(json))
        return sk_fail(err, "tensor '%s': it is not an object", name);
    if (check_unique(json, err) || parse_dtype(json, &entry->tensor, err) || parse_shape(json, &entry->tensor, err) ||
        parse_offsets(json, entry, err))
        return sk_prefix(err, "tensor '%s'", name);
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) /* an empty tensor before the one that begins where it stands */
        return x->end < y->end ? -1 : 1;
    return x->position < y->position ? -1 : 1;
}

/* Takes the metadata out of the header: all its values are strings. */
static int take_metadata(struct sk_tensor_file *file, cJSON *header, struct sk_error *err)
{
    cJSON *metadata = cJSON_DetachItemFromObjectCaseSensitive(header, "__metadata__");
    file->metadata = metadata;
    if (!metadata)
        return 0;
    if (!cJSON_IsObject(metadata))
        return sk_fail(err, "__metadata__ is not an object");
    const cJSON *item;
    cJSON_ArrayForEach(item, metadata)
        if (!cJSON_IsString(item))
            return sk_fail(err, "__metadata__ has a value that is no string");
    return check_unique(metadata, err) ? sk_prefix(err, "__metadata__") : 0;
}

/* The tensors of the header in the order of their data, which must lie one behind the other. */
static int take_tensors(struct sk_tensor_file *file, const cJSON *header, size_t *data_bytes, struct sk_error *err)
{
    size_t count = 0, here = 0;
    for (const cJSON *item = header->child; item; item = item->next)
        count++;
    struct entry *entry = sk_alloc(count, sizeof *entry, err);
    if (!entry)
        return -1;
    int status = 0;
    size_t i = 0;
    for (const cJSON *item = header->child; !status && item; item = item->next, i++) {
        entry[i].position = i;
        status = parse_entry(item, &entry[i], err);
    }
    if (!status)
        qsort(entry, count, sizeof *entry, compare_entries);
    for (i = 0; !status && i < count; i++) {
        struct sk_tensor *tensor = NULL;
        if (entry[i].begin != here)
            status = sk_fail(err, "tensor '%s': its data %s", entry[i].tensor.name,
                             entry[i].begin < here ? "overlap another tensor's" : "leave a gap before them");
        else if (!(tensor = sk_tensor_file_append(file, err)))
            status = -1;
        else
            *tensor = entry[i].tensor;
        here = entry[i].end;
    }
    free(entry);
    *data_bytes = here;
    return status;
}

/* What a file without a header is instead, where its first bytes tell. Of a pipe the header's length alone is there still. Returns -1. */
static int say_what_it_is(const struct source *source, uint64_t length, struct sk_error *err)
{
    unsigned char bytes[SK_FORMAT_BYTES];
    char text[SK_FORMAT_TEXT];
    const ssize_t again = source->sized ? pread(fileno(source->stream), bytes, sizeof bytes, source->begin) : 0;
    const enum sk_format format = again > 0 ? sk_format_of_bytes(bytes, (size_t)again) : sk_format_of_bytes((unsigned char *)&length, sizeof length);
    if (format == SK_FORMAT_NONE || format == SK_SAFETENSORS || err->code)
        return -1;
    return sk_fail(err, "not a weights file%s", sk_format_instead(text, format));
}

/* The header's text, of *length bytes, owned by the caller; and it as an object, which is the caller's too. NULL with err. */
static char *read_header_text(struct source *source, uint64_t *length, cJSON **header, struct sk_error *err)
{
    char *text = NULL;
    if (fread(length, 1, sizeof *length, source->stream) != sizeof *length) {
        ended(source, "the length of its header", err);
        return NULL;
    }
    source->left -= source->sized ? sizeof *length : 0;
    if (*length > SK_HEADER_MAX)
        sk_fail(err, "not a weights file: its header would have %" PRIu64 " bytes", *length);
    else if ((text = read_block(source, (size_t)*length, "its header", err)))
        *header = parse_header(text, (size_t)*length, err);
    if (text && *header)
        return text;
    say_what_it_is(source, *length, err);
    free(text);
    return NULL;
}

static int read_header(struct source *source, struct sk_tensor_file *file, size_t *data_bytes, struct sk_error *err)
{
    uint64_t length;
    cJSON *header = NULL;
    char *text = read_header_text(source, &length, &header, err);
    if (!text)
        return -1;
    int status = check_unique(header, err);
    if (!status)
        status = take_metadata(file, header, err);
    if (!status)
        status = take_tensors(file, header, data_bytes, err);
    const char *wanted = sk_tensor_file_get(file, SK_HEADER_CRC_KEY), *digits;
    if (!status && wanted) {
        char found[SK_CRC_DIGITS + 1];
        snprintf(found, sizeof found, "%08" PRIx32, sk_header_crc(text, (size_t)length, &digits));
        if (strcmp(found, wanted) != 0)
            status = sk_fail(err, "the header is damaged: its CRC-32 is %s, not what it says", found);
    }
    cJSON_Delete(header);
    free(text);
    return status;
}

static int read_data(struct source *source, struct sk_tensor_file *file, size_t data_bytes, struct sk_error *err)
{
    if (source->sized && data_bytes > source->left)
        return sk_fail(err, "the file ends inside its data: %zu bytes claimed, %zu there", data_bytes, source->left);
    if (sk_memory_check(data_bytes, err))
        return -1;
    uLong crc = crc32_z(0, NULL, 0);
    for (size_t i = 0; i < file->count; i++) {
        struct sk_tensor *tensor = &file->tensor[i];
        size_t bytes = sk_tensor_bytes(tensor);
        tensor->data = read_block(source, bytes, tensor->name, err);
        if (!tensor->data)
            return -1;
        crc = crc32_z(crc, tensor->data, bytes);
    }
    if (getc(source->stream) != EOF)
        return sk_fail(err, "there are bytes after the last tensor");
    if (ferror(source->stream))
        return sk_fail_errno(err, "its end");
    char found[SK_CRC_DIGITS + 1];
    snprintf(found, sizeof found, "%08" PRIx32, (uint32_t)crc);
    const char *wanted = sk_tensor_file_get(file, "crc32");
    if (wanted && strcmp(found, wanted) != 0)
        return sk_fail(err, "the data are damaged: their CRC-32 is %s, not what the header says", found);
    return 0;
}

int sk_tensor_file_read(struct sk_tensor_file *file, const char *path, struct sk_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    size_t data_bytes = 0;
    *file = (struct sk_tensor_file){0};
    struct source source = {.stream = standard ? stdin : fopen(path, "rb")};
    if (!source.stream)
        return sk_fail_errno(err, "%s", path);
    measure(&source);
    int status = read_header(&source, file, &data_bytes, err);
    if (!status)
        status = read_data(&source, file, data_bytes, err);
    if (!standard)
        fclose(source.stream);
    if (!status)
        return 0;
    sk_tensor_file_free(file);
    return sk_prefix(err, "%s", standard ? "standard input" : path);
}
