#ifndef SK_NN_SHARED_H
#define SK_NN_SHARED_H

#include "base/share.h"
#include "nn/batch_norm.h"
#include "nn/net.h"

/* A network that several ranks train, each a replica on its images of a batch: the passes of all together have the bits of one
   pass over the whole batch. Gradients of parameters are summed at the end of a pass backward; sums that a layer needs of the
   whole batch, batch norm's two, within it. */
struct sk_shared {
    const struct sk_share *share;
    float **gradients;               /* [nodes]: of each node of this rank, the first of them net->gradients */
    float *others, *workspace;       /* what the others lie in; of sk_share_sum */
    struct sk_moments *mine, *all;   /* [nodes][channels], [all nodes][channels], of a batch norm; for its gradients, floats */
};

/* Shares the passes of a network in training, of up to so many parts; a pass of `batch` images is then one of as many parts as
   that is times this rank's share. What it allocates is entered into account (NULL: nowhere). The share is the caller's and must
   stay. 0, or -1 with err; sk_net_free frees it. */
SK_MUST_CHECK int sk_net_share(struct sk_net *net, const struct sk_share *share, size_t parts, struct sk_account *account,
                               struct sk_error *err);
void sk_shared_free(struct sk_shared *shared);

/* Parts of a pass over so many images of this rank. */
size_t sk_shared_parts(const struct sk_shared *shared, size_t batch);

/* Images of all ranks in a pass, or a group of it, that has so many of this one. */
size_t sk_shared_images(const struct sk_shared *shared, size_t batch);

/* moments [channels] of x, a batch or a group of it with `images` images here, over all ranks. */
void sk_shared_moments(struct sk_shared *shared, const struct sk_batch_norm *bn, size_t images, const float *x,
                       struct sk_moments *moments, float *scratch, int jobs);

/* Likewise sums [2][channels] of batch norm's gradient. */
void sk_shared_gradient_sums(struct sk_shared *shared, const struct sk_batch_norm *bn, size_t images, const float *x,
                             const float *mean, const float *inv_std, const float *dy, float *sums, float *scratch, int jobs);

#endif
