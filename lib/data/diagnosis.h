#ifndef SK_DATA_DIAGNOSIS_H
#define SK_DATA_DIAGNOSIS_H

#include <stddef.h>

/* What a diagnosis counts as where there are two classes. */
enum sk_dignity {
    SK_BENIGN,
    SK_MALIGNANT, /* melanoma in any form, basal and squamous cell carcinoma, actinic keratosis and Bowen's disease */
    SK_NEITHER,   /* indeterminate, unknown, other: in neither class */
    SK_UNHEARD_OF /* no diagnosis that is known here */
};

/* By the table of skdata(1); case, spaces and punctuation do not matter. */
enum sk_dignity sk_diagnosis_dignity(const char *diagnosis);

/* "benign", "malignant"; NULL for the others. */
const char *sk_dignity_name(enum sk_dignity dignity);

enum { SK_WORDS_SIZE = 256 };

/* The text in small letters, what is neither letter nor digit (ASCII; other bytes count as letters) as single spaces between words;
   an apostrophe is dropped. Cut to the size. Returns words. */
const char *sk_plain_words(char words[SK_WORDS_SIZE], const char *text);

#endif
