#ifndef SK_TENSOR_TENSOR_FILE_FORMAT_H
#define SK_TENSOR_TENSOR_FILE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/tensor_file.h"

/* What the reader and the writer of tensor files share; not for others. */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensor files are little-endian, as memory is here");

enum {
    SK_LENGTH_BYTES = 8,        /* the header's length, before the header */
    SK_HEADER_MAX = 8000000,    /* longest header; ours have some kB, and parsing takes up to 20 times the length */
    SK_CRC_DIGITS = 8
};

/* Where the header's own checksum stands in the header's text; its digits follow. The checksum is the CRC-32 of the
   length and the header with these digits all '0'. */
#define SK_HEADER_CRC_KEY "header_crc32"
#define SK_HEADER_CRC_MARK "\"" SK_HEADER_CRC_KEY "\":\""

/* "F32", "I64" and so on; and the bytes of one element. */
extern const char *const sk_dtype_name[SK_DTYPES];
extern const size_t sk_dtype_size[SK_DTYPES];

/* Bytes of a shape: false when the number of elements or bytes overflows. */
SK_MUST_CHECK bool sk_shape_bytes(enum sk_dtype dtype, int rank, const size_t *dim, size_t *bytes);

/* One more tensor at the end, zeroed, without name or data; NULL with err (memory). */
SK_MUST_CHECK struct sk_tensor *sk_tensor_file_append(struct sk_tensor_file *file, struct sk_error *err);

/* CRC-32 of the length and the header, its own digits taken as '0'; *digits is where they stand in the header, or NULL
   where the header has none. */
uint32_t sk_header_crc(const char *header, size_t length, const char **digits);

/* Bytes of a tensor that is in a file already, so that they are known not to overflow. */
size_t sk_tensor_bytes(const struct sk_tensor *tensor);

/* Sets the metadata that every file has ("format", "crc32", "header_crc32") and makes what stands in front of the data: the
   header's length and the header, *length bytes, freed by the caller. crc: of the data. 0, or -1 with err. */
SK_MUST_CHECK int sk_tensor_file_header(struct sk_tensor_file *file, uint32_t crc, char **header, size_t *length,
                                        struct sk_error *err);

#endif
