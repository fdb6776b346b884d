#ifndef SK_NN_MIXTURE_H
#define SK_NN_MIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "nn/class_names.h"

/* Of which classes generated images are: each image's is drawn by the classes' shares. */
struct sk_mixture {
    size_t classes;
    double until[SK_MAX_CLASSES]; /* the sum of the shares of the classes up to each */
};

/* Whether a text can be "name", or "name=share,name=share...": names have no "=" in them; a share is a number from 0 to 1e9, they
   count relative to their sum, which is not 0. 0, or -1 with err. */
SK_MUST_CHECK int sk_mixture_check(const char *text, struct sk_error *err);

/* Makes a mixture of a model's classes of such a text. 0, or -1 with err: as above, what is none of the classes, or comes twice. */
SK_MUST_CHECK int sk_mixture_parse(struct sk_mixture *mixture, const char *text, const struct sk_class_names *classes,
                                   struct sk_error *err);

/* With the shares of the images that a model was trained on, the file's SK_CLASS_IMAGES. 0, or -1 with err. */
SK_MUST_CHECK int sk_mixture_of_training(struct sk_mixture *mixture, const struct sk_class_names *classes,
                                         const struct sk_tensor_file *file, struct sk_error *err);

/* The class of an image, which depends on the shares, the seed and its number alone. */
size_t sk_mixture_class(const struct sk_mixture *mixture, uint64_t seed, uint64_t image);

#endif
