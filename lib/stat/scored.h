#ifndef SK_STAT_SCORED_H
#define SK_STAT_SCORED_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What a classifier said of n images, one class against the rest.

   The statistics of such a sample take `count`, how often each row is in it, [n]: a bootstrap replicate is then a
   vector of counts, and the rows are sorted once. NULL stands for every row once. */
struct sk_scored {
    size_t n;
    double *score;            /* P(positive class), 0..1 */
    unsigned char *truth;     /* 1 where the positive class is true */
    unsigned char *predicted; /* 1 where the positive class is predicted */
    uint32_t *row;            /* where a row stood before sk_scored_sort; n is below 2^32 */
    uint32_t *group;          /* lesion or patient, below groups; NULL where they are not known. The caller's to set, by malloc */
    size_t groups;
};

/* Allocates n rows, zeroed. 0 with *scored filled (sk_scored_free), or -1 with err. */
SK_MUST_CHECK int sk_scored_alloc(struct sk_scored *scored, size_t n, struct sk_error *err);
void sk_scored_free(struct sk_scored *scored);

/* Copies the rows i of keep[i] (NULL: all) into new ones, in their order; groups without a row are left out. For rows that have
   not been sorted. 0 with *to filled (sk_scored_free), or -1 with err. */
SK_MUST_CHECK int sk_scored_select(struct sk_scored *to, const struct sk_scored *from, const unsigned char *keep,
                                   struct sk_error *err);

/* Sorts the rows by decreasing score. Rows of one score are ordered by truth, prediction and group, so that the result is the
   same bytes for every order of the rows. */
SK_MUST_CHECK int sk_scored_sort(struct sk_scored *scored, struct sk_error *err);

/* How often row i is in the sample. */
static inline double sk_times(const uint32_t *count, size_t i)
{
    return count ? count[i] : 1;
}

/* Positive and negative rows of the sample. */
struct sk_class_counts {
    double positive, negative;
};
struct sk_class_counts sk_scored_classes(const struct sk_scored *scored, const uint32_t *count);

#endif
