#include "train/classifier_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "data/sampler.h"
#include "nn/dcgan.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/streams.h"
#include "stat/multiclass.h"
#include "train/checkpoint.h"
#include "train/log.h"
#include "train/report.h"

enum { CARVE = 10 };   /* one in ten training images validates where no validation set is given */
enum { DECIMALS = 6 }; /* of validation figures, in files */

/* Images of a data set by index. */
struct part {
    const struct sk_dataset *set;
    uint32_t *index;
    size_t count;
};

struct scores {
    double loss, accuracy, auc; /* auc: of several classes the mean; NaN where one has no validation image */
};

/* A run in progress. */
struct run {
    const struct sk_train_options *options;
    struct part train, valid;
    struct sk_tensor_file identity, initial; /* initial: the GAN of --init, empty without */
    struct sk_net *net;
    struct sk_optimizer optimizer;
    struct sk_sampler sampler;
    struct sk_train_log log;
    struct sk_train_pace pace;
    size_t classes, outputs;          /* outputs: logits an image */
    uint32_t *index;                  /* [batch] */
    uint8_t *label;                   /* [batch] */
    float *images, *logits, *dlogits; /* a batch */
    uint64_t step, steps, saved, best_step; /* done, asked for, in the checkpoint, of the best snapshot */
    double loss_sum;                  /* of the steps of this epoch */
    uint64_t loss_steps;
    struct scores last, best;
    float *best_weights, *best_running;
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

/* Splits a set: of each class a tenth, at least one where there are two, goes to valid. */
static int carve(struct run *run, const struct sk_dataset *set, struct sk_error *err)
{
    if (list_all(&run->train, set, err) || list_all(&run->valid, set, err))
        return -1;
    size_t quota[SK_MAX_CLASSES];
    for (size_t c = 0; c < set->classes; c++)
        quota[c] = set->class_count[c] < 2 ? 0 : (set->class_count[c] + CARVE - 1) / CARVE;
    struct sk_random random;
    sk_random_init(&random, run->options->seed, sk_stream(SK_STREAM_SPLIT, 0));
    uint32_t *order = run->train.index;
    sk_random_shuffle(&random, order, set->count);
    run->train.count = run->valid.count = 0;
    for (size_t i = 0; i < set->count; i++) {
        size_t class = set->label[order[i]];
        if (quota[class]) {
            quota[class]--;
            run->valid.index[run->valid.count++] = order[i];
        } else
            run->train.index[run->train.count++] = order[i];
    }
    return 0;
}

/* Fills images and labels with a batch of a part; entries are positions in the part, replaced by indices. */
static void load_batch(struct run *run, const struct part *part, uint32_t *entry, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        entry[i] = part->index[entry[i]];
        run->label[i] = part->set->label[entry[i]];
    }
    sk_dataset_batch(part->set, entry, n, run->images);
}

/* Infers the validation images; fills what is known of them, probability [n][classes] and label [n]. */
static void infer_valid(struct run *run, struct scores *scores, double *probability, uint8_t *label)
{
    size_t n = run->valid.count, batch = run->options->batch;
    double loss = 0, right = 0;
    for (size_t at = 0; at < n; at += batch) {
        size_t here = n - at < batch ? n - at : batch;
        for (size_t i = 0; i < here; i++)
            run->index[i] = (uint32_t)(at + i);
        load_batch(run, &run->valid, run->index, here);
        sk_net_infer(run->net, here, run->images, run->logits);
        loss += (double)here * sk_class_cross_entropy(here, run->classes, run->logits, run->label, NULL);
        for (size_t i = 0; i < here; i++) {
            double *p = probability + (at + i) * run->classes;
            sk_class_probabilities(run->classes, run->logits + i * run->outputs, p);
            label[at + i] = run->label[i];
            right += sk_class_predicted(run->classes, p) == run->label[i];
        }
    }
    scores->loss = loss / (double)n;
    scores->accuracy = right / (double)n;
}

static int evaluate(struct run *run, struct scores *scores, struct sk_error *err)
{
    size_t n = run->valid.count;
    *scores = (struct scores){.loss = NAN, .accuracy = NAN, .auc = NAN};
    if (n == 0)
        return 0;
    double *probability = sk_alloc(n, run->classes * sizeof *probability, err);
    uint8_t *label = probability ? sk_alloc(n, 1, err) : NULL;
    int status = label ? 0 : -1;
    if (status == 0) {
        infer_valid(run, scores, probability, label);
        status = isfinite(scores->loss) ? sk_macro_auc(probability, label, n, run->classes, &scores->auc, err)
                                        : sk_train_diverged(run->step, err);
    }
    free(probability);
    free(label);
    return status;
}

static bool better(const struct scores *a, const struct scores *b)
{
    if (isnan(a->auc) || isnan(b->auc) || a->auc == b->auc)
        return !(a->loss >= b->loss);
    return a->auc > b->auc;
}

static void keep_best(struct run *run)
{
    if (run->best_step && !better(&run->last, &run->best))
        return;
    run->best = run->last;
    run->best_step = run->step;
    memcpy(run->best_weights, run->net->weights, run->net->params.total * sizeof(float));
    memcpy(run->best_running, run->net->running, run->net->buffers.total * sizeof(float));
}

/* The numbers of the run that are neither weights nor options, bit for bit. */
enum { STATE = 9 };

static void state_numbers(struct run *run, double numbers[7])
{
    const double from[7] = {run->loss_sum, run->last.loss, run->last.accuracy, run->last.auc,
                            run->best.loss, run->best.accuracy, run->best.auc};
    memcpy(numbers, from, sizeof from);
}

static int save_state(struct run *run, struct sk_tensor_file *file, struct sk_error *err)
{
    void *data, *weights, *running;
    if (sk_tensor_file_add(file, "state", SK_I64, 1, (size_t[]){STATE}, &data, err) ||
        sk_tensor_file_add(file, "best.weights", SK_F32, 1, &run->net->params.total, &weights, err) ||
        sk_tensor_file_add(file, "best.running", SK_F32, 1, &run->net->buffers.total, &running, err))
        return -1;
    double numbers[7];
    state_numbers(run, numbers);
    uint64_t whole[2] = {run->best_step, run->loss_steps};
    memcpy(data, whole, sizeof whole);
    memcpy((char *)data + sizeof whole, numbers, sizeof numbers);
    memcpy(weights, run->best_weights, run->net->params.total * sizeof(float));
    memcpy(running, run->best_running, run->net->buffers.total * sizeof(float));
    return 0;
}

static int restore_state(struct run *run, const struct sk_tensor_file *file, struct sk_error *err)
{
    const struct sk_tensor *state = sk_tensor_file_expect(file, "state", SK_I64, 1, (size_t[]){STATE}, err);
    const struct sk_tensor *weights =
        state ? sk_tensor_file_expect(file, "best.weights", SK_F32, 1, &run->net->params.total, err) : NULL;
    const struct sk_tensor *running =
        weights ? sk_tensor_file_expect(file, "best.running", SK_F32, 1, &run->net->buffers.total, err) : NULL;
    if (!running)
        return -1;
    uint64_t whole[2];
    double n[7];
    memcpy(whole, state->data, sizeof whole);
    memcpy(n, (const char *)state->data + sizeof whole, sizeof n);
    run->best_step = whole[0];
    run->loss_steps = whole[1];
    run->loss_sum = n[0];
    run->last = (struct scores){n[1], n[2], n[3]};
    run->best = (struct scores){n[4], n[5], n[6]};
    memcpy(run->best_weights, weights->data, run->net->params.total * sizeof(float));
    memcpy(run->best_running, running->data, run->net->buffers.total * sizeof(float));
    return 0;
}

static int fill_file(struct run *run, struct sk_tensor_file *file, bool complete, struct sk_error *err)
{
    char auc[SK_NUMBER_SIZE], loss[SK_NUMBER_SIZE];
    if (sk_train_begin_file(file, &run->identity, run->step, run->steps, err) ||
        sk_tensor_file_set(file, err, "snapshot_step", "%llu", (unsigned long long)run->best_step) ||
        sk_tensor_file_set(file, err, "valid_auc", "%s", sk_number_fixed(auc, run->best.auc, DECIMALS)) ||
        sk_tensor_file_set(file, err, "valid_loss", "%s", sk_number_fixed(loss, run->best.loss, DECIMALS)) ||
        sk_net_save(run->net, file, err))
        return -1;
    if (complete)
        return 0;
    return sk_train_save_optimizer(file, "classifier", &run->optimizer, err) || save_state(run, file, err) ||
                   sk_train_log_save(&run->log, file, err) ? -1 : 0;
}

static int save(struct run *run, bool complete, struct sk_error *err)
{
    const struct sk_net *net = run->net;
    if (!sk_params_finite(&net->params, net->weights) || !sk_params_finite(&net->buffers, net->running))
        return sk_train_diverged(run->step, err); /* the next step would be the first to show it */
    struct sk_tensor_file file = {0};
    int failed = fill_file(run, &file, complete, err) || sk_train_write(&file, run->options, complete, err);
    sk_tensor_file_free(&file);
    if (failed)
        return complete ? -1 : sk_prefix(err, "saving the checkpoint (the previous one is as it was)");
    run->saved = run->step;
    return 0;
}

/* The model is the best snapshot; nothing is trained after this. */
static int finish(struct run *run, struct sk_error *err)
{
    memcpy(run->net->weights, run->best_weights, run->net->params.total * sizeof(float));
    memcpy(run->net->running, run->best_running, run->net->buffers.total * sizeof(float));
    return save(run, true, err);
}

static double classifier_step(struct run *run)
{
    const struct sk_train_options *o = run->options;
    struct sk_random random;
    sk_random_init(&random, o->seed, sk_stream(SK_STREAM_DROPOUT, run->step));
    sk_sampler_batch(&run->sampler, run->step, o->batch, run->index);
    load_batch(run, &run->train, run->index, o->batch);
    sk_net_forward(run->net, o->batch, 1, run->images, run->logits, &random);
    double loss = sk_class_cross_entropy(o->batch, run->classes, run->logits, run->label, run->dlogits);
    sk_net_backward(run->net, o->batch, 1, run->images, run->logits, run->dlogits, NULL, true);
    sk_optimizer_update(&run->optimizer, run->net->weights, run->net->gradients, o->jobs);
    sk_net_weights_changed(run->net);
    return loss;
}

/* The end of an epoch: validation, snapshot, log. */
static int end_epoch(struct run *run, uint64_t epoch, double rate, struct sk_error *err)
{
    char loss[SK_NUMBER_SIZE], accuracy[SK_NUMBER_SIZE], auc[SK_NUMBER_SIZE];
    const struct scores *s = &run->last;
    if (evaluate(run, &run->last, err))
        return -1;
    keep_best(run);
    double mean = run->loss_sum / (double)run->loss_steps;
    run->loss_sum = 0;
    run->loss_steps = 0;
    return sk_train_log_line(&run->log, err, rate, "%llu\t%llu\t%.6f\t%s\t%s\t%s", (unsigned long long)epoch,
                             (unsigned long long)run->step, mean, sk_number_fixed(loss, s->loss, DECIMALS),
                             sk_number_fixed(accuracy, s->accuracy, DECIMALS), sk_number_fixed(auc, s->auc, DECIMALS));
}

static void tell(const struct run *run, double loss, uint64_t epoch, bool epoch_ends)
{
    char text[160], auc[SK_NUMBER_SIZE], accuracy[SK_NUMBER_SIZE];
    const double rate = sk_train_pace_rate(&run->pace, run->step);
    snprintf(text, sizeof text, "epoch %llu, loss %.4f, valid AUC %s, valid accuracy %s, %.0f images/s", (unsigned long long)epoch,
             loss, sk_number_fixed(auc, run->last.auc, 4), sk_number_fixed(accuracy, run->last.accuracy, 4),
             rate * (double)run->options->batch);
    sk_train_stepped(&run->options->report, &(struct sk_progress_state){run->step, run->steps, rate, epoch_ends, text});
}

static int after_step(struct run *run, double loss, struct sk_error *err)
{
    if (!isfinite(loss))
        return sk_train_diverged(run->step, err);
    size_t batch = run->options->batch, count = run->train.count;
    uint64_t epoch = run->step * batch / count;
    bool epoch_ends = epoch != (run->step - 1) * batch / count || run->step == run->steps;
    double rate = sk_train_pace_rate(&run->pace, run->step) * (double)batch;
    run->loss_sum += loss;
    run->loss_steps++;
    if (epoch_ends && end_epoch(run, epoch, rate, err))
        return -1;
    tell(run, loss, epoch, epoch_ends);
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

/* The training loop. */
static int train(struct run *run, enum sk_train_end *end, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    warn_of_validation(run);
    run->pace = sk_train_pace_start(run->step);
    sk_train_started(&o->report);
    while (run->step < run->steps && !*o->stop) {
        double loss = classifier_step(run);
        run->step++;
        if (after_step(run, loss, err) || (run->step % o->save_every == 0 && save(run, false, err)))
            return -1;
    }
    if (run->step != run->saved && save(run, false, err))
        return -1;
    *end = run->step == run->steps ? SK_TRAIN_COMPLETE : SK_TRAIN_STOPPED;
    return *end == SK_TRAIN_COMPLETE ? finish(run, err) : 0;
}

/* --init: a GAN whose discriminator has this network's trunk. Read once, as it may be a pipe. */
static int read_initial(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    struct sk_arch arch;
    if (!o->initial)
        return 0;
    if (sk_model_read(&run->initial, o->initial, "gan", &arch, err))
        return -1;
    if (arch.size != o->arch.size || arch.width != o->arch.width || arch.kernel != o->arch.kernel)
        return sk_fail(err, "%s: is of --size %zu --width %zu --kernel %zu, not %zu, %zu, %zu", o->initial, arch.size,
                       arch.width, arch.kernel, o->arch.size, o->arch.width, o->arch.kernel);
    return 0;
}

static int build(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const struct sk_net_use use = {o->batch, true, o->jobs};
    if (sk_net_new(&run->net, sk_dcgan_classifier, &o->arch, run->outputs, &use, NULL, err))
        return -1;
    run->net->dropout = o->dropout;
    struct sk_random random;
    sk_random_init(&random, o->seed, sk_stream(SK_STREAM_INITIAL_DISCRIMINATOR, 0));
    sk_params_initialize(&run->net->params, run->net->weights, &random);
    if (o->initial && sk_net_load_trunk(run->net, "discriminator", &run->initial, err))
        return -1; /* the head stays as drawn */
    sk_net_weights_changed(run->net);
    return sk_optimizer_start(&run->optimizer, &o->optimizer, run->net->params.total, NULL, err);
}

static int allocate(struct run *run, struct sk_error *err)
{
    size_t batch = run->options->batch;
    run->index = sk_alloc(batch, sizeof *run->index, err);
    run->images = sk_alloc(batch * sk_arch_values(&run->options->arch, 0), sizeof(float), err);
    run->label = sk_alloc(batch, 1, err);
    run->logits = sk_alloc(batch, run->outputs * sizeof(float), err);
    run->dlogits = sk_alloc(batch, run->outputs * sizeof(float), err);
    run->best_weights = sk_alloc(run->net->params.total, sizeof(float), err);
    run->best_running = sk_alloc(run->net->buffers.total, sizeof(float), err);
    return run->index && run->images && run->label && run->logits && run->dlogits && run->best_weights &&
                   run->best_running ? 0 : -1;
}

static int restore(struct run *run, const struct sk_tensor_file *checkpoint, struct sk_error *err)
{
    return sk_net_load(run->net, checkpoint, err) ||
                   sk_train_load_optimizer(checkpoint, "classifier", run->step, &run->optimizer, err) ||
                   restore_state(run, checkpoint, err) ? -1 : 0;
}

static int identify(struct run *run, const struct sk_dataset *set, struct sk_error *err)
{
    const struct sk_dataset *valid = run->valid.set;
    if (sk_train_identity(&run->identity, "classifier", run->options, set, err) ||
        sk_tensor_file_set(&run->identity, err, "valid_count", "%zu", run->valid.count) ||
        sk_tensor_file_set(&run->identity, err, "valid_crc32", "%08x", sk_dataset_crc(valid)))
        return -1;
    const char *crc = sk_tensor_file_get(&run->initial, "crc32");
    return sk_tensor_file_set(&run->identity, err, "init", "%s", crc ? crc : "-");
}

static int resume_and_train(struct run *run, const struct sk_dataset *set, enum sk_train_end *end,
                            struct sk_error *err)
{
    struct sk_tensor_file checkpoint = {0};
    enum sk_resume start;
    run->steps = sk_train_steps(run->options, run->train.count);
    if (read_initial(run, err) || identify(run, set, err) ||
        sk_train_resume(run->options, &run->identity, run->steps, &start, &checkpoint, &run->step, err))
        return -1;
    if (start == SK_RESUME_COMPLETE) {
        *end = SK_TRAIN_WAS_COMPLETE;
        return 0;
    }
    const struct sk_tensor_file *from = start == SK_RESUME_CHECKPOINT ? &checkpoint : NULL;
    run->saved = from ? run->step : UINT64_MAX;
    run->last = (struct scores){NAN, NAN, NAN};
    int failed = build(run, err) || allocate(run, err) ||
                 sk_sampler_start(&run->sampler, run->options->seed, run->train.count, err) ||
                 (from && restore(run, from, err)) ||
                 sk_train_log_open(&run->log, run->options->log,
                                   "epoch\tstep\tloss\tvalid_loss\tvalid_accuracy\tvalid_auc\timages_per_second", from,
                                   err);
    sk_tensor_file_free(&checkpoint);
    return failed ? -1 : train(run, end, err);
}

static void free_run(struct run *run)
{
    sk_tensor_file_free(&run->identity);
    sk_tensor_file_free(&run->initial);
    sk_sampler_free(&run->sampler);
    sk_optimizer_free(&run->optimizer);
    sk_net_free(run->net);
    free(run->train.index);
    free(run->valid.index);
    free(run->index);
    free(run->images);
    free(run->label);
    free(run->logits);
    free(run->dlogits);
    free(run->best_weights);
    free(run->best_running);
}

int sk_classifier_run(const struct sk_train_options *options, const struct sk_dataset *set,
                      const struct sk_dataset *valid, enum sk_train_end *end, uint64_t *step, struct sk_error *err)
{
    struct run run = {.options = options, .classes = set->classes, .outputs = sk_class_logits(set->classes)};
    int result = valid->count ? list_all(&run.train, set, err) || list_all(&run.valid, valid, err)
                              : carve(&run, set, err);
    if (result == 0)
        result = resume_and_train(&run, set, end, err);
    *step = run.step;
    struct sk_error log_error;
    if (sk_train_log_close(&run.log, &log_error) && result == 0) {
        *err = log_error;
        result = -1;
    }
    free_run(&run);
    return result;
}
