#ifndef SK_NN_OPTIMIZER_H
#define SK_NN_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

enum sk_optimizer_kind { SK_ADAM, SK_SGD };

/* An optimiser over one flat vector of parameters.
   Adam (Kingma and Ba 2015, algorithm 1, with PyTorch's place of epsilon), beta2 0.999, epsilon 1e-8:
     m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
     w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
   SGD with momentum beta1, as PyTorch: m = beta1 m + g;  w -= rate m. */
struct sk_optimizer {
    enum sk_optimizer_kind kind;
    double rate, beta1;
    size_t count;  /* parameters */
    uint64_t step; /* updates done */
    float *m, *v;  /* [count]; v is NULL for SGD; owned: sk_optimizer_free */
};

/* Fills the struct, moments zero. What it allocates is entered into account (NULL: nowhere). 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_optimizer_start(struct sk_optimizer *optimizer, enum sk_optimizer_kind kind, double rate,
                                     double beta1, size_t count, struct sk_account *account, struct sk_error *err);
void sk_optimizer_free(struct sk_optimizer *optimizer);

/* One update of weights [count] by gradients [count]. */
void sk_optimizer_update(struct sk_optimizer *optimizer, float *weights, const float *gradients, int jobs);

#endif
