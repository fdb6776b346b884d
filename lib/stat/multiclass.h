#ifndef SK_STAT_MULTICLASS_H
#define SK_STAT_MULTICLASS_H

#include "stat/metric.h"
#include "stat/roc.h"
#include "stat/score_table.h"

/* More than two classes: each against the rest, and all together. */
struct sk_multiclass {
    size_t n, classes;
    struct sk_scored *versus;   /* [classes], sorted: that class against the rest */
    struct sk_curve *curve;     /* [classes]: of these */
    uint32_t *truth, *predicted; /* [n], classes by number, in the table's order of rows */
    uint32_t *group;            /* [n] likewise, NULL where not known; below groups */
    size_t groups;
};

/* Of the rows i of keep[i] (NULL: all) of the tables of `scores`, whose scored rows have not been sorted yet; groups are taken from
   there. Wants a column score:CLASS for every class. 0 with *m filled (sk_multiclass_free), or -1 with err. */
SK_MUST_CHECK int sk_multiclass_of(struct sk_multiclass *m, const struct sk_score_table *scores, const unsigned char *keep,
                                   struct sk_error *err);
void sk_multiclass_free(struct sk_multiclass *m);

/* What all classes have together: the accuracy (the share of right predictions), the balanced accuracy (mean sensitivity of the
   classes), and means of the one-against-rest figures, each class counting alike. NaN where a class has no rows, or where its
   figure is not defined. Intervals: Wilson's for the accuracy, the bootstrap within the true classes for the others; with groups
   the bootstrap of groups for all, drawn among those of one class. */
enum { SK_MACRO_ACCURACY, SK_MACRO_BALANCED_ACCURACY, SK_MACRO_F1, SK_MACRO_AUC, SK_MACRO_PR_AUC, SK_MACROS };
extern const char *const sk_macro_names[SK_MACROS];
SK_MUST_CHECK int sk_macros_of(const struct sk_multiclass *m, const struct sk_resampling *resampling,
                               struct sk_metric macro[SK_MACROS], struct sk_error *err);

/* The values alone, of a sample in which row i of the table stands count[i] times (NULL: once); scratch has sk_macro_scratch bytes,
   aligned for doubles, and is not used without count. */
void sk_macro_values(const struct sk_multiclass *m, const uint32_t *count, void *scratch, double value[SK_MACROS]);
size_t sk_macro_scratch(const struct sk_multiclass *m);

/* What the bootstrap draws within: the true class of each row or group, as far as a byte can tell; the last classes are drawn
   together. The caller frees; NULL with err. */
unsigned char *sk_multiclass_strata(const struct sk_multiclass *m, struct sk_error *err);

/* The mean of the classes' AUC, each against the rest; of two classes the last one's, as theirs are alike. NaN where a class has
   no row. probability [n][classes]; label [n], below `classes`. 0 with *auc, or -1 with err. */
SK_MUST_CHECK int sk_macro_auc(const double *probability, const uint8_t *label, size_t n, size_t classes, double *auc,
                               struct sk_error *err);

/* Rows of one true class that were predicted as another: [classes][classes], truth by prediction. The caller frees; NULL with
   err. */
SK_MUST_CHECK size_t *sk_multiclass_confusion(const struct sk_multiclass *m, struct sk_error *err);

#endif
