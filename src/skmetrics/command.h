#ifndef SKMETRICS_COMMAND_H
#define SKMETRICS_COMMAND_H

/* What skmetrics' commands share: each is a file beside this one. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/options.h"
#include "data/collection.h"
#include "stat/metric.h"
#include "stat/score_table.h"

struct options {
    struct sk_tool tool;
    const char *positive, *groups, *strata, *calibration;
    long replicates;
    uint64_t seed;
    double threshold, level;
    unsigned long memory; /* MiB that leak may have; 0: no bound */
    bool by_threshold; /* the threshold was given, and decides instead of the column predicted */
    bool prdc;
    bool map; /* how each image of a pair of leak lies on the other */
};

/* A command: does its work on operands that are as many as it wants, and prints the result. 0, or -1 with err. */
typedef int command_run(const struct options *o, char **operand, size_t operands, struct sk_error *err);
command_run skmetrics_score, skmetrics_roc, skmetrics_pr, skmetrics_calibration, skmetrics_compare, skmetrics_stats, skmetrics_fid,
    skmetrics_nearest, skmetrics_nyquist, skmetrics_leak, skmetrics_decision, skmetrics_conformal;

/* What the input tables say of themselves goes with the figures made from them, as lines with '#'; `what` says what those are. */
void skmetrics_provenance(const struct sk_score_table *scores, const char *what);

/* Warns where one of these tables does not say the same of model and options as the first. */
void skmetrics_warn_of_others(const struct options *o, const struct sk_table *first, const struct sk_table *table, size_t tables);

/* Prints a line of at most 6 numbers, the first `exact` of them so that they read back as they are. 0, or -1 with err. */
SK_MUST_CHECK int skmetrics_numbers(const double *value, size_t values, size_t exact, struct sk_error *err);

/* Reads tables with the column predicted, or without it where -t decides. 0 with *scores filled (sk_score_table_free), or -1 with
   err. */
SK_MUST_CHECK int skmetrics_read_scores(struct sk_score_table *scores, const struct options *o, char **operand, size_t operands,
                                        struct sk_error *err);

/* Decides by -t where it was given; and says by what was decided, as a line with '#'. */
void skmetrics_decide(const struct options *o, struct sk_scored *scored);
void skmetrics_print_decision(const struct options *o);

static inline struct sk_resampling skmetrics_resampling(const struct options *o)
{
    return (struct sk_resampling){(size_t)o->replicates, o->seed, o->tool.jobs};
}

/* Reads and sorts the tables of a curve, which needs no predictions. 0 with *scores filled (sk_score_table_free), or -1
   with err. */
SK_MUST_CHECK int skmetrics_read_sorted(struct sk_score_table *scores, const struct options *o, char **operand, size_t operands,
                                        struct sk_error *err);

/* Reads two files of features, of one network and one dimension. 0 with both filled (sk_collection_free), or -1 with err, both
   empty. */
typedef int collection_read(struct sk_collection *c, const char *path, struct sk_error *err);
SK_MUST_CHECK int skmetrics_read_features(struct sk_collection side[2], collection_read *read, char **path, struct sk_error *err);

#endif
