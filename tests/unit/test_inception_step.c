/* A training step of Inception v3 as a classifier: against PyTorch's in double precision (fixtures/make_inception_step.py), on weights
   that both make by counting, and its gradients against differences of its loss. */
#include <stdio.h>

#include "check.h"
#include "inception_weights.h"
#include "nn/loss.h"

enum { BATCH = 6, SIZE = 96, VALUES = BATCH * SIZE * SIZE * 3 };

static const uint8_t label[BATCH] = {0, 1, 1, 0, 0, 1};

/* The network, its images, and what a forward pass makes of them. */
struct step {
    struct sk_net *net;
    float *x, logits[BATCH], dlogits[BATCH];
    double loss;
};

static void fill(float *to, size_t count, uint32_t seed, double low, double span)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (float)(low + span * hashed(seed, (uint32_t)i));
}

/* Nearly all values pass the rectifiers: batch norm behind those that are cut multiplies rounding, by a fifth a layer, and one so near 0
   that rounding turns its sign changes gradients by hundredths. */
static void raise_biases(struct sk_net *net)
{
    for (size_t l = 0; l < net->layers; l++)
        for (size_t c = 0; net->layer[l].kind == SK_LAYER_BATCH_NORM && c < net->map[net->layer[l].output].channels; c++)
            net->weights[net->layer[l].bias + c] += 3;
}

static void start(struct step *step, int jobs)
{
    const struct sk_arch arch = {.size = SIZE, .variant = SK_INCEPTION_KERAS};
    const struct sk_net_use use = {BATCH, true, jobs};
    struct sk_tensor_file weights = {0};
    struct sk_error err;
    *step = (struct step){.x = block(VALUES, sizeof *step->x)};
    if (inception_weights(&weights, &err) || sk_net_new(&step->net, sk_inception_classifier, &arch, 1, &use, NULL, &err) ||
        sk_net_load_trunk(step->net, "", &weights, &err))
        fail_msg("%s", err.text);
    sk_tensor_file_free(&weights);
    raise_biases(step->net);
    const struct sk_param *head = &step->net->params.item[step->net->head];
    fill(step->net->weights + head[0].offset, head[0].count, 9000, -0.04, 0.08);
    fill(step->net->weights + head[1].offset, head[1].count, 9001, -0.04, 0.08);
    sk_net_weights_changed(step->net);
    fill(step->x, VALUES, 10009, -1, 2);
}

static double forward(struct step *step)
{
    sk_net_forward(step->net, BATCH, 1, step->x, step->logits, NULL);
    return step->loss = sk_class_cross_entropy(BATCH, 2, step->logits, label, step->dlogits);
}

static void run(struct step *step)
{
    forward(step);
    sk_net_backward(step->net, BATCH, 1, step->x, step->logits, step->dlogits, NULL, true);
}

static void end(struct step *step)
{
    sk_net_free(step->net);
    free(step->x);
}

/* --- PyTorch ---------------------------------------------------------------------- */

/* What the fixture calls so: a file's tensor of the gradients, or of the running statistics; or logits, or the loss. */
static const float *find(const struct step *step, const struct sk_tensor_file *gradients, const struct sk_tensor_file *running,
                         const char *name, float *loss, size_t *count)
{
    static const char gradient[] = "gradient ";
    const bool is_gradient = strncmp(name, gradient, strlen(gradient)) == 0;
    char full[128];
    *loss = (float)step->loss;
    *count = strcmp(name, "loss") == 0 ? 1 : BATCH;
    if (strcmp(name, "loss") == 0 || strcmp(name, "logits") == 0)
        return *count == 1 ? loss : step->logits;
    snprintf(full, sizeof full, "classifier.%s", is_gradient ? name + strlen(gradient) : name);
    const struct sk_tensor *t = sk_tensor_file_find(is_gradient ? gradients : running, full);
    if (!t)
        fail_msg("no tensor %s", full);
    *count = sk_tensor_elements(t);
    return t->data;
}

/* PyTorch itself is off by 2e-4 in single precision. The images are such that none of their rectifiers has less than 2e-5 of its own, and no
   pool two greatest values nearer than 9e-6: rounding decides nothing. */
static const double bound = 5e-4;

/* Differences up to the line that tells the tensor's greatest, which they are measured by. */
static void compare(FILE *in, const struct step *step, const struct sk_tensor_file *gradients, const struct sk_tensor_file *running,
                    size_t *tensors)
{
    char line[200], name[96], at[16];
    double want, worst = 0, largest = 0;
    float loss;
    while (fgets(line, sizeof line, in)) {
        size_t count;
        assert_int_equal(sscanf(line, "%95[^\t]\t%15s\t%lf", name, at, &want), 3);
        const float *got = find(step, gradients, running, name, &loss, &count);
        if (strcmp(at, "greatest") != 0) {
            assert_true(strtoul(at, NULL, 10) < count);
            worst = fmax(worst, fabs((double)got[strtoul(at, NULL, 10)] - want));
            continue;
        }
        if (!(worst <= bound * want))
            fail_msg("%s is off by %.3g of %.4g", name, worst, want);
        largest = fmax(largest, worst / want);
        worst = 0;
        ++*tensors;
    }
    print_message("# worst: %.2e of a tensor's greatest\n", largest);
}

static void like_pytorch(void **state)
{
    (void)state;
    struct step step;
    struct sk_tensor_file gradients = {0}, running = {0};
    struct sk_error err;
    size_t tensors = 0;
    start(&step, 2);
    run(&step);
    assert_int_equal(sk_params_save(&step.net->params, step.net->gradients, &gradients, &err), 0);
    assert_int_equal(sk_params_save(&step.net->buffers, step.net->running, &running, &err), 0);
    FILE *in = fopen(SK_FIXTURES "/inception_step.tsv", "r");
    assert_non_null(in);
    compare(in, &step, &gradients, &running, &tensors);
    fclose(in);
    assert_int_equal(tensors, 78);
    sk_tensor_file_free(&gradients);
    sk_tensor_file_free(&running);
    end(&step);
}

/* --- differences ------------------------------------------------------------------ */

/* Along its own gradient a tensor changes the loss by the gradient's length times the way. */
static void check_slope(struct step *step, const char *name, const float *gradients)
{
    const struct sk_params *params = &step->net->params;
    size_t i = 0;
    while (i < params->count && strcmp(params->item[i].name, name) != 0)
        i++;
    assert_true(i < params->count);
    const size_t offset = params->item[i].offset, count = params->item[i].count;
    float *weights = step->net->weights + offset, *kept = block(count, sizeof *kept);
    double length = 0, loss[2];
    memcpy(kept, weights, count * sizeof *kept);
    for (size_t k = 0; k < count; k++)
        length += (double)gradients[offset + k] * (double)gradients[offset + k];
    length = sqrt(length);
    const double way = 1e-2 / length; /* the loss changes by a hundredth, a hundred times its rounding */
    for (int side = 0; side < 2; side++) {
        for (size_t k = 0; k < count; k++)
            weights[k] = (float)((double)kept[k] + (side ? way : -way) / length * (double)gradients[offset + k]);
        sk_net_weights_changed(step->net);
        loss[side] = forward(step);
    }
    memcpy(weights, kept, count * sizeof *kept);
    const double slope = (loss[1] - loss[0]) / (2 * way);
    print_message("# %s: %.6g, by differences %.6g\n", name, length, slope);
    if (!(fabs(slope - length) <= 0.02 * length))
        fail_msg("%s: a slope of %.6g, by differences %.6g", name, length, slope);
    free(kept);
}

static void differences(void **state)
{
    (void)state;
    struct step step;
    start(&step, 2);
    run(&step);
    const size_t total = step.net->params.total;
    float *gradients = block(total, sizeof *gradients);
    memcpy(gradients, step.net->gradients, total * sizeof *gradients);
    static const char *const name[] = {"Conv2d_1a_3x3.conv.weight", "Mixed_5b.branch_pool.bn.weight",
                                       "Mixed_6c.branch7x7dbl_3.conv.weight", "fc.weight"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char full[128];
        snprintf(full, sizeof full, "classifier.%s", name[i]);
        check_slope(&step, full, gradients);
    }
    free(gradients);
    end(&step);
}

static void same_bytes(void **state)
{
    (void)state;
    struct step one, three;
    start(&one, 1);
    start(&three, 3);
    run(&one);
    run(&three);
    check_same("gradients by one thread and by three", one.net->gradients, three.net->gradients, one.net->params.total);
    check_same("running statistics", one.net->running, three.net->running, one.net->buffers.total);
    end(&one);
    end(&three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_pytorch),
        cmocka_unit_test(differences),
        cmocka_unit_test(same_bytes),
    };
    return cmocka_run_group_tests_name("inception_step", tests, NULL, NULL);
}
