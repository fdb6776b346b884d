/* skmetrics: what the tables and features of the other tools amount to. Its commands lie in src/skmetrics/. */

#include <stdio.h>
#include <string.h>

#include "skmetrics/command.h"
#include "stat/blas_kernel.h"

enum { SCORE, ROC, PR, CALIBRATION, DECISION, CONFORMAL, COMPARE, STATS, FID, NEAREST, NYQUIST, LEAK, COMMANDS };

static const char *const names[COMMANDS] = {
    [SCORE] = "score",       [ROC] = "roc",         [PR] = "pr",           [CALIBRATION] = "calibration",
    [DECISION] = "decision", [CONFORMAL] = "conformal", [COMPARE] = "compare", [STATS] = "stats",
    [FID] = "fid",           [NEAREST] = "nearest", [NYQUIST] = "nyquist", [LEAK] = "leak",
};

static const struct command {
    command_run *run;
    size_t least, most; /* how many operands it wants; 0: any number, none being standard input */
} commands[COMMANDS] = {
    [SCORE] = {skmetrics_score, 0, 0},         [ROC] = {skmetrics_roc, 0, 0},
    [PR] = {skmetrics_pr, 0, 0},               [CALIBRATION] = {skmetrics_calibration, 0, 0},
    [DECISION] = {skmetrics_decision, 0, 0},   [CONFORMAL] = {skmetrics_conformal, 0, 0},
    [COMPARE] = {skmetrics_compare, 2, 2},     [STATS] = {skmetrics_stats, 1, 1},
    [FID] = {skmetrics_fid, 2, 2},             [NEAREST] = {skmetrics_nearest, 1, 2},
    [NYQUIST] = {skmetrics_nyquist, 0, 0},     [LEAK] = {skmetrics_leak, 1, 2},
};

static const struct options defaults = {.replicates = 2000, .seed = 1, .threshold = 0.1, .level = 0.9};

#define OF(command) 1u << (command)
static const struct sk_option option_table[] = {
    {0, "by", SK_FILE(struct options, strata), "FILE", "what is known of each row, a column each; measures every stratum too",
     .of = OF(SCORE)},
    {'c', "calibration", SK_FILE(struct options, calibration), "FILE",
     "scores of images that nothing was trained on, nor is tested on", .of = OF(CONFORMAL)},
    {'g', "groups", SK_FILE(struct options, groups), "FILE", "a lesion or patient a row; they are resampled as wholes",
     .of = OF(SCORE) | OF(COMPARE)},
    {0, "level", SK_NUMBER(struct options, level, 0.5, 0.999), "NUMBER", "the share of sets that hold the true class",
     .of = OF(CONFORMAL)},
    {0, "map", SK_FLAG(struct options, map), "by how much the second image is larger and turned, or mirrored", .of = OF(LEAK)},
    {0, "memory", SK_NUMBER(struct options, memory, 128, 1 << 24), "MIB", "memory to search in, the images lying in temporary files",
     "no bound", .of = OF(LEAK)},
    {0, "prdc", SK_FLAG(struct options, prdc), "precision, recall, density and coverage too", .of = OF(FID)},
    {'p', "positive", SK_TEXT(struct options, positive), "CLASS,...", "the positive class, or classes", "the last of '# classes:'",
     .of = OF(SCORE) | OF(ROC) | OF(PR) | OF(CALIBRATION) | OF(DECISION) | OF(COMPARE)},
    {'r', "replicates", SK_NUMBER(struct options, replicates, 100, 1000000), "COUNT", "bootstrap replicates",
     .of = OF(SCORE) | OF(COMPARE)},
    {'s', "seed", SK_SEED(struct options, seed), "SEED", "of what is drawn at random", .of = OF(SCORE) | OF(COMPARE) | OF(FID)},
    {'t', "threshold", SK_NUMBER(struct options, threshold, 0, 2), "NUMBER",
     "positive from this score on, 1 at most; for leak the greatest distance of copies", "by the column predicted; for leak 0.1",
     .of = OF(SCORE) | OF(COMPARE) | OF(LEAK)},
};

static const struct sk_options options = {
    .usage = "usage: skmetrics score [options] [scores.tsv...]            metrics with 95 % intervals\n"
             "       skmetrics roc|pr [-p class] [scores.tsv...]          ROC curve; precision and recall\n"
             "       skmetrics calibration [-p class] [scores.tsv...]     reliability diagram, 15 bins\n"
             "       skmetrics decision [-p class] [scores.tsv...]        net benefit over the threshold\n"
             "       skmetrics conformal [--level X] -c valid.tsv test.tsv    sets of classes that hold the true one\n"
             "       skmetrics compare [options] a.tsv b.tsv              two classifiers on the same images\n"
             "       skmetrics stats features >statistics                 what fid needs of one side, but for kid\n"
             "       skmetrics fid [--prdc] [-s seed] real fake           distances of two feature files, or statistics\n"
             "       skmetrics nearest train fake | nearest a             each fake's nearest training image; each one's other\n"
             "       skmetrics nyquist [stream...]                        patterns of period 2, such as upsampling leaves\n"
             "       skmetrics leak [--map] [-t distance] a [b]           images, or lesions, of a that stand in b too, or twice in a\n",
    SK_TABLE(option_table),
    .quiet = "no progress of leak, no warnings",
    .defaults = &defaults,
    .command = names,
    .commands = COMMANDS,
};

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

static int check(const struct options *o, const struct sk_arguments *arguments)
{
    const struct command *command = &commands[arguments->command];
    const char *name = names[arguments->command];
    const size_t operands = (size_t)arguments->operands;
    const struct sk_option *odd = sk_options_stray(&options, arguments, OF(arguments->command));
    if (odd && odd->letter)
        return sk_tool_usage(&o->tool, "%s takes no option -%c", name, odd->letter);
    if (odd)
        return sk_tool_usage(&o->tool, "%s takes no option --%s", name, odd->name);
    if (arguments->command != LEAK && o->by_threshold && o->threshold > 1)
        return sk_tool_usage(&o->tool, "--threshold: a score is a number from 0 to 1");
    if (arguments->command == CONFORMAL && !o->calibration)
        return sk_tool_usage(&o->tool, "conformal needs the scores of calibration images: -c valid.tsv");
    if (command->most && (operands < command->least || operands > command->most))
        return sk_tool_usage(&o->tool, "%s takes %zu%s file%s", name, command->least, command->most > command->least ? " or two" : "",
                             command->most == 1 ? "" : "s");
    if (standard_inputs(o, arguments->operand, operands) > 1)
        return sk_tool_usage(&o->tool, "%s: standard input cannot be several files", name);
    if (arguments->command == STATS && sk_tool_binary_stdout(&o->tool))
        return SK_EXIT_USAGE;
    return 0;
}

int main(int argc, char **argv)
{
    static char *standard_input[] = {"-"};
    struct options o = defaults;
    struct sk_arguments arguments;
    struct sk_error err;
    sk_blas_start(argv);
    int code = sk_tool_start(&o.tool, "skmetrics");
    if (code)
        return code;
    sk_blas_describe(o.tool.blas, sizeof o.tool.blas);
    sk_blas_single_thread();
    code = sk_options_parse(&o.tool, &options, argc, argv, &o, &arguments);
    if (code >= 0)
        return code;
    if (arguments.operands == 0 && commands[arguments.command].most == 0) {
        arguments.operand = standard_input;
        arguments.operands = 1;
    }
    o.by_threshold = sk_options_given(&options, &arguments, "threshold");
    code = check(&o, &arguments);
    if (code)
        return code;
    if (sk_blas_fit_threads(&o.tool.jobs, &err) ||
        commands[arguments.command].run(&o, arguments.operand, (size_t)arguments.operands, &err))
        return sk_tool_fail(&o.tool, &err);
    return sk_tool_finish(&o.tool);
}
