#ifndef SK_TRAIN_JUDGE_H
#define SK_TRAIN_JUDGE_H

#include "data/dataset.h"
#include "data/ensemble.h"
#include "stat/frechet.h"

/* How near a generator's images are to photographs that it has not been trained on, by the features of a classifier. What it costs
   is bounded: so many images are generated, always of the same latents, whatever the number of photographs. */
enum { SK_JUDGED = 500 };

struct sk_judge {
    struct sk_ensemble classifier; /* of one member */
    const char *crc;               /* of its tensors, as its file has it */
    size_t latent, batch;
    struct sk_features real, fake; /* [n][dim] of the photographs, of the SK_JUDGED */
    struct sk_gaussian gaussian;   /* of real */
    float *real_value, *fake_value, *z, *images;
    uint8_t *label; /* [SK_JUDGED]: classes in the photographs' shares */
};

/* Fréchet and kernel distance, as skmetrics fid has them, of seed 1. */
struct sk_judgement {
    double fd, kid;
};

/* Reads a classifier of ours ("-" is standard input), of the GAN's image size. 0, or -1 with err and *judge empty. */
SK_MUST_CHECK int sk_judge_open(struct sk_judge *judge, const char *path, const struct sk_arch *gan, int jobs,
                                struct sk_error *err);

/* Looks at the photographs of these indices, two at least, and draws the latents from seed. 0, or -1 with err. */
SK_MUST_CHECK int sk_judge_start(struct sk_judge *judge, const struct sk_dataset *set, const uint32_t *index, size_t count,
                                 uint64_t seed, struct sk_error *err);

/* Judges a generator, which infers in batches of at most `batch`. Its label is changed. 0, or -1 with err. */
SK_MUST_CHECK int sk_judge_look(struct sk_judge *judge, struct sk_net *generator, struct sk_judgement *judgement,
                                struct sk_error *err);
void sk_judge_free(struct sk_judge *judge);

/* Enters into account what it needs for so many photographs, as far as is known before `path` is read where that is a pipe.
   0, or -1 with err. */
SK_MUST_CHECK int sk_judge_account(const char *path, const struct sk_arch *gan, size_t photographs, int jobs,
                                   struct sk_account *account, struct sk_error *err);

#endif
