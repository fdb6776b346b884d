#ifndef SK_DATA_COLLECTION_H
#define SK_DATA_COLLECTION_H

#include "image/fingerprint.h"
#include "stat/neighbour.h"
#include "tensor/tensor_file.h"

/* Images as rows of numbers, to measure distances between: the features of a file, or the fingerprints of a stream. Or what
   a file of statistics keeps of the features. */
struct sk_collection {
    struct sk_features features; /* [n][dim], finite; points into what follows; n 0 and no value where there are statistics alone */
    struct sk_gaussian gaussian; /* where it was asked for */
    const char *extractor;       /* the network that made the features; NULL where the file does not say, and for images */
    struct sk_tensor_file file;  /* of features */
    float *prints;               /* of images; NULL for features */
};

/* Whether a path is a plain file that begins as a tensor file does. Pipes and "-" are taken for streams of images. */
bool sk_collection_holds_features(const char *path);

/* Reads a tensor file with a tensor "features" [n, dim] of F32, or of F64, F16 or BF16, which are rounded to it; dim at least 1.
   0 with *c filled (sk_collection_free), or -1 with err ("path: what") and *c empty. */
SK_MUST_CHECK int sk_collection_read_features(struct sk_collection *c, const char *path, struct sk_error *err);

/* Reads features as above and fits a Gaussian to them, or reads one that sk_collection_write_gaussian has written. -1 with err
   for less than 2 images too. */
SK_MUST_CHECK int sk_collection_read_gaussian(struct sk_collection *c, const char *path, struct sk_error *err);

/* Writes c->gaussian as a tensor file: n I64 [], mean F64 [dim], factor F64 [rank, dim], with the extractor. "-" is
   standard output. 0, or -1 with err ("path: what"). */
SK_MUST_CHECK int sk_collection_write_gaussian(const struct sk_collection *c, const char *path, struct sk_error *err);

/* Reads a stream of images ("-" is standard input). As above. */
SK_MUST_CHECK int sk_collection_read_images(struct sk_collection *c, const char *path, struct sk_error *err);

void sk_collection_free(struct sk_collection *c);

/* Whether both say the same extractor, or none does. */
bool sk_collection_same_extractor(const struct sk_collection *a, const struct sk_collection *b);

/* For the first `queries` rows of the query the nearest row of the base: neighbour [queries]. Images are compared in every turn
   and mirrored. same: both are one collection, and a row is not its own neighbour. 0, or -1 with err. */
SK_MUST_CHECK int sk_collection_nearest(const struct sk_collection *query, size_t queries,
                                        const struct sk_collection *base, bool same, int jobs,
                                        struct sk_neighbour *neighbour, struct sk_error *err);

#endif
