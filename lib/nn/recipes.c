#include "nn/recipes.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "nn/dcgan.h"
#include "nn/inception.h"
#include "nn/resnet.h"

const char *const sk_architecture_name[SK_ARCHITECTURES] = {"dcgan", "resnet", "inception"};

const struct sk_recipes sk_architecture[SK_ARCHITECTURES] = {
    {sk_dcgan_generator, sk_dcgan_discriminator, sk_dcgan_classifier, .size = {32, 64, 128}, .usual_size = 64,
     .has_width = true, .has_kernel = true, .has_trunk = true},
    {sk_resnet_generator, sk_resnet_discriminator, sk_resnet_classifier, .size = {32, 64, 128}, .usual_size = 64,
     .has_width = true, .has_upsampling = true},
    {NULL, NULL, sk_inception_classifier, .size = {96, 128, 160, 192, 224, 256, 288, 320}, .usual_size = 160, .has_variant = true},
};

/* As the recipes end. */
static void write_head(struct sk_net *net, const struct sk_net *whole, size_t outputs)
{
    const struct sk_map *map = &whole->map[whole->features];
    size_t at = sk_net_input(net, whole->prefix, map->side, map->channels);
    at = sk_net_average_pool(net, at, (struct sk_pool){.kernel = 1, .stride = 1}); /* a copy, as dropout works in place */
    net->output = sk_net_linear(net, "fc", sk_net_dropout(net, at), outputs);
    assert(net->params.total == whole->params.total - whole->params.item[whole->head].offset);
}

int sk_classifier_head(struct sk_net *net, const struct sk_arch *arch, size_t outputs, struct sk_error *err)
{
    struct sk_net *whole = sk_alloc(1, sizeof *whole, err);
    const int failed = !whole || sk_recipes_of(arch)->classifier(whole, arch, outputs, err);
    if (!failed)
        write_head(net, whole, outputs);
    free(whole);
    return failed ? -1 : 0;
}
