/* sktrain: trains a GAN, or a classifier, on streams of images. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/tool.h"
#include "tensor/blas_kernel.h"
#include "tensor/gemm.h"
#include "train/classifier_run.h"
#include "train/gan_run.h"

static const char usage[] =
    "usage: sktrain gan -o model [options] stream... | class=stream...\n"
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
    "      --optimizer NAME      adam (default) or sgd\n"
    "      --dropout X           before the classifier's head (0.5)\n"
    "  -z, --latent N            length of the generator's input (128)\n"
    "      --kernel 4|5          (5)\n"
    "      --width N             channels of the first layer (64)\n"
    "      --size 32|64|128      side of the images in pixels (64)\n"
    "  -s, --seed N              (1)\n"
    "      --save-every N        steps between checkpoints (500)\n"
    "      --resume              go on from the checkpoint, where there is one\n"
    "      --log FILE            table of losses\n"
    "      --samples PREFIX      gan: a grid PREFIX-STEP.ppm of fixed latents at each checkpoint\n"
    "      --init MODEL          classifier: start from the discriminator of a trained GAN\n"
    "      --valid CLASS=STREAM  classifier: validation images\n"
    "  -j, --jobs N              threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet               no progress, no warnings\n"
    "  -h, --help    -V, --version\n";

enum {
    PRESET = 256, BETA1, OPTIMIZER, DROPOUT, KERNEL, WIDTH, SIZE, SAVE_EVERY, RESUME, LOG, SAMPLES, INIT, VALID,
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
    {"dropout", required_argument, NULL, DROPOUT},
    {"latent", required_argument, NULL, 'z'},
    {"kernel", required_argument, NULL, KERNEL},
    {"width", required_argument, NULL, WIDTH},
    {"size", required_argument, NULL, SIZE},
    {"seed", required_argument, NULL, 's'},
    {"save-every", required_argument, NULL, SAVE_EVERY},
    {"resume", no_argument, NULL, RESUME},
    {"log", required_argument, NULL, LOG},
    {"samples", required_argument, NULL, SAMPLES},
    {"init", required_argument, NULL, INIT},
    {"valid", required_argument, NULL, VALID},
    SK_COMMON_LONG,
    {NULL, 0, NULL, 0},
};

/* The handlers' only message; the training loop reads it between steps. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* a second one kills */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

struct command {
    bool classifier;
    struct sk_train_options train;
    char *valid[MAX_VALID];
    int valids;
};

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
    static const char *const optimizers[] = {"adam", "sgd"}, *const presets[] = {"paper"};
    const long most = 1000000000;
    int choice = 0, status;
    switch (option) {
    case PRESET:
        status = sk_tool_choice(tool, "--preset", text, presets, 1, &choice);
        o->preset = presets[choice];
        return status;
    case OPTIMIZER:
        status = sk_tool_choice(tool, "--optimizer", text, optimizers, 2, &choice);
        o->optimizer = choice == 0 ? SK_ADAM : SK_SGD;
        return status;
    case 'e': return number_option(tool, "--epochs", text, 1, 1000000, &o->epochs);
    case 'n': return number_option(tool, "--steps", text, 1, most, &o->steps);
    case 'b': return number_option(tool, "--batch", text, 1, 65536, &o->batch);
    case 'l': return sk_tool_double(tool, "--learning-rate", text, 0, 1000, &o->learning_rate);
    case BETA1: return sk_tool_double(tool, "--beta1", text, 0, 0.9999, &o->beta1);
    case DROPOUT: return sk_tool_double(tool, "--dropout", text, 0, 0.99, &o->dropout);
    case 's': return sk_tool_seed(tool, "--seed", text, &o->seed);
    case SAVE_EVERY: return number_option(tool, "--save-every", text, 1, most, &o->save_every);
    default: return network_option(tool, option, text, &o->arch);
    }
}

static int parse_options(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    int option, status;
    while ((option = getopt_long(argc, argv, "o:e:n:b:l:z:s:" SK_COMMON_SHORT, long_options, NULL)) != -1)
        switch (option) {
        case 'o': c->train.output = optarg; break;
        case RESUME: c->train.resume = true; break;
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
    return -1;
}

static int check_command(const struct sk_tool *tool, const struct command *c, int operands)
{
    const struct sk_train_options *o = &c->train;
    if (!o->output)
        return sk_tool_usage(tool, "-o says where the model goes: it is missing");
    if (strcmp(o->output, "-") == 0)
        return sk_tool_usage(tool, "-o wants a file: a checkpoint stands beside it");
    if (o->steps && o->epochs)
        return sk_tool_usage(tool, "give either --steps or --epochs");
    if (!c->classifier && (o->initial || c->valids))
        return sk_tool_usage(tool, "--init and --valid are of the classifier");
    if (c->classifier && o->samples)
        return sk_tool_usage(tool, "--samples is of the gan");
    if (operands == 0 && c->classifier)
        return sk_tool_usage(tool, "no class=stream");
    return 0;
}

/* Splits class=stream at the first '='; a GAN's stream may come without a class. */
static int add_operand(const struct sk_tool *tool, struct sk_dataset *set, char *operand, bool class_needed,
                       struct sk_error *err)
{
    char *equals = strchr(operand, '=');
    if (equals && !memchr(operand, '/', (size_t)(equals - operand))) {
        *equals = '\0';
        return sk_dataset_add(set, operand, equals + 1, err) ? sk_tool_fail(tool, err) : 0;
    }
    if (class_needed)
        return sk_tool_usage(tool, "'%s' is not class=stream", operand);
    return sk_dataset_add(set, "", operand, err) ? sk_tool_fail(tool, err) : 0;
}

static int load_valid(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                      struct sk_dataset *valid, struct sk_error *err)
{
    sk_dataset_copy_classes(valid, set);
    for (int i = 0; i < c->valids; i++) {
        int status = add_operand(tool, valid, c->valid[i], true, err);
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

static int load(const struct sk_tool *tool, const struct command *c, char **operands, int count,
                struct sk_dataset *set, struct sk_dataset *valid, struct sk_error *err)
{
    char standard_input[] = "-";
    char *only[] = {standard_input};
    if (count == 0) {
        operands = only;
        count = 1;
    }
    for (int i = 0; i < count; i++) {
        int status = add_operand(tool, set, operands[i], c->classifier, err);
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

static int train(const struct sk_tool *tool, const struct command *c, const struct sk_dataset *set,
                 const struct sk_dataset *valid)
{
    struct sk_error err;
    enum sk_train_end end;
    uint64_t step;
    catch_signals();
    int failed = c->classifier ? sk_classifier_run(&c->train, set, valid, &end, &step, &err)
                               : sk_gan_run(&c->train, set, &end, &step, &err);
    if (failed)
        return sk_tool_fail(tool, &err);
    if (end == SK_TRAIN_STOPPED) {
        fprintf(stderr, "%s: stopped at step %llu, saved in %s.ckpt; the same command with --resume goes on\n",
                tool->name, (unsigned long long)step, c->train.output);
        return SK_EXIT_FAILED;
    }
    return SK_EXIT_OK;
}

/* The paper's choices; see sktools(7). */
static const struct sk_train_options paper = {
    .tool = "sktrain",
    .preset = "paper",
    .arch = {.size = 64, .width = 64, .latent = 128, .kernel = 5},
    .optimizer = SK_ADAM,
    .learning_rate = 2e-4,
    .beta1 = 0.5,
    .dropout = 0.5,
    .batch = 128,
    .seed = 1,
    .save_every = 500,
    .stop = &stop_signal,
};

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct command c = {.train = paper};
    sk_blas_start(argv, true);
    int status = sk_tool_start(&tool, "sktrain", usage);
    if (status)
        return status;
    sk_blas_describe(tool.blas, sizeof tool.blas);
    if (argc > 1 && argv[1][0] != '-') { /* the subcommand, before the options */
        static const char *const kinds[] = {"gan", "classifier"};
        int kind = 0;
        if (sk_tool_choice(&tool, "first operand", argv[1], kinds, 2, &kind))
            return SK_EXIT_USAGE;
        c.classifier = kind == 1;
        argv++;
        argc--;
        argv[0] = (char *)tool.name;
    } else if (argc <= 1)
        return sk_tool_usage(&tool, "gan or classifier?");
    status = parse_options(&tool, argc, argv, &c);
    if (status >= 0)
        return status;
    if (check_command(&tool, &c, argc - optind))
        return SK_EXIT_USAGE;
    if (!c.train.steps && !c.train.epochs) {
        c.train.epochs = c.classifier ? 60 : 0;
        c.train.steps = c.classifier ? 0 : 3000;
    }
    if (!c.classifier)
        c.train.dropout = 0;
    c.train.jobs = tool.jobs;
    c.train.quiet = tool.quiet;
    sk_blas_single_thread();
    struct sk_dataset set = {.size = c.train.arch.size}, valid = {.size = c.train.arch.size};
    struct sk_error err;
    status = load(&tool, &c, argv + optind, argc - optind, &set, &valid, &err);
    if (status == 0)
        status = train(&tool, &c, &set, &valid);
    sk_dataset_free(&set);
    sk_dataset_free(&valid);
    return status;
}
