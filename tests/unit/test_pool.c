/* Pooling against its definition in double precision, and its gradient: <dy, y> must be <dx, x> for averages; a maximum's goes
   to the first pixel that has it. */
#include "check.h"
#include "nn/pool.h"

static const struct sk_pool windows[] = {
    {.side = 8, .channels = 5, .kernel = 2, .stride = 2},
    {.side = 7, .channels = 3, .kernel = 3, .stride = 2},
    {.side = 7, .channels = 16, .kernel = 3, .stride = 1, .padding = 1, .count_padding = true},
    {.side = 6, .channels = 33, .kernel = 3, .stride = 2, .padding = 1},
    {.side = 5, .channels = 1, .kernel = 5, .stride = 1, .padding = 2},
    {.side = 9, .channels = 300, .kernel = 2, .stride = 3},
    {.side = 4, .channels = 2, .kernel = 4, .stride = 4, .count_padding = true},
};

enum { N = 3 };

/* Window (i, j) of image n, channel c: the sum, the greatest, its place, and how many pixels lie inside. */
struct seen {
    double sum, greatest;
    size_t first, inside;
};

static struct seen look(const struct sk_pool *w, const float *x, size_t n, size_t i, size_t j, size_t c)
{
    struct seen seen = {.greatest = -INFINITY};
    for (size_t p = 0; p < w->kernel; p++)
        for (size_t q = 0; q < w->kernel; q++) {
            const long row = (long)(i * w->stride + p) - (long)w->padding, column = (long)(j * w->stride + q) - (long)w->padding;
            if (row < 0 || column < 0 || row >= (long)w->side || column >= (long)w->side)
                continue;
            const size_t at = ((n * w->side + (size_t)row) * w->side + (size_t)column) * w->channels + c;
            const double value = (double)x[at];
            seen.inside++;
            seen.sum += value;
            if (value > seen.greatest) {
                seen.greatest = value;
                seen.first = at;
            }
        }
    return seen;
}

static void check_window(const struct sk_pool *w, int jobs)
{
    struct sk_random r;
    sk_random_init(&r, w->side, w->channels);
    const size_t out = sk_pool_side(w), in = N * w->side * w->side * w->channels, values = N * out * out * w->channels;
    float *x = normal_floats(&r, in, 0, 1), *dy = normal_floats(&r, values, 0, 1);
    float *y = block(values, sizeof *y), *dx = block(in, sizeof *dx);
    double *average = block(values, sizeof *average), *greatest = block(values, sizeof *greatest);
    double *to_greatest = block(in, sizeof *to_greatest);
    for (size_t i = 0; i < in; i++)
        x[i] = roundf(4 * x[i]) / 4; /* equal ones */
    for (size_t at = 0; at < values; at++) {
        const size_t c = at % w->channels, j = at / w->channels % out, i = at / w->channels / out % out;
        const struct seen seen = look(w, x, at / w->channels / out / out, i, j, c);
        average[at] = seen.sum / (double)(w->count_padding ? w->kernel * w->kernel : seen.inside);
        greatest[at] = seen.greatest;
        to_greatest[seen.first] += (double)dy[at];
    }
    sk_average_pool_forward(w, N, x, y, jobs);
    check_close("average", y, average, values, 1e-6);
    /* The average is linear: its gradient is what a pixel of 1 alone gives. */
    sk_average_pool_backward(w, N, dy, dx, false, jobs);
    double inner = 0, other = 0;
    for (size_t i = 0; i < in; i++)
        inner += (double)dx[i] * (double)x[i];
    for (size_t at = 0; at < values; at++)
        other += (double)dy[at] * average[at];
    assert_true(fabs(inner - other) < 1e-5 * sqrt((double)in));
    sk_average_pool_backward(w, N, dy, dx, true, jobs);
    double twice = 0;
    for (size_t i = 0; i < in; i++)
        twice += (double)dx[i] * (double)x[i];
    assert_true(fabs(twice - 2 * other) < 2e-5 * sqrt((double)in));
    sk_max_pool_forward(w, N, x, y, jobs);
    check_close("greatest", y, greatest, values, 0);
    sk_max_pool_backward(w, N, x, y, dy, dx, false, jobs);
    check_close("its gradient", dx, to_greatest, in, 1e-6);
    sk_max_pool_backward(w, N, x, y, dy, dx, true, jobs);
    for (size_t i = 0; i < in; i++)
        to_greatest[i] *= 2;
    check_close("its gradient, added", dx, to_greatest, in, 1e-6);
    void *all[] = {x, dy, y, dx, average, greatest, to_greatest};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void pooling(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(windows); i++)
        for (int jobs = 1; jobs <= 3; jobs++)
            check_window(&windows[i], jobs);
}

/* What is not finite is seen. */
static void not_a_number(void **state)
{
    (void)state;
    const struct sk_pool w = {.side = 2, .channels = 1, .kernel = 2, .stride = 2};
    for (size_t i = 0; i < 4; i++) {
        float x[4] = {1, 2, 3, 4}, y = 0;
        x[i] = NAN;
        sk_max_pool_forward(&w, 1, x, &y, 1);
        assert_true(isnan(y));
        sk_average_pool_forward(&w, 1, x, &y, 1);
        assert_true(isnan(y));
    }
}

static void global(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(pixels, channels) {
        struct sk_random r;
        sk_random_init(&r, pixels, channels);
        const size_t in = N * pixels * channels, out = N * channels;
        float *x = normal_floats(&r, in, 1, 1), *dy = normal_floats(&r, out, 0, 1);
        float *y = block(out, sizeof *y), *dx = block(in, sizeof *dx);
        double *want = block(out, sizeof *want), *gradient = block(in, sizeof *gradient);
        for (size_t i = 0; i < in; i++) {
            const size_t to = i / channels / pixels * channels + i % channels;
            want[to] += (double)x[i] / (double)pixels;
            gradient[i] = 2 * (double)dy[to] / (double)pixels;
        }
        sk_global_pool_forward(N, pixels, channels, x, y, 2);
        check_close("mean", y, want, out, 1e-6);
        sk_global_pool_backward(N, pixels, channels, dy, dx, false, 2);
        sk_global_pool_backward(N, pixels, channels, dy, dx, true, 3);
        check_close("its gradient", dx, gradient, in, 1e-6);
        void *all[] = {x, dy, y, dx, want, gradient};
        for (size_t i = 0; i < COUNT_OF(all); i++)
            free(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling),
        cmocka_unit_test(not_a_number),
        cmocka_unit_test(global),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
