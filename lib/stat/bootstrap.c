#include "stat/bootstrap.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

enum { STRATA = 256, JACKKNIFE_GROUPS = 400 };

/* What is drawn, rows or clusters of them, stratum by stratum: that of stratum s is row[start[s]] .. row[start[s + 1] - 1]. */
struct strata {
    uint32_t *row;
    size_t start[STRATA + 1];
};

static unsigned stratum_of(const struct sk_bootstrap *b, size_t i)
{
    return b->stratum ? b->stratum[i] : 0;
}

/* How many are drawn, and where a vector of counts has theirs: clusters have them behind the rows'. */
static size_t drawn(const struct sk_bootstrap *b)
{
    return b->cluster ? b->clusters : b->n;
}

static uint32_t *drawn_counts(const struct sk_bootstrap *b, uint32_t *count)
{
    return b->cluster ? count + b->n : count;
}

/* A row stands in the sample as often as its cluster. */
static void spread(const struct sk_bootstrap *b, uint32_t *count)
{
    for (size_t i = 0; b->cluster && i < b->n; i++)
        count[i] = count[b->n + b->cluster[i]];
}

/* The length of a vector of counts. */
static size_t counts_of(const struct sk_bootstrap *b)
{
    return b->n + b->clusters;
}

static int divide(struct strata *strata, const struct sk_bootstrap *b, struct sk_error *err)
{
    *strata = (struct strata){0};
    if (b->n > UINT32_MAX)
        return sk_fail(err, "%zu rows are more than the bootstrap takes", b->n);
    size_t n = drawn(b), next[STRATA];
    strata->row = sk_alloc(n, sizeof *strata->row, err);
    if (!strata->row)
        return -1;
    for (size_t i = 0; i < n; i++)
        strata->start[stratum_of(b, i) + 1]++;
    for (size_t s = 0; s < STRATA; s++) {
        next[s] = strata->start[s];
        strata->start[s + 1] += strata->start[s];
    }
    for (size_t i = 0; i < n; i++)
        strata->row[next[stratum_of(b, i)]++] = (uint32_t)i;
    return 0;
}

/* One replicate: within every stratum as many as it has, drawn with replacement. */
static void draw(const struct sk_bootstrap *b, const struct strata *strata, size_t replicate, uint32_t *count)
{
    struct sk_random random;
    sk_random_init(&random, b->seed, replicate);
    uint32_t *mine = drawn_counts(b, count);
    memset(count, 0, counts_of(b) * sizeof *count);
    for (size_t s = 0; s < STRATA; s++) {
        size_t start = strata->start[s], size = strata->start[s + 1] - start;
        for (size_t i = 0; i < size; i++)
            mine[strata->row[start + sk_random_below(&random, (uint32_t)size)]]++;
    }
    spread(b, count);
}

/* value [replicates][statistics]; count [jobs][counts_of] is scratch. */
static void resample(const struct sk_bootstrap *b, const struct strata *strata, uint32_t *count, double *value)
{
#pragma omp parallel for schedule(dynamic, 16) num_threads(b->jobs)
    for (size_t r = 0; r < b->replicates; r++) {
        uint32_t *mine = count + (size_t)omp_get_thread_num() * counts_of(b);
        draw(b, strata, r, mine);
        b->compute(b->context, mine, value + r * b->statistics);
    }
}

/* Jackknife of one stratum: adds its empirical influence values' second and third powers to the sums, for every
   statistic (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 5.4). */
static void jackknife_stratum(const struct sk_bootstrap *b, const struct strata *strata, size_t s, uint32_t *count,
                              double *value, double *squares, double *cubes)
{
    const uint32_t *row = strata->row + strata->start[s];
    uint32_t *mine = drawn_counts(b, count);
    size_t size = strata->start[s + 1] - strata->start[s], k = b->statistics;
    size_t groups = size < JACKKNIFE_GROUPS ? size : JACKKNIFE_GROUPS;
    for (size_t g = 0; g < groups; g++) {
        for (size_t i = g; i < size; i += groups)
            mine[row[i]] = 0;
        spread(b, count);
        b->compute(b->context, count, value + g * k);
        for (size_t i = g; i < size; i += groups)
            mine[row[i]] = 1;
    }
    for (size_t t = 0; t < k; t++) {
        double mean = 0, scale = (double)(groups - 1) / (double)groups;
        for (size_t g = 0; g < groups; g++)
            mean += value[g * k + t] / (double)groups;
        for (size_t g = 0; g < groups; g++) {
            double influence = scale * (mean - value[g * k + t]);
            squares[t] += influence * influence;
            cubes[t] += influence * influence * influence;
        }
    }
}

/* The acceleration of every statistic; 0 where the jackknife cannot tell. count [counts_of] is scratch. */
static int accelerate(const struct sk_bootstrap *b, const struct strata *strata, uint32_t *count, double *acceleration,
                      struct sk_error *err)
{
    size_t k = b->statistics;
    double *value = sk_alloc(JACKKNIFE_GROUPS * k, sizeof *value, err);
    double *sums = value ? sk_alloc(2 * k, sizeof *sums, err) : NULL;
    if (sums) {
        for (size_t i = 0; i < counts_of(b); i++)
            count[i] = 1;
        for (size_t s = 0; s < STRATA; s++)
            if (strata->start[s + 1] - strata->start[s] > 1)
                jackknife_stratum(b, strata, s, count, value, sums, sums + k);
        for (size_t t = 0; t < k; t++) {
            double a = sums[k + t] / (6 * pow(sums[t], 1.5));
            acceleration[t] = isfinite(a) ? a : 0;
        }
    }
    int status = sums ? 0 : -1;
    free(value);
    free(sums);
    return status;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Quantile of sorted values, interpolated linearly. */
static double quantile(const double *sorted, size_t n, double p)
{
    double position = p * (double)(n - 1);
    size_t below = (size_t)position;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* The interval of one statistic from its replicates, [n], which are sorted here and hold no NaN. */
static struct sk_interval bca(double *replicate, size_t n, double estimate, double acceleration)
{
    qsort(replicate, n, sizeof *replicate, ascending);
    if (replicate[0] == replicate[n - 1])
        return sk_no_interval;
    double below = 0;
    for (size_t i = 0; i < n; i++)
        below += replicate[i] < estimate ? 1 : replicate[i] == estimate ? 0.5 : 0;
    /* an estimate beyond all replicates counts as half a replicate from the end */
    double share = fmin(fmax(below, 0.5), (double)n - 0.5) / (double)n;
    double bias = sk_normal_quantile(share), end[2];
    for (int side = 0; side < 2; side++) {
        double z = bias + (side ? SK_Z95 : -SK_Z95);
        end[side] = quantile(replicate, n, sk_normal_cdf(bias + z / (1 - acceleration * z)));
    }
    return (struct sk_interval){end[0], end[1]};
}

/* Gathers the replicates of statistic t that are defined, and makes its interval of them. */
static struct sk_interval interval_of(const struct sk_bootstrap *b, const double *value, size_t t, double estimate,
                                      double acceleration, double *scratch)
{
    size_t defined = 0;
    for (size_t r = 0; r < b->replicates; r++)
        if (!isnan(value[r * b->statistics + t]))
            scratch[defined++] = value[r * b->statistics + t];
    if (isnan(estimate) || defined < 2 || defined * 2 < b->replicates)
        return sk_no_interval;
    return bca(scratch, defined, estimate, acceleration);
}

static int run(const struct sk_bootstrap *b, const struct strata *strata, struct sk_interval *interval,
               struct sk_error *err)
{
    size_t k = b->statistics, threads = (size_t)b->jobs;
    double *value = sk_alloc(b->replicates, k * sizeof *value, err);
    double *scratch = value ? sk_alloc(b->replicates + 2 * k, sizeof *scratch, err) : NULL;
    uint32_t *count = scratch ? sk_alloc(counts_of(b), threads * sizeof *count, err) : NULL;
    double *estimate = scratch ? scratch + b->replicates : NULL, *acceleration = scratch ? estimate + k : NULL;
    int status = count ? accelerate(b, strata, count, acceleration, err) : -1;
    if (status == 0) {
        resample(b, strata, count, value);
        b->compute(b->context, NULL, estimate);
        for (size_t t = 0; t < k; t++)
            interval[t] = interval_of(b, value, t, estimate[t], acceleration[t], scratch);
    }
    free(value);
    free(scratch);
    free(count);
    return status;
}

int sk_bootstrap_intervals(const struct sk_bootstrap *b, struct sk_interval *interval, struct sk_error *err)
{
    struct strata strata;
    if (divide(&strata, b, err))
        return -1;
    int status = run(b, &strata, interval, err);
    free(strata.row);
    return status;
}
