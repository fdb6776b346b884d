/* What depends on a class, and the generator's basis, against their definitions in double precision. */
#include "check.h"
#include "nn/basis.h"
#include "nn/embedding.h"

enum { CLASSES = 3 };

static uint8_t *draw_labels(struct sk_random *r, size_t n)
{
    uint8_t *label = block(n, 1);
    for (size_t i = 0; i < n; i++)
        label[i] = (uint8_t)(sk_random_bits(r) % (i < 40 ? 2 : CLASSES)); /* the last class comes late, or never */
    return label;
}

static void check_classes(size_t n, size_t channels)
{
    struct sk_random r;
    sk_random_init(&r, n, channels);
    uint8_t *label = draw_labels(&r, n);
    const size_t values = n * channels, weights = CLASSES * channels;
    float *w = normal_floats(&r, weights, 0, 1), *x = normal_floats(&r, values, 0, 1), *dy = normal_floats(&r, values, 0, 1);
    float *y = block(values, sizeof *y), *dx = block(values, sizeof *dx), *dw = block(weights, sizeof *dw);
    double *want = block(values, sizeof *want), *to_w = block(weights, sizeof *to_w), *inner = block(n, sizeof *inner);
    for (size_t i = 0; i < values; i++) {
        const size_t at = label[i / channels] * channels + i % channels;
        want[i] = (double)w[at];
        to_w[at] += 2 * (double)dy[i];
    }
    sk_embedding_forward(n, channels, label, w, y);
    check_close("embedding", y, want, values, 0);
    sk_embedding_backward(n, CLASSES, channels, label, dy, dw);
    sk_embedding_backward(n, CLASSES, channels, label, dy, dw); /* adds */
    check_close("its gradient", dw, to_w, weights, 1e-5);
    sk_embedding_backward(n, CLASSES, channels, label, dy, NULL);

    memset(dw, 0, weights * sizeof *dw);
    memset(to_w, 0, weights * sizeof *to_w);
    for (size_t i = 0; i < values; i++) {
        const size_t image = i / channels, at = label[image] * channels + i % channels;
        inner[image] += (double)w[at] * (double)x[i];
        to_w[at] += (double)dy[image] * (double)x[i];
        want[i] = (double)dy[image] * (double)w[at];
    }
    sk_projection_forward(n, channels, label, w, x, y);
    check_close("projection", y, inner, n, 1e-5);
    sk_projection_backward(n, CLASSES, channels, label, w, x, dy, dx, dw);
    check_close("its gradient to x", dx, want, values, 1e-6);
    check_close("its gradient to w", dw, to_w, weights, 1e-5);
    sk_projection_backward(n, CLASSES, channels, label, w, x, dy, NULL, NULL);
    void *all[] = {label, w, x, dy, y, dx, dw, want, to_w, inner};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void classes(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(n, channels)
        check_classes(n, channels);
    check_classes(50, 1100);
}

static void check_basis(size_t n, size_t pixels, size_t channels)
{
    struct sk_random r;
    sk_random_init(&r, n, channels);
    const size_t image = pixels * channels;
    float *w = normal_floats(&r, image, 0, 1), *x = normal_floats(&r, n * channels, 0, 1), *dy = normal_floats(&r, n * image, 0, 1);
    float *y = block(n * image, sizeof *y), *dx = block(n * channels, sizeof *dx), *dw = block(image, sizeof *dw);
    float *one = block(image, sizeof *one);
    double *want = block(n * image, sizeof *want), *to_x = block(n * channels, sizeof *to_x), *to_w = block(image, sizeof *to_w);
    for (size_t i = 0; i < n * image; i++) {
        const size_t vector = i / image * channels + i % channels;
        want[i] = (double)w[i % image] * (double)x[vector];
        to_x[vector] += (double)dy[i] * (double)w[i % image];
        to_w[i % image] += (double)dy[i] * (double)x[vector];
    }
    sk_basis_forward(n, pixels, channels, x, w, y, 2);
    check_close("basis", y, want, n * image, 1e-6);
    sk_basis_backward(n, pixels, channels, x, w, dy, dx, dw, 3);
    check_close("its gradient to x", dx, to_x, n * channels, 1e-5);
    check_close("its gradient to w", dw, to_w, image, 1e-5);
    sk_basis_backward(n, pixels, channels, x, w, dy, NULL, one, 1);
    check_same("on one thread", one, dw, image);
    void *all[] = {w, x, dy, y, dx, dw, one, want, to_x, to_w};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

static void basis(void **state)
{
    (void)state;
    FOR_EACH_SHAPE(n, channels)
        check_basis(n, 16, channels);
    check_basis(35, 4, 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(basis),
    };
    return cmocka_run_group_tests_name("embedding", tests, NULL, NULL);
}
