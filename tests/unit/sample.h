#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

/* What the tests of the statistics share: random samples of scores, with ties. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "stat/scored.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline void close_to(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.17g, wanted %.17g within %g", value, wanted, tolerance);
}

/* n rows of steps + 1 possible scores, a share of them positive; predicted at 1/2. Not sorted. */
static inline struct sk_scored sample(uint64_t seed, size_t n, unsigned steps, double positives)
{
    struct sk_error err;
    struct sk_scored scored;
    struct sk_random random;
    assert_int_equal(sk_scored_alloc(&scored, n, &err), 0);
    sk_random_init(&random, seed, 0);
    for (size_t i = 0; i < n; i++) {
        scored.truth[i] = sk_random_uniform(&random) < positives;
        double score = 0.4 + 0.2 * scored.truth[i] + 0.25 * sk_random_normal(&random);
        scored.score[i] = round(fmin(fmax(score, 0), 1) * steps) / steps;
        scored.predicted[i] = scored.score[i] >= 0.5;
    }
    return scored;
}

/* A sample out of three strings: scores as tenths ('0' to '9', ':' for 1), truth and predictions as 0 and 1. */
static inline struct sk_scored spelt(const char *tenths, const char *truth, const char *predicted)
{
    struct sk_error err;
    struct sk_scored scored;
    assert_int_equal(sk_scored_alloc(&scored, strlen(tenths), &err), 0);
    for (size_t i = 0; i < scored.n; i++) {
        scored.score[i] = (tenths[i] - '0') / 10.0;
        scored.truth[i] = truth[i] == '1';
        scored.predicted[i] = predicted[i] == '1';
    }
    return scored;
}

static inline struct sk_scored sorted(struct sk_scored scored)
{
    struct sk_error err;
    assert_int_equal(sk_scored_sort(&scored, &err), 0);
    return scored;
}

#endif
