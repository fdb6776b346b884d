#include "train/signals.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/temporary.h"

/* All that end a process by default, but KILL and those that a fault raises. PIPE: whoever reads the progress may be stopped by
   the same Ctrl-C, a moment earlier. XFSZ: the write that is too long fails, and says so. */
static const int caught[] = {SIGHUP,  SIGINT,  SIGQUIT,   SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM,
                             SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,  SIGSTKFLT};

/* Milliseconds. One stop may arrive twice within some: timeout(1) signals its child, and then the group that the child is in. */
enum { ECHO = 100 };

/* What the handler needs. */
static volatile sig_atomic_t *first_signal;
static _Atomic int64_t first_time[SIGTERM + 1]; /* of INT, QUIT and TERM; 0: it has not come yet */

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1;
}

/* What people send when they wait no longer. The others come again by themselves: XCPU each second, HUP from the terminal and
   from its shell, timers, PIPE with each line of progress. */
static int is_impatient(int number)
{
    return number == SIGINT || number == SIGQUIT || number == SIGTERM;
}

static void on_signal(int number)
{
    if (!*first_signal)
        *first_signal = number;
    if (!is_impatient(number))
        return;
    int64_t now = milliseconds(), first = 0;
    if (!atomic_compare_exchange_strong(&first_time[number], &first, now) && now - first > ECHO) {
        sk_temporary_remove_all();
        (void)signal(number, SIG_DFL);
        (void)raise(number); /* which comes when this handler returns */
    }
}

static void catch(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    action = (struct sigaction){.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

void sk_signals_catch(volatile sig_atomic_t *first)
{
    first_signal = first;
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        catch(caught[i]);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        catch(number);
}

int sk_signals_end(int number)
{
    sigset_t it;
    sigemptyset(&it);
    sigaddset(&it, number);
    (void)prctl(PR_SET_DUMPABLE, 0); /* QUIT, XCPU and XFSZ would leave a core */
    (void)signal(number, SIG_DFL);
    (void)raise(number);
    (void)pthread_sigmask(SIG_UNBLOCK, &it, NULL);
    return 128 + number;
}
