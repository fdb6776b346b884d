#include "train/gan_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outfile.h"
#include "base/streams.h"
#include "data/picture.h"
#include "train/loop.h"

enum { GRID = 8 };
/* Steps before a warning: at the start D's loss may be near 0 for a while, and a narrow G's first images are all gray. */
enum { LONG_TIME = 200 };

/* The task. */
struct run {
    const struct sk_dataset *set;
    struct sk_gan *gan;
    struct sk_gan_losses losses;     /* of the last step */
    struct sk_gan_samples samples;
    float *sample_z, *sample_images; /* the fixed latents and what G makes of them */
    uint8_t *sample_label;           /* and of which class, where there are any */
    unsigned silent_steps;           /* in a row, with D's loss near 0 */
    bool warned_silent, warned_alike;
};

static void warn(const struct sk_loop *loop, const char *text)
{
    sk_train_warn(&loop->options->report, "step %llu: %s", (unsigned long long)loop->step, text);
}

struct sk_gan_options sk_gan_run_options(const struct sk_train_options *o)
{
    return (struct sk_gan_options){.arch = o->arch, .batch = o->batch, .optimizer = o->optimizer, .loss = o->loss,
                                   .penalty = o->penalty, .augment = o->batch_augment};
}

struct sk_gan_samples sk_gan_run_samples(const struct sk_train_options *o)
{
    const size_t classes = o->arch.classes ? o->arch.classes : 1, rows = (GRID + classes - 1) / classes;
    return (struct sk_gan_samples){.each = rows * GRID, .count = rows * GRID * classes};
}

/* The same latents for each class. */
static int start_samples(struct run *run, const struct sk_train_options *o, struct sk_error *err)
{
    const struct sk_gan_samples s = run->samples = sk_gan_run_samples(o);
    run->sample_z = sk_alloc(s.count * o->arch.latent, sizeof *run->sample_z, err);
    run->sample_images = run->sample_z ? sk_alloc(s.count * sk_arch_values(&o->arch, 0), sizeof *run->sample_images, err) : NULL;
    run->sample_label = run->sample_images ? sk_alloc(s.count, sizeof *run->sample_label, err) : NULL;
    if (!run->sample_label)
        return -1;
    sk_latents(s.each, o->arch.latent, o->seed, sk_stream(SK_STREAM_SAMPLES, 0), run->sample_z);
    for (size_t i = 0; i < s.count; i++)
        run->sample_label[i] = (uint8_t)(i / s.each);
    for (size_t i = s.each; i < s.count; i += s.each)
        memcpy(run->sample_z + i * o->arch.latent, run->sample_z, s.each * o->arch.latent * sizeof *run->sample_z);
    return 0;
}

static int start(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    const struct sk_train_options *o = loop->options;
    const struct sk_gan_options g = sk_gan_run_options(o);
    if (sk_gan_new(&run->gan, &g, o->seed, o->jobs, NULL, err))
        return -1;
    loop->learners = 2;
    loop->learner[0] = (struct sk_learner){.net = run->gan->generator, .optimizer = &run->gan->generator_optimizer, .averaged = true};
    loop->learner[1] = (struct sk_learner){.net = run->gan->discriminator, .optimizer = &run->gan->discriminator_optimizer,
                                             .rate = o->discriminator_rate};
    return start_samples(run, o, err);
}

static int one_step(void *self, struct sk_loop *loop, double *loss, struct sk_error *err)
{
    struct run *run = self;
    (void)err;
    sk_dataset_batch(run->set, loop->index, loop->options->batch, run->gan->images);
    if (run->gan->label)
        sk_dataset_labels(run->set, loop->index, loop->options->batch, run->gan->label);
    sk_gan_step(run->gan, loop->options->seed, loop->step, &run->losses);
    *loss = run->losses.d_loss + run->losses.g_loss;
    return 0;
}

static void warn_of_silence(struct run *run, const struct sk_loop *loop)
{
    run->silent_steps = run->losses.d_loss < 0.01 ? run->silent_steps + 1 : 0;
    if (run->silent_steps != LONG_TIME || run->warned_silent)
        return;
    run->warned_silent = true;
    warn(loop, "D's loss has been near 0 for 200 steps: G learns nothing from it; try a lower learning rate, more or more varied "
               "images, or another seed");
}

static int tell(void *self, struct sk_loop *loop, char text[SK_LOOP_TEXT], struct sk_error *err)
{
    struct run *run = self;
    const struct sk_gan_losses *l = &run->losses;
    warn_of_silence(run, loop);
    snprintf(text, SK_LOOP_TEXT, "epoch %llu, D loss %.4f, G loss %.4f, D(x) %.3f, D(G(z)) %.3f, %.0f images/s",
             (unsigned long long)loop->epoch, l->d_loss, l->g_loss, l->d_x, l->d_g_z, loop->rate);
    return sk_train_log_line(&loop->log, err, loop->rate, "%llu\t%.4f\t%.7g\t%.7g\t%.6f\t%.6f", (unsigned long long)loop->step,
                             (double)loop->step * (double)loop->options->batch / (double)run->set->count, l->d_loss, l->g_loss,
                             l->d_x, l->d_g_z);
}

/* Are the generated images of a class (nearly) one image? The mean standard deviation of a value over the images. */
static bool alike(const float *images, size_t n, size_t values)
{
    double spread = 0;
    for (size_t j = 0; j < values; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++) {
            double v = (double)images[i * values + j];
            sum += v;
            squares += v * v;
        }
        spread += sqrt(fmax(squares / (double)n - sum / (double)n * (sum / (double)n), 0));
    }
    return spread / (double)values < 0.01;
}

static int write_grid(const struct run *run, const struct sk_loop *loop, struct sk_error *err)
{
    char *path;
    if (asprintf(&path, "%s-%06llu.ppm", loop->options->samples, (unsigned long long)loop->step) < 0) {
        errno = ENOMEM;
        return sk_fail_errno(err, "%s", loop->options->samples);
    }
    struct sk_image grid = {0};
    struct sk_outfile out = {0};
    int failed = sk_picture_grid(&grid, run->sample_images, run->samples.count, loop->options->arch.size, GRID, err) ||
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

/* What G makes of the fixed latents. */
static void draw_samples(struct run *run, const struct sk_train_options *o)
{
    struct sk_net *g = run->gan->generator;
    for (size_t i = 0, n; i < run->samples.count; i += n) {
        n = run->samples.count - i < o->batch ? run->samples.count - i : o->batch;
        g->label = run->sample_label + i;
        sk_net_infer(g, n, run->sample_z + i * o->arch.latent, run->sample_images + i * sk_arch_values(&o->arch, 0));
    }
    g->label = run->gan->label;
}

static void warn_of_collapse(struct run *run, const struct sk_loop *loop)
{
    const size_t values = sk_arch_values(&loop->options->arch, 0), each = run->samples.each;
    size_t i = 0;
    while (i < run->samples.count && !alike(run->sample_images + i * values, each, values))
        i += each;
    if (loop->step < LONG_TIME || run->warned_alike || i == run->samples.count)
        return;
    run->warned_alike = true;
    sk_train_warn(&loop->options->report, "step %llu: the generated images%s%s are all alike: G has collapsed; try another seed, a lower "
                  "learning rate, or go back to an earlier checkpoint", (unsigned long long)loop->step,
                  run->gan->label ? " of class " : "", run->gan->label ? run->set->class_name[i / each] : "");
}

static int sample(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    draw_samples(run, loop->options);
    warn_of_collapse(run, loop);
    return loop->options->samples ? write_grid(run, loop, err) : 0;
}

static const struct sk_task task = {
    .kind = "gan",
    .header = "step\tepoch\td_loss\tg_loss\td_x\td_g_z\timages_per_second",
    .start = start,
    .step = one_step,
    .tell = tell,
    .sample = sample,
};

int sk_gan_run(const struct sk_train_options *options, const struct sk_dataset *set, enum sk_train_end *end, uint64_t *step,
               struct sk_error *err)
{
    struct run run = {.set = set};
    int result = sk_train_loop(&task, &run, options, set, set->count, end, step, err);
    sk_gan_free(run.gan);
    free(run.sample_z);
    free(run.sample_images);
    free(run.sample_label);
    return result;
}
