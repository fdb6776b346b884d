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
    uint8_t *label;                   /* [batch] */
    float *images, *logits, *dlogits; /* a batch */
    float *features;                  /* [batch][frozen.values], of a part that holds them */
    uint32_t *missing;                /* [batch] */
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

/* And the images. */
static void load_images(struct run *run, const struct part *part, uint32_t *entry, size_t n)
{
    name_batch(run, part, entry, n);
    sk_dataset_batch(part->set, entry, n, run->images);
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

/* Labels of a batch of a part, and what the network reads of it; entries are positions in the part, replaced by indices. */
static const float *load_batch(struct run *run, struct part *part, uint32_t *entry, size_t n)
{
    const size_t values = run->frozen.values;
    if (!part->features) {
        load_images(run, part, entry, n);
        return run->images;
    }
    complete_features(run, part, entry, n);
    for (size_t i = 0; i < n; i++)
        memcpy(run->features + i * values, part->features + entry[i] * values, values * sizeof *run->features);
    name_batch(run, part, entry, n);
    return run->features;
}

/* Infers the validation images: fills what is known of them, and loss and accuracy. */
static void infer_valid(struct run *run, struct sk_loop *loop, struct scores *scores, struct validation *v)
{
    size_t n = run->valid.count, batch = run->options->batch;
    double loss = 0, right = 0;
    for (size_t at = 0; at < n; at += batch) {
        size_t here = n - at < batch ? n - at : batch;
        for (size_t i = 0; i < here; i++)
            loop->index[i] = (uint32_t)(at + i);
        sk_net_infer(run->net, here, load_batch(run, &run->valid, loop->index, here), run->logits);
        loss += (double)here * sk_class_cross_entropy(here, run->classes, run->logits, run->label, NULL);
        for (size_t i = 0; i < here * run->outputs; i++)
            v->logit[at * run->outputs + i] = (double)run->logits[i];
        for (size_t i = 0; i < here; i++) {
            double *p = v->probability + (at + i) * run->classes;
            sk_class_probabilities(run->classes, run->logits + i * run->outputs, p);
            v->label[at + i] = run->label[i];
            right += sk_class_predicted(run->classes, p) == run->label[i];
        }
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
        scores->calibration = run->classes == 2 ? sk_recalibrate_two(n, v->logit, v->label)
                                                : sk_recalibrate(n, run->classes, v->logit, v->label);
    return sk_macro_auc(v->probability, v->label, n, run->classes, &scores->auc, err);
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
    v.label = v.logit ? sk_alloc(n, 1, err) : NULL;
    int status = v.label ? score_valid(run, loop, scores, &v, err) : -1;
    free(v.probability);
    free(v.logit);
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
    if (!run->augments) {
        load_images(run, &run->train, loop->index, o->batch);
        return 0;
    }
    name_batch(run, &run->train, loop->index, o->batch);
    return sk_dataset_augmented_batch(run->train.set, &o->augment, o->seed, loop->step * o->batch, loop->index, o->batch, run->images,
                                      o->jobs, err);
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
    const size_t batch = run->options->batch;
    if (run->train.features) {
        const float *features = load_batch(run, &run->train, loop->index, batch);
        make_targets(run, loop->step);
        return features;
    }
    if (load_training_images(run, loop, err))
        return NULL;
    make_targets(run, loop->step);
    return run->frozen.net ? sk_frozen_features(&run->frozen, batch, run->images) : run->images;
}

static int one_step(void *self, struct sk_loop *loop, double *loss, struct sk_error *err)
{
    struct run *run = self;
    const struct sk_train_options *o = run->options;
    struct sk_random random;
    sk_random_init(&random, o->seed, sk_stream(SK_STREAM_DROPOUT, loop->step));
    const float *x = prepare_step(run, loop, err);
    if (!x)
        return -1;
    sk_net_forward(run->net, o->batch, 1, x, run->logits, &random);
    *loss = run->loss = loss_of(run);
    sk_net_backward(run->net, o->batch, 1, x, run->logits, run->dlogits, NULL, true);
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
    if (sk_frozen_start(&run->frozen, &o->arch, run->outputs, o->batch, o->jobs, NULL, err) ||
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
    const struct sk_net_use use = {o->batch, true, o->jobs};
    if (o->freeze ? build_head(run, &use, err) : build_whole(run, &use, err))
        return -1;
    run->net->dropout = o->dropout;
    return sk_optimizer_start(&run->optimizer, &o->optimizer, run->net->params.total, NULL, err);
}

static int allocate(struct run *run, struct sk_error *err)
{
    size_t batch = run->options->batch;
    run->images = sk_alloc(batch * sk_arch_values(&run->options->arch, 0), sizeof(float), err);
    run->label = sk_alloc(batch, 1, err);
    run->logits = sk_alloc(batch, run->outputs * sizeof(float), err);
    run->dlogits = sk_alloc(batch, run->outputs * sizeof(float), err);
    return run->images && run->label && run->logits && run->dlogits ? 0 : -1;
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
    run->features = sk_alloc(o->batch, values * sizeof *run->features, err);
    run->missing = run->features ? sk_alloc(o->batch, sizeof *run->missing, err) : NULL;
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
    free(run->logits);
    free(run->dlogits);
    free(run->target);
    free(run->balanced);
}

int sk_classifier_run(const struct sk_train_options *options, const struct sk_dataset *set,
                      const struct sk_dataset *valid, enum sk_train_end *end, uint64_t *step, struct sk_error *err)
{
    struct sk_train_options own = *options;
    struct run run = {.options = &own, .classes = set->classes, .outputs = sk_class_logits(set->classes)};
    *step = 0;
    int result = valid->count ? list_all(&run.train, set, err) || list_all(&run.valid, valid, err)
                              : carve(&run, set, err);
    if (result == 0)
        result = sk_pretrained_read(&run.pretrained, own.initial, &own.arch, err);
    if (result == 0)
        result = sk_train_loop(&task, &run, &own, set, run.train.count, end, step, err);
    free_run(&run);
    return result;
}
