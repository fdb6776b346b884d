/* Output files: what a name leads to, what a signal leaves, what can be found before anything is written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/outfile.h"

static char folder[] = "/tmp/test_outfile.XXXXXX";

/* Each test has the folder to itself, as its working directory. */
static int make_folder(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    umask(022);
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[80];
    snprintf(command, sizeof command, "chmod -R u+w %s && rm -rf %s", folder, folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *name, const char *text)
{
    char found[100] = "";
    FILE *f = fopen(name, "r");
    assert_non_null(f);
    found[fread(found, 1, sizeof found - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(found, text);
}

static size_t entries(const char *name)
{
    DIR *dir = opendir(name);
    assert_non_null(dir);
    size_t n = 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(stat(name, &status), 0);
    return status.st_mode & 07777;
}

static void write_through(const char *path, const char *text)
{
    struct sk_outfile out;
    struct sk_error err;
    assert_int_equal(sk_outfile_open(&out, path, &err), 0);
    assert_true(fputs(text, out.stream) >= 0);
    assert_int_equal(sk_outfile_commit(&out, &err), 0);
    assert_null(out.stream);
}

static void assert_refused(const char *path, int code)
{
    struct sk_outfile out;
    struct sk_error err = {0};
    size_t before = entries(".");
    for (int growing = 0; growing < 2; growing++) {
        assert_int_equal(sk_outfile_check(path, growing, &err), -1);
        assert_int_equal(err.code, code);
        if (*path)
            assert_memory_equal(err.text, path, strlen(path) < sizeof err.text ? strlen(path) : sizeof err.text - 1);
    }
    assert_int_equal(sk_outfile_open(&out, path, &err), -1);
    assert_int_equal(err.code, code);
    assert_null(out.stream);
    assert_int_equal(entries("."), before);
}

/* --- names ------------------------------------------------------------------------------ */

static void a_link_stays_and_its_target_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(mkdir("there", 0777), 0);
    put("there/file", "old");
    assert_int_equal(symlink("file", "there/relative"), 0);
    assert_int_equal(symlink("there/relative", "chain"), 0);
    char absolute[PATH_MAX];
    snprintf(absolute, sizeof absolute, "%s/chain", folder);
    assert_int_equal(symlink(absolute, "longer"), 0);
    const char *names[] = {"there/relative", "chain", "longer", "./longer", absolute};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[8];
        struct stat status;
        snprintf(text, sizeof text, "new %zu", i);
        write_through(names[i], text);
        assert_holds("there/file", text);
        assert_int_equal(lstat(names[i], &status), 0);
        assert_true(S_ISLNK(status.st_mode));
    }
    assert_int_equal(lstat("there/file", &(struct stat){0}), 0);
    assert_int_equal(entries("there"), 2);
    assert_int_equal(entries("."), 3);
}

static void the_temporary_lies_beside_the_target(void **state)
{
    (void)state;
    assert_int_equal(mkdir("there", 0777), 0);
    assert_int_equal(symlink("there/file", "link"), 0); /* dangling */
    struct sk_outfile out, other;
    struct sk_error err;
    assert_int_equal(sk_outfile_open(&out, "link", &err), 0);
    assert_int_equal(entries("there"), 1);
    assert_int_equal(sk_outfile_open(&other, "link", &err), 0); /* a temporary of its own */
    assert_int_equal(entries("there"), 2);
    assert_int_equal(access("there/file", F_OK), -1);
    sk_outfile_abandon(&other);
    assert_true(fputs("text", out.stream) >= 0);
    assert_int_equal(sk_outfile_commit(&out, &err), 0);
    assert_int_equal(entries("there"), 1);
    assert_holds("there/file", "text");
    assert_holds("link", "text");
}

static void links_that_lead_nowhere_are_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink("b", "a"), 0);
    assert_int_equal(symlink("a", "b"), 0);
    assert_int_equal(symlink("no/such/file", "gone"), 0);
    assert_refused("a", ELOOP);
    assert_refused("gone", ENOENT);
    assert_int_equal(symlink("new/", "slash"), 0);
    assert_refused("slash", EISDIR);
}

static void a_users_own_names_are_left_alone(void **state)
{
    (void)state;
    put("file.tmp", "mine");
    put(".file", "mine too");
    write_through("file", "ours");
    assert_holds("file.tmp", "mine");
    assert_holds(".file", "mine too");
    assert_holds("file", "ours");
    assert_int_equal(entries("."), 3);
    char name[NAME_MAX + 1];
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0'; /* no room for a suffix */
    write_through(name, "long");
    assert_holds(name, "long");
    assert_int_equal(entries("."), 4);
}

static void permissions_are_kept(void **state)
{
    (void)state;
    umask(027);
    write_through("new", "");
    assert_int_equal(mode_of("new"), 0640);
    const mode_t modes[] = {0600, 0644, 0666, 0755, 0620};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        put("old", "old");
        assert_int_equal(chmod("old", modes[i]), 0);
        write_through("old", "new");
        assert_int_equal(mode_of("old"), modes[i]);
        assert_holds("old", "new");
    }
    put("one", "old");
    assert_int_equal(link("one", "hard"), 0);
    write_through("one", "new");
    assert_holds("hard", "old");
}

static void abandoned_leaves_what_was(void **state)
{
    (void)state;
    struct sk_outfile out;
    struct sk_error err;
    put("file", "old");
    const char *names[] = {"file", "none"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sk_outfile_open(&out, names[i], &err), 0);
        assert_true(fputs("new", out.stream) >= 0);
        sk_outfile_abandon(&out);
        sk_outfile_abandon(&out);
    }
    assert_holds("file", "old");
    assert_int_equal(entries("."), 1);
}

/* --- what is no regular file ------------------------------------------------------------- */

static void a_pipe_is_written_to(void **state)
{
    (void)state;
    char text[9] = "";
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(symlink("fifo", "link"), 0);
    int reader = open("fifo", O_RDWR); /* so that nobody waits */
    assert_true(reader >= 0);
    struct sk_error err;
    assert_int_equal(sk_outfile_check("fifo", false, &err), 0);
    write_through("fifo", "one ");
    write_through("link", "two ");
    assert_int_equal(read(reader, text, 8), 8);
    assert_string_equal(text, "one two ");
    close(reader);
    struct stat status;
    assert_int_equal(lstat("fifo", &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_int_equal(entries("."), 2);
    write_through("/dev/null", "gone");
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

/* The names that a shell's 3> has. */
static void an_open_descriptor_is_written_through(void **state)
{
    (void)state;
    for (int append = 0; append < 2; append++) {
        put("file", "0123456789");
        int fd = open("file", append ? O_WRONLY | O_APPEND : O_WRONLY);
        assert_true(fd >= 0);
        if (!append)
            assert_int_equal(write(fd, "AB", 2), 2); /* and there it goes on */
        const char *forms[] = {"/dev/fd/%d", "/proc/self/fd/%d", "/proc/thread-self/fd/%d"};
        for (int form = 0; form < 3; form++) {
            char name[40], text[2] = {(char)('x' + form), '\0'};
            snprintf(name, sizeof name, forms[form], fd);
            write_through(name, text);
            (void)unlink("link");
            assert_int_equal(symlink(name, "link"), 0);
            struct sk_error err;
            assert_int_equal(sk_outfile_check("link", false, &err), 0);
            write_through("link", "-");
        }
        assert_int_equal(write(fd, "!", 1), 1);
        close(fd);
        assert_holds("file", append ? "0123456789x-y-z-!" : "ABx-y-z-!9");
        struct stat status;
        assert_int_equal(lstat("link", &status), 0);
        assert_true(S_ISLNK(status.st_mode));
        assert_int_equal(entries("."), 2);
    }
}

static void a_descriptor_that_cannot_be_written_to_is_refused(void **state)
{
    (void)state;
    char name[40];
    put("file", "text");
    int fd = open("file", O_RDONLY);
    assert_true(fd >= 0);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    assert_refused(name, EBADF);
    close(fd);
    assert_refused(name, EBADF);
    assert_holds("file", "text");
}

/* --- what cannot be written --------------------------------------------------------------- */

static void the_check_finds_what_would_fail(void **state)
{
    (void)state;
    char name[NAME_MAX + 2];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    put("file", "text");
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(symlink("folder", "link"), 0);
    assert_refused("", 0);
    assert_refused(".", EISDIR);
    assert_refused("folder", EISDIR);
    assert_refused("folder/", EISDIR);
    assert_refused("link", EISDIR);
    assert_refused("new/", EISDIR);
    assert_refused("no/file", ENOENT);
    assert_refused("file/file", ENOTDIR);
    assert_refused("file/", ENOTDIR);
    assert_refused(name, ENAMETOOLONG);
    assert_holds("file", "text");
    assert_int_equal(entries("folder"), 0);
}

static void the_check_leaves_what_is_there(void **state)
{
    (void)state;
    struct sk_error err;
    put("file", "text");
    for (int growing = 0; growing < 2; growing++) {
        assert_int_equal(sk_outfile_check("file", growing, &err), 0);
        assert_int_equal(sk_outfile_check("new", growing, &err), 0);
        assert_int_equal(sk_outfile_check("-", growing, &err), 0);
    }
    assert_holds("file", "text");
    assert_int_equal(entries("."), 1);
}

/* As root all may be written; so not as root. */
static void without_permission(void **state)
{
    (void)state;
    struct sk_error err;
    assert_int_equal(chmod(".", 0777), 0);
    assert_int_equal(geteuid() == 0 ? seteuid(65534) : 0, 0);
    put("file", "text");
    assert_int_equal(chmod("file", 0444), 0);
    assert_int_equal(mkdir("folder", 0777), 0);
    put("folder/file", "text");
    assert_int_equal(chmod("folder", 0555), 0);
    assert_refused("file", EACCES);
    assert_refused("folder/new", EACCES);
    assert_int_equal(sk_outfile_check("folder/file", false, &err), -1); /* nothing can be made beside it */
    assert_int_equal(err.code, EACCES);
    assert_int_equal(sk_outfile_check("folder/file", true, &err), 0);
    assert_int_equal(seteuid(getuid()), 0);
    assert_holds("file", "text");
    assert_holds("folder/file", "text");
    if (getuid() == 0) { /* another's file in a folder such as /tmp */
        put("another", "text");
        assert_int_equal(chmod("another", 0666), 0);
        assert_int_equal(chmod(".", 01777), 0);
        assert_int_equal(seteuid(65534), 0);
        assert_int_equal(sk_outfile_check("another", false, &err), -1);
        assert_int_equal(err.code, EPERM);
        assert_int_equal(sk_outfile_check("another", true, &err), 0);
        assert_int_equal(seteuid(0), 0);
    }
}

static void growing_files_are_written_in_place(void **state)
{
    (void)state;
    struct sk_outfile out;
    struct sk_error err;
    put("file", "something old");
    assert_int_equal(link("file", "hard"), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(sk_outfile_open_growing(&out, "link", &err), 0);
    assert_true(fputs("line\n", out.stream) >= 0 && fflush(out.stream) == 0);
    assert_holds("hard", "line\n");
    assert_int_equal(entries("."), 3);
    assert_int_equal(sk_outfile_commit(&out, &err), 0);
    assert_holds("file", "line\n");
}

static int distinct(const char *a, const char *b, const char *input)
{
    struct sk_error err;
    const char *const outputs[] = {a, b};
    return sk_outfile_distinct(outputs, 2, &input, 1, &err);
}

static void one_file_for_two_is_refused(void **state)
{
    (void)state;
    put("file", "");
    assert_int_equal(link("file", "hard"), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(symlink("new", "dangling"), 0);
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    const char *same[][2] = {{"file", "file"}, {"file", "./file"}, {"file", "link"}, {"file", "hard"}, {"new", "new"}, {"new", "./new"},
                             {"new", "folder/../new"}, {"dangling", "new"}, {"fifo", "fifo"}};
    const char *different[][2] = {{"file", "new"}, {"new", "newer"}, {"new", "folder/new"}, {"/dev/null", "/dev/null"}, {"file", NULL},
                                  {"no/new", "none/new"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(distinct(same[i][0], same[i][1], NULL), -1);
        assert_int_equal(distinct(same[i][1], same[i][0], NULL), -1);
    }
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        assert_int_equal(distinct(different[i][0], different[i][1], NULL), 0);
        assert_int_equal(distinct(different[i][1], different[i][0], NULL), 0);
    }
    assert_int_equal(distinct("new", "link", "hard"), -1);
    assert_int_equal(distinct("new", NULL, "file"), 0);
    assert_int_equal(distinct("/dev/null", NULL, "/dev/null"), 0);
}

/* --- signals ------------------------------------------------------------------------------- */

static void no_cores(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

/* How a child ends that has an output half written when it gets a signal. */
static int after_signal(int number, void (*action)(int))
{
    pid_t child = fork();
    if (child == 0) {
        struct sk_outfile out;
        struct sk_error err;
        no_cores();
        (void)signal(number, action);
        if (sk_outfile_open(&out, "file", &err) || fputs("new", out.stream) < 0 || fflush(out.stream) != 0 || entries(".") != 2)
            _exit(98);
        raise(number);
        _exit(sk_outfile_commit(&out, &err) ? 99 : 7);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void handle(int number)
{
    (void)number;
}

static void signals_leave_nothing(void **state)
{
    (void)state;
    const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGTRAP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ,
                           SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGRTMIN, SIGRTMAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        put("file", "old");
        int status = after_signal(numbers[i], SIG_DFL);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
        assert_holds("file", "old");
        assert_int_equal(entries("."), 1);
        void (*const kept[])(int) = {SIG_IGN, handle};
        for (int k = 0; k < 2; k++) {
            put("file", "old");
            status = after_signal(numbers[i], kept[k]);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 7);
            assert_holds("file", "new");
        }
    }
}

/* SA_RESETHAND: the second signal of two that a program means to be killed by. */
static void a_handler_that_runs_once_is_followed_by_ours(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct sk_outfile out;
        struct sk_error err;
        sigaction(SIGTERM, &(struct sigaction){.sa_handler = handle, .sa_flags = (int)SA_RESETHAND}, NULL);
        raise(SIGTERM);
        if (sk_outfile_open(&out, "file", &err) == 0)
            raise(SIGTERM);
        _exit(99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_int_equal(entries("."), 0);
}

static void a_childs_end_is_not_its_parents(void **state)
{
    (void)state;
    struct sk_outfile out;
    struct sk_error err;
    assert_int_equal(sk_outfile_open(&out, "file", &err), 0);
    assert_int_equal(entries("."), 1);
    pid_t child = fork();
    if (child == 0) {
        raise(SIGTERM);
        _exit(99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_int_equal(entries("."), 1);
    assert_int_equal(sk_outfile_commit(&out, &err), 0);
}

static void a_file_size_limit_leaves_nothing(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        put("file", "old");
        pid_t child = fork();
        if (child == 0) {
            struct sk_outfile out;
            struct sk_error err;
            no_cores();
            (void)signal(SIGXFSZ, ignored ? SIG_IGN : SIG_DFL);
            if (sk_outfile_open(&out, "file", &err) || setrlimit(RLIMIT_FSIZE, &(struct rlimit){8, 8}))
                _exit(98);
            fputs("more than that", out.stream);
            _exit(sk_outfile_commit(&out, &err) && strcmp(err.text, "file: File too large") == 0 ? 7 : 99);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (ignored)
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
        else
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
        assert_holds("file", "old");
        assert_int_equal(entries("."), 1);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_link_stays_and_its_target_is_replaced),
        TEST(the_temporary_lies_beside_the_target),
        TEST(links_that_lead_nowhere_are_refused),
        TEST(a_users_own_names_are_left_alone),
        TEST(permissions_are_kept),
        TEST(abandoned_leaves_what_was),
        TEST(a_pipe_is_written_to),
        TEST(an_open_descriptor_is_written_through),
        TEST(a_descriptor_that_cannot_be_written_to_is_refused),
        TEST(the_check_finds_what_would_fail),
        TEST(the_check_leaves_what_is_there),
        TEST(without_permission),
        TEST(growing_files_are_written_in_place),
        TEST(one_file_for_two_is_refused),
        TEST(signals_leave_nothing),
        TEST(a_handler_that_runs_once_is_followed_by_ours),
        TEST(a_childs_end_is_not_its_parents),
        TEST(a_file_size_limit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
