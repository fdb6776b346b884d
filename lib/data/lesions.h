#ifndef SK_DATA_LESIONS_H
#define SK_DATA_LESIONS_H

#include "data/duplicates.h"

/* Two photographs of one lesion, as it seems. */
struct sk_lesion_pair {
    size_t a, b;     /* positions in their streams */
    double distance; /* sqrt(2 - 2 r), r the agreement of the reliefs (image/relief.h); at most SK_LESION_DISTANCE */
    struct sk_similarity map; /* from a place of a's relief to that of the same in b's */
};

#define SK_LESION_DISTANCE 1.15

/* The pairs of an image of a and one of b that show the same lesion in other light, colours, size or position, sorted by a, then b;
   or, where b is NULL, those within a, a before b. *pair, NULL where there are none, is the caller's to free.

   Each image's relief is compared with all others' by the Zernike moments of discs, of three sizes about 35 places in one and
   about the middle in the other: the moments as they are, and their magnitudes, which no turn changes. The 32 likeliest by those
   and 16 by these, which k-d trees find without all products, are aligned by scale, angle and shift, upright and from the likeliest
   turn. What agrees better than different lesions do is a pair. 0, or -1 with err and *pair NULL. */
SK_MUST_CHECK int sk_lesions(const struct sk_gallery *a, const struct sk_gallery *b, const struct sk_search *how,
                             struct sk_lesion_pair **pair, size_t *pairs, struct sk_error *err);

/* Sets how->block to as many images as can be searched at a time, for copies and lesions, in so many bytes of memory, all that the process
   has counted but for the pairs of lesions found: the galleries are spooled. 0, or -1 with err: how many it needs. */
SK_MUST_CHECK int sk_search_fit(struct sk_search *how, const struct sk_gallery *a, const struct sk_gallery *b, uint64_t bytes,
                                struct sk_error *err);

#endif
