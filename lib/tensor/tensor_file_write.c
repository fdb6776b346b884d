#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/outfile.h"
#include "tensor/tensor_file.h"
#include "tensor/tensor_file_format.h"

uint32_t sk_tensor_file_crc(const struct sk_tensor_file *file)
{
    uLong crc = crc32_z(0, NULL, 0);
    for (size_t i = 0; i < file->count; i++)
        crc = crc32_z(crc, file->tensor[i].data, sk_tensor_bytes(&file->tensor[i]));
    return (uint32_t)crc;
}

/* {"dtype":"F32","shape":[2,3],"data_offsets":[0,24]} under the tensor's name; false when memory is short. */
static bool describe_tensor(cJSON *header, const struct sk_tensor *tensor, size_t begin, size_t end)
{
    cJSON *entry = cJSON_AddObjectToObject(header, tensor->name);
    if (!entry || !cJSON_AddStringToObject(entry, "dtype", sk_dtype_name[tensor->dtype]))
        return false;
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
    bool done = shape != NULL;
    for (int i = 0; done && i < tensor->rank; i++)
        done = cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->dim[i]));
    cJSON *offsets = done ? cJSON_AddArrayToObject(entry, "data_offsets") : NULL;
    return offsets && cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)begin)) &&
           cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)end));
}

/* The header as one line of JSON, owned by the caller; NULL when memory is short. */
static char *print_header(const struct sk_tensor_file *file)
{
    cJSON *header = cJSON_CreateObject();
    bool done = header && cJSON_AddItemReferenceToObject(header, "__metadata__", file->metadata);
    size_t begin = 0;
    for (size_t i = 0; done && i < file->count; i++) {
        size_t end = begin + sk_tensor_bytes(&file->tensor[i]);
        done = describe_tensor(header, &file->tensor[i], begin, end);
        begin = end;
    }
    char *text = done ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

/* The header as it stands in a file: its length before it, spaces behind it, so that the data begin at a multiple of 8, and its own
   checksum in it. */
static char *finish_header(const char *text, size_t *length)
{
    const size_t used = strlen(text), padded = (used + 7) / 8 * 8;
    const uint64_t prefix = padded;
    char *whole = malloc(SK_LENGTH_BYTES + padded), *header = whole ? whole + SK_LENGTH_BYTES : NULL;
    if (!whole)
        return NULL;
    memcpy(whole, &prefix, SK_LENGTH_BYTES);
    memcpy(header, text, used);
    memset(header + used, ' ', padded - used);
    const char *place;
    char digits[SK_CRC_DIGITS + 1];
    snprintf(digits, sizeof digits, "%08" PRIx32, sk_header_crc(header, padded, &place));
    if (place)
        memcpy(header + (place - header), digits, SK_CRC_DIGITS);
    *length = SK_LENGTH_BYTES + padded;
    return whole;
}

int sk_tensor_file_header(struct sk_tensor_file *file, uint32_t crc, char **header, size_t *length, struct sk_error *err)
{
    if (!sk_tensor_file_get(file, "format") && sk_tensor_file_set(file, err, "format", "1"))
        return -1;
    if (sk_tensor_file_set(file, err, "crc32", "%08" PRIx32, crc) ||
        sk_tensor_file_set(file, err, SK_HEADER_CRC_KEY, "00000000"))
        return -1;
    char *text = print_header(file);
    *header = text ? finish_header(text, length) : NULL;
    free(text);
    if (!*header) {
        errno = ENOMEM;
        return sk_fail_errno(err, "header");
    }
    if (*length - SK_LENGTH_BYTES > SK_HEADER_MAX) {
        free(*header);
        return sk_fail(err, "the header is larger than %d bytes", SK_HEADER_MAX);
    }
    return 0;
}

static bool put(FILE *stream, const void *data, size_t bytes)
{
    return bytes == 0 || fwrite(data, 1, bytes, stream) == bytes;
}

int sk_tensor_file_write(struct sk_tensor_file *file, const char *path, struct sk_error *err)
{
    const char *name = strcmp(path, "-") == 0 ? "standard output" : path;
    char *header;
    size_t length = 0;
    if (sk_tensor_file_header(file, sk_tensor_file_crc(file), &header, &length, err))
        return sk_prefix(err, "%s", name);
    struct sk_outfile out;
    if (sk_outfile_open(&out, path, err)) {
        free(header);
        return -1;
    }
    bool done = put(out.stream, header, length);
    for (size_t i = 0; done && i < file->count; i++)
        done = put(out.stream, file->tensor[i].data, sk_tensor_bytes(&file->tensor[i]));
    free(header);
    if (!done) {
        sk_fail_errno(err, "%s", name);
        sk_outfile_abandon(&out);
        return -1;
    }
    return sk_outfile_commit(&out, err);
}
