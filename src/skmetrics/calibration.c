/* skmetrics calibration: a reliability diagram. */
#include "command.h"

#include <stdio.h>

#include "base/table.h"
#include "stat/calibration.h"

int skmetrics_calibration(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    char ece[SK_NUMBER_SIZE], brier[SK_NUMBER_SIZE];
    if (skmetrics_read_sorted(&scores, o, operand, operands, err))
        return -1;
    struct sk_calibration c = sk_calibration_of(&scores.scored, NULL);
    skmetrics_provenance(&scores, "calibration");
    printf("# ece: %s, brier: %s\n", sk_number_text(ece, sk_ece(&c)),
           sk_number_text(brier, sk_brier(&scores.scored, NULL)));
    puts("low\thigh\tn\tmean_score\tfraction_positive");
    int status = 0;
    for (size_t i = 0; i < SK_CALIBRATION_BINS && status == 0; i++) {
        const struct sk_calibration_bin *bin = &c.bin[i];
        double row[] = {(double)i / SK_CALIBRATION_BINS, (double)(i + 1) / SK_CALIBRATION_BINS, bin->n,
                        bin->score / bin->n, bin->positive / bin->n}; /* 0 / 0: no value */
        status = skmetrics_numbers(row, 5, 0, err);
    }
    sk_score_table_free(&scores);
    return status;
}
