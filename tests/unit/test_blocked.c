/* The products of blocked matrices, at every level of SIMD that the processor has, against sums in double precision. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/simd.h"
#include "tensor/blocked.h"

static const char *const levels[] = {"baseline", "avx2", "avx512"};

/* A matrix of random values in a block of exactly its size. */
static struct sk_blocked random_matrix(struct sk_random *r, size_t pitch, size_t blocks)
{
    struct sk_error err;
    struct sk_blocked m = {sk_alloc(pitch * blocks * SK_BLOCK, sizeof(float), &err), pitch};
    assert_non_null(m.at);
    for (size_t i = 0; i < pitch * blocks * SK_BLOCK; i++)
        m.at[i] = (float)sk_random_normal(r);
    return m;
}

static double element(struct sk_blocked m, size_t i, size_t j)
{
    return (double)m.at[(j / SK_BLOCK * m.pitch + i) * SK_BLOCK + j % SK_BLOCK];
}

/* A sum of `terms` products errs by at most (terms + 1) 2^-24 times the sum of their magnitudes (Higham, Accuracy and
   Stability, ch. 3); a fused multiply-add errs less. */
static void check_element(double got, double want, double magnitude, size_t terms)
{
    if (!(fabs(got - want) <= (double)(terms + 1) * 0x1p-24 * magnitude))
        fail_msg("%.9g, not %.9g", got, want);
}

static void check_multiply(const struct sk_blocked_kernels *kernels, struct sk_random *r)
{
    const size_t rows = 1 + sk_random_below(r, 40), blocks = 1 + sk_random_below(r, 5), depth = 1 + sk_random_below(r, 4);
    const size_t pitch = (rows + SK_BLOCK_ROWS - 1) / SK_BLOCK_ROWS * SK_BLOCK_ROWS;
    struct sk_blocked a = random_matrix(r, pitch, depth), b = random_matrix(r, depth * SK_BLOCK, blocks);
    struct sk_blocked c = random_matrix(r, pitch, blocks);
    kernels->multiply(rows, blocks, depth, a, b, c);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < blocks * SK_BLOCK; j++) {
            double sum = 0, magnitude = 0;
            for (size_t k = 0; k < depth * SK_BLOCK; k++) {
                sum += element(a, i, k) * element(b, k, j);
                magnitude += fabs(element(a, i, k) * element(b, k, j));
            }
            check_element(element(c, i, j), sum, magnitude, depth * SK_BLOCK);
        }
    free(a.at);
    free(b.at);
    free(c.at);
}

static void check_multiply_transposed(const struct sk_blocked_kernels *kernels, struct sk_random *r)
{
    const size_t rows = 1 + sk_random_below(r, 3), blocks = 1 + sk_random_below(r, 5), depth = 1 + sk_random_below(r, 40);
    const bool add = sk_random_below(r, 2) == 1;
    struct sk_blocked a = random_matrix(r, depth, rows), b = random_matrix(r, depth + 2, blocks);
    struct sk_blocked c = random_matrix(r, rows * SK_BLOCK, blocks), before = random_matrix(r, rows * SK_BLOCK, blocks);
    memcpy(before.at, c.at, rows * SK_BLOCK * blocks * SK_BLOCK * sizeof(float));
    kernels->multiply_transposed(rows, blocks, depth, a, b, add, c);
    for (size_t i = 0; i < rows * SK_BLOCK; i++)
        for (size_t j = 0; j < blocks * SK_BLOCK; j++) {
            double sum = add ? element(before, i, j) : 0, magnitude = fabs(sum);
            for (size_t k = 0; k < depth; k++) {
                sum += element(a, k, i) * element(b, k, j);
                magnitude += fabs(element(a, k, i) * element(b, k, j));
            }
            check_element(element(c, i, j), sum, magnitude, depth + 1);
        }
    free(a.at);
    free(b.at);
    free(c.at);
    free(before.at);
}

static void check_multiply_windows_transposed(const struct sk_blocked_kernels *kernels, struct sk_random *r)
{
    const size_t steps = 1 + sk_random_below(r, 5), rows = steps * SK_BLOCK_ROWS, step = 1 + sk_random_below(r, 20);
    const size_t blocks = 1 + sk_random_below(r, 5), depth = 1 + sk_random_below(r, 40);
    struct sk_blocked windows = random_matrix(r, depth * step + rows, 1), b = random_matrix(r, depth + 2, blocks);
    struct sk_blocked c = random_matrix(r, rows, blocks), before = random_matrix(r, rows, blocks);
    memcpy(before.at, c.at, rows * blocks * SK_BLOCK * sizeof(float));
    kernels->multiply_windows_transposed(steps, blocks, depth, windows.at, step, b, c);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < blocks * SK_BLOCK; j++) {
            double sum = element(before, i, j), magnitude = fabs(sum);
            for (size_t k = 0; k < depth; k++) {
                sum += (double)windows.at[k * step + i] * element(b, k, j);
                magnitude += fabs((double)windows.at[k * step + i] * element(b, k, j));
            }
            check_element(element(c, i, j), sum, magnitude, depth + 1);
        }
    free(windows.at);
    free(b.at);
    free(c.at);
    free(before.at);
}

static void test_products(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const struct sk_blocked_kernels *kernels = sk_blocked_kernels(levels[i]);
        struct sk_random r;
        sk_random_init(&r, 11, i);
        for (int run = 0; kernels && run < 100; run++) {
            check_multiply(kernels, &r);
            check_multiply_transposed(kernels, &r);
            check_multiply_windows_transposed(kernels, &r);
        }
    }
}

static void test_levels(void **state)
{
    (void)state;
    assert_non_null(sk_blocked_kernels("baseline"));
    assert_non_null(sk_blocked_kernels(sk_simd_level()));
    assert_null(sk_blocked_kernels("no such level"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_products), cmocka_unit_test(test_levels)};
    return cmocka_run_group_tests_name("blocked", tests, NULL, NULL);
}
