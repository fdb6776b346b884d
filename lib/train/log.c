#include "train/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int remember(struct sk_train_log *log, const char *text, size_t length, struct sk_error *err)
{
    if (log->length + length > log->capacity) {
        size_t capacity = (log->length + length) * 2;
        char *grown = realloc(log->text, capacity);
        if (!grown)
            return sk_fail_errno(err, "log");
        log->text = grown;
        log->capacity = capacity;
    }
    memcpy(log->text + log->length, text, length);
    log->length += length;
    return 0;
}

static int flushed(struct sk_train_log *log, int written, struct sk_error *err)
{
    if (written < 0 || fflush(log->file.stream) != 0)
        return sk_fail_errno(err, "%s", sk_outfile_name(&log->file));
    return 0;
}

int sk_train_log_open(struct sk_train_log *log, const char *path, const char *header,
                      const struct sk_tensor_file *checkpoint, struct sk_error *err)
{
    *log = (struct sk_train_log){0};
    if (path && sk_outfile_open_growing(&log->file, path, err))
        return -1;
    const struct sk_tensor *saved = checkpoint ? sk_tensor_file_find(checkpoint, "log") : NULL;
    int failed = saved && saved->dtype == SK_U8
                     ? remember(log, saved->data, sk_tensor_elements(saved), err)
                     : remember(log, header, strlen(header), err) || remember(log, "\n", 1, err);
    if (!failed && log->file.stream)
        failed = flushed(log, fwrite(log->text, 1, log->length, log->file.stream) == log->length ? 0 : -1, err);
    if (failed) {
        struct sk_error ignored;
        (void)!sk_train_log_close(log, &ignored);
        return -1;
    }
    return 0;
}

int sk_train_log_line(struct sk_train_log *log, struct sk_error *err, double rate, const char *format, ...)
{
    char line[400];
    va_list ap;
    va_start(ap, format);
    int length = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (length < 0 || (size_t)length >= sizeof line)
        return sk_fail(err, "log line too long");
    if (log->file.stream && flushed(log, fprintf(log->file.stream, "%s\t%.1f\n", line, rate), err))
        return -1;
    return remember(log, line, (size_t)length, err) || remember(log, "\t-\n", 3, err) ? -1 : 0;
}

int sk_train_log_save(const struct sk_train_log *log, struct sk_tensor_file *file, struct sk_error *err)
{
    void *data;
    if (sk_tensor_file_add(file, "log", SK_U8, 1, &log->length, &data, err))
        return -1;
    memcpy(data, log->text, log->length);
    return 0;
}

int sk_train_log_close(struct sk_train_log *log, struct sk_error *err)
{
    int result = log->file.stream ? sk_outfile_commit(&log->file, err) : 0;
    free(log->text);
    *log = (struct sk_train_log){0};
    return result;
}
