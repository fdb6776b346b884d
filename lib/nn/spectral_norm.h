#ifndef SK_NN_SPECTRAL_NORM_H
#define SK_NN_SPECTRAL_NORM_H

#include "nn/net.h"

/* Spectral normalisation (Miyato, Kataoka, Koyama, Yoshida 2018): a network runs with W / sigma in place of every weight W, matrices and
   kernels, not biases and gains. sigma is the greatest singular value of W as a matrix [out][all else], by power iteration, of which
   each change of the weights has one round: u and v of before are a good start. To the gradient u and v are constants. What learns
   is W itself; a W of zeros stays as it is. */
struct sk_spectral_norm {
    size_t count; /* weights; 0: nothing is normalised */
    struct sk_spectral_weight {
        size_t offset, rows, columns; /* in memory [rows][columns]: W or its transpose, of the same singular values */
        size_t left, right;           /* where its vectors begin: [rows], [columns] */
        double sigma;
    } weight[SK_MAX_PARAMS];
    size_t vectors; /* floats in all */
    float *vector;  /* [vectors] */
    float *raw;     /* [net->params.total]: what learns, in the place of net->weights */
};

/* Memory for a network's; what it allocates is entered into account (NULL: nowhere). 0, or -1 with err (sk_spectral_norm_free even then). */
SK_MUST_CHECK int sk_spectral_norm_start(struct sk_spectral_norm *norm, const struct sk_net *net, struct sk_account *account,
                                         struct sk_error *err);
void sk_spectral_norm_free(struct sk_spectral_norm *norm);

/* Takes the network's weights as raw ones and normalises them, with vectors drawn anew and many rounds. */
void sk_spectral_norm_begin(struct sk_spectral_norm *norm, struct sk_net *net, struct sk_random *random);

/* After a change of raw: a round, net->weights, and sk_net_weights_changed. */
void sk_spectral_norm_apply(struct sk_spectral_norm *norm, struct sk_net *net);

/* The same without a round: after raw and vector were read from a file. */
void sk_spectral_norm_restore(struct sk_spectral_norm *norm, struct sk_net *net);

/* After sk_net_backward: net->gradients, to the normalised weights, become those to raw. */
void sk_spectral_norm_backward(const struct sk_spectral_norm *norm, struct sk_net *net);

#endif
