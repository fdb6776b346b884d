#ifndef SK_DATA_ENSEMBLE_H
#define SK_DATA_ENSEMBLE_H

#include "data/dataset.h"
#include "nn/net.h"
#include "nn/turn.h"

enum { SK_MAX_MEMBERS = 32 };

/* Classifiers of the same classes and image size, whose probabilities are averaged. */
struct sk_ensemble {
    struct sk_arch arch; /* of the first; size is that of all */
    size_t classes;
    char class_name[SK_MAX_CLASSES][SK_CLASS_NAME]; /* the first member's order: the positive one last */
    bool turns;       /* each probability is the mean over the image's four quarter turns and their mirror images */
    bool calibrated;  /* a member has a temperature or a threshold of its own */
    double threshold; /* of two classes: the mean of the members', 1/2 of one that has none */
    size_t members;
    struct sk_member {
        struct sk_arch arch;
        struct sk_net *net;
        double temperature; /* its logits are divided by it; 1 where the model has none */
        size_t place[SK_MAX_CLASSES]; /* of the ensemble's class c among its own */
        char crc[16];       /* of its tensors, as its file has it */
    } member[SK_MAX_MEMBERS];
    float *turned, *logits;  /* a batch */
};

/* Adds the classifier of a file that has been read; all are made for batches up to use->max_batch, for inference. Start from zeroes.
   0, or -1 with err (sk_ensemble_free even then): what the file lacks, other classes or another size than the first's. */
SK_MUST_CHECK int sk_ensemble_add(struct sk_ensemble *ensemble, const struct sk_tensor_file *model, const struct sk_net_use *use,
                                  struct sk_error *err);
void sk_ensemble_free(struct sk_ensemble *ensemble);

/* probability [n][classes] of images x [n][size][size][3]. Each image's depends on it alone, to the last bit. Not finite where a
   network's numbers are not. The first member's features are those of the images as they are: sk_net_features. */
void sk_ensemble_score(struct sk_ensemble *ensemble, size_t n, const float *x, double *probability);

/* Turn t (nn/turn.h) of n square images x to another place. */
void sk_turn_images(size_t n, size_t size, size_t t, const float *x, float *to);

/* The class that is predicted: of two the last one from the threshold on, of more the likeliest. */
size_t sk_ensemble_predicted(const struct sk_ensemble *ensemble, const double *probability);

#endif
