#include "stat/lapack.h"

#include <dlfcn.h>
#include <string.h>

static const char *const libraries[] = {"libopenblas.so.0", "liblapack.so.3"};

/* ISO C has no cast from an object's address to a function's, POSIX says that their bytes are the same. */
static int find(void *library, const char *name, void *function, struct sk_error *err)
{
    void *address = dlsym(library, name);
    if (!address)
        return sk_fail(err, "LAPACK without %s", name);
    memcpy(function, &address, sizeof address);
    return 0;
}

int sk_lapack_find(struct sk_lapack *lapack, struct sk_error *err)
{
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof libraries / sizeof *libraries; i++)
        library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return sk_fail(err, "no LAPACK (Debian: libopenblas0): %s", dlerror());
    return find(library, "dgbbrd_", &lapack->dgbbrd, err) || find(library, "dlasq1_", &lapack->dlasq1, err) ? -1 : 0;
}
