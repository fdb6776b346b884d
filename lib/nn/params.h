#ifndef SK_NN_PARAMS_H
#define SK_NN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/random.h"
#include "tensor/tensor_file.h"

/* How a parameter lies in memory, against how PyTorch's state_dict (and so a file) has it. */
enum sk_param_layout {
    SK_PARAM_PLAIN,        /* the same */
    SK_PARAM_CONV,         /* file [out][in][kh][kw], memory [kh][kw][in][out] */
    SK_PARAM_DENSE_TO_MAP, /* file [c h w][in], memory [in][h w c]: a dense layer whose output is a 4x4 map */
    SK_PARAM_MAP_TO_DENSE, /* file [out][c h w], memory [out][h w c]: a dense layer whose input is a 4x4 map */
    SK_PARAM_MAP,          /* file [c][h][w], memory [h][w][c] */
};

struct sk_param {
    char name[64]; /* "generator.conv1.weight" */
    enum sk_param_layout layout;
    int rank;
    size_t dim[SK_MAX_RANK]; /* the file's shape */
    size_t offset, count;    /* where it lies in the flat vector, in floats */
    double mean, deviation;  /* of its initial values */
};

enum { SK_MAX_PARAMS = 320 }; /* three of each of Inception's 94 convolutions, and of its head */

/* The parameters of a network, one after another in one flat vector; gradients, optimiser state
   and averages are vectors of the same layout. */
struct sk_params {
    size_t count, total; /* parameters; floats in all */
    struct sk_param item[SK_MAX_PARAMS];
};

/* Appends a parameter named by a printf format, with DCGAN's initial values: ".bias" 0, gains (".bn") N(1, 0.02), others
   N(0, 0.02). The shapes come from a checked sk_arch: nothing overflows. */
void sk_params_add(struct sk_params *params, enum sk_param_layout layout, int rank, const size_t *dim,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The part of a flat vector that holds the named parameter (the name must be there: names are ours, not input). */
float *sk_params_at(const struct sk_params *params, float *vector, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the vector to a file as named tensors in PyTorch's layout. 0, or -1 with err. */
SK_MUST_CHECK int sk_params_save(const struct sk_params *params, const float *vector, struct sk_tensor_file *file,
                                 struct sk_error *err);

/* Are all these tensors in the file, with their shapes? So that a network is given memory only where its file has as
   much. 0, or -1 with err. */
SK_MUST_CHECK int sk_params_check(const struct sk_params *params, const struct sk_tensor_file *file,
                                  struct sk_error *err);

/* Fills the vector from a file; every tensor must be there with its shape, and be finite, or it is -1 with err. */
SK_MUST_CHECK int sk_params_load(const struct sk_params *params, float *vector, const struct sk_tensor_file *file,
                                 struct sk_error *err);

/* Whether all numbers are finite: a network with others makes more of them. */
bool sk_params_finite(const struct sk_params *params, const float *vector);

/* Draws the initial values; a deviation of 0 draws nothing. */
void sk_params_initialize(const struct sk_params *params, float *vector, struct sk_random *random);

#endif
