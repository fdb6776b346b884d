#ifndef SK_BASE_PRODUCT_H
#define SK_BASE_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* Matrix products by kernels of our own, at the speed of the processor whatever kernel OpenBLAS takes (0.3.21 takes that of
   SSE3 on processors younger than itself). It stands on this floor because networks, statistics and the search for
   copies multiply alike.

   c [m][n] = a [m][k] b [k][n], row-major, rows of a and c any step apart. b is packed first, once for all
   products with it, into panels of `columns` columns: [n / columns, rounded up][k][columns], where the last panel is filled up with
   zeros; they begin at multiples of 64 bytes for speed alone.

   Every element is the sum, in order, of the sums of SK_PRODUCT_DEPTH products each in the order of the index, by
   fused multiply-adds where the level has them: the same bits however rows and columns are shared out among calls, and on
   every level that has them. A call runs on its caller's thread alone. */
enum { SK_PRODUCT_DEPTH = 256 };

struct sk_panels_f32 {
    const float *at;
    size_t depth; /* rows of the matrix that was packed: at least k, where a product takes some of them */
};

struct sk_panels_f64 {
    const double *at;
    size_t depth;
};

/* What is done to the sums, in this order: c's elements are added, then bias [n] (NULL: none), and what is not above 0 is made 0. */
struct sk_ending_f32 {
    bool add;
    const float *bias;
    bool rectify;
};

struct sk_ending_f64 {
    bool add;
    const double *bias;
    bool rectify;
};

struct sk_product_f32 {
    size_t columns; /* of a panel */
    /* Packs b: element (i, j) is b[i row_step + j column_step]. */
    void (*pack)(size_t k, size_t n, const float *b, size_t row_step, size_t column_step, float *panels);
    void (*multiply)(size_t m, size_t n, size_t k, const float *a, size_t a_step, struct sk_panels_f32 b,
                     struct sk_ending_f32 ending, float *c, size_t c_step);
};

struct sk_product_f64 {
    size_t columns;
    void (*pack)(size_t k, size_t n, const double *b, size_t row_step, size_t column_step, double *panels);
    void (*multiply)(size_t m, size_t n, size_t k, const double *a, size_t a_step, struct sk_panels_f64 b,
                     struct sk_ending_f64 ending, double *c, size_t c_step);
};

/* The product at a level that sk_simd_level() knows, NULL where the program or the processor lacks it. */
const struct sk_product_f32 *sk_product_f32(const char *level);
const struct sk_product_f64 *sk_product_f64(const char *level);

/* Columns that the panels of a matrix of n take, of k elements each. */
static inline size_t sk_panel_columns(size_t n, size_t columns)
{
    return n / columns * columns + (n % columns ? columns : 0);
}

/* The least step, at least `count`, of rows of elements of `size` bytes (4 or 8) that do not fall upon each other in the cache: an odd
   number of lines. A product reads its rows of a side by side, and is up to a third slower where they do. */
static inline size_t sk_product_step(size_t count, size_t size)
{
    const size_t line = 64 / size;
    return ((count + line - 1) / line | 1) * line;
}

#endif
