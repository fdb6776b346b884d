/* Integrated gradients by what they are defined by, passes with fixed statistics, and the background of an image. */
#include "check.h"
#include "data/background.h"
#include "nn/attribution.h"
#include "nn/dcgan.h"
#include "nn/resnet.h"

enum { SIDE = 32, VALUES = SIDE * SIDE * SK_IMAGE_CHANNELS, OUTPUTS = 3 };

static sk_recipe *const recipes[] = {sk_dcgan_classifier, sk_resnet_classifier};

static struct sk_net *new_net(size_t kind, struct sk_random *r)
{
    const struct sk_arch arch = {.size = SIDE, .width = 4, .latent = 1, .kernel = 4};
    const struct sk_net_use use = {SK_PATH_BATCH, true, 2};
    struct sk_net *net;
    struct sk_error err;
    assert_int_equal(sk_net_new(&net, recipes[kind], &arch, OUTPUTS, &use, NULL, &err), 0);
    sk_params_initialize(&net->params, net->weights, r);
    for (size_t i = 0; i < net->params.total; i++)
        net->weights[i] += 0.2F * (float)sk_random_normal(r);
    for (size_t i = 0; i < net->buffers.total; i++)
        net->running[i] = (net->running[i] + 0.1F) * (float)(0.5 + sk_random_uniform(r)); /* variances are 1 */
    sk_net_weights_changed(net);
    net->fixed_statistics = true;
    return net;
}

static double along(struct sk_net *net, const float *x, const float *direction)
{
    float y[OUTPUTS];
    double sum = 0;
    sk_net_infer(net, 1, x, y);
    for (size_t i = 0; i < OUTPUTS; i++)
        sum += (double)y[i] * (double)direction[i];
    return sum;
}

/* They sum to what the function gains, and nothing about the network changes. */
static void test_sum(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT_OF(recipes); kind++) {
        struct sk_random r;
        struct sk_error err;
        sk_random_init(&r, 5, kind);
        struct sk_net *net = new_net(kind, &r);
        float *x = normal_floats(&r, VALUES, 0, 0.3), *from = normal_floats(&r, VALUES, 0.5, 0.1), *attribution = block(VALUES, sizeof(float));
        float *running = copy_floats(net->running, net->buffers.total);
        const float direction[OUTPUTS] = {1, -0.5F, -0.5F};
        double sum = 0, size = 0;
        assert_int_equal(sk_integrated_gradients(net, x, from, direction, attribution, &err), 0);
        for (size_t i = 0; i < VALUES; i++) /* to the other side where that is up, so that they do not cancel */
            x[i] = attribution[i] < 0 ? 2 * from[i] - x[i] : x[i];
        assert_int_equal(sk_integrated_gradients(net, x, from, direction, attribution, &err), 0);
        for (size_t i = 0; i < VALUES; i++) {
            sum += (double)attribution[i];
            size += fabs((double)attribution[i]);
        }
        const double gain = along(net, x, direction) - along(net, from, direction);
        if (!(gain > 0.3 * size && fabs(sum - gain) < 0.02 * size))
            fail_msg("network %zu: %g in all, not %g, of %g", kind, sum, gain, size);
        assert_memory_equal(running, net->running, net->buffers.total * sizeof *running);
        free(x);
        free(from);
        free(attribution);
        free(running);
        sk_net_free(net);
    }
}

/* With fixed statistics forward is inference, and the gradient is that of inference. */
static void test_fixed(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < COUNT_OF(recipes); kind++) {
        struct sk_random r;
        sk_random_init(&r, 6, kind);
        struct sk_net *net = new_net(kind, &r);
        float *x = normal_floats(&r, 2 * VALUES, 0, 1), *v = normal_floats(&r, VALUES, 0, 1), *dx = block(2 * VALUES, sizeof(float));
        float y[2 * OUTPUTS], inferred[2 * OUTPUTS], dy[2 * OUTPUTS];
        double wanted[2 * OUTPUTS];
        const float direction[OUTPUTS] = {1, 2, -1}, h = 1e-3F;
        sk_net_infer(net, 2, x, inferred);
        sk_net_forward(net, 2, 1, x, y, NULL);
        for (size_t i = 0; i < 2 * OUTPUTS; i++)
            wanted[i] = (double)inferred[i];
        check_close("outputs", y, wanted, 2 * OUTPUTS, 1e-5);
        for (size_t i = 0; i < 2 * OUTPUTS; i++)
            dy[i] = direction[i % OUTPUTS];
        sk_net_backward(net, 2, 1, x, y, dy, dx, false);
        double inner = 0, square = 0, difference = 0;
        for (size_t i = 0; i < VALUES; i++) {
            inner += (double)dx[i] * (double)v[i];
            square += (double)dx[i] * (double)dx[i];
        }
        for (int side = -1; side <= 1; side += 2) {
            float *moved = copy_floats(x, VALUES);
            for (size_t i = 0; i < VALUES; i++)
                moved[i] += (float)side * h * v[i];
            difference += side * along(net, moved, direction) / (2 * (double)h);
            free(moved);
        }
        if (!(square > 0 && fabs(difference - inner) < 0.03 * sqrt(square)))
            fail_msg("network %zu: the difference is %g, the gradient %g of %g", kind, difference, inner, sqrt(square));
        free(x);
        free(v);
        free(dx);
        sk_net_free(net);
    }
}

/* Light over skin comes back, whatever lies in the middle, and hairs across the frame. */
static void test_background(void **state)
{
    (void)state;
    static float x[VALUES], skin[VALUES], background[VALUES];
    for (size_t row = 0; row < SIDE; row++)
        for (size_t column = 0; column < SIDE; column++)
            for (size_t c = 0; c < SK_IMAGE_CHANNELS; c++) {
                const size_t at = (row * SIDE + column) * SK_IMAGE_CHANNELS + c;
                const float u = (float)column / SIDE - 0.5F, v = (float)row / SIDE - 0.5F;
                skin[at] = 0.5F - 0.2F * (float)c + 0.2F * u - 0.1F * v - 0.4F * (u * u + v * v);
                const bool lesion = u * u + v * v < 0.1F, hair = column == 5 || row + column == 40;
                x[at] = lesion ? -0.7F : hair ? -0.9F : skin[at];
            }
    sk_background(SIDE, x, background);
    for (size_t i = 0; i < VALUES; i++)
        if (!(fabsf(background[i] - skin[i]) < 0.02F))
            fail_msg("value %zu is %g, not %g", i, (double)background[i], (double)skin[i]);
}

/* Grain as all the skin has it is background, a lesion is not, but for as much. */
static void test_grain(void **state)
{
    (void)state;
    static float x[VALUES], background[VALUES];
    const size_t middle = (SIDE / 2 * SIDE + SIDE / 2) * SK_IMAGE_CHANNELS, beside = middle - SIDE / 4 * SK_IMAGE_CHANNELS;
    for (size_t i = 0; i < VALUES; i++)
        x[i] = 0.3F + 0.01F * ((float)(i * 7919 % 13) - 6);
    for (size_t c = 0; c < SK_IMAGE_CHANNELS; c++)
        x[middle + c] = -0.8F;
    sk_background(SIDE, x, background);
    for (size_t c = 0; c < SK_IMAGE_CHANNELS; c++) {
        assert_true(fabsf(background[beside + c] - x[beside + c]) < 1e-6F);
        assert_true(background[middle + c] > 0 && background[middle + c] < 0.3F);
    }
}

/* An image of one colour is its own background. */
static void test_plain(void **state)
{
    (void)state;
    static float x[VALUES], background[VALUES];
    for (int level = -1; level <= 1; level++) {
        for (size_t i = 0; i < VALUES; i++)
            x[i] = (float)level;
        sk_background(SIDE, x, background);
        for (size_t i = 0; i < VALUES; i++)
            assert_true(fabsf(background[i] - (float)level) < 1e-5F);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_background),
        cmocka_unit_test(test_grain),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
