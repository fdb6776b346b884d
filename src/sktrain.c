/* sktrain: trains a GAN, or a classifier, on streams of images. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/progress.h"
#include "base/threads.h"
#include "base/tool.h"
#include "nn/recipes.h"
#include "train/checkpoint.h"
#include "train/classifier_run.h"
#include "train/footprint.h"
#include "train/gan_run.h"
#include "train/outputs.h"
#include "train/signals.h"

static const char usage[] =
    "usage: sktrain gan -o model [options] [stream...]\n"
    "       sktrain classifier -o model [--init gan-model] [--valid class=stream]... [options]\n"
    "               class=stream class=stream...    (the last class is the positive one)\n"
    "\n"
    "  -o, --output FILE         the model; while training, FILE.ckpt is the checkpoint\n"
    "      --preset NAME         paper (default)\n"
    "  -e, --epochs N            passes over the images (classifier: 60)\n"
    "  -n, --steps N             or steps of a batch each (gan: 3000)\n"
    "  -b, --batch N             images a step (128)\n"
    "  -l, --learning-rate X     (0.0002)\n"
    "      --beta1 X             Adam's beta1; with sgd the momentum (0.5)\n"
    "      --optimizer NAME      adam (default), adamw or sgd\n"
    "      --weight-decay X      (adamw: 0.01, else 0)\n"
    "      --schedule NAME       of the learning rate: constant (default), or cosine, to a tenth\n"
    "      --warmup STEPS        in which it rises (0)\n"
    "      --ema STEPS           half-life of the averages of weights that are the model (none)\n"
    "      --arch NAME           of the networks: dcgan (default)\n"
    "      --kernel 4|5          dcgan: side of its convolutions (5)\n"
    "      --width N             channels of the first layer (64)\n"
    "      --size 32|64|128      side of the images in pixels (64)\n"
    "  -s, --seed N              (1)\n"
    "      --save-every N        steps between checkpoints (500)\n"
    "      --resume              go on from the checkpoint, where there is one\n"
    "      --restart             begin anew, over an unfinished checkpoint too\n"
    "      --log FILE            table of losses\n"
    "  -z, --latent N            gan: length of the generator's input (128)\n"
    "      --samples PREFIX      gan: a grid PREFIX-STEP.ppm of fixed latents at each checkpoint\n"
    "      --init MODEL          classifier: start from the discriminator of a trained GAN\n"
    "      --valid CLASS=STREAM  classifier: validation images\n"
    "      --dropout X           classifier: before its head (0.5)\n"
    "  -j, --jobs N              threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet               no progress, no warnings\n"
    "  -h, --help    -V, --version\n";

enum {
    PRESET = 256, BETA1, OPTIMIZER, WEIGHT_DECAY, SCHEDULE, WARMUP, EMA, DROPOUT, ARCH, KERNEL, WIDTH, SIZE, SAVE_EVERY, RESUME, RESTART,
    LOG, SAMPLES, INIT, VALID,
    MAX_VALID = 256
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"preset", required_argument, NULL, PRESET},
    {"epochs", required_argument, NULL, 'e'},
    {"steps", required_argument, NULL, 'n'},
    {"batch", required_argument, NULL, 'b'},
    {"learning-rate", required_argument, NULL, 'l'},
    {"beta1", required_argument, NULL, BETA1},
    {"optimizer", required_argument, NULL, OPTIMIZER},
    {"weight-decay", required_argument, NULL, WEIGHT_DECAY},
    {"schedule", required_argument, NULL, SCHEDULE},
    {"warmup", required_argument, NULL, WARMUP},
    {"ema", required_argument, NULL, EMA},
    {"dropout", required_argument, NULL, DROPOUT},
    {"latent", required_argument, NULL, 'z'},
    {"arch", required_argument, NULL, ARCH},
    {"kernel", required_argument, NULL, KERNEL},
    {"width", required_argument, NULL, WIDTH},
    {"size", required_argument, NULL, SIZE},
    {"seed", required_argument, NULL, 's'},
    {"save-every", required_argument, NULL, SAVE_EVERY},
    {"resume", no_argument, NULL, RESUME},
    {"restart", no_argument, NULL, RESTART},
    {"log", required_argument, NULL, LOG},
    {"samples", required_argument, NULL, SAMPLES},
    {"init", required_argument, NULL, INIT},
    {"valid", required_argument, NULL, VALID},
    SK_COMMON_LONG,
    {NULL, 0, NULL, 0},
};

/* Options that one of the two does not have. */
static const struct {
    int option;
    bool classifier;
    const char *are;
} owned[] = {{'z', false, "-z (--latent) is"},
             {SAMPLES, false, "--samples is"},
             {DROPOUT, true, "--dropout is"},
             {INIT, true, "--init and --valid are"},
             {VALID, true, "--init and --valid are"}};

struct command {
    bool classifier;
    struct sk_train_options train;
    char *valid[MAX_VALID], **operand;
    int valids, operands;
    const char *owned_by[2]; /* an option that was given, of the gan and of the classifier; or NULL */
};

static void note_owner(struct command *c, int option)
{
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        if (owned[i].option == option)
            c->owned_by[owned[i].classifier] = owned[i].are;
}

static int number_option(const struct sk_tool *tool, const char *name, const char *text, long low, long high,
                         size_t *value)
{
    long number = 0;
    int status = sk_tool_long(tool, name, text, low, high, &number);
    *value = (size_t)number;
    return status;
}

static int network_option(const struct sk_tool *tool, int option, const char *text, struct sk_arch *arch)
{
    static const char *const sizes[] = {"32", "64", "128"};
    int choice = 0;
    switch (option) {
    case ARCH:
        if (sk_tool_choice(tool, "--arch", text, sk_architecture_name, SK_ARCHITECTURES, &choice))
            return SK_EXIT_USAGE;
        arch->architecture = (size_t)choice;
        return 0;
    case 'z': return number_option(tool, "--latent", text, 1, 4096, &arch->latent);
    case KERNEL: return number_option(tool, "--kernel", text, 4, 5, &arch->kernel);
    case WIDTH: return number_option(tool, "--width", text, 1, 512, &arch->width);
    default:
        if (sk_tool_choice(tool, "--size", text, sizes, 3, &choice))
            return SK_EXIT_USAGE;
        arch->size = (size_t)32 << choice;
        return 0;
    }
}

static int number_or_choice(const struct sk_tool *tool, int option, const char *text, struct sk_train_options *o)
{
    static const char *const presets[] = {"paper"};
    const long most = 1000000000;
    int choice = 0, status;
    switch (option) {
    case PRESET:
        status = sk_tool_choice(tool, "--preset", text, presets, 1, &choice);
        o->preset = presets[choice];
        return status;
    case OPTIMIZER:
        status = sk_tool_choice(tool, "--optimizer", text, sk_optimizer_name, SK_OPTIMIZERS, &choice);
        o->optimizer.kind = (enum sk_optimizer_kind)choice;
        return status;
    case SCHEDULE:
        status = sk_tool_choice(tool, "--schedule", text, sk_schedule_name, SK_SCHEDULES, &choice);
        o->schedule.kind = (enum sk_schedule_kind)choice;
        return status;
    case WARMUP: return number_option(tool, "--warmup", text, 0, most, &o->schedule.warmup);
    case EMA: return sk_tool_double(tool, "--ema", text, 1, 100000, &o->ema);
    case 'e': return number_option(tool, "--epochs", text, 1, 1000000, &o->epochs);
    case 'n': return number_option(tool, "--steps", text, 1, most, &o->steps);
    case 'b': return number_option(tool, "--batch", text, 1, 65536, &o->batch);
    case 'l': return sk_tool_double(tool, "--learning-rate", text, 1e-12, 1000, &o->optimizer.rate);
    case BETA1: return sk_tool_double(tool, "--beta1", text, 0, 0.9999, &o->optimizer.beta1);
    case WEIGHT_DECAY: return sk_tool_double(tool, "--weight-decay", text, 0, 1, &o->optimizer.decay);
    case DROPOUT: return sk_tool_double(tool, "--dropout", text, 0, 0.99, &o->dropout);
    case 's': return sk_tool_seed(tool, "--seed", text, &o->seed);
    case SAVE_EVERY: return number_option(tool, "--save-every", text, 1, most, &o->save_every);
    default: return network_option(tool, option, text, &o->arch);
    }
}

/* Options up to the first operand, or with order "" all of them: -1 to go on, else the exit code. */
static int parse_options(struct sk_tool *tool, int argc, char **argv, const char *order, struct command *c)
{
    char letters[40];
    int option, status;
    snprintf(letters, sizeof letters, "%so:e:n:b:l:z:s:" SK_COMMON_SHORT, order);
    optind = 0; /* glibc: start afresh */
    while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        note_owner(c, option);
        switch (option) {
        case 'o': c->train.output = optarg; break;
        case RESUME: c->train.resume = true; break;
        case RESTART: c->train.restart = true; break;
        case LOG: c->train.log = optarg; break;
        case SAMPLES: c->train.samples = optarg; break;
        case INIT: c->train.initial = optarg; break;
        case VALID:
            if (c->valids == MAX_VALID)
                return sk_tool_usage(tool, "--valid: more than %d times", MAX_VALID);
            c->valid[c->valids++] = optarg;
            break;
        case 'h': case 'V': case 'q': case 'j': case '?':
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
            break;
        default:
            if (number_or_choice(tool, option, optarg, &c->train))
                return SK_EXIT_USAGE;
        }
    }
    return -1;
}

/* Where class=stream has its '='; NULL where it is a stream alone, as ./a=b is. */
static char *class_end(char *operand)
{
    char *equals = strchr(operand, '=');
    return equals && !memchr(operand, '/', (size_t)(equals - operand)) ? equals : NULL;
}

static int check_operands(const struct sk_tool *tool, const struct command *c)
{
    if (c->operands == 0 && c->classifier)
        return sk_tool_usage(tool, "no class=stream");
    for (int i = 0; i < c->operands; i++)
        if (c->classifier && !class_end(c->operand[i]))
            return sk_tool_usage(tool, "'%s' is not class=stream", c->operand[i]);
        else if (!c->classifier && class_end(c->operand[i]))
            return sk_tool_usage(tool, "'%s': a gan cannot be trained on classes yet; give the streams alone (a file of that "
                                       "name as ./%s)", c->operand[i], c->operand[i]);
    for (int i = 0; i < c->valids; i++)
        if (!class_end(c->valid[i]))
            return sk_tool_usage(tool, "--valid: '%s' is not class=stream", c->valid[i]);
    return 0;
}

static int check_options(const struct sk_tool *tool, const struct command *c)
{
    const struct sk_train_options *o = &c->train;
    if (c->owned_by[!c->classifier])
        return sk_tool_usage(tool, "%s of the %s", c->owned_by[!c->classifier], c->classifier ? "gan" : "classifier");
    if (!o->output)
        return sk_tool_usage(tool, "-o says where the model goes: it is missing");
    if (strcmp(o->output, "-") == 0)
        return sk_tool_usage(tool, "-o wants a file: a checkpoint stands beside it");
    if (o->steps && o->epochs)
        return sk_tool_usage(tool, "give either --steps or --epochs");
    if (o->arch.kernel && !sk_recipes_of(&o->arch)->has_kernel)
        return sk_tool_usage(tool, "--kernel is not of --arch %s", sk_architecture_name[o->arch.architecture]);
    if (o->resume && o->restart)
        return sk_tool_usage(tool, "give either --resume or --restart");
    return 0;
}

/* Where steps are given this is known before images are read. */
static int check_warmup(const struct sk_tool *tool, const struct sk_train_options *o, uint64_t steps)
{
    const uint64_t warmup = o->schedule.warmup;
    if (warmup > steps)
        return sk_tool_usage(tool, "--warmup: %llu steps are more than the %llu of the training", (unsigned long long)warmup,
                             (unsigned long long)steps);
    if (warmup == steps && o->schedule.kind != SK_CONSTANT)
        return sk_tool_usage(tool, "--warmup: %llu steps of %llu leave none to --schedule %s", (unsigned long long)warmup,
                             (unsigned long long)steps, sk_schedule_name[o->schedule.kind]);
    return 0;
}

static int check_epochs(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                        const struct sk_dataset *valid)
{
    return check_warmup(tool, &c->train, sk_train_steps(&c->train, c->classifier ? sk_classifier_images(set, valid) : set->count));
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
    const size_t inputs = (size_t)c->operands + (size_t)c->valids + 2;
    const char **input = sk_alloc(inputs, sizeof *input, &err);
    if (!input)
        return sk_tool_fail(tool, &err);
    for (int i = 0; i < c->operands; i++)
        input[i] = stream_of(c->operand[i]);
    for (int i = 0; i < c->valids; i++)
        input[c->operands + i] = stream_of(c->valid[i]);
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
    for (int i = 0; i < c->valids; i++) {
        int status = add_operand(tool, valid, c->valid[i], err);
        if (status)
            return status;
        if (valid->classes > set->classes)
            return sk_tool_usage(tool, "--valid %s: no training images of this class", c->valid[i]);
    }
    if (c->valids && valid->count == 0) {
        sk_fail(err, "--valid: no image");
        return sk_tool_fail(tool, err);
    }
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
    if (!c->classifier)
        return 0;
    if (set->classes < 2)
        return sk_tool_usage(tool, "the classifier wants two classes or more, not %zu", set->classes);
    if (!c->valids)
        sk_tool_warn(tool, "no --valid: a tenth of the training images validates, whatever patients or lesions they show "
                           "(groups are unknown here)");
    return load_valid(tool, c, set, valid, err);
}

/* What stops the training: the run looks at it between steps. */
static volatile sig_atomic_t stop_signal;

struct screen {
    const struct sk_tool *tool;
    struct sk_progress progress;
};

/* Until here a signal ends us at once: nothing has been done. */
static void on_start(void *context)
{
    struct screen *screen = context;
    sk_signals_catch(&stop_signal);
    sk_progress_start(&screen->progress, screen->tool->quiet ? NULL : stderr, screen->tool->name);
}

static void on_step(void *context, const struct sk_progress_state *state)
{
    struct screen *screen = context;
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
    fprintf(stderr, "%s: stopped at step %llu, saved in %s.ckpt; %s\n", tool->name, (unsigned long long)step, c->train.output,
            in_make ? "make the same target again to go on" : "the same command with --resume goes on");
}

static int check_memory(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                        const struct sk_dataset *valid)
{
    struct sk_error err;
    return sk_train_check_memory(&c->train, c->classifier, set, valid, &err) ? sk_tool_fail(tool, &err) : SK_EXIT_OK;
}

static int train(const struct sk_tool *tool, struct command *c, const struct sk_dataset *set, const struct sk_dataset *valid)
{
    struct screen screen = {.tool = tool};
    struct sk_error err;
    enum sk_train_end end;
    uint64_t step;
    c->train.report = (struct sk_train_report){on_start, on_step, on_warning, &screen};
    c->train.stop = &stop_signal;
    int failed = c->classifier ? sk_classifier_run(&c->train, set, valid, &end, &step, &err)
                               : sk_gan_run(&c->train, set, &end, &step, &err);
    sk_progress_break(&screen.progress);
    if (failed) {
        sk_tool_fail(tool, &err);
        return stop_signal && stop_signal != SIGXFSZ ? sk_signals_end(stop_signal) : SK_EXIT_FAILED;
    }
    if (end != SK_TRAIN_STOPPED)
        return SK_EXIT_OK;
    say_how_to_go_on(tool, c, step);
    return sk_signals_end(stop_signal);
}

enum { NOT_GIVEN = -1 };

/* The paper's choices; see sktools(7). */
static const struct sk_train_options paper = {
    .preset = "paper",
    .arch = {.size = 64, .width = 64, .latent = 128},
    .optimizer = {.kind = SK_ADAM, .rate = 2e-4, .beta1 = 0.5, .decay = NOT_GIVEN},
    .dropout = 0.5,
    .batch = 128,
    .seed = 1,
    .save_every = 500,
};

/* The subcommand with options before and after it. -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    static const char *const kinds[] = {"gan", "classifier"};
    int kind = 0, status = parse_options(tool, argc, argv, "+", c);
    if (status >= 0)
        return status;
    if (optind >= argc)
        return sk_tool_usage(tool, "gan or classifier?");
    if (sk_tool_choice(tool, "first operand", argv[optind], kinds, 2, &kind))
        return SK_EXIT_USAGE;
    c->classifier = kind == 1;
    argc -= optind;
    argv += optind;
    argv[0] = (char *)tool->name; /* for getopt's messages */
    status = parse_options(tool, argc, argv, "", c);
    if (status >= 0)
        return status;
    c->operand = argv + optind;
    c->operands = argc - optind;
    return check_options(tool, c) || check_operands(tool, c) ? SK_EXIT_USAGE : -1;
}

/* What depends on the subcommand, and on other options. */
static void complete_options(struct sk_train_options *o, bool classifier)
{
    if (!o->steps && !o->epochs) {
        o->epochs = classifier ? 60 : 0;
        o->steps = classifier ? 0 : 3000;
    }
    if (!classifier)
        o->dropout = 0;
    if (!o->arch.kernel && sk_recipes_of(&o->arch)->has_kernel)
        o->arch.kernel = 5;
    if (o->optimizer.decay < 0)
        o->optimizer.decay = o->optimizer.kind == SK_ADAMW ? 0.01 : 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct command c = {.train = paper};
    sk_threads_wait_passively(argv);
    int status = sk_tool_start(&tool, "sktrain", usage);
    if (status)
        return status;
    status = parse(&tool, argc, argv, &c);
    if (status >= 0)
        return status;
    complete_options(&c.train, c.classifier);
    c.train.jobs = tool.jobs;
    struct sk_dataset set = {.size = c.train.arch.size}, valid = {.size = c.train.arch.size};
    struct sk_error err;
    status = c.train.steps ? check_warmup(&tool, &c.train, c.train.steps) : 0;
    if (status == 0)
        status = check_outputs(&tool, &c);
    if (status == 0) /* before images are read, and with them */
        status = check_memory(&tool, &c, NULL, NULL);
    if (status == 0)
        status = load(&tool, &c, &set, &valid, &err);
    if (status == 0)
        status = check_epochs(&tool, &c, &set, &valid);
    if (status == 0)
        status = check_memory(&tool, &c, &set, &valid);
    if (status == 0)
        status = train(&tool, &c, &set, &valid);
    sk_dataset_free(&set);
    sk_dataset_free(&valid);
    return status;
}
