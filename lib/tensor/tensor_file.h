#ifndef SK_TENSOR_TENSOR_FILE_H
#define SK_TENSOR_TENSOR_FILE_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A safetensors file in memory: named little-endian tensors and string metadata.
   Format: 8 bytes length of the header (u64), the header (JSON), the data. */
enum sk_dtype {
    SK_F32, SK_I64, SK_U8, SK_F64,
    SK_F16, SK_BF16, /* read alone: see sk_tensor_to_float */
    SK_OPAQUE,       /* read alone: any other type, of which nothing is known but its name and bytes */
    SK_DTYPES
};

enum { SK_MAX_RANK = 4 };

struct sk_tensor {
    char name[96];
    enum sk_dtype dtype;
    int rank;                /* 0..SK_MAX_RANK */
    size_t dim[SK_MAX_RANK]; /* as PyTorch's shape, outermost first */
    void *data;              /* owned, 64-byte aligned; float, int64_t, unsigned char, double, or as the file has it */
    char opaque[16];         /* of SK_OPAQUE: the type's name */
    size_t opaque_bytes;     /* and the bytes of the data */
};

struct sk_tensor_file {
    size_t count, capacity;
    struct sk_tensor *tensor;
    cJSON *metadata; /* the object __metadata__, string to string; may be NULL while empty */
};

/* Adds a tensor with room for its elements (zeroed); *data points to them. A {0} struct is a valid empty file.
   0, or -1 with err (name taken or too long, overflow, memory). */
SK_MUST_CHECK int sk_tensor_file_add(struct sk_tensor_file *file, const char *name, enum sk_dtype dtype, int rank,
                                     const size_t *dim, void **data, struct sk_error *err);

/* The tensor of that name, or NULL. It belongs to the file. */
struct sk_tensor *sk_tensor_file_find(const struct sk_tensor_file *file, const char *name);

/* Finds a tensor that must have this dtype and shape: NULL with err, naming tensor, wanted and found shape. */
SK_MUST_CHECK struct sk_tensor *sk_tensor_file_expect(const struct sk_tensor_file *file, const char *name,
                                                      enum sk_dtype dtype, int rank, const size_t *dim,
                                                      struct sk_error *err);

/* Its type as the file spells it, such as "F32". */
const char *sk_tensor_type(const struct sk_tensor *tensor);

/* Makes a tensor of F64, F16 or BF16 one of F32, each value rounded to the nearest; one of F32 stays as it is. 0, or -1 with err
   (another type, memory). */
SK_MUST_CHECK int sk_tensor_to_float(struct sk_tensor *tensor, struct sk_error *err);

/* Number of elements. */
size_t sk_tensor_elements(const struct sk_tensor *tensor);

/* A metadata value, or NULL. It belongs to the file. */
const char *sk_tensor_file_get(const struct sk_tensor_file *file, const char *key);

/* Sets a metadata value (printf style). 0, or -1 with err. */
SK_MUST_CHECK int sk_tensor_file_set(struct sk_tensor_file *file, struct sk_error *err, const char *key,
                                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* CRC-32 of the data of all tensors, one after another. */
uint32_t sk_tensor_file_crc(const struct sk_tensor_file *file);

/* Writes the file: metadata gets "format" (already "1" where the caller set none), "crc32", the CRC-32 of the data section in
   hexadecimal, and "header_crc32", that of the header itself. Tensors stand in the order they were added, metadata in the order
   set; no time, no host: same contents, same bytes. path "-" is standard output; otherwise written beside, fsynced, renamed. 0,
   or -1 with err ("path: what"). */
SK_MUST_CHECK int sk_tensor_file_write(struct sk_tensor_file *file, const char *path, struct sk_error *err);

/* Reads a file or a pipe ("-"). Tensors of any type are kept; who needs one looks at its type. Header length, JSON, names,
   shapes, offsets (contiguous, no overlap, within the data) are checked before memory is asked for; memory grows with what is
   really there; trailing bytes and a wrong crc32 or header_crc32 are errors. A file without them (of another program) is
   accepted. 0 with *file filled (sk_tensor_file_free), or -1 with err ("path: what") and *file empty. */
SK_MUST_CHECK int sk_tensor_file_read(struct sk_tensor_file *file, const char *path, struct sk_error *err);

void sk_tensor_file_free(struct sk_tensor_file *file);

#endif
