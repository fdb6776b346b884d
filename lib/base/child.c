#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void close_pipe(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

void sk_child_close_in(struct sk_child *child)
{
    close_pipe(&child->in);
}

void sk_child_close_out(struct sk_child *child)
{
    close_pipe(&child->out);
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

int sk_child_start(struct sk_child *child, char *const *argv, char *const *environment, const sigset_t *mask,
                   struct sk_error *err)
{
    int in[2], out[2];
    *child = (struct sk_child){.in = -1, .out = -1};
    if (pipe2(in, O_CLOEXEC) != 0)
        return sk_fail_errno(err, "a pipe");
    if (pipe2(out, O_CLOEXEC) != 0) {
        sk_fail_errno(err, "a pipe");
        close(in[0]);
        close(in[1]);
        return -1;
    }
    int code = spawn(&child->pid, argv, environment, mask, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    child->in = in[1];
    child->out = out[0];
    if (code == 0 && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0) /* of our end alone: the ends of a pipe are two open files */
        return 0;
    errno = code ? code : errno;
    sk_fail_errno(err, "%s", argv[0]);
    if (code == 0)
        sk_child_kill(child);
    sk_child_close_in(child);
    sk_child_close_out(child);
    return -1;
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
    sk_child_close_in(child);
    sk_child_close_out(child);
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
    sk_child_close_in(child);
    sk_child_close_out(child);
    (void)kill(child->pid, SIGTERM);
    while (wait_for(child->pid, &status, WNOHANG) == 0) {
        if (patience-- == 0)
            (void)kill(child->pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
}
