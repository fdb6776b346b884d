#ifndef SK_TESTS_NAIVE_DCGAN_H
#define SK_TESTS_NAIVE_DCGAN_H

/* The oracle of both networks: DCGAN's forward passes straight from their definitions, in double precision, channels
   first, with weights named and laid out as PyTorch's state_dict has them. */

#include <stdbool.h>
#include <stddef.h>

#include "nn/arch.h"
#include "tensor/tensor_file.h"

struct naive_tensor {
    char name[96];
    size_t count;
    double *value;
};

/* A state_dict in double precision. */
struct naive_weights {
    size_t count;
    struct naive_tensor tensor[64];
};

struct naive_weights naive_weights_of(const struct sk_tensor_file *file);
void naive_weights_free(struct naive_weights *weights);

/* The tensor's values; the test fails where there is none of that name. */
double *naive_at(const struct naive_weights *weights, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* images [batch][size][size][3] = G(z), z [batch][latent]. Training takes batch statistics and moves the running ones. */
void naive_generator(struct naive_weights *weights, const struct sk_arch *arch, size_t batch, bool training,
                     const float *z, double *images);

/* logits [batch][outputs] of D(images), images [batch][size][size][3]; groups equal parts have batch statistics of
   their own in training, groups 0 is inference. mask [batch][4][4][channels] multiplies the last map, NULL for none;
   features [batch][channels], NULL where not wanted, is that map's mean. */
void naive_discriminator(struct naive_weights *weights, const struct sk_arch *arch, const char *prefix, size_t outputs,
                         size_t batch, size_t groups, const double *images, const float *mask, double *logits,
                         double *features);

#endif
