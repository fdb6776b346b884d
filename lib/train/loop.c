#include "train/loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/ranks.h"
#include "nn/model.h"
#include "train/checkpoint.h"
#include "train/outputs.h"

int sk_loop_diverged(const struct sk_loop *loop, struct sk_error *err)
{
    const bool kept = sk_train_keeps_checkpoint(loop->options) && loop->saved != UINT64_MAX;
    return sk_fail(err, "step %llu: the loss is not finite; %s; try a lower learning rate", (unsigned long long)loop->step,
                   kept ? "the last checkpoint is kept" : "nothing of it is kept");
}

/* --- ranks ------------------------------------------------------------------------ */

static struct sk_ranks *ranks_of(const struct sk_loop *loop)
{
    return sk_train_ranks(loop->options);
}

/* The first rank alone writes files. */
static bool writes(const struct sk_loop *loop)
{
    return sk_ranks_first(ranks_of(loop));
}

/* What has failed on one of them ends all. */
static int agree(const struct sk_loop *loop, int failed, struct sk_error *err)
{
    return sk_ranks_agree(ranks_of(loop), failed, err);
}

static void share_floats(const struct sk_loop *loop, float *values, size_t count)
{
    if (values)
        sk_ranks_broadcast(ranks_of(loop), values, count * sizeof *values);
}

/* All begin with what the first one has read or drawn. */
static void share_state(struct sk_loop *loop)
{
    for (size_t i = 0; ranks_of(loop) && i < loop->learners; i++) {
        struct sk_learner *l = &loop->learner[i];
        share_floats(loop, l->net->weights, l->net->params.total);
        share_floats(loop, l->net->running, l->net->buffers.total);
        share_floats(loop, l->ema.weights, l->net->params.total);
        share_floats(loop, l->ema.running, l->net->buffers.total);
        share_floats(loop, l->optimizer->m, l->optimizer->count);
        share_floats(loop, l->optimizer->v, l->optimizer->count);
        l->optimizer->step = loop->step;
        sk_net_weights_changed(l->net);
    }
    if (ranks_of(loop) && loop->task->share)
        loop->task->share(loop->self, ranks_of(loop));
}

/* --- averages --------------------------------------------------------------------- */

static bool has_average(const struct sk_learner *l)
{
    return l->ema.weights != NULL;
}

static int start_averages(struct sk_loop *loop, struct sk_error *err)
{
    for (size_t i = 0; i < loop->learners; i++) {
        struct sk_learner *l = &loop->learner[i];
        if (loop->options->ema > 0 && l->averaged && sk_ema_start(&l->ema, l->net, loop->options->ema, err))
            return -1;
    }
    return 0;
}

static void update_averages(struct sk_loop *loop)
{
    for (size_t i = 0; i < loop->learners; i++)
        if (has_average(&loop->learner[i]))
            sk_ema_update(&loop->learner[i].ema, loop->learner[i].net, loop->step);
}

/* What is judged, and written, are the averages; training goes on with the weights. */
static void exchange_averages(struct sk_loop *loop)
{
    for (size_t i = 0; i < loop->learners; i++)
        if (has_average(&loop->learner[i])) {
            sk_ema_swap(&loop->learner[i].ema, loop->learner[i].net);
            sk_net_weights_changed(loop->learner[i].net);
        }
}

/* --- files --------------------------------------------------------------------- */

/* Beside the average, a checkpoint has what it is an average of. */
static void raw_name(const struct sk_learner *l, char name[32])
{
    snprintf(name, 32, "raw.%s", l->net->prefix);
}

static int save_raw(struct sk_learner *l, struct sk_tensor_file *file, struct sk_error *err)
{
    char name[32];
    raw_name(l, name);
    sk_ema_swap(&l->ema, l->net);
    int failed = sk_net_save_as(l->net, name, file, err);
    sk_ema_swap(&l->ema, l->net);
    return failed;
}

static int load_learner(struct sk_learner *l, uint64_t step, const struct sk_tensor_file *file, struct sk_error *err)
{
    char name[32];
    raw_name(l, name);
    if (sk_net_load(l->net, file, err) || sk_train_load_optimizer(file, l->net->prefix, step, l->optimizer, err))
        return -1;
    if (!has_average(l))
        return 0;
    sk_ema_swap(&l->ema, l->net);
    return sk_net_load_as(l->net, name, file, err);
}

/* The last step may have spoilt what the next one would be the first to show. */
static bool all_finite(const struct sk_loop *loop)
{
    for (size_t i = 0; i < loop->learners; i++) {
        const struct sk_net *net = loop->learner[i].net;
        if (!sk_params_finite(&net->params, net->weights) || !sk_params_finite(&net->buffers, net->running))
            return false;
    }
    return true;
}

/* What a model lacks: all that a resumed run needs besides the networks. */
static int add_state(struct sk_loop *loop, struct sk_tensor_file *file, struct sk_error *err)
{
    for (size_t i = 0; i < loop->learners; i++)
        if (has_average(&loop->learner[i]) && save_raw(&loop->learner[i], file, err))
            return -1;
    for (size_t i = 0; i < loop->learners; i++)
        if (sk_train_save_optimizer(file, loop->learner[i].net->prefix, loop->learner[i].optimizer, err))
            return -1;
    if (loop->task->save && loop->task->save(loop->self, file, err))
        return -1;
    if (loop->keeps && sk_snapshot_save(&loop->best, loop->learner[0].net, file, err))
        return -1;
    return sk_train_log_save(&loop->log, file, err);
}

static int fill_file(struct sk_loop *loop, struct sk_tensor_file *file, enum sk_train_file which, struct sk_error *err)
{
    const bool best = which == SK_FILE_BEST; /* what one draws with, not what one trains on with */
    if (sk_train_begin_file(file, &loop->identity, best ? loop->best_step : loop->step, loop->steps, err) ||
        (loop->keeps == SK_KEEP_BESIDE && sk_tensor_file_set(file, err, "best_step", "%llu", (unsigned long long)loop->best_step)) ||
        (loop->task->describe && loop->task->describe(loop->self, file, err)))
        return -1;
    for (size_t i = 0; i < (best ? 1 : loop->learners); i++)
        if (sk_net_save(loop->learner[i].net, file, err))
            return -1;
    return which == SK_FILE_CHECKPOINT ? add_state(loop, file, err) : 0;
}

static int save(struct sk_loop *loop, enum sk_train_file which, struct sk_error *err)
{
    struct sk_tensor_file file = {0};
    int failed = writes(loop) && (fill_file(loop, &file, which, err) || sk_train_write(&file, loop->options, which, err));
    sk_tensor_file_free(&file);
    return failed ? -1 : 0;
}

static int save_checkpoint(struct sk_loop *loop, struct sk_error *err)
{
    exchange_averages(loop);
    if (!all_finite(loop))
        return sk_loop_diverged(loop, err);
    if (sk_train_keeps_checkpoint(loop->options) && save(loop, SK_FILE_CHECKPOINT, err))
        return sk_prefix(err, "saving the checkpoint (the previous one is as it was)");
    loop->saved = loop->step;
    int failed = writes(loop) && loop->task->sample && loop->task->sample(loop->self, loop, err);
    exchange_averages(loop);
    return failed ? -1 : 0;
}

/* Nothing is trained after this. The model is the last file: where it is, all are. */
static int save_model(struct sk_loop *loop, struct sk_error *err)
{
    struct sk_net *net = loop->learner[0].net;
    exchange_averages(loop);
    if (loop->keeps == SK_KEEP_AS_MODEL)
        sk_snapshot_put_back(&loop->best, net);
    if (!all_finite(loop))
        return sk_loop_diverged(loop, err);
    if (loop->keeps == SK_KEEP_BESIDE) {
        sk_snapshot_swap(&loop->best, net);
        const int failed = save(loop, SK_FILE_BEST, err);
        sk_snapshot_swap(&loop->best, net);
        if (failed)
            return -1;
    }
    return save(loop, SK_FILE_MODEL, err);
}

static int restore(struct sk_loop *loop, const struct sk_tensor_file *file, struct sk_error *err)
{
    for (size_t i = 0; i < loop->learners; i++)
        if (load_learner(&loop->learner[i], loop->step, file, err))
            return -1;
    if (loop->task->restore && loop->task->restore(loop->self, file, err))
        return -1;
    if (loop->keeps == SK_KEEP_BESIDE && sk_model_number(file, "best_step", 0, UINT64_MAX, &loop->best_step, err))
        return -1;
    return loop->keeps ? sk_snapshot_load(&loop->best, loop->learner[0].net, file, err) : 0;
}

/* --- the loop ------------------------------------------------------------------ */

static int end_epoch(struct sk_loop *loop, struct sk_error *err)
{
    if (!loop->task->after_epoch)
        return 0;
    exchange_averages(loop);
    int failed = loop->task->after_epoch(loop->self, loop, err);
    exchange_averages(loop);
    return failed;
}

static int judge(struct sk_loop *loop, struct sk_error *err)
{
    if (!loop->task->judge)
        return 0;
    exchange_averages(loop);
    int failed = all_finite(loop) ? loop->task->judge(loop->self, loop, err) : sk_loop_diverged(loop, err);
    exchange_averages(loop);
    return failed;
}

static int after_step(struct sk_loop *loop, struct sk_error *err)
{
    const size_t batch = loop->options->batch;
    const double pace = sk_train_pace_rate(&loop->pace, loop->step);
    char text[SK_LOOP_TEXT];
    loop->rate = pace * (double)batch;
    loop->epoch = loop->step * batch / loop->images;
    const bool ends = loop->epoch != (loop->step - 1) * batch / loop->images || loop->step == loop->steps;
    const bool saves = loop->step % loop->options->save_every == 0 || loop->step == loop->steps;
    if ((ends && end_epoch(loop, err)) || (saves && judge(loop, err)) || loop->task->tell(loop->self, loop, text, err))
        return -1;
    sk_train_stepped(&loop->options->report, &(struct sk_progress_state){loop->step, loop->steps, pace, ends, text});
    return 0;
}

static void set_rates(struct sk_loop *loop)
{
    const struct sk_train_options *o = loop->options;
    const double factor = sk_schedule_factor(&o->schedule, loop->step, loop->steps);
    for (size_t i = 0; i < loop->learners; i++) {
        struct sk_learner *l = &loop->learner[i];
        l->optimizer->options.rate = (l->rate > 0 ? l->rate : o->optimizer.rate) * factor;
    }
}

static int one_step(struct sk_loop *loop, struct sk_error *err)
{
    set_rates(loop);
    sk_sampler_batch(&loop->sampler, loop->step, loop->options->batch, loop->index);
    double loss;
    if (loop->task->step(loop->self, loop, &loss, err))
        return -1;
    loop->step++;
    update_averages(loop);
    return isfinite(loss) ? after_step(loop, err) : sk_loop_diverged(loop, err);
}

/* A signal to one rank stops all, after the same step. */
static bool stopped(const struct sk_loop *loop)
{
    return sk_ranks_greatest(ranks_of(loop), *loop->options->stop) != 0;
}

static int train(struct sk_loop *loop, enum sk_train_end *end, struct sk_error *err)
{
    const struct sk_train_options *o = loop->options;
    loop->pace = sk_train_pace_start(loop->step);
    sk_train_started(&o->report);
    while (loop->step < loop->steps && !stopped(loop))
        if (agree(loop, one_step(loop, err) || (loop->step % o->save_every == 0 && save_checkpoint(loop, err)), err))
            return -1;
    if (agree(loop, loop->step != loop->saved && save_checkpoint(loop, err), err))
        return -1;
    *end = loop->step == loop->steps ? SK_TRAIN_COMPLETE : SK_TRAIN_STOPPED;
    return agree(loop, *end == SK_TRAIN_COMPLETE && save_model(loop, err), err);
}

static int prepare(struct sk_loop *loop, const struct sk_tensor_file *checkpoint, struct sk_error *err)
{
    const struct sk_train_options *o = loop->options;
    loop->index = sk_alloc(o->batch, sizeof *loop->index, err);
    if (!loop->index || loop->task->start(loop->self, loop, err) ||
        sk_sampler_start_balanced(&loop->sampler, o->seed, loop->images, loop->label, err))
        return -1;
    if (loop->keeps && sk_snapshot_start(&loop->best, loop->learner[0].net, err))
        return -1;
    if (start_averages(loop, err) || (checkpoint && restore(loop, checkpoint, err)))
        return -1;
    return sk_train_log_open(&loop->log, writes(loop) ? o->log : NULL, loop->task->header, checkpoint, err);
}

/* Where to start, which the first rank looks up for all; it alone has the checkpoint. */
static int find_start(struct sk_loop *loop, enum sk_resume *start, struct sk_tensor_file *checkpoint, struct sk_error *err)
{
    *start = SK_RESUME_FRESH;
    int failed = writes(loop) && sk_train_resume(loop->options, &loop->identity, loop->steps, start, checkpoint, &loop->step, err);
    if (agree(loop, failed, err))
        return -1;
    sk_ranks_broadcast(ranks_of(loop), start, sizeof *start);
    sk_ranks_broadcast(ranks_of(loop), &loop->step, sizeof loop->step);
    return 0;
}

static int identify(struct sk_loop *loop, const struct sk_dataset *set, struct sk_error *err)
{
    return sk_train_identity(&loop->identity, loop->task->kind, loop->options, set, loop->steps, err) ||
                   (loop->task->identify && loop->task->identify(loop->self, &loop->identity, err)) ? -1 : 0;
}

static int resume_and_train(struct sk_loop *loop, const struct sk_dataset *set, enum sk_train_end *end, struct sk_error *err)
{
    struct sk_tensor_file checkpoint = {0};
    enum sk_resume start;
    if (agree(loop, identify(loop, set, err), err) || find_start(loop, &start, &checkpoint, err))
        return -1;
    if (start == SK_RESUME_COMPLETE) {
        *end = SK_TRAIN_WAS_COMPLETE;
        return 0;
    }
    loop->saved = start == SK_RESUME_CHECKPOINT ? loop->step : UINT64_MAX;
    int failed = agree(loop, prepare(loop, start == SK_RESUME_CHECKPOINT && writes(loop) ? &checkpoint : NULL, err), err);
    sk_tensor_file_free(&checkpoint);
    if (failed)
        return -1;
    share_state(loop);
    return train(loop, end, err);
}

int sk_train_loop(const struct sk_task *task, void *self, const struct sk_train_options *options, const struct sk_dataset *set,
                  size_t images, enum sk_train_end *end, uint64_t *step, struct sk_error *err)
{
    struct sk_loop loop = {.options = options, .task = task, .self = self, .images = images};
    loop.steps = sk_train_steps(options, images);
    int result = resume_and_train(&loop, set, end, err);
    *step = loop.step;
    struct sk_error log_error;
    if (sk_train_log_close(&loop.log, &log_error) && result == 0) {
        *err = log_error;
        result = -1;
    }
    sk_tensor_file_free(&loop.identity);
    sk_sampler_free(&loop.sampler);
    sk_snapshot_free(&loop.best);
    for (size_t i = 0; i < loop.learners; i++)
        sk_ema_free(&loop.learner[i].ema);
    free(loop.index);
    return result;
}
