#ifndef SK_BASE_STRENGTHS_H
#define SK_BASE_STRENGTHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Lists of things to do, each with how strongly: "flip,rotate=90,contrast". */
struct sk_strength {
    const char *name;
    double usual, most; /* what the name alone means; the least is 0, nothing. usual is most of what has no strength: it is done or not */
};

/* What may stand in a list. A list of "none" alone is empty. */
struct sk_strength_names {
    const struct sk_strength *name;
    int names;
    const char *several; /* a name without strength for those from `first` to `last`; NULL: there is none */
    int first, last;
};

enum { SK_MAX_STRENGTHS = 16, SK_STRENGTHS_TEXT = 400 };

/* Fills strength [names]: those of the list, 0 of others. 0, or -1 with err: what is no name or no strength of it, or comes twice. */
SK_MUST_CHECK int sk_strengths_parse(const struct sk_strength_names *names, const char *list, double *strength, struct sk_error *err);

/* The list in one spelling: in the order of the names, all strengths said. */
void sk_strengths_text(const struct sk_strength_names *names, const double *strength, char text[SK_STRENGTHS_TEXT]);

#endif
