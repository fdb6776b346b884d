#include "stat/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stat/bootstrap.h"
#include "stat/calibration.h"
#include "stat/confusion.h"
#include "stat/delong.h"
#include "stat/roc.h"

static const char *const names[SK_METRICS] = {
    "n", "tp", "fp", "tn", "fn",
    "accuracy", "sensitivity", "specificity", "precision", "npv",
    "f1", "balanced_accuracy", "mcc", "auc", "pr_auc", "brier", "ece",
    "sensitivity_at_specificity_80", "sensitivity_at_specificity_90", "sensitivity_at_specificity_95",
    "specificity_at_sensitivity_80", "specificity_at_sensitivity_90", "specificity_at_sensitivity_95",
    "threshold_at_specificity_80", "threshold_at_specificity_90", "threshold_at_specificity_95",
    "threshold_at_sensitivity_80", "threshold_at_sensitivity_90", "threshold_at_sensitivity_95",
};

/* What can be computed of a replicate and may have an interval: all between the counts and the thresholds. */
enum { FIRST = SK_ACCURACY, END = SK_THRESHOLD_AT_SPECIFICITY, RESAMPLED = END - FIRST };

static const unsigned level[3] = {80, 90, 95};

/* What is measured: the rows, and the curve of them all, whose points every sample has. */
struct measured {
    const struct sk_scored *scored;
    struct sk_curve curve;
};

static void compute(const void *context, const uint32_t *count, void *scratch, double *resampled)
{
    const struct measured *measured = context;
    const struct sk_scored *scored = measured->scored;
    struct sk_curve curve = measured->curve;
    if (count) {
        curve.tp = scratch;
        curve.fp = curve.tp + curve.points;
        sk_curve_count(&curve, scored, count);
    }
    struct sk_confusion m = sk_confusion_of(scored, count);
    struct sk_calibration calibration = sk_calibration_of(scored, count);
    double value[SK_METRICS];
    value[SK_ACCURACY] = sk_accuracy(&m);
    value[SK_SENSITIVITY] = sk_sensitivity(&m);
    value[SK_SPECIFICITY] = sk_specificity(&m);
    value[SK_PRECISION] = sk_precision(&m);
    value[SK_NPV] = sk_npv(&m);
    value[SK_F1] = sk_f1(&m);
    value[SK_BALANCED_ACCURACY] = sk_balanced_accuracy(&m);
    value[SK_MCC] = sk_mcc(&m);
    value[SK_AUC] = sk_auc(&curve);
    value[SK_PR_AUC] = sk_average_precision(&curve);
    value[SK_BRIER] = sk_brier(scored, count);
    value[SK_ECE] = sk_ece(&calibration);
    for (int i = 0; i < 3; i++) {
        value[SK_SENSITIVITY_AT_SPECIFICITY + i] = sk_operating_point(&curve, true, level[i]).sensitivity;
        value[SK_SPECIFICITY_AT_SENSITIVITY + i] = sk_operating_point(&curve, false, level[i]).specificity;
    }
    memcpy(resampled, value + FIRST, RESAMPLED * sizeof *resampled);
}

static void set_counts(struct sk_metric *metric, const struct sk_confusion *m)
{
    metric[SK_N].value = m->tp + m->fp + m->tn + m->fn;
    metric[SK_TP].value = m->tp;
    metric[SK_FP].value = m->fp;
    metric[SK_TN].value = m->tn;
    metric[SK_FN].value = m->fn;
}

static void set_thresholds(struct sk_metric *metric, const struct sk_curve *curve)
{
    for (int i = 0; i < 3; i++) {
        metric[SK_THRESHOLD_AT_SPECIFICITY + i].value = sk_operating_point(curve, true, level[i]).threshold;
        metric[SK_THRESHOLD_AT_SENSITIVITY + i].value = sk_operating_point(curve, false, level[i]).threshold;
    }
}

/* Intervals in closed form, for rows that are independent. */
static int set_independent(struct sk_metric *metric, const struct sk_confusion *m, const struct sk_scored *scored,
                           struct sk_error *err)
{
    struct sk_delong delong;
    if (sk_delong(scored, &delong, err))
        return -1;
    metric[SK_ACCURACY].interval = sk_wilson(m->tp + m->tn, m->tp + m->fp + m->tn + m->fn);
    metric[SK_SENSITIVITY].interval = sk_wilson(m->tp, m->tp + m->fn);
    metric[SK_SPECIFICITY].interval = sk_wilson(m->tn, m->tn + m->fp);
    metric[SK_PRECISION].interval = sk_wilson(m->tp, m->tp + m->fp);
    metric[SK_NPV].interval = sk_wilson(m->tn, m->tn + m->fn);
    metric[SK_AUC].interval = sk_auc_interval(&delong, sk_scored_classes(scored, NULL));
    return 0;
}

/* Which classes are true in each group: 1 the negative, 2 the positive, 3 both. The caller frees. */
static unsigned char *group_strata(const struct sk_scored *scored, struct sk_error *err)
{
    unsigned char *stratum = sk_alloc(scored->groups, 1, err);
    for (size_t i = 0; stratum && i < scored->n; i++)
        stratum[scored->group[i]] |= scored->truth[i] ? 2 : 1;
    return stratum;
}

static int resample(const struct measured *measured, const struct sk_resampling *resampling, struct sk_interval *interval,
                    struct sk_error *err)
{
    const struct sk_scored *scored = measured->scored;
    unsigned char *stratum = scored->group ? group_strata(scored, err) : scored->truth;
    if (!stratum)
        return -1;
    struct sk_bootstrap bootstrap = {
        .n = scored->n, .cluster = scored->group, .clusters = scored->group ? scored->groups : 0, .stratum = stratum,
        .statistics = RESAMPLED, .compute = compute, .context = measured,
        .scratch = 2 * measured->curve.points * sizeof(double), /* no overflow: the curve has as many */
        .replicates = resampling->replicates, .seed = resampling->seed, .jobs = resampling->jobs,
    };
    int status = sk_bootstrap_intervals(&bootstrap, interval, err);
    if (scored->group)
        free(stratum);
    return status;
}

int sk_metrics_of(const struct sk_scored *scored, const struct sk_resampling *resampling,
                  struct sk_metric metric[SK_METRICS], struct sk_error *err)
{
    struct measured measured = {.scored = scored};
    struct sk_interval interval[RESAMPLED];
    double value[RESAMPLED];
    if (sk_curve_of(&measured.curve, scored, err))
        return -1;
    if (resample(&measured, resampling, interval, err)) {
        sk_curve_free(&measured.curve);
        return -1;
    }
    struct sk_confusion m = sk_confusion_of(scored, NULL);
    compute(&measured, NULL, NULL, value);
    for (int i = 0; i < SK_METRICS; i++)
        metric[i] = i >= FIRST && i < END ? (struct sk_metric){names[i], value[i - FIRST], interval[i - FIRST]}
                                          : (struct sk_metric){names[i], NAN, sk_no_interval};
    set_counts(metric, &m);
    set_thresholds(metric, &measured.curve);
    sk_curve_free(&measured.curve);
    return scored->group ? 0 : set_independent(metric, &m, scored, err);
}
