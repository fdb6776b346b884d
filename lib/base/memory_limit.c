#include "base/memory_limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

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
        if (sscanf(line, "MemTotal: %" SCNu64 " kB", &kib) != 1)
            kib = 0;
    if (f)
        fclose(f);
    return kib && kib < UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
}

static uint64_t resource(int which)
{
    struct rlimit limit;
    return getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

struct sk_memory_limit sk_memory_limit(const char *root)
{
    const struct sk_memory_limit all[] = {
        {machine(root), "this machine has"},
        {sk_cgroup_memory(root), "its control group allows"},
        {resource(RLIMIT_AS), "its address space (ulimit -v) may have"},
        {resource(RLIMIT_DATA), "its data (ulimit -d) may have"},
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
