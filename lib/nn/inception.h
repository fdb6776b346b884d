#ifndef SK_NN_INCEPTION_H
#define SK_NN_INCEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tensor/tensor_file.h"

/* Inception v3 up to its 2048 pooled features, between which the usual Frechet Inception distance is. Batch normalisation
   (epsilon 1e-3) is folded into the weights. The variants in use have one architecture and differ in pooling:
     torchvision   average pooling counts the padding (torchvision/models/inception.py)
     pytorch-fid   it does not, and the last block pools by maximum (pytorch_fid/inception.py)
     keras         it does not (keras/applications/inception_v3.py)
   All take pixels of -1 to 1. */
enum sk_inception_variant {
    SK_INCEPTION_TORCHVISION, SK_INCEPTION_PYTORCH_FID, SK_INCEPTION_KERAS, SK_INCEPTION_VARIANTS
};

enum { SK_INCEPTION_SIZE = 299, SK_INCEPTION_FEATURES = 2048, SK_INCEPTION_INPUT = 299 * 299 * 3 };

extern const char *const sk_inception_variant_name[SK_INCEPTION_VARIANTS];

struct sk_inception;

/* Whether the metadata say architecture inception_v3. */
bool sk_inception_is(const struct sk_tensor_file *file);

/* Makes the network out of a file with metadata `architecture` inception_v3 and `variant`, and tensors named as in
   torchvision's state_dict; others (fc, AuxLogits, num_batches_tracked) are not looked at. Names and shapes are checked
   before memory is asked for. jobs: threads, at least 1, each with
   scratch of 23 MB: no more than the images of a batch. 0 with *net set (sk_inception_free), or -1 with err. */
SK_MUST_CHECK int sk_inception_open(const struct sk_tensor_file *file, int jobs, struct sk_inception **net,
                                    struct sk_error *err);
void sk_inception_free(struct sk_inception *net);

enum sk_inception_variant sk_inception_variant(const struct sk_inception *net);

/* CRC-32 of the folded weights: names a network whose file has no checksum. */
uint32_t sk_inception_crc(const struct sk_inception *net);

/* features [count][2048] of x [count][299][299][3]. Each image is computed on one thread by itself, by base/product.h's
   products, so that its features are the same bytes for every count, every jobs and every kernel that OpenBLAS takes. */
void sk_inception_forward(struct sk_inception *net, size_t count, const float *x, float *features);

/* As the above for one image, showing each block's output [h][w][c] (or features NULL: not wanted). */
typedef void sk_inception_tap(void *context, const char *block, size_t h, size_t w, size_t c, const float *map);
void sk_inception_trace(struct sk_inception *net, const float *x, float *features, sk_inception_tap *tap, void *context);

#endif
