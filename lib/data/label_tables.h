#ifndef SK_DATA_LABEL_TABLES_H
#define SK_DATA_LABEL_TABLES_H

#include "base/csv.h"
#include "data/label_sets.h"
#include "data/samples.h"

/* Which classes a table's diagnoses become. */
enum sk_classes {
    SK_CLASSES_AS_GIVEN, /* two for tables of known sets, as they are for folders and labels.tsv */
    SK_CLASSES_TWO,      /* benign, malignant */
    SK_CLASSES_DX        /* each diagnosis */
};

/* A table in the folder */
struct sk_label_table {
    const char *path; /* below the folder */
    struct sk_csv csv;
    const struct sk_label_set *set; /* NULL: of none that is known */
    bool headerless;
    bool own; /* labels.tsv */
};

/* The tables of a folder, and which sample a photograph is */
struct sk_label_tables {
    const struct sk_photographs *photographs;
    struct sk_samples *samples;
    struct sk_remarks *remarks;
    enum sk_classes classes;
    size_t n;
    struct sk_label_table *at;
    size_t *sample_of; /* [photographs]: SIZE_MAX where it is none */
    size_t pairs;      /* images that have been tied two by two, so far */
};

/* Whether a file is called so, whatever its case, with the ending of a table: .tsv, .csv, .tab, .txt. */
bool sk_table_is_called(const char *path, const char *name);

/* Opens all text files of the folder that may be tables, except groups.tsv and same.tsv. 0, or -1 with err: a labels.tsv or a table of
   a known set that lacks a column, by name. */
SK_MUST_CHECK int sk_label_tables_open(struct sk_label_tables *tables, const struct sk_photographs *photographs,
                                       struct sk_samples *samples, struct sk_remarks *remarks, enum sk_classes classes,
                                       struct sk_error *err);
void sk_label_tables_free(struct sk_label_tables *tables);

/* Whether any of them labels images. */
bool sk_label_tables_any(const struct sk_label_tables *tables);

/* Samples of the photographs that the tables label, in the order of their paths; what else is in the folder is left out, with
   remarks. 0, or -1 with err: an unknown diagnosis, two labels for an image. */
SK_MUST_CHECK int sk_label_tables_read(struct sk_label_tables *tables, struct sk_error *err);

/* Samples are there, from class folders: enters them, and ties and notes what tables without labels know of them. A table of no known set
   that names these images and does not say what the folders say is an error. */
SK_MUST_CHECK int sk_label_tables_apply(struct sk_label_tables *tables, struct sk_error *err);

/* The sample that a name means, and of how many it may be one; *photographs: how many photographs, samples or not. */
size_t sk_label_tables_sample(const struct sk_label_tables *tables, const char *name, size_t *count, size_t *photographs);

#endif
