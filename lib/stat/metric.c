#include "stat/metric.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stat/bootstrap.h"
#include "stat/calibration.h"
#include "stat/confusion.h"
#include "stat/delong.h"
#include "stat/roc.h"

const char *const sk_metric_names[SK_METRICS] = {
    "n", "tp", "fp", "tn", "fn",
    "accuracy", "sensitivity", "specificity", "precision", "npv",
    "f1", "balanced_accuracy", "mcc", "auc", "pr_auc", "brier", "ece",
    "sensitivity_at_specificity_80", "sensitivity_at_specificity_90", "sensitivity_at_specificity_95",
    "specificity_at_sensitivity_80", "specificity_at_sensitivity_90", "specificity_at_sensitivity_95",
    "threshold_at_specificity_80", "threshold_at_specificity_90", "threshold_at_specificity_95",
    "threshold_at_sensitivity_80", "threshold_at_sensitivity_90", "threshold_at_sensitivity_95",
    "pauc_above_sensitivity_80", "youden_threshold", "youden_sensitivity", "youden_specificity", "youden_j",
};

static const unsigned level[3] = {80, 90, 95};

bool sk_metric_is_threshold(enum sk_metric_name name)
{
    return (name >= SK_THRESHOLD_AT_SPECIFICITY && name < SK_PARTIAL_AUC) || name == SK_YOUDEN_THRESHOLD;
}

static double threshold(struct sk_operating_point point)
{
    return isinf(point.threshold) ? NAN : point.threshold;
}

static void curve_values(const struct sk_curve *curve, double value[SK_METRICS])
{
    value[SK_AUC] = sk_auc(curve);
    value[SK_PR_AUC] = sk_average_precision(curve);
    for (int i = 0; i < 3; i++) {
        struct sk_operating_point specific = sk_operating_point(curve, true, level[i]);
        struct sk_operating_point sensitive = sk_operating_point(curve, false, level[i]);
        value[SK_SENSITIVITY_AT_SPECIFICITY + i] = specific.sensitivity;
        value[SK_SPECIFICITY_AT_SENSITIVITY + i] = sensitive.specificity;
        value[SK_THRESHOLD_AT_SPECIFICITY + i] = threshold(specific);
        value[SK_THRESHOLD_AT_SENSITIVITY + i] = threshold(sensitive);
    }
    struct sk_operating_point youden = sk_youden(curve);
    value[SK_PARTIAL_AUC] = sk_partial_auc(curve, 0.8);
    value[SK_YOUDEN_THRESHOLD] = threshold(youden);
    value[SK_YOUDEN_SENSITIVITY] = youden.sensitivity;
    value[SK_YOUDEN_SPECIFICITY] = youden.specificity;
    value[SK_YOUDEN_J] = youden.sensitivity + youden.specificity - 1;
}

void sk_metric_values(const struct sk_scored *scored, const struct sk_curve *curve, const uint32_t *count,
                      double value[SK_METRICS])
{
    struct sk_confusion m = sk_confusion_of(scored, count);
    struct sk_calibration calibration = sk_calibration_of(scored, count);
    value[SK_N] = m.tp + m.fp + m.tn + m.fn;
    value[SK_TP] = m.tp;
    value[SK_FP] = m.fp;
    value[SK_TN] = m.tn;
    value[SK_FN] = m.fn;
    value[SK_ACCURACY] = sk_accuracy(&m);
    value[SK_SENSITIVITY] = sk_sensitivity(&m);
    value[SK_SPECIFICITY] = sk_specificity(&m);
    value[SK_PRECISION] = sk_precision(&m);
    value[SK_NPV] = sk_npv(&m);
    value[SK_F1] = sk_f1(&m);
    value[SK_BALANCED_ACCURACY] = sk_balanced_accuracy(&m);
    value[SK_MCC] = sk_mcc(&m);
    value[SK_BRIER] = sk_brier(scored, count);
    value[SK_ECE] = sk_ece(&calibration);
    curve_values(curve, value);
}

/* What is measured: the rows, and the curve of them all, whose points every sample has. */
struct measured {
    const struct sk_scored *scored;
    struct sk_curve curve;
};

static void compute(const void *context, const uint32_t *count, void *scratch, double *value)
{
    const struct measured *measured = context;
    struct sk_curve curve = measured->curve;
    if (count) {
        curve.tp = scratch;
        curve.fp = curve.tp + curve.points;
        sk_curve_count(&curve, measured->scored, count);
    }
    sk_metric_values(measured->scored, &curve, count, value);
}

/* Intervals in closed form, for rows that are independent. */
static int set_independent(struct sk_metric *metric, const struct sk_scored *scored, struct sk_error *err)
{
    struct sk_confusion confusion = sk_confusion_of(scored, NULL), *m = &confusion;
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
        .statistics = SK_METRICS, .compute = compute, .context = measured,
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
    struct sk_interval interval[SK_METRICS];
    double value[SK_METRICS];
    if (sk_curve_of(&measured.curve, scored, err))
        return -1;
    int status = resample(&measured, resampling, interval, err);
    if (status == 0)
        compute(&measured, NULL, NULL, value);
    sk_curve_free(&measured.curve);
    for (int i = 0; status == 0 && i < SK_METRICS; i++) {
        bool given = i < SK_ACCURACY || (i >= SK_THRESHOLD_AT_SPECIFICITY && i < SK_PARTIAL_AUC);
        metric[i] = (struct sk_metric){sk_metric_names[i], value[i], given ? sk_no_interval : interval[i]};
    }
    if (status == 0 && !scored->group)
        status = set_independent(metric, scored, err);
    return status;
}
