#ifndef SK_NN_GENERATOR_H
#define SK_NN_GENERATOR_H

#include <stdbool.h>

#include "nn/arch.h"
#include "nn/params.h"

/* DCGAN's generator, z [n][latent] -> images [n][size][size][3] in (-1, 1):
     dense to 4 x 4 x C, batch norm, ReLU; then stride-2 transposed convolutions, each doubling the side and
     halving the channels, batch norm and ReLU after each but the last, which has a bias and tanh. */
struct sk_generator {
    struct sk_arch arch;
    struct sk_params params, buffers; /* "generator.*": what is trained; running statistics */
    float *weights, *gradients;       /* [params.total]; gradients NULL where not training */
    float *running;                   /* [buffers.total] */
    struct sk_generator_memory *memory; /* activations and plans, private */
};

/* Lists what a generator of this (checked) architecture has, without making one. */
void sk_generator_list(const struct sk_arch *arch, struct sk_params *params, struct sk_params *buffers);

/* Makes a generator for batches up to max_batch; weights are zero, running variances 1. What it allocates is entered into
   account (NULL: nowhere). 0 with *generator set (sk_generator_free), or -1 with err. */
SK_MUST_CHECK int sk_generator_new(struct sk_generator **generator, const struct sk_arch *arch, size_t max_batch,
                                   bool training, int jobs, struct sk_account *account, struct sk_error *err);
void sk_generator_free(struct sk_generator *generator);

/* To be called after every change of the weights. */
void sk_generator_weights_changed(struct sk_generator *generator);

/* Training forward: batch statistics, running statistics moved; keeps what backward needs. z must
   stay in place until then. */
void sk_generator_forward(struct sk_generator *generator, size_t batch, const float *z, float *images);

/* Fills gradients (overwritten) from dimages [batch][size][size][3], which is used as scratch; z and images as of
   the last forward. */
void sk_generator_backward(struct sk_generator *generator, size_t batch, const float *z, const float *images,
                           float *dimages);

/* Inference: running statistics; the image of a z depends on that z alone, up to rounding. */
void sk_generator_infer(struct sk_generator *generator, size_t batch, const float *z, float *images);

#endif
