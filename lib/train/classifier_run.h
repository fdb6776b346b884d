#ifndef SK_TRAIN_CLASSIFIER_RUN_H
#define SK_TRAIN_CLASSIFIER_RUN_H

#include "data/dataset.h"
#include "train/options.h"

/* Trains a classifier of the set's classes, two or more, by sk_class_cross_entropy; after each epoch the validation set is
   scored, and the model at the end is the snapshot with the highest validation AUC (sk_macro_auc; of equal ones the lowest
   loss). valid has the same classes; where it is empty a tenth of each class's training images, drawn by the seed, is carved
   out instead. 0 with *end and *step, or -1 with err, as sk_gan_run. */
SK_MUST_CHECK int sk_classifier_run(const struct sk_train_options *options, const struct sk_dataset *set,
                                    const struct sk_dataset *valid, enum sk_train_end *end, uint64_t *step,
                                    struct sk_error *err);

/* How many images of the set train: those that are not carved out. */
size_t sk_classifier_images(const struct sk_dataset *set, const struct sk_dataset *valid);

#endif
