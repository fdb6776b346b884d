/* skmetrics score: figures of a classifier, with intervals. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "stat/groups.h"
#include "stat/metric.h"
#include "stat/multiclass.h"

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
    skmetrics_provenance(scores, "metrics");
    print_method(o, scored);
    puts("metric\tvalue\tlow\thigh");
    if (print_metrics(metric, SK_METRICS, NULL, err))
        return -1;
    return classes ? print_classes(classes, scores->class, &resampling, err) : 0;
}

int skmetrics_score(const struct options *o, char **operand, size_t operands, struct sk_error *err)
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
