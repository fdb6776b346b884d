/* Philox4x32-10 against its authors' known answers, and the distributions drawn from it. */
#include "check.h"

struct answer {
    uint32_t counter[4], key[2], output[4];
};

/* philox4x32 10 in kat_vectors of the Random123 distribution. */
static const struct answer answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct sk_random r = {.used = 4};
        memcpy(r.key, answers[i].key, sizeof r.key);
        memcpy(r.counter, answers[i].counter, sizeof r.counter);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(sk_random_bits(&r), answers[i].output[k]);
    }
}

static void seed_and_stream_fill_key_and_counter(void **state)
{
    (void)state;
    struct sk_random r;
    sk_random_init(&r, 0x299f31d0a4093822, 0x0370734413198a2e);
    r.counter[0] = 0x243f6a88;
    r.counter[1] = 0x85a308d3;
    for (size_t k = 0; k < 4; k++)
        assert_int_equal(sk_random_bits(&r), answers[2].output[k]);
}

static void the_counter_carries(void **state)
{
    (void)state;
    struct sk_random r, next;
    sk_random_init(&r, 5, 6);
    next = r;
    r.counter[0] = 0xffffffff;
    for (int k = 0; k < 4; k++)
        sk_random_bits(&r);
    next.counter[1] = 1;
    assert_int_equal(sk_random_bits(&r), sk_random_bits(&next));
}

/* However they are fetched, the words are the same: over a carry of the counter too, and from within a block. */
static void many_words_are_those_of_single_calls(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 3, 4, 63, 64, 65, 200, 1000, 7};
    struct sk_random one, many;
    sk_random_init(&one, 77, 3);
    one.counter[0] = 0xffffffff - 40;
    many = one;
    for (size_t k = 0; k < COUNT_OF(sizes); k++) {
        uint32_t bits[1000];
        sk_random_fill(&many, bits, sizes[k]);
        for (size_t i = 0; i < sizes[k]; i++)
            assert_int_equal(bits[i], sk_random_bits(&one));
        assert_int_equal(sk_random_bits(&many), sk_random_bits(&one));
    }
}

static void a_tally_is_that_of_single_draws(void **state)
{
    (void)state;
    static const uint32_t most[] = {1, 2, 3, 1000, 1024, 1999}; /* what they are drawn below */
    struct sk_random one, many;
    sk_random_init(&one, 78, 3);
    many = one;
    for (size_t k = 0; k < COUNT_OF(most); k++) {
        uint32_t times[2000] = {0}, wanted[2000] = {0};
        sk_random_tally(&many, times, most[k], 3000);
        for (size_t i = 0; i < 3000; i++)
            wanted[sk_random_below(&one, most[k])]++;
        assert_memory_equal(times, wanted, sizeof times);
    }
}

/* Of 2^32 words 2^20 are rejected here, some 24 of these. */
static void a_tally_rejects_what_single_draws_reject(void **state)
{
    (void)state;
    enum { N = 3 << 19, DRAWS = 100000 };
    static uint32_t times[N];
    struct sk_random one, many;
    sk_random_init(&one, 79, 3);
    many = one;
    sk_random_tally(&many, times, N, DRAWS);
    for (size_t i = 0; i < DRAWS; i++)
        times[sk_random_below(&one, N)]--;
    assert_int_equal(sk_random_bits(&one), sk_random_bits(&many));
    for (size_t i = 0; i < N; i++)
        assert_int_equal(times[i], 0);
}

/* A copy of the struct goes on where the original would. */
static void a_copy_is_the_whole_state(void **state)
{
    (void)state;
    struct sk_random a, b;
    sk_random_init(&a, 1, 2);
    for (int skip = 0; skip < 7; skip++) {
        sk_random_bits(&a);
        b = a;
        assert_true(sk_random_normal(&a) == sk_random_normal(&b));
    }
}

/* From any word of a block, to any, and over the carry. */
static void skipping_is_drawing(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 2; first++)
        for (uint32_t before = 0; before < 9; before++)
            for (uint32_t words = 0; words < 30; words++) {
                struct sk_random drawn, skipped;
                sk_random_init(&drawn, 3, 4);
                drawn.counter[0] = first ? 0xfffffffd : 0;
                for (uint32_t i = 0; i < before; i++)
                    sk_random_bits(&drawn);
                skipped = drawn;
                for (uint32_t i = 0; i < words; i++)
                    sk_random_bits(&drawn);
                sk_random_skip(&skipped, words);
                for (int i = 0; i < 6; i++)
                    assert_int_equal(sk_random_bits(&skipped), sk_random_bits(&drawn));
            }
}

static void streams_differ(void **state)
{
    (void)state;
    struct sk_random a, b, c;
    sk_random_init(&a, 1, 2);
    sk_random_init(&b, 1, 3);
    sk_random_init(&c, 2, 2);
    uint32_t x = sk_random_bits(&a), y = sk_random_bits(&b), z = sk_random_bits(&c);
    assert_true(x != y && y != z && z != x);
}

/* Chi-squared of n draws into 100 equal cells: 99 degrees of freedom, beyond 170 once in 100,000 times. */
static double chi_squared(const size_t cell[100], size_t n)
{
    double sum = 0, expected = (double)n / 100;
    for (int i = 0; i < 100; i++)
        sum += ((double)cell[i] - expected) * ((double)cell[i] - expected) / expected;
    return sum;
}

static void uniform_is_uniform(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct sk_random r;
    size_t cell[100] = {0}, shifted[100] = {0}, below[100] = {0};
    sk_random_init(&r, 11, 0);
    for (int i = 0; i < N; i++) {
        double u = sk_random_uniform(&r), v = sk_random_between(&r, -3, 7);
        assert_true(u >= 0 && u < 1 && v >= -3 && v < 7);
        cell[(int)(100 * u)]++;
        shifted[(int)(10 * (v + 3))]++;
        below[sk_random_below(&r, 100)]++;
    }
    assert_true(chi_squared(cell, N) < 170);
    assert_true(chi_squared(shifted, N) < 170);
    assert_true(chi_squared(below, N) < 170);
}

/* 3 2^30: with a plain remainder, the lowest third would come twice as often as the others. */
static void below_has_no_modulo_bias(void **state)
{
    (void)state;
    enum { N = 30000 };
    struct sk_random r;
    sk_random_init(&r, 12, 0);
    size_t low = 0;
    for (int i = 0; i < N; i++)
        low += sk_random_below(&r, 3u << 30) < 1u << 30;
    assert_true(fabs((double)low / N - 1.0 / 3) < 5 * sqrt(2.0 / 9 / N)); /* five deviations */
    for (int i = 0; i < 100; i++)
        assert_int_equal(sk_random_below(&r, 1), 0);
}

/* The cells are of equal probability under the normal distribution function. */
static void normal_is_normal(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct sk_random r;
    size_t cell[100] = {0};
    sk_random_init(&r, 13, 0);
    for (int i = 0; i < N; i++) {
        double p = erfc(-sk_random_normal(&r) / sqrt(2)) / 2;
        assert_true(p >= 0 && p < 1);
        cell[(int)(100 * p)]++;
    }
    assert_true(chi_squared(cell, N) < 170);
}

static void shuffle_permutes(void **state)
{
    (void)state;
    struct sk_random r;
    sk_random_init(&r, 14, 0);
    for (size_t n = 0; n <= 100; n += n < 4 ? 1 : 16) {
        uint32_t index[100];
        bool seen[100] = {false};
        for (size_t i = 0; i < n; i++)
            index[i] = (uint32_t)i;
        sk_random_shuffle(&r, index, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(index[i] < n && !seen[index[i]]);
            seen[index[i]] = true;
        }
    }
}

/* All 24 orders of 4 come equally often: 23 degrees of freedom, beyond 62 once in 50,000 times. */
static void every_order_is_as_likely(void **state)
{
    (void)state;
    enum { N = 24000 };
    struct sk_random r;
    sk_random_init(&r, 15, 0);
    size_t count[256] = {0};
    for (int i = 0; i < N; i++) {
        uint32_t index[4] = {0, 1, 2, 3};
        sk_random_shuffle(&r, index, 4);
        count[index[0] | index[1] << 2 | index[2] << 4 | index[3] << 6]++;
    }
    double sum = 0;
    size_t orders = 0;
    for (int i = 0; i < 256; i++)
        if (count[i]) {
            orders++;
            sum += ((double)count[i] - N / 24) * ((double)count[i] - N / 24) / (N / 24);
        }
    assert_int_equal(orders, 24);
    assert_true(sum < 62);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(seed_and_stream_fill_key_and_counter),
        cmocka_unit_test(the_counter_carries),
        cmocka_unit_test(many_words_are_those_of_single_calls),
        cmocka_unit_test(a_tally_is_that_of_single_draws),
        cmocka_unit_test(a_tally_rejects_what_single_draws_reject),
        cmocka_unit_test(a_copy_is_the_whole_state),
        cmocka_unit_test(skipping_is_drawing),
        cmocka_unit_test(streams_differ),
        cmocka_unit_test(uniform_is_uniform),
        cmocka_unit_test(below_has_no_modulo_bias),
        cmocka_unit_test(normal_is_normal),
        cmocka_unit_test(shuffle_permutes),
        cmocka_unit_test(every_order_is_as_likely),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
