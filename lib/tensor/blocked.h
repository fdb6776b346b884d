#ifndef SK_TENSOR_BLOCKED_H
#define SK_TENSOR_BLOCKED_H

#include <stdbool.h>
#include <stddef.h>

/* Matrices in blocks of 16 columns, and their products.

   A blocked matrix is [columns / 16][pitch][16]: element (i, j) is at[(j / 16 pitch + i) 16 + j % 16]. pitch is at least
   the number of rows. Its lines of 16 floats begin at multiples of 64 bytes. So a micro-kernel finds what it multiplies in
   consecutive cache lines, whichever side and way round the matrix takes part, and nothing is ever packed: this is
   where a GEMM that is called with row-major matrices loses a quarter of its speed at the sizes of a convolution. */
enum { SK_BLOCK = 16, SK_BLOCK_ROWS = 8 };

struct sk_blocked {
    float *at;
    size_t pitch;
};

/* The products for one level of SIMD. Sums are taken in the order of the index, by fused multiply-adds where the level has
   them: results do not depend on how rows and columns are shared out among calls. */
struct sk_blocked_kernels {
    /* c [rows][16 blocks] = a [rows][16 depth_blocks] b [16 depth_blocks][16 blocks]. Rows are worked off SK_BLOCK_ROWS
       at a time: up to the next multiple of it a is read and c is written (pitch allowing). */
    void (*multiply)(size_t rows, size_t blocks, size_t depth_blocks, struct sk_blocked a, struct sk_blocked b,
                     struct sk_blocked c);
    /* c [16 row_blocks][16 blocks] = a' b, plus c where add is set; a is [depth][16 row_blocks], b [depth][16 blocks]. */
    void (*multiply_transposed)(size_t row_blocks, size_t blocks, size_t depth, struct sk_blocked a, struct sk_blocked b,
                                bool add, struct sk_blocked c);
    /* The same where a's rows are windows that may overlap in one array: row i begins at a + i step.
       c [SK_BLOCK_ROWS][16 blocks] = a b; a row is `runs` runs of `length` floats that begin `run_step` floats apart, b is
       [runs length][16 blocks]. */
    void (*multiply_windows)(size_t blocks, size_t runs, size_t length, const float *a, size_t step, size_t run_step,
                             struct sk_blocked b, struct sk_blocked c);
    /* c [SK_BLOCK_ROWS row_steps][16 blocks] += a' b, for rows a [depth][SK_BLOCK_ROWS row_steps], b [depth][16 blocks]; the sums
       begin at 0, and c is added to them. */
    void (*multiply_windows_transposed)(size_t row_steps, size_t blocks, size_t depth, const float *a, size_t step,
                                        struct sk_blocked b, struct sk_blocked c);
};

/* The kernels of a level that sk_simd_level() knows, NULL where the program or the processor lacks it. */
const struct sk_blocked_kernels *sk_blocked_kernels(const char *level);

#endif
