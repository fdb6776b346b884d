/* skmetrics: what the tables and features of the other tools amount to. Its commands lie in src/skmetrics/. */

#include <stdio.h>
#include <string.h>

#include "skmetrics/command.h"
#include "stat/blas_kernel.h"

static const char usage[] =
    "usage: skmetrics score [options] [scores.tsv...]                  metrics with 95 % intervals (-g -p -r -s -t --by)\n"
    "       skmetrics roc|pr [-p class] [scores.tsv...]                ROC curve; precision and recall\n"
    "       skmetrics calibration [-p class] [scores.tsv...]           reliability diagram, 15 bins\n"
    "       skmetrics decision [-p class] [scores.tsv...]              net benefit over the threshold\n"
    "       skmetrics conformal [--level X] -c valid.tsv test.tsv      sets of classes that hold the true one\n"
    "       skmetrics compare [options] a.tsv b.tsv                    two classifiers on the same images (-g -p -r -s -t)\n"
    "       skmetrics stats features >statistics                       what fid needs of one side, but for kid\n"
    "       skmetrics fid [--prdc] [-s seed] real fake                 distances of two feature files, or statistics\n"
    "       skmetrics nearest train fake | nearest a                   each fake's nearest training image; each one's other\n"
    "       skmetrics leak [-t distance] a [b]                         images, or lesions, of a that stand in b too, or twice in a\n"
    "      --by FILE            score: what is known of each row, a column each; measures every stratum too\n"
    "  -c, --calibration FILE   conformal: scores of images that nothing was trained on, nor is tested on\n"
    "  -g, --groups FILE        a lesion or patient a row; they are resampled as wholes\n"
    "      --level NUMBER       conformal: the share of sets that hold the true class, 0.5 to 0.999 (default 0.9)\n"
    "      --prdc               fid: precision, recall, density and coverage too\n"
    "  -p, --positive CLASS,... the positive class, or classes (default: the last of '# classes:')\n"
    "  -r, --replicates COUNT   bootstrap replicates, 100 to 1000000 (default 2000)\n"
    "  -s, --seed SEED          of what is drawn at random (default 1)\n"
    "  -t, --threshold NUMBER   score, compare: positive from this score on, 0 to 1 (default: by the column predicted);\n"
    "                           leak: greatest distance of copies, 0 to 2 (default 0.1)\n"
    "  -j, --jobs COUNT         threads (default: all processors, or SK_THREADS)\n"
    "  -q, --quiet              no warnings\n"
    "  -h, --help               this text\n"
    "  -V, --version            version\n";

#define COMMANDS "score, roc, pr, calibration, decision, conformal, compare, stats, fid, nearest, leak"

static const struct command {
    const char *name;
    command_run *run;
    const char *options; /* letters of the options it takes, beside the common ones */
    size_t least, most;  /* how many operands it wants; 0: any number, none being standard input */
} commands[] = {
    {"score", skmetrics_score, "bgprst", 0, 0},
    {"roc", skmetrics_roc, "p", 0, 0},
    {"pr", skmetrics_pr, "p", 0, 0},
    {"calibration", skmetrics_calibration, "p", 0, 0},
    {"decision", skmetrics_decision, "p", 0, 0},
    {"conformal", skmetrics_conformal, "cl", 0, 0},
    {"compare", skmetrics_compare, "gprst", 2, 2},
    {"stats", skmetrics_stats, "", 1, 1},
    {"fid", skmetrics_fid, "ds", 2, 2},
    {"nearest", skmetrics_nearest, "", 1, 2},
    {"leak", skmetrics_leak, "t", 1, 2},
};

static const struct option long_options[] = {
    {"by", required_argument, NULL, BY},
    {"calibration", required_argument, NULL, 'c'},
    {"level", required_argument, NULL, LEVEL},
    {"prdc", no_argument, NULL, PRDC},
    {"groups", required_argument, NULL, 'g'},
    {"positive", required_argument, NULL, 'p'},
    {"replicates", required_argument, NULL, 'r'},
    {"seed", required_argument, NULL, 's'},
    {"threshold", required_argument, NULL, 't'},
    SK_COMMON_LONG,
    {0},
};

/* Options up to the first operand, or with order "" all of them: -1 to go on, else the exit code. */
static int parse(struct options *o, int argc, char **argv, const char *order)
{
    char letters[32];
    int option, code;
    snprintf(letters, sizeof letters, "%sc:g:p:r:s:t:" SK_COMMON_SHORT, order);
    optind = 0; /* glibc: start afresh */
    while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        code = 0;
        switch (option) {
        case BY:
            o->strata = optarg;
            break;
        case 'c':
            o->calibration = optarg;
            break;
        case LEVEL:
            code = sk_tool_double(&o->tool, "--level", optarg, 0.5, 0.999, &o->level);
            break;
        case PRDC: /* noted as given below */
            break;
        case 'g':
            o->groups = optarg;
            break;
        case 'p':
            o->positive = optarg;
            break;
        case 'r':
            code = sk_tool_long(&o->tool, "--replicates", optarg, 100, 1000000, &o->replicates);
            break;
        case 's':
            code = sk_tool_seed(&o->tool, "--seed", optarg, &o->seed);
            break;
        case 't':
            code = sk_tool_double(&o->tool, "--threshold", optarg, 0, 2, &o->threshold);
            break;
        default:
            code = sk_tool_common(&o->tool, option, optarg);
            if (code >= 0)
                return code;
            continue;
        }
        if (code)
            return code;
        if (!strchr(o->given, option))
            o->given[strlen(o->given)] = (char)option;
    }
    return -1;
}

/* How many of the files are standard input: it can be one. */
static int standard_inputs(const struct options *o, char **operand, size_t operands)
{
    const char *file[] = {o->groups, o->strata, o->calibration};
    int count = 0;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++)
        count += file[i] && strcmp(file[i], "-") == 0;
    for (size_t i = 0; i < operands; i++)
        count += strcmp(operand[i], "-") == 0;
    return count;
}

static int check(const struct options *o, const struct command *command, char **operand, size_t operands)
{
    char odd = o->given[strspn(o->given, command->options)];
    if (odd)
        return sk_tool_usage(&o->tool, odd == BY      ? "%s takes no option --by"
                                       : odd == LEVEL ? "%s takes no option --level"
                                       : odd == PRDC  ? "%s takes no option --prdc"
                                                      : "%s takes no option -%c", command->name, odd);
    if (command->run != skmetrics_leak && is_given(o, 't') && o->threshold > 1)
        return sk_tool_usage(&o->tool, "--threshold: a score is a number from 0 to 1");
    if (command->run == skmetrics_conformal && !o->calibration)
        return sk_tool_usage(&o->tool, "conformal needs the scores of calibration images: -c valid.tsv");
    if (command->most && (operands < command->least || operands > command->most))
        return sk_tool_usage(&o->tool, "%s takes %zu%s file%s", command->name, command->least,
                             command->most > command->least ? " or two" : "", command->most == 1 ? "" : "s");
    if (standard_inputs(o, operand, operands) > 1)
        return sk_tool_usage(&o->tool, "%s: standard input cannot be several files", command->name);
    if (command->run == skmetrics_stats && sk_tool_binary_stdout(&o->tool))
        return SK_EXIT_USAGE;
    return 0;
}

static int run(const struct options *o, const struct command *command, char **operand, size_t operands)
{
    static char *standard_input[] = {"-"};
    struct sk_error err;
    if (operands == 0 && command->most == 0) {
        operand = standard_input;
        operands = 1;
    }
    int code = check(o, command, operand, operands);
    if (code)
        return code;
    if (command->run(o, operand, operands, &err))
        return sk_tool_fail(&o->tool, &err);
    return sk_tool_finish(&o->tool);
}

int main(int argc, char **argv)
{
    struct options o = {.replicates = 2000, .seed = 1, .threshold = 0.1, .level = 0.9};
    struct sk_error err;
    sk_blas_start(argv);
    int code = sk_tool_start(&o.tool, "skmetrics", usage);
    if (code)
        return code;
    sk_blas_describe(o.tool.blas, sizeof o.tool.blas);
    sk_blas_single_thread();
    code = parse(&o, argc, argv, "+"); /* options before the command */
    if (code >= 0)
        return code;
    if (optind >= argc)
        return sk_tool_usage(&o.tool, "which of " COMMANDS "?");
    const char *name = argv[optind];
    argv += optind;
    argc -= optind;
    argv[0] = "skmetrics"; /* for getopt's messages */
    code = parse(&o, argc, argv, "");
    if (code >= 0)
        return code;
    if (sk_blas_fit_threads(&o.tool.jobs, &err))
        return sk_tool_fail(&o.tool, &err);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return run(&o, &commands[i], argv + optind, (size_t)(argc - optind));
    return sk_tool_usage(&o.tool, "'%s' is none of " COMMANDS, name);
}
