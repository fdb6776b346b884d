#ifndef SK_DATA_DUPLICATES_H
#define SK_DATA_DUPLICATES_H

#include "data/gallery.h"

/* How to search. */
struct sk_search {
    int jobs;        /* threads; no result depends on them */
    double distance; /* of copies: what is farther apart is not looked for; 0 to 2 */
    void (*advance)(void *context, size_t images); /* NULL, or called, by one thread at a time, when so many more are read or searched for */
    void *context;
    bool spooled; /* galleries are read into temporary files */
    size_t block; /* images of a gallery that are searched at a time; 0: all; no result depends on it */
};

void sk_search_advance(const struct sk_search *how, size_t images);

/* How far a search in blocks is. An image is searched for in each block, and aligned in the end, which counts for one more: when it has
   been through so many passes it is done. Zero but for `passes` in the beginning. */
struct sk_search_pace {
    size_t passes, passed, done;
};

/* So many images have been through one more pass, or several. */
void sk_search_pass(const struct sk_search *how, struct sk_search_pace *pace, size_t images, size_t passes);

/* Reads a stream of images ("-" is standard input); some 52 KB each are kept, in memory or spooled, and 7 more in memory of those that
   are searched at a time. 0 with *gallery filled (sk_gallery_free), or -1 with err ("file: image N: what") and *gallery empty. */
SK_MUST_CHECK int sk_gallery_read(struct sk_gallery *gallery, const char *path, const struct sk_search *how, struct sk_error *err);

/* The image of another stream that one is most like. */
struct sk_duplicate {
    size_t index; /* SIZE_MAX where there is none that is near enough */
    struct sk_alignment alignment;
};

/* For each image of a the image of b that differs least from it, and by no more than the distance that is looked for: duplicate [a->n].
   All pairs are compared by the moments of 44 discs in 48 positions each, for crops of either image down to 70 % a side and for shifts;
   the 32 likeliest images of b are then aligned from 8 turns each and compared pixel by pixel (image/align.h), and the nearest of those
   is taken that covers half of the smaller picture. Where the reliefs disagree, as those of dark round spots that are alike do, their
   distance, sqrt(2 - 2 r) with r the agreement, counts if it is greater. 0, or -1 with err. */
SK_MUST_CHECK int sk_duplicates(const struct sk_gallery *a, const struct sk_gallery *b, const struct sk_search *how,
                                struct sk_duplicate *duplicate, struct sk_error *err);

enum { SK_DUPLICATE_CANDIDATES = 32 };

/* The images of a stream that are like an earlier one of it: for each image i the images after it, as above, that are near
   enough: found [n][SK_DUPLICATE_CANDIDATES], the likeliest first, `index` SIZE_MAX where there are no more. */
SK_MUST_CHECK int sk_duplicates_within(const struct sk_gallery *gallery, const struct sk_search *how, struct sk_duplicate *found,
                                       struct sk_error *err);

#endif
