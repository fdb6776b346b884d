#ifndef SK_IMAGE_AUGMENT_LIST_H
#define SK_IMAGE_AUGMENT_LIST_H

#include "base/strengths.h"
#include "image/augment.h"

enum { SK_AUGMENT_LIST_TEXT = SK_STRENGTHS_TEXT };

/* Reads ranges as a list of names, each with a strength behind '=' or its usual one: "flip,rotate=90,contrast". The names are skaug's
   options (flip: both ways; strengths and their bounds as there), colour (brightness, contrast and hue, without a strength) and, alone,
   none. A name that comes twice is an error. 0 with *range, or -1 with err. */
SK_MUST_CHECK int sk_augment_list_parse(struct sk_augment_range *range, const char *list, struct sk_error *err);

/* The same list in one spelling, with all strengths: what ranges that draw the same have in common. */
void sk_augment_list_text(const struct sk_augment_range *range, char text[SK_AUGMENT_LIST_TEXT]);

#endif
