#include "train/gan_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outfile.h"
#include "data/picture.h"
#include "data/sampler.h"
#include "nn/gan.h"
#include "nn/model.h"
#include "nn/streams.h"
#include "train/checkpoint.h"
#include "train/log.h"
#include "train/report.h"

enum { GRID = 8, SAMPLES = GRID * GRID };
/* Steps before a warning: at the start D's loss may be near 0 for a while, and a narrow G's first images are all gray. */
enum { LONG_TIME = 200 };

/* A run in progress. */
struct run {
    const struct sk_train_options *options;
    const struct sk_dataset *set;
    struct sk_tensor_file identity;
    struct sk_gan *gan;
    struct sk_sampler sampler;
    struct sk_train_log log;
    struct sk_train_pace pace;
    uint32_t *index;                 /* [batch] */
    float *sample_z, *sample_images; /* the fixed latents and what G makes of them */
    uint64_t step, steps, saved;     /* done, asked for, in the checkpoint */
    unsigned silent_steps;           /* in a row, with D's loss near 0 */
    bool warned_silent, warned_alike;
};

static void warn(struct run *run, const char *text)
{
    sk_train_warn(&run->options->report, "step %llu: %s", (unsigned long long)run->step, text);
}

/* The last step may have spoilt what the next one would be the first to show. */
static bool weights_finite(const struct run *run)
{
    const struct sk_net *g = run->gan->generator;
    const struct sk_net *d = run->gan->discriminator;
    return sk_params_finite(&g->params, g->weights) && sk_params_finite(&g->buffers, g->running) &&
           sk_params_finite(&d->params, d->weights) && sk_params_finite(&d->buffers, d->running);
}

static int save(struct run *run, bool complete, struct sk_error *err)
{
    struct sk_tensor_file file = {0};
    int failed = sk_train_begin_file(&file, &run->identity, run->step, run->steps, err) ||
                 sk_net_save(run->gan->generator, &file, err) ||
                 sk_net_save(run->gan->discriminator, &file, err);
    if (!failed && !complete)
        failed = sk_train_save_optimizer(&file, "generator", &run->gan->generator_optimizer, err) ||
                 sk_train_save_optimizer(&file, "discriminator", &run->gan->discriminator_optimizer, err) ||
                 sk_train_log_save(&run->log, &file, err);
    if (!failed)
        failed = sk_train_write(&file, run->options, complete, err);
    sk_tensor_file_free(&file);
    return failed ? -1 : 0;
}

/* Are the generated images (nearly) one image? The mean standard deviation of a sample's value over the images. */
static bool samples_alike(const struct run *run, size_t values)
{
    double spread = 0;
    for (size_t j = 0; j < values; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < SAMPLES; i++) {
            double v = (double)run->sample_images[i * values + j];
            sum += v;
            squares += v * v;
        }
        spread += sqrt(fmax(squares / SAMPLES - sum / SAMPLES * (sum / SAMPLES), 0));
    }
    return spread / (double)values < 0.01;
}

static int write_grid(const struct run *run, struct sk_error *err)
{
    char *path;
    if (asprintf(&path, "%s-%06llu.ppm", run->options->samples, (unsigned long long)run->step) < 0) {
        errno = ENOMEM;
        return sk_fail_errno(err, "%s", run->options->samples);
    }
    struct sk_image grid = {0};
    struct sk_outfile out = {0};
    int failed = sk_picture_grid(&grid, run->sample_images, SAMPLES, run->options->arch.size, GRID, err) ||
                 sk_outfile_open(&out, path, err);
    if (!failed) {
        failed = sk_image_write(out.stream, path, &grid, err);
        if (failed)
            sk_outfile_abandon(&out);
        else
            failed = sk_outfile_commit(&out, err);
    }
    sk_image_free(&grid);
    free(path);
    return failed ? -1 : 0;
}

static int sample(struct run *run, struct sk_error *err)
{
    const struct sk_arch *arch = &run->options->arch;
    size_t values = sk_arch_values(arch, 0), batch = run->options->batch;
    for (size_t i = 0; i < SAMPLES; i += batch)
        sk_net_infer(run->gan->generator, SAMPLES - i < batch ? SAMPLES - i : batch,
                           run->sample_z + i * arch->latent, run->sample_images + i * values);
    if (run->step >= LONG_TIME && !run->warned_alike && samples_alike(run, values)) {
        run->warned_alike = true;
        warn(run, "the generated images are all alike: G has collapsed; try another seed, a lower learning rate, or go "
                  "back to an earlier checkpoint");
    }
    return run->options->samples ? write_grid(run, err) : 0;
}

static int save_and_sample(struct run *run, struct sk_error *err)
{
    if (!weights_finite(run))
        return sk_train_diverged(run->step, err);
    if (save(run, false, err))
        return sk_prefix(err, "saving the checkpoint (the previous one is as it was)");
    run->saved = run->step;
    return sample(run, err);
}

static int check_losses(struct run *run, const struct sk_gan_losses *losses, struct sk_error *err)
{
    if (!isfinite(losses->d_loss) || !isfinite(losses->g_loss))
        return sk_train_diverged(run->step, err);
    run->silent_steps = losses->d_loss < 0.01 ? run->silent_steps + 1 : 0;
    if (run->silent_steps == LONG_TIME && !run->warned_silent) {
        run->warned_silent = true;
        warn(run, "D's loss has been near 0 for 200 steps: G learns nothing from it; try a lower learning rate, more or "
                  "more varied images, or another seed");
    }
    return 0;
}

static int report(struct run *run, const struct sk_gan_losses *l, struct sk_error *err)
{
    size_t batch = run->options->batch, count = run->set->count;
    uint64_t epoch = run->step * batch / count;
    bool epoch_ends = epoch != (run->step - 1) * batch / count || run->step == run->steps;
    double steps_a_second = sk_train_pace_rate(&run->pace, run->step), rate = steps_a_second * (double)batch;
    char text[200];
    snprintf(text, sizeof text, "epoch %llu, D loss %.4f, G loss %.4f, D(x) %.3f, D(G(z)) %.3f, %.0f images/s",
             (unsigned long long)epoch, l->d_loss, l->g_loss, l->d_x, l->d_g_z, rate);
    sk_train_stepped(&run->options->report,
                     &(struct sk_progress_state){run->step, run->steps, steps_a_second, epoch_ends, text});
    return sk_train_log_line(&run->log, err, rate, "%llu\t%.4f\t%.7g\t%.7g\t%.6f\t%.6f",
                             (unsigned long long)run->step, (double)run->step * (double)batch / (double)count,
                             l->d_loss, l->g_loss, l->d_x, l->d_g_z);
}

static int one_step(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    struct sk_gan_losses losses;
    sk_sampler_batch(&run->sampler, run->step, o->batch, run->index);
    sk_dataset_batch(run->set, run->index, o->batch, run->gan->images);
    sk_gan_step(run->gan, o->seed, run->step, &losses);
    run->step++;
    return check_losses(run, &losses, err) || report(run, &losses, err) ? -1 : 0;
}

/* The training loop. */
static int train(struct run *run, enum sk_train_end *end, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    run->pace = sk_train_pace_start(run->step);
    sk_train_started(&o->report);
    while (run->step < run->steps && !*o->stop)
        if (one_step(run, err) || (run->step % o->save_every == 0 && save_and_sample(run, err)))
            return -1;
    if (run->step != run->saved && save_and_sample(run, err))
        return -1;
    *end = run->step == run->steps ? SK_TRAIN_COMPLETE : SK_TRAIN_STOPPED;
    return *end == SK_TRAIN_COMPLETE ? save(run, true, err) : 0;
}

static int restore(struct run *run, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct sk_gan *gan = run->gan;
    return sk_net_load(gan->generator, file, err) ||
                   sk_net_load(gan->discriminator, file, err) ||
                   sk_train_load_optimizer(file, "generator", run->step, &gan->generator_optimizer, err) ||
                   sk_train_load_optimizer(file, "discriminator", run->step, &gan->discriminator_optimizer, err)
               ? -1 : 0;
}

static int prepare(struct run *run, const struct sk_tensor_file *checkpoint, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    struct sk_gan_options g = {o->arch, o->batch, o->optimizer};
    if (sk_gan_new(&run->gan, &g, o->seed, o->jobs, NULL, err) ||
        sk_sampler_start(&run->sampler, o->seed, run->set->count, err) || (checkpoint && restore(run, checkpoint, err)))
        return -1;
    run->index = sk_alloc(o->batch, sizeof *run->index, err);
    run->sample_z = sk_alloc(SAMPLES * o->arch.latent, sizeof(float), err);
    run->sample_images = sk_alloc(SAMPLES * sk_arch_values(&o->arch, 0), sizeof(float), err);
    if (!run->index || !run->sample_z || !run->sample_images)
        return -1;
    sk_latents(SAMPLES, o->arch.latent, o->seed, sk_stream(SK_STREAM_SAMPLES, 0), run->sample_z);
    return sk_train_log_open(&run->log, o->log, "step\tepoch\td_loss\tg_loss\td_x\td_g_z\timages_per_second",
                             checkpoint, err);
}

static int resume_and_train(struct run *run, enum sk_train_end *end, struct sk_error *err)
{
    struct sk_tensor_file checkpoint = {0};
    enum sk_resume start;
    run->steps = sk_train_steps(run->options, run->set->count);
    if (sk_train_identity(&run->identity, "gan", run->options, run->set, err) ||
        sk_train_resume(run->options, &run->identity, run->steps, &start, &checkpoint, &run->step, err))
        return -1;
    if (start == SK_RESUME_COMPLETE) {
        *end = SK_TRAIN_WAS_COMPLETE;
        return 0;
    }
    const struct sk_tensor_file *from = start == SK_RESUME_CHECKPOINT ? &checkpoint : NULL;
    run->saved = from ? run->step : UINT64_MAX;
    int failed = prepare(run, from, err);
    sk_tensor_file_free(&checkpoint);
    return failed ? -1 : train(run, end, err);
}

int sk_gan_run(const struct sk_train_options *options, const struct sk_dataset *set, enum sk_train_end *end,
               uint64_t *step, struct sk_error *err)
{
    struct run run = {.options = options, .set = set};
    int result = resume_and_train(&run, end, err);
    *step = run.step;
    struct sk_error log_error;
    if (sk_train_log_close(&run.log, &log_error) && result == 0) {
        *err = log_error;
        result = -1;
    }
    sk_tensor_file_free(&run.identity);
    sk_sampler_free(&run.sampler);
    sk_gan_free(run.gan);
    free(run.index);
    free(run.sample_z);
    free(run.sample_images);
    return result;
}
