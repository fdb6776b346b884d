#ifndef SK_STAT_NEIGHBOUR_H
#define SK_STAT_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "stat/frechet.h"

struct sk_neighbour {
    size_t index;    /* row of the base */
    double distance; /* Euclid's */
};

/* What a query may also look like: writes `variants` forms of the query [dim] to form [variants][dim]. */
typedef void sk_forms(const float *query, float *form);

struct sk_nearest {
    const struct sk_features *query, *base; /* [n][dim] each, of one dim, finite; base->n at least 1 */
    size_t variants;                        /* forms of a query, at least 1; the nearest of them counts */
    sk_forms *forms;                        /* NULL: the query as it is, variants 1 */
    bool same;                              /* query and base are one set: a row is not its own neighbour; base->n >= 2 */
    int jobs;                               /* threads; the result does not depend on them, nor on OpenBLAS's kernel */
};

/* The nearest row of the base for every query: neighbour [query->n]. The search multiplies matrices in float after taking
   off the base's mean, which leaves neighbours undecided whose squared distances differ by less than a millionth
   of the rows' squared norm; the distance of the one found is then computed in double. 0, or -1 with err. */
SK_MUST_CHECK int sk_nearest(const struct sk_nearest *search, struct sk_neighbour *neighbour, struct sk_error *err);

#endif
