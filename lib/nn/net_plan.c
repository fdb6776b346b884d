/* Which map lies where in the arena, and when; and who adds to a gradient. */
#include "nn/layers.h"

#include <assert.h>

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Blocks of the arena: a map's values or gradients, what a layer keeps, a detour. Time is the list forward, then backward. */
struct blocks {
    size_t count;
    struct block {
        size_t size, from, to; /* in use from one moment to another, both included */
        size_t at;
        bool placed;
    } block[3 * SK_MAX_MAPS + 2 * SK_MAX_LAYERS];
};

enum { ALIGNED = 16 }; /* floats of a cache line */

static size_t add_block(struct blocks *blocks, size_t size, size_t from, size_t to)
{
    assert(blocks->count < sizeof blocks->block / sizeof *blocks->block);
    blocks->block[blocks->count] = (struct block){.size = (size + ALIGNED - 1) / ALIGNED * ALIGNED, .from = from, .to = to};
    return blocks->count++;
}

static bool in_the_way(const struct block *placed, const struct block *block, size_t at)
{
    return placed->placed && placed->from <= block->to && block->from <= placed->to && placed->at < at + block->size &&
           at < placed->at + placed->size;
}

/* The lowest place where no block is that is in use at the same time. */
static void place_block(struct blocks *blocks, struct block *block)
{
    size_t at = 0;
    for (size_t i = 0; i < blocks->count; i++)
        if (in_the_way(&blocks->block[i], block, at)) {
            at = blocks->block[i].at + blocks->block[i].size;
            i = (size_t)-1; /* from the first again */
        }
    block->at = at;
    block->placed = true;
}

/* The largest first, as small ones find room beside them. Returns the floats that all take. */
static size_t place_blocks(struct blocks *blocks)
{
    size_t end = 0;
    for (size_t n = 0; n < blocks->count; n++) {
        struct block *largest = blocks->block;
        for (size_t i = 1; i < blocks->count; i++)
            if (!blocks->block[i].placed && (largest->placed || blocks->block[i].size > largest->size))
                largest = &blocks->block[i];
        place_block(blocks, largest);
        end = largest->at + largest->size > end ? largest->at + largest->size : end;
    }
    return end;
}

static bool inside(const struct sk_net *net, size_t map)
{
    return map != 0 && map != net->output;
}

static size_t floats_of(const struct sk_net *net, size_t map)
{
    return net->use.max_batch * sk_map_values(&net->map[map]);
}

/* Layer l runs forward at l, and backward at this. */
static size_t backward_at(const struct sk_net *net, size_t l)
{
    return 2 * net->layers - 1 - l;
}

static bool in_place(const struct sk_layer *layer)
{
    return layer->inputs == 1 && layer->input[0] == layer->output;
}

static bool reads(const struct sk_layer *layer, size_t map)
{
    for (size_t i = 0; i < layer->inputs; i++)
        if (layer->input[i] == map)
            return true;
    return false;
}

/* Values that are written anew in backward, as numbers of blocks: of a map that one layer writes and others read then. They are there
   from the last of these in the list, which runs backward first, to the first of them. */
static void plan_recomputed(struct sk_net *net, struct blocks *blocks)
{
    for (size_t l = 0; net->use.training && net->recompute && l < net->layers; l++) {
        const size_t output = net->layer[l].output;
        struct sk_map *map = &net->map[output];
        size_t first = SK_OUTSIDE, last = SK_OUTSIDE, writers = 0;
        for (size_t k = 0; k < net->layers; k++) {
            writers += net->layer[k].output == output;
            if (reads(&net->layer[k], output) && !sk_kinds[net->layer[k].kind].input_unread) {
                first = first == SK_OUTSIDE ? k : first;
                last = k;
            }
        }
        if (!sk_kinds[net->layer[l].kind].recompute || !inside(net, output) || map->keep || writers > 1 || last == SK_OUTSIDE ||
            net->layer[last].recomputes != SK_OUTSIDE)
            continue;
        map->recomputed = add_block(blocks, floats_of(net, output), backward_at(net, last), backward_at(net, first));
        net->layer[last].recomputes = l;
    }
}

/* The last moment at which a map's values are used, by its readers, or by the layers that write it. */
static size_t last_use(const struct sk_net *net, size_t map)
{
    size_t last = 0;
    for (size_t l = 0; l < net->layers; l++) {
        const struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        const bool reader = reads(layer, map), writer = layer->output == map;
        if (reader || writer)
            last = max_of(last, l);
        if (net->use.training && net->map[map].recomputed == SK_OUTSIDE &&
            ((reader && !kind->input_unread) || (writer && !kind->output_unread)))
            last = max_of(last, backward_at(net, l));
    }
    return net->map[map].keep ? 2 * net->layers : last;
}

/* Values, as numbers of blocks: until their last use, or beyond it in the memory of what the layer writes that uses them last. */
static void plan_values(struct sk_net *net, struct blocks *blocks)
{
    for (size_t l = 0; l < net->layers; l++) {
        const struct sk_layer *layer = &net->layer[l];
        struct sk_map *out = &net->map[layer->output];
        if (in_place(layer) || !inside(net, layer->output))
            continue;
        const size_t in = layer->inputs ? layer->input[0] : 0, to = last_use(net, layer->output);
        if (sk_kinds[layer->kind].in_place && inside(net, in) && last_use(net, in) == l) {
            out->value = net->map[in].value;
            blocks->block[out->value].to = to;
        } else
            out->value = add_block(blocks, floats_of(net, layer->output), l, to);
    }
}

/* Who adds to a gradient, and who begins it. Nothing is written in place that another layer reads. */
static void plan_sums(struct sk_net *net)
{
    bool begun[SK_MAX_MAPS] = {false};
    for (size_t l = net->layers; l-- > 0;) {
        struct sk_layer *layer = &net->layer[l];
        for (size_t k = 0; in_place(layer) && k < l; k++)
            assert(in_place(&net->layer[k]) || !reads(&net->layer[k], layer->output));
        for (size_t i = 0; !in_place(layer) && i < layer->inputs; i++) {
            assert(layer->input[i] != net->output);
            layer->adds[i] = begun[layer->input[i]];
            begun[layer->input[i]] = true;
        }
    }
}

static void take_detour(struct sk_layer *layer, size_t block)
{
    assert(layer->detour == SK_OUTSIDE); /* a kind of several inputs adds itself */
    layer->detour = block;
}

/* Gradients, likewise: a map's lives from its last reader, which begins it, back to the layer that wrote the map, or beyond that in
   the gradient of what that layer reads. */
static void plan_gradients(struct sk_net *net, struct blocks *blocks)
{
    for (size_t l = net->layers; l-- > 0;) {
        struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        const struct sk_map *out = &net->map[layer->output];
        const size_t now = backward_at(net, l);
        if (in_place(layer))
            continue;
        if (inside(net, layer->output)) {
            assert(out->gradient != SK_OUTSIDE); /* somebody reads it */
            blocks->block[out->gradient].to = now;
        }
        for (size_t i = 0; i < layer->inputs; i++) {
            struct sk_map *in = &net->map[layer->input[i]];
            if (layer->adds[i] && !kind->adds)
                take_detour(layer, add_block(blocks, floats_of(net, layer->input[i]), now, now));
            else if (layer->adds[i] || !inside(net, layer->input[i]))
                continue;
            else if (i == 0 && kind->in_place && inside(net, layer->output))
                in->gradient = out->gradient;
            else
                in->gradient = add_block(blocks, floats_of(net, layer->input[i]), now, now);
        }
    }
}

/* Numbers of blocks become places in the arena. */
static void take_places(struct sk_net *net, const struct blocks *blocks)
{
    for (size_t m = 0; m < net->maps; m++) {
        struct sk_map *map = &net->map[m];
        map->value = map->value == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[map->value].at;
        map->recomputed = map->recomputed == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[map->recomputed].at;
        map->gradient = map->gradient == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[map->gradient].at;
    }
    for (size_t l = 0; l < net->layers; l++) {
        struct sk_layer *layer = &net->layer[l];
        layer->kept = layer->kept == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[layer->kept].at;
        layer->detour = layer->detour == SK_OUTSIDE ? SK_OUTSIDE : blocks->block[layer->detour].at;
    }
}

/* What every kind asks for. */
static int plan_layers(struct sk_net *net, struct blocks *blocks, struct sk_account *account, struct sk_error *err)
{
    for (size_t l = 0; l < net->layers; l++) {
        struct sk_layer *layer = &net->layer[l];
        const struct sk_kind *kind = &sk_kinds[layer->kind];
        if (kind->plan && kind->plan(net, layer, account, err))
            return sk_prefix(err, "%s.%s", net->prefix, layer->name);
        if (kind->scratch)
            net->scratch_floats = max_of(net->scratch_floats, kind->scratch(net, layer));
        if (kind->workspace)
            net->workspace_floats = max_of(net->workspace_floats, kind->workspace(net, layer));
        if (kind->kept && net->use.training)
            layer->kept = add_block(blocks, kind->kept(net, layer), l, backward_at(net, l));
    }
    return 0;
}

int sk_net_plan(struct sk_net *net, struct sk_account *account, struct sk_error *err)
{
    struct blocks blocks = {0};
    plan_recomputed(net, &blocks);
    plan_values(net, &blocks);
    plan_sums(net);
    if (plan_layers(net, &blocks, account, err))
        return -1;
    if (net->use.training)
        plan_gradients(net, &blocks);
    net->arena_floats = place_blocks(&blocks);
    take_places(net, &blocks);
    return 0;
}
