#ifndef SK_TRAIN_OUTPUTS_H
#define SK_TRAIN_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "train/options.h"

/* Whether a run keeps a checkpoint: one that writes its model to standard output does not. */
bool sk_train_keeps_checkpoint(const struct sk_train_options *options);

/* OUTPUT, OUTPUT.ckpt, OUTPUT.best: where a run writes them, owned by the caller; NULL with err. */
enum sk_train_file { SK_FILE_MODEL, SK_FILE_CHECKPOINT, SK_FILE_BEST };
SK_MUST_CHECK char *sk_train_path(const struct sk_train_options *options, enum sk_train_file which, struct sk_error *err);

/* Before images are read: whether the model, its checkpoint, its best snapshot, the log and the grids of samples are different files, none of them an
   input ("-" is standard input) and all of them such as can be written; and, without resume or restart, whether what lies where the
   checkpoint goes is that of a finished training, which may be overwritten. Nothing is changed or left. 0, or -1 with err. */
SK_MUST_CHECK int sk_train_check_outputs(const struct sk_train_options *options, const char *const *input, size_t inputs,
                                         struct sk_error *err);

/* Whether they can be written alone: sk_train_check_outputs leaves that open where a model to be resumed may be complete already. */
SK_MUST_CHECK int sk_train_check_writable(const struct sk_train_options *options, struct sk_error *err);

#endif
