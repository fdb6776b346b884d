#ifndef SK_TENSOR_GEMM_H
#define SK_TENSOR_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* C [m][n] = alpha op(A) op(B) + beta C, row-major, through OpenBLAS on the calling thread.
   op(A) is [m][k] (A is [k][m] where transpose_a), op(B) is [k][n]; lda, ldb, ldc are the row strides in floats.
   All sizes must fit in an int: the callers' shapes are checked when they are planned. */
void sk_gemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
             const float *b, size_t ldb, float beta, float *c, size_t ldc);

/* Holds OpenBLAS to one thread a call: threads are ours, so that results do not depend on their number.
   Process-wide; a program calls it once at its start. */
void sk_blas_single_thread(void);

#endif
