#ifndef SK_BASE_RESTART_H
#define SK_BASE_RESTART_H

#include <stdbool.h>
#include <stddef.h>

/* Libraries read some variables of the environment before main and never again. A program that wants others than it was
   given sets them and starts anew; its second life takes them out again, so that what it starts sees the user's own. */

struct sk_variable {
    const char *name, *value;
};

/* Starts the program anew with the variables set, those apart that the user has set already (to the empty string too).
   ARGV as main got it, untouched. Returns where that cannot be done, with all as it was. */
void sk_restart(char **argv, const struct sk_variable *wanted, size_t count);

/* Whether this is the second life; to be asked first in main, before sk_restart. */
bool sk_restarted(void);

#endif
