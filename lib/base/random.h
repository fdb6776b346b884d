#ifndef SK_BASE_RANDOM_H
#define SK_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
   Counter based: (seed, stream) names an independent sequence, so that what is drawn for
   image i of a stream depends on (seed, i) alone. The struct is the whole state: plain, copyable,
   and what a checkpoint saves. */
struct sk_random {
    uint32_t key[2];     /* the seed */
    uint32_t counter[4]; /* position in the sequence (0, 1), stream (2, 3) */
    uint32_t block[4];   /* the current block of output */
    uint32_t used;       /* how many of the block's words have been given out, 0..4 */
};

/* Starts sequence `stream` of `seed`. */
void sk_random_init(struct sk_random *r, uint64_t seed, uint64_t stream);

/* 32 uniform bits. */
uint32_t sk_random_bits(struct sk_random *r);

/* The same words as n calls of sk_random_bits. */
void sk_random_fill(struct sk_random *r, uint32_t *bits, size_t n);

/* Uniform in [0, 1), 53 bits. */

/* Goes on as if `words` more of sk_random_bits had been taken, in the time of one. */
void sk_random_skip(struct sk_random *r, uint64_t words);

/* Uniform in [0, 1), 53 bits: two words. */
double sk_random_uniform(struct sk_random *r);

/* Uniform in [low, high). */
double sk_random_between(struct sk_random *r, double low, double high);

/* Standard normal (Box-Muller, the cosine branch alone: no hidden second value). */
double sk_random_normal(struct sk_random *r);

/* Uniform integer in [0, n), n >= 1, without modulo bias. */
uint32_t sk_random_below(struct sk_random *r, uint32_t n);

/* Draws k of n >= 1 things with replacement, as k calls of sk_random_below would, and adds to times [n] how often each came. */
void sk_random_tally(struct sk_random *r, uint32_t *times, uint32_t n, size_t k);

/* Fisher-Yates shuffle of n < 2^32 indices. */
void sk_random_shuffle(struct sk_random *r, uint32_t *index, size_t n);

#endif
