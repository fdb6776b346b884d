/* skmetrics: what the tables and features of the other tools amount to. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/tool.h"
#include "stat/calibration.h"
#include "stat/kernel_distance.h"
#include "stat/metric.h"
#include "stat/roc.h"
#include "stat/score_table.h"
#include "tensor/gemm.h"
#include "tensor/tensor_file.h"

static const char usage[] =
    "usage: skmetrics score [-p class] [-r count] [-s seed] [scores.tsv...]   metrics with 95 % intervals\n"
    "       skmetrics roc [-p class] [scores.tsv...]                          ROC curve\n"
    "       skmetrics pr [-p class] [scores.tsv...]                           precision and recall\n"
    "       skmetrics calibration [-p class] [scores.tsv...]                  reliability diagram, 15 bins\n"
    "       skmetrics fid [-s seed] real fake                                 distances of two feature files\n"
    "  -p, --positive CLASS    the positive class (default: the last of '# classes:')\n"
    "  -r, --replicates COUNT  bootstrap replicates, 100 to 1000000 (default 2000)\n"
    "  -s, --seed SEED         of what is drawn at random (default 1)\n"
    "  -j, --jobs COUNT        threads (default: all processors, or SK_THREADS)\n"
    "  -q, --quiet             no warnings\n"
    "  -h, --help              this text\n"
    "  -V, --version           version\n";

struct options {
    struct sk_tool tool;
    const char *positive;
    long replicates;
    uint64_t seed;
    char given[8]; /* the letters of the options that were given, of those that not every command takes */
};

typedef int command_run(const struct options *o, char **operand, size_t operands, struct sk_error *err);

/* --- tables of scores ------------------------------------------------------------------------------------------- */

enum { MAX_PROVENANCE = 64 };

/* What the input tables say of themselves goes with the figures made from them; classes have been dealt with. */
static void print_provenance(const struct sk_score_table *scores, const char *what)
{
    struct sk_class_counts classes = sk_scored_classes(&scores->scored, NULL);
    printf("# %s of %zu images: %.0f %s, %.0f others\n", what, scores->scored.n, classes.positive, scores->positive,
           classes.negative);
    for (size_t f = 0; f < scores->files; f++) {
        const struct sk_table *table = &scores->table[f];
        printf("# from: %s\n", table->name);
        for (size_t i = 0; i < table->comments && i < MAX_PROVENANCE; i++)
            if (strncmp(table->comment[i], "classes:", 8) != 0)
                printf("#   %s\n", table->comment[i]);
    }
    printf("# positive: %s%s\n", scores->positive, scores->complement ? ", by 1 - score" : "");
}

static int print_numbers(const double *value, size_t values, struct sk_error *err)
{
    char text[5][SK_NUMBER_SIZE];
    const char *cell[5];
    for (size_t i = 0; i < values; i++)
        cell[i] = sk_number_text(text[i], value[i]);
    return sk_table_write(stdout, cell, values, err);
}

static int print_metrics(const struct sk_metric *metric, struct sk_error *err)
{
    puts("metric\tvalue\tlow\thigh");
    for (size_t i = 0; i < SK_METRICS; i++) {
        char value[SK_NUMBER_SIZE], low[SK_NUMBER_SIZE], high[SK_NUMBER_SIZE];
        const char *cell[] = {metric[i].name, sk_number_text(value, metric[i].value),
                              sk_number_text(low, metric[i].interval.low),
                              sk_number_text(high, metric[i].interval.high)};
        if (sk_table_write(stdout, cell, 4, err))
            return -1;
    }
    return 0;
}

static int score(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_metric metric[SK_METRICS];
    if (sk_score_table_read(&scores, operand, operands, o->positive, true, err))
        return -1;
    int status = sk_scored_sort(&scores.scored, err);
    if (status == 0)
        status = sk_metrics_of(&scores.scored, (size_t)o->replicates, o->seed, o->tool.jobs, metric, err);
    if (status == 0) {
        print_provenance(&scores, "metrics");
        puts("# decision: column predicted");
        puts("# low, high: 95 % intervals; accuracy to npv: Wilson; auc: DeLong on the logit scale;");
        printf("#   f1, balanced_accuracy, mcc, pr_auc, brier, ece: BCa bootstrap within classes, %ld replicates, "
               "seed %llu\n", o->replicates, (unsigned long long)o->seed);
        status = print_metrics(metric, err);
    }
    sk_score_table_free(&scores);
    return status;
}

/* Reads and sorts the tables of a curve, which needs no predictions. */
static int read_sorted(struct sk_score_table *scores, const struct options *o, char **operand, size_t operands,
                       struct sk_error *err)
{
    if (sk_score_table_read(scores, operand, operands, o->positive, false, err))
        return -1;
    if (sk_scored_sort(&scores->scored, err) == 0)
        return 0;
    sk_score_table_free(scores);
    return -1;
}

static int print_roc(const struct sk_curve *curve, struct sk_error *err)
{
    puts("threshold\tfpr\ttpr");
    for (size_t i = 0; i < curve->points; i++) {
        double row[] = {curve->threshold[i], curve->fp[i] / curve->negative, curve->tp[i] / curve->positive};
        if (print_numbers(row, 3, err))
            return -1;
    }
    return 0;
}

/* The curve starts, by convention, at precision 1. */
static int print_pr(const struct sk_curve *curve, struct sk_error *err)
{
    puts("threshold\trecall\tprecision");
    for (size_t i = 0; i < curve->points; i++) {
        double called = curve->tp[i] + curve->fp[i];
        double row[] = {curve->threshold[i], curve->tp[i] / curve->positive, called > 0 ? curve->tp[i] / called : 1};
        if (print_numbers(row, 3, err))
            return -1;
    }
    return 0;
}

static int roc(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_curve curve = {0};
    char area[SK_NUMBER_SIZE];
    if (read_sorted(&scores, o, operand, operands, err))
        return -1;
    int status = sk_curve_of(&curve, &scores.scored, err);
    if (status == 0) {
        print_provenance(&scores, "ROC curve");
        printf("# auc: %s\n", sk_number_text(area, sk_auc(&scores.scored)));
        status = print_roc(&curve, err);
    }
    sk_curve_free(&curve);
    sk_score_table_free(&scores);
    return status;
}

static int pr(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_curve curve = {0};
    char area[SK_NUMBER_SIZE];
    if (read_sorted(&scores, o, operand, operands, err))
        return -1;
    int status = sk_curve_of(&curve, &scores.scored, err);
    if (status == 0) {
        print_provenance(&scores, "precision and recall");
        printf("# average precision: %s\n", sk_number_text(area, sk_average_precision(&scores.scored, NULL)));
        status = print_pr(&curve, err);
    }
    sk_curve_free(&curve);
    sk_score_table_free(&scores);
    return status;
}

static int calibration(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    char ece[SK_NUMBER_SIZE], brier[SK_NUMBER_SIZE];
    if (read_sorted(&scores, o, operand, operands, err))
        return -1;
    struct sk_calibration c = sk_calibration_of(&scores.scored, NULL);
    print_provenance(&scores, "calibration");
    printf("# ece: %s, brier: %s\n", sk_number_text(ece, sk_ece(&c)),
           sk_number_text(brier, sk_brier(&scores.scored, NULL)));
    puts("low\thigh\tn\tmean_score\tfraction_positive");
    int status = 0;
    for (size_t i = 0; i < SK_CALIBRATION_BINS && status == 0; i++) {
        const struct sk_calibration_bin *bin = &c.bin[i];
        double row[] = {(double)i / SK_CALIBRATION_BINS, (double)(i + 1) / SK_CALIBRATION_BINS, bin->n,
                        bin->score / bin->n, bin->positive / bin->n}; /* 0 / 0: no value */
        status = print_numbers(row, 5, err);
    }
    sk_score_table_free(&scores);
    return status;
}

/* --- files of features ------------------------------------------------------------------------------------------ */

static int read_features(struct sk_tensor_file *file, const char *path, struct sk_features *features,
                         struct sk_error *err)
{
    if (sk_tensor_file_read(file, path, err))
        return -1;
    const struct sk_tensor *tensor = sk_tensor_file_find(file, "features");
    if (!tensor || tensor->dtype != SK_F32 || tensor->rank != 2)
        return sk_fail(err, "%s: no tensor 'features' of shape [n, dim] and type F32", path);
    *features = (struct sk_features){tensor->dim[0], tensor->dim[1], tensor->data};
    if (features->n < 2 || features->dim < 1)
        return sk_fail(err, "%s: %zu images of %zu features: at least 2 images are needed", path, features->n,
                       features->dim);
    return 0;
}

/* The network that made the features must be the same on both sides. */
static int same_extractor(const struct sk_tensor_file *file, char **path, const char **extractor, struct sk_error *err)
{
    const char *a = sk_tensor_file_get(&file[0], "extractor"), *b = sk_tensor_file_get(&file[1], "extractor");
    *extractor = a ? a : "-";
    if ((a || b) && (!a || !b || strcmp(a, b) != 0))
        return sk_fail(err, "%s: features of extractor %s cannot be compared with %s's of %s", path[1], b ? b : "-",
                       path[0], a ? a : "-");
    return 0;
}

static int print_distances(double frechet, const struct sk_kernel_distance *kernel, const struct sk_features *side,
                           const char *extractor, struct sk_error *err)
{
    const char *name[] = {"fd", "kid", "kid_sd", "n_real", "n_fake", "dim"};
    double value[] = {frechet, kernel->distance, kernel->deviation, (double)side[0].n, (double)side[1].n,
                      (double)side[0].dim};
    puts("metric\tvalue");
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        char text[SK_NUMBER_SIZE];
        if (sk_table_write(stdout, (const char *const[]){name[i], sk_number_text(text, value[i])}, 2, err))
            return -1;
    }
    return sk_table_write(stdout, (const char *const[]){"extractor", extractor}, 2, err);
}

static int distances(const struct options *o, char **path, const struct sk_features *side, const char *extractor,
                     struct sk_error *err)
{
    struct sk_kernel_distance kernel;
    double frechet;
    if (side[0].dim != side[1].dim)
        return sk_fail(err, "%s: %zu features an image, %s has %zu", path[1], side[1].dim, path[0], side[0].dim);
    for (int i = 0; i < 2; i++)
        if (side[i].n <= side[i].dim)
            sk_tool_warn(&o->tool, "%s: %zu images for %zu features: fd is biased upwards, look at kid", path[i],
                         side[i].n, side[i].dim);
    if (sk_frechet_distance(&side[0], &side[1], &frechet, err) ||
        sk_kernel_distance(&side[0], &side[1], o->seed, o->tool.jobs, &kernel, err))
        return sk_prefix(err, "%s, %s", path[0], path[1]);
    printf("# distances between features: real %s, fake %s\n", path[0], path[1]);
    printf("# fd: Frechet distance of Gaussians; kid: unbiased, cubic kernel, mean of %zu subset%s of %zu, seed %llu\n",
           kernel.subsets, kernel.subsets == 1 ? "" : "s", kernel.size, (unsigned long long)o->seed);
    return print_distances(frechet, &kernel, side, extractor, err);
}

static int fid(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_tensor_file file[2] = {{0}, {0}};
    struct sk_features side[2];
    const char *extractor;
    (void)operands;
    int status = -1;
    if (read_features(&file[0], operand[0], &side[0], err) == 0 &&
        read_features(&file[1], operand[1], &side[1], err) == 0 &&
        same_extractor(file, operand, &extractor, err) == 0)
        status = distances(o, operand, side, extractor, err);
    sk_tensor_file_free(&file[0]);
    sk_tensor_file_free(&file[1]);
    return status;
}

/* --- the command line ------------------------------------------------------------------------------------------- */

static const struct command {
    const char *name;
    command_run *run;
    const char *options; /* letters of the options it takes, beside the common ones */
    size_t operands;     /* how many it wants; 0: any number, none being standard input */
} commands[] = {
    {"score", score, "prs", 0},
    {"roc", roc, "p", 0},
    {"pr", pr, "p", 0},
    {"calibration", calibration, "p", 0},
    {"fid", fid, "s", 2},
};

static const struct option long_options[] = {
    {"positive", required_argument, NULL, 'p'},
    {"replicates", required_argument, NULL, 'r'},
    {"seed", required_argument, NULL, 's'},
    SK_COMMON_LONG,
    {0},
};

/* Options up to the first operand, or with order "" all of them: -1 to go on, else the exit code. */
static int parse(struct options *o, int argc, char **argv, const char *order)
{
    char letters[32];
    int option, code;
    snprintf(letters, sizeof letters, "%sp:r:s:" SK_COMMON_SHORT, order);
    optind = 0; /* glibc: start afresh */
    while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        switch (option) {
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
    if (command->operands && operands != command->operands)
        return sk_tool_usage(&o->tool, "%s takes %zu files", command->name, command->operands);
    if (operands == 0) {
        operand = standard_input;
        operands = 1;
    }
    if (command->run(o, operand, operands, &err))
        return sk_tool_fail(&o->tool, &err);
    return sk_tool_finish(&o->tool);
}

int main(int argc, char **argv)
{
    struct options o = {.replicates = 2000, .seed = 1};
    int code = sk_tool_start(&o.tool, "skmetrics", usage);
    if (code)
        return code;
    sk_blas_single_thread();
    code = parse(&o, argc, argv, "+"); /* options before the command */
    if (code >= 0)
        return code;
    if (optind >= argc)
        return sk_tool_usage(&o.tool, "which of score, roc, pr, calibration, fid?");
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
    return sk_tool_usage(&o.tool, "'%s' is none of score, roc, pr, calibration, fid", name);
}
