#ifndef SK_NN_LAYERS_H
#define SK_NN_LAYERS_H

#include <stdint.h>

#include "nn/net.h"

/* What net*.c and the kinds of layers share; not for others. */

#define SK_OUTSIDE SIZE_MAX

/* A run of the list over one batch. */
struct sk_pass {
    size_t batch, groups;
    size_t first;         /* of the maps' images this is the first of the run: 0 but where a layer is run by nodes (nn/shared.h) */
    const uint8_t *label; /* the images' classes, [batch], or NULL */
    const float *vector;  /* of inference: embeddings in their place, [batch][channels], or NULL */
    const float *x; /* the input */
    float *y;       /* the output */
    float *dy, *dx; /* their gradients; dx NULL where not wanted */
    float *gradients; /* of the parameters, NULL where not wanted */
    struct sk_random *random;
};

/* A kind of layer: forward and infer read the input's value and write the output's; backward reads the gradient of the output
   and writes that of each input, sk_input_gradient, NULL where nobody wants it, and adds to the parameters' where the pass has them. */
struct sk_kind {
    const char *name;
    /* Floats of scratch, of workspace, and of what forward leaves for backward, for the net's largest batch. NULL: none. */
    size_t (*scratch)(const struct sk_net *net, const struct sk_layer *layer);
    size_t (*workspace)(const struct sk_net *net, const struct sk_layer *layer);
    size_t (*kept)(const struct sk_net *net, const struct sk_layer *layer);
    /* Makes what it needs beside the arena, and enters it into the account. NULL: nothing. 0, or -1 with err. */
    int (*plan)(struct sk_net *net, struct sk_layer *layer, struct sk_account *account, struct sk_error *err);
    void (*weights_changed)(struct sk_net *net, struct sk_layer *layer);
    void (*forward)(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
    void (*infer)(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
    void (*backward)(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
    /* Writes the output once more, while the input and what forward has kept are there. NULL: cannot. */
    void (*recompute)(struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
    bool in_place; /* its first input and its output may share memory: values where nobody else needs the input, gradients always */
    bool adds;     /* backward adds where layer->adds says so; else it overwrites, a detour where need be */
    bool sums;     /* backward sums over any run of images, without another's: by nodes, where ranks share a batch */
    bool input_unread, output_unread; /* backward does not read the values of its inputs, of its output: these may be gone */
};

extern const struct sk_kind sk_kinds[SK_LAYER_KINDS];

/* Gives every map and what layers keep a place in the arena, and asks each layer for what it needs beside; sets the sizes of arena,
   scratch and workspace. 0, or -1 with err. */
SK_MUST_CHECK int sk_net_plan(struct sk_net *net, struct sk_account *account, struct sk_error *err);

/* Where a map's values, and their gradients, are in this pass. */
const float *sk_value_of(const struct sk_net *net, size_t map, const struct sk_pass *pass);
const float *sk_input_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass); /* the first one */
float *sk_output_of(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
float *sk_output_gradient(const struct sk_net *net, const struct sk_layer *layer, const struct sk_pass *pass);
float *sk_input_gradient(const struct sk_net *net, const struct sk_layer *layer, size_t i, const struct sk_pass *pass);

/* Pixels of a map. */
static inline size_t sk_map_pixels(const struct sk_map *map)
{
    return map->side * map->side;
}

/* Values of one image's map. */
static inline size_t sk_map_values(const struct sk_map *map)
{
    return sk_map_pixels(map) * map->channels;
}

#endif
