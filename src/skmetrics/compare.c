/* skmetrics compare: two classifiers on the same images. */
#include "command.h"

#include <stdio.h>

#include "base/table.h"
#include "stat/compare.h"
#include "stat/groups.h"

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

/* Rows of METRIC or, where a class is given, METRIC:CLASS; thresholds with all their digits. */
static int print_comparisons(const struct sk_comparison *comparison, size_t comparisons, const char *class, struct sk_error *err)
{
    for (size_t i = 0; i < comparisons; i++) {
        const struct sk_comparison *c = &comparison[i];
        double value[] = {c->a, c->b, c->difference, c->interval.low, c->interval.high, c->p};
        printf("%s%s%s\t", c->name, class ? ":" : "", class ? class : "");
        if (skmetrics_numbers(value, 6, comparisons == SK_METRICS && sk_metric_is_threshold((enum sk_metric_name)i) ? 3 : 0, err))
            return -1;
    }
    return 0;
}

static int compare_sorted(const struct options *o, const struct sk_scored *a, const struct sk_scored *b, const char *class,
                          struct sk_error *err)
{
    struct sk_comparison comparison[SK_METRICS];
    struct sk_resampling resampling = skmetrics_resampling(o);
    if (sk_compare(a, b, &resampling, comparison, err))
        return -1;
    return print_comparisons(comparison, SK_METRICS, class, err);
}

/* More than two classes: all together, then each against the rest. */
static int compare_classes(const struct options *o, const struct sk_multiclass side[2], char *const *name, struct sk_error *err)
{
    struct sk_comparison macro[SK_MACROS];
    struct sk_resampling resampling = skmetrics_resampling(o);
    if (sk_compare_macros(&side[0], &side[1], &resampling, macro, err) || print_comparisons(macro, SK_MACROS, NULL, err))
        return -1;
    int status = 0;
    for (size_t c = 0; c < side[0].classes && status == 0; c++)
        status = compare_sorted(o, &side[0].versus[c], &side[1].versus[c], name[c], err);
    return status;
}

static void print_head(const struct options *o, const struct sk_score_table side[2])
{
    skmetrics_provenance(&side[0], "a: scores");
    skmetrics_provenance(&side[1], "b: scores");
    skmetrics_print_decision(o);
    fputs("# difference: b - a; low, high: 95 % interval; p: of no difference; ", stdout);
    if (side[0].scored.group)
        printf("BCa bootstrap of %zu groups, drawn for both alike, within classes", side[0].scored.groups);
    else
        fputs("auc: paired DeLong; accuracy, sensitivity, specificity:\n"
              "#   Newcombe's paired interval, McNemar's exact test; the others: "
              "BCa bootstrap of images, drawn for both alike, within classes", stdout);
    printf(", %ld replicates, seed %llu\n", o->replicates, (unsigned long long)o->seed);
    puts("metric\ta\tb\tdifference\tlow\thigh\tp");
}

static bool same_classes(const struct sk_score_table *a, const struct sk_score_table *b)
{
    bool same = a->classes == b->classes;
    for (size_t c = 0; same && c < a->classes; c++)
        same = strcmp(a->class[c], b->class[c]) == 0;
    return same;
}

static int compare_tables(const struct options *o, struct sk_score_table side[2], struct sk_error *err)
{
    struct sk_multiclass classes[2] = {{0}, {0}};
    bool multiclass = !o->positive && !o->by_threshold && same_classes(&side[0], &side[1]) &&
                      sk_score_table_multiclass(&side[0]) && sk_score_table_multiclass(&side[1]);
    int status = 0;
    for (int i = 0; i < 2; i++) {
        skmetrics_decide(o, &side[i].scored);
        if (status == 0 && multiclass)
            status = sk_multiclass_of(&classes[i], &side[i], NULL, err);
        if (status == 0)
            status = sk_scored_sort(&side[i].scored, err);
    }
    if (status == 0) {
        print_head(o, side);
        status = compare_sorted(o, &side[0].scored, &side[1].scored, NULL, err);
    }
    if (status == 0 && multiclass)
        status = compare_classes(o, classes, side[0].class, err);
    sk_multiclass_free(&classes[0]);
    sk_multiclass_free(&classes[1]);
    return status;
}

static int compare_read(const struct options *o, struct sk_score_table side[2], struct sk_error *err)
{
    const struct sk_score_table *a = &side[0], *b = &side[1];
    if (strcmp(a->positive, b->positive) != 0)
        return sk_fail(err, "%s: the positive class is %s, in %s it is %s", b->table[0].name, b->positive,
                       a->table[0].name, a->positive);
    if (same_images(a, b, err) || (o->groups && sk_groups_read(&side[0].scored, o->groups, err)))
        return -1;
    return compare_tables(o, side, err);
}

int skmetrics_compare(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table side[2];
    (void)operands;
    if (skmetrics_read_scores(&side[0], o, &operand[0], 1, err))
        return -1;
    int status = skmetrics_read_scores(&side[1], o, &operand[1], 1, err);
    if (status == 0) {
        status = compare_read(o, side, err);
        sk_score_table_free(&side[1]);
    }
    sk_score_table_free(&side[0]);
    return status;
}
