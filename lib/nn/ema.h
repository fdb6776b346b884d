#ifndef SK_NN_EMA_H
#define SK_NN_EMA_H

#include "nn/net.h"

/* An average of a network's weights, and of its running statistics, after each step of training, in which a step's share halves
   with every half_life steps that follow it. With d = 2^(-1 / half_life), after step t:
     a = a + (1 - d) / (1 - d^t) (w - a)
   which is the sum of d^(t - s) w_s over that of d^(t - s), s = 1 ... t: the weights that training began with have no part in it. */
struct sk_ema {
    double half_life;
    float *weights, *running; /* as the network's; owned: sk_ema_free */
};

/* Starts from what the network is. 0, or -1 with err (memory). */
SK_MUST_CHECK int sk_ema_start(struct sk_ema *ema, const struct sk_net *net, double half_life, struct sk_error *err);
void sk_ema_free(struct sk_ema *ema);

/* After the update of step t, from 1 on. */
void sk_ema_update(struct sk_ema *ema, const struct sk_net *net, uint64_t t);

/* Exchanges average and network, and the reverse. sk_net_weights_changed is left to the caller. */
void sk_ema_swap(struct sk_ema *ema, struct sk_net *net);

#endif
