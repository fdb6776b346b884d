/* What is known of memory before it is taken: the constructors' accounts, the footprint of a training, what the machine has. */
#include "check.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory_limit.h"
#include "nn/gan.h"
#include "train/footprint.h"

static const struct sk_gan_options gans[] = {
    {.arch = {.size = 32, .width = 4, .latent = 8, .kernel = 4}, .batch = 5, .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0}},
    {.arch = {.size = 32, .width = 16, .latent = 8, .kernel = 5}, .batch = 64, .optimizer = {SK_SGD, 1e-4, 0.5, 0, 0, 0}, .penalty = 100},
    {.arch = {.size = 64, .width = 24, .latent = 32, .kernel = 4}, .batch = 70, .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0},
     .augment = {{[SK_BATCH_FLIP] = 1}}},
    {.arch = {.size = 64, .width = 16, .latent = 32, .kernel = 5, .algorithm = SK_CONV2D_IM2COL}, .batch = 16,
     .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0}},
    {.arch = {.size = 32, .width = 6, .latent = 32, .architecture = 1}, .batch = 9, .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0}}, /* residual */
};

/* A sanitizer or valgrind has memory of its own, which would be measured and limited too. */
static bool instrumented(void)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    return true;
#endif
    const char *flavor = getenv("SK_FLAVOR");
    return getenv("SK_WRAP") || (flavor && strcmp(flavor, "release") != 0);
}

static size_t total(const struct sk_account *account)
{
    size_t sum = 0;
    for (int i = 0; i < SK_MEMORY_USES; i++)
        sum = sk_sum(sum, account->bytes[i]);
    return sum;
}

static void test_overflow(void **state)
{
    (void)state;
    struct sk_account account = {.dry = true};
    struct sk_error err;
    float *none;
    assert_int_equal(sk_account_floats(&account, SK_WEIGHTS, &none, SIZE_MAX / 4 + 1, &err), 0);
    assert_true(account.bytes[SK_WEIGHTS] == SIZE_MAX);
    assert_int_equal(sk_account_floats(&account, SK_WEIGHTS, &none, 1, &err), 0);
    assert_true(account.bytes[SK_WEIGHTS] == SIZE_MAX);
    assert_null(none);
    account.dry = false;
    assert_int_equal(sk_account_floats(&account, SK_IMAGES, &none, SIZE_MAX / 4 + 1, &err), -1);
    assert_null(none);
    assert_int_equal(sk_account_floats(NULL, SK_IMAGES, &none, 3, &err), 0);
    assert_non_null(none);
    free(none);
}

/* The dry account holds what the other one does. */
static void test_dry(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(gans); i++)
        for (int jobs = 1; jobs <= 3; jobs++) {
            struct sk_account dry = {.dry = true}, real = {0};
            struct sk_error err;
            struct sk_gan *gan;
            assert_int_equal(sk_gan_new(&gan, &gans[i], 1, jobs, &dry, &err), 0);
            assert_null(gan->generator->weights);
            assert_null(gan->images);
            sk_gan_free(gan);
            assert_int_equal(sk_gan_new(&gan, &gans[i], 1, jobs, &real, &err), 0);
            sk_gan_free(gan);
            for (int use = SK_WEIGHTS; use <= SK_WORKSPACE; use++) {
                assert_true(real.bytes[use] > 0);
                assert_true(dry.bytes[use] == real.bytes[use]);
            }
        }
}

/* A line "VmHWM:  1234 kB" of /proc/self/status, in bytes. */
static size_t own_memory(const char *key)
{
    char line[200];
    size_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && kib == 0 && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtoul(line + strlen(key) + 1, NULL, 10);
    if (f)
        fclose(f);
    return kib * 1024;
}

/* Trains one step in a process of its own: 0 where it took no more than accounted for, and not much less. */
static int step_within_account(const struct sk_gan_options *options)
{
    const size_t slack = 6 << 20, before = own_memory("VmRSS");
    struct sk_account account = {0};
    struct sk_error err;
    struct sk_gan_losses losses;
    struct sk_gan *gan;
    if (sk_gan_new(&gan, options, 1, 2, &account, &err))
        return 1;
    sk_gan_step(gan, 1, 0, &losses);
    const size_t taken = own_memory("VmHWM") - before;
    if (taken > total(&account) + slack)
        return 2;
    return taken + slack < total(&account) / 10 * 9 ? 3 : 0;
}

static void test_peak(void **state)
{
    (void)state;
    static const struct sk_gan_options sizes[] = {
        {.arch = {.size = 32, .width = 16, .latent = 32, .kernel = 4}, .batch = 32, .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0}},
        {.arch = {.size = 64, .width = 32, .latent = 64, .kernel = 5}, .batch = 32, .optimizer = {SK_ADAM, 1e-4, 0.5, 0, 0.999, 0}},
    };
    if (own_memory("VmHWM") == 0 || instrumented())
        skip();
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        int status;
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(step_within_account(&sizes[i]));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static struct sk_train_options options_of(size_t size, size_t width, size_t batch)
{
    return (struct sk_train_options){.arch = {.size = size, .width = width, .latent = 128, .kernel = 5},
                                     .optimizer = {.kind = SK_ADAM}, .batch = batch, .jobs = 2};
}

/* More of anything needs more, and the largest numbers that options take are counted without overflow. */
static void test_footprint(void **state)
{
    (void)state;
    const struct sk_train_options least = options_of(32, 8, 4), wider = options_of(32, 16, 4), larger = options_of(64, 8, 4),
                                  more = options_of(32, 8, 64), most = options_of(128, 512, 65536);
    for (int classifier = 0; classifier < 2; classifier++) {
        struct sk_account a, b;
        struct sk_error err;
        assert_int_equal(sk_train_footprint(&least, classifier, 2, 0, &a, &err), 0);
        const struct sk_train_options *greater[] = {&wider, &larger, &more, &most};
        for (size_t i = 0; i < COUNT_OF(greater); i++) {
            assert_int_equal(sk_train_footprint(greater[i], classifier, 2, 0, &b, &err), 0);
            assert_true(total(&b) > total(&a) && total(&b) < SIZE_MAX);
        }
        assert_true(total(&b) > (size_t)1 << 40); /* terabytes */
        struct sk_train_options averaged = least;
        averaged.ema = 10;
        assert_int_equal(sk_train_footprint(&averaged, classifier, 2, 0, &b, &err), 0);
        assert_true(b.bytes[SK_WEIGHTS] > a.bytes[SK_WEIGHTS]);
        assert_int_equal(sk_train_footprint(&least, classifier, 2, 1000, &b, &err), 0);
        assert_true(total(&b) - total(&a) >= 1000 * 32 * 32 * 3);
        assert_int_equal(sk_train_check_memory(&least, classifier, NULL, NULL, &err), 0);
        assert_int_equal(sk_train_check_memory(&most, classifier, NULL, NULL, &err), -1);
        assert_non_null(strstr(err.text, "GiB of memory, "));
        assert_non_null(strstr(err.text, "batch 65536"));
        const struct sk_dataset many = {.size = 32, .count = (size_t)1 << 40, .classes = 2};
        assert_int_equal(sk_train_check_memory(&least, classifier, &many, NULL, &err), -1);
        assert_int_equal(sk_train_check_memory(&least, classifier, &(struct sk_dataset){.size = 32}, &many, &err), -1);
    }
}

/* --- what the machine allows, in a tree of its own ------------------------------- */

static void put(const char *root, const char *path, const char *text)
{
    char name[600];
    snprintf(name, sizeof name, "%s%s", root, path);
    for (char *slash = name + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(name, 0700);
        *slash = '/';
    }
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void expect(const char *root, uint64_t bytes, const char *whose)
{
    const struct sk_memory_limit limit = sk_memory_limit(root);
    assert_true(limit.bytes == bytes);
    assert_string_equal(limit.whose, whose);
}

static void test_limit(void **state)
{
    (void)state;
    const uint64_t gibibyte = (uint64_t)1 << 30;
    char root[] = "/tmp/sk-memory.XXXXXX", command[100];
    struct rlimit before;
    assert_non_null(mkdtemp(root));
    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    if (before.rlim_cur == RLIM_INFINITY && sk_memory_limit(root).bytes == UINT64_MAX) {
        expect(root, UINT64_MAX, "this machine has");
        put(root, "/proc/meminfo", "MemFree: 1 kB\nMemTotal:        8388608 kB\nMemAvailable: 7 kB\n");
        expect(root, 8 * gibibyte, "this machine has");
        put(root, "/proc/self/cgroup", "0::/job\n");
        put(root, "/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        put(root, "/sys/fs/cgroup/job/memory.max", "max\n");
        expect(root, 8 * gibibyte, "this machine has");
        put(root, "/sys/fs/cgroup/job/memory.max", "17179869184\n");
        expect(root, 8 * gibibyte, "this machine has");
        put(root, "/sys/fs/cgroup/job/memory.max", "4294967296\n");
        expect(root, 4 * gibibyte, "its control group allows");
        if (!instrumented()) {
            const struct rlimit data = {gibibyte, before.rlim_max};
            assert_int_equal(setrlimit(RLIMIT_DATA, &data), 0);
            expect(root, gibibyte, "its data (ulimit -d) may have");
            assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
        }
        put(root, "/proc/meminfo", "MemTotal: a lot\n");
        put(root, "/sys/fs/cgroup/job/memory.max", "no number\n");
        expect(root, UINT64_MAX, "this machine has");
    }
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
    assert_true(sk_memory_limit("").bytes > 16 << 20);
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0.0 MiB"}, {512 << 20, "512 MiB"}, {(uint64_t)3 << 29, "1.5 GiB"}, {1 << 19, "0.5 MiB"},
                 {UINT64_MAX, "17179869184.0 GiB"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[32];
        sk_memory_text(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peak), /* first: a child of a process that has had OpenMP's threads cannot have any */
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_dry),
        cmocka_unit_test(test_footprint),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
