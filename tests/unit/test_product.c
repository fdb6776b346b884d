/* The products, at every level of SIMD that the processor has, against sums in higher precision: all ragged edges, rows apart,
   addresses that are not aligned, and nothing written beside c. */
#include "check.h"

#include "base/product.h"
#include "base/simd.h"

static const char *const levels[] = {"baseline", "avx2", "avx512"};

/* Rows and columns about one and two micro-kernels of every level, and about a block of rows; depths about runs and blocks. */
static const size_t row_counts[] = {0, 1, 2, 3, 5, 6, 7, 11, 12, 13, 25, 120, 121, 133};
static const size_t column_counts[] = {0, 1, 3, 7, 8, 9, 16, 17, 31, 33, 65};
static const size_t depths[] = {0, 1, 7, 8, 9, 255, 256, 257, 515};

enum { SPARE = 7 }; /* elements between the rows of c */

#define UNTOUCHED 12345

/* A sum of `terms` products errs by at most (terms + 1) units of rounding times the sum of their magnitudes (Higham, Accuracy and
   Stability, ch. 3); a fused multiply-add errs less. */
#define CHECK_PRODUCT(TYPE, WIDER, UNIT, SUFFIX)                                                                       \
    static TYPE *random_##SUFFIX(struct sk_random *r, size_t count)                                                    \
    {                                                                                                                  \
        TYPE *p = block(count, sizeof *p);                                                                             \
        for (size_t i = 0; i < count; i++)                                                                             \
            p[i] = (TYPE)sk_random_normal(r);                                                                          \
        return p;                                                                                                      \
    }                                                                                                                  \
                                                                                                                       \
    static void check_##SUFFIX(const struct sk_product_##SUFFIX *product, struct sk_random *r, size_t m, size_t n,     \
                               size_t k, unsigned how)                                                                 \
    {                                                                                                                  \
        const bool across = how & 1, add = how & 2, with_bias = how & 4, rectify = how & 8;                            \
        const size_t a_step = k + how % 3, c_step = n + SPARE, offset = how % 2, columns = sk_panel_columns(n, product->columns); \
        TYPE *a = random_##SUFFIX(r, offset + m * a_step), *b = random_##SUFFIX(r, k * n), *bias = random_##SUFFIX(r, n); \
        TYPE *panels = block(k * columns, sizeof *panels), *c = random_##SUFFIX(r, offset + m * c_step);               \
        for (size_t i = 0; i < m; i++)                                                                                 \
            for (size_t j = n; j < c_step; j++)                                                                        \
                c[offset + i * c_step + j] = UNTOUCHED;                                                                \
        TYPE *before = block(offset + m * c_step, sizeof *before);                                                     \
        memcpy(before, c, (offset + m * c_step) * sizeof *c);                                                          \
        product->pack(k, n, b, across ? 1 : n, across ? k : 1, panels);                                                \
        product->multiply(m, n, k, a + offset, a_step, (struct sk_panels_##SUFFIX){panels, k},                         \
                          (struct sk_ending_##SUFFIX){add, with_bias ? bias : NULL, rectify}, c + offset, c_step);     \
        for (size_t i = 0; i < m; i++)                                                                                 \
            for (size_t j = 0; j < c_step; j++) {                                                                      \
                const size_t at = offset + i * c_step + j;                                                             \
                if (j >= n) {                                                                                          \
                    assert_true(c[at] == UNTOUCHED);                                                                   \
                    continue;                                                                                          \
                }                                                                                                      \
                WIDER sum = (add ? (WIDER)before[at] : 0) + (with_bias ? (WIDER)bias[j] : 0);                          \
                WIDER size = (add ? (WIDER)fabs((double)before[at]) : 0) + (with_bias ? (WIDER)fabs((double)bias[j]) : 0); \
                for (size_t t = 0; t < k; t++) {                                                                       \
                    const WIDER one = (WIDER)a[offset + i * a_step + t] * (WIDER)b[across ? j * k + t : t * n + j];    \
                    sum += one;                                                                                        \
                    size += one < 0 ? -one : one;                                                                      \
                }                                                                                                      \
                const WIDER off = (WIDER)c[at] - (rectify && sum < 0 ? 0 : sum);                                       \
                if (!((off < 0 ? -off : off) <= (WIDER)(k + 3) * UNIT * size))                                         \
                    fail_msg("%zu x %zu x %zu, %u: (%zu, %zu) is %.17g, not %.17g", m, n, k, how, i, j, (double)c[at], \
                             (double)sum);                                                                             \
            }                                                                                                          \
        free(a);                                                                                                       \
        free(b);                                                                                                       \
        free(bias);                                                                                                    \
        free(panels);                                                                                                  \
        free(c);                                                                                                       \
        free(before);                                                                                                  \
    }

CHECK_PRODUCT(float, double, 0x1p-24, f32)
CHECK_PRODUCT(double, long double, 0x1p-53L, f64)

/* Every shape, each in one of 16 ways that changes from shape to shape. */
static void all_shapes(void **state)
{
    (void)state;
    for (size_t level = 0; level < COUNT_OF(levels); level++) {
        const struct sk_product_f32 *f32 = sk_product_f32(levels[level]);
        const struct sk_product_f64 *f64 = sk_product_f64(levels[level]);
        struct sk_random r;
        unsigned way = 0;
        sk_random_init(&r, 5, level);
        for (size_t i = 0; f32 && i < COUNT_OF(row_counts); i++)
            for (size_t j = 0; j < COUNT_OF(column_counts); j++)
                for (size_t t = 0; t < COUNT_OF(depths); t++, way = way * 5 + 3) {
                    if (depths[t] > 9 && (i + j + t) % (row_counts[i] > 25 ? 8 : 3))
                        continue; /* enough of the large ones */
                    check_f32(f32, &r, row_counts[i], column_counts[j], depths[t], way >> 4 & 15);
                    check_f64(f64, &r, row_counts[i], column_counts[j], depths[t], way >> 5 & 15);
                }
    }
}

/* Rows, columns and depth of a product shared out among calls give the bits of a single one; so do both levels with fused
   multiply-adds. */
static void same_bits(void **state)
{
    (void)state;
    enum { M = 50, N = 70, K = 3 * SK_PRODUCT_DEPTH };
    struct sk_random r;
    sk_random_init(&r, 6, 0);
    float *a = random_f32(&r, M * K), *b = random_f32(&r, K * N), *panels = block(K * 2 * N, sizeof *panels);
    float *whole = block(M * N, sizeof *whole), *parts = block(M * N, sizeof *parts), *fused = block(M * N, sizeof *fused);
    for (size_t level = 0; level < COUNT_OF(levels); level++) {
        const struct sk_product_f32 *product = sk_product_f32(levels[level]);
        if (!product)
            continue;
        const struct sk_panels_f32 all = {panels, K};
        product->pack(K, N, b, N, 1, panels);
        product->multiply(M, N, K, a, K, all, (struct sk_ending_f32){0}, whole, N);
        const size_t first = product->columns;
        for (size_t row = 0; row < M; row += 7) {
            const size_t rows = M - row < 7 ? M - row : 7;
            for (size_t k = 0; k < K; k += SK_PRODUCT_DEPTH) {
                const struct sk_panels_f32 left = {panels + k * first, K}, right = {panels + (K + k) * first, K};
                const struct sk_ending_f32 ending = {.add = k > 0};
                product->multiply(rows, first, SK_PRODUCT_DEPTH, a + row * K + k, K, left, ending, parts + row * N, N);
                product->multiply(rows, N - first, SK_PRODUCT_DEPTH, a + row * K + k, K, right, ending,
                                  parts + row * N + first, N);
            }
        }
        check_same(levels[level], whole, parts, M * N);
        if (level == 1)
            memcpy(fused, whole, M * N * sizeof *fused);
        if (level == 2)
            check_same("AVX-512 and AVX2", whole, fused, M * N);
    }
    free(a);
    free(b);
    free(panels);
    free(whole);
    free(parts);
    free(fused);
}

/* What is not above 0 is made 0, NaN too; infinities go through. */
static void values_that_are_no_numbers(void **state)
{
    (void)state;
    const float a[] = {NAN, INFINITY, -INFINITY, -0.0f, 1}, b[] = {1};
    for (size_t level = 0; level < COUNT_OF(levels); level++) {
        const struct sk_product_f32 *product = sk_product_f32(levels[level]);
        float panels[64], c[5];
        if (!product)
            continue;
        product->pack(1, 1, b, 1, 1, panels);
        product->multiply(5, 1, 1, a, 1, (struct sk_panels_f32){panels, 1}, (struct sk_ending_f32){0}, c, 1);
        assert_true(isnan(c[0]) && c[1] == INFINITY && c[2] == -INFINITY && c[3] == 0 && c[4] == 1);
        product->multiply(5, 1, 1, a, 1, (struct sk_panels_f32){panels, 1}, (struct sk_ending_f32){.rectify = true}, c, 1);
        assert_true(c[0] == 0 && c[1] == INFINITY && c[2] == 0 && c[3] == 0 && c[4] == 1);
    }
}

static void steps(void **state)
{
    (void)state;
    static const size_t sizes[] = {4, 8};
    for (size_t s = 0; s < COUNT_OF(sizes); s++)
        for (size_t count = 0; count < 5000; count++) {
            const size_t step = sk_product_step(count, sizes[s]);
            assert_true(step >= count && step < count + 3 * 64 / sizes[s] && step * sizes[s] % 128 == 64);
        }
}

static void the_levels(void **state)
{
    (void)state;
    assert_non_null(sk_product_f32("baseline"));
    assert_non_null(sk_product_f64("baseline"));
    assert_non_null(sk_product_f32(sk_simd_level()));
    assert_non_null(sk_product_f64(sk_simd_level()));
    assert_null(sk_product_f32("no such level"));
    assert_null(sk_product_f64(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_shapes), cmocka_unit_test(same_bits), cmocka_unit_test(values_that_are_no_numbers),
        cmocka_unit_test(steps),      cmocka_unit_test(the_levels),
    };
    return cmocka_run_group_tests_name("product", tests, NULL, NULL);
}
