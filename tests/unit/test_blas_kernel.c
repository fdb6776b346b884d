/* Which of OpenBLAS's kernels is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stat/blas_kernel.h"

static void check(const char *kernel, bool avx2, bool avx512, const char *want)
{
    const char *got = sk_blas_better_kernel(kernel, avx2, avx512);
    if (want ? !got || strcmp(got, want) != 0 : got != NULL)
        fail_msg("%s on a processor with%s AVX2, with%s AVX-512: %s, not %s", kernel, avx2 ? "" : "out", avx512 ? "" : "out",
                 got ? got : "left", want ? want : "left");
}

static void kernels_below_the_processor(void **state)
{
    (void)state;
    static const char *const older[] = {"Prescott", "PRESCOTT", "Core2", "Penryn", "Nehalem", "Sandybridge", "Barcelona",
                                        "Bulldozer", "Generic", "Unknown"};
    static const char *const of_avx2[] = {"Haswell", "haswell", "Zen"};
    static const char *const of_avx512[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
    static const char *const others[] = {"Later", "NEOVERSEN1", ""};
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        check(older[i], true, true, "SkylakeX");
        check(older[i], true, false, "Haswell");
        check(older[i], false, false, NULL);
    }
    for (size_t i = 0; i < 3; i++) {
        check(of_avx2[i], true, true, "SkylakeX");
        check(of_avx2[i], true, false, NULL);
        check(of_avx2[i], false, false, NULL); /* the user's choice, or an emulator's: it runs */
        check(of_avx512[i], true, true, NULL);
        check(of_avx512[i], true, false, NULL);
        check(others[i], true, true, NULL);
        check(others[i], true, false, NULL);
    }
}

static void the_version_is_a_number(void **state)
{
    (void)state;
    char version[32], cut[4], text[64];
    int major, minor;
    sk_blas_version(version, sizeof version);
    assert_int_equal(sscanf(version, "%d.%d", &major, &minor), 2);
    sk_blas_version(cut, sizeof cut);
    assert_int_equal(strlen(cut), 3);
    assert_memory_equal(cut, version, 3);
    sk_blas_describe(text, sizeof text);
    assert_non_null(strstr(text, version));
    assert_non_null(strstr(text, sk_blas_kernel()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_below_the_processor),
        cmocka_unit_test(the_version_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
