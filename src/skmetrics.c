/* skmetrics: what the tables and features of the other tools amount to. Its commands lie in src/skmetrics/. */

#include <stdio.h>
#include <string.h>

#include "skmetrics/command.h"
#include "tensor/blas_kernel.h"
#include "tensor/gemm.h"

static const char usage[] =
    "usage: skmetrics score [-g groups] [-p class] [-r count] [-s seed] [-t score] [scores.tsv...]\n"
    "                                                                         metrics with 95 % intervals\n"
    "       skmetrics roc [-p class] [scores.tsv...]                          ROC curve\n"
    "       skmetrics pr [-p class] [scores.tsv...]                           precision and recall\n"
    "       skmetrics calibration [-p class] [scores.tsv...]                  reliability diagram, 15 bins\n"
    "       skmetrics compare [-p class] a.tsv b.tsv                          two classifiers on the same images\n"
    "       skmetrics stats features >statistics                              what fid needs of one side, but for kid\n"
    "       skmetrics fid [-s seed] real fake                                 distances of two feature files, or statistics\n"
    "       skmetrics nearest train fake                                      each fake's nearest training image\n"
    "       skmetrics leak [-t distance] a b                                  images of a that stand in b too\n"
    "  -g, --groups FILE       score: a lesion or patient a row; they are resampled as wholes\n"
    "  -p, --positive CLASS    the positive class (default: the last of '# classes:')\n"
    "  -r, --replicates COUNT  bootstrap replicates, 100 to 1000000 (default 2000)\n"
    "  -s, --seed SEED         of what is drawn at random (default 1)\n"
    "  -t, --threshold NUMBER  score: positive from this score on, 0 to 1 (default: by the column predicted);\n"
    "                          leak: greatest distance of copies, 0 to 2 (default 0.1)\n"
    "  -j, --jobs COUNT        threads (default: all processors, or SK_THREADS)\n"
    "  -q, --quiet             no warnings\n"
    "  -h, --help              this text\n"
    "  -V, --version           version\n";

#define COMMANDS "score, roc, pr, calibration, compare, stats, fid, nearest, leak"

static const struct command {
    const char *name;
    command_run *run;
    const char *options; /* letters of the options it takes, beside the common ones */
    size_t operands;     /* how many it wants; 0: any number, none being standard input */
} commands[] = {
    {"score", skmetrics_score, "gprst", 0},
    {"roc", skmetrics_roc, "p", 0},
    {"pr", skmetrics_pr, "p", 0},
    {"calibration", skmetrics_calibration, "p", 0},
    {"compare", skmetrics_compare, "p", 2},
    {"stats", skmetrics_stats, "", 1},
    {"fid", skmetrics_fid, "s", 2},
    {"nearest", skmetrics_nearest, "", 2},
    {"leak", skmetrics_leak, "t", 2},
};

static const struct option long_options[] = {
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
    snprintf(letters, sizeof letters, "%sg:p:r:s:t:" SK_COMMON_SHORT, order);
    optind = 0; /* glibc: start afresh */
    while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        switch (option) {
        case 'g':
            o->groups = optarg;
            code = 0;
            break;
        case 'p':
            o->positive = optarg;
            code = 0;
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

static int run(const struct options *o, const struct command *command, char **operand, size_t operands)
{
    static char *standard_input[] = {"-"};
    struct sk_error err;
    size_t odd = strspn(o->given, command->options);
    if (o->given[odd])
        return sk_tool_usage(&o->tool, "%s takes no option -%c", command->name, o->given[odd]);
    if (command->run == skmetrics_score && is_given(o, 't') && o->threshold > 1)
        return sk_tool_usage(&o->tool, "--threshold: a score is a number from 0 to 1");
    if (o->groups && strcmp(o->groups, "-") == 0 && (operands == 0 || strcmp(operand[0], "-") == 0))
        return sk_tool_usage(&o->tool, "%s: standard input cannot be both files", command->name);
    if (command->operands && operands != command->operands)
        return sk_tool_usage(&o->tool, "%s takes %zu file%s", command->name, command->operands,
                             command->operands == 1 ? "" : "s");
    if (command->operands == 2 && strcmp(operand[0], "-") == 0 && strcmp(operand[1], "-") == 0)
        return sk_tool_usage(&o->tool, "%s: standard input cannot be both files", command->name);
    if (operands == 0) {
        operand = standard_input;
        operands = 1;
    }
    if (command->run == skmetrics_stats && sk_tool_binary_stdout(&o->tool))
        return SK_EXIT_USAGE;
    if (command->run(o, operand, operands, &err))
        return sk_tool_fail(&o->tool, &err);
    return sk_tool_finish(&o->tool);
}

int main(int argc, char **argv)
{
    struct options o = {.replicates = 2000, .seed = 1, .threshold = 0.1};
    sk_blas_start(argv, false);
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
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return run(&o, &commands[i], argv + optind, (size_t)(argc - optind));
    return sk_tool_usage(&o.tool, "'%s' is none of " COMMANDS, name);
}
