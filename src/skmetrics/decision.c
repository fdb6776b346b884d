/* skmetrics decision: net benefit over the threshold probability. */
#include "command.h"

#include <stdio.h>

#include "stat/decision.h"

enum { STEPS = 100 };

int skmetrics_decision(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_score_table scores;
    struct sk_curve curve;
    if (skmetrics_read_sorted(&scores, o, operand, operands, err))
        return -1;
    int status = sk_curve_of(&curve, &scores.scored, err);
    if (status == 0) {
        skmetrics_provenance(&scores, "net benefit");
        puts("# of calling positive whom the model gives the threshold or more, all, none\nthreshold\tmodel\tall\tnone");
        for (int step = 0; step < STEPS && status == 0; step++) {
            double p = (double)step / STEPS;
            struct sk_net_benefit benefit = sk_net_benefit(&curve, p);
            status = skmetrics_numbers((double[]){p, benefit.model, benefit.all, 0}, 4, 1, err);
        }
        sk_curve_free(&curve);
    }
    sk_score_table_free(&scores);
    return status;
}
