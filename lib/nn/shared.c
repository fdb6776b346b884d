#include "nn/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/layers.h"

/* Of the widest batch norm. */
static size_t most_channels(const struct sk_net *net)
{
    size_t most = 0;
    for (size_t l = 0; l < net->layers; l++) {
        const size_t channels = net->map[net->layer[l].output].channels;
        if (net->layer[l].kind == SK_LAYER_BATCH_NORM && channels > most)
            most = channels;
    }
    return most;
}

static int allocate_moments(struct sk_account *account, struct sk_moments **moments, size_t count, struct sk_error *err)
{
    float *memory;
    int failed = sk_account_floats(account, SK_WORKSPACE, &memory, sk_product(count, sizeof **moments / sizeof *memory), err);
    *moments = (struct sk_moments *)(void *)memory;
    return failed;
}

static int allocate(struct sk_shared *shared, const struct sk_net *net, size_t parts, struct sk_account *account, struct sk_error *err)
{
    const struct sk_share_plan *plan = sk_share_plan(shared->share, parts);
    const size_t channels = most_channels(net), total = net->params.total;
    if (sk_account_floats(account, SK_WEIGHTS, &shared->others, sk_product(plan->nodes - 1, total), err) ||
        sk_account_floats(account, SK_WORKSPACE, &shared->workspace, sk_share_workspace(shared->share, parts), err) ||
        allocate_moments(account, &shared->mine, sk_product(plan->nodes, channels), err) ||
        allocate_moments(account, &shared->all, sk_product(plan->all_nodes, channels), err) ||
        !(shared->gradients = sk_alloc(plan->nodes, sizeof *shared->gradients, err)))
        return -1;
    for (size_t i = 0; shared->others && i < plan->nodes; i++)
        shared->gradients[i] = i ? shared->others + (i - 1) * total : net->gradients;
    return 0;
}

int sk_net_share(struct sk_net *net, const struct sk_share *share, size_t parts, struct sk_account *account, struct sk_error *err)
{
    assert(net->use.training && net->use.max_batch <= parts * share->count);
    net->shared = sk_alloc(1, sizeof *net->shared, err);
    if (!net->shared)
        return -1;
    net->shared->share = share;
    return allocate(net->shared, net, parts, account, err);
}

void sk_shared_free(struct sk_shared *shared)
{
    if (!shared)
        return;
    free(shared->gradients);
    free(shared->others);
    free(shared->workspace);
    free(shared->mine);
    free(shared->all);
    free(shared);
}

size_t sk_shared_parts(const struct sk_shared *shared, size_t batch)
{
    assert(batch % shared->share->count == 0);
    return batch / shared->share->count;
}

size_t sk_shared_images(const struct sk_shared *shared, size_t batch)
{
    return sk_shared_parts(shared, batch) * shared->share->images;
}

/* Channel c over `leaves` leaves from the first on: the nodes that come next, joined. */
static struct sk_moments join_moments(const struct sk_moments *all, size_t channels, size_t c, size_t first, size_t leaves,
                                      const struct sk_node **next)
{
    if ((*next)->first == first && (*next)->leaves == leaves)
        return all[(*next)++->place * channels + c];
    const size_t split = sk_tree_split(leaves);
    const struct sk_moments left = join_moments(all, channels, c, first, split, next);
    return sk_moments_join(left, join_moments(all, channels, c, first + split, leaves - split, next));
}

void sk_shared_moments(struct sk_shared *shared, const struct sk_batch_norm *bn, size_t images, const float *x,
                       struct sk_moments *moments, float *scratch, int jobs)
{
    const size_t parts = sk_shared_parts(shared, images), channels = bn->channels;
    const struct sk_share_plan *plan = sk_share_plan(shared->share, parts);
    for (size_t i = 0; i < plan->nodes; i++)
        sk_batch_norm_moments(bn, plan->node[i].images, x + plan->node[i].image * bn->pixels * channels, shared->mine + i * channels,
                              scratch, jobs);
    sk_share_gather_nodes(shared->share, parts, channels * sizeof *moments, shared->mine, shared->all);
    for (size_t c = 0; c < channels; c++) {
        const struct sk_node *next = plan->in_order;
        moments[c] = join_moments(shared->all, channels, c, 0, plan->leaves, &next);
    }
}

static float join_sums(const float *all, size_t values, size_t v, size_t first, size_t leaves, const struct sk_node **next)
{
    if ((*next)->first == first && (*next)->leaves == leaves)
        return all[(*next)++->place * values + v];
    const size_t split = sk_tree_split(leaves);
    const float left = join_sums(all, values, v, first, split, next);
    return left + join_sums(all, values, v, first + split, leaves - split, next);
}

void sk_shared_gradient_sums(struct sk_shared *shared, const struct sk_batch_norm *bn, size_t images, const float *x,
                             const float *mean, const float *inv_std, const float *dy, float *sums, float *scratch, int jobs)
{
    const size_t parts = sk_shared_parts(shared, images), values = 2 * bn->channels;
    const struct sk_share_plan *plan = sk_share_plan(shared->share, parts);
    float *mine = (float *)(void *)shared->mine, *all = (float *)(void *)shared->all;
    for (size_t i = 0; i < plan->nodes; i++) {
        const size_t at = plan->node[i].image * bn->pixels * bn->channels;
        sk_batch_norm_gradient_sums(bn, plan->node[i].images, x + at, mean, inv_std, dy + at, mine + i * values, scratch, jobs);
    }
    sk_share_gather_nodes(shared->share, parts, values * sizeof *sums, mine, all);
    for (size_t v = 0; v < values; v++) {
        const struct sk_node *next = plan->in_order;
        sums[v] = join_sums(all, values, v, 0, plan->leaves, &next);
    }
}
