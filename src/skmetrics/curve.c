/* skmetrics roc, skmetrics pr: points of the two curves. */
#include "command.h"

#include <stdio.h>

#include "base/table.h"
#include "stat/roc.h"

static int print_roc(const struct sk_curve *curve, struct sk_error *err)
{
    puts("threshold\tfpr\ttpr");
    for (size_t i = 0; i < curve->points; i++) {
        double row[] = {curve->threshold[i], curve->fp[i] / curve->negative, curve->tp[i] / curve->positive};
        if (skmetrics_numbers(row, 3, 1, err))
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
        if (skmetrics_numbers(row, 3, 1, err))
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
    if (skmetrics_read_sorted(&scores, o, operand, operands, err))
        return -1;
    int status = sk_curve_of(&points, &scores.scored, err);
    if (status == 0 && precision_recall) {
        skmetrics_provenance(&scores, "precision and recall");
        printf("# average precision: %s\n", sk_number_text(area, sk_average_precision(&points)));
        status = print_pr(&points, err);
    } else if (status == 0) {
        skmetrics_provenance(&scores, "ROC curve");
        printf("# auc: %s\n", sk_number_text(area, sk_auc(&points)));
        status = print_roc(&points, err);
    }
    sk_curve_free(&points);
    sk_score_table_free(&scores);
    return status;
}

int skmetrics_roc(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    return curve(o, false, operand, operands, err);
}

int skmetrics_pr(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    return curve(o, true, operand, operands, err);
}
