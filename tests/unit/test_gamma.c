#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image.h"
#include "image/gamma.h"

static void is_its_definition(void **state)
{
    static const unsigned maxvals[] = {1, 7, 255, 256, 65535};
    static const double gammas[] = {0.01, 0.5, 1.5, 2.2, 100};
    struct sk_random random;
    struct sk_image out = {0};
    struct sk_error err;
    (void)state;
    sk_random_init(&random, 1, 0);
    for (size_t m = 0; m < 5; m++)
        for (size_t g = 0; g < 5; g++) {
            struct sk_image in = random_image(&random, 13, 11, g % 2 ? 3 : 1, m % 2, maxvals[m]);
            const size_t depth = sk_image_depth(&in);
            assert_int_equal(sk_image_gamma(&in, gammas[g], &out, &err), 0);
            assert_same_shape(&in, &out);
            for (size_t i = 0; i < image_samples(&in); i++) {
                const double exact = maxvals[m] * pow((double)in.sample[i] / maxvals[m], 1 / gammas[g]);
                if (in.alpha && i % depth == depth - 1)
                    assert_int_equal(out.sample[i], in.sample[i]);
                else if (fabs(out.sample[i] - exact) > 0.5 + 1e-9)
                    fail_msg("%u to the 1/%g is %u, not %f", in.sample[i], gammas[g], out.sample[i], exact);
            }
            sk_image_free(&in);
        }
    sk_image_free(&out);
}

static void one_changes_nothing(void **state)
{
    struct sk_image in = make_image(256, 256, 1, false, 65535), out = {0};
    struct sk_error err;
    (void)state;
    for (unsigned i = 0; i < 65536; i++)
        in.sample[i] = (uint16_t)i;
    assert_int_equal(sk_image_gamma(&in, 1, &out, &err), 0);
    assert_same_image(&in, &out);
    sk_image_free(&in);
    sk_image_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_its_definition), cmocka_unit_test(one_changes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
