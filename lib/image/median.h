#ifndef SK_IMAGE_MEDIAN_H
#define SK_IMAGE_MEDIAN_H

#include "image/image.h"

enum {
    SK_MEDIAN_ROWS_8 = 15,  /* the widest windows of sk_median_by_rows where maxval is at most 255: a byte counts their samples, */
    SK_MEDIAN_ROWS_16 = 21  /* and of greater ones: from here on histograms are faster */
};

/* sk_filter_median (filter.h) of small windows, many samples of a row at once, in vectors of a level of SIMD that the
   processor has ("avx512", "avx2" or "baseline": see simd.h): results are the same. out has in's shape; what becomes of its alpha
   is not defined. 0, or -1 with err. */
SK_MUST_CHECK int sk_median_by_rows(const struct sk_image *in, int diameter, const char *level, struct sk_image *out,
                                    struct sk_error *err);

/* sk_filter_median of wide windows, where maxval is at most 255: the histograms of all columns. 0, or -1 with err. */
SK_MUST_CHECK int sk_median_by_columns(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err);

/* The same for any maxval: a histogram of the window. Neither writes alpha. */
SK_MUST_CHECK int sk_median_by_histogram(const struct sk_image *in, int diameter, struct sk_image *out, struct sk_error *err);

#endif
