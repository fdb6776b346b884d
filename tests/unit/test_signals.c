/* What a signal does to a process that would rather go on, each in a process of its own. */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/temporary.h"
#include "train/signals.h"

typedef void body(void);

/* The wait status of a child that runs it. */
static int status_of(body *run)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        for (int number = 1; number <= SIGRTMAX; number++)
            signal(number, SIG_DFL); /* a job in the background would ignore some */
        run();
        _exit(7);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static volatile sig_atomic_t stop;

static void expect(int number)
{
    if (stop != number)
        _exit(9);
}

static void pause_ms(long milliseconds)
{
    struct timespec left = {.tv_nsec = milliseconds * 1000000};
    while (nanosleep(&left, &left) != 0)
        ;
}

static void caught(void)
{
    sk_signals_catch(&stop);
    expect(0);
    raise(SIGHUP);
    expect(SIGHUP);
    raise(SIGTERM); /* the first counts */
    expect(SIGHUP);
    (void)sk_signals_end(SIGHUP);
}

static void caught_while_blocked(void)
{
    sigset_t all;
    sigfillset(&all);
    sk_signals_catch(&stop);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    (void)sk_signals_end(SIGUSR1);
}

static void ends_by_it(void **state)
{
    (void)state;
    int status = status_of(caught);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    status = status_of(caught_while_blocked);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

static void core_dumpers(void)
{
    sk_signals_catch(&stop);
    raise(SIGQUIT);
    expect(SIGQUIT);
    (void)sk_signals_end(SIGQUIT);
}

static void leaves_no_core(void **state)
{
    (void)state;
    int status = status_of(core_dumpers);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT && !WCOREDUMP(status));
}

static void ignoring(void)
{
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    sk_signals_catch(&stop);
    raise(SIGHUP);
    raise(SIGINT);
    raise(SIGUSR2);
    expect(0);
}

/* Some come by themselves again and again. */
static void patient(void)
{
    const int again[] = {SIGXCPU, SIGHUP, SIGPIPE, SIGALRM, SIGUSR1};
    sk_signals_catch(&stop);
    for (size_t i = 0; i < COUNT_OF(again); i++) {
        raise(again[i]);
        pause_ms(110);
        raise(again[i]);
    }
    raise(SIGINT);
    raise(SIGINT); /* one stop, sent twice */
    expect(SIGXCPU);
}

static void goes_on(void **state)
{
    (void)state;
    int status = status_of(ignoring);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = status_of(patient);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static char beside[] = "signals.XXXXXX";

static void impatient(void)
{
    const char *path;
    sk_signals_catch(&stop);
    if (sk_temporary_create(beside, 0600, &path) < 0)
        _exit(8);
    raise(SIGTERM);
    pause_ms(150);
    if (access(path, F_OK) != 0)
        _exit(8);
    raise(SIGTERM);
}

static void the_second_ends_at_once_without_temporaries(void **state)
{
    (void)state;
    char folder[] = "/tmp/sksignals.XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    int status = status_of(impatient);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0); /* which is empty */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_by_it),
        cmocka_unit_test(leaves_no_core),
        cmocka_unit_test(goes_on),
        cmocka_unit_test(the_second_ends_at_once_without_temporaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
