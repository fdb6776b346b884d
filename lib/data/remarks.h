#ifndef SK_DATA_REMARKS_H
#define SK_DATA_REMARKS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/dictionary.h"

/* What was left out, joined or decided while a folder was read, for a tool to say. {0} is nothing. */
struct sk_remarks {
    struct sk_bytes text; /* lines */
    struct sk_dictionary words;
    struct sk_left_out *left_out;
    size_t left, room;
};

/* Adds a line. 0, or -1 with err: memory. */
SK_MUST_CHECK int sk_remark(struct sk_remarks *remarks, struct sk_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An image (a path, or an id of a table) that is not used, and why. counted: sk_remarks_count says how many of this kind there are.
   0, or -1 with err. */
SK_MUST_CHECK int sk_leave_out(struct sk_remarks *remarks, const char *image, const char *why, bool counted, struct sk_error *err);

/* Adds a line for every reason why images were left out: how many, the first of them by name. 0, or -1 with err. */
SK_MUST_CHECK int sk_remarks_count(struct sk_remarks *remarks, struct sk_error *err);

/* The table of what was left out, image and why, sorted, with a header line. 0, or -1 with err. */
SK_MUST_CHECK int sk_remarks_table(struct sk_remarks *remarks, struct sk_bytes *table, struct sk_error *err);

void sk_remarks_free(struct sk_remarks *remarks);

#endif
