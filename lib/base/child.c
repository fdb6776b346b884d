#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void close_out(struct sk_child *child)
{
    if (child->out >= 0)
        close(child->out);
    child->out = -1;
}

/* What becomes of our descriptors and signals in the child. Returns an errno value, 0 for none. */
static int spawn(pid_t *pid, char *const *argv, char *const *environment, const sigset_t *mask, int in, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&files);
    if (code)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
        code = code ? code : posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        code = code ? code : posix_spawnattr_setsigmask(&attributes, mask);
        code = code ? code : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        code = code ? code : posix_spawnp(pid, argv[0], &files, &attributes, argv, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return code;
}

int sk_child_start(struct sk_child *child, char *const *argv, char *const *environment, const sigset_t *mask, int in, size_t room,
                   struct sk_error *err)
{
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return sk_fail_errno(err, "a pipe");
    (void)fcntl(out[0], F_SETPIPE_SZ, (int)room);
    const int size = fcntl(out[0], F_GETPIPE_SZ);
    *child = (struct sk_child){.out = out[0], .room = size > 0 ? (size_t)size : PIPE_BUF};
    int code = fcntl(out[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno; /* of our end alone: the ends of a pipe are two open files */
    code = code ? code : spawn(&child->pid, argv, environment, mask, in, out[1]);
    close(out[1]);
    if (code == 0)
        return 0;
    close_out(child);
    errno = code;
    return sk_fail_errno(err, "%s", argv[0]);
}

static pid_t wait_for(pid_t pid, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(pid, status, options);
    while (got < 0 && errno == EINTR);
    return got;
}

int sk_child_finish(struct sk_child *child, struct sk_error *err)
{
    int status = 0;
    close_out(child);
    if (wait_for(child->pid, &status, 0) < 0)
        return sk_fail_errno(err, "wait");
    if (WIFSIGNALED(status))
        return sk_fail(err, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? 0 : sk_fail(err, "exit status %d", WEXITSTATUS(status));
}

void sk_child_kill(struct sk_child *child)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int status, patience = 100;
    close_out(child);
    (void)kill(child->pid, SIGTERM);
    while (wait_for(child->pid, &status, WNOHANG) == 0) {
        if (patience-- == 0)
            (void)kill(child->pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
}
