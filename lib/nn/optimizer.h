#ifndef SK_NN_OPTIMIZER_H
#define SK_NN_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

enum sk_optimizer_kind { SK_ADAM, SK_ADAMW, SK_SGD, SK_OPTIMIZERS };

/* As options and files have them: "adam" and so on. */
extern const char *const sk_optimizer_name[SK_OPTIMIZERS];

struct sk_optimizer_options {
    enum sk_optimizer_kind kind;
    double rate, beta1;
    double decay; /* of weights: 0 none */
    double beta2; /* nothing to SGD */
};

/* An optimiser over one flat vector of parameters, by PyTorch's formulas.
   Adam (Kingma and Ba 2015, algorithm 1, with PyTorch's place of epsilon), epsilon 1e-8:
     g = g + decay w
     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
     w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
   AdamW (Loshchilov and Hutter 2019): the same, but for the first line, which is  w = (1 - rate decay) w.
   SGD with momentum beta1:  g = g + decay w;  m = beta1 m + g;  w -= rate m.
   The decay is that of all parameters, biases and the gains of batch norm too. */
struct sk_optimizer {
    struct sk_optimizer_options options; /* the rate may be changed between updates */
    size_t count;  /* parameters */
    uint64_t step; /* updates done */
    float *m, *v;  /* [count]; v is NULL for SGD; owned: sk_optimizer_free */
};

/* Fills the struct, moments zero. What it allocates is entered into account (NULL: nowhere). 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_optimizer_start(struct sk_optimizer *optimizer, const struct sk_optimizer_options *options, size_t count,
                                     struct sk_account *account, struct sk_error *err);
void sk_optimizer_free(struct sk_optimizer *optimizer);

/* Vectors of moments: 2, or 1 for SGD. */
size_t sk_optimizer_moments(const struct sk_optimizer *optimizer);

/* One update of weights [count] by gradients [count]. */
void sk_optimizer_update(struct sk_optimizer *optimizer, float *weights, const float *gradients, int jobs);

#endif
