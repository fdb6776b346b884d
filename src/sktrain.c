/* sktrain: trains a GAN, or a classifier, on streams of images. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/progress.h"
#include "base/ranks.h"
#include "base/share.h"
#include "base/threads.h"
#include "data/repeats.h"
#include "image/augment_list.h"
#include "nn/recipes.h"
#include "train/checkpoint.h"
#include "train/classifier_run.h"
#include "train/footprint.h"
#include "train/gan_run.h"
#include "train/outputs.h"
#include "train/presets.h"
#include "train/signals.h"

struct command {
    bool classifier;
    struct sk_train_options train;
    enum sk_preset preset;
    struct sk_amount warmup, ema; /* in steps */
    struct sk_repeats valid;
    const char *augment; /* a list, or NULL */
    char **operand;
    int operands;
};

enum { GAN = 1, CLASSIFIER = 2, NOT_GIVEN = -1 };

/* What no preset changes. */
static const struct command defaults = {.train = {
    .arch = {.latent = 128},
    .optimizer = {.decay = NOT_GIVEN},
    .seed = 1,
    .save_every = 500,
}};

static const char *const commands[] = {"gan", "classifier"};

static const struct sk_option option_table[] = {
    {'o', "output", SK_FILE(struct command, train.output), "FILE", "the model; while training, FILE.ckpt is the checkpoint; - is standard output, without one"},
    {0, "preset", SK_CHOICE(struct command, preset, sk_preset_name, SK_PRESETS), "NAME", "what the other options are by default, as listed below (--calibrate with --valid alone)"},
    {'e', "epochs", SK_NUMBER(struct command, train.epochs, 1, 1000000), "N", "passes over the images", "60 of a classifier"},
    {'n', "steps", SK_NUMBER(struct command, train.steps, 1, 1000000000), "N", "or steps of a batch each", "3000 of a gan"},
    {'b', "batch", SK_NUMBER(struct command, train.batch, 1, 65536), "N", "images a step"},
    {'l', "learning-rate", SK_NUMBER(struct command, train.optimizer.rate, 1e-12, 1000), "X", ""},
    {0, "beta1", SK_NUMBER(struct command, train.optimizer.beta1, 0, 0.9999), "X", "Adam's beta1; with sgd the momentum"},
    {0, "beta2", SK_NUMBER(struct command, train.optimizer.beta2, 0, 0.999999), "X", "Adam's beta2"},
    {0, "clip", SK_NUMBER(struct command, train.optimizer.clip, 0, 1000), "X",
     "adam, adamw: root mean square of a tensor's update, in learning rates, to which it is scaled down; 0 none"},
    {0, "optimizer", SK_CHOICE(struct command, train.optimizer.kind, sk_optimizer_name, SK_OPTIMIZERS), "NAME", ""},
    {0, "weight-decay", SK_NUMBER(struct command, train.optimizer.decay, 0, 1), "X", "", "0.01 with adamw, else 0"},
    {0, "schedule", SK_CHOICE(struct command, train.schedule.kind, sk_schedule_name, SK_SCHEDULES), "NAME",
     "of the learning rate, which cosine takes to a tenth"},
    {0, "warmup", SK_WHOLE_AMOUNT(struct command, warmup, 0, 1000000000), "STEPS", "in which it rises"},
    {0, "ema", SK_AMOUNT(struct command, ema, 1, 100000), "STEPS", "half-life of the averages of weights that are the model", "none",
     .zero = "none"},
    {0, "arch", SK_CHOICE(struct command, train.arch.architecture, sk_architecture_name, SK_ARCHITECTURES), "NAME", "of the networks"},
    {0, "kernel", SK_NUMBER(struct command, train.arch.kernel, 4, 5), "N", "dcgan: side of its convolutions", "5"},
    {0, "width", SK_NUMBER(struct command, train.arch.width, 1, 512), "N", "dcgan, resnet: channels of the first layer", "64"},
    {0, "upsampling", SK_CHOICE(struct command, train.arch.upsampling, sk_upsample_name, SK_UPSAMPLES), "HOW",
     "resnet: how the generator doubles the side", .of = GAN},
    {0, "size", SK_NUMBER(struct command, train.arch.size, 32, 320), "N",
     "side of the images in pixels, 32, 64 or 128; inception: a multiple of 32 from 96 on", "64, of inception 160"},
    {'s', "seed", SK_SEED(struct command, train.seed), "N", ""},
    {0, "save-every", SK_NUMBER(struct command, train.save_every, 1, 1000000000), "N", "steps between checkpoints"},
    {0, "resume", SK_FLAG(struct command, train.resume), "go on from the checkpoint, where there is one"},
    {0, "restart", SK_FLAG(struct command, train.restart), "begin anew, over an unfinished checkpoint too"},
    {0, "log", SK_FILE(struct command, train.log), "FILE", "table of losses"},
    {0, "init", SK_FILE(struct command, train.initial), "MODEL", "start from this: a gan from another one; a classifier of dcgan, resnet from a GAN, of resnet, inception from such a "
     "classifier, of inception from Inception v3's weights"},
    {'z', "latent", SK_NUMBER(struct command, train.arch.latent, 1, 4096), "N", "length of the generator's input", .of = GAN},
    {0, "samples", SK_FILE(struct command, train.samples), "PREFIX", "a grid PREFIX-STEP.ppm of fixed latents at each checkpoint",
     .of = GAN},
    {0, "loss", SK_CHOICE(struct command, train.loss, sk_gan_loss_name, SK_GAN_LOSSES), "NAME", "what D and G learn by", .of = GAN},
    {0, "penalty", SK_NUMBER(struct command, train.penalty, 0, 1e6), "X", "of D's slopes, on real and generated images", .of = GAN},
    {0, "spectral-norm", SK_FLAG(struct command, train.spectral_norm), "divide D's weights by their greatest singular values", .of = GAN},
    {0, "discriminator-rate", SK_NUMBER(struct command, train.discriminator_rate, 1e-12, 1000), "X", "D's learning rate",
     "the other one", .of = GAN},
    {0, "judge", SK_FILE(struct command, train.judge), "MODEL",
     "a classifier by whose features each checkpoint's images are judged; the best are of FILE.best", .of = GAN},
    {0, "freeze", SK_FLAG(struct command, train.freeze), "train its head alone, on what the rest of --init's model makes of images",
     .of = CLASSIFIER},
    {0, "valid", SK_REPEAT(struct command, valid), "CLASS=STREAM", "validation images; of a gan, what --judge judges by"},
    {0, "dropout", SK_NUMBER(struct command, train.dropout, 0, 0.99), "X", "before its head", .of = CLASSIFIER},
    {0, "augment", SK_TEXT(struct command, augment), "LIST",
     "change images at random, each time anew: e.g. flip,rotate,zoom=0.1; of a gan what D sees, e.g. flip,turn,cutout", "none"},
    {0, "balance", SK_FLAG(struct command, train.balance), "as many images of one class as of another in a batch", .of = CLASSIFIER},
    {0, "no-balance", SK_NO_FLAG(struct command, train.balance), "as the images come", .of = CLASSIFIER},
    {0, "smoothing", SK_NUMBER(struct command, train.smoothing, 0, 0.9), "X", "of labels", .of = CLASSIFIER},
    {0, "mixup", SK_NUMBER(struct command, train.mixup, 0.01, 1), "ALPHA", "mix pairs of images and labels", "none", .of = CLASSIFIER,
     .zero = "none"},
    {0, "calibrate", SK_FLAG(struct command, train.calibrate), "keep a temperature and a threshold of the validation images",
     .of = CLASSIFIER},
    {0, "no-calibrate", SK_NO_FLAG(struct command, train.calibrate), "keep none", .of = CLASSIFIER},
};

static const struct sk_options options = {
    .usage = "usage: sktrain gan -o model [--init model] [options] [stream... | class=stream...]\n"
             "       sktrain classifier -o model [--init model] [--valid class=stream]... [options]\n"
             "               class=stream class=stream...    (the last class is the positive one)\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .command = commands,
    .commands = 2,
    .quiet = "no progress, no warnings",
    .presets = &sk_train_presets,
};

/* Where class=stream has its '='; NULL where it is a stream alone, as ./a=b is. */
static char *class_end(char *operand)
{
    char *equals = strchr(operand, '=');
    return equals && !memchr(operand, '/', (size_t)(equals - operand)) ? equals : NULL;
}

static int check_class(const struct sk_tool *tool, const char *operand, const char *end)
{
    struct sk_error err;
    char name[SK_CLASS_NAME + 1]; /* a longer one is cut to what is too long still */
    snprintf(name, sizeof name, "%.*s", (int)(end - operand), operand);
    return sk_class_name_check(name, &err) ? sk_tool_usage(tool, "'%s': %s", operand, err.text) : 0;
}

static int check_operands(const struct sk_tool *tool, const struct command *c)
{
    if (c->operands == 0 && c->classifier)
        return sk_tool_usage(tool, "no class=stream");
    if (c->operands == 0 && c->train.initial && strcmp(c->train.initial, "-") == 0)
        return sk_tool_usage(tool, "--init - reads standard input: images come from elsewhere");
    for (int i = 0; i < c->operands; i++) {
        const char *end = class_end(c->operand[i]);
        if (c->classifier && !end)
            return sk_tool_usage(tool, "'%s' is not class=stream", c->operand[i]);
        if (!end != !class_end(c->operand[0]))
            return sk_tool_usage(tool, "'%s' and '%s': either all streams are of classes, class=stream, or none (a file of such a name as "
                                       "./%s)", c->operand[0], c->operand[i], end ? c->operand[i] : c->operand[0]);
        if (end && check_class(tool, c->operand[i], end))
            return SK_EXIT_USAGE;
    }
    const bool classes = c->classifier || (c->operands && class_end(c->operand[0]));
    for (int i = 0; i < c->valid.count; i++) {
        const char *end = class_end(c->valid.text[i]);
        if (classes != !!end)
            return sk_tool_usage(tool, classes ? "--valid: '%s' is not class=stream"
                                               : "--valid: '%s' is of a class, which the training images have not", c->valid.text[i]);
        if (end && check_class(tool, c->valid.text[i], end))
            return SK_EXIT_USAGE;
    }
    return 0;
}

static int check_options(const struct sk_tool *tool, const struct command *c)
{
    const struct sk_train_options *o = &c->train;
    if (!o->output)
        return sk_tool_usage(tool, "-o says where the model goes: it is missing");
    if (o->steps && o->epochs)
        return sk_tool_usage(tool, "give either --steps or --epochs");
    if (o->resume && o->restart)
        return sk_tool_usage(tool, "give either --resume or --restart");
    if (!c->classifier && c->valid.count && !o->judge)
        return sk_tool_usage(tool, "--valid is of a gan with --judge, which judges by these images");
    return 0;
}

/* What is of checkpoints has no meaning where the model goes down a pipe. */
static int check_pipe(const struct sk_tool *tool, const struct sk_train_options *o, const struct sk_arguments *arguments)
{
    static const char *const of_checkpoints[] = {"resume", "restart", "save-every", "samples", "judge"};
    if (sk_train_keeps_checkpoint(o))
        return 0;
    for (size_t i = 0; i < sizeof of_checkpoints / sizeof *of_checkpoints; i++)
        if (sk_options_given(&options, arguments, of_checkpoints[i]))
            return sk_tool_usage(tool, "--%s has no meaning with -o -, beside which no checkpoint stands", of_checkpoints[i]);
    return sk_tool_binary_stdout(tool);
}

/* What was not given is what the preset has. */
static int fill_in_preset(const struct sk_tool *tool, struct command *c, const struct sk_arguments *arguments)
{
    struct sk_train_options *o = &c->train;
    const bool arch_given = sk_options_given(&options, arguments, "arch"), in_epochs = o->epochs > 0, in_steps = o->steps > 0;
    const size_t column = sk_train_preset_column(c->preset, c->classifier, arch_given ? (int)o->arch.architecture : -1);
    if (sk_options_preset(tool, &options, arguments, column, c))
        return SK_EXIT_USAGE;
    if (in_epochs)
        o->steps = 0;
    if (in_steps)
        o->epochs = 0;
    /* Its decay is for its optimizer; and images that are carved out, maybe of lesions that are trained on, calibrate nothing unasked. */
    if (sk_options_given(&options, arguments, "optimizer") && !sk_options_given(&options, arguments, "weight-decay"))
        o->optimizer.decay = NOT_GIVEN;
    if (!sk_options_given(&options, arguments, "calibrate") && !c->valid.count)
        o->calibrate = false;
    o->preset = sk_preset_name[c->preset];
    return 0;
}

/* Numbers that the architecture has not, or not so. */
static int check_arch(const struct sk_tool *tool, const struct command *c)
{
    const struct sk_arch *arch = &c->train.arch;
    const struct sk_recipes *recipes = sk_recipes_of(arch);
    const char *name = sk_architecture_name[arch->architecture];
    struct sk_error err;
    if (!c->classifier && !recipes->generator)
        return sk_tool_usage(tool, "--arch %s is of the classifier", name);
    if (c->preset == SK_PRESET_BEST && !recipes->has_width && !c->train.initial)
        return sk_tool_usage(tool, "--preset best of --arch %s starts from weights: --init", name);
    if (arch->size && sk_arch_check_size(arch, &err))
        return sk_tool_usage(tool, "--size: %s (--arch %s)", err.text, name);
    return 0;
}

/* Options that mean nothing beside others. */
static int check_given(const struct sk_tool *tool, const struct command *c, const struct sk_arguments *arguments)
{
    const struct sk_train_options *o = &c->train;
    const char *const of_adam[] = {"beta2", "clip"};
    for (size_t i = 0; o->optimizer.kind == SK_SGD && i < sizeof of_adam / sizeof *of_adam; i++)
        if (sk_options_given(&options, arguments, of_adam[i]))
            return sk_tool_usage(tool, "--%s has no meaning with --optimizer sgd", of_adam[i]);
    const struct sk_recipes *recipes = sk_recipes_of(&o->arch);
    const struct {
        bool has;
        const char *option;
    } of_arch[] = {{recipes->has_kernel, "kernel"}, {recipes->has_width, "width"}, {recipes->has_upsampling, "upsampling"}};
    for (size_t i = 0; i < sizeof of_arch / sizeof *of_arch; i++)
        if (!of_arch[i].has && sk_options_given(&options, arguments, of_arch[i].option))
            return sk_tool_usage(tool, "--%s is not of --arch %s", of_arch[i].option, sk_architecture_name[o->arch.architecture]);
    return 0;
}

static int read_augment(const struct sk_tool *tool, struct command *c)
{
    struct sk_error err;
    if (!c->augment)
        return 0;
    int failed = c->classifier ? sk_augment_list_parse(&c->train.augment, c->augment, &err)
                               : sk_strengths_parse(&sk_batch_augment_names, c->augment, c->train.batch_augment.strength, &err);
    return failed ? sk_tool_usage(tool, "--augment: %s", err.text) : 0;
}

/* In steps, of so many. */
static double in_steps(const struct sk_amount *a, uint64_t steps)
{
    return a->percent ? a->number / 100 * (double)steps : a->number;
}

/* Shares become steps as soon as the number of steps is known. */
static int take_steps(const struct sk_tool *tool, struct command *c, uint64_t steps)
{
    struct sk_train_options *o = &c->train;
    o->schedule.warmup = (uint64_t)(in_steps(&c->warmup, steps) + 0.5);
    o->ema = c->ema.number > 0 ? fmax(in_steps(&c->ema, steps), 1) : 0;
    const uint64_t warmup = o->schedule.warmup;
    if (warmup > steps)
        return sk_tool_usage(tool, "--warmup: %llu steps are more than the %llu of the training", (unsigned long long)warmup,
                             (unsigned long long)steps);
    if (warmup == steps && o->schedule.kind != SK_CONSTANT)
        return sk_tool_usage(tool, "--warmup: %llu steps of %llu leave none to --schedule %s", (unsigned long long)warmup,
                             (unsigned long long)steps, sk_schedule_name[o->schedule.kind]);
    return 0;
}

static int take_epochs(const struct sk_tool *tool, struct command *c, const struct sk_dataset *set, const struct sk_dataset *valid)
{
    const size_t images = c->classifier ? sk_classifier_images(set, valid) : sk_gan_images(&c->train, set, valid);
    return take_steps(tool, c, sk_train_steps(&c->train, images));
}

/* Classes among the operands; 0 where they are streams alone. */
static size_t count_classes(const struct command *c)
{
    size_t classes = 0;
    for (int i = 0; i < c->operands; i++) {
        const char *end = class_end(c->operand[i]);
        const size_t length = end ? (size_t)(end - c->operand[i]) + 1 : 0; /* with the = */
        int k = 0;
        while (k < i && strncmp(c->operand[k], c->operand[i], length) != 0)
            k++;
        classes += length > 0 && k == i;
    }
    return classes;
}

/* The stream of class=stream, or alone. */
static const char *stream_of(char *operand)
{
    char *equals = class_end(operand);
    return equals ? equals + 1 : operand;
}

/* What would fail after hours is found before the images are read. */
static int check_outputs(const struct sk_tool *tool, const struct command *c)
{
    struct sk_error err;
    const size_t inputs = (size_t)c->operands + (size_t)c->valid.count + 3;
    const char **input = sk_alloc(inputs, sizeof *input, &err);
    if (!input)
        return sk_tool_fail(tool, &err);
    for (int i = 0; i < c->operands; i++)
        input[i] = stream_of(c->operand[i]);
    for (int i = 0; i < c->valid.count; i++)
        input[c->operands + i] = stream_of(c->valid.text[i]);
    input[inputs - 3] = c->train.judge;
    input[inputs - 2] = c->train.initial;
    input[inputs - 1] = c->operands ? NULL : "-";
    int failed = sk_train_check_outputs(&c->train, input, inputs, &err);
    free(input);
    return failed ? sk_tool_fail(tool, &err) : 0;
}

static int add_operand(const struct sk_tool *tool, struct sk_dataset *set, char *operand, struct sk_error *err)
{
    char *equals = class_end(operand);
    if (equals)
        *equals = '\0';
    return sk_dataset_add(set, equals ? operand : "", equals ? equals + 1 : operand, err) ? sk_tool_fail(tool, err) : 0;
}

static int load_valid(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                      struct sk_dataset *valid, struct sk_error *err)
{
    sk_dataset_copy_classes(valid, set);
    for (int i = 0; i < c->valid.count; i++) {
        int status = add_operand(tool, valid, c->valid.text[i], err);
        if (status)
            return status;
        if (valid->classes > set->classes)
            return sk_tool_usage(tool, "--valid %s: no training images of this class", c->valid.text[i]);
    }
    if (c->valid.count && valid->count == 0) {
        sk_fail(err, "--valid: no image");
        return sk_tool_fail(tool, err);
    }
    return 0;
}

/* The same image on both sides of what should be apart. */
static int warn_of_repeats(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                           const struct sk_dataset *valid, struct sk_error *err)
{
    const bool validates = c->classifier || c->train.judge;
    struct sk_image_repeats repeats;
    if (tool->quiet || (!validates && set->classes < 2))
        return 0;
    if (sk_image_repeats_count(&repeats, set, valid, err))
        return sk_tool_fail(tool, err);
    if (repeats.of_classes)
        sk_tool_warn(tool, "%zu training image%s of two classes at once: the same pixels", repeats.of_classes,
                     repeats.of_classes == 1 ? " is" : "s are");
    if (repeats.in_other)
        sk_tool_warn(tool, "--valid: %zu of %zu images are trained on too: what is measured by them flatters", repeats.in_other,
                     valid->count);
    if (validates && !c->valid.count && repeats.repeated)
        sk_tool_warn(tool, "%zu training image%s given twice: one of the two may validate what the other teaches", repeats.repeated,
                     repeats.repeated == 1 ? " is" : "s are");
    return 0;
}

static int load(const struct sk_tool *tool, const struct command *c, struct sk_dataset *set, struct sk_dataset *valid,
                struct sk_error *err)
{
    char standard_input[] = "-";
    for (int i = 0; i < c->operands || i == 0; i++) {
        int status = add_operand(tool, set, c->operands ? c->operand[i] : standard_input, err);
        if (status)
            return status;
    }
    for (size_t i = 0; i < set->classes; i++)
        if (set->class_count[i] == 0) {
            sk_fail(err, "%s%sno image to train on", set->class_name[i], *set->class_name[i] ? ": " : "");
            return sk_tool_fail(tool, err);
        }
    if (c->classifier && set->classes < 2)
        return sk_tool_usage(tool, "the classifier wants two classes or more, not %zu", set->classes);
    if ((c->classifier || c->train.judge) && !c->valid.count)
        sk_tool_warn(tool, "no --valid: a tenth of the training images %s, whatever patients or lesions they show (groups are unknown "
                           "here)", c->classifier ? "validates" : "is judged by, and not trained on");
    const int status = load_valid(tool, c, set, valid, err);
    return status ? status : warn_of_repeats(tool, c, set, valid, err);
}

/* What stops the training: the run looks at it between steps. */
static volatile sig_atomic_t stop_signal;

struct screen {
    const struct sk_tool *tool;
    struct sk_progress progress;
    const struct sk_ranks *ranks; /* NULL where there is one alone */
    uint64_t steps, sent;         /* of this run; what had been sent before it */
};

/* Until here a signal ends us at once: nothing has been done. */
static void on_start(void *context)
{
    struct screen *screen = context;
    sk_signals_catch(&stop_signal);
    screen->sent = screen->ranks ? screen->ranks->sent : 0;
    sk_progress_start(&screen->progress, screen->tool->quiet ? NULL : stderr, screen->tool->name);
}

static void on_step(void *context, const struct sk_progress_state *state)
{
    struct screen *screen = context;
    screen->steps++;
    sk_progress_show(&screen->progress, state);
}

static void on_warning(void *context, const char *text)
{
    struct screen *screen = context;
    sk_progress_break(&screen->progress);
    sk_tool_warn(screen->tool, "%s", text);
}

/* Pipelines always say --resume: there the command to go on with is make's. */
static void say_how_to_go_on(const struct sk_tool *tool, const struct command *c, uint64_t step)
{
    const bool in_make = c->train.resume && getenv("MAKELEVEL");
    if (!sk_train_keeps_checkpoint(&c->train)) {
        fprintf(stderr, "%s: stopped at step %llu, and nothing of it is kept: -o - has no checkpoint\n", tool->name,
                (unsigned long long)step);
        return;
    }
    fprintf(stderr, "%s: stopped at step %llu, saved in %s.ckpt; %s\n", tool->name, (unsigned long long)step, c->train.output,
            in_make ? "make the same target again to go on" : "the same command with --resume goes on");
}

static int check_memory(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                        const struct sk_dataset *valid)
{
    struct sk_error err;
    return sk_train_check_memory(&c->train, c->classifier, set, valid, &err) ? sk_tool_fail(tool, &err) : SK_EXIT_OK;
}

/* What each rank has of cores. All come here; the first one speaks. */
static void say_threads(const struct sk_tool *tool, struct sk_ranks *ranks)
{
    int least[2] = {tool->jobs, -tool->jobs}; /* and the most */
    for (int i = 0; i < 2; i++)
        least[i] = -sk_ranks_greatest(ranks, -least[i]);
    if (!ranks || tool->quiet)
        return;
    fprintf(stderr, "%s: %zu %s, %d", tool->name, ranks->count, ranks->count == 1 ? "rank" : "ranks", least[0]);
    if (-least[1] > least[0])
        fprintf(stderr, " to %d", -least[1]);
    fprintf(stderr, " %s%s\n", -least[1] == 1 ? "thread" : "threads", ranks->count == 1 ? "" : " each");
}

static void say_traffic(const struct screen *screen)
{
    if (screen->ranks && screen->steps > 0 && !screen->tool->quiet)
        fprintf(stderr, "%s: each rank sent %.3f MB a step\n", screen->tool->name,
                (double)(screen->ranks->sent - screen->sent) / (double)screen->steps / 1e6);
}

/* The signal that has stopped it is put into *signal. */
static int train(const struct sk_tool *tool, struct command *c, const struct sk_dataset *set, const struct sk_dataset *valid,
                 struct sk_ranks *ranks, int *signal)
{
    struct screen screen = {.tool = tool, .ranks = c->train.share ? ranks : NULL};
    struct sk_error err;
    enum sk_train_end end;
    uint64_t step;
    say_threads(tool, ranks);
    c->train.report = (struct sk_train_report){on_start, on_step, on_warning, &screen};
    c->train.stop = &stop_signal;
    int failed = c->classifier ? sk_classifier_run(&c->train, set, valid, &end, &step, &err)
                               : sk_gan_run(&c->train, set, valid, &end, &step, &err);
    sk_progress_break(&screen.progress);
    *signal = sk_ranks_greatest(ranks, stop_signal);
    if (failed) {
        if (*signal == SIGXFSZ)
            *signal = 0;
        return sk_ranks_first(ranks) ? sk_tool_fail(tool, &err) : SK_EXIT_FAILED;
    }
    say_traffic(&screen);
    if (end != SK_TRAIN_STOPPED)
        *signal = 0;
    else if (sk_ranks_first(ranks))
        say_how_to_go_on(tool, c, step);
    return SK_EXIT_OK;
}

/* An option that the other command has. */
static int refuse(const struct sk_tool *tool, const struct sk_option *o)
{
    const char *owner = commands[o->of == CLASSIFIER];
    if (o->letter)
        return sk_tool_usage(tool, "-%c (--%s) is of the %s", o->letter, o->name, owner);
    return sk_tool_usage(tool, "--%s is of the %s", o->name, owner);
}

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    struct sk_arguments arguments;
    int status = sk_options_parse(tool, &options, argc, argv, c, &arguments);
    if (status >= 0)
        return status;
    c->classifier = arguments.command == 1;
    c->operand = arguments.operand;
    c->operands = arguments.operands;
    const struct sk_option *other = sk_options_stray(&options, &arguments, c->classifier ? CLASSIFIER : GAN);
    return (other && refuse(tool, other)) || check_options(tool, c) || check_pipe(tool, &c->train, &arguments) || check_arch(tool, c) ||
           check_operands(tool, c) || fill_in_preset(tool, c, &arguments) || check_given(tool, c, &arguments) ||
           read_augment(tool, c) ? SK_EXIT_USAGE : -1;
}

/* What depends on other options. */
static void complete_options(struct command *c)
{
    struct sk_train_options *o = &c->train;
    const struct sk_recipes *recipes = sk_recipes_of(&o->arch);
    if (!o->arch.size)
        o->arch.size = recipes->usual_size;
    if (!recipes->has_kernel)
        o->arch.kernel = 0;
    if (!recipes->has_width)
        o->arch.width = 0;
    o->ema = c->ema.number > 0; /* that there is one; its steps once they are counted */
    if (o->optimizer.decay < 0)
        o->optimizer.decay = o->optimizer.kind == SK_ADAMW ? 0.01 : 0;
}

/* All but the first rank do what that one has found possible, and say nothing. */
static int as_first(struct sk_ranks *ranks, int status)
{
    sk_ranks_broadcast(ranks, &status, sizeof status);
    return status;
}

/* -1 to go on, else the exit code. */
static int start(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    const int status = sk_tool_start(tool, "sktrain");
    return status ? status : parse(tool, argc, argv, c);
}

/* The first rank's images are all ranks'. */
static int share_images(const struct sk_tool *tool, struct sk_ranks *ranks, struct sk_dataset *set, struct sk_dataset *valid)
{
    struct sk_error err;
    if (sk_dataset_share(set, ranks, &err) == 0 && sk_dataset_share(valid, ranks, &err) == 0)
        return 0;
    return sk_ranks_first(ranks) ? sk_tool_fail(tool, &err) : SK_EXIT_FAILED;
}

/* Where there is one rank alone, it has whole batches. */
static int share_batches(const struct sk_tool *tool, struct command *c, struct sk_ranks *ranks, struct sk_share *share)
{
    struct sk_error err;
    if (!ranks || ranks->count == 1)
        return 0;
    const bool cuts = !c->classifier && c->train.batch % SK_MICRO_BATCH != 0;
    c->train.share = share;
    if (!cuts && sk_share_start(share, ranks, c->train.batch, &err) == 0)
        return 0;
    if (!sk_ranks_first(ranks))
        return SK_EXIT_USAGE;
    return cuts ? sk_tool_usage(tool, "--batch: ranks share batches of a gan where they are a multiple of %d images, not %zu", SK_MICRO_BATCH,
                                c->train.batch)
                : sk_tool_usage(tool, "--batch: %s", err.text);
}

/* Checks what can be checked before images are read, then reads them. */
static int prepare(const struct sk_tool *tool, struct command *c, struct sk_dataset *set, struct sk_dataset *valid)
{
    struct sk_error err;
    int status = c->train.steps ? take_steps(tool, c, c->train.steps) : 0;
    if (status == 0)
        status = check_outputs(tool, c);
    if (status == 0) /* before images are read, and with them */
        status = check_memory(tool, c, NULL, NULL);
    if (status == 0)
        status = load(tool, c, set, valid, &err);
    if (status == 0)
        status = take_epochs(tool, c, set, valid);
    return status ? status : check_memory(tool, c, set, valid);
}

static int run(struct sk_ranks *ranks, int argc, char **argv, int *signal)
{
    struct sk_tool tool;
    struct command c = defaults;
    struct sk_share share = {0};
    int status = as_first(ranks, sk_ranks_first(ranks) ? start(&tool, argc, argv, &c) : 0);
    if (status < 0 && !sk_ranks_first(ranks)) {
        status = start(&tool, argc, argv, &c);
        tool.quiet = true;
    }
    if (status >= 0)
        return status;
    complete_options(&c);
    if (!c.classifier)
        c.train.arch.classes = count_classes(&c);
    c.train.jobs = tool.jobs;
    struct sk_dataset set = {.size = c.train.arch.size}, valid = {.size = c.train.arch.size};
    status = share_batches(&tool, &c, ranks, &share);
    if (status == 0)
        status = as_first(ranks, sk_ranks_first(ranks) ? prepare(&tool, &c, &set, &valid) : 0);
    if (status == 0)
        status = share_images(&tool, ranks, &set, &valid);
    if (status == 0 && !sk_ranks_first(ranks))
        status = take_epochs(&tool, &c, &set, &valid);
    if (status == 0)
        status = train(&tool, &c, &set, &valid, ranks, signal);
    sk_dataset_free(&set);
    sk_dataset_free(&valid);
    if (c.train.share)
        sk_share_free(&share);
    return status;
}

int main(int argc, char **argv)
{
    struct sk_ranks *ranks;
    struct sk_error err;
    int signal = 0;
    sk_threads_wait_passively(argv);
    if (sk_ranks_start(&ranks, &argc, &argv, &err))
        return sk_tool_fail(&(struct sk_tool){.name = "sktrain"}, &err);
    const int status = run(ranks, argc, argv, &signal);
    sk_ranks_stop(ranks);
    return signal ? sk_signals_end(signal) : status;
}
