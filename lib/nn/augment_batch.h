#ifndef SK_NN_AUGMENT_BATCH_H
#define SK_NN_AUGMENT_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "base/strengths.h"

/* Augmentation of what a discriminator sees, real and generated images alike, through which gradients go back to the generator
   (DiffAugment: Zhao, Liu, Lin, Zhu, Han 2020). Every change is linear in the image, so that the way back is the transposed one. */
enum sk_batch_augment {
    SK_BATCH_FLIP,       /* mirror images, by half of them either way */
    SK_BATCH_TURN,       /* quarter turns */
    SK_BATCH_TRANSLATE,  /* up to this share of the side, either way; 0 comes in */
    SK_BATCH_CUTOUT,     /* a square of this share of the side becomes 0 */
    SK_BATCH_BRIGHTNESS, /* up to this is added, either way; images are -1 to 1 */
    SK_BATCH_SATURATION, /* distances from the pixel's mean are multiplied by 1 + up to this, either way */
    SK_BATCH_CONTRAST,   /* likewise those from the image's mean */
    SK_BATCH_AUGMENTS
};

/* The names of an --augment list, and of how much: struct below. */
extern const struct sk_strength_names sk_batch_augment_names;

struct sk_batch_augment_range {
    double strength[SK_BATCH_AUGMENTS]; /* 0: not done */
};

/* What is done to one image. */
struct sk_batch_augmentation {
    unsigned turn; /* nn/turn.h */
    long shift_x, shift_y;
    long cut_x, cut_y, cut_side;
    float brightness, saturation, contrast; /* added; factors */
};

/* Draws for n images of this side; always the same number of draws an image. */
void sk_batch_augment_draw(const struct sk_batch_augment_range *range, size_t n, size_t side, struct sk_random *random,
                           struct sk_batch_augmentation *augmentation);

/* y [n][side][side][3] = the images x as augmented: colour, then turn, shift and cut. y is not x. */
void sk_batch_augment(size_t n, size_t side, const struct sk_batch_augmentation *augmentation, const float *x, float *y, int jobs);

/* dx = the gradient to x, of dy, that to y. dx is not dy. */
void sk_batch_augment_backward(size_t n, size_t side, const struct sk_batch_augmentation *augmentation, const float *dy, float *dx,
                               int jobs);

#endif
