/* The default number of threads, and starting anew. */
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

#include "base/restart.h"
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

/* What main has seen in its second life, before it asked for it. */
static struct {
    int lives;
    char new_one[20], kept[20], empty[20], argument[20];
} seen;

static void variables_are_set_for_the_libraries_alone(void **state)
{
    (void)state;
    assert_int_equal(seen.lives, 2);
    assert_string_equal(seen.new_one, "ours");
    assert_string_equal(seen.kept, "the user's");
    assert_string_equal(seen.empty, "");
    assert_string_equal(seen.argument, "an argument");
    assert_null(getenv("TEST_NEW"));
    assert_string_equal(getenv("TEST_KEPT"), "the user's");
    assert_string_equal(getenv("TEST_EMPTY"), "");
    assert_false(sk_restarted());
}

static void without_a_wish_nothing_starts(void **state)
{
    (void)state;
    char *argv[] = {"test_threads", NULL};
    const struct sk_variable all_set[] = {{"TEST_KEPT", "ours"}, {"TEST_EMPTY", "ours"}};
    sk_restart(argv, NULL, 0);
    sk_restart(argv, all_set, 2);
    assert_false(sk_restarted());
    assert_string_equal(getenv("TEST_KEPT"), "the user's");
}

/* Runs as `test_threads`, then as `test_threads "an argument"`, started by itself. */
int main(int argc, char **argv)
{
    const char *new_one = getenv("TEST_NEW"), *kept = getenv("TEST_KEPT"), *empty = getenv("TEST_EMPTY");
    snprintf(seen.new_one, sizeof seen.new_one, "%s", new_one ? new_one : "none");
    snprintf(seen.kept, sizeof seen.kept, "%s", kept ? kept : "none");
    snprintf(seen.empty, sizeof seen.empty, "%s", empty ? empty : "none");
    snprintf(seen.argument, sizeof seen.argument, "%s", argc > 1 ? argv[1] : "none");
    seen.lives = sk_restarted() ? 2 : 1;
    if (seen.lives == 1) {
        char *arguments[] = {argv[0], "an argument", NULL};
        const struct sk_variable wanted[] = {{"TEST_NEW", "ours"}, {"TEST_KEPT", "ours"}, {"TEST_EMPTY", "ours"}};
        setenv("TEST_KEPT", "the user's", 1);
        setenv("TEST_EMPTY", "", 1);
        sk_restart(arguments, wanted, 3);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quota_is_the_most),
        cmocka_unit_test(openmp_is_asked),
        cmocka_unit_test(variables_are_set_for_the_libraries_alone),
        cmocka_unit_test(without_a_wish_nothing_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
