/* skmetrics: what the tables and features of the other tools amount to. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/tool.h"
#include "data/collection.h"
#include "data/duplicates.h"
#include "stat/calibration.h"
#include "stat/compare.h"
#include "stat/kernel_distance.h"
#include "stat/groups.h"
#include "stat/metric.h"
#include "stat/multiclass.h"
#include "stat/roc.h"
#include "stat/score_table.h"
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

struct options {
    struct sk_tool tool;
    const char *positive, *groups;
    long replicates;
    uint64_t seed;
    double threshold;
    char given[8]; /* the letters of the options that were given, of those that not every command takes */
};

static bool is_given(const struct options *o, char letter)
{
    return strchr(o->given, letter) != NULL;
}

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
    char text[6][SK_NUMBER_SIZE];
    const char *cell[6];
    for (size_t i = 0; i < values; i++)
        cell[i] = sk_number_text(text[i], value[i]);
    return sk_table_write(stdout, cell, values, err);
}

/* Rows metric, value, low, high; where a class is given, of METRIC:CLASS. */
static int print_metrics(const struct sk_metric *metric, size_t metrics, const char *class, struct sk_error *err)
{
    int status = 0;
    for (size_t i = 0; i < metrics && status == 0; i++) {
        char value[SK_NUMBER_SIZE], low[SK_NUMBER_SIZE], high[SK_NUMBER_SIZE], *name = NULL;
        if (class && asprintf(&name, "%s:%s", metric[i].name, class) < 0)
            return sk_fail_errno(err, "%s", metric[i].name);
        const char *cell[] = {name ? name : metric[i].name, sk_number_text(value, metric[i].value),
                              sk_number_text(low, metric[i].interval.low),
                              sk_number_text(high, metric[i].interval.high)};
        status = sk_table_write(stdout, cell, 4, err);
        free(name);
    }
    return status;
}

static int print_confusion(const struct sk_multiclass *classes, char *const *name, struct sk_error *err)
{
    size_t *count = sk_multiclass_confusion(classes, err), k = classes->classes;
    int status = count ? 0 : -1;
    for (size_t i = 0; i < k * k && status == 0; i++) {
        char *pair, text[SK_NUMBER_SIZE];
        if (asprintf(&pair, "confusion:%s:%s", name[i / k], name[i % k]) < 0) {
            status = sk_fail_errno(err, "confusion");
        } else {
            const char *cell[] = {pair, sk_number_text(text, (double)count[i]), "-", "-"};
            status = sk_table_write(stdout, cell, 4, err);
            free(pair);
        }
    }
    free(count);
    return status;
}

/* More than two classes: the figures of all together, of each against the rest, and the confusion matrix. */
static int print_classes(const struct sk_multiclass *classes, char *const *name, const struct sk_resampling *resampling,
                         struct sk_error *err)
{
    struct sk_metric macro[SK_MACROS], metric[SK_METRICS];
    if (sk_macros_of(classes, resampling, macro, err) || print_metrics(macro, SK_MACROS, NULL, err))
        return -1;
    for (size_t c = 0; c < classes->classes; c++)
        if (sk_metrics_of(&classes->versus[c], resampling, metric, err) || print_metrics(metric, SK_METRICS, name[c], err))
            return -1;
    return print_confusion(classes, name, err);
}

static void print_method(const struct options *o, const struct sk_scored *scored)
{
    struct sk_class_counts classes = sk_scored_classes(scored, NULL);
    char text[SK_NUMBER_SIZE];
    if (is_given(o, 't'))
        printf("# decision: score at least %s\n", sk_number_text(text, o->threshold));
    else
        puts("# decision: column predicted");
    if (scored->group)
        printf("# low, high: 95 %% intervals: BCa bootstrap of %zu groups within classes", scored->groups);
    else
        fputs("# low, high: 95 % intervals; accuracy to npv: Wilson; auc: DeLong on the logit scale;\n"
              "#   f1, balanced_accuracy, mcc, pr_auc, brier, ece, operating points: BCa bootstrap within classes", stdout);
    printf(", %ld replicates, seed %llu\n", o->replicates, (unsigned long long)o->seed);
    if (!(classes.positive > 0 && classes.negative > 0))
        printf("# no %s images: what needs them is '-'\n", classes.positive > 0 ? "negative" : "positive");
    if (scored->score[0] == scored->score[scored->n - 1])
        printf("# all scores are %s: they tell nothing apart\n", sk_number_text(text, scored->score[0]));
}

/* Decides by the threshold, sorts and measures; prints all. */
static int measure(const struct options *o, struct sk_score_table *scores, const struct sk_multiclass *classes,
                   struct sk_error *err)
{
    struct sk_metric metric[SK_METRICS];
    struct sk_resampling resampling = {(size_t)o->replicates, o->seed, o->tool.jobs};
    struct sk_scored *scored = &scores->scored;
    for (size_t i = 0; is_given(o, 't') && i < scored->n; i++)
        scored->predicted[i] = scored->score[i] >= o->threshold;
    if (sk_scored_sort(scored, err) || sk_metrics_of(scored, &resampling, metric, err))
        return -1;
    print_provenance(scores, "metrics");
    print_method(o, scored);
    puts("metric\tvalue\tlow\thigh");
    if (print_metrics(metric, SK_METRICS, NULL, err))
        return -1;
    return classes ? print_classes(classes, scores->class, &resampling, err) : 0;
}

static int score(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_multiclass classes = {0};
    if (sk_score_table_read(&scores, operand, operands, o->positive, !is_given(o, 't'), err))
        return -1;
    int status = o->groups ? sk_groups_read(&scores.scored, o->groups, err) : 0;
    bool multiclass = !o->positive && !is_given(o, 't') && sk_score_table_multiclass(&scores);
    if (status == 0 && multiclass)
        status = sk_multiclass_of(&classes, &scores, err);
    if (status == 0)
        status = measure(o, &scores, multiclass ? &classes : NULL, err);
    sk_multiclass_free(&classes);
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

/* The ROC curve or, with precision_recall, precision against recall, with the area under it. */
static int curve(const struct options *o, bool precision_recall, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_curve points = {0};
    char area[SK_NUMBER_SIZE];
    if (read_sorted(&scores, o, operand, operands, err))
        return -1;
    int status = sk_curve_of(&points, &scores.scored, err);
    if (status == 0 && precision_recall) {
        print_provenance(&scores, "precision and recall");
        printf("# average precision: %s\n", sk_number_text(area, sk_average_precision(&points)));
        status = print_pr(&points, err);
    } else if (status == 0) {
        print_provenance(&scores, "ROC curve");
        printf("# auc: %s\n", sk_number_text(area, sk_auc(&points)));
        status = print_roc(&points, err);
    }
    sk_curve_free(&points);
    sk_score_table_free(&scores);
    return status;
}

static int roc(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    return curve(o, false, operand, operands, err);
}

static int pr(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    return curve(o, true, operand, operands, err);
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

/* The rows of both tables must be the same images in the same order. */
static int same_images(const struct sk_score_table *a, const struct sk_score_table *b, struct sk_error *err)
{
    const struct sk_table *ta = &a->table[0], *tb = &b->table[0];
    size_t image_a, image_b, truth_a, truth_b;
    bool named = sk_table_has(ta, "image") && sk_table_has(tb, "image");
    if (ta->rows != tb->rows)
        return sk_fail(err, "%s: %zu rows, %s has %zu", tb->name, tb->rows, ta->name, ta->rows);
    if (sk_table_column(ta, "truth", &truth_a, err) || sk_table_column(tb, "truth", &truth_b, err) ||
        (named && (sk_table_column(ta, "image", &image_a, err) || sk_table_column(tb, "image", &image_b, err))))
        return -1;
    for (size_t row = 0; row < ta->rows; row++) {
        const char *x = sk_table_cell(ta, row, truth_a), *y = sk_table_cell(tb, row, truth_b), *what = "truth";
        if (named && strcmp(x, y) == 0) {
            x = sk_table_cell(ta, row, image_a);
            y = sk_table_cell(tb, row, image_b);
            what = "image";
        }
        if (strcmp(x, y) != 0) {
            sk_fail(err, "%s %.80s, where %s has %.80s", what, y, ta->name, x);
            return sk_table_at(tb, row, err);
        }
    }
    return 0;
}

static int print_comparisons(const struct sk_comparison *comparison, struct sk_error *err)
{
    puts("metric\ta\tb\tdifference\tlow\thigh\tp");
    for (size_t i = 0; i < SK_COMPARISONS; i++) {
        const struct sk_comparison *c = &comparison[i];
        double value[] = {c->a, c->b, c->difference, c->interval.low, c->interval.high, c->p};
        fputs(c->name, stdout);
        putchar('\t');
        if (print_numbers(value, 6, err))
            return -1;
    }
    return 0;
}

static int compare_tables(const struct sk_score_table *a, const struct sk_score_table *b, struct sk_error *err)
{
    struct sk_comparison comparison[SK_COMPARISONS];
    if (strcmp(a->positive, b->positive) != 0)
        return sk_fail(err, "%s: the positive class is %s, in %s it is %s", b->table[0].name, b->positive,
                       a->table[0].name, a->positive);
    if (same_images(a, b, err) || sk_compare(&a->scored, &b->scored, comparison, err))
        return -1;
    print_provenance(a, "a: scores");
    print_provenance(b, "b: scores");
    puts("# difference: b - a; low, high: 95 % interval; auc: paired DeLong; the others: Newcombe's paired interval, "
         "McNemar's exact test");
    return print_comparisons(comparison, err);
}

static int compare(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table a, b;
    (void)operands;
    if (sk_score_table_read(&a, &operand[0], 1, o->positive, true, err))
        return -1;
    int status = sk_score_table_read(&b, &operand[1], 1, o->positive, true, err);
    if (status == 0) {
        status = compare_tables(&a, &b, err);
        sk_score_table_free(&b);
    }
    sk_score_table_free(&a);
    return status;
}

/* --- distances between images ------------------------------------------------------------------------------------- */

typedef int collection_read(struct sk_collection *c, const char *path, struct sk_error *err);

static size_t dim_of(const struct sk_collection *c)
{
    return c->gaussian.factor ? c->gaussian.dim : c->features.dim;
}

/* Two files of features, of one network and one dimension. On failure both are empty. */
static int read_features(struct sk_collection side[2], collection_read *read, char **path, struct sk_error *err)
{
    side[1] = (struct sk_collection){.prints = NULL};
    int status = read(&side[0], path[0], err);
    if (status == 0)
        status = read(&side[1], path[1], err);
    if (status == 0 && !sk_collection_same_extractor(&side[0], &side[1]))
        status = sk_fail(err, "%s: features of extractor %s cannot be compared with %s's of %s", path[1],
                         side[1].extractor ? side[1].extractor : "-", path[0],
                         side[0].extractor ? side[0].extractor : "-");
    if (status == 0 && dim_of(&side[0]) != dim_of(&side[1]))
        status = sk_fail(err, "%s: %zu features an image, %s has %zu", path[1], dim_of(&side[1]), path[0],
                         dim_of(&side[0]));
    if (status == 0)
        return 0;
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return -1;
}

static int print_distances(double frechet, const struct sk_kernel_distance *kernel, const struct sk_collection *side,
                           struct sk_error *err)
{
    const char *name[] = {"fd", "kid", "kid_sd", "n_real", "n_fake", "dim"};
    const char *extractor = side[0].extractor ? side[0].extractor : "-";
    double value[] = {frechet, kernel->distance, kernel->deviation, (double)side[0].gaussian.n,
                      (double)side[1].gaussian.n, (double)side[0].gaussian.dim};
    puts("metric\tvalue");
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        char text[SK_NUMBER_SIZE];
        if (sk_table_write(stdout, (const char *const[]){name[i], sk_number_text(text, value[i])}, 2, err))
            return -1;
    }
    return sk_table_write(stdout, (const char *const[]){"extractor", extractor}, 2, err);
}

static int distances(const struct options *o, char **path, const struct sk_collection *side, struct sk_error *err)
{
    struct sk_kernel_distance kernel = {NAN, NAN, 0, 0};
    bool whole = side[0].features.value && side[1].features.value; /* statistics alone have no kernel distance */
    double frechet;
    for (int i = 0; i < 2; i++) {
        const struct sk_gaussian *g = &side[i].gaussian;
        if (g->n <= g->dim)
            sk_tool_warn(&o->tool, "%s: %zu images for %zu features: fd is biased upwards, look at kid", path[i], g->n, g->dim);
    }
    if (sk_gaussian_distance(&side[0].gaussian, &side[1].gaussian, &frechet, err) ||
        (whole && sk_kernel_distance(&side[0].features, &side[1].features, o->seed, o->tool.jobs, &kernel, err)))
        return sk_prefix(err, "%s, %s", path[0], path[1]);
    printf("# distances between features: real %s, fake %s\n", path[0], path[1]);
    if (whole)
        printf("# fd: Frechet distance of Gaussians; kid: unbiased, cubic kernel, mean of %zu subset%s of %zu, seed %llu\n",
               kernel.subsets, kernel.subsets == 1 ? "" : "s", kernel.size, (unsigned long long)o->seed);
    else
        puts("# fd: Frechet distance of Gaussians; kid needs the features of both sides, not statistics");
    return print_distances(frechet, &kernel, side, err);
}

static int fid(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_collection side[2];
    (void)operands;
    if (read_features(side, sk_collection_read_gaussian, operand, err))
        return -1;
    int status = distances(o, operand, side, err);
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return status;
}

/* What fid needs of one side, so that it need not be computed again. */
static int stats(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_collection features;
    (void)o;
    (void)operands;
    if (sk_collection_read_gaussian(&features, operand[0], err))
        return -1;
    int status = sk_collection_write_gaussian(&features, "-", err);
    sk_collection_free(&features);
    return status;
}

static int by_distance(const void *left, const void *right)
{
    const struct sk_neighbour *a = left, *b = right;
    return (a->distance > b->distance) - (a->distance < b->distance);
}

enum { COMPARED_WITH_ITSELF = 1000 };

/* How far the training images are from each other, to compare with: copies are nearer than that. */
static int print_own_distance(const struct options *o, const struct sk_collection *train, struct sk_error *err)
{
    size_t n = train->features.n < COMPARED_WITH_ITSELF ? train->features.n : COMPARED_WITH_ITSELF;
    struct sk_neighbour *neighbour = sk_alloc(n, sizeof *neighbour, err);
    char text[SK_NUMBER_SIZE];
    if (!neighbour)
        return -1;
    int status = n < 2 ? 0 : sk_collection_nearest(train, n, train, true, o->tool.jobs, neighbour, err);
    if (status == 0 && n >= 2) {
        qsort(neighbour, n, sizeof *neighbour, by_distance);
        double median = (neighbour[(n - 1) / 2].distance + neighbour[n / 2].distance) / 2;
        printf("# median distance of %zu training images to their nearest other: %s\n", n,
               sk_number_text(text, median));
    }
    free(neighbour);
    return status;
}

static int print_nearest(const struct options *o, char **path, const struct sk_collection *train,
                         const struct sk_collection *fake, struct sk_error *err)
{
    size_t n = fake->features.n;
    if (train->features.n < 1)
        return sk_fail(err, "%s: no images to search", path[0]);
    struct sk_neighbour *neighbour = sk_alloc(n, sizeof *neighbour, err);
    if (!neighbour)
        return -1;
    int status = sk_collection_nearest(fake, n, train, false, o->tool.jobs, neighbour, err);
    if (status == 0) {
        printf("# nearest of %zu training images (%s) to each of %zu (%s), by ", train->features.n, path[0], n, path[1]);
        if (train->prints)
            puts("pixels, turned and mirrored");
        else
            printf("features of %s\n", train->extractor ? train->extractor : "-");
        status = print_own_distance(o, train, err);
    }
    if (status == 0)
        puts("fake\ttrain\tdistance");
    for (size_t i = 0; i < n && status == 0; i++)
        status = print_numbers((double[]){(double)i, (double)neighbour[i].index, neighbour[i].distance}, 3, err);
    free(neighbour);
    return status;
}

/* Two streams of images. On failure both are empty. */
static int read_images(struct sk_collection side[2], char **path, struct sk_error *err)
{
    if (sk_collection_read_images(&side[0], path[0], err))
        return -1;
    if (sk_collection_read_images(&side[1], path[1], err) == 0)
        return 0;
    sk_collection_free(&side[0]);
    return -1;
}

static int nearest(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_collection side[2];
    bool features = sk_collection_holds_features(operand[0]);
    (void)operands;
    if (features != sk_collection_holds_features(operand[1]))
        return sk_fail(err, "%s: is a file of features, %s is not", operand[!features], operand[features]);
    if (features ? read_features(side, sk_collection_read_features, operand, err) : read_images(side, operand, err))
        return -1;
    int status = print_nearest(o, operand, &side[0], &side[1], err);
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return status;
}

static int print_leak(const struct options *o, char **path, const struct sk_gallery side[2], struct sk_error *err)
{
    struct sk_duplicate *found = sk_alloc(side[0].n, sizeof *found, err);
    int status = found ? sk_duplicates(&side[0], &side[1], o->tool.jobs, found, err) : -1;
    if (status == 0)
        printf("# images of %zu (a: %s) that stand among %zu (b: %s), aligned and compared pixel by pixel, be they turned, "
               "mirrored, cropped, shifted or little changed: distance at most %g\n"
               "a\tb\tdistance\n", side[0].n, path[0], side[1].n, path[1], o->threshold);
    for (size_t i = 0; i < side[0].n && status == 0; i++) {
        double row[] = {(double)i, (double)found[i].index, found[i].alignment.distance};
        if (found[i].index != SIZE_MAX && row[2] <= o->threshold)
            status = print_numbers(row, 3, err);
    }
    free(found);
    return status;
}

static int leak(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_gallery side[2];
    (void)operands;
    if (sk_gallery_read(&side[0], operand[0], err))
        return -1;
    int status = sk_gallery_read(&side[1], operand[1], err);
    if (status == 0) {
        status = print_leak(o, operand, side, err);
        sk_gallery_free(&side[1]);
    }
    sk_gallery_free(&side[0]);
    return status;
}

/* --- the command line ------------------------------------------------------------------------------------------- */

#define COMMANDS "score, roc, pr, calibration, compare, stats, fid, nearest, leak"

static const struct command {
    const char *name;
    command_run *run;
    const char *options; /* letters of the options it takes, beside the common ones */
    size_t operands;     /* how many it wants; 0: any number, none being standard input */
} commands[] = {
    {"score", score, "gprst", 0},
    {"roc", roc, "p", 0},
    {"pr", pr, "p", 0},
    {"calibration", calibration, "p", 0},
    {"compare", compare, "p", 2},
    {"stats", stats, "", 1},
    {"fid", fid, "s", 2},
    {"nearest", nearest, "", 2},
    {"leak", leak, "t", 2},
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
    if (command->run == score && is_given(o, 't') && o->threshold > 1)
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
    if (command->run == stats && sk_tool_binary_stdout(&o->tool))
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
