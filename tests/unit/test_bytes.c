#include "base/bytes.h"
#include "check.h"

static void grows_and_keeps(void **state)
{
    (void)state;
    struct sk_bytes bytes = {0};
    struct sk_error err;
    unsigned char piece[251];
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = (unsigned char)i;
    for (size_t n = 0; n < 100; n++)
        assert_int_equal(sk_bytes_append(&bytes, piece, n, &err), 0);
    assert_int_equal(bytes.length, 99 * 100 / 2);
    assert_true(bytes.capacity >= bytes.length);
    size_t at = 0;
    for (size_t n = 0; n < 100; at += n, n++)
        assert_memory_equal(bytes.at + at, piece, n);
    sk_bytes_free(&bytes);
    assert_null(bytes.at);
    assert_int_equal(bytes.capacity, 0);
}

static void refuses_what_memory_cannot_hold(void **state)
{
    (void)state;
    struct sk_bytes bytes = {0};
    struct sk_error err;
    assert_int_equal(sk_bytes_append(&bytes, "abc", 3, &err), 0);
    assert_int_equal(sk_bytes_reserve(&bytes, SIZE_MAX, &err), -1);
    assert_int_equal(sk_bytes_reserve(&bytes, SIZE_MAX / 2, &err), -1);
    assert_int_equal(bytes.length, 3);
    assert_memory_equal(bytes.at, "abc", 3);
    sk_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grows_and_keeps), cmocka_unit_test(refuses_what_memory_cannot_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
