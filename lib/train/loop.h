#ifndef SK_TRAIN_LOOP_H
#define SK_TRAIN_LOOP_H

#include "data/dataset.h"
#include "data/sampler.h"
#include "nn/ema.h"
#include "nn/net.h"
#include "nn/optimizer.h"
#include "train/log.h"
#include "train/options.h"
#include "train/report.h"
#include "train/snapshot.h"

/* The one training loop. It owns where a run starts and ends, steps and epochs, batches, learning rates, averages, signals,
   checkpoints, the log, progress and the best snapshot; what is trained, and by which loss, is a task. */

/* A network in training: the task's, who frees both. Its name in files is the network's prefix. */
struct sk_learner {
    struct sk_net *net;
    struct sk_optimizer *optimizer;
    double rate;       /* its learning rate before the schedule; 0: the options' */
    bool averaged;     /* --ema is of this one: after_epoch, judge and sample see the average in it, and files have it */
    struct sk_ema ema; /* the loop's own */
};

enum { SK_MAX_LEARNERS = 2, SK_LOOP_TEXT = 200 };

/* What becomes of the best snapshot: nothing, as there is none; the model; OUTPUT.best, beside a model that is the last. */
enum sk_keeping { SK_KEEP_NONE, SK_KEEP_AS_MODEL, SK_KEEP_BESIDE };

struct sk_loop {
    const struct sk_train_options *options;
    uint64_t step, steps; /* done, asked for */
    uint64_t epoch;       /* that the last step was of, or that it has ended */
    double rate;          /* images a second */
    uint32_t *index;      /* [batch]: the images of a step; after it, scratch */
    struct sk_train_log log;
    struct sk_snapshot best; /* of the first learner, where it keeps one: the task's to take */
    uint64_t best_step;      /* and, of one that is kept beside, at which step; 0: none yet */

    /* To be filled by the task's start. */
    const uint8_t *label; /* [images]: batches are balanced among these classes; NULL: they are not */
    enum sk_keeping keeps;
    size_t learners;
    struct sk_learner learner[SK_MAX_LEARNERS];

    /* The loop's own. */
    const struct sk_task *task;
    void *self;
    size_t images;
    struct sk_tensor_file identity;
    struct sk_sampler sampler;
    struct sk_train_pace pace;
    uint64_t saved; /* the step that is in the checkpoint */
};

/* What a task does; self is its own. Those that are NULL do nothing. 0, or -1 with err. */
struct sk_task {
    const char *kind;   /* of model: "gan" or "classifier" */
    const char *header; /* of the log, whose last column is a rate */

    /* Adds to the metadata that make a run what it is, beyond sk_train_identity. */
    int (*identify)(void *self, struct sk_tensor_file *identity, struct sk_error *err);
    /* Makes the networks with their initial weights, and lists them as learners. */
    int (*start)(void *self, struct sk_loop *loop, struct sk_error *err);
    /* Trains on the images of loop->index. */
    int (*step)(void *self, struct sk_loop *loop, double *loss, struct sk_error *err);
    /* After the last step of an epoch, or of the run. */
    int (*after_epoch)(void *self, struct sk_loop *loop, struct sk_error *err);
    /* Before the checkpoint of each --save-every steps, and that of the last step: the same steps however often a run was stopped. */
    int (*judge)(void *self, struct sk_loop *loop, struct sk_error *err);
    /* After each step: what to show of it, and, where a step is one, the line of the log. */
    int (*tell)(void *self, struct sk_loop *loop, char text[SK_LOOP_TEXT], struct sk_error *err);
    /* Adds what it says of itself to the metadata of a model or a checkpoint, and what of the model no learner has. */
    int (*describe)(void *self, struct sk_tensor_file *file, struct sk_error *err);
    /* To and from a checkpoint: what a resumed run needs besides learners, log and snapshot. */
    int (*save)(void *self, struct sk_tensor_file *file, struct sk_error *err);
    int (*restore)(void *self, const struct sk_tensor_file *file, struct sk_error *err);
    /* The same over ranks: gives all of them what the first has restored, of what is trained (learners are the loop's). */
    void (*share)(void *self, struct sk_ranks *ranks);
    /* After each checkpoint. */
    int (*sample)(void *self, struct sk_loop *loop, struct sk_error *err);
};

/* Runs a task on a set, of which so many images train. 0 with *end and, where it was stopped, *step; or -1 with err (the last
   checkpoint stays). Progress and warnings go to options->report. */
SK_MUST_CHECK int sk_train_loop(const struct sk_task *task, void *self, const struct sk_train_options *options,
                                const struct sk_dataset *set, size_t images, enum sk_train_end *end, uint64_t *step,
                                struct sk_error *err);

/* -1 with err: the training has diverged; and what is kept of it. */
int sk_loop_diverged(const struct sk_loop *loop, struct sk_error *err);

#endif
