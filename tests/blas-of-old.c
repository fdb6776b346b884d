/* A library to be preloaded: the OpenBLAS beneath a program picks the kernel Prescott, as it does on a processor that it
   does not know, where the user has not set OPENBLAS_CORETYPE; with BLAS_OF_OLD=always also where that is set.
   libopenblas alone sees it: the program's own getenv is untouched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

extern char **environ;

static char *find(const char *name)
{
    const size_t length = strlen(name);
    for (char **entry = environ; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

static char *answer(const char *name, const void *caller)
{
    static char old[] = "Prescott"; /* as getenv returns no constant */
    Dl_info info;
    char *value = find(name), *mode = find("BLAS_OF_OLD");
    if (strcmp(name, "OPENBLAS_CORETYPE") == 0 && (!value || (mode && strcmp(mode, "always") == 0)) &&
        dladdr(caller, &info) && strstr(info.dli_fname, "libopenblas"))
        return old;
    return value;
}

char *getenv(const char *name)
{
    return answer(name, __builtin_return_address(0));
}

char *secure_getenv(const char *name)
{
    return answer(name, __builtin_return_address(0));
}
