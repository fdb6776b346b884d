#ifndef SK_STAT_GROUPS_H
#define SK_STAT_GROUPS_H

#include "stat/scored.h"

/* Reads which lesion or patient each row belongs to ("-" is standard input): a line a row, in the rows' order before
   sk_scored_sort, as the .groups beside a stream have them. A line "-" is a group of its own. Groups are numbered in
   alphabetical order. 0 with scored->group and groups set, or -1 with err ("file: what"): another number of lines, an empty one. */
SK_MUST_CHECK int sk_groups_read(struct sk_scored *scored, const char *path, struct sk_error *err);

#endif
