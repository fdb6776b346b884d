#ifndef SK_TRAIN_LOG_H
#define SK_TRAIN_LOG_H

#include <stddef.h>

#include "base/outfile.h"
#include "tensor/tensor_file.h"

/* The training log: a TSV table that grows a line a step or an epoch. All of it is kept in memory too, so that a
   checkpoint holds the log up to its step, and a resumed run's log is whole. The last column is a rate; it goes to the
   file alone, as the checkpoint's bytes must not depend on the time: rows of before a resume have "-" there. */
struct sk_train_log {
    struct sk_outfile file; /* empty where none was asked for */
    char *text;
    size_t length, capacity;
};

/* Starts with a header line, or with the log of a checkpoint (tensor "log"), and writes that to the file (NULL: no file).
   0, or -1 with err. */
SK_MUST_CHECK int sk_train_log_open(struct sk_train_log *log, const char *path, const char *header,
                                    const struct sk_tensor_file *checkpoint, struct sk_error *err);

/* Appends a line, the columns but the last in printf style, and flushes it. 0, or -1 with err. */
SK_MUST_CHECK int sk_train_log_line(struct sk_train_log *log, struct sk_error *err, double rate, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds the log to a checkpoint. 0, or -1 with err. */
SK_MUST_CHECK int sk_train_log_save(const struct sk_train_log *log, struct sk_tensor_file *file,
                                    struct sk_error *err);

/* Closes the file: 0, or -1 with err. Frees the text. */
SK_MUST_CHECK int sk_train_log_close(struct sk_train_log *log, struct sk_error *err);

#endif
