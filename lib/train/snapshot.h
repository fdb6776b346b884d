#ifndef SK_TRAIN_SNAPSHOT_H
#define SK_TRAIN_SNAPSHOT_H

#include "nn/net.h"

/* A copy of a network's weights and running statistics. */
struct sk_snapshot {
    float *weights, *running; /* owned: sk_snapshot_free */
};

/* Zeroed memory for one of this network. 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_snapshot_start(struct sk_snapshot *snapshot, const struct sk_net *net, struct sk_error *err);
void sk_snapshot_free(struct sk_snapshot *snapshot);

/* Copies the network's into it, and the reverse, which ends in sk_net_weights_changed. */
void sk_snapshot_take(struct sk_snapshot *snapshot, const struct sk_net *net);
void sk_snapshot_put_back(const struct sk_snapshot *snapshot, struct sk_net *net);

/* Exchanges it with the network's, as a file is to be written of it: without sk_net_weights_changed. */
void sk_snapshot_swap(struct sk_snapshot *snapshot, struct sk_net *net);

/* To and from a checkpoint: "best.weights" and "best.running", flat, in the order in memory. 0, or -1 with err. */
SK_MUST_CHECK int sk_snapshot_save(const struct sk_snapshot *snapshot, const struct sk_net *net, struct sk_tensor_file *file,
                                   struct sk_error *err);
SK_MUST_CHECK int sk_snapshot_load(struct sk_snapshot *snapshot, const struct sk_net *net, const struct sk_tensor_file *file,
                                   struct sk_error *err);

#endif
