#include "base/threads.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>

#include "base/cgroup.h"
#include "base/restart.h"

/* The processors of all places that threads are bound to, *size bytes, to be freed with CPU_FREE; NULL where threads
   are not bound. */
static cpu_set_t *bound_processors(size_t *size)
{
    const int places = omp_get_proc_bind() == omp_proc_bind_false ? 0 : omp_get_num_places();
    int most = 0, *id = NULL;
    for (int p = 0; p < places; p++)
        most = omp_get_place_num_procs(p) > most ? omp_get_place_num_procs(p) : most;
    if (most == 0 || !(id = malloc((size_t)most * sizeof *id)))
        return NULL;
    size_t count = 1;
    for (int p = 0; p < places; p++) {
        omp_get_place_proc_ids(p, id);
        for (int i = 0; i < omp_get_place_num_procs(p); i++)
            count = (size_t)id[i] >= count ? (size_t)id[i] + 1 : count;
    }
    cpu_set_t *set = CPU_ALLOC(count);
    *size = CPU_ALLOC_SIZE(count);
    if (set)
        CPU_ZERO_S(*size, set);
    for (int p = 0; set && p < places; p++) {
        omp_get_place_proc_ids(p, id);
        for (int i = 0; i < omp_get_place_num_procs(p); i++)
            CPU_SET_S((size_t)id[i], *size, set);
    }
    free(id);
    return set;
}

/* Not by sched_getaffinity(2): where the first thread is bound, that is one processor. */
static int processors(void)
{
    size_t size;
    cpu_set_t *set = bound_processors(&size);
    if (!set)
        return omp_get_num_procs();
    const int count = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    return count;
}

int sk_threads_default(const char *root)
{
    const int limit[] = {omp_get_max_threads(), omp_get_thread_limit()};
    int threads = processors();
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++)
        threads = limit[i] < threads ? limit[i] : threads;
    if (threads <= 1)
        return 1;
    const int quota = sk_cgroup_cpus(root);
    return quota < threads ? quota : threads;
}

void sk_threads_unbind(void)
{
    size_t size;
    cpu_set_t *set = bound_processors(&size);
    if (set)
        (void)sched_setaffinity(0, size, set);
    CPU_FREE(set);
}

void sk_threads_wait_passively(char **argv)
{
    static const struct sk_variable wanted[] = {{"OMP_WAIT_POLICY", "passive"}, {"GOMP_SPINCOUNT", "3000"}};
    if (!sk_restarted() && !getenv("OMP_WAIT_POLICY") && !getenv("GOMP_SPINCOUNT"))
        sk_restart(argv, wanted, sizeof wanted / sizeof *wanted);
}
