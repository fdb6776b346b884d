#include "train/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char weights_name[] = "best.weights", running_name[] = "best.running";

int sk_snapshot_start(struct sk_snapshot *snapshot, const struct sk_net *net, struct sk_error *err)
{
    snapshot->weights = sk_alloc(net->params.total, sizeof(float), err);
    snapshot->running = sk_alloc(net->buffers.total, sizeof(float), err);
    return snapshot->weights && snapshot->running ? 0 : -1;
}

void sk_snapshot_free(struct sk_snapshot *snapshot)
{
    free(snapshot->weights);
    free(snapshot->running);
    *snapshot = (struct sk_snapshot){0};
}

void sk_snapshot_take(struct sk_snapshot *snapshot, const struct sk_net *net)
{
    memcpy(snapshot->weights, net->weights, net->params.total * sizeof(float));
    memcpy(snapshot->running, net->running, net->buffers.total * sizeof(float));
}

void sk_snapshot_put_back(const struct sk_snapshot *snapshot, struct sk_net *net)
{
    memcpy(net->weights, snapshot->weights, net->params.total * sizeof(float));
    memcpy(net->running, snapshot->running, net->buffers.total * sizeof(float));
    sk_net_weights_changed(net);
}

static void swap(float **a, float **b)
{
    float *kept = *a;
    *a = *b;
    *b = kept;
}

void sk_snapshot_swap(struct sk_snapshot *snapshot, struct sk_net *net)
{
    swap(&snapshot->weights, &net->weights);
    swap(&snapshot->running, &net->running);
}

int sk_snapshot_save(const struct sk_snapshot *snapshot, const struct sk_net *net, struct sk_tensor_file *file,
                     struct sk_error *err)
{
    void *weights, *running;
    if (sk_tensor_file_add(file, weights_name, SK_F32, 1, &net->params.total, &weights, err) ||
        sk_tensor_file_add(file, running_name, SK_F32, 1, &net->buffers.total, &running, err))
        return -1;
    memcpy(weights, snapshot->weights, net->params.total * sizeof(float));
    memcpy(running, snapshot->running, net->buffers.total * sizeof(float));
    return 0;
}

int sk_snapshot_load(struct sk_snapshot *snapshot, const struct sk_net *net, const struct sk_tensor_file *file,
                     struct sk_error *err)
{
    const struct sk_tensor *weights = sk_tensor_file_expect(file, weights_name, SK_F32, 1, &net->params.total, err);
    const struct sk_tensor *running =
        weights ? sk_tensor_file_expect(file, running_name, SK_F32, 1, &net->buffers.total, err) : NULL;
    if (!running)
        return -1;
    memcpy(snapshot->weights, weights->data, net->params.total * sizeof(float));
    memcpy(snapshot->running, running->data, net->buffers.total * sizeof(float));
    return 0;
}
