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

/* What a thread works on. */
struct worker {
    uint32_t *count; /* [counts_of] */
    uint32_t *times; /* [drawn]: of what is drawn, stratum by stratum */
    void *scratch;   /* compute's */
};

enum { ALIGNMENT = 64 };

static bool round_up(size_t bytes, size_t *rounded)
{
    bool fits = sk_add(bytes, ALIGNMENT - 1, rounded);
    *rounded -= *rounded % ALIGNMENT;
    return fits;
}

/* A worker for each thread, in one piece of memory. The caller frees; NULL with err. */
static struct worker *hire(const struct sk_bootstrap *b, struct sk_error *err)
{
    size_t threads = (size_t)b->jobs, count, times, scratch, each;
    struct worker *worker = NULL;
    if (round_up(counts_of(b) * sizeof(uint32_t), &count) && round_up(drawn(b) * sizeof(uint32_t), &times) &&
        round_up(b->scratch, &scratch) && sk_add(count + times, scratch, &each) && sk_add(each, ALIGNMENT, &each))
        worker = sk_alloc(threads, each, err);
    else
        sk_fail(err, "%zu rows are more than the bootstrap takes", b->n);
    _Static_assert(sizeof *worker <= ALIGNMENT, "a worker lies in the space that is added for it");
    for (size_t t = 0; worker && t < threads; t++) {
        char *own = (char *)worker + threads * ALIGNMENT + t * (each - ALIGNMENT);
        worker[t] = (struct worker){(uint32_t *)own, (uint32_t *)(own + count), own + count + times};
    }
    return worker;
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

/* One replicate: within every stratum as many as it has, drawn with replacement. They are counted stratum by stratum, where
   they lie close together, and then put in their places. */
static void draw(const struct sk_bootstrap *b, const struct strata *strata, size_t replicate, const struct worker *w)
{
    struct sk_random random;
    sk_random_init(&random, b->seed, replicate);
    uint32_t *mine = drawn_counts(b, w->count);
    size_t n = drawn(b);
    memset(w->times, 0, n * sizeof *w->times);
    for (size_t s = 0; s < STRATA; s++) {
        size_t start = strata->start[s], size = strata->start[s + 1] - start;
        if (size > 0)
            sk_random_tally(&random, w->times + start, (uint32_t)size, size);
    }
    for (size_t i = 0; i < n; i++)
        mine[strata->row[i]] = w->times[i];
    spread(b, w->count);
}

/* value [replicates][statistics]. */
static void resample(const struct sk_bootstrap *b, const struct strata *strata, const struct worker *worker, double *value)
{
#pragma omp parallel for schedule(dynamic, 16) num_threads(b->jobs)
    for (size_t r = 0; r < b->replicates; r++) {
        const struct worker *w = &worker[omp_get_thread_num()];
        draw(b, strata, r, w);
        b->compute(b->context, w->count, w->scratch, value + r * b->statistics);
    }
}

/* The statistics without each group of the `size` rows (or clusters) of one stratum: value [groups][statistics]. All counts are 1,
   before and after. */
static void leave_out(const struct sk_bootstrap *b, const uint32_t *row, size_t size, size_t groups,
                      const struct worker *worker, double *value)
{
#pragma omp parallel for schedule(dynamic) num_threads(b->jobs)
    for (size_t g = 0; g < groups; g++) {
        const struct worker *w = &worker[omp_get_thread_num()];
        uint32_t *mine = drawn_counts(b, w->count);
        for (size_t i = g; i < size; i += groups)
            mine[row[i]] = 0;
        spread(b, w->count);
        b->compute(b->context, w->count, w->scratch, value + g * b->statistics);
        for (size_t i = g; i < size; i += groups)
            mine[row[i]] = 1;
    }
}

/* Jackknife of one stratum: adds its empirical influence values' second and third powers to the sums, for every
   statistic (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 5.4). */
static void jackknife_stratum(const struct sk_bootstrap *b, const struct strata *strata, size_t s, const struct worker *worker,
                              double *value, double *squares, double *cubes)
{
    size_t size = strata->start[s + 1] - strata->start[s], k = b->statistics;
    size_t groups = size < JACKKNIFE_GROUPS ? size : JACKKNIFE_GROUPS;
    leave_out(b, strata->row + strata->start[s], size, groups, worker, value);
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

/* The acceleration of every statistic; 0 where the jackknife cannot tell. */
static int accelerate(const struct sk_bootstrap *b, const struct strata *strata, const struct worker *worker,
                      double *acceleration, struct sk_error *err)
{
    size_t k = b->statistics;
    double *value = sk_alloc(JACKKNIFE_GROUPS * k, sizeof *value, err);
    double *sums = value ? sk_alloc(2 * k, sizeof *sums, err) : NULL;
    if (sums) {
        for (size_t t = 0; t < (size_t)b->jobs; t++)
            for (size_t i = 0; i < counts_of(b); i++)
                worker[t].count[i] = 1;
        for (size_t s = 0; s < STRATA; s++)
            if (strata->start[s + 1] - strata->start[s] > 1)
                jackknife_stratum(b, strata, s, worker, value, sums, sums + k);
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

/* The normal quantile of the share of replicates below a value, an equal one being half. A value beyond all replicates counts as
   half a replicate from the end. */
static double normal_rank(const double *replicate, size_t n, double value)
{
    double below = 0;
    for (size_t i = 0; i < n; i++)
        below += replicate[i] < value ? 1 : replicate[i] == value ? 0.5 : 0;
    return sk_normal_quantile(fmin(fmax(below, 0.5), (double)n - 0.5) / (double)n);
}

/* p of a difference from its sorted replicates: of the normal quantile at which an end of the interval, as bca() has it, is 0. */
static double p_of(const double *replicate, size_t n, double bias, double acceleration)
{
    double rank = normal_rank(replicate, n, 0) - bias;
    return sk_normal_p(rank / (1 + acceleration * rank) - bias);
}

/* The interval of one statistic from its replicates, [n], which are sorted here and hold no NaN; with p, of a difference. */
static struct sk_interval bca(double *replicate, size_t n, double estimate, double acceleration, double *p)
{
    qsort(replicate, n, sizeof *replicate, ascending);
    if (replicate[0] == replicate[n - 1]) {
        if (!p || estimate != 0 || replicate[0] != 0)
            return sk_no_interval;
        *p = 1;
        return (struct sk_interval){0, 0};
    }
    double bias = normal_rank(replicate, n, estimate), end[2];
    if (p)
        *p = p_of(replicate, n, bias, acceleration);
    for (int side = 0; side < 2; side++) {
        double z = bias + (side ? SK_Z95 : -SK_Z95);
        end[side] = quantile(replicate, n, sk_normal_cdf(bias + z / (1 - acceleration * z)));
    }
    return (struct sk_interval){end[0], end[1]};
}

/* Gathers the replicates of statistic t that are defined, and makes its interval of them. */
static struct sk_interval interval_of(const struct sk_bootstrap *b, const double *value, size_t t, double estimate,
                                      double acceleration, double *scratch, double *p)
{
    size_t defined = 0;
    if (p)
        *p = NAN;
    for (size_t r = 0; r < b->replicates; r++)
        if (!isnan(value[r * b->statistics + t]))
            scratch[defined++] = value[r * b->statistics + t];
    if (isnan(estimate) || defined < 2 || defined * 2 < b->replicates)
        return sk_no_interval;
    return bca(scratch, defined, estimate, acceleration, p);
}

static int run(const struct sk_bootstrap *b, const struct strata *strata, struct sk_interval *interval, double *p,
               struct sk_error *err)
{
    size_t k = b->statistics;
    double *value = sk_alloc(b->replicates, k * sizeof *value, err);
    double *scratch = value ? sk_alloc(b->replicates + 2 * k, sizeof *scratch, err) : NULL;
    struct worker *worker = scratch ? hire(b, err) : NULL;
    double *estimate = scratch ? scratch + b->replicates : NULL, *acceleration = scratch ? estimate + k : NULL;
    int status = worker ? accelerate(b, strata, worker, acceleration, err) : -1;
    if (status == 0) {
        resample(b, strata, worker, value);
        b->compute(b->context, NULL, worker->scratch, estimate);
        for (size_t t = 0; t < k; t++)
            interval[t] = interval_of(b, value, t, estimate[t], acceleration[t], scratch, p ? &p[t] : NULL);
    }
    free(value);
    free(scratch);
    free(worker);
    return status;
}

int sk_bootstrap_differences(const struct sk_bootstrap *b, struct sk_interval *interval, double *p, struct sk_error *err)
{
    struct strata strata;
    if (divide(&strata, b, err))
        return -1;
    int status = run(b, &strata, interval, p, err);
    free(strata.row);
    return status;
}

int sk_bootstrap_intervals(const struct sk_bootstrap *b, struct sk_interval *interval, struct sk_error *err)
{
    return sk_bootstrap_differences(b, interval, NULL, err);
}
