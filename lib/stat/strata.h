#ifndef SK_STAT_STRATA_H
#define SK_STAT_STRATA_H

#include "base/table.h"

/* What is known of images beside their class, such as the patient's sex or the part of the body: a table with one header line and
   a row for each image; every column divides the images. "-" is not known. */
struct sk_strata {
    struct sk_table table;
    size_t *values;      /* [columns]: how many different values a column has */
    const char ***value; /* [columns][values], in alphabetical order; they belong to the table */
};

enum { SK_MOST_STRATA = 100 };

/* Reads the strata of `rows` images ("-" is standard input). 0 with *strata filled (sk_strata_free), or -1 with err: another
   number of rows, an empty value, a column twice, a column of more than SK_MOST_STRATA values (an age in days is to be put in
   classes first). */
SK_MUST_CHECK int sk_strata_read(struct sk_strata *strata, const char *path, size_t rows, struct sk_error *err);
void sk_strata_free(struct sk_strata *strata);

/* Sets keep [rows] to 1 where a row has that value in that column, else 0. */
void sk_strata_rows(const struct sk_strata *strata, size_t column, size_t value, unsigned char *keep);

#endif
