#include "stat/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stat/bootstrap.h"
#include "stat/delong.h"

/* Which of the two classifiers are right about how many images. */
struct agreement {
    size_t both, only_a, only_b, neither;
};

static void count_image(struct agreement *count, bool right_a, bool right_b)
{
    (*(right_a ? right_b ? &count->both : &count->only_a : right_b ? &count->only_b : &count->neither))++;
}

/* Counts the images of true class 0 or 1, or of either (-1). */
static struct agreement agree(const struct sk_scored *a, const struct sk_scored *b, int class)
{
    struct agreement count = {0, 0, 0, 0};
    for (size_t i = 0; i < a->n; i++)
        if (class < 0 || a->truth[i] == class)
            count_image(&count, a->predicted[i] == a->truth[i], b->predicted[i] == a->truth[i]);
    return count;
}

struct sk_interval sk_newcombe(double both, double only_a, double only_b, double neither)
{
    double n = both + only_a + only_b + neither;
    if (!(n > 0))
        return sk_no_interval;
    double pa = (both + only_a) / n, pb = (both + only_b) / n, difference = pb - pa;
    struct sk_interval a = sk_wilson(both + only_a, n), b = sk_wilson(both + only_b, n);
    double margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither), phi = 0;
    if (margins > 0) { /* the correlation, drawn towards 0 by half an image */
        double product = both * neither - only_a * only_b;
        product = product > n / 2 ? product - n / 2 : fmin(product, 0);
        phi = product / sqrt(margins);
    }
    double below = (pb - b.low) * (pb - b.low) - 2 * phi * (pb - b.low) * (a.high - pa) + (a.high - pa) * (a.high - pa);
    double above = (b.high - pb) * (b.high - pb) - 2 * phi * (b.high - pb) * (pa - a.low) + (pa - a.low) * (pa - a.low);
    return (struct sk_interval){difference - sqrt(fmax(0, below)), difference + sqrt(fmax(0, above))};
}

/* Of the same classifier twice there is nothing to estimate. */
static void set_proportions(struct sk_comparison *c, struct agreement count, bool same)
{
    double both = (double)count.both, only_a = (double)count.only_a, only_b = (double)count.only_b;
    double n = both + only_a + only_b + (double)count.neither;
    c->interval = same && n > 0 ? (struct sk_interval){0, 0} : sk_newcombe(both, only_a, only_b, (double)count.neither);
    c->p = n > 0 ? sk_mcnemar_p(count.only_a, count.only_b) : NAN;
}

/* Where both AUCs vary as one, as those of the same ranks do, there is a difference for certain or none. */
static void set_areas(struct sk_comparison *c, const struct sk_delong_pair *pair)
{
    double variance = pair->a.variance + pair->b.variance - 2 * pair->covariance, error = sqrt(variance);
    c->interval = sk_no_interval;
    c->p = NAN;
    if (variance > 0) {
        c->interval = (struct sk_interval){fmax(-1, c->difference - SK_Z95 * error), fmin(1, c->difference + SK_Z95 * error)};
        c->p = sk_normal_p(c->difference / error);
    } else if (c->difference == 0) {
        c->interval = (struct sk_interval){0, 0};
        c->p = 1;
    }
}

/* The rows in the order of the table that they come from. */
static int in_table_order(struct sk_scored *to, const struct sk_scored *from, struct sk_error *err)
{
    if (sk_scored_alloc(to, from->n, err))
        return -1;
    for (size_t i = 0; i < from->n; i++) {
        to->score[from->row[i]] = from->score[i];
        to->truth[from->row[i]] = from->truth[i];
        to->predicted[from->row[i]] = from->predicted[i];
    }
    return 0;
}

static int set_independent(struct sk_comparison *comparison, const struct sk_scored *a, const struct sk_scored *b,
                           struct sk_error *err)
{
    struct sk_delong_pair pair;
    bool same = memcmp(a->score, b->score, a->n * sizeof *a->score) == 0 && memcmp(a->predicted, b->predicted, a->n) == 0;
    if (sk_delong_paired(a, b, &pair, err))
        return -1;
    set_areas(&comparison[SK_AUC], &pair);
    set_proportions(&comparison[SK_ACCURACY], agree(a, b, -1), same);
    set_proportions(&comparison[SK_SENSITIVITY], agree(a, b, 1), same);
    set_proportions(&comparison[SK_SPECIFICITY], agree(a, b, 0), same);
    return 0;
}

/* Both classifiers' rows and curves. */
struct pair {
    const struct sk_scored *scored[2];
    struct sk_curve curve[2];
};

static size_t most_points(const struct pair *pair)
{
    return pair->curve[0].points > pair->curve[1].points ? pair->curve[0].points : pair->curve[1].points;
}

/* One side's figures; the counts are of the table's rows, which are sorted otherwise. */
static void side_values(const struct pair *pair, int side, const uint32_t *count, void *scratch, double value[SK_METRICS])
{
    const struct sk_scored *scored = pair->scored[side];
    struct sk_curve curve = pair->curve[side];
    const uint32_t *own = count ? sk_curve_recount(&curve, scored, count, scratch) : NULL;
    sk_metric_values(scored, &curve, own, value);
}

static void differences(const void *context, const uint32_t *count, void *scratch, double *value)
{
    double a[SK_METRICS];
    side_values(context, 0, count, scratch, a);
    side_values(context, 1, count, scratch, value);
    for (int i = 0; i < SK_METRICS; i++)
        value[i] -= a[i];
}

/* Which classes are true in each row or, where they are known, group, of the table: what the bootstrap draws within; and the
   group of each row. The caller frees both. */
static int strata_of(const struct sk_scored *a, unsigned char **stratum, uint32_t **group, struct sk_error *err)
{
    *group = NULL;
    *stratum = sk_alloc(a->group ? a->groups : a->n, 1, err);
    if (!*stratum || (a->group && !(*group = sk_alloc(a->n, sizeof **group, err))))
        return -1;
    for (size_t i = 0; i < a->n; i++) {
        if (a->group)
            (*group)[a->row[i]] = a->group[i];
        (*stratum)[a->group ? a->group[i] : a->row[i]] |= a->truth[i] ? 2 : 1;
    }
    return 0;
}

static int resample(const struct pair *pair, const struct sk_resampling *resampling, struct sk_interval *interval, double *p,
                    struct sk_error *err)
{
    const struct sk_scored *a = pair->scored[0];
    unsigned char *stratum;
    uint32_t *group;
    int status = strata_of(a, &stratum, &group, err);
    if (status == 0) {
        struct sk_bootstrap bootstrap = {
            .n = a->n, .cluster = group, .clusters = group ? a->groups : 0, .stratum = stratum,
            .statistics = SK_METRICS, .compute = differences, .context = pair,
            .scratch = 2 * most_points(pair) * sizeof(double) + a->n * sizeof(uint32_t), /* no overflow: so many there are */
            .replicates = resampling->replicates, .seed = resampling->seed, .jobs = resampling->jobs,
        };
        status = sk_bootstrap_differences(&bootstrap, interval, p, err);
    }
    free(stratum);
    free(group);
    return status;
}

static int compare_pair(const struct pair *pair, const struct sk_resampling *resampling, struct sk_comparison *comparison,
                        struct sk_error *err)
{
    struct sk_interval interval[SK_METRICS];
    double p[SK_METRICS], a[SK_METRICS], b[SK_METRICS];
    if (resample(pair, resampling, interval, p, err))
        return -1;
    side_values(pair, 0, NULL, NULL, a);
    side_values(pair, 1, NULL, NULL, b);
    for (int i = 0; i < SK_METRICS; i++)
        comparison[i] = (struct sk_comparison){sk_metric_names[i], a[i], b[i], b[i] - a[i], interval[i], p[i]};
    if (pair->scored[0]->group)
        return 0;
    struct sk_scored first = {0}, second = {0};
    int status = in_table_order(&first, pair->scored[0], err) || in_table_order(&second, pair->scored[1], err)
                     ? -1 : set_independent(comparison, &first, &second, err);
    sk_scored_free(&first);
    sk_scored_free(&second);
    return status;
}

int sk_compare(const struct sk_scored *a, const struct sk_scored *b, const struct sk_resampling *resampling,
               struct sk_comparison comparison[SK_METRICS], struct sk_error *err)
{
    struct pair pair = {.scored = {a, b}};
    int status = sk_curve_of(&pair.curve[0], a, err) || sk_curve_of(&pair.curve[1], b, err) ? -1 : 0;
    if (status == 0)
        status = compare_pair(&pair, resampling, comparison, err);
    sk_curve_free(&pair.curve[0]);
    sk_curve_free(&pair.curve[1]);
    return status;
}

static void macro_differences(const void *context, const uint32_t *count, void *scratch, double *value)
{
    const struct sk_multiclass *const *side = context;
    double a[SK_MACROS];
    sk_macro_values(side[0], count, scratch, a);
    sk_macro_values(side[1], count, scratch, value);
    for (int i = 0; i < SK_MACROS; i++)
        value[i] -= a[i];
}

/* Whether both say the same of every image. */
static bool same_scores(const struct sk_multiclass *a, const struct sk_multiclass *b)
{
    bool same = memcmp(a->predicted, b->predicted, a->n * sizeof *a->predicted) == 0;
    for (size_t c = 0; same && c < a->classes; c++)
        same = memcmp(a->versus[c].score, b->versus[c].score, a->n * sizeof *a->versus[c].score) == 0 &&
               memcmp(a->versus[c].row, b->versus[c].row, a->n * sizeof *a->versus[c].row) == 0;
    return same;
}

int sk_compare_macros(const struct sk_multiclass *a, const struct sk_multiclass *b, const struct sk_resampling *resampling,
                      struct sk_comparison comparison[SK_MACROS], struct sk_error *err)
{
    const struct sk_multiclass *side[2] = {a, b};
    struct sk_interval interval[SK_MACROS];
    double value_a[SK_MACROS], value_b[SK_MACROS], p[SK_MACROS];
    size_t scratch_a = sk_macro_scratch(a), scratch_b = sk_macro_scratch(b);
    unsigned char *stratum = sk_multiclass_strata(a, err);
    if (!stratum)
        return -1;
    struct sk_bootstrap bootstrap = {
        .n = a->n, .cluster = a->group, .clusters = a->group ? a->groups : 0, .stratum = stratum,
        .statistics = SK_MACROS, .compute = macro_differences, .context = side,
        .scratch = scratch_a > scratch_b ? scratch_a : scratch_b,
        .replicates = resampling->replicates, .seed = resampling->seed, .jobs = resampling->jobs,
    };
    int status = sk_bootstrap_differences(&bootstrap, interval, p, err);
    free(stratum);
    if (status)
        return -1;
    sk_macro_values(a, NULL, NULL, value_a);
    sk_macro_values(b, NULL, NULL, value_b);
    for (int i = 0; i < SK_MACROS; i++)
        comparison[i] = (struct sk_comparison){sk_macro_names[i], value_a[i],  value_b[i], value_b[i] - value_a[i],
                                               interval[i],       p[i]};
    struct agreement count = {0, 0, 0, 0};
    for (size_t i = 0; i < a->n; i++)
        count_image(&count, a->predicted[i] == a->truth[i], b->predicted[i] == a->truth[i]);
    if (!a->group)
        set_proportions(&comparison[SK_MACRO_ACCURACY], count, same_scores(a, b));
    return 0;
}
