#ifndef SK_DATA_PHOTOGRAPHS_H
#define SK_DATA_PHOTOGRAPHS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/dictionary.h"
#include "data/remarks.h"

/* A photograph in a folder */
struct sk_photograph {
    const char *path; /* below the folder */
    const char *name; /* its last part */
    const char *stem; /* that without its ending */
    size_t same;      /* the next photograph whose stem is this one's but for case, or SIZE_MAX */
    long long size;
    struct timespec changed;
    bool jpeg;  /* by its name */
    bool taken; /* for whoever goes through them */
};

struct sk_photographs {
    char *folder;
    size_t n;
    struct sk_photograph *at; /* [n], in the order of the paths' bytes */
    size_t tables;
    const char **table; /* [tables]: paths of the text files, near the top, that may be tables, sorted */
    struct sk_dictionary words; /* what holds the strings */
    struct sk_dictionary stems; /* in small letters */
    size_t *first;              /* [stems.words]: the first photograph of a stem */
    size_t room, table_room;
};

/* Finds the photographs anywhere below a folder, through symbolic links: JPEG, PNG, PNM, BMP, TIFF, WebP and DICOM, by their names'
   endings and first bytes. What is hidden, what lies below `skip` (a folder that may not be there, or NULL) and in folders that skdata
   wrote is passed over; other kinds of pictures, those whose decoder is not installed, and masks of a photograph that
   is there are left out, with a remark. 0 with *photographs filled (sk_photographs_free), or -1 with err and it
   empty: a folder that cannot be read, a name with a control character. */
SK_MUST_CHECK int sk_photographs_find(struct sk_photographs *photographs, const char *folder, const char *skip,
                                      struct sk_remarks *remarks, struct sk_error *err);
void sk_photographs_free(struct sk_photographs *photographs);

/* The photograph that a table means by a path, a file's name or an id (that without its ending), and how many it may mean: 0 where
   there is none; of several the first, of which sk_photograph.same leads on. */
size_t sk_photographs_named(const struct sk_photographs *photographs, const char *name, size_t *first);

/* The next photograph, after one that sk_photographs_named gave, that the name may mean, or SIZE_MAX. */
size_t sk_photographs_next(const struct sk_photographs *photographs, const char *name, size_t photograph);

#endif
