#include "stat/multiclass.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stat/bootstrap.h"
#include "stat/confusion.h"
#include "stat/roc.h"

static const char *const names[SK_MACROS] = {"multiclass_accuracy", "multiclass_balanced_accuracy", "macro_f1", "macro_auc",
                                             "macro_pr_auc"};

/* The rows of one class against the rest, sorted; notes truth and prediction of its rows. */
static int add_class(struct sk_multiclass *m, const struct sk_score_table *scores, struct sk_error *err)
{
    struct sk_scored *scored = &m->versus[m->classes];
    if (sk_score_table_versus(scores, m->classes, scored, err))
        return -1;
    m->classes++;
    for (size_t i = 0; i < m->n; i++) {
        if (scored->truth[i])
            m->truth[i] = (uint32_t)(m->classes - 1);
        if (scored->predicted[i])
            m->predicted[i] = (uint32_t)(m->classes - 1);
    }
    if (m->group) {
        scored->group = sk_alloc(m->n, sizeof *scored->group, err);
        if (!scored->group)
            return -1;
        scored->groups = m->groups;
        for (size_t i = 0; i < m->n; i++)
            scored->group[i] = m->group[i];
    }
    if (sk_scored_sort(scored, err))
        return -1;
    return sk_curve_of(&m->curve[m->classes - 1], scored, err);
}

int sk_multiclass_of(struct sk_multiclass *m, const struct sk_score_table *scores, struct sk_error *err)
{
    *m = (struct sk_multiclass){.n = scores->scored.n, .groups = scores->scored.groups};
    m->versus = sk_alloc(scores->classes, sizeof *m->versus, err);
    m->curve = m->versus ? sk_alloc(scores->classes, sizeof *m->curve, err) : NULL;
    m->truth = m->curve ? sk_alloc(m->n, sizeof *m->truth, err) : NULL;
    m->predicted = m->truth ? sk_alloc(m->n, sizeof *m->predicted, err) : NULL;
    int status = m->predicted ? 0 : -1;
    if (status == 0 && scores->scored.group) {
        m->group = sk_alloc(m->n, sizeof *m->group, err);
        status = m->group ? 0 : -1;
        for (size_t i = 0; m->group && i < m->n; i++)
            m->group[i] = scores->scored.group[i];
    }
    for (size_t c = 0; status == 0 && c < scores->classes; c++)
        status = add_class(m, scores, err);
    if (status)
        sk_multiclass_free(m);
    return status;
}

void sk_multiclass_free(struct sk_multiclass *m)
{
    for (size_t c = 0; c < m->classes; c++)
        sk_scored_free(&m->versus[c]);
    for (size_t c = 0; m->curve && c < m->classes; c++)
        sk_curve_free(&m->curve[c]);
    free(m->versus);
    free(m->curve);
    free(m->truth);
    free(m->predicted);
    free(m->group);
    *m = (struct sk_multiclass){0};
}

/* What compute needs of a class at a time: its curve's counts, and the rows' in its order. */
static size_t scratch_of(const struct sk_multiclass *m)
{
    size_t points = 0;
    for (size_t c = 0; c < m->classes; c++)
        points = m->curve[c].points > points ? m->curve[c].points : points;
    return 2 * points * sizeof(double) + m->n * sizeof(uint32_t); /* no overflow: of each there are already as many */
}

/* Adds one class's figures; its rows stand in another order than the sample's counts. */
static void add_figures(const struct sk_multiclass *m, size_t class, const uint32_t *count, void *scratch, double *value)
{
    const struct sk_scored *scored = &m->versus[class];
    struct sk_curve curve = m->curve[class];
    uint32_t *own = NULL;
    if (count) {
        curve.tp = scratch;
        curve.fp = curve.tp + curve.points;
        own = (uint32_t *)(curve.fp + curve.points);
        for (size_t i = 0; i < scored->n; i++)
            own[i] = count[scored->row[i]];
        sk_curve_count(&curve, scored, own);
    }
    struct sk_confusion c = sk_confusion_of(scored, own);
    value[SK_MACRO_ACCURACY] += c.tp / (c.tp + c.fp + c.tn + c.fn); /* each row counts where its class is true */
    value[SK_MACRO_BALANCED_ACCURACY] += sk_sensitivity(&c);
    value[SK_MACRO_F1] += sk_f1(&c);
    value[SK_MACRO_AUC] += sk_auc(&curve);
    value[SK_MACRO_PR_AUC] += sk_average_precision(&curve);
}

static void compute(const void *context, const uint32_t *count, void *scratch, double *value)
{
    const struct sk_multiclass *m = context;
    for (int i = 0; i < SK_MACROS; i++)
        value[i] = 0;
    for (size_t c = 0; c < m->classes; c++)
        add_figures(m, c, count, scratch, value);
    for (int i = SK_MACRO_BALANCED_ACCURACY; i < SK_MACROS; i++)
        value[i] /= (double)m->classes;
}

/* The true class of each row or group, as far as a byte can tell: those of the last classes are drawn together. */
static unsigned char *strata(const struct sk_multiclass *m, struct sk_error *err)
{
    unsigned char *stratum = sk_alloc(m->group ? m->groups : m->n, 1, err);
    for (size_t i = 0; stratum && i < m->n; i++)
        stratum[m->group ? m->group[i] : i] = (unsigned char)(m->truth[i] < UINT8_MAX ? m->truth[i] : UINT8_MAX);
    return stratum;
}

int sk_macros_of(const struct sk_multiclass *m, const struct sk_resampling *resampling,
                 struct sk_metric macro[SK_MACROS], struct sk_error *err)
{
    double value[SK_MACROS];
    struct sk_interval interval[SK_MACROS];
    unsigned char *stratum = strata(m, err);
    if (!stratum)
        return -1;
    struct sk_bootstrap bootstrap = {
        .n = m->n, .cluster = m->group, .clusters = m->group ? m->groups : 0, .stratum = stratum, .statistics = SK_MACROS,
        .compute = compute, .context = m, .scratch = scratch_of(m),
        .replicates = resampling->replicates, .seed = resampling->seed, .jobs = resampling->jobs,
    };
    int status = sk_bootstrap_intervals(&bootstrap, interval, err);
    free(stratum);
    compute(m, NULL, NULL, value);
    for (int i = 0; status == 0 && i < SK_MACROS; i++)
        macro[i] = (struct sk_metric){names[i], value[i], interval[i]};
    if (status == 0 && !m->group)
        macro[SK_MACRO_ACCURACY].interval = sk_wilson(round(value[SK_MACRO_ACCURACY] * (double)m->n), (double)m->n);
    return status;
}

static int class_auc(const double *probability, const uint8_t *label, size_t n, size_t classes, size_t class, double *auc,
                     struct sk_error *err)
{
    struct sk_scored scored;
    if (sk_scored_alloc(&scored, n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        scored.score[i] = probability[i * classes + class];
        scored.truth[i] = label[i] == class;
    }
    struct sk_curve curve = {0};
    int status = sk_scored_sort(&scored, err) ? -1 : sk_curve_of(&curve, &scored, err);
    if (status == 0)
        *auc = sk_auc(&curve);
    sk_curve_free(&curve);
    sk_scored_free(&scored);
    return status;
}

int sk_macro_auc(const double *probability, const uint8_t *label, size_t n, size_t classes, double *auc,
                 struct sk_error *err)
{
    size_t first = classes == 2 ? 1 : 0;
    double sum = 0, one;
    for (size_t c = first; c < classes; c++) {
        if (class_auc(probability, label, n, classes, c, &one, err))
            return -1;
        sum += one;
    }
    *auc = sum / (double)(classes - first);
    return 0;
}

size_t *sk_multiclass_confusion(const struct sk_multiclass *m, struct sk_error *err)
{
    size_t *cell = sk_alloc(m->classes, m->classes * sizeof *cell, err);
    for (size_t i = 0; cell && i < m->n; i++)
        cell[m->truth[i] * m->classes + m->predicted[i]]++;
    return cell;
}
