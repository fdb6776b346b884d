#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SLOTS = 16, NAME_KEPT = 100, TRIES = 100 };

/* What the signal handler removes. The paths stand still: a handler may read one while it is forgotten. */
static struct slot {
    _Atomic pid_t owner; /* 0 where there is none; a forked child removes nothing of its parent's */
    char path[PATH_MAX];
} slots[SLOTS];

void sk_temporary_remove_all(void)
{
    const pid_t self = getpid();
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&slots[i].owner) == self)
            (void)unlink(slots[i].path);
}

static void remove_and_die(int number)
{
    sk_temporary_remove_all();
    (void)raise(number); /* SA_RESETHAND has restored the default, which acts when this returns */
}

static bool ends_by_default(int number)
{
    switch (number) {
    case SIGKILL: case SIGSTOP: /* nobody's to catch */
    case SIGTSTP: case SIGTTIN: case SIGTTOU: case SIGCONT:
    case SIGCHLD: case SIGURG: case SIGWINCH: return false;
    default: return true;
    }
}

/* Anew with each file: a handler that runs once (SA_RESETHAND) may have made room for the default since. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = remove_and_die, .sa_flags = (int)SA_RESETHAND}, old;
    sigfillset(&action.sa_mask);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (ends_by_default(number) && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            (void)sigaction(number, &action, NULL);
}

static struct slot *find_slot(const char *path)
{
    for (int i = 0; i < SLOTS; i++)
        if (path == slots[i].path)
            return &slots[i];
    return NULL;
}

static struct slot *free_slot(void)
{
    for (int i = 0; i < SLOTS; i++)
        if (atomic_load(&slots[i].owner) == 0)
            return &slots[i];
    errno = EMFILE;
    return NULL;
}

/* FOLDER/.NAME.0123456789abcdef; a long name is cut, as that of a file may be as long as names can be. */
static int name_temporary(char path[PATH_MAX], const char *beside)
{
    uint64_t random;
    const char *slash = strrchr(beside, '/'), *name = slash ? slash + 1 : beside;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return -1;
    int length = snprintf(path, PATH_MAX, "%.*s.%.*s.%016" PRIx64, (int)(name - beside), beside, (int)NAME_KEPT, name, random);
    if (length < 0 || length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int sk_temporary_create(const char *beside, mode_t mode, const char **path)
{
    struct slot *slot = free_slot();
    if (!slot)
        return -1;
    catch_signals();
    for (int tries = 0; tries < TRIES; tries++) {
        if (name_temporary(slot->path, beside))
            return -1;
        atomic_store(&slot->owner, getpid()); /* before the file is there, so that there is no moment without */
        int fd = open(slot->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0) {
            *path = slot->path;
            return fd;
        }
        atomic_store(&slot->owner, 0);
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

void sk_temporary_forget(const char *path)
{
    struct slot *slot = find_slot(path);
    if (slot)
        atomic_store(&slot->owner, 0);
}

void sk_temporary_remove(const char *path)
{
    (void)unlink(path);
    sk_temporary_forget(path);
}

int sk_temporary_nameless(const char *beside)
{
    const char *path;
    char *in_folder = NULL;
    if (!beside && asprintf(&in_folder, "%s/file", sk_temporary_folder()) < 0)
        return -1;
    int fd = sk_temporary_create(beside ? beside : in_folder, 0600, &path);
    free(in_folder);
    if (fd >= 0)
        sk_temporary_remove(path);
    return fd;
}

const char *sk_temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}
