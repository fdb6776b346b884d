#include "base/restart.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/threads.h"

/* Holds the names of the variables that the first life has set, each with a space behind it. */
static const char SET[] = "SK_RESTARTED";

static void take_out(char *names)
{
    for (char *name; (name = strsep(&names, " "));)
        if (*name)
            unsetenv(name);
}

void sk_restart(char **argv, const struct sk_variable *wanted, size_t count)
{
    char path[4096]; /* the name, not /proc/self/exe, so that ps(1) shows it */
    char names[256] = "";
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = '\0';
    for (size_t i = 0; i < count; i++)
        if (!getenv(wanted[i].name) && strlen(names) + strlen(wanted[i].name) + 2 <= sizeof names &&
            setenv(wanted[i].name, wanted[i].value, 0) == 0)
            strcat(strcat(names, wanted[i].name), " ");
    if (*names && setenv(SET, names, 1) == 0) {
        sk_threads_unbind();
        execv(path, argv);
    }
    unsetenv(SET);
    take_out(names);
}

bool sk_restarted(void)
{
    char *names = getenv(SET);
    if (!names || !(names = strdup(names)))
        return false;
    unsetenv(SET);
    take_out(names);
    free(names);
    return true;
}
