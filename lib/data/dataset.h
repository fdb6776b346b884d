#ifndef SK_DATA_DATASET_H
#define SK_DATA_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ranks.h"
#include "image/pnm.h"
#include "nn/class_names.h"

/* Square RGB images of one size with a class each, held as 8-bit samples. */
struct sk_dataset {
    size_t size;              /* side in pixels */
    size_t count, capacity;   /* images */
    uint8_t *pixels;          /* [count][size][size][3] */
    uint8_t *label;           /* [count]: index of the class */
    size_t classes;
    char class_name[SK_MAX_CLASSES][SK_CLASS_NAME];
    size_t class_count[SK_MAX_CLASSES];
};

/* Appends a stream of PNM images ("-" is standard input) to a class, which is made where it is new; an empty
   name is a class too. Gray images become RGB, alpha is dropped, another maxval is scaled to 255. An image
   that is not size x size is an error. 0, or -1 with err. Start from {.size = pixels}. */
SK_MUST_CHECK int sk_dataset_add(struct sk_dataset *set, const char *class_name, const char *path,
                                 struct sk_error *err);
void sk_dataset_free(struct sk_dataset *set);

/* Makes the (empty) sets of the other ranks what the first one's is; ranks NULL: nothing. 0, or -1 with err on all (memory). */
SK_MUST_CHECK int sk_dataset_share(struct sk_dataset *set, struct sk_ranks *ranks, struct sk_error *err);

/* Makes the (empty) set's classes those of another, in the same order. */
void sk_dataset_copy_classes(struct sk_dataset *set, const struct sk_dataset *from);

/* batch [n][size][size][3] in [-1, 1] = the images of these indices. */
void sk_dataset_batch(const struct sk_dataset *set, const uint32_t *index, size_t n, float *batch);

/* label [n] = their classes. */
void sk_dataset_labels(const struct sk_dataset *set, const uint32_t *index, size_t n, uint8_t *label);

/* tensor [height][width][3] in [-1, 1] = one image, converted in the same way. */
void sk_dataset_convert(const struct sk_image *image, float *tensor);

/* CRC-32 of all pixels and labels in order: which images these are. */
uint32_t sk_dataset_crc(const struct sk_dataset *set);

/* Class names separated by spaces, "-" where the only class has no name; at most size bytes. */
void sk_dataset_classes(const struct sk_dataset *set, char *text, size_t size);

#endif
