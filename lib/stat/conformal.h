#ifndef SK_STAT_CONFORMAL_H
#define SK_STAT_CONFORMAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Split conformal prediction, class by class (Mondrian): an image is the less like class y the greater 1 - p(y) is. Of the n
   calibration images of y the probabilities p(y) are sorted, and the bound of y is the ceil((n + 1) level)-th greatest, or below
   0 where n is too small for that. The set of an image holds every class whose probability is the class's bound or more. Where
   calibration and test images are exchangeable, the set holds the true class with a probability of `level` at least, in each
   class (V. Vovk, Mach. Learn. 92, 2013, 349-376; Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005, section
   4.5). */
struct sk_labelled {
    size_t n, classes;
    double *probability; /* [n][classes] */
    uint32_t *truth;     /* [n], below classes */
};

/* Room for n rows, zeroed. 0 with *l filled (sk_labelled_free), or -1 with err. */
SK_MUST_CHECK int sk_labelled_alloc(struct sk_labelled *l, size_t n, size_t classes, struct sk_error *err);
void sk_labelled_free(struct sk_labelled *l);

/* bound [classes]: -infinity where a class has too few images. level in (0, 1). 0, or -1 with err. */
SK_MUST_CHECK int sk_conformal_bounds(const struct sk_labelled *calibration, double level, double *bound, struct sk_error *err);

/* What the sets of images are like. */
struct sk_conformal {
    double n;
    double covered;   /* images whose set holds the true class */
    double size;      /* classes in all sets together */
    double abstained; /* images whose set is not a single class: several, or none */
};

/* Adds up the images of each true class: result [classes]. */
void sk_conformal_sets(const struct sk_labelled *test, const double *bound, struct sk_conformal *result);

#endif
