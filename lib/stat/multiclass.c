#include "stat/multiclass.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stat/bootstrap.h"
#include "stat/confusion.h"
#include "stat/roc.h"

const char *const sk_macro_names[SK_MACROS] = {"multiclass_accuracy", "multiclass_balanced_accuracy", "macro_f1", "macro_auc",
                                               "macro_pr_auc"};

/* Class c's rows against the rest, in the order of the tables. */
static int select_class(struct sk_scored *scored, const struct sk_score_table *scores, size_t c, const unsigned char *keep,
                        struct sk_error *err)
{
    struct sk_scored all;
    if (sk_score_table_versus(scores, c, true, &all, err))
        return -1;
    int status = 0;
    if (scores->scored.group) {
        all.groups = scores->scored.groups;
        all.group = sk_alloc(all.n, sizeof *all.group, err);
        status = all.group ? 0 : -1;
        for (size_t i = 0; all.group && i < all.n; i++)
            all.group[i] = scores->scored.group[i];
    }
    if (status == 0)
        status = sk_scored_select(scored, &all, keep, err);
    sk_scored_free(&all);
    return status;
}

/* Room for n rows, with groups where `first`, the rows of a class, has them. */
static int alloc_rows(struct sk_multiclass *m, const struct sk_scored *first, struct sk_error *err)
{
    m->n = first->n;
    m->groups = first->groups;
    m->truth = sk_alloc(m->n, sizeof *m->truth, err);
    m->predicted = m->truth ? sk_alloc(m->n, sizeof *m->predicted, err) : NULL;
    if (!m->predicted)
        return -1;
    if (first->group && !(m->group = sk_alloc(m->n, sizeof *m->group, err)))
        return -1;
    for (size_t i = 0; m->group && i < m->n; i++)
        m->group[i] = first->group[i];
    return 0;
}

/* The rows of the next class against the rest, sorted; notes truth and prediction of its rows. */
static int add_class(struct sk_multiclass *m, const struct sk_score_table *scores, const unsigned char *keep, struct sk_error *err)
{
    size_t c = m->classes;
    struct sk_scored *scored = &m->versus[c];
    if (select_class(scored, scores, c, keep, err))
        return -1;
    m->classes++;
    if (c == 0 && alloc_rows(m, scored, err))
        return -1;
    for (size_t i = 0; i < m->n; i++) {
        if (scored->truth[i])
            m->truth[i] = (uint32_t)c;
        if (scored->predicted[i])
            m->predicted[i] = (uint32_t)c;
    }
    if (sk_scored_sort(scored, err))
        return -1;
    return sk_curve_of(&m->curve[c], scored, err);
}

int sk_multiclass_of(struct sk_multiclass *m, const struct sk_score_table *scores, const unsigned char *keep, struct sk_error *err)
{
    *m = (struct sk_multiclass){0};
    m->versus = sk_alloc(scores->classes, sizeof *m->versus, err);
    m->curve = m->versus ? sk_alloc(scores->classes, sizeof *m->curve, err) : NULL;
    int status = m->curve ? 0 : -1;
    for (size_t c = 0; status == 0 && c < scores->classes; c++)
        status = add_class(m, scores, keep, err);
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

size_t sk_macro_scratch(const struct sk_multiclass *m)
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
    const uint32_t *own = count ? sk_curve_recount(&curve, scored, count, scratch) : NULL;
    struct sk_confusion c = sk_confusion_of(scored, own);
    value[SK_MACRO_ACCURACY] += c.tp / (c.tp + c.fp + c.tn + c.fn); /* each row counts where its class is true */
    value[SK_MACRO_BALANCED_ACCURACY] += sk_sensitivity(&c);
    value[SK_MACRO_F1] += sk_f1(&c);
    value[SK_MACRO_AUC] += sk_auc(&curve);
    value[SK_MACRO_PR_AUC] += sk_average_precision(&curve);
}

void sk_macro_values(const struct sk_multiclass *m, const uint32_t *count, void *scratch, double value[SK_MACROS])
{
    for (int i = 0; i < SK_MACROS; i++)
        value[i] = 0;
    for (size_t c = 0; c < m->classes; c++)
        add_figures(m, c, count, scratch, value);
    for (int i = SK_MACRO_BALANCED_ACCURACY; i < SK_MACROS; i++)
        value[i] /= (double)m->classes;
}

static void compute(const void *context, const uint32_t *count, void *scratch, double *value)
{
    sk_macro_values(context, count, scratch, value);
}

unsigned char *sk_multiclass_strata(const struct sk_multiclass *m, struct sk_error *err)
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
    unsigned char *stratum = sk_multiclass_strata(m, err);
    if (!stratum)
        return -1;
    struct sk_bootstrap bootstrap = {
        .n = m->n, .cluster = m->group, .clusters = m->group ? m->groups : 0, .stratum = stratum, .statistics = SK_MACROS,
        .compute = compute, .context = m, .scratch = sk_macro_scratch(m),
        .replicates = resampling->replicates, .seed = resampling->seed, .jobs = resampling->jobs,
    };
    int status = sk_bootstrap_intervals(&bootstrap, interval, err);
    free(stratum);
    compute(m, NULL, NULL, value);
    for (int i = 0; status == 0 && i < SK_MACROS; i++)
        macro[i] = (struct sk_metric){sk_macro_names[i], value[i], interval[i]};
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
