#ifndef SK_STAT_SINGULAR_VALUES_H
#define SK_STAT_SINGULAR_VALUES_H

#include <stddef.h>

#include "base/error.h"

/* The singular values of m [rows][columns], rows >= columns >= 1, row-major, rows `step` apart: value [columns], the greatest
   first. m is destroyed. It is made a band by blocks of reflections from both sides, and the band bidiagonal by LAPACK's
   dgbbrd, whose values dlasq1 finds: two stages (Grosser and Lang, Parallel Computing 25, 1999), as nearly all the work of a
   single one is to read the whole matrix again for every column, at the memory's speed. Each value errs by a small multiple of
   2^-53 of the greatest. 0, or -1 with err: no memory, or values that are no finite numbers. */
SK_MUST_CHECK int sk_singular_values(size_t rows, size_t columns, double *m, size_t step, double *value, struct sk_error *err);

#endif
