#include "base/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Floats that a rank sums at a time: what is on its way stays small beside the network. */
enum { SLICE = 65536 };

/* --- who has what ----------------------------------------------------------------- */

/* The micro-batch with which a rank's run begins; of the rank behind the last one, how many there are. */
static size_t run_of(const struct sk_share *share, size_t rank)
{
    return sk_micro_batches(share->images) * rank / share->ranks->count;
}

static size_t images_before(const struct sk_share *share, size_t micro_batch)
{
    const size_t images = micro_batch * SK_MICRO_BATCH;
    return images < share->images ? images : share->images;
}

/* The leaves of the largest node from leaf `first` on that ends by `end`. */
static size_t node_from(size_t first, size_t end, size_t leaves)
{
    size_t count = 1;
    for (size_t whole = 2; first % whole == 0; whole *= 2) {
        const size_t last = leaves - first < whole ? leaves : first + whole;
        if (last > end)
            break;
        count = last - first;
        if (last == leaves)
            break;
    }
    return count;
}

/* The nodes of a rank's run of a part; node NULL: their number alone. */
static size_t list_nodes(const struct sk_share *share, size_t parts, size_t part, size_t rank, struct sk_node *node)
{
    const size_t each = sk_micro_batches(share->images), first = run_of(share, rank), end = run_of(share, rank + 1);
    const size_t begin = images_before(share, first), own = images_before(share, end) - begin;
    size_t nodes = 0;
    for (size_t leaf = first, count; leaf < end; leaf += count, nodes++) {
        count = node_from(part * each + leaf, part * each + end, parts * each);
        if (node) {
            const size_t image = images_before(share, leaf);
            node[nodes] = (struct sk_node){.first = part * each + leaf, .leaves = count, .image = part * own + image - begin,
                                           .images = images_before(share, leaf + count) - image};
        }
    }
    return nodes;
}

static int list_all(const struct sk_share *share, size_t parts, struct sk_share_plan *plan, struct sk_error *err)
{
    const size_t ranks = share->ranks->count;
    plan->leaves = parts * sk_micro_batches(share->images);
    for (size_t r = 0; r < ranks; plan->all_nodes += plan->of_rank[r++])
        for (size_t p = 0; p < parts; p++)
            plan->of_rank[r] += list_nodes(share, parts, p, r, NULL);
    plan->nodes = plan->of_rank[share->ranks->rank];
    plan->node = sk_alloc(plan->nodes, sizeof *plan->node, err);
    plan->in_order = plan->node ? sk_alloc(plan->all_nodes, sizeof *plan->in_order, err) : NULL;
    size_t *place = plan->in_order ? sk_alloc(ranks, sizeof *place, err) : NULL; /* of each rank's next node */
    if (!place)
        return -1;
    for (size_t r = 1; r < ranks; r++)
        place[r] = place[r - 1] + plan->of_rank[r - 1];
    struct sk_node *next = plan->in_order, *own = plan->node;
    for (size_t p = 0; p < parts; p++)
        for (size_t r = 0; r < ranks; r++)
            for (size_t nodes = list_nodes(share, parts, p, r, next); nodes > 0; nodes--, next++) {
                next->place = place[r]++;
                if (r == share->ranks->rank)
                    *own++ = *next;
            }
    free(place);
    return 0;
}

static int make_plan(const struct sk_share *share, size_t parts, struct sk_share_plan *plan, struct sk_error *err)
{
    plan->of_rank = sk_alloc(share->ranks->count, sizeof *plan->of_rank, err);
    if (!plan->of_rank)
        return -1;
    return list_all(share, parts, plan, err);
}

int sk_share_start(struct sk_share *share, struct sk_ranks *ranks, size_t images, struct sk_error *err)
{
    *share = (struct sk_share){.ranks = ranks, .images = images};
    const size_t micro_batches = sk_micro_batches(images);
    if (ranks->count > micro_batches)
        return sk_fail(err, "%zu ranks are more than the %zu micro-batches of %d images that a batch of %zu has", ranks->count, micro_batches,
                       SK_MICRO_BATCH, images);
    share->first = images_before(share, run_of(share, ranks->rank));
    share->count = images_before(share, run_of(share, ranks->rank + 1)) - share->first;
    for (int i = 0; i < 2; i++)
        if (!(share->bytes[i] = sk_alloc(ranks->count, sizeof *share->bytes[i], err)))
            return -1;
    for (size_t i = 0, parts = 1; i < SK_SHARE_PLANS && (parts == 1 || images % SK_MICRO_BATCH == 0); i++, parts *= 2)
        if (make_plan(share, parts, &share->plan[i], err))
            return -1;
    return 0;
}

void sk_share_free(struct sk_share *share)
{
    for (size_t i = 0; i < SK_SHARE_PLANS; i++) {
        free(share->plan[i].node);
        free(share->plan[i].in_order);
        free(share->plan[i].of_rank);
    }
    free(share->bytes[0]);
    free(share->bytes[1]);
    *share = (struct sk_share){0};
}

const struct sk_share_plan *sk_share_plan(const struct sk_share *share, size_t parts)
{
    const struct sk_share_plan *plan = &share->plan[parts / 2];
    assert((parts == 1 || parts == 2 || parts == 4) && plan->of_rank);
    return plan;
}

/* --- what is gathered --------------------------------------------------------------- */

void sk_share_gather(const struct sk_share *share, size_t parts, size_t size, const void *mine, void *all)
{
    size_t *bytes = share->bytes[0];
    for (size_t r = 0; r < share->ranks->count; r++)
        bytes[r] = (images_before(share, run_of(share, r + 1)) - images_before(share, run_of(share, r))) * size;
    for (size_t p = 0; p < parts; p++)
        share->ranks->gather(share->ranks, (const char *)mine + p * share->count * size, bytes, (char *)all + p * share->images * size);
}

void sk_share_take(const struct sk_share *share, size_t parts, size_t size, const void *all, void *mine)
{
    for (size_t p = 0; p < parts; p++)
        memcpy((char *)mine + p * share->count * size, (const char *)all + (p * share->images + share->first) * size, share->count * size);
}

void sk_share_gather_nodes(const struct sk_share *share, size_t parts, size_t size, const void *mine, void *all)
{
    const struct sk_share_plan *plan = sk_share_plan(share, parts);
    for (size_t r = 0; r < share->ranks->count; r++)
        share->bytes[0][r] = plan->of_rank[r] * size;
    share->ranks->gather(share->ranks, mine, share->bytes[0], all);
}

/* --- sums ----------------------------------------------------------------------------- */

size_t sk_share_workspace(const struct sk_share *share, size_t parts)
{
    const struct sk_share_plan *plan = sk_share_plan(share, parts);
    const size_t vectors = sk_sum(sk_sum(share->ranks->count * plan->nodes, plan->all_nodes), 1 + sk_tree_levels(plan->leaves));
    return sk_product(vectors, SLICE);
}

/* Of `left` values, slice r's. */
struct slice {
    size_t at, values;
};

static struct slice slice_of(const struct sk_share *share, size_t r, size_t left)
{
    const size_t equal = (left + share->ranks->count - 1) / share->ranks->count, each = equal < SLICE ? equal : SLICE;
    const size_t at = r * each < left ? r * each : left;
    return (struct slice){at, left - at < each ? left - at : each};
}

/* A rank's slice of all nodes [place], joined in the order of the tree. */
static const float *join_nodes(const struct sk_share_plan *plan, const float *all, size_t values, float *workspace, int jobs)
{
    struct sk_tree_sum sum;
    sk_tree_start(&sum, plan->leaves, 0, values, workspace, workspace + values);
    for (size_t i = 0; i < plan->all_nodes; i++) {
        memcpy(sk_tree_node(&sum, sum.nodes), all + plan->in_order[i].place * values, values * sizeof *all);
        sk_tree_push(&sum, plan->in_order[i].leaves, jobs);
    }
    return workspace;
}

/* Of `left` values from `at` on, the first slice of each rank. */
static void sum_slices(const struct sk_share *share, const struct sk_share_plan *plan, float *const *vector, size_t at, size_t left,
                       float *workspace, int jobs)
{
    struct sk_ranks *ranks = share->ranks;
    const size_t own = slice_of(share, ranks->rank, left).values;
    float *out = workspace, *in = out + ranks->count * plan->nodes * SLICE, *joined = in + plan->all_nodes * SLICE, *to = out;
    for (size_t r = 0; r < ranks->count; r++) {
        const struct slice slice = slice_of(share, r, left);
        share->bytes[0][r] = plan->nodes * slice.values * sizeof *to;
        share->bytes[1][r] = plan->of_rank[r] * own * sizeof *to;
        for (size_t i = 0; i < plan->nodes; i++, to += slice.values)
            memcpy(to, vector[i] + at + slice.at, slice.values * sizeof *to);
    }
    ranks->exchange(ranks, out, share->bytes[0], in, share->bytes[1]);
    const float *sum = join_nodes(plan, in, own, joined, jobs);
    for (size_t r = 0; r < ranks->count; r++)
        share->bytes[0][r] = slice_of(share, r, left).values * sizeof *sum;
    ranks->gather(ranks, sum, share->bytes[0], vector[0] + at);
}

void sk_share_sum(const struct sk_share *share, size_t parts, float *const *vector, size_t values, float *workspace, int jobs)
{
    const size_t all = share->ranks->count * SLICE;
    for (size_t at = 0; at < values; at += all)
        sum_slices(share, sk_share_plan(share, parts), vector, at, values - at, workspace, jobs);
}
