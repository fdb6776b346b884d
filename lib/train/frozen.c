#include "train/frozen.h"

#include <stdlib.h>
#include <string.h>

#include "nn/recipes.h"

int sk_frozen_start(struct sk_frozen *frozen, const struct sk_arch *arch, size_t outputs, size_t batch, int jobs,
                    struct sk_account *account, struct sk_error *err)
{
    const struct sk_net_use use = {batch, false, jobs};
    *frozen = (struct sk_frozen){0};
    if (sk_net_new(&frozen->net, sk_recipes_of(arch)->classifier, arch, outputs, &use, account, err))
        return -1;
    frozen->values = sk_net_features_values(frozen->net);
    return sk_account_floats(account, SK_ACTIVATIONS, &frozen->logits, batch * outputs, err);
}

void sk_frozen_free(struct sk_frozen *frozen)
{
    sk_net_free(frozen->net);
    free(frozen->logits);
    *frozen = (struct sk_frozen){0};
}

const float *sk_frozen_features(struct sk_frozen *frozen, size_t n, const float *x)
{
    sk_net_infer(frozen->net, n, x, frozen->logits);
    return sk_net_features_map(frozen->net);
}

void sk_frozen_copy_head(const struct sk_frozen *frozen, struct sk_net *head)
{
    const struct sk_net *net = frozen->net;
    memcpy(head->weights, net->weights + net->params.item[net->head].offset, head->params.total * sizeof *head->weights);
    sk_net_weights_changed(head);
}
