#ifndef SK_STAT_HOUSEHOLDER_H
#define SK_STAT_HOUSEHOLDER_H

#include <stddef.h>

#include "base/error.h"
#include "base/product.h"

/* Orthogonal factors of matrices in double, as products of Householder's reflections I - tau v v', a block of them at a time:
   Q = I - V T V' (Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989; LAPACK's dlarft), so that applying them is
   base/product.h's work. What LAPACK's dgeqrf and dgebrd do on OpenBLAS's kernels, at the speed of the processor whichever these
   are. Matrices are row-major, rows `step` apart: sk_product_step of their length serves best. */
enum { SK_REFLECTIONS = 48 }; /* of a block: a multiple of every micro-kernel's rows */

struct sk_householder {
    const struct sk_product_f64 *product;
    size_t longest;        /* vector that there is room for */
    size_t count, length;  /* of the block's reflections, and of their vectors */
    size_t step;           /* between the vectors of v and u */
    double *v, *u;         /* V' and -T V': [count][length] */
    double *across;        /* U': [length][count] */
    double *v_panels;      /* V [length][count], packed */
    double *u_panels;      /* U [count][length], packed */
    double *room, *w;      /* a strip of a matrix that is multiplied from the left, packed; what its vectors make with it */
    double *w_panels;
};

/* Makes room for vectors of up to `longest` elements. 0 with *h filled (sk_householder_free), or -1 with err and *h empty. */
SK_MUST_CHECK int sk_householder_new(struct sk_householder *h, size_t longest, struct sk_error *err);
void sk_householder_free(struct sk_householder *h);

/* Finds the block Q with b Q = [L 0] for b [rows][length], at most SK_REFLECTIONS rows, and replaces b by it; L is lower
   triangular (its last rows are full where length < rows). */
void sk_householder_factor(struct sk_householder *h, size_t rows, size_t length, double *b, size_t step);

/* x [rows][length] becomes x Q, for the block found last. */
void sk_householder_right(struct sk_householder *h, size_t rows, double *x, size_t step);

/* x [length][columns] becomes Q' x. */
void sk_householder_left(struct sk_householder *h, size_t columns, double *x, size_t step);

/* For a [columns][rows], rows >= columns, which is the transpose of a matrix F: replaces it by the transpose of R of F = Q R,
   lower triangular in the first `columns` of each row. h has room for vectors of `rows` elements. */
void sk_householder_qr(struct sk_householder *h, size_t columns, size_t rows, double *a, size_t step);

#endif
