/* skmetrics score: figures of a classifier, with intervals. */
#include "command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "stat/groups.h"
#include "stat/multiclass.h"
#include "stat/strata.h"

/* What is measured, and of which of its rows. */
struct measurement {
    const struct options *o;
    const struct sk_score_table *scores;
    bool multiclass, by_strata;
};

/* Rows metric, value, low, high and, with strata, stratum; where a class is given, of METRIC:CLASS. */
static int print_row(const char *name, const char *class, const char *const number[3], const char *stratum, struct sk_error *err)
{
    char *of_class = NULL;
    if (class && asprintf(&of_class, "%s:%s", name, class) < 0)
        return sk_fail_errno(err, "%s", name);
    const char *cell[] = {class ? of_class : name, number[0], number[1], number[2], stratum};
    int status = sk_table_write(stdout, cell, stratum ? 5 : 4, err);
    free(of_class);
    return status;
}

static int print_metrics(const struct sk_metric *metric, size_t metrics, const char *class, const char *stratum,
                         struct sk_error *err)
{
    int status = 0;
    for (size_t i = 0; i < metrics && status == 0; i++) {
        char value[SK_NUMBER_SIZE], low[SK_NUMBER_SIZE], high[SK_NUMBER_SIZE];
        bool exact = metrics == SK_METRICS && sk_metric_is_threshold((enum sk_metric_name)i);
        const char *number[] = {exact ? sk_exact_text(value, metric[i].value) : sk_number_text(value, metric[i].value),
                                sk_number_text(low, metric[i].interval.low), sk_number_text(high, metric[i].interval.high)};
        status = print_row(metric[i].name, class, number, stratum, err);
    }
    return status;
}

static int print_confusion(const struct sk_multiclass *classes, char *const *name, const char *stratum, struct sk_error *err)
{
    size_t *count = sk_multiclass_confusion(classes, err), k = classes->classes;
    int status = count ? 0 : -1;
    for (size_t i = 0; i < k * k && status == 0; i++) {
        char *pair, text[SK_NUMBER_SIZE];
        const char *number[] = {sk_number_text(text, (double)count[i]), "-", "-"};
        if (asprintf(&pair, "confusion:%s:%s", name[i / k], name[i % k]) < 0) {
            status = sk_fail_errno(err, "confusion");
        } else {
            status = print_row(pair, NULL, number, stratum, err);
            free(pair);
        }
    }
    free(count);
    return status;
}

/* More than two classes: the figures of all together, of each against the rest, and the confusion matrix. */
static int print_classes(const struct sk_multiclass *classes, char *const *name, const struct sk_resampling *resampling,
                         const char *stratum, struct sk_error *err)
{
    struct sk_metric macro[SK_MACROS], metric[SK_METRICS];
    if (sk_macros_of(classes, resampling, macro, err) || print_metrics(macro, SK_MACROS, NULL, stratum, err))
        return -1;
    for (size_t c = 0; c < classes->classes; c++)
        if (sk_metrics_of(&classes->versus[c], resampling, metric, err) ||
            print_metrics(metric, SK_METRICS, name[c], stratum, err))
            return -1;
    return print_confusion(classes, name, stratum, err);
}

static void print_method(const struct options *o, const struct sk_scored *scored)
{
    struct sk_class_counts classes = sk_scored_classes(scored, NULL);
    char text[SK_NUMBER_SIZE];
    skmetrics_print_decision(o);
    if (scored->group)
        printf("# low, high: 95 %% intervals: BCa bootstrap of %zu groups within classes", scored->groups);
    else
        fputs("# low, high: 95 % intervals; accuracy to npv: Wilson; auc: DeLong on the logit scale;\n"
              "#   f1, balanced_accuracy, mcc, pr_auc, brier, ece, operating points, pauc, youden: "
              "BCa bootstrap within classes", stdout);
    printf(", %ld replicates, seed %llu\n", o->replicates, (unsigned long long)o->seed);
    if (!(classes.positive > 0 && classes.negative > 0))
        printf("# no %s images: what needs them is '-'\n", classes.positive > 0 ? "negative" : "positive");
    if (scored->score[0] == scored->score[scored->n - 1])
        printf("# all scores are %s: they tell nothing apart\n", sk_exact_text(text, scored->score[0]));
}

/* An AUC below 1/2 is most often another class's. */
static void warn_of_auc(const struct measurement *m, double auc)
{
    const struct sk_score_table *scores = m->scores;
    char hint[200] = "";
    if (!(auc < 0.5))
        return;
    if (scores->other)
        snprintf(hint, sizeof hint, ": did you mean -p %.80s?", scores->other);
    else if (!scores->classes)
        snprintf(hint, sizeof hint, ": did you mean another one (-p)?");
    printf("# auc is below 0.5: the positive class is %s%s\n", scores->positive, hint);
    sk_tool_warn(&m->o->tool, "auc is below 0.5: the positive class is %.80s%s", scores->positive, hint);
}

static void print_head(const struct measurement *m, const struct sk_scored *scored, double auc)
{
    skmetrics_provenance(m->scores, "metrics");
    print_method(m->o, scored);
    warn_of_auc(m, auc);
    puts(m->by_strata ? "metric\tvalue\tlow\thigh\tstratum" : "metric\tvalue\tlow\thigh");
}

/* Measures and prints the rows i of keep[i]; or, where it is NULL, all, after the head. */
static int measure(const struct measurement *m, const unsigned char *keep, const char *stratum, struct sk_metric metric[SK_METRICS],
                   struct sk_error *err)
{
    struct sk_resampling resampling = skmetrics_resampling(m->o);
    struct sk_scored scored;
    struct sk_multiclass classes = {0};
    if (sk_scored_select(&scored, &m->scores->scored, keep, err))
        return -1;
    int status = sk_scored_sort(&scored, err) ? -1 : sk_metrics_of(&scored, &resampling, metric, err);
    if (status == 0 && !keep)
        print_head(m, &scored, metric[SK_AUC].value);
    sk_scored_free(&scored);
    if (status == 0)
        status = print_metrics(metric, SK_METRICS, NULL, stratum, err);
    if (status == 0 && m->multiclass)
        status = sk_multiclass_of(&classes, m->scores, keep, err);
    if (status == 0 && m->multiclass)
        status = print_classes(&classes, m->scores->class, &resampling, stratum, err);
    sk_multiclass_free(&classes);
    return status;
}

/* Two strata that differ most by a figure. */
struct gap {
    struct extreme {
        const char *value;
        double figure, n;
    } least, most;
};

static const enum sk_metric_name gaps[] = {SK_SENSITIVITY, SK_SPECIFICITY, SK_AUC};
enum { GAPS = sizeof gaps / sizeof *gaps };

static void widen(struct gap *gap, const struct extreme *one)
{
    if (isnan(one->figure))
        return;
    if (!gap->least.value || one->figure < gap->least.figure)
        gap->least = *one;
    if (!gap->most.value || one->figure > gap->most.figure)
        gap->most = *one;
}

static void print_gap(const char *column, const char *figure, const struct gap *gap)
{
    const struct extreme *low = &gap->least, *high = &gap->most;
    char text[3][SK_NUMBER_SIZE];
    if (low->value && strcmp(low->value, high->value) != 0)
        printf("# greatest gap by %s: %s %s: %s %s (n %.0f), %s %s (n %.0f)\n", column, figure,
               sk_number_text(text[0], high->figure - low->figure), low->value, sk_number_text(text[1], low->figure), low->n,
               high->value, sk_number_text(text[2], high->figure), high->n);
}

/* Every value of one column of the strata; '-' is a stratum too, but one that is not compared. */
static int measure_column(const struct measurement *m, const struct sk_strata *strata, size_t column, struct sk_error *err)
{
    struct gap gap[GAPS] = {{{NULL, 0, 0}, {NULL, 0, 0}}};
    struct sk_metric metric[SK_METRICS];
    unsigned char *keep = sk_alloc(m->scores->scored.n, 1, err);
    int status = keep ? 0 : -1;
    for (size_t v = 0; status == 0 && v < strata->values[column]; v++) {
        const char *value = strata->value[column][v];
        char *name;
        sk_strata_rows(strata, column, v, keep);
        if (asprintf(&name, "%s=%s", strata->table.header[column], value) < 0) {
            status = sk_fail_errno(err, "%s", value);
            break;
        }
        status = measure(m, keep, name, metric, err);
        free(name);
        for (size_t g = 0; status == 0 && g < GAPS && !sk_table_missing(value); g++)
            widen(&gap[g], &(struct extreme){value, metric[gaps[g]].value, metric[SK_N].value});
    }
    for (size_t g = 0; status == 0 && g < GAPS; g++)
        print_gap(strata->table.header[column], sk_metric_names[gaps[g]], &gap[g]);
    free(keep);
    return status;
}

static int measure_all(const struct measurement *m, struct sk_error *err)
{
    struct sk_strata strata = {0};
    struct sk_metric metric[SK_METRICS];
    if (m->by_strata && sk_strata_read(&strata, m->o->strata, m->scores->scored.n, err))
        return -1;
    int status = measure(m, NULL, m->by_strata ? "all" : NULL, metric, err);
    for (size_t c = 0; status == 0 && c < strata.table.columns; c++)
        status = measure_column(m, &strata, c, err);
    sk_strata_free(&strata);
    return status;
}

int skmetrics_score(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    if (skmetrics_read_scores(&scores, o, operand, operands, err))
        return -1;
    skmetrics_decide(o, &scores.scored);
    int status = o->groups ? sk_groups_read(&scores.scored, o->groups, err) : 0;
    struct measurement m = {o, &scores, !o->positive && !o->by_threshold && sk_score_table_multiclass(&scores), o->strata != NULL};
    if (status == 0)
        status = measure_all(&m, err);
    sk_score_table_free(&scores);
    return status;
}
