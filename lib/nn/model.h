#ifndef SK_NN_MODEL_H
#define SK_NN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/arch.h"
#include "tensor/tensor_file.h"

/* Networks out of and into weights files. Metadata keys of a model or a checkpoint:
     kind            gan or classifier
     architecture    dcgan, resnet or inception (nn/recipes.h)
     size, width, kernel, variant, latent (of a gan alone)   struct sk_arch; those that the architecture has
     upsampling      of a GAN whose architecture has it, where it is bilinear
     classes         names, separated by spaces, the last the positive one; "-" where none were named
     class_images    of a GAN that is conditional on them, and of that alone: how many training images each class has
     preset, seed, batch, learning_rate, beta1, optimizer, dropout
     weight_decay, schedule, warmup, ema, beta2, clip   where they are not 0, constant, 0, 0, 0.999, 0
     step, steps     training steps done, and asked for (equal in a model, which is complete)
     simd            what its numbers depend on: sk_simd_arithmetic()
     images_crc32, images_count    of the training images
     format, crc32   see tensor/tensor_file.h */

/* Reads a model or checkpoint ("-" is standard input) whose kind is wanted (NULL: any), and its architecture.
   0 with *file filled (sk_tensor_file_free), or -1 with err and *file empty. */
SK_MUST_CHECK int sk_model_read(struct sk_tensor_file *file, const char *path, const char *kind,
                                struct sk_arch *arch, struct sk_error *err);

/* The same of a file that has been read. 0, or -1 with err, which does not name the file. */
SK_MUST_CHECK int sk_model_identify(const struct sk_tensor_file *file, const char *kind, struct sk_arch *arch,
                                    struct sk_error *err);

/* Puts the architecture into a file's metadata, which say its kind. 0, or -1 with err. */
SK_MUST_CHECK int sk_model_set_arch(struct sk_tensor_file *file, const struct sk_arch *arch, struct sk_error *err);

/* A metadata number in a range. 0, or -1 with err, naming the key. */
SK_MUST_CHECK int sk_model_number(const struct sk_tensor_file *file, const char *key, uint64_t low, uint64_t high,
                                  uint64_t *value, struct sk_error *err);

#endif
