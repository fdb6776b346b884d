/* An image's samples as floats: the fast way of bytes gives what any other way gives. */
#include "check.h"
#include "data/dataset.h"
#include "image/image.h"

enum { SIDE = 16, VALUES = SIDE * SIDE * 3 };

/* Value i of the tensor as sample i of 0..255, in an image of these channels and this maxval. */
static void convert(unsigned channels, bool alpha, uint16_t maxval, float *tensor)
{
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_image_shape(&image, SIDE, SIDE, channels, alpha, maxval, &err), 0);
    const unsigned depth = sk_image_depth(&image);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        for (unsigned c = 0; c < depth; c++)
            image.sample[i * depth + c] = (uint16_t)((channels == 1 ? i : i * 3 + c) % 256 * maxval / 255);
    sk_dataset_convert(&image, tensor);
    sk_image_free(&image);
}

static void bytes_are_as_all(void **state)
{
    (void)state;
    float bytes[VALUES], other[VALUES];
    convert(3, false, 255, bytes);
    for (size_t i = 0; i < VALUES; i++)
        assert_true(bytes[i] == (float)(i % 256) / 127.5f - 1);
    assert_true(bytes[0] == -1 && bytes[255] == 1);
    convert(3, true, 255, other);
    check_same("with alpha", other, bytes, VALUES);
    convert(3, false, 65535, other);
    check_same("of two bytes", other, bytes, VALUES);
    convert(1, false, 255, other);
    for (size_t i = 0; i < VALUES; i++)
        assert_true(other[i] == bytes[i / 3 % 256]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_are_as_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
