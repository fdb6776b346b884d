#ifndef SK_TRAIN_CHECKPOINT_H
#define SK_TRAIN_CHECKPOINT_H

#include "data/dataset.h"
#include "tensor/tensor_file.h"
#include "train/options.h"
#include "train/outputs.h"

/* The metadata that makes a run what it is: two runs that agree in all of it, and in the step, hold the same bytes.
   kind is "gan" or "classifier"; steps are those of the run, which are a part of it where its schedule follows them. 0, or -1 with
   err. */
SK_MUST_CHECK int sk_train_identity(struct sk_tensor_file *file, const char *kind,
                                    const struct sk_train_options *options, const struct sk_dataset *set, uint64_t steps,
                                    struct sk_error *err);

/* Starts a checkpoint or a model: the identity's metadata, then step and steps. 0, or -1 with err. */
SK_MUST_CHECK int sk_train_begin_file(struct sk_tensor_file *file, const struct sk_tensor_file *identity,
                                      uint64_t step, uint64_t steps, struct sk_error *err);

/* Where a run starts. */
enum sk_resume { SK_RESUME_FRESH, SK_RESUME_CHECKPOINT, SK_RESUME_COMPLETE };

/* With --resume: looks at the model and its checkpoint, compares their metadata with `identity`, key by key, and
   says where to start; on SK_RESUME_CHECKPOINT *checkpoint is filled (sk_tensor_file_free) and *step is its step.
   -1 with err ("PATH.ckpt: is of another ...") where one of them belongs to another run, or cannot be read. */
SK_MUST_CHECK int sk_train_resume(const struct sk_train_options *options, const struct sk_tensor_file *identity,
                                  uint64_t steps, enum sk_resume *start, struct sk_tensor_file *checkpoint,
                                  uint64_t *step, struct sk_error *err);

/* Adds an optimiser's moments as "optimizer.NAME.m" and ".v" (flat, in the order in memory), and the reverse. */
SK_MUST_CHECK int sk_train_save_optimizer(struct sk_tensor_file *file, const char *name,
                                          const struct sk_optimizer *optimizer, struct sk_error *err);
SK_MUST_CHECK int sk_train_load_optimizer(const struct sk_tensor_file *file, const char *name, uint64_t step,
                                          struct sk_optimizer *optimizer, struct sk_error *err);

/* Writes one of the run's files atomically. 0, or -1 with err. */
SK_MUST_CHECK int sk_train_write(struct sk_tensor_file *file, const struct sk_train_options *options, enum sk_train_file which,
                                 struct sk_error *err);

/* Number of steps of the run: as asked for, or epochs over count images, rounded up. */
uint64_t sk_train_steps(const struct sk_train_options *options, size_t count);

#endif
