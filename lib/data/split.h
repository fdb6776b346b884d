#ifndef SK_DATA_SPLIT_H
#define SK_DATA_SPLIT_H

#include "data/samples.h"

/* The split that a word names ("Train", "TEST_SET", "validation-images", "dev"), SK_NO_SPLIT where it names none. */
enum sk_split sk_split_of_word(const char *word);

/* By what groups are put in order: h = 1, then h = (16807 h + byte) mod p for every byte, then four times
   h = (h (h mod 65521 + 1) + 1) mod p, with p = 2^31 - 1. */
uint32_t sk_split_hash(const char *name);

/* Decides every sample's split: that which is given holds; where no sample is given for testing a fifth of each class's groups is,
   where none is for validation a tenth of the others, those of the smallest hashes of their names, of the path where there is no
   group. A group counts to the class of its first image, and is never divided: what it has on the other side of a given test or
   validation split is left out. all_test: everything is for testing. 0, or -1 with err: memory. */
SK_MUST_CHECK int sk_split_samples(struct sk_samples *samples, bool all_test, struct sk_remarks *remarks, struct sk_error *err);

#endif
