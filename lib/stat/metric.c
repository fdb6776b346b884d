#include "stat/metric.h"

#include "stat/bootstrap.h"
#include "stat/calibration.h"
#include "stat/confusion.h"
#include "stat/roc.h"

static const char *const names[SK_METRICS] = {
    [SK_N] = "n",
    [SK_TP] = "tp",
    [SK_FP] = "fp",
    [SK_TN] = "tn",
    [SK_FN] = "fn",
    [SK_ACCURACY] = "accuracy",
    [SK_SENSITIVITY] = "sensitivity",
    [SK_SPECIFICITY] = "specificity",
    [SK_PRECISION] = "precision",
    [SK_NPV] = "npv",
    [SK_F1] = "f1",
    [SK_BALANCED_ACCURACY] = "balanced_accuracy",
    [SK_MCC] = "mcc",
    [SK_AUC] = "auc",
    [SK_PR_AUC] = "pr_auc",
    [SK_BRIER] = "brier",
    [SK_ECE] = "ece",
};

/* The metrics without an interval in closed form, computed together on every replicate. */
static const enum sk_metric_name resampled[] = {SK_F1, SK_BALANCED_ACCURACY, SK_MCC, SK_PR_AUC, SK_BRIER, SK_ECE};
enum { RESAMPLED = sizeof resampled / sizeof *resampled };

static void compute(const void *context, const uint32_t *count, double *value)
{
    const struct sk_scored *scored = context;
    struct sk_confusion m = sk_confusion_of(scored, count);
    struct sk_calibration calibration = sk_calibration_of(scored, count);
    *value++ = sk_f1(&m);
    *value++ = sk_balanced_accuracy(&m);
    *value++ = sk_mcc(&m);
    *value++ = sk_average_precision(scored, count);
    *value++ = sk_brier(scored, count);
    *value++ = sk_ece(&calibration);
}

static void set(struct sk_metric *metric, enum sk_metric_name name, double value, struct sk_interval interval)
{
    metric[name] = (struct sk_metric){names[name], value, interval};
}

static void set_counts(struct sk_metric *metric, const struct sk_confusion *m)
{
    set(metric, SK_N, m->tp + m->fp + m->tn + m->fn, sk_no_interval);
    set(metric, SK_TP, m->tp, sk_no_interval);
    set(metric, SK_FP, m->fp, sk_no_interval);
    set(metric, SK_TN, m->tn, sk_no_interval);
    set(metric, SK_FN, m->fn, sk_no_interval);
}

static void set_proportions(struct sk_metric *metric, const struct sk_confusion *m)
{
    double n = m->tp + m->fp + m->tn + m->fn;
    set(metric, SK_ACCURACY, sk_accuracy(m), sk_wilson(m->tp + m->tn, n));
    set(metric, SK_SENSITIVITY, sk_sensitivity(m), sk_wilson(m->tp, m->tp + m->fn));
    set(metric, SK_SPECIFICITY, sk_specificity(m), sk_wilson(m->tn, m->tn + m->fp));
    set(metric, SK_PRECISION, sk_precision(m), sk_wilson(m->tp, m->tp + m->fp));
    set(metric, SK_NPV, sk_npv(m), sk_wilson(m->tn, m->tn + m->fn));
}

int sk_metrics_of(const struct sk_scored *scored, size_t replicates, uint64_t seed, int jobs,
                  struct sk_metric metric[SK_METRICS], struct sk_error *err)
{
    struct sk_confusion m = sk_confusion_of(scored, NULL);
    struct sk_delong delong;
    struct sk_bootstrap bootstrap = {.n = scored->n, .stratum = scored->truth, .statistics = RESAMPLED,
                                     .compute = compute, .context = scored, .replicates = replicates,
                                     .seed = seed, .jobs = jobs};
    struct sk_interval interval[RESAMPLED];
    double value[RESAMPLED];
    if (sk_delong(scored, &delong, err) || sk_bootstrap_intervals(&bootstrap, interval, err))
        return -1;
    set_counts(metric, &m);
    set_proportions(metric, &m);
    set(metric, SK_AUC, delong.auc, sk_auc_interval(&delong, sk_scored_classes(scored, NULL)));
    compute(scored, NULL, value);
    for (size_t t = 0; t < RESAMPLED; t++)
        set(metric, resampled[t], value[t], interval[t]);
    return 0;
}
