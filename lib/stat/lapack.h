#ifndef SK_STAT_LAPACK_H
#define SK_STAT_LAPACK_H

#include "base/error.h"

/* What is called of LAPACK; column-major, everything by reference. */
struct sk_lapack {
    void (*dgbbrd)(const char *vectors, const int *m, const int *n, const int *ncc, const int *kl, const int *ku, double *ab,
                   const int *ldab, double *d, double *e, double *q, const int *ldq, double *pt, const int *ldpt, double *c,
                   const int *ldc, double *work, int *info);
    void (*dlasq1)(const int *n, double *d, double *e, double *work, int *info);
};

/* Finds them in OpenBLAS or another LAPACK. It is loaded when it is first asked for, and stays: most trainings need none, and its loading
   is most of what starting them would cost. 0, or -1 with err. */
SK_MUST_CHECK int sk_lapack_find(struct sk_lapack *lapack, struct sk_error *err);

#endif
