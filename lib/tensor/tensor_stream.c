#include "tensor/tensor_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/temporary.h"
#include "tensor/tensor_file_format.h"

/* Where the rows wait; NULL with errno. */
static FILE *open_rows(const struct sk_outfile *out)
{
    int fd = sk_temporary_nameless(out->temporary ? out->target : NULL);
    FILE *rows = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!rows && fd >= 0)
        close(fd);
    return rows;
}

static int fail(const struct sk_tensor_stream *stream, struct sk_error *err)
{
    return sk_fail_errno(err, "%s", sk_outfile_name(&stream->out));
}

int sk_tensor_stream_open(struct sk_tensor_stream *stream, const char *path, const char *name, size_t columns,
                          struct sk_error *err)
{
    *stream = (struct sk_tensor_stream){.name = name, .columns = columns, .crc = (uint32_t)crc32_z(0, NULL, 0)};
    if (sk_outfile_open(&stream->out, path, err))
        return -1;
    stream->rows = open_rows(&stream->out);
    if (stream->rows)
        return 0;
    sk_fail_errno(err, "%s: a temporary file", sk_outfile_name(&stream->out));
    sk_tensor_stream_abandon(stream);
    return -1;
}

int sk_tensor_stream_write(struct sk_tensor_stream *stream, const float *rows, size_t count, struct sk_error *err)
{
    const size_t values = count * stream->columns;
    stream->crc = (uint32_t)crc32_z(stream->crc, (const Bytef *)rows, values * sizeof *rows);
    stream->count += count;
    return fwrite(rows, sizeof *rows, values, stream->rows) == values ? 0 : fail(stream, err);
}

static int write_header(struct sk_tensor_stream *stream, struct sk_tensor_file *about, struct sk_error *err)
{
    char *header = NULL;
    size_t length, bytes;
    struct sk_tensor *tensor = sk_tensor_file_append(about, err);
    if (!tensor)
        return -1;
    tensor->dtype = SK_F32;
    tensor->rank = 2;
    tensor->dim[0] = stream->count;
    tensor->dim[1] = stream->columns;
    snprintf(tensor->name, sizeof tensor->name, "%s", stream->name);
    int status = sk_shape_bytes(SK_F32, 2, tensor->dim, &bytes) ? sk_tensor_file_header(about, stream->crc, &header, &length, err)
                                                                : sk_fail(err, "tensor %s has too many rows", tensor->name);
    about->count--;
    if (status)
        return sk_prefix(err, "%s", sk_outfile_name(&stream->out));
    if (fwrite(header, 1, length, stream->out.stream) != length)
        status = fail(stream, err);
    free(header);
    return status;
}

static int copy_rows(struct sk_tensor_stream *stream, struct sk_error *err)
{
    char block[1 << 16];
    size_t got;
    if (fflush(stream->rows) != 0)
        return fail(stream, err);
    rewind(stream->rows);
    while ((got = fread(block, 1, sizeof block, stream->rows)) > 0)
        if (fwrite(block, 1, got, stream->out.stream) != got)
            return fail(stream, err);
    return ferror(stream->rows) ? fail(stream, err) : 0;
}

int sk_tensor_stream_commit(struct sk_tensor_stream *stream, struct sk_tensor_file *about, struct sk_error *err)
{
    int failed = write_header(stream, about, err) || copy_rows(stream, err) || sk_outfile_commit(&stream->out, err);
    sk_tensor_stream_abandon(stream);
    return failed ? -1 : 0;
}

void sk_tensor_stream_abandon(struct sk_tensor_stream *stream)
{
    if (stream->rows)
        fclose(stream->rows);
    sk_outfile_abandon(&stream->out);
    *stream = (struct sk_tensor_stream){0};
}
