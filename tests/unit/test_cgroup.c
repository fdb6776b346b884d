/* Limits of control groups, in trees as machines, containers and batch systems have them. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cgroup.h"

static char root[32];

static int make_root(void **state)
{
    (void)state;
    strcpy(root, "/tmp/test_cgroup.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command);
}

/* Writes ROOT/path, with the folders above it. */
static void put(const char *path, const char *text)
{
    char full[300];
    assert_true(snprintf(full, sizeof full, "%s/%s", root, path) < (int)sizeof full);
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

static const char mounts_2[] = "25 30 0:23 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
                               "29 25 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
                               "31 30 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw,errors=remount-ro\n";
static const char mounts_1[] = "34 25 0:31 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
                               "35 34 0:32 / /sys/fs/cgroup/cpuset rw shared:1 - cgroup cgroup rw,cpuset\n"
                               "36 34 0:33 / /sys/fs/cgroup/cpu,cpuacct rw shared:2 - cgroup cgroup rw,cpu,cpuacct\n"
                               "37 34 0:34 / /sys/fs/cgroup/memory rw shared:3 - cgroup cgroup rw,memory\n";

static void expect(int cpus, uint64_t memory)
{
    assert_int_equal(sk_cgroup_cpus(root), cpus);
    assert_int_equal(sk_cgroup_memory(root), memory);
}

static void without_groups_nothing_limits(void **state)
{
    (void)state;
    expect(INT_MAX, UINT64_MAX);
    put("proc/self/cgroup", "");
    put("proc/self/mountinfo", "");
    expect(INT_MAX, UINT64_MAX);
    put("proc/self/cgroup", "0::/\n");
    expect(INT_MAX, UINT64_MAX);
    put("proc/self/mountinfo", mounts_2); /* the root group has no such files */
    expect(INT_MAX, UINT64_MAX);
    put("proc/self/cgroup", "12:cpu,cpuacct:/\n11:memory:/\n1:name=systemd:/\n");
    put("proc/self/mountinfo", mounts_1);
    expect(INT_MAX, UINT64_MAX);
}

static void version_2(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/user.slice/user-1000.slice/job\n");
    put("proc/self/mountinfo", mounts_2);
    put("sys/fs/cgroup/user.slice/user-1000.slice/job/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/user.slice/user-1000.slice/job/memory.max", "max\n");
    expect(INT_MAX, UINT64_MAX);
    put("sys/fs/cgroup/user.slice/user-1000.slice/job/cpu.max", "150000 100000\n");
    put("sys/fs/cgroup/user.slice/user-1000.slice/job/memory.max", "2147483648\n");
    expect(2, 2147483648);
    put("sys/fs/cgroup/user.slice/user-1000.slice/cpu.max", "800000 100000\n"); /* more above changes nothing */
    put("sys/fs/cgroup/user.slice/memory.max", "4294967296\n");
    expect(2, 2147483648);
    put("sys/fs/cgroup/user.slice/user-1000.slice/cpu.max", "5000 50000\n"); /* less does */
    put("sys/fs/cgroup/user.slice/memory.max", "1073741824\n");
    expect(1, 1073741824);
    put("sys/fs/cgroup/cpu.max", "1000 100000\n");
    put("sys/fs/cgroup/memory.max", "4096\n");
    expect(1, 4096);
    put("sys/fs/cgroup/user.slice/other/memory.max", "0\n"); /* no ancestor */
    expect(1, 4096);
}

static void quotas_are_rounded_up(void **state)
{
    (void)state;
    static const struct {
        const char *max;
        int cpus;
    } cases[] = {{"1000 100000\n", 1},  {"100000 100000\n", 1}, {"100001 100000\n", 2}, {"200000 100000\n", 2},
                 {"250000 100000", 3},  {"6400000 100000\n", 64}, {"20000 10000\n", 2}, {"400000000 100000\n", 4000},
                 {"18446744073709551615 1\n", INT_MAX}};
    put("proc/self/cgroup", "0::/job\n");
    put("proc/self/mountinfo", mounts_2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put("sys/fs/cgroup/job/cpu.max", cases[i].max);
        expect(cases[i].cpus, UINT64_MAX);
    }
}

static void version_1(void **state)
{
    (void)state;
    put("proc/self/cgroup", "13:cpuset:/elsewhere\n12:cpu,cpuacct:/slurm/job_7\n11:memory:/slurm/job_7/step_0\n"
                            "1:name=systemd:/init.scope\n");
    put("proc/self/mountinfo", mounts_1);
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/slurm/job_7/step_0/memory.limit_in_bytes", "9223372036854771712\n");
    expect(INT_MAX, UINT64_MAX);
    put("sys/fs/cgroup/memory/slurm/job_7/step_0/memory.limit_in_bytes", "9223372036854710272\n"); /* pages of 64 KiB */
    expect(INT_MAX, UINT64_MAX);
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", "536870912\n");
    expect(3, 536870912);
    put("sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us", "50000\n"); /* without its period no quota */
    expect(3, 536870912);
    put("sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us", "50000\n");
    expect(1, 536870912);
}

static void hybrid(void **state)
{
    (void)state;
    char mounts[1000];
    snprintf(mounts, sizeof mounts, "%s38 34 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n", mounts_1);
    put("proc/self/mountinfo", mounts);
    put("proc/self/cgroup", "4:memory:/job\n0::/job/deep\n"); /* memory by version 1, processors by 2 */
    put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000000\n");
    put("sys/fs/cgroup/unified/job/cpu.max", "300000 100000\n");
    expect(3, 1000000);
    put("sys/fs/cgroup/unified/job/memory.max", "999999\n");
    expect(3, 999999);
}

/* A container without a namespace: the mount shows the tree from the container's own group on. */
static void mounts_that_begin_below_the_root(void **state)
{
    (void)state;
    put("proc/self/cgroup", "12:cpu,cpuacct:/docker/abc/inner\n11:memory:/docker/abcd\n");
    put("proc/self/mountinfo",
        "36 34 0:33 /docker/other /mnt/other rw - cgroup cgroup rw,cpu\n"
        "37 34 0:33 /docker/abc /sys/fs/cgroup/cpu\\040time rw - cgroup cgroup rw,cpu,cpuacct\n"
        "38 34 0:34 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    put("mnt/other/cpu.cfs_quota_us", "100000\n");
    put("mnt/other/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu time/cpu.cfs_quota_us", "700000\n");
    put("sys/fs/cgroup/cpu time/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu time/inner/cpu.cfs_quota_us", "400000\n");
    put("sys/fs/cgroup/cpu time/inner/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "123456\n"); /* abcd is not below abc: all that can be seen */
    put("sys/fs/cgroup/memory/d/memory.limit_in_bytes", "1\n");
    expect(4, 123456);
}

static void namespaces(void **state)
{
    (void)state;
    static const struct {
        const char *group, *mount_root;
        int cpus;
    } cases[] = {
        {"/", "/", 5},           {"/../..", "/", 5},        {"/../../x", "/", 5}, {"/..", "/..", 5}, {"/", "/../..", 5},
        {"/../other", "/..", 3}, {"/other/../../x", "/", 5}, {"/other", "/", 3},   {"/..x", "/", 2},
    };
    put("sys/fs/cgroup/cpu.max", "500000 100000\n");
    put("sys/fs/cgroup/other/cpu.max", "300000 100000\n");
    put("sys/fs/cgroup/..x/cpu.max", "200000 100000\n");
    put("sys/fs/cpu.max", "100000 100000\n"); /* of no group: nothing may climb so far */
    put("sys/cpu.max", "100000 100000\n");
    put("cpu.max", "100000 100000\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "0::%s\n", cases[i].group);
        put("proc/self/cgroup", text);
        snprintf(text, sizeof text, "29 25 0:26 %s /sys/fs/cgroup rw - cgroup2 cgroup rw\n", cases[i].mount_root);
        put("proc/self/mountinfo", text);
        expect(cases[i].cpus, UINT64_MAX);
    }
}

static void names_with_colons_spaces_and_backslashes(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/a:b c\\x2dd\n");
    put("proc/self/mountinfo", "29 25 0:26 /a:b\\040c\\134x2dd /cg rw - cgroup2 cgroup rw\n");
    put("cg/memory.max", "77\n");
    expect(INT_MAX, 77);
    put("proc/self/mountinfo", "29 25 0:26 / /cg rw - cgroup2 cgroup rw\n");
    put("cg/a:b c\\x2dd/memory.max", "66\n");
    expect(INT_MAX, 66);
}

static void garbage_limits_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "\n", " ", "max", "-1", "-5 100000", "0 100000", "100000", "100000 ", "100000 0",
                                      "x", "1e5 100000", "100000 max", "0x10 100000", "1.5 1", "5,5", "\xff\xfe"};
    static const char *const mounts[] = {"29", "29 25 0:26 / /sys/fs/cgroup", "29 25 0:26 / /sys/fs/cgroup rw -",
                                         "29 25 0:26 / /sys/fs/cgroup rw - cgroup2", "a b c d e f g - h i j k\n- - - - - -",
                                         "29 25 0:26 \\ /sys/fs/cgroup\\04 rw - cgroup2 x y\n"};
    static const char *const groups[] = {"0", "0:", "0::", ":::", "::/job", "x\n\n:\n", "1:cpu\n2:cpu:\n"};
    put("proc/self/cgroup", "0::/job\n");
    put("proc/self/mountinfo", mounts_2);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        put("sys/fs/cgroup/job/cpu.max", bad[i]);
        assert_int_equal(sk_cgroup_cpus(root), INT_MAX);
    }
    static const char *const no_bytes[] = {"", "max", "-1", "12k", "1.5"};
    put("sys/fs/cgroup/job/cpu.max", "100000 100000\n");
    for (size_t i = 0; i < sizeof no_bytes / sizeof *no_bytes; i++) {
        put("sys/fs/cgroup/job/memory.max", no_bytes[i]);
        expect(1, UINT64_MAX);
    }
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
        put("proc/self/mountinfo", mounts[i]);
        expect(INT_MAX, UINT64_MAX);
    }
    put("proc/self/mountinfo", mounts_2);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        put("proc/self/cgroup", groups[i]);
        (void)sk_cgroup_cpus(root); /* some of them name the top: no more than that they are survived */
        assert_int_equal(sk_cgroup_memory(root), UINT64_MAX);
    }
}

/* A group's path may be as long as PATH_MAX, and a machine may have thousands of mounts. */
static void long_lines(void **state)
{
    (void)state;
    char group[3000] = "0::";
    while (strlen(group) < 2800)
        strcat(group, "/a-long-name");
    strcat(group, "\n");
    put("proc/self/cgroup", group);
    put("proc/self/mountinfo", mounts_2);
    put("sys/fs/cgroup/a-long-name/cpu.max", "600000 100000\n");
    expect(6, UINT64_MAX);
}

/* Whatever this machine's limits are. */
static void the_machine_itself(void **state)
{
    (void)state;
    assert_true(sk_cgroup_cpus("") >= 1);
    assert_true(sk_cgroup_memory("") > 1 << 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        TEST(without_groups_nothing_limits),
        TEST(version_2),
        TEST(quotas_are_rounded_up),
        TEST(version_1),
        TEST(hybrid),
        TEST(mounts_that_begin_below_the_root),
        TEST(namespaces),
        TEST(names_with_colons_spaces_and_backslashes),
        TEST(garbage_limits_nothing),
        TEST(long_lines),
        TEST(the_machine_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
