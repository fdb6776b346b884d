#ifndef SK_NN_GAN_LOSS_H
#define SK_NN_GAN_LOSS_H

#include <stddef.h>

/* What D and G learn by, on D's logits r_i of n real images and f_i of n generated ones.
                    D                                        G
     bce            softplus(-r_i) + softplus(f_i)           softplus(-f_i)            Goodfellow et al. 2014, not saturating
     hinge          max(0, 1 - r_i) + max(0, 1 + f_i)        -f_i                      Lim and Ye 2017; Miyato et al. 2018
     relativistic   softplus(-(r_i - f_i))                   softplus(-(f_i - r_i))    Jolicoeur-Martineau 2019; Huang et al. 2024
   each the mean over i; softplus(x) = log(1 + e^x). Paired with its real image, no generated one alone can satisfy D. */
enum sk_gan_loss { SK_BCE, SK_HINGE, SK_RELATIVISTIC, SK_GAN_LOSSES };

/* As options and files have them. */
extern const char *const sk_gan_loss_name[SK_GAN_LOSSES];

/* D's loss; dreal and dfake [n] become its gradients to the logits. */
double sk_gan_loss_of_d(enum sk_gan_loss kind, size_t n, const float *real, const float *fake, float *dreal, float *dfake);

/* G's loss, and its gradient to the generated images' logits; real NULL but for relativistic. */
double sk_gan_loss_of_g(enum sk_gan_loss kind, size_t n, const float *real, const float *fake, float *dfake);

/* The penalty of steep slopes by finite differences (Lin et al., arXiv 2501.08316): lambda times the mean of (a_i - b_i)^2, a_i the
   logit of an image and b_i that of the image with noise added, about lambda sigma^2 |gradient|^2 for small noise of deviation sigma.
   Adds its gradients to da and db [n]; returns it. */
double sk_gan_penalty(double lambda, size_t n, const float *a, const float *b, float *da, float *db);

#endif
