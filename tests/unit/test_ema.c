/* Averages of weights against the sum that they are defined by; beside the weights in a file. */
#include "check.h"
#include "nn/dcgan.h"
#include "nn/ema.h"

enum { STEPS = 12 };

/* A network of some chunks of weights. */
static struct sk_net *new_net(int jobs)
{
    const struct sk_arch arch = {.size = 32, .width = 32, .latent = 16, .kernel = 4};
    const struct sk_net_use use = {1, false, jobs};
    struct sk_net *net;
    struct sk_error err;
    assert_int_equal(sk_net_new(&net, sk_dcgan_generator, &arch, 0, &use, NULL, &err), 0);
    return net;
}

/* Weights, or running statistics, as they are after a step. */
static void fill(float *values, size_t n, uint64_t step, uint64_t which)
{
    struct sk_random r;
    sk_random_init(&r, which, step);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)sk_random_normal(&r);
}

static void set_step(struct sk_net *net, uint64_t step)
{
    fill(net->weights, net->params.total, step, 1);
    fill(net->running, net->buffers.total, step, 2);
    for (size_t i = 0; i < net->buffers.total; i++) /* variances are among them */
        net->running[i] = fabsf(net->running[i]);
}

static struct sk_ema start(const struct sk_net *net, double half_life)
{
    struct sk_ema ema;
    struct sk_error err;
    assert_int_equal(sk_ema_start(&ema, net, half_life, &err), 0);
    check_same("at first", net->weights, ema.weights, net->params.total);
    return ema;
}

static void add_share(double *sum, const float *values, size_t n, double share)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += share * (double)values[i];
}

static void check_definition(double half_life)
{
    struct sk_net *net = new_net(2);
    set_step(net, 0); /* has no part in it */
    struct sk_ema ema = start(net, half_life);
    double *weights = block(net->params.total, sizeof(double)), *running = block(net->buffers.total, sizeof(double)), whole = 0;
    for (uint64_t t = 1; t <= STEPS; t++)
        whole += pow(2, -(double)(STEPS - t) / half_life);
    for (uint64_t t = 1; t <= STEPS; t++) {
        const double share = pow(2, -(double)(STEPS - t) / half_life) / whole;
        set_step(net, t);
        sk_ema_update(&ema, net, t);
        add_share(weights, net->weights, net->params.total, share);
        add_share(running, net->running, net->buffers.total, share);
    }
    check_close("weights", ema.weights, weights, net->params.total, 1e-6);
    check_close("running statistics", ema.running, running, net->buffers.total, 1e-6);
    free(weights);
    free(running);
    sk_ema_free(&ema);
    sk_net_free(net);
}

/* Long ones are the mean. */
static void definition(void **state)
{
    (void)state;
    const double half_lives[] = {1, 1.5, 4, 1000, 100000};
    for (size_t i = 0; i < COUNT_OF(half_lives); i++)
        check_definition(half_lives[i]);
}

/* Two steps with a half-life of one: the first counts half of the second. */
static void two_steps(void **state)
{
    (void)state;
    struct sk_net *net = new_net(1);
    net->weights[0] = 100;
    struct sk_ema ema = start(net, 1);
    net->weights[0] = 3;
    sk_ema_update(&ema, net, 1);
    assert_true(fabsf(ema.weights[0] - 3) < 1e-5f);
    net->weights[0] = 6;
    sk_ema_update(&ema, net, 2);
    assert_true(fabsf(ema.weights[0] - 5) < 1e-5f);
    sk_ema_free(&ema);
    assert_null(ema.weights);
    sk_net_free(net);
}

static void jobs_do_not_matter(void **state)
{
    (void)state;
    struct sk_ema ema[3];
    struct sk_net *net[3];
    for (int j = 0; j < 3; j++) {
        net[j] = new_net(j + 1);
        set_step(net[j], 0);
        ema[j] = start(net[j], 3);
        for (uint64_t t = 1; t < 4; t++) {
            set_step(net[j], t);
            sk_ema_update(&ema[j], net[j], t);
        }
    }
    for (int j = 1; j < 3; j++)
        check_same("average", ema[0].weights, ema[j].weights, net[0]->params.total);
    for (int j = 0; j < 3; j++) {
        sk_ema_free(&ema[j]);
        sk_net_free(net[j]);
    }
}

/* As a checkpoint has them: the average by the network's names, the weights by others, and back into another network. */
static void beside_in_a_file(void **state)
{
    (void)state;
    struct sk_net *net = new_net(1), *other = new_net(1);
    struct sk_tensor_file file = {0};
    struct sk_error err;
    set_step(net, 0);
    struct sk_ema ema = start(net, 2);
    set_step(net, 1);
    sk_ema_swap(&ema, net);
    assert_int_equal(sk_net_save(net, &file, &err), 0);
    sk_ema_swap(&ema, net);
    assert_int_equal(sk_net_save_as(net, "raw.generator", &file, &err), 0);
    assert_non_null(sk_tensor_file_find(&file, "raw.generator.bn0.running_mean"));
    assert_int_equal(file.count, 2 * (net->params.count + net->buffers.count));
    assert_int_equal(sk_net_load(other, &file, &err), 0);
    check_same("average", ema.weights, other->weights, net->params.total);
    check_same("its statistics", ema.running, other->running, net->buffers.total);
    assert_int_equal(sk_net_load_as(other, "raw.generator", &file, &err), 0);
    check_same("weights", net->weights, other->weights, net->params.total);
    check_same("their statistics", net->running, other->running, net->buffers.total);
    assert_int_equal(sk_net_load_as(other, "raw.discriminator", &file, &err), -1);
    assert_non_null(strstr(err.text, "raw.discriminator"));
    sk_tensor_file_free(&file);
    sk_ema_free(&ema);
    sk_net_free(net);
    sk_net_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definition),
        cmocka_unit_test(two_steps),
        cmocka_unit_test(jobs_do_not_matter),
        cmocka_unit_test(beside_in_a_file),
    };
    return cmocka_run_group_tests_name("ema", tests, NULL, NULL);
}
