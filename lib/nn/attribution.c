#include "nn/attribution.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Some steps of the way. */
struct path {
    float *x, *dx; /* [SK_PATH_BATCH][inputs] */
    float *y, *dy; /* [SK_PATH_BATCH][outputs] */
};

static int allocate(struct path *path, const struct sk_net *net, struct sk_error *err)
{
    path->x = sk_alloc(SK_PATH_BATCH, sk_net_inputs(net) * sizeof *path->x, err);
    path->dx = path->x ? sk_alloc(SK_PATH_BATCH, sk_net_inputs(net) * sizeof *path->dx, err) : NULL;
    path->y = path->dx ? sk_alloc(SK_PATH_BATCH, sk_net_outputs(net) * sizeof *path->y, err) : NULL;
    path->dy = path->y ? sk_alloc(SK_PATH_BATCH, sk_net_outputs(net) * sizeof *path->dy, err) : NULL;
    return path->dy ? 0 : -1;
}

static void free_path(struct path *path)
{
    free(path->x);
    free(path->dx);
    free(path->y);
    free(path->dy);
}

/* The gradients at the steps from the first on. */
static void gradients(struct sk_net *net, struct path *path, size_t first, const float *x, const float *from, const float *direction)
{
    const size_t inputs = sk_net_inputs(net), outputs = sk_net_outputs(net);
    for (size_t k = 0; k < SK_PATH_BATCH; k++) {
        const float share = ((float)(first + k) + 0.5F) / SK_PATH_STEPS;
        for (size_t i = 0; i < inputs; i++)
            path->x[k * inputs + i] = from[i] + share * (x[i] - from[i]);
        memcpy(path->dy + k * outputs, direction, outputs * sizeof *direction);
    }
    sk_net_forward(net, SK_PATH_BATCH, 1, path->x, path->y, NULL);
    sk_net_backward(net, SK_PATH_BATCH, 1, path->x, path->y, path->dy, path->dx, false);
}

int sk_integrated_gradients(struct sk_net *net, const float *x, const float *from, const float *direction, float *attribution,
                            struct sk_error *err)
{
    _Static_assert(SK_PATH_STEPS % SK_PATH_BATCH == 0, "all batches are full");
    const size_t inputs = sk_net_inputs(net);
    struct path path = {0};
    assert(net->fixed_statistics && net->dropout == 0);
    const int failed = allocate(&path, net, err);
    memset(attribution, 0, inputs * sizeof *attribution);
    for (size_t first = 0; first < SK_PATH_STEPS && !failed; first += SK_PATH_BATCH) {
        gradients(net, &path, first, x, from, direction);
        for (size_t k = 0; k < SK_PATH_BATCH; k++)
            for (size_t i = 0; i < inputs; i++)
                attribution[i] += path.dx[k * inputs + i] * (x[i] - from[i]) / SK_PATH_STEPS;
    }
    free_path(&path);
    return failed;
}
