/* Inference with batch norms in the convolutions before them gives what the list gives with all its passes, and keeps those that must
   stay. */
#include <stdio.h>

#include "check.h"
#include "nn/fold.h"
#include "nn/net.h"

enum { SIDE = 9, BATCH = 3 };

/* Of its norms the first three can be folded: the others' convolutions have another reader, or a leak follows, or none stands before. */
static int recipe(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    (void)arch, (void)outputs, (void)err;
    size_t map = sk_net_input(net, "n", SIDE, 3);
    map = sk_net_batch_norm(net, "bn1", sk_net_conv_same(net, "conv1", map, 8, 3, 3), 0);
    map = sk_net_batch_norm(net, "bn2", sk_net_conv_same(net, "conv2", map, 8, 1, 5), 1);
    map = sk_net_batch_norm(net, "bn3", sk_net_conv_valid(net, "conv3", map, 16, 3, 2), 0);
    const size_t read_twice = sk_net_conv_same(net, "conv4", map, 16, 1, 1);
    map = sk_net_add(net, "add", sk_net_batch_norm(net, "bn4", read_twice, 0), read_twice, 0);
    map = sk_net_batch_norm(net, "bn5", sk_net_conv_same(net, "conv5", map, 8, 3, 3), 0.2f);
    map = sk_net_batch_norm(net, "bn6", map, 0);
    net->output = sk_net_linear(net, "fc", sk_net_global_pool(net, map), 5);
    net->head = net->params.count;
    return 0;
}

static struct sk_net *make(bool training)
{
    const struct sk_arch arch = {0};
    const struct sk_net_use use = {BATCH, training, 2};
    struct sk_net *net;
    struct sk_error err;
    struct sk_random random;
    if (sk_net_new(&net, recipe, &arch, 5, &use, NULL, &err))
        fail_msg("%s", err.text);
    sk_random_init(&random, 4, 4);
    for (size_t i = 0; i < net->params.total; i++)
        net->weights[i] = (float)(0.3 * sk_random_normal(&random));
    for (size_t i = 0; i < net->buffers.total; i++)
        net->running[i] = (float)(0.2 + sk_random_uniform(&random));
    sk_net_weights_changed(net);
    return net;
}

static size_t norms(const struct sk_net *net)
{
    size_t count = 0;
    for (size_t l = 0; l < net->layers; l++)
        count += net->layer[l].kind == SK_LAYER_BATCH_NORM;
    return count;
}

static void gives_the_same(void **state)
{
    (void)state;
    struct sk_random random;
    struct sk_net *plain = make(true), *folded = make(false);
    float y[BATCH * 5], z[BATCH * 5];
    double want[BATCH * 5];
    sk_random_init(&random, 1, 1);
    float *x = normal_floats(&random, BATCH * SIDE * SIDE * 3, 0, 1);
    assert_int_equal(norms(plain), 6);
    assert_int_equal(norms(folded), 3);
    for (int change = 0; change < 2; change++) { /* and again after the weights have changed */
        sk_net_infer(plain, BATCH, x, y);
        sk_net_infer(folded, BATCH, x, z);
        for (size_t i = 0; i < BATCH * 5; i++)
            want[i] = (double)y[i];
        check_close("output", z, want, BATCH * 5, 1e-5);
        for (size_t i = 0; i < plain->params.total; i++)
            plain->weights[i] = folded->weights[i] = -plain->weights[i];
        sk_net_weights_changed(plain);
        sk_net_weights_changed(folded);
    }
    sk_net_free(plain);
    sk_net_free(folded);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
