#ifndef SK_DATA_LISTS_H
#define SK_DATA_LISTS_H

#include "data/labelled_folder.h"

/* The table of how many images and groups a class has in each split: split, class, images, groups, sorted, with a header line.
   0, or -1 with err: memory. */
SK_MUST_CHECK int sk_lists_counts(const struct sk_samples *samples, struct sk_bytes *table, struct sk_error *err);

/* Writes into the folder `out`, which is made where it is not there: {train,valid,test}/CLASS.names, .groups where any group is known,
   .strata where there are any, counts.tsv, left-out.tsv, and .state/SPLIT.CLASS, a line an image: path, group, size, time of change.
   A file that would not change is not touched; those of a class that is no more are removed, and its .ppm. 0, or -1 with err. */
SK_MUST_CHECK int sk_lists_write(struct sk_labelled_folder *labelled, const char *out, struct sk_error *err);

#endif
