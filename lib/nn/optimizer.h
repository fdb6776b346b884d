#ifndef SK_NN_OPTIMIZER_H
#define SK_NN_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "nn/params.h"

enum sk_optimizer_kind { SK_ADAM, SK_ADAMW, SK_SGD, SK_OPTIMIZERS };

/* As options and files have them: "adam" and so on. */
extern const char *const sk_optimizer_name[SK_OPTIMIZERS];

struct sk_optimizer_options {
    enum sk_optimizer_kind kind;
    double rate, beta1;
    double decay; /* of weights: 0 none */
    double beta2; /* nothing to SGD */
    double clip;  /* of Adam's and AdamW's updates: 0 none; nothing to SGD */
};

/* An optimiser over the flat vector of a network's parameters, by PyTorch's formulas.
   Adam (Kingma and Ba 2015, algorithm 1, with PyTorch's place of epsilon), epsilon 1e-8:
     g = g + decay w
     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
     w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
   AdamW (Loshchilov and Hutter 2019): the same, but for the first line, which is  w = (1 - rate decay) w.
   SGD with momentum beta1:  g = g + decay w;  m = beta1 m + g;  w -= rate m.
   The decay is that of all parameters, biases and the gains of batch norm too.
   Clipping of updates (Shazeer and Stern 2018, section 6; Wortsman et al. 2023, algorithm 2): the rate of a tensor is divided by
   max(1, RMS / clip), RMS the root mean square of g / (sqrt(v) / sqrt(1 - beta2^t) + epsilon) over the tensor: v, which remembers some
   1 / (1 - beta2) steps, is too small for a gradient that has just grown. */
struct sk_optimizer {
    struct sk_optimizer_options options; /* the rate may be changed between updates */
    const struct sk_params *params;      /* what the vector holds; borrowed */
    size_t count;  /* floats of it */
    uint64_t step; /* updates done */
    float *m, *v;  /* [count]; v is NULL for SGD; owned: sk_optimizer_free */
    double *sum;   /* of each chunk of a tensor's squares; NULL where nothing is clipped; owned */
};

/* Fills the struct, moments zero, for a network's parameters, which must outlive it. What it allocates is entered into account (NULL:
   nowhere). 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_optimizer_start(struct sk_optimizer *optimizer, const struct sk_optimizer_options *options,
                                     const struct sk_params *params, struct sk_account *account, struct sk_error *err);
void sk_optimizer_free(struct sk_optimizer *optimizer);

/* Vectors of moments: 2, or 1 for SGD. */
size_t sk_optimizer_moments(const struct sk_optimizer *optimizer);

/* One update of weights [count] by gradients [count]. */
void sk_optimizer_update(struct sk_optimizer *optimizer, float *weights, const float *gradients, int jobs);

#endif
