#include "tensor/tensor_file.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "tensor/tensor_file_format.h"

const char *const sk_dtype_name[SK_DTYPES] = {[SK_F32] = "F32", [SK_I64] = "I64", [SK_U8] = "U8", [SK_F64] = "F64",
                                              [SK_F16] = "F16", [SK_BF16] = "BF16", [SK_OPAQUE] = "another type"};
const size_t sk_dtype_size[SK_DTYPES] = {[SK_F32] = 4, [SK_I64] = 8, [SK_U8] = 1, [SK_F64] = 8,
                                         [SK_F16] = 2, [SK_BF16] = 2, [SK_OPAQUE] = 1};

bool sk_shape_bytes(enum sk_dtype dtype, int rank, const size_t *dim, size_t *bytes)
{
    size_t elements = 1;
    for (int i = 0; i < rank; i++)
        if (!sk_mul(elements, dim[i], &elements))
            return false;
    return sk_mul(elements, sk_dtype_size[dtype], bytes);
}

const char *sk_tensor_type(const struct sk_tensor *tensor)
{
    return tensor->dtype == SK_OPAQUE ? tensor->opaque : sk_dtype_name[tensor->dtype];
}

size_t sk_tensor_elements(const struct sk_tensor *tensor)
{
    size_t elements = 1;
    for (int i = 0; i < tensor->rank; i++)
        elements *= tensor->dim[i];
    return elements;
}

/* IEEE 754's binary16. */
static float half(uint16_t bits)
{
    float sign = bits & 0x8000 ? -1.0f : 1.0f;
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexpf((float)(1024 + fraction), exponent - 25) : ldexpf((float)fraction, -24));
}

/* The upper half of a float. */
static float brain(uint16_t bits)
{
    uint32_t whole = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &whole, sizeof value);
    return value;
}

int sk_tensor_to_float(struct sk_tensor *tensor, struct sk_error *err)
{
    size_t count = sk_tensor_elements(tensor);
    if (tensor->dtype == SK_F32)
        return 0;
    if (tensor->dtype != SK_F64 && tensor->dtype != SK_F16 && tensor->dtype != SK_BF16)
        return sk_fail(err, "tensor '%s' is of type %s, none of F32, F64, F16 and BF16", tensor->name, sk_tensor_type(tensor));
    float *value = sk_alloc(count, sizeof *value, err);
    if (!value)
        return -1;
    for (size_t i = 0; i < count; i++)
        value[i] = tensor->dtype == SK_F64   ? (float)((const double *)tensor->data)[i]
                   : tensor->dtype == SK_F16 ? half(((const uint16_t *)tensor->data)[i])
                                             : brain(((const uint16_t *)tensor->data)[i]);
    free(tensor->data);
    tensor->data = value;
    tensor->dtype = SK_F32;
    return 0;
}

size_t sk_tensor_bytes(const struct sk_tensor *tensor)
{
    return tensor->dtype == SK_OPAQUE ? tensor->opaque_bytes : sk_tensor_elements(tensor) * sk_dtype_size[tensor->dtype];
}

struct sk_tensor *sk_tensor_file_append(struct sk_tensor_file *file, struct sk_error *err)
{
    if (file->count == file->capacity) {
        size_t capacity = file->capacity ? file->capacity * 2 : 16;
        struct sk_tensor *grown = reallocarray(file->tensor, capacity, sizeof *grown);
        if (!grown) {
            sk_fail_errno(err, "%zu tensors", capacity);
            return NULL;
        }
        file->tensor = grown;
        file->capacity = capacity;
    }
    struct sk_tensor *tensor = &file->tensor[file->count++];
    *tensor = (struct sk_tensor){0};
    return tensor;
}

int sk_tensor_file_add(struct sk_tensor_file *file, const char *name, enum sk_dtype dtype, int rank, const size_t *dim,
                       void **data, struct sk_error *err)
{
    size_t bytes, length = strlen(name);
    if (length >= sizeof file->tensor->name)
        return sk_fail(err, "tensor name '%s' is too long", name);
    if (sk_tensor_file_find(file, name) || strcmp(name, "__metadata__") == 0)
        return sk_fail(err, "tensor name '%s' is taken", name);
    if (rank < 0 || rank > SK_MAX_RANK)
        return sk_fail(err, "tensor %s has %d dimensions; at most %d are supported", name, rank, SK_MAX_RANK);
    if (!sk_shape_bytes(dtype, rank, dim, &bytes))
        return sk_fail(err, "tensor %s is larger than memory can address", name);
    void *memory = sk_alloc(bytes, 1, err);
    if (!memory)
        return sk_prefix(err, "tensor %s", name);
    struct sk_tensor *tensor = sk_tensor_file_append(file, err);
    if (!tensor) {
        free(memory);
        return -1;
    }
    memcpy(tensor->name, name, length + 1);
    tensor->dtype = dtype;
    tensor->rank = rank;
    for (int i = 0; i < rank; i++)
        tensor->dim[i] = dim[i];
    *data = tensor->data = memory;
    return 0;
}

struct sk_tensor *sk_tensor_file_find(const struct sk_tensor_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->tensor[i].name, name) == 0)
            return &file->tensor[i];
    return NULL;
}

static void print_shape(char *text, size_t size, enum sk_dtype dtype, int rank, const size_t *dim)
{
    size_t used = (size_t)snprintf(text, size, "%s [", sk_dtype_name[dtype]);
    for (int i = 0; i < rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i ? ", " : "", dim[i]);
    if (used < size)
        snprintf(text + used, size - used, "]");
}

struct sk_tensor *sk_tensor_file_expect(const struct sk_tensor_file *file, const char *name, enum sk_dtype dtype,
                                        int rank, const size_t *dim, struct sk_error *err)
{
    char wanted[120], found[120];
    print_shape(wanted, sizeof wanted, dtype, rank, dim);
    struct sk_tensor *tensor = sk_tensor_file_find(file, name);
    if (!tensor) {
        sk_fail(err, "tensor %s, %s, is missing", name, wanted);
        return NULL;
    }
    bool same = tensor->dtype == dtype && tensor->rank == rank;
    for (int i = 0; same && i < rank; i++)
        same = tensor->dim[i] == dim[i];
    if (!same) {
        print_shape(found, sizeof found, tensor->dtype, tensor->rank, tensor->dim);
        sk_fail(err, "tensor %s is %s, not %s", name, found, wanted);
        return NULL;
    }
    return tensor;
}

const char *sk_tensor_file_get(const struct sk_tensor_file *file, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(file->metadata, key));
}

int sk_tensor_file_set(struct sk_tensor_file *file, struct sk_error *err, const char *key, const char *format, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, format);
    int length = vasprintf(&text, format, ap);
    va_end(ap);
    if (length < 0)
        text = NULL;
    if (text && !file->metadata)
        file->metadata = cJSON_CreateObject();
    cJSON *value = text && file->metadata ? cJSON_CreateString(text) : NULL;
    free(text);
    bool there = value && cJSON_HasObjectItem(file->metadata, key) && sk_tensor_file_get(file, key);
    bool done = value && (there ? cJSON_ReplaceItemInObjectCaseSensitive(file->metadata, key, value)
                                : cJSON_AddItemToObject(file->metadata, key, value));
    if (!done) {
        cJSON_Delete(value);
        errno = ENOMEM;
        return sk_fail_errno(err, "metadata %s", key);
    }
    return 0;
}

uint32_t sk_header_crc(const char *header, size_t length, const char **digits)
{
    static const char zeros[SK_CRC_DIGITS] = {'0', '0', '0', '0', '0', '0', '0', '0'};
    uint64_t prefix = length;
    uLong crc = crc32_z(0, (const Bytef *)&prefix, sizeof prefix);
    const char *mark = memmem(header, length, SK_HEADER_CRC_MARK, strlen(SK_HEADER_CRC_MARK));
    size_t before = mark ? (size_t)(mark - header) + strlen(SK_HEADER_CRC_MARK) : length;
    *digits = NULL;
    if (length - before < SK_CRC_DIGITS)
        return (uint32_t)crc32_z(crc, (const Bytef *)header, length);
    *digits = header + before;
    crc = crc32_z(crc, (const Bytef *)header, before);
    crc = crc32_z(crc, (const Bytef *)zeros, SK_CRC_DIGITS);
    return (uint32_t)crc32_z(crc, (const Bytef *)*digits + SK_CRC_DIGITS, length - before - SK_CRC_DIGITS);
}

void sk_tensor_file_free(struct sk_tensor_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->tensor[i].data);
    free(file->tensor);
    cJSON_Delete(file->metadata);
    *file = (struct sk_tensor_file){0};
}
