#ifndef SK_DATA_LABELLED_FOLDER_H
#define SK_DATA_LABELLED_FOLDER_H

#include "data/label_tables.h"

/* What is wanted of a folder of photographs */
struct sk_folder_options {
    const char *folder;
    const char *skip; /* a folder that is none of it, such as that of the lists; may be NULL */
    enum sk_classes classes;
    bool all_test; /* no training, no validation */
};

/* The photographs of a folder, each with its class, group, strata and split */
struct sk_labelled_folder {
    struct sk_photographs photographs;
    struct sk_samples samples;
    struct sk_remarks remarks;
};

/* Reads the folder: by labels.tsv, by the tables of a data set, or by class folders; with groups.tsv and same.tsv. 0 with *labelled
   filled (sk_labelled_folder_free), or -1 with err; then the remarks are there still, and the rest is to be freed all the same. */
SK_MUST_CHECK int sk_labelled_folder_read(struct sk_labelled_folder *labelled, const struct sk_folder_options *options,
                                          struct sk_error *err);
void sk_labelled_folder_free(struct sk_labelled_folder *labelled);

#endif
