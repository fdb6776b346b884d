/* Spectral norms: singular values of known matrices, and gradients by differences of the whole. */
#include "check.h"
#include "nn/dcgan.h"
#include "nn/resnet.h"
#include "nn/spectral_norm.h"

static struct sk_net *new_net(sk_recipe *recipe, size_t classes)
{
    const struct sk_arch arch = {.size = 32, .width = 2, .latent = 3, .kernel = 4, .classes = classes};
    const struct sk_net_use use = {4, true, 2};
    struct sk_net *net;
    struct sk_error err;
    assert_int_equal(sk_net_new(&net, recipe, &arch, 1, &use, NULL, &err), 0);
    struct sk_random random;
    sk_random_init(&random, 3, 0);
    for (size_t i = 0; i < net->params.total; i++) /* none that begin with zeros */
        net->weights[i] = (float)(0.1 * sk_random_normal(&random));
    sk_net_weights_changed(net);
    return net;
}

static void begin(struct sk_spectral_norm *norm, struct sk_net *net, int rounds)
{
    struct sk_error err;
    struct sk_random random;
    sk_random_init(&random, 4, 0);
    assert_int_equal(sk_spectral_norm_start(norm, net, NULL, &err), 0);
    sk_spectral_norm_begin(norm, net, &random);
    for (int i = 0; i < rounds; i++)
        sk_spectral_norm_apply(norm, net);
}

/* |W x| <= |x| with equality at the right vector: by the matrix [out][rest] of the file's order, in double. */
static void norms_are_one(void **state)
{
    (void)state;
    sk_recipe *const recipe[] = {sk_dcgan_discriminator, sk_resnet_discriminator};
    for (size_t i = 0; i < 4; i++) {
        struct sk_net *net = new_net(recipe[i / 2], i % 2 ? 3 : 0);
        struct sk_spectral_norm norm;
        begin(&norm, net, 400);
        size_t matrices = 0;
        for (size_t p = 0; p < net->params.count; p++)
            matrices += net->params.item[p].rank > 1;
        assert_true(norm.count == matrices && norm.count > 3);
        for (size_t w = 0; w < norm.count; w++) {
            const struct sk_spectral_weight *of = &norm.weight[w];
            const float *right = norm.vector + of->right;
            double length = 0;
            for (size_t r = 0; r < of->rows; r++) {
                double sum = 0;
                for (size_t c = 0; c < of->columns; c++)
                    sum += (double)net->weights[of->offset + r * of->columns + c] * (double)right[c];
                length += sum * sum;
            }
            assert_true(fabs(sqrt(length) - 1) < 1e-5);
            assert_true(fabs((double)norm.raw[of->offset] / of->sigma - (double)net->weights[of->offset]) < 1e-6);
        }
        for (size_t p = 0; p < net->params.count; p++) /* biases and gains are as they were */
            if (net->params.item[p].rank < 2)
                check_same(net->params.item[p].name, norm.raw + net->params.item[p].offset, net->weights + net->params.item[p].offset,
                           net->params.item[p].count);
        sk_spectral_norm_free(&norm);
        sk_net_free(net);
    }
}

/* A diagonal's greatest entry; and zeros stay zeros. */
static void known_values(void **state)
{
    (void)state;
    struct sk_net *net = new_net(sk_resnet_discriminator, 3);
    struct sk_spectral_norm norm;
    const struct sk_param *class = NULL, *conv = NULL;
    for (size_t p = 0; p < net->params.count; p++) {
        class = strstr(net->params.item[p].name, ".class.") ? &net->params.item[p] : class;
        conv = strstr(net->params.item[p].name, "layer1.0.conv2.weight") ? &net->params.item[p] : conv;
    }
    assert_true(class && conv && class->rank == 2);
    memset(net->weights + class->offset, 0, class->count * sizeof(float));
    memset(net->weights + conv->offset, 0, conv->count * sizeof(float));
    const float diagonal[] = {0.5f, -3, 2};
    for (size_t i = 0; i < 3; i++)
        net->weights[class->offset + i * class->dim[1] + i] = diagonal[i];
    begin(&norm, net, 100);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs((double)net->weights[class->offset + i * class->dim[1] + i] - (double)diagonal[i] / 3) < 1e-6);
    for (size_t i = 0; i < conv->count; i++)
        assert_true(net->weights[conv->offset + i] == 0);
    sk_spectral_norm_free(&norm);
    sk_net_free(net);
}

/* The loss sum_i c_i (W / sigma(W))_i of raw weights, at vectors that have converged; in double. */
static double loss_at(struct sk_spectral_norm *norm, struct sk_net *net, const float *c)
{
    for (int i = 0; i < 50; i++)
        sk_spectral_norm_apply(norm, net);
    double loss = 0;
    for (size_t i = 0; i < net->params.total; i++)
        loss += (double)c[i] * (double)net->weights[i];
    return loss;
}

static void gradients(void **state)
{
    (void)state;
    struct sk_net *net = new_net(sk_dcgan_discriminator, 0);
    struct sk_spectral_norm norm;
    struct sk_random random;
    sk_random_init(&random, 5, 0);
    float *c = normal_floats(&random, net->params.total, 0, 1);
    begin(&norm, net, 600);
    memcpy(net->gradients, c, net->params.total * sizeof *c);
    sk_spectral_norm_backward(&norm, net);
    float *got = copy_floats(net->gradients, net->params.total);
    for (size_t w = 0; w < norm.count; w++)
        for (size_t k = 0; k < 6; k++) {
            const size_t at = norm.weight[w].offset + k * 7919 % (norm.weight[w].rows * norm.weight[w].columns);
            const float before = norm.raw[at], h = 4e-3f;
            norm.raw[at] = before + h;
            const double up = loss_at(&norm, net, c), step = (double)norm.raw[at];
            norm.raw[at] = before - h;
            const double down = loss_at(&norm, net, c), slope = (up - down) / (step - (double)norm.raw[at]);
            norm.raw[at] = before;
            if (!(fabs(slope - (double)got[at]) <= 0.02 * fmax(1, fabs(slope))))
                fail_msg("weight %zu, element %zu: %g, by differences %g", w, at, (double)got[at], slope);
        }
    free(c);
    free(got);
    sk_spectral_norm_free(&norm);
    sk_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_are_one),
        cmocka_unit_test(known_values),
        cmocka_unit_test(gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
