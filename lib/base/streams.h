#ifndef SK_BASE_STREAMS_H
#define SK_BASE_STREAMS_H

#include <stdint.h>

/* Every sequence of random numbers that is drawn anywhere. Each is named by a seed and a stream (see sk_random_init); those of
   one seed must differ within a program, not among programs: no two of them draw the same things.

     nn, train, skgen         (seed, sk_stream(purpose, index)), below
     image/phantom_scene.c    (seed, (2 image + malignant) << 4 | part): a sequence for each part of a phantom's scene
     image/augment.c          (seed, name << 60 | position of the image): name 0 is the flips', shear's and rotation's, 8 that of zoom,
                              shift and colour, from 9 on one for each kind of artefact; all copies of an image share them,
                              and each skips what those before it take. A training's --augment draws from the same: the top bits
                              keep them apart from the purposes below
     image/artefact_paint.c   (pattern, kind): the pattern is a number that augment.c has drawn
     stat/bootstrap.c         (seed, replicate)
     stat/kernel_distance.c   (seed, subset)

   What is drawn for image, step or replicate n depends on (seed, n) alone: so a resumed run draws what the uninterrupted one
   draws, and threads share the work as they like. */

/* Purposes of a training's and a generation's seed: in the top byte, with a step or epoch or image below. */
enum sk_purpose {
    SK_STREAM_INITIAL_GENERATOR = 1,
    SK_STREAM_INITIAL_DISCRIMINATOR, /* the classifier's weights, too */
    SK_STREAM_LATENTS,               /* + step */
    SK_STREAM_DROPOUT,               /* + step */
    SK_STREAM_SHUFFLE,               /* + epoch, + the class << 40 where batches are balanced */
    SK_STREAM_SAMPLES,               /* the fixed latents of sample grids */
    SK_STREAM_GENERATE,              /* + image */
    SK_STREAM_SPLIT,                 /* the classifier's carved-out validation images */
    SK_STREAM_MIXUP,                 /* + step */
    SK_STREAM_BATCH_AUGMENT,         /* + step: of what D sees */
    SK_STREAM_PENALTY,               /* + step: noise on what D sees */
    SK_STREAM_CLASS,                 /* + image: which class is generated */
    SK_STREAM_JUDGE,                 /* the fixed latents by which a GAN is judged */
    SK_STREAM_SPECTRAL,              /* the first vectors of spectral norms */
};

static inline uint64_t sk_stream(enum sk_purpose purpose, uint64_t index)
{
    return (uint64_t)purpose << 56 | index;
}

#endif
