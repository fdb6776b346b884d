#include "train/classifier_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/streams.h"
#include "base/table.h"
#include "data/augmented.h"
#include "data/carve.h"
#include "nn/loss.h"
#include "nn/mixup.h"
#include "nn/recipes.h"
#include "nn/shared.h"
#include "stat/multiclass.h"
#include "stat/recalibration.h"
#include "train/checkpoint.h"
#include "train/frozen.h"
#include "train/loop.h"
#include "train/pretrained.h"

enum { DECIMALS = 6 }; /* of validation figures, in files */

/* Images of a data set by index. */
struct part {
    const struct sk_dataset *set;
    uint32_t *index;
    size_t count;
    float *features; /* [count][frozen.values]: what the head reads of each, once it is known; NULL where that is not held */
    bool *known;     /* [count] */
};

struct scores {
    double loss, accuracy, auc; /* auc: of several classes the mean; NaN where one has no validation image */
    struct sk_recalibration calibration;
};

/* What validation images were made of. */
struct validation {
    float *made;                 /* [n][outputs]: logits, as the network makes them */
    double *probability, *logit; /* [n][classes], [n][outputs] */
    uint8_t *label;              /* [n] */
};

/* The task. */
struct run {
    const struct sk_train_options *options;
    struct part train, valid;
    struct sk_pretrained pretrained;
    struct sk_frozen frozen;          /* net NULL: nothing is */
    struct sk_net *net;               /* what learns: the classifier, or its head */
    struct sk_optimizer optimizer;
    size_t classes, outputs;          /* outputs: logits an image */
    size_t first, count;              /* of a batch's images those that this process trains on */
    uint8_t *label;                   /* [batch] */
    float *images;                    /* [count], with mixup [batch], which mixes any two of a batch */
    float *logits, *dlogits;          /* [batch] */
    float *own_logits, *own_dlogits;  /* [count] of these; where that is all, the same memory */
    float *features;                  /* [count][frozen.values], of a part that holds them */
    uint32_t *missing;                /* [count] */
    float *target;                    /* [batch][classes], NULL where the labels are what is learnt */
    uint8_t *balanced;                /* [train.count]: the class of each training image; NULL where batches are not balanced */
    bool augments;
    double loss, loss_sum;            /* of the last step; of the steps of this epoch */
    uint64_t loss_steps;
    struct scores last, best;
    uint64_t best_step;               /* of the best snapshot */
};

static int list_all(struct part *part, const struct sk_dataset *set, struct sk_error *err)
{
    part->set = set;
    part->index = sk_alloc(set->count, sizeof *part->index, err);
    if (!part->index)
        return -1;
    for (size_t i = 0; i < set->count; i++)
        part->index[part->count++] = (uint32_t)i;
    return 0;
}

size_t sk_classifier_images(const struct sk_dataset *set, const struct sk_dataset *valid)
{
    return valid->count ? set->count : sk_carve_left(set);
}

/* Splits a set: of each class some go to valid. */
static int carve(struct run *run, const struct sk_dataset *set, struct sk_error *err)
{
    if (list_all(&run->train, set, err) || list_all(&run->valid, set, err))
        return -1;
    sk_carve(set, run->options->seed, run->train.index, &run->train.count, run->valid.index, &run->valid.count);
    return 0;
}

/* Fills the labels of a batch of a part; entries are positions in the part, replaced by indices. */
static void name_batch(struct run *run, const struct part *part, uint32_t *entry, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        entry[i] = part->index[entry[i]];
        run->label[i] = part->set->label[entry[i]];
    }
}

/* Computes the features that are not known yet of these positions in the part. */
static void complete_features(struct run *run, struct part *part, const uint32_t *entry, size_t n)
{
    const size_t values = run->frozen.values, pixels = sk_arch_values(&run->options->arch, 0);
    size_t missing = 0;
    for (size_t i = 0; i < n; i++)
        if (!part->known[entry[i]]) {
            part->known[entry[i]] = true;
            sk_dataset_batch(part->set, part->index + entry[i], 1, run->images + missing * pixels);
            run->missing[missing++] = entry[i];
        }
    const float *features = missing ? sk_frozen_features(&run->frozen, missing, run->images) : NULL;
    for (size_t i = 0; i < missing; i++)
        memcpy(part->features + run->missing[i] * values, features + i * values, values * sizeof *features);
}

/* What the head reads of these positions in the part. */
static const float *load_features(struct run *run, struct part *part, const uint32_t *entry, size_t n)
{
    const size_t values = run->frozen.values;
    complete_features(run, part, entry, n);
    for (size_t i = 0; i < n; i++)
        memcpy(run->features + i * values, part->features + entry[i] * values, values * sizeof *run->features);
    return run->features;
}

/* Infers validation images from `at` to `end`. */
static void infer_some(struct run *run, struct sk_loop *loop, size_t at, size_t end, float *made)
{
    struct part *part = &run->valid;
    for (size_t here; at < end; at += here) {
        here = end - at < run->count ? end - at : run->count;
        for (size_t i = 0; i < here; i++)
            loop->index[i] = (uint32_t)(at + i);
        if (!part->features)
            sk_dataset_batch(part->set, part->index + at, here, run->images);
        sk_net_infer(run->net, here, part->features ? load_features(run, part, loop->index, here) : run->images, run->own_logits);
        memcpy(made + at * run->outputs, run->own_logits, here * run->outputs * sizeof *made);
    }
}

/* Of so many images rank r infers those from here on to where the next one begins. */
static size_t inferred_from(size_t images, size_t rank, size_t ranks)
{
    return images / ranks * rank + images % ranks * rank / ranks;
}

/* Ranks infer a run of them each. */
static void infer_all(struct run *run, struct sk_loop *loop, float *made)
{
    const struct sk_share *share = run->options->share;
    const size_t n = run->valid.count, own = share ? share->ranks->rank : 0, ranks = share ? share->ranks->count : 1;
    infer_some(run, loop, inferred_from(n, own, ranks), inferred_from(n, own + 1, ranks), made);
    if (!share)
        return;
    for (size_t r = 0; r < ranks; r++)
        share->bytes[0][r] = (inferred_from(n, r + 1, ranks) - inferred_from(n, r, ranks)) * run->outputs * sizeof *made;
    share->ranks->gather(share->ranks, made + inferred_from(n, own, ranks) * run->outputs, share->bytes[0], made);
}

/* Infers the validation images: fills what is known of them, and loss and accuracy. */
static void infer_valid(struct run *run, struct sk_loop *loop, struct scores *scores, struct validation *v)
{
    const size_t n = run->valid.count, batch = run->options->batch, outputs = run->outputs;
    double loss = 0, right = 0;
    infer_all(run, loop, v->made);
    for (size_t i = 0; i < n; i++) {
        double *p = v->probability + i * run->classes;
        sk_class_probabilities(run->classes, v->made + i * outputs, p);
        v->label[i] = run->valid.set->label[run->valid.index[i]];
        right += sk_class_predicted(run->classes, p) == v->label[i];
    }
    for (size_t i = 0; i < n * outputs; i++)
        v->logit[i] = (double)v->made[i];
    for (size_t at = 0; at < n; at += batch) {
        const size_t here = n - at < batch ? n - at : batch;
        loss += (double)here * sk_class_cross_entropy(here, run->classes, v->made + at * outputs, v->label + at, NULL);
    }
    scores->loss = loss / (double)n;
    scores->accuracy = right / (double)n;
}

static int score_valid(struct run *run, struct sk_loop *loop, struct scores *scores, struct validation *v, struct sk_error *err)
{
    const size_t n = run->valid.count;
    infer_valid(run, loop, scores, v);
    if (!isfinite(scores->loss))
        return sk_loop_diverged(loop, err);
    if (run->options->calibrate)
        scores->calibration = run->classes == 2 ? sk_recalibrate_two(n, v->logit, v->label, run->options->balance)
                                                : sk_recalibrate(n, run->classes, v->logit, v->label);
    return sk_macro_auc(v->probability, v->label, n, run->classes, &scores->auc, err);
}

/* Before what all ranks do together: what has failed on one of them ends all. */
static int agree(const struct run *run, int failed, struct sk_error *err)
{
    return sk_ranks_agree(sk_train_ranks(run->options), failed, err);
}

static const struct scores unknown = {NAN, NAN, NAN, {1, 0.5}};

static int evaluate(struct run *run, struct sk_loop *loop, struct scores *scores, struct sk_error *err)
{
    const size_t n = run->valid.count;
    *scores = unknown;
    if (n == 0)
        return 0;
    struct validation v = {.probability = sk_alloc(n, run->classes * sizeof *v.probability, err)};
    v.logit = v.probability ? sk_alloc(n, run->outputs * sizeof *v.logit, err) : NULL;
    v.made = v.logit ? sk_alloc(n, run->outputs * sizeof *v.made, err) : NULL;
    v.label = v.made ? sk_alloc(n, 1, err) : NULL;
    int status = agree(run, !v.label, err) ? -1 : score_valid(run, loop, scores, &v, err);
    free(v.probability);
    free(v.logit);
    free(v.made);
    free(v.label);
    return status;
}

static bool better(const struct scores *a, const struct scores *b)
{
    if (isnan(a->auc) || isnan(b->auc) || a->auc == b->auc)
        return !(a->loss >= b->loss);
    return a->auc > b->auc;
}

/* The numbers of the run that are neither weights nor options, bit for bit; the last four with --calibrate alone. */
enum { WHOLE = 2, NUMBERS = 7, CALIBRATION = 4 };

static size_t state_length(const struct run *run)
{
    return WHOLE + NUMBERS + (run->options->calibrate ? CALIBRATION : 0);
}

static int save_state(void *self, struct sk_tensor_file *file, struct sk_error *err)
{
    const struct run *run = self;
    const size_t length = state_length(run);
    void *data;
    if (sk_tensor_file_add(file, "state", SK_I64, 1, &length, &data, err))
        return -1;
    const uint64_t whole[WHOLE] = {run->best_step, run->loss_steps};
    const double numbers[NUMBERS + CALIBRATION] = {
        run->loss_sum, run->last.loss, run->last.accuracy, run->last.auc, run->best.loss, run->best.accuracy, run->best.auc,
        run->last.calibration.temperature, run->last.calibration.threshold,
        run->best.calibration.temperature, run->best.calibration.threshold};
    memcpy(data, whole, sizeof whole);
    memcpy((char *)data + sizeof whole, numbers, (length - WHOLE) * sizeof *numbers);
    return 0;
}

static int restore_state(void *self, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct run *run = self;
    const size_t length = state_length(run);
    const struct sk_tensor *state = sk_tensor_file_expect(file, "state", SK_I64, 1, &length, err);
    if (!state)
        return -1;
    uint64_t whole[WHOLE];
    double n[NUMBERS + CALIBRATION] = {[NUMBERS] = 1, 0.5, 1, 0.5};
    memcpy(whole, state->data, sizeof whole);
    memcpy(n, (const char *)state->data + sizeof whole, (length - WHOLE) * sizeof *n);
    run->best_step = whole[0];
    run->loss_steps = whole[1];
    run->loss_sum = n[0];
    run->last = (struct scores){n[1], n[2], n[3], {n[7], n[8]}};
    run->best = (struct scores){n[4], n[5], n[6], {n[9], n[10]}};
    return 0;
}

static int describe_calibration(const struct run *run, struct sk_tensor_file *file, struct sk_error *err)
{
    const struct sk_recalibration *c = &run->best.calibration;
    char text[SK_NUMBER_SIZE];
    if (!run->options->calibrate || sk_tensor_file_set(file, err, "temperature", "%s", sk_exact_text(text, c->temperature)))
        return run->options->calibrate ? -1 : 0;
    return run->classes == 2 ? sk_tensor_file_set(file, err, "threshold", "%s", sk_exact_text(text, c->threshold)) : 0;
}

/* What is frozen stands in the file beside the head. */
static int describe(void *self, struct sk_tensor_file *file, struct sk_error *err)
{
    const struct run *run = self;
    char auc[SK_NUMBER_SIZE], loss[SK_NUMBER_SIZE];
    return sk_tensor_file_set(file, err, "snapshot_step", "%llu", (unsigned long long)run->best_step) ||
                   sk_tensor_file_set(file, err, "valid_auc", "%s", sk_number_fixed(auc, run->best.auc, DECIMALS)) ||
                   sk_tensor_file_set(file, err, "valid_loss", "%s", sk_number_fixed(loss, run->best.loss, DECIMALS)) ||
                   describe_calibration(run, file, err) ||
                   (run->frozen.net && sk_net_save_trunk(run->frozen.net, file, err)) ? -1 : 0;
}

/* The images of a step: as they are, or each drawn anew. */
static int load_training_images(struct run *run, struct sk_loop *loop, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const size_t first = o->mixup > 0 ? 0 : run->first, count = o->mixup > 0 ? o->batch : run->count;
    name_batch(run, &run->train, loop->index, o->batch);
    if (run->augments)
        return sk_dataset_augmented_batch(run->train.set, &o->augment, o->seed, loop->step * o->batch + first, loop->index + first,
                                          count, run->images, o->jobs, err);
    sk_dataset_batch(run->train.set, loop->index + first, count, run->images);
    return 0;
}

/* Against the labels, or what smoothing and mixup make of them. */
static double loss_of(const struct run *run)
{
    const struct sk_train_options *o = run->options;
    if (!run->target)
        return sk_class_cross_entropy(o->batch, run->classes, run->logits, run->label, run->dlogits);
    return sk_class_cross_entropy_soft(o->batch, run->classes, run->logits, run->target, run->dlogits);
}

/* What is to be learnt of a batch where it is not its labels alone; mixup changes its images, too. */
static void make_targets(struct run *run, uint64_t step)
{
    const struct sk_train_options *o = run->options;
    if (!run->target)
        return;
    sk_smooth_labels(o->batch, run->classes, run->label, o->smoothing, run->target);
    if (o->mixup > 0) {
        struct sk_random random;
        sk_random_init(&random, o->seed, sk_stream(SK_STREAM_MIXUP, step));
        sk_mixup(o->batch, sk_arch_values(&o->arch, 0), run->images, run->classes, run->target, o->mixup, &random);
    }
}

/* Labels and targets of a step, and what the network reads: NULL with err. */
static const float *prepare_step(struct run *run, struct sk_loop *loop, struct sk_error *err)
{
    if (run->train.features) {
        const float *features = load_features(run, &run->train, loop->index + run->first, run->count);
        name_batch(run, &run->train, loop->index, run->options->batch);
        make_targets(run, loop->step);
        return features;
    }
    if (agree(run, load_training_images(run, loop, err), err))
        return NULL;
    make_targets(run, loop->step);
    const float *own = run->images + (run->options->mixup > 0 ? run->first * sk_arch_values(&run->options->arch, 0) : 0);
    return run->frozen.net ? sk_frozen_features(&run->frozen, run->count, own) : own;
}

static int one_step(void *self, struct sk_loop *loop, double *loss, struct sk_error *err)
{
    struct run *run = self;
    const struct sk_train_options *o = run->options;
    const size_t logits = run->outputs * sizeof *run->logits; /* of an image */
    struct sk_random random;
    sk_random_init(&random, o->seed, sk_stream(SK_STREAM_DROPOUT, loop->step));
    const float *x = prepare_step(run, loop, err);
    if (!x)
        return -1;
    sk_net_forward(run->net, run->count, 1, x, run->own_logits, &random);
    if (o->share)
        sk_share_gather(o->share, 1, logits, run->own_logits, run->logits);
    *loss = run->loss = loss_of(run);
    if (o->share)
        sk_share_take(o->share, 1, logits, run->dlogits, run->own_dlogits);
    sk_net_backward(run->net, run->count, 1, x, run->own_logits, run->own_dlogits, NULL, true);
    sk_optimizer_update(&run->optimizer, run->net->weights, run->net->gradients, o->jobs);
    sk_net_weights_changed(run->net);
    run->loss_sum += run->loss;
    run->loss_steps++;
    return 0;
}

static void keep_best(struct run *run, struct sk_loop *loop)
{
    if (run->best_step && !better(&run->last, &run->best))
        return;
    run->best = run->last;
    run->best_step = loop->step;
    sk_snapshot_take(&loop->best, run->net);
}

/* Validation, snapshot, log. */
static int after_epoch(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    char loss[SK_NUMBER_SIZE], accuracy[SK_NUMBER_SIZE], auc[SK_NUMBER_SIZE];
    const struct scores *s = &run->last;
    if (evaluate(run, loop, &run->last, err))
        return -1;
    keep_best(run, loop);
    double mean = run->loss_sum / (double)run->loss_steps;
    run->loss_sum = 0;
    run->loss_steps = 0;
    return sk_train_log_line(&loop->log, err, loop->rate, "%llu\t%llu\t%.6f\t%s\t%s\t%s", (unsigned long long)loop->epoch,
                             (unsigned long long)loop->step, mean, sk_number_fixed(loss, s->loss, DECIMALS),
                             sk_number_fixed(accuracy, s->accuracy, DECIMALS), sk_number_fixed(auc, s->auc, DECIMALS));
}

static int tell(void *self, struct sk_loop *loop, char text[SK_LOOP_TEXT], struct sk_error *err)
{
    const struct run *run = self;
    char auc[SK_NUMBER_SIZE], accuracy[SK_NUMBER_SIZE];
    (void)err;
    snprintf(text, SK_LOOP_TEXT, "epoch %llu, loss %.4f, valid AUC %s, valid accuracy %s, %.0f images/s",
             (unsigned long long)loop->epoch, run->loss, sk_number_fixed(auc, run->last.auc, 4),
             sk_number_fixed(accuracy, run->last.accuracy, 4), loop->rate);
    return 0;
}

/* Where a class has no validation image there is no AUC. */
static void warn_of_validation(const struct run *run)
{
    size_t count[SK_MAX_CLASSES] = {0}, class = 0;
    const struct part *valid = &run->valid;
    for (size_t i = 0; i < valid->count; i++)
        count[valid->set->label[valid->index[i]]]++;
    while (class < run->classes && count[class])
        class++;
    if (valid->count == 0)
        sk_train_warn(&run->options->report, "no image validates: the model is that of the last epoch");
    else if (class < run->classes)
        sk_train_warn(&run->options->report, "no image of class %s validates: there is no AUC, the model is the snapshot with the "
                      "lowest validation loss", valid->set->class_name[class]);
}

/* Weights as they begin: drawn, and those of --init, where the head stays as drawn. */
static int begin_weights(struct run *run, struct sk_net *net, struct sk_error *err)
{
    struct sk_random random;
    sk_random_init(&random, run->options->seed, sk_stream(SK_STREAM_INITIAL_DISCRIMINATOR, 0));
    sk_params_initialize(&net->params, net->weights, &random);
    if (sk_pretrained_load(&run->pretrained, net, err))
        return -1;
    sk_net_weights_changed(net);
    return 0;
}

static int build_head(struct run *run, const struct sk_net_use *use, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    if (sk_frozen_start(&run->frozen, &o->arch, run->outputs, run->count, o->jobs, NULL, err) ||
        begin_weights(run, run->frozen.net, err) ||
        sk_net_new(&run->net, sk_classifier_head, &o->arch, run->outputs, use, NULL, err))
        return -1;
    sk_frozen_copy_head(&run->frozen, run->net);
    return 0;
}

static int build_whole(struct run *run, const struct sk_net_use *use, struct sk_error *err)
{
    const struct sk_arch *arch = &run->options->arch;
    return sk_net_new(&run->net, sk_recipes_of(arch)->classifier, arch, run->outputs, use, NULL, err) ||
           begin_weights(run, run->net, err) ? -1 : 0;
}

static int build(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const struct sk_net_use use = {run->count, true, o->jobs};
    if ((o->freeze ? build_head(run, &use, err) : build_whole(run, &use, err)) ||
        (o->share && sk_net_share(run->net, o->share, 1, NULL, err)))
        return -1;
    run->net->dropout = o->dropout;
    return sk_optimizer_start(&run->optimizer, &o->optimizer, &run->net->params, NULL, err);
}

static int allocate(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const size_t images = o->mixup > 0 ? o->batch : run->count, logits = run->outputs * sizeof(float);
    run->images = sk_alloc(images, sk_arch_values(&o->arch, 0) * sizeof(float), err);
    run->label = run->images ? sk_alloc(o->batch, 1, err) : NULL;
    run->logits = run->label ? sk_alloc(o->batch, logits, err) : NULL;
    run->dlogits = run->logits ? sk_alloc(o->batch, logits, err) : NULL;
    if (!run->dlogits)
        return -1;
    run->own_logits = o->share ? sk_alloc(run->count, logits, err) : run->logits;
    run->own_dlogits = o->share ? sk_alloc(run->count, logits, err) : run->dlogits;
    return run->own_logits && run->own_dlogits ? 0 : -1;
}

static int hold_features(struct part *part, size_t values, struct sk_error *err)
{
    part->features = sk_alloc(part->count, values * sizeof *part->features, err);
    part->known = part->features ? sk_alloc(part->count, sizeof *part->known, err) : NULL;
    return part->known ? 0 : -1;
}

/* Features are computed once for each image, where training shows it as it is; validation always does. */
static int allocate_features(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const size_t values = run->frozen.values;
    if (!run->frozen.net)
        return 0;
    run->features = sk_alloc(run->count, values * sizeof *run->features, err);
    run->missing = run->features ? sk_alloc(run->count, sizeof *run->missing, err) : NULL;
    if (!run->missing || hold_features(&run->valid, values, err))
        return -1;
    return run->augments || o->mixup > 0 ? 0 : hold_features(&run->train, values, err);
}

/* What the options ask for beyond that. */
static int allocate_optional(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const struct part *train = &run->train;
    run->augments = sk_augment_any(&o->augment);
    if ((o->smoothing > 0 || o->mixup > 0) &&
        !(run->target = sk_alloc(o->batch, run->classes * sizeof *run->target, err)))
        return -1;
    if (!o->balance)
        return 0;
    run->balanced = sk_alloc(train->count, 1, err);
    for (size_t i = 0; run->balanced && i < train->count; i++)
        run->balanced[i] = train->set->label[train->index[i]];
    return run->balanced ? 0 : -1;
}

static int start(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    if (build(run, err) || allocate(run, err) || allocate_optional(run, err) || allocate_features(run, err))
        return -1;
    loop->label = run->balanced;
    loop->keeps = SK_KEEP_AS_MODEL;
    loop->learners = 1;
    loop->learner[0] = (struct sk_learner){.net = run->net, .optimizer = &run->optimizer, .averaged = true};
    run->last = unknown;
    warn_of_validation(run);
    if (run->options->freeze && !run->options->initial)
        sk_train_warn(&run->options->report, "--freeze without --init: the head learns on what random weights make of images");
    return 0;
}

static int identify(void *self, struct sk_tensor_file *identity, struct sk_error *err)
{
    const struct run *run = self;
    return sk_tensor_file_set(identity, err, "valid_count", "%zu", run->valid.count) ||
                   sk_tensor_file_set(identity, err, "valid_crc32", "%08x", sk_dataset_crc(run->valid.set)) ||
                   sk_tensor_file_set(identity, err, "init", "%s", run->pretrained.crc) ? -1 : 0;
}

static const struct sk_task task = {
    .kind = "classifier",
    .header = "epoch\tstep\tloss\tvalid_loss\tvalid_accuracy\tvalid_auc\timages_per_second",
    .identify = identify,
    .start = start,
    .step = one_step,
    .after_epoch = after_epoch,
    .tell = tell,
    .describe = describe,
    .save = save_state,
    .restore = restore_state,
};

static void free_part(struct part *part)
{
    free(part->index);
    free(part->features);
    free(part->known);
}

static void free_run(struct run *run)
{
    sk_frozen_free(&run->frozen);
    sk_pretrained_free(&run->pretrained);
    sk_optimizer_free(&run->optimizer);
    sk_net_free(run->net);
    free_part(&run->train);
    free_part(&run->valid);
    free(run->images);
    free(run->features);
    free(run->missing);
    free(run->label);
    if (run->own_logits != run->logits) {
        free(run->own_logits);
        free(run->own_dlogits);
    }
    free(run->logits);
    free(run->dlogits);
    free(run->target);
    free(run->balanced);
}

int sk_classifier_run(const struct sk_train_options *options, const struct sk_dataset *set,
                      const struct sk_dataset *valid, enum sk_train_end *end, uint64_t *step, struct sk_error *err)
{
    struct sk_train_options own = *options;
    struct run run = {.options = &own, .classes = set->classes, .outputs = sk_class_logits(set->classes),
                      .first = sk_train_first(&own), .count = sk_train_count(&own)};
    *step = 0;
    int result = valid->count ? list_all(&run.train, set, err) || list_all(&run.valid, valid, err)
                              : carve(&run, set, err);
    if (result == 0)
        result = sk_pretrained_read(&run.pretrained, own.initial, &own.arch, err);
    if (result == 0 && own.freeze && run.pretrained.kernels_alone)
        result = sk_fail(err, "%s: has no batch norms, which --freeze would leave as they begin", own.initial);
    result = agree(&run, result, err);
    if (result == 0)
        result = sk_train_loop(&task, &run, &own, set, run.train.count, end, step, err);
    free_run(&run);
    return result;
}
