/* skmetrics stats, skmetrics fid: distances between sets of features. */
#include "command.h"

#include <math.h>
#include <stdio.h>

#include "base/table.h"
#include "stat/kernel_distance.h"
#include "stat/prdc.h"

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

/* Further rows; '-' where a side has not enough images, or but statistics. */
static int print_prdc(const struct options *o, const struct sk_collection *side, bool whole, struct sk_error *err)
{
    struct sk_prdc prdc = {NAN, NAN, NAN, NAN};
    if (whole && sk_prdc(&side[0].features, &side[1].features, o->tool.jobs, &prdc, err))
        return -1;
    const char *name[] = {"precision", "recall", "density", "coverage", "prdc_k"};
    double value[] = {prdc.precision, prdc.recall, prdc.density, prdc.coverage, SK_PRDC_NEIGHBOURS};
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        char text[SK_NUMBER_SIZE];
        if (sk_table_write(stdout, (const char *const[]){name[i], sk_number_text(text, value[i])}, 2, err))
            return -1;
    }
    return 0;
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
    if (o->prdc)
        printf("# precision, recall, density, coverage: of balls that reach to the %d-th nearest image of the same side%s\n",
               SK_PRDC_NEIGHBOURS, whole ? "" : "; they need the features too");
    if (print_distances(frechet, &kernel, side, err))
        return -1;
    return o->prdc ? print_prdc(o, side, whole, err) : 0;
}

int skmetrics_fid(const struct options *o, char **operand, size_t operands, struct sk_error *err)
{
    struct sk_collection side[2];
    (void)operands;
    if (skmetrics_read_features(side, sk_collection_read_gaussian, operand, err))
        return -1;
    int status = distances(o, operand, side, err);
    sk_collection_free(&side[0]);
    sk_collection_free(&side[1]);
    return status;
}

/* What fid needs of one side, so that it need not be computed again. */
int skmetrics_stats(const struct options *o, char **operand, size_t operands, struct sk_error *err)
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
