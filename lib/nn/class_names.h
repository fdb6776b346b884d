#ifndef SK_NN_CLASS_NAMES_H
#define SK_NN_CLASS_NAMES_H

#include "tensor/tensor_file.h"

enum { SK_MAX_CLASSES = 64, SK_CLASS_NAME = 64 };

/* Metadata of a GAN that is conditional on its classes: how many images of each it was trained on. */
#define SK_CLASS_IMAGES "class_images"

/* A model's classes, in its order. */
struct sk_class_names {
    size_t count;
    char name[SK_MAX_CLASSES][SK_CLASS_NAME];
};

/* Whether a name can be a class's: 1 to SK_CLASS_NAME - 1 bytes of UTF-8 (as the header of a weights file is) without white space or
   control characters, and not "-", which in tables is no class. 0, or -1 with err. */
SK_MUST_CHECK int sk_class_name_check(const char *name, struct sk_error *err);

/* Those of a file's metadata `classes`. 0, or -1 with err where that is no list of names. */
SK_MUST_CHECK int sk_class_names_read(struct sk_class_names *classes, const struct sk_tensor_file *file, struct sk_error *err);

#endif
