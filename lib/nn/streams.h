#ifndef SK_NN_STREAMS_H
#define SK_NN_STREAMS_H

#include <stdint.h>

/* One seed serves several purposes; each draws from sequences of its own (see sk_random_init): the purpose in
   the top byte, a step or epoch or image below. What is drawn for step n depends on (seed, n)
   alone, so that a resumed run draws what the uninterrupted one draws. */
enum sk_purpose {
    SK_STREAM_INITIAL_GENERATOR = 1,
    SK_STREAM_INITIAL_DISCRIMINATOR,
    SK_STREAM_LATENTS, /* + step */
    SK_STREAM_DROPOUT, /* + step */
    SK_STREAM_SHUFFLE, /* + epoch */
    SK_STREAM_SAMPLES, /* the fixed latents of sample grids */
    SK_STREAM_GENERATE, /* + image */
    SK_STREAM_SPLIT,   /* the classifier's carved-out validation images */
};

static inline uint64_t sk_stream(enum sk_purpose purpose, uint64_t index)
{
    return (uint64_t)purpose << 56 | index;
}

#endif
