#ifndef SK_DATA_LABEL_SETS_H
#define SK_DATA_LABEL_SETS_H

#include <stdbool.h>

#include "base/csv.h"

/* What a table of a known data set says of images. Lists of columns stand between bars: "mel|nv"; names are compared whatever their
   case; a name that ends in '*' is any that begins so. */
struct sk_label_set {
    const char *name;
    const char *sure;      /* columns of which one at least is there */
    const char *columns;   /* others by which it is known */
    size_t least;          /* how many of both are there at least */
    const char *needed;    /* columns without which it cannot be read; of "a/b" one is enough */
    const char *id;        /* the image's column, the first that is there; a lesion's for SK_LESION_LABELS */
    enum sk_label_kind {
        SK_VALUES,          /* the class is the value of a column, the first of `two` or `dx` that is not empty */
        SK_ONE_HOT,         /* the class is the one of the columns `two` that is 1 */
        SK_LESION_LABELS,   /* the same, of lesions */
        SK_LESION_IMAGES,   /* the images of those lesions */
        SK_NO_LABELS,       /* groups and strata alone */
        SK_ROW_NUMBERS,     /* rows, from 0, of another table, of the split that the file's name says */
        SK_IMAGE_PAIRS      /* two images a row that show the same */
    } kind;
    const char *two, *dx;  /* where the class is from; dx NULL: diagnoses are not known */
    const char *codes;     /* what the numbers 0, 1, ... of a value stand for */
    const char *rest;      /* SK_ONE_HOT: the class where none is 1 */
    const char *patient, *lesion, *split;
    const char *strata;
    const char *other;     /* column of other photographs of the same lesion, which are not taken */
    bool agree;            /* all columns of `two` say the same */
    bool open;             /* diagnoses are of an open vocabulary: with dx any word is one */
    bool parts;            /* published in parts: the file's name says train, valid or test */
    bool ham;              /* has HAM10000's images, of which some pairs are known to show one lesion */
    const char *remark;    /* what is to be known of it */
};

/* The set that a table is of, by its header (and its name, for a pair of columns of duplicates), NULL where it is none of these. A
   table without a header is known by its first row: *headerless. */
const struct sk_label_set *sk_label_set_find(const struct sk_csv *csv, bool *headerless);

/* Calls for the names of a list, one after another: copies the next into name [size] and returns what is behind it, or NULL at the
   list's end. */
const char *sk_next_column(const char *list, char *name, size_t size);

/* The first column of the list that the table has, or SIZE_MAX. list may be NULL. */
size_t sk_label_column(const struct sk_csv *csv, const char *list);

#endif
