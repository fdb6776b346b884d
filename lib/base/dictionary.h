#ifndef SK_BASE_DICTIONARY_H
#define SK_BASE_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Words, each once, numbered from 0 in the order in which they came. {0} is empty. */
struct sk_dictionary {
    size_t words;
    const char **word;             /* [words], valid until sk_dictionary_free */
    size_t capacity;               /* of word */
    uint32_t *slot;                /* [slots]: 1 + a word's number, 0 where there is none */
    size_t slots;                  /* a power of two, over twice the words */
    struct sk_dictionary_page *page; /* what holds the words */
};

/* *number = that of the word of so many bytes, which is copied where it is new. 0, or -1 with err: memory. */
SK_MUST_CHECK int sk_dictionary_add(struct sk_dictionary *dictionary, const char *word, size_t length, size_t *number,
                                    struct sk_error *err);

/* The word's own copy, or NULL with err. */
SK_MUST_CHECK const char *sk_dictionary_keep(struct sk_dictionary *dictionary, const char *word, struct sk_error *err);

/* The word's number, or SIZE_MAX where it is not there. */
size_t sk_dictionary_find(const struct sk_dictionary *dictionary, const char *word);

void sk_dictionary_free(struct sk_dictionary *dictionary);

#endif
