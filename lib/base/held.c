#include "base/held.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* As large as SK_HELD_PIPE: many small ones would hold little each. Once one is refused no more are asked for. */
static bool open_pipe(struct sk_held *held)
{
    int *ends = held->pipe[held->opened];
    bool opened = held->opened < held->pipes && pipe2(ends, O_CLOEXEC) == 0;
    if (opened && fcntl(ends[1], F_SETPIPE_SZ, SK_HELD_PIPE) < 0) {
        close(ends[0]);
        close(ends[1]);
        opened = false;
    }
    if (opened)
        held->opened++;
    else
        held->pipes = held->opened;
    return opened;
}

/* Moves what `from` has to the last of our pipes or, when that is full, to the next. As read(2), with ENOBUFS when all are full. */
static ssize_t move(struct sk_held *held, int from)
{
    for (;;) {
        if (held->used > 0) {
            ssize_t got = splice(from, NULL, held->pipe[held->used - 1][1], NULL, SK_HELD_PIPE, SPLICE_F_NONBLOCK);
            if (got > 0)
                held->filled[held->used - 1] += (size_t)got;
            if (got >= 0 || errno != EAGAIN)
                return got;
            struct pollfd now = {.fd = from, .events = POLLIN}; /* a full pipe hides that this one is empty, or has ended */
            if (poll(&now, 1, 0) < 0 || !(now.revents & POLLIN))
                return now.revents & POLLHUP ? 0 : -1;
        }
        if (held->used == held->opened && !open_pipe(held)) {
            errno = ENOBUFS;
            return -1;
        }
        held->filled[held->used++] = 0;
    }
}

/* What splice says where it cannot do what read and write can: not with these files, or not on this system. */
static bool must_copy(void)
{
    return errno == EINVAL || errno == ENOSYS;
}

int sk_held_take(struct sk_held *held, int from, size_t *got, bool *end, struct sk_error *err)
{
    ssize_t taken = -1;
    errno = ENOBUFS;
    if (held->bytes.length == 0)
        taken = move(held, from);
    if (taken < 0 && (errno == ENOBUFS || must_copy())) {
        if (sk_bytes_reserve(&held->bytes, SK_HELD_PIPE, err))
            return -1;
        taken = read(from, held->bytes.at + held->bytes.length, SK_HELD_PIPE);
        held->bytes.length += taken > 0 ? (size_t)taken : 0;
    }
    if (taken < 0 && errno != EAGAIN && errno != EINTR)
        return sk_fail_errno(err, "a pipe");
    *got = taken > 0 ? (size_t)taken : 0;
    *end = taken == 0;
    held->length += *got;
    return 0;
}

static int copy(int from, int to, size_t count)
{
    unsigned char piece[1 << 16];
    while (count > 0) {
        ssize_t got = read(from, piece, count < sizeof piece ? count : sizeof piece);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0 && sk_bytes_write(to, piece, (size_t)got))
            return -1;
        count -= got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* Empties a pipe that holds so many bytes. */
static int empty(int from, int to, size_t count)
{
    while (count > 0) {
        ssize_t moved = splice(from, NULL, to, NULL, count, 0);
        if (moved < 0 && must_copy())
            return copy(from, to, count);
        if (moved < 0 && errno != EINTR)
            return -1;
        count -= moved > 0 ? (size_t)moved : 0;
    }
    return 0;
}

int sk_held_write(struct sk_held *held, int to, const char *name, struct sk_error *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < held->used; i++)
        status = empty(held->pipe[i][0], to, held->filled[i]);
    if (status == 0)
        status = sk_bytes_write(to, held->bytes.at, held->bytes.length);
    held->length = held->used = held->bytes.length = 0;
    return status ? sk_fail_errno(err, "%s", name) : 0;
}

void sk_held_free(struct sk_held *held)
{
    for (size_t i = 0; i < held->opened; i++) {
        close(held->pipe[i][0]);
        close(held->pipe[i][1]);
    }
    sk_bytes_free(&held->bytes);
    *held = (struct sk_held){.pipes = held->pipes};
}
