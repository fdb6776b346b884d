#include "base/memory_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cgroup.h"

/* MemTotal of /proc/meminfo, which containers that show their own (lxcfs) put in place of the machine's. */
static uint64_t machine(const char *root)
{
    char *path, line[200];
    uint64_t kib = 0;
    if (asprintf(&path, "%s/proc/meminfo", root) < 0)
        return UINT64_MAX;
    FILE *f = fopen(path, "re");
    free(path);
    while (f && kib == 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "MemTotal:", 9) == 0)
            kib = strtoull(line + 9, NULL, 10);
    if (f)
        fclose(f);
    return kib && kib < UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
}

_Static_assert((uint64_t)RLIM_INFINITY == UINT64_MAX, "no limit is the greatest number");

static uint64_t address_space(void)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    (void)getrlimit(RLIMIT_AS, &limit);
    return limit.rlim_cur;
}

static uint64_t data(void)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    (void)getrlimit(RLIMIT_DATA, &limit);
    return limit.rlim_cur;
}

struct sk_memory_limit sk_memory_limit(const char *root)
{
    const struct sk_memory_limit all[] = {
        {machine(root), "this machine has"},
        {sk_cgroup_memory(root), "its control group allows"},
        {address_space(), "its address space (ulimit -v) may have"},
        {data(), "its data (ulimit -d) may have"},
    };
    struct sk_memory_limit least = all[0];
    for (size_t i = 1; i < sizeof all / sizeof *all; i++)
        if (all[i].bytes < least.bytes)
            least = all[i];
    return least;
}

void sk_memory_text(uint64_t bytes, char text[32])
{
    const double mebibytes = (double)bytes / (1 << 20);
    if (mebibytes < 1024)
        snprintf(text, 32, "%.*f MiB", mebibytes < 10 ? 1 : 0, mebibytes);
    else
        snprintf(text, 32, "%.1f GiB", mebibytes / 1024);
}

/* Bytes of memory that the process has now; 0 where that is not told. */
static uint64_t resident(void)
{
    char line[200], *second = NULL;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fgets(line, sizeof line, f))
        second = strchr(line, ' ');
    if (f)
        fclose(f);
    return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

int sk_memory_check(uint64_t more, struct sk_error *err)
{
    enum { SMALL = 1 << 26 }; /* not worth a look at the machine */
    uint64_t need;
    char needed[32], there[32];
    if (more < SMALL)
        return 0;
    if (__builtin_add_overflow(more, resident(), &need))
        need = UINT64_MAX;
    const struct sk_memory_limit limit = sk_memory_limit("");
    if (need <= limit.bytes)
        return 0;
    sk_memory_text(need, needed);
    sk_memory_text(limit.bytes, there);
    return sk_fail(err, "needs %s of memory, %s %s", needed, limit.whose, there);
}
