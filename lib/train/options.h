#ifndef SK_TRAIN_OPTIONS_H
#define SK_TRAIN_OPTIONS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/share.h"
#include "image/augment.h"
#include "nn/arch.h"
#include "nn/augment_batch.h"
#include "nn/gan_loss.h"
#include "nn/optimizer.h"
#include "train/report.h"
#include "train/schedule.h"

/* What sktrain was asked for. */
struct sk_train_options {
    const char *output;   /* -o: the model's path; the checkpoint is PATH.ckpt; of "-", standard output, there is none */
    const char *preset;   /* "paper" */
    struct sk_arch arch;
    struct sk_optimizer_options optimizer;
    struct sk_schedule schedule;
    double ema;           /* half-life in steps of the averages; 0: none */
    double dropout;
    struct sk_augment_range augment; /* of a classifier's training images, each step anew; all zero: none */
    struct sk_batch_augment_range batch_augment; /* of all that a GAN's D sees, likewise */
    enum sk_gan_loss loss;
    double penalty;            /* of D's slopes, sk_gan_penalty; 0 none */
    bool spectral_norm;        /* of D's weights */
    double discriminator_rate; /* D's learning rate; 0: the other one */
    const char *judge;         /* a classifier by whose features a GAN is judged at each save, or NULL */
    bool balance;         /* batches with as many of one class as of another */
    double smoothing;     /* of labels, 0..1 */
    double mixup;         /* Beta's alpha, 0: none */
    bool freeze;          /* a classifier's head alone is trained */
    bool calibrate;       /* the model has a temperature and a threshold from its validation images */
    size_t batch;
    uint64_t steps, epochs; /* one of them is 0 */
    uint64_t seed;
    uint64_t save_every;  /* steps between checkpoints */
    bool resume, restart; /* restart: over what lies where the checkpoint goes */
    const char *log;      /* TSV, or NULL */
    const char *samples;  /* prefix of grids, or NULL */
    const char *initial;  /* --init: what the networks start from (train/pretrained.h), or NULL */
    int jobs;
    const struct sk_share *share; /* of batches over ranks, all of which run this; NULL: this process has them all */
    struct sk_train_report report;
    const volatile sig_atomic_t *stop; /* non-zero: finish the step, save and return */
};

/* Those that run this; NULL where this process is alone. */
static inline struct sk_ranks *sk_train_ranks(const struct sk_train_options *options)
{
    return options->share ? options->share->ranks : NULL;
}

/* Images of a batch that this process has; and the first of them. */
static inline size_t sk_train_count(const struct sk_train_options *options)
{
    return options->share ? options->share->count : options->batch;
}

static inline size_t sk_train_first(const struct sk_train_options *options)
{
    return options->share ? options->share->first : 0;
}

/* How a run ended, where it did not fail. */
enum sk_train_end { SK_TRAIN_COMPLETE, SK_TRAIN_STOPPED, SK_TRAIN_WAS_COMPLETE };

#endif
