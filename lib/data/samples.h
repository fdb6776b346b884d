#ifndef SK_DATA_SAMPLES_H
#define SK_DATA_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "data/photographs.h"

/* What a user can do where a class or split would be a guess */
#define SK_WRITE_LABELS "write labels.tsv (path, class; and where known group, split), see skdata(1)"

enum sk_split { SK_TRAIN, SK_VALID, SK_TEST, SK_SPLITS, SK_NO_SPLIT = SK_SPLITS };

/* "train", "valid", "test" */
extern const char *const sk_split_name[SK_SPLITS];

/* A photograph with its class */
struct sk_sample {
    const struct sk_photograph *photograph;
    const char *word;     /* the class, as the folder or the table has it */
    const char *class;    /* as the lists have it: sk_samples_name_classes */
    const char *group;    /* patient or lesion: sk_samples_group; NULL where unknown */
    enum sk_split given;  /* by the folders or a table */
    enum sk_split split;  /* decided; SK_NO_SPLIT: left out */
};

/* What a group is named by, the first of these that there is */
enum sk_tie { SK_TIE_GROUP, SK_TIE_PATIENT, SK_TIE_LESION, SK_TIE_PAIR /* names none */ };

struct sk_samples {
    size_t n;
    struct sk_sample *at; /* [n] */
    size_t strata;
    const char **stratum; /* [strata]: their columns' names */
    const char **value;   /* [n][strata], "-" where unknown: sk_samples_strata */
    struct sk_dictionary words;
    struct sk_tied *tied;
    struct sk_noted *noted;
    size_t ties, notes, room, tie_room, note_room, stratum_room;
};

/* Each of these: 0, or -1 with err (memory, unless said otherwise). Names are copied. */

/* Adds sample samples->n. */
SK_MUST_CHECK int sk_samples_add(struct sk_samples *samples, const struct sk_photograph *photograph, const char *word,
                                 enum sk_split given, struct sk_error *err);

/* The sample is of that group, patient, lesion or pair; all of one are in one group. An empty name is passed over. */
SK_MUST_CHECK int sk_samples_tie(struct sk_samples *samples, size_t sample, enum sk_tie kind, const char *name, struct sk_error *err);

/* A column's value for a sample; the columns stand in the order in which they are first heard of. Control characters become spaces. */
SK_MUST_CHECK int sk_samples_note(struct sk_samples *samples, size_t sample, const char *column, const char *value,
                                  struct sk_error *err);

/* Puts the samples in the order of their paths. */
SK_MUST_CHECK int sk_samples_sort(struct sk_samples *samples, struct sk_error *err);

/* Names the classes: characters other than letters, digits, '.', '_', '-' become '_', and words that differ in case, spaces and
   punctuation alone are one class, in the spelling of the training images, said in the remarks. Different words that would have
   one name are an error. */
SK_MUST_CHECK int sk_samples_name_classes(struct sk_samples *samples, struct sk_remarks *remarks, struct sk_error *err);

/* Samples that share anything they are tied to, directly or through others, become one group, named by the best that names it, of
   several the first by its bytes; or by a path. */
SK_MUST_CHECK int sk_samples_group(struct sk_samples *samples, struct sk_error *err);

/* Fills value. Columns of more than `most` values are dropped, with a remark, as are those without any. */
SK_MUST_CHECK int sk_samples_strata(struct sk_samples *samples, size_t most, struct sk_remarks *remarks, struct sk_error *err);

void sk_samples_free(struct sk_samples *samples);

#endif
