#ifndef SK_TRAIN_GAN_RUN_H
#define SK_TRAIN_GAN_RUN_H

#include "data/dataset.h"
#include "nn/gan.h"
#include "train/options.h"

/* Trains a GAN on a data set: steps, log, progress, checkpoints, sample grids, and the model at the end; with options->judge the
   snapshot that it finds best, too. It is judged against valid; where that is empty a tenth of the set is carved out. It goes on
   from a checkpoint with options->resume. 0 with *end and, where it was stopped, *step; or -1 with err (the last
   checkpoint stays). Progress and warnings go to options->report. */
SK_MUST_CHECK int sk_gan_run(const struct sk_train_options *options, const struct sk_dataset *set, const struct sk_dataset *valid,
                             enum sk_train_end *end, uint64_t *step, struct sk_error *err);

/* How many of the images train. */
size_t sk_gan_images(const struct sk_train_options *options, const struct sk_dataset *set, const struct sk_dataset *valid);

/* The GAN that the options ask for. */
struct sk_gan_options sk_gan_run_options(const struct sk_train_options *options);

/* Fixed latents whose images tell how far a training is: rows of 8, `each` of every class and at least 8 rows in all. */
struct sk_gan_samples {
    size_t each, count;
};

struct sk_gan_samples sk_gan_run_samples(const struct sk_train_options *options);

#endif
