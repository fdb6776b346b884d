#ifndef SK_STAT_SCORE_TABLE_H
#define SK_STAT_SCORE_TABLE_H

#include <stdbool.h>

#include "base/table.h"
#include "stat/scored.h"

/* The tables that skclassify writes, joined: columns truth, score (or score:CLASS) and predicted, and
   a line "# classes: benign malignant" where the classes are known.

   The positive class is the one asked for, else the last of "# classes:", else the last label in alphabetical order.
   `score` is the probability of the last of "# classes:"; where the other one of two classes is asked for, 1 - score is
   used. Without "# classes:" it is the probability of the positive class. With more than two classes the
   column score:CLASS of the positive class is used, and the others together are the negative class. Several classes asked for
   (a,b) are positive together: their columns score:CLASS add up (to 1 at most, but for what rounding to two decimals does), and
   without such columns `score` is the probability of all of them.
   A score up to 1e-6 beyond 0 or 1, as sums in single precision give, is 0 or 1. */
struct sk_score_table {
    size_t files;
    struct sk_table *table;  /* [files] */
    struct sk_scored scored; /* the rows in the order of the files */
    char *positive;          /* the positive class's name, or names as they were asked for */
    size_t positives;        /* how many */
    char **positive_class;   /* [positives] */
    char *positive_text;     /* what they point into */
    char *other;             /* the only label but `positive`, where there is one and no "# classes:"; NULL */
    size_t classes;          /* words of "# classes:"; 0 where there is no such line */
    char **class;            /* [classes] */
    char *class_text;        /* what they point into */
    bool complement;         /* 1 - score was used */
};

/* Reads `files` tables ("-" is standard input). positive NULL: as above. Without `predicted` the column of that name is
   not needed, and scored.predicted is 0. 0 with *scores filled (sk_score_table_free), or -1 with err, which names file
   and line: a truth or score that does not exist, a score outside [0, 1], a label that is no class,
   files whose classes differ, no rows. */
SK_MUST_CHECK int sk_score_table_read(struct sk_score_table *scores, char *const *path, size_t files,
                                      const char *positive, bool predicted, struct sk_error *err);

/* Class number `class` of "# classes:" against the rest, in the order of the files, with or without its predictions; from its
   column score:CLASS, which must exist where there are more than two classes. 0 with *scored filled (sk_scored_free), or -1 with
   err. */
SK_MUST_CHECK int sk_score_table_versus(const struct sk_score_table *scores, size_t class, bool predicted,
                                        struct sk_scored *scored, struct sk_error *err);
/* Whether there are more than two classes and each has its column in every table. */
bool sk_score_table_multiclass(const struct sk_score_table *scores);

void sk_score_table_free(struct sk_score_table *scores);

#endif
