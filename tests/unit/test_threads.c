/* The default number of threads. */
#include <limits.h>
#include <omp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/threads.h"

static void put(const char *root, const char *path, const char *text)
{
    char full[200];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0777);
        *slash = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void a_quota_is_the_most(void **state)
{
    (void)state;
    char root[] = "/tmp/test_threads.XXXXXX", command[64];
    assert_non_null(mkdtemp(root));
    const int all = sk_threads_default(root);
    put(root, "proc/self/cgroup", "0::/job\n");
    put(root, "proc/self/mountinfo", "29 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
    put(root, "sys/fs/cgroup/job/cpu.max", "max 100000\n");
    assert_int_equal(sk_threads_default(root), all);
    put(root, "sys/fs/cgroup/job/cpu.max", "10000000000 100000\n");
    assert_int_equal(sk_threads_default(root), all);
    put(root, "sys/fs/cgroup/job/cpu.max", "50000 100000\n");
    assert_int_equal(sk_threads_default(root), 1);
    put(root, "sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    assert_int_equal(sk_threads_default(root), all < 2 ? all : 2);
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void openmp_is_asked(void **state)
{
    (void)state;
    const int before = omp_get_max_threads(), all = sk_threads_default("/nowhere");
    assert_in_range(all, 1, omp_get_num_procs());
    omp_set_num_threads(1); /* as OMP_NUM_THREADS=1 */
    assert_int_equal(sk_threads_default("/nowhere"), 1);
    omp_set_num_threads(INT_MAX);
    assert_true(sk_threads_default("/nowhere") >= all);
    omp_set_num_threads(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quota_is_the_most),
        cmocka_unit_test(openmp_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
