#ifndef TESTS_UNIT_COPY_GAN_H
#define TESTS_UNIT_COPY_GAN_H

#include <string.h>

#include "nn/gan.h"

static inline void copy_optimizer(const struct sk_optimizer *from, struct sk_optimizer *to)
{
    memcpy(to->m, from->m, from->count * sizeof *to->m);
    memcpy(to->v, from->v, from->count * sizeof *to->v);
    to->step = from->step;
}

/* Makes everything that the next step depends on as it is in another GAN of the same architecture and batch, which may use
   other algorithms. */
static inline void copy_gan(const struct sk_gan *from, struct sk_gan *to)
{
    const struct sk_net *g = from->generator;
    const struct sk_net *d = from->discriminator;
    memcpy(to->generator->weights, g->weights, g->params.total * sizeof(float));
    memcpy(to->generator->running, g->running, g->buffers.total * sizeof(float));
    memcpy(to->discriminator->weights, d->weights, d->params.total * sizeof(float));
    memcpy(to->discriminator->running, d->running, d->buffers.total * sizeof(float));
    copy_optimizer(&from->generator_optimizer, &to->generator_optimizer);
    copy_optimizer(&from->discriminator_optimizer, &to->discriminator_optimizer);
    sk_net_weights_changed(to->generator);
    sk_net_weights_changed(to->discriminator);
    memcpy(to->images, from->images, from->options.batch * sk_arch_values(&from->options.arch, 0) * sizeof *to->images);
}

#endif
