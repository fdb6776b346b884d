#ifndef SK_NN_LOSS_H
#define SK_NN_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* 1 / (1 + e^-x), without overflow. */
double sk_sigmoid(double x);

/* The means below are sums over n images that are trees over micro-batches (base/micro_batch.h), divided by n. */

/* Sigmoid cross entropy on n logits against one target in [0, 1] each (targets NULL: `target` for all):
     mean of max(x, 0) - x t + log(1 + e^-|x|).
   dlogits [n], NULL where not wanted, = (sigmoid(x) - t) / n. Returns the mean; *mean_sigmoid, NULL where
   not wanted, the mean of sigmoid(x). */
double sk_sigmoid_cross_entropy(size_t n, const float *logits, const float *targets, float target, float *dlogits,
                                double *mean_sigmoid);

/* A classifier's logits. Two classes have one, the log-odds of the last class; more have one each.
   How many: */
size_t sk_class_logits(size_t classes);

/* probability [classes] of one image's logits [sk_class_logits]: the sigmoid of one, e^x_c / sum of e^x of several. */
void sk_class_probabilities(size_t classes, const float *logits, double *probability);

/* The class of the greatest probability; of equal ones the last, so that of two it is the last one from 0.5 on. */
size_t sk_class_predicted(size_t classes, const double *probability);

/* Cross entropy of n images' logits [n][sk_class_logits] with their classes, label [n] below `classes`: for two the sigmoid's
   as above, for more the softmax's, mean of log(sum of e^x) - x_label. dlogits, of the logits' shape, NULL where not wanted:
   for more (probability - [is the label]) / n. Returns the mean. */
double sk_class_cross_entropy(size_t n, size_t classes, const float *logits, const uint8_t *label, float *dlogits);

/* The same against a distribution each: target [n][classes], rows that sum to 1. */
double sk_class_cross_entropy_soft(size_t n, size_t classes, const float *logits, const float *target, float *dlogits);

#endif
