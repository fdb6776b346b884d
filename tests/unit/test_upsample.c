/* Upsampling against its definition in double precision; as it is linear, <dy, y> must be <dx, x>. */
#include "check.h"
#include "nn/upsample.h"

enum { N = 2 };

static size_t clamp(long i, size_t side)
{
    return i < 0 ? 0 : i >= (long)side ? side - 1 : (size_t)i;
}

/* As PyTorch has it: the source of large pixel i is at (i + 0.5) / 2 - 0.5. */
static double sample(enum sk_upsample how, const float *x, size_t side, size_t channels, size_t i, size_t j, size_t c)
{
    if (how == SK_NEAREST)
        return (double)x[(i / 2 * side + j / 2) * channels + c];
    const double row = ((double)i + 0.5) / 2 - 0.5, column = ((double)j + 0.5) / 2 - 0.5;
    double sum = 0;
    for (int p = 0; p < 2; p++)
        for (int q = 0; q < 2; q++) {
            const long r = (long)floor(row) + p, s = (long)floor(column) + q;
            const double weight = (1 - fabs(row - (double)r)) * (1 - fabs(column - (double)s));
            sum += weight * (double)x[(clamp(r, side) * side + clamp(s, side)) * channels + c];
        }
    return sum;
}

static void check_shape(enum sk_upsample how, size_t side, size_t channels, int jobs)
{
    struct sk_random r;
    sk_random_init(&r, side, channels);
    const size_t in = side * side * channels, out = 4 * in;
    float *x = normal_floats(&r, N * in, 0, 1), *dy = normal_floats(&r, N * out, 0, 1), *y = block(N * out, sizeof *y);
    float *dx = block(N * in, sizeof *dx), *again = block(N * in, sizeof *again);
    double *want = block(N * out, sizeof *want), inner = 0, other = 0;
    for (size_t at = 0; at < N * out; at++) {
        const size_t c = at % channels, j = at / channels % (2 * side), i = at / channels / (2 * side) % (2 * side);
        want[at] = sample(how, x + at / out * in, side, channels, i, j, c);
        inner += (double)dy[at] * want[at];
    }
    sk_upsample_forward(how, N, side, channels, x, y, jobs);
    check_close("y", y, want, N * out, 1e-6);
    sk_upsample_backward(how, N, side, channels, dy, dx, false, jobs);
    for (size_t i = 0; i < N * in; i++) {
        other += (double)dx[i] * (double)x[i];
        again[i] = 1;
    }
    assert_true(fabs(inner - other) < 1e-5 * sqrt((double)(N * out)));
    sk_upsample_backward(how, N, side, channels, dy, again, true, jobs);
    for (size_t i = 0; i < N * in; i++)
        assert_true(fabsf(again[i] - dx[i] - 1) < 1e-5f);
    void *all[] = {x, dy, y, dx, again, want};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void shapes(void **state)
{
    (void)state;
    static const size_t sides[] = {1, 2, 3, 8};
    for (size_t i = 0; i < COUNT_OF(sides); i++)
        for (size_t c = 0; c < COUNT_OF(check_channels); c++)
            for (int jobs = 1; jobs <= 3; jobs++) {
                check_shape(SK_NEAREST, sides[i], check_channels[c], jobs);
                check_shape(SK_BILINEAR, sides[i], check_channels[c], jobs);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shapes)};
    return cmocka_run_group_tests_name("upsample", tests, NULL, NULL);
}
