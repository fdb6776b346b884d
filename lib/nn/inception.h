#ifndef SK_NN_INCEPTION_H
#define SK_NN_INCEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/net.h"

/* Inception v3 (Szegedy, Vanhoucke, Ioffe, Shlens, Wojna 2016), between whose 2048 pooled features the usual Frechet Inception distance
   is. The variants in use have one architecture and differ in pooling:
     torchvision   average pooling counts the padding (torchvision/models/inception.py)
     pytorch-fid   it does not, and the last block pools by maximum (pytorch_fid/inception.py)
     keras         it does not (keras/applications/inception_v3.py)
   All take pixels of -1 to 1, and have an epsilon of 1e-3 in batch norm. */
enum sk_inception_variant {
    SK_INCEPTION_TORCHVISION, SK_INCEPTION_PYTORCH_FID, SK_INCEPTION_KERAS, SK_INCEPTION_VARIANTS
};

enum { SK_INCEPTION_SIZE = 299, SK_INCEPTION_FEATURES = 2048, SK_INCEPTION_INPUT = 299 * 299 * 3 };

extern const char *const sk_inception_variant_name[SK_INCEPTION_VARIANTS];

/* The recipe of its features, for sk_arch's size, 75 at least, and variant. No logits: its output are the features. */
sk_recipe sk_inception_features;

/* The recipe of a classifier: dropout and a dense head "fc" on these. */
sk_recipe sk_inception_classifier;

/* Whether the metadata say architecture inception_v3. */
bool sk_inception_is(const struct sk_tensor_file *file);

/* Which variant the metadata `variant` name. 0, or -1 with err. */
SK_MUST_CHECK int sk_inception_variant(const struct sk_tensor_file *file, enum sk_inception_variant *variant, struct sk_error *err);

/* Makes the network of features of images of SK_INCEPTION_SIZE out of a file with metadata `architecture` inception_v3 and `variant`, and
   tensors named as in torchvision's state_dict; others (fc, AuxLogits, num_batches_tracked) are not looked at. For inference; batches
   up to max_batch. 0 with *net set (sk_net_free), or -1 with err and *net NULL. */
SK_MUST_CHECK int sk_inception_open(const struct sk_tensor_file *file, size_t max_batch, int jobs, struct sk_net **net,
                                    struct sk_error *err);

/* CRC-32 of the folded weights of such a network, convolution by convolution: names one whose file has no checksum. */
uint32_t sk_inception_crc(const struct sk_net *net);

#endif
