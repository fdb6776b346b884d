#include "train/gan_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outfile.h"
#include "base/streams.h"
#include "base/table.h"
#include "data/carve.h"
#include "data/picture.h"
#include "train/checkpoint.h"
#include "train/judge.h"
#include "train/loop.h"
#include "train/pretrained.h"

enum { GRID = 8 };
/* Steps before a warning: at the start D's loss may be near 0 for a while, and a narrow G's first images are all gray. */
enum { LONG_TIME = 200 };

/* The task. */
struct run {
    const struct sk_train_options *options;
    const struct sk_dataset *set, *valid;
    size_t images;                   /* of the set that train */
    struct sk_pretrained pretrained;
    struct sk_judge judge;
    uint32_t *train, *judged;        /* indices of these in set, and of those judged by in valid; NULL where that is all */
    size_t photographs;              /* judged by */
    bool is_judged;                  /* the last step */
    struct sk_judgement last, best;
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
                                   .penalty = o->penalty, .augment = o->batch_augment, .spectral_norm = o->spectral_norm,
                                   .share = o->share};
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

size_t sk_gan_images(const struct sk_train_options *o, const struct sk_dataset *set, const struct sk_dataset *valid)
{
    return !o->judge || valid->count ? set->count : sk_carve_left(set);
}

/* Which images train, and which are judged by. */
static int split(struct run *run, const struct sk_train_options *o, struct sk_error *err)
{
    const struct sk_dataset *set = run->set;
    run->images = sk_gan_images(o, set, run->valid);
    if (!o->judge)
        return 0;
    const bool carves = run->valid->count == 0;
    if (carves)
        run->valid = set;
    run->judged = sk_alloc(run->valid->count, sizeof *run->judged, err);
    run->train = run->judged ? sk_alloc(set->count, sizeof *run->train, err) : NULL;
    if (!run->train)
        return -1;
    run->photographs = run->valid->count;
    for (size_t i = 0; i < run->photographs; i++)
        run->judged[i] = (uint32_t)i;
    for (size_t i = 0; i < set->count; i++)
        run->train[i] = (uint32_t)i;
    if (carves)
        sk_carve(set, o->seed, run->train, &run->images, run->judged, &run->photographs);
    return 0;
}

/* Classes that --init's GAN does not know. */
static void warn_of_classes(const struct run *run)
{
    char names[SK_MAX_CLASSES * SK_CLASS_NAME + 1] = "";
    const struct sk_dataset *set = run->set;
    for (size_t c = 0, used = 0; run->gan->label && c < set->classes; c++)
        if (!sk_pretrained_has_class(&run->pretrained, set->class_name[c]))
            used += (size_t)snprintf(names + used, sizeof names - used, " %s", set->class_name[c]);
    if (*names)
        sk_train_warn(&run->options->report, "--init: the vectors of these classes begin at random, as its GAN has them not:%s", names);
}

/* Goes on from another GAN. */
static int begin_weights(struct run *run, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    if (!o->initial)
        return 0;
    warn_of_classes(run);
    if (sk_pretrained_load_gan(&run->pretrained, run->gan, run->set, err))
        return sk_prefix(err, "--init");
    sk_gan_weights_changed(run->gan, o->seed);
    return 0;
}

static int start(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    const struct sk_train_options *o = loop->options;
    const struct sk_gan_options g = sk_gan_run_options(o);
    if (sk_gan_new(&run->gan, &g, o->seed, o->jobs, NULL, err) || begin_weights(run, err))
        return -1;
    loop->learners = 2;
    loop->learner[0] = (struct sk_learner){.net = run->gan->generator, .optimizer = &run->gan->generator_optimizer, .averaged = true};
    loop->learner[1] = (struct sk_learner){.net = run->gan->discriminator, .optimizer = &run->gan->discriminator_optimizer,
                                             .rate = o->discriminator_rate};
    if (o->judge) {
        loop->keeps = SK_KEEP_BESIDE;
        if (sk_judge_start(&run->judge, run->valid, run->judged, run->photographs, o->seed, err))
            return sk_prefix(err, "--judge");
    }
    return start_samples(run, o, err);
}

static int one_step(void *self, struct sk_loop *loop, double *loss, struct sk_error *err)
{
    struct run *run = self;
    (void)err;
    struct sk_gan *gan = run->gan;
    run->is_judged = false;
    for (size_t i = 0; run->train && i < loop->options->batch; i++)
        loop->index[i] = run->train[loop->index[i]];
    sk_dataset_batch(run->set, loop->index + gan->first, gan->count, gan->images);
    if (gan->label)
        sk_dataset_labels(run->set, loop->index + gan->first, gan->count, gan->label);
    sk_gan_step(gan, loop->options->seed, loop->step, &run->losses);
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

/* As columns of the log; nothing where nobody judges. */
static const char *judged_columns(const struct run *run, const struct sk_train_options *o, char text[2 * SK_NUMBER_SIZE + 2])
{
    char fd[SK_NUMBER_SIZE], kid[SK_NUMBER_SIZE];
    const struct sk_judgement none = {NAN, NAN}, *judgement = run->is_judged ? &run->last : &none;
    snprintf(text, 2 * SK_NUMBER_SIZE + 2, "\t%s\t%s", sk_number_text(fd, judgement->fd), sk_number_text(kid, judgement->kid));
    return o->judge ? text : "";
}

static int tell(void *self, struct sk_loop *loop, char text[SK_LOOP_TEXT], struct sk_error *err)
{
    struct run *run = self;
    const struct sk_gan_losses *l = &run->losses;
    char columns[2 * SK_NUMBER_SIZE + 2], best[40] = "";
    warn_of_silence(run, loop);
    if (loop->best_step)
        snprintf(best, sizeof best, ", KID %.4g at best", run->best.kid);
    snprintf(text, SK_LOOP_TEXT, "epoch %llu, D loss %.4f, G loss %.4f, D(x) %.3f, D(G(z)) %.3f%s, %.0f images/s",
             (unsigned long long)loop->epoch, l->d_loss, l->g_loss, l->d_x, l->d_g_z, best, loop->rate);
    return sk_train_log_line(&loop->log, err, loop->rate, "%llu\t%.4f\t%.7g\t%.7g\t%.6f\t%.6f%s", (unsigned long long)loop->step,
                             (double)loop->step * (double)loop->options->batch / (double)run->images, l->d_loss, l->g_loss,
                             l->d_x, l->d_g_z, judged_columns(run, loop->options, columns));
}

/* --- the judge --------------------------------------------------------------------- */

static int judge(void *self, struct sk_loop *loop, struct sk_error *err)
{
    struct run *run = self;
    struct sk_net *g = run->gan->generator;
    if (sk_judge_look(&run->judge, g, &run->last, err))
        return sk_prefix(err, "--judge: step %llu", (unsigned long long)loop->step);
    g->label = run->gan->label;
    run->is_judged = true;
    if (loop->best_step == 0 || run->last.kid < run->best.kid) {
        run->best = run->last;
        loop->best_step = loop->step;
        sk_snapshot_take(&loop->best, g);
    }
    return 0;
}

/* At which steps it is judged is a part of the run: every --save-every, and the last where that is none of these. */
static int identify_judge(const struct run *run, struct sk_tensor_file *identity, struct sk_error *err)
{
    const struct sk_train_options *o = run->options;
    const uint64_t steps = sk_train_steps(o, run->images);
    return sk_tensor_file_set(identity, err, "judge", "%s", run->judge.crc) ||
                   sk_tensor_file_set(identity, err, "judged_every", "%llu", (unsigned long long)o->save_every) ||
                   (steps % o->save_every != 0 &&
                    sk_tensor_file_set(identity, err, "judged_last", "%llu", (unsigned long long)steps)) ||
                   sk_tensor_file_set(identity, err, "valid_count", "%zu", run->photographs) ||
                   sk_tensor_file_set(identity, err, "valid_crc32", "%08x", sk_dataset_crc(run->valid)) ? -1 : 0;
}

static int identify(void *self, struct sk_tensor_file *identity, struct sk_error *err)
{
    const struct run *run = self;
    const struct sk_train_options *o = run->options;
    return (o->initial && sk_tensor_file_set(identity, err, "init", "%s", run->pretrained.crc)) ||
                   (o->judge && identify_judge(run, identity, err)) ? -1 : 0;
}

static int describe(void *self, struct sk_tensor_file *file, struct sk_error *err)
{
    const struct run *run = self;
    char fd[SK_NUMBER_SIZE], kid[SK_NUMBER_SIZE];
    return sk_tensor_file_set(file, err, "best_fd", "%s", sk_number_text(fd, run->best.fd)) ||
                   sk_tensor_file_set(file, err, "best_kid", "%s", sk_number_text(kid, run->best.kid)) ? -1 : 0;
}

/* --- in a checkpoint ------------------------------------------------------------------ */

static const size_t judgement_length = 2;

/* Of the best snapshot: its distances, bit for bit. */
static int save_judgement(const struct run *run, struct sk_tensor_file *file, struct sk_error *err)
{
    const double numbers[] = {run->best.fd, run->best.kid};
    void *data;
    if (sk_tensor_file_add(file, "judgement", SK_F64, 1, &judgement_length, &data, err))
        return -1;
    memcpy(data, numbers, sizeof numbers);
    return 0;
}

static int restore_judgement(struct run *run, const struct sk_tensor_file *file, struct sk_error *err)
{
    double numbers[2];
    const struct sk_tensor *t = sk_tensor_file_expect(file, "judgement", SK_F64, 1, &judgement_length, err);
    if (!t)
        return -1;
    memcpy(numbers, t->data, sizeof numbers);
    run->best = (struct sk_judgement){numbers[0], numbers[1]};
    return 0;
}

static const char raw_name[] = "raw.discriminator", vectors_name[] = "spectral.vectors";

static void swap_raw(struct sk_gan *gan)
{
    float *normal = gan->discriminator->weights;
    gan->discriminator->weights = gan->spectral.raw;
    gan->spectral.raw = normal;
}

/* Beside D's normalised weights, those that they are made of, and what by. */
static int save_spectral(struct sk_gan *gan, struct sk_tensor_file *file, struct sk_error *err)
{
    void *data;
    swap_raw(gan);
    int failed = sk_net_save_as(gan->discriminator, raw_name, file, err);
    swap_raw(gan);
    if (failed || sk_tensor_file_add(file, vectors_name, SK_F32, 1, &gan->spectral.vectors, &data, err))
        return -1;
    memcpy(data, gan->spectral.vector, gan->spectral.vectors * sizeof *gan->spectral.vector);
    return 0;
}

static int restore_spectral(struct sk_gan *gan, const struct sk_tensor_file *file, struct sk_error *err)
{
    swap_raw(gan);
    int failed = sk_net_load_as(gan->discriminator, raw_name, file, err);
    swap_raw(gan);
    const struct sk_tensor *t = failed ? NULL : sk_tensor_file_expect(file, vectors_name, SK_F32, 1, &gan->spectral.vectors, err);
    if (!t)
        return -1;
    memcpy(gan->spectral.vector, t->data, gan->spectral.vectors * sizeof *gan->spectral.vector);
    sk_spectral_norm_restore(&gan->spectral, gan->discriminator);
    return 0;
}

static int save(void *self, struct sk_tensor_file *file, struct sk_error *err)
{
    struct run *run = self;
    return (run->options->judge && save_judgement(run, file, err)) ||
                   (run->options->spectral_norm && save_spectral(run->gan, file, err)) ? -1 : 0;
}

static int restore(void *self, const struct sk_tensor_file *file, struct sk_error *err)
{
    struct run *run = self;
    return (run->options->judge && restore_judgement(run, file, err)) ||
                   (run->options->spectral_norm && restore_spectral(run->gan, file, err)) ? -1 : 0;
}

static void share_spectral(void *self, struct sk_ranks *ranks)
{
    struct sk_gan *gan = ((struct run *)self)->gan;
    struct sk_spectral_norm *spectral = &gan->spectral;
    if (spectral->count == 0)
        return;
    sk_ranks_broadcast(ranks, spectral->weight, sizeof spectral->weight);
    sk_ranks_broadcast(ranks, spectral->vector, spectral->vectors * sizeof *spectral->vector);
    sk_ranks_broadcast(ranks, spectral->raw, gan->discriminator->params.total * sizeof *spectral->raw);
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
        n = run->samples.count - i < run->gan->count ? run->samples.count - i : run->gan->count;
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

static const char judged_header[] = "step\tepoch\td_loss\tg_loss\td_x\td_g_z\tfd\tkid\timages_per_second";

static struct sk_task task_of(const struct sk_train_options *o)
{
    struct sk_task task = {
        .kind = "gan",
        .header = "step\tepoch\td_loss\tg_loss\td_x\td_g_z\timages_per_second",
        .identify = identify,
        .start = start,
        .step = one_step,
        .tell = tell,
        .sample = sample,
        .save = save,
        .restore = restore,
        .share = share_spectral,
    };
    if (o->judge) {
        task.header = judged_header;
        task.judge = judge;
        task.describe = describe;
    }
    return task;
}

static void free_run(struct run *run)
{
    sk_gan_free(run->gan);
    sk_pretrained_free(&run->pretrained);
    sk_judge_free(&run->judge);
    free(run->train);
    free(run->judged);
    free(run->sample_z);
    free(run->sample_images);
    free(run->sample_label);
}

int sk_gan_run(const struct sk_train_options *options, const struct sk_dataset *set, const struct sk_dataset *valid,
               enum sk_train_end *end, uint64_t *step, struct sk_error *err)
{
    const struct sk_task task = task_of(options);
    struct run run = {.options = options, .set = set, .valid = valid};
    *step = 0;
    int result = split(&run, options, err);
    if (result == 0)
        result = sk_pretrained_read_gan(&run.pretrained, options->initial, &options->arch, err);
    if (result == 0 && options->judge)
        result = sk_judge_open(&run.judge, options->judge, &options->arch, options->jobs, err);
    result = sk_ranks_agree(sk_train_ranks(options), result, err);
    if (result == 0)
        result = sk_train_loop(&task, &run, options, set, run.images, end, step, err);
    free_run(&run);
    return result;
}
