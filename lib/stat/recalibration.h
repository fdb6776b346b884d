#ifndef SK_STAT_RECALIBRATION_H
#define SK_STAT_RECALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a classifier's logits x: what makes them better probabilities on images that it was not trained on. */
struct sk_recalibration {
    double temperature; /* logits are divided by it */
    double threshold;   /* of two classes: the score sigmoid(x / temperature) from which on the positive one is the likelier */
};

/* Two classes: p = sigmoid(x / temperature + offset) of greatest likelihood on n logits with labels 0 and 1, these drawn in a little as
   Platt has them (Platt 1999; Newton's method with backtracking: Lin, Lin, Weng 2007); the threshold is where p is 1/2. Balanced: the
   images of each class weigh as much as those of the other, so that p does not depend on how many there are of each.
   Temperature 1 and threshold 1/2 where a class has no image, or greater logits are not likelier positive. */
struct sk_recalibration sk_recalibrate_two(size_t n, const double *logit, const uint8_t *label, bool balanced);

/* More classes: the temperature of greatest likelihood alone (Guo, Pleiss, Sun, Weinberger 2017), within 0.05 to 20; logit
   [n][classes]. The threshold is 1/2 and means nothing. */
struct sk_recalibration sk_recalibrate(size_t n, size_t classes, const double *logit, const uint8_t *label);

#endif
