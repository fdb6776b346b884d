#ifndef SK_TRAIN_FROZEN_H
#define SK_TRAIN_FROZEN_H

#include "nn/net.h"

/* A classifier of which the head alone is trained (--freeze): the whole of it, for inference, whose head is not looked at. */
struct sk_frozen {
    struct sk_net *net;
    size_t values; /* that the head reads of an image */
    float *logits; /* [batch][outputs], which nobody reads */
};

/* Makes the network, for batches up to that one, with weights of zero; what it allocates is entered into account (NULL: nowhere). 0, or
   -1 with err; sk_frozen_free in either case. */
SK_MUST_CHECK int sk_frozen_start(struct sk_frozen *frozen, const struct sk_arch *arch, size_t outputs, size_t batch, int jobs,
                                  struct sk_account *account, struct sk_error *err);
void sk_frozen_free(struct sk_frozen *frozen);

/* What the head reads of images x [n][size][size][3]: [n][values], in the network's own memory until the next call. An image's are the
   same bits in any batch. */
const float *sk_frozen_features(struct sk_frozen *frozen, size_t n, const float *x);

/* Makes head, of the recipe sk_classifier_head, what this one's head is. */
void sk_frozen_copy_head(const struct sk_frozen *frozen, struct sk_net *head);

#endif
