/* Inception v3, block by block, against torchvision (fixtures/inception.py) on weights that both make by counting.
   test_inception weights FILE: writes these weights, for the test of skclassify. */
#include <stdio.h>

#include "check.h"
#include "data/resize.h"
#include "inception_weights.h"
#include "nn/inception.h"

static struct sk_tensor_file weights;

static int make_weights(void **state)
{
    (void)state;
    struct sk_error err;
    if (inception_weights(&weights, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int free_weights(void **state)
{
    (void)state;
    sk_tensor_file_free(&weights);
    return 0;
}

static struct sk_net *open_variant(const char *variant, int jobs)
{
    struct sk_error err;
    struct sk_net *net;
    assert_int_equal(sk_tensor_file_set(&weights, &err, "variant", "%s", variant), 0);
    if (sk_inception_open(&weights, 3, jobs, &net, &err))
        fail_msg("%s", err.text);
    return net;
}

static float *make_input(void)
{
    struct sk_image image = {0};
    struct sk_error err;
    assert_int_equal(sk_image_shape(&image, 47, 61, 3, false, 255, &err), 0);
    for (uint32_t i = 0; i < 61 * 47 * 3; i++)
        image.sample[i] = (uint16_t)(256 * hashed(9999, i));
    float *x = block(SK_INCEPTION_INPUT, sizeof *x);
    sk_resize_bilinear(&image, SK_INCEPTION_SIZE, x);
    sk_image_free(&image);
    return x;
}

/* Compares one block's map with the fixture's samples of it. */
struct comparison {
    const char *variant;
    size_t seen;
};

static void compare(struct comparison *comparison, const char *name, size_t h, size_t w, size_t c, const float *map)
{
    char line[200], variant[32], found[64], at[16];
    double want, worst = 0, greatest = 0;
    FILE *in = fopen(SK_FIXTURES "/inception.tsv", "r");
    assert_non_null(in);
    size_t samples = 0;
    while (fgets(line, sizeof line, in)) {
        assert_int_equal(sscanf(line, "%31s %63s %15s %lf", variant, found, at, &want), 4);
        if (strcmp(variant, comparison->variant) != 0 || strcmp(found, name) != 0)
            continue;
        if (strcmp(at, "greatest") == 0) {
            greatest = want;
            continue;
        }
        const size_t i = strtoul(at, NULL, 10);
        assert_true(i < h * w * c);
        worst = fmax(worst, fabs((double)map[i] - want));
        samples++;
    }
    fclose(in);
    if (samples != 24 || !(worst <= 1e-5 * greatest))
        fail_msg("%s %s: off by %.3g of %.4g in %zu samples", comparison->variant, name, worst, greatest, samples);
    print_message("# %s\t%s\t%.2e\n", comparison->variant, name, worst / greatest);
    comparison->seen++;
}

/* The maps of a list that blocks end in, to be kept for a look. */
enum { BLOCKS = 18 };
static struct {
    char name[32];
    size_t map;
} ends[BLOCKS];
static size_t end_count;

static void keep(struct sk_net *net, const char *name, size_t map)
{
    assert_true(end_count < BLOCKS);
    snprintf(ends[end_count].name, sizeof ends[0].name, "%s", name);
    ends[end_count++].map = map;
    net->map[map].keep = true;
}

static int kept_features(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    char name[32];
    int pools = 0;
    if (sk_inception_features(net, arch, outputs, err))
        return -1;
    end_count = 0;
    for (size_t l = 0; l < net->layers; l++) {
        const struct sk_layer *layer = &net->layer[l];
        if (layer->kind == SK_LAYER_CONCAT)
            keep(net, layer->name, layer->output);
        else if (layer->kind == SK_LAYER_BATCH_NORM && strncmp(layer->name, "Conv2d", 6) == 0) {
            snprintf(name, sizeof name, "%.*s", (int)strcspn(layer->name, "."), layer->name);
            keep(net, name, layer->output);
        } else if (layer->kind == SK_LAYER_MAX_POOL && ++pools <= 2) {
            snprintf(name, sizeof name, "maxpool%d", pools);
            keep(net, name, layer->output);
        }
    }
    return 0;
}

static void blocks(void **state)
{
    (void)state;
    float *x = make_input(), features[SK_INCEPTION_FEATURES];
    for (size_t i = 0; i < SK_INCEPTION_VARIANTS; i++) {
        const struct sk_arch arch = {.size = SK_INCEPTION_SIZE, .variant = i};
        const struct sk_net_use use = {1, false, 2};
        struct comparison comparison = {.variant = sk_inception_variant_name[i]};
        struct sk_net *net;
        struct sk_error err;
        if (sk_net_open_as(&net, kept_features, &arch, 0, &use, "", &weights, &err))
            fail_msg("%s", err.text);
        sk_net_infer(net, 1, x, features);
        for (size_t k = 0; k < end_count; k++) {
            const struct sk_map *map = &net->map[ends[k].map];
            compare(&comparison, ends[k].name, map->side, map->side, map->channels, net->arena + map->value);
        }
        compare(&comparison, "features", 1, 1, SK_INCEPTION_FEATURES, features);
        assert_int_equal(comparison.seen, BLOCKS + 1);
        sk_net_free(net);
    }
    free(x);
}

static void same_bytes(void **state)
{
    (void)state;
    float *one = make_input(), *x = block(3 * SK_INCEPTION_INPUT, sizeof *x);
    float *got[2] = {block(3 * SK_INCEPTION_FEATURES, sizeof(float)), block(3 * SK_INCEPTION_FEATURES, sizeof(float))};
    for (size_t i = 0; i < 3 * SK_INCEPTION_INPUT; i++)
        x[i] = one[i % SK_INCEPTION_INPUT] * (1 - 0.25f * (float)(i / SK_INCEPTION_INPUT));
    struct sk_net *net = open_variant("keras", 1);
    for (size_t i = 0; i < 3; i++)
        sk_net_infer(net, 1, x + i * SK_INCEPTION_INPUT, got[0] + i * SK_INCEPTION_FEATURES);
    sk_net_free(net);
    net = open_variant("keras", 3);
    sk_net_infer(net, 3, x, got[1]);
    assert_int_equal(sk_inception_crc(net), 0xe2acf4c2); /* features of other releases have it in their name */
    sk_net_free(net);
    check_same("features by one and by three", got[0], got[1], 3 * SK_INCEPTION_FEATURES);
    free(got[0]);
    free(got[1]);
    free(x);
    free(one);
}

static void refused(const char *reason)
{
    struct sk_error err;
    struct sk_net *net;
    assert_int_equal(sk_inception_open(&weights, 1, 1, &net, &err), -1);
    assert_null(net);
    if (!strstr(err.text, reason))
        fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void lies(void **state)
{
    (void)state;
    struct sk_error err;
    assert_int_equal(sk_tensor_file_set(&weights, &err, "variant", "tf"), 0);
    refused("'variant' is 'tf'");
    assert_int_equal(sk_tensor_file_set(&weights, &err, "variant", "keras"), 0);
    struct sk_tensor *t = sk_tensor_file_find(&weights, "Mixed_7c.branch_pool.bn.running_var");
    ((float *)t->data)[3] = -1;
    refused("is no variance");
    ((float *)t->data)[3] = 1;
    t = sk_tensor_file_find(&weights, "Mixed_5b.branch5x5_2.conv.weight");
    t->dim[2] = 3;
    refused("Mixed_5b.branch5x5_2.conv.weight");
    t->dim[2] = 5;
    ((float *)t->data)[7] = NAN;
    refused("Mixed_5b.branch5x5_2.conv.weight' holds numbers that are not finite");
    ((float *)t->data)[7] = 0;
}

static int write_weights(const char *path)
{
    struct sk_tensor_file file = {0};
    struct sk_error err;
    int failed = inception_weights(&file, &err) || sk_tensor_file_set(&file, &err, "variant", "keras") ||
                 sk_tensor_file_write(&file, path, &err);
    if (failed)
        fprintf(stderr, "test_inception: %s\n", err.text);
    sk_tensor_file_free(&file);
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "weights") == 0)
        return write_weights(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(same_bytes),
        cmocka_unit_test(lies),
    };
    return cmocka_run_group_tests_name("inception", tests, make_weights, free_weights);
}
