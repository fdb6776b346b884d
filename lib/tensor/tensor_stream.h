#ifndef SK_TENSOR_TENSOR_STREAM_H
#define SK_TENSOR_TENSOR_STREAM_H

#include <stdint.h>

#include "base/outfile.h"
#include "tensor/tensor_file.h"

/* Writes a tensor file of one tensor, F32 [rows][columns], row by row and in bounded memory, however many there will be: the bytes are
   those of sk_tensor_file_write. As the header in front of the rows has their number and checksum, they wait in a temporary file without
   a name, beside the output, or where that is a pipe in TMPDIR, else /tmp. */
struct sk_tensor_stream {
    struct sk_outfile out;
    FILE *rows;
    const char *name;
    size_t count, columns; /* written so far; of each */
    uint32_t crc;
};

/* Opens the output ("-" is standard output) for a tensor of that name, which is the caller's. 0, or -1 with err ("path: what"). */
SK_MUST_CHECK int sk_tensor_stream_open(struct sk_tensor_stream *stream, const char *path, const char *name, size_t columns,
                                        struct sk_error *err);

/* Appends rows [count][columns]. 0, or -1 with err. */
SK_MUST_CHECK int sk_tensor_stream_write(struct sk_tensor_stream *stream, const float *rows, size_t count, struct sk_error *err);

/* Writes the file with the metadata of `about`, which has no tensor, and which gets the keys that sk_tensor_file_write sets. 0, or -1
   with err. The struct is empty afterwards in both cases. */
SK_MUST_CHECK int sk_tensor_stream_commit(struct sk_tensor_stream *stream, struct sk_tensor_file *about, struct sk_error *err);

/* Closes everything, and the output is as it was; does nothing on an empty struct. */
void sk_tensor_stream_abandon(struct sk_tensor_stream *stream);

#endif
