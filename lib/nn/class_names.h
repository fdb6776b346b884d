#ifndef SK_NN_CLASS_NAMES_H
#define SK_NN_CLASS_NAMES_H

#include "tensor/tensor_file.h"

enum { SK_MAX_CLASSES = 64, SK_CLASS_NAME = 64 };

/* Metadata of a GAN that is conditional on its classes: how many images of each it was trained on. */
#define SK_CLASS_IMAGES "class_images"

/* A model's classes, in its order; names are 1 to SK_CLASS_NAME - 1 bytes without white space. */
struct sk_class_names {
    size_t count;
    char name[SK_MAX_CLASSES][SK_CLASS_NAME];
};

/* Those of a file's metadata `classes`. 0, or -1 with err where that is no list of names. */
SK_MUST_CHECK int sk_class_names_read(struct sk_class_names *classes, const struct sk_tensor_file *file, struct sk_error *err);

#endif
