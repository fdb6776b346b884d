/* As in stream_map.c every thread does the same: takes the next image, runs the program on it, and writes what that printed when
   its turn has come. */
#include "image/each.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/child.h"
#include "base/threads.h"
#include "image/pnm.h"

enum { CHUNK = 1 << 16 };

struct run {
    const struct sk_each *each;
    const sigset_t *mask;
    FILE *out;
    int stop[2]; /* a pipe: a byte in it ends all waiting, as the run has failed */

    pthread_mutex_t reading; /* guards these */
    struct sk_image_reader *reader;
    struct sk_image image; /* what is parsed to know where an image ends */
    bool ended;            /* the input has, or is faulty */
    uint64_t tickets;

    pthread_mutex_t writing; /* guards these */
    pthread_cond_t turn_changed;
    uint64_t turn; /* the ticket that may be written */
    bool failed;
    struct sk_error *err; /* why */
};

/* What a thread holds: an image, and what the program makes of it. */
struct item {
    uint64_t ticket;
    struct sk_bytes in, out;
    size_t fed;      /* bytes of in that the program has been given */
    bool our_turn;   /* known to have come; the output then goes straight on */
    int status;
    bool output_failed; /* it was not the program that did */
    struct sk_error err;
};

/* Takes the next image; false when there is none left. A fault of the input is an item too: it is told in its turn. */
static bool take(struct run *run, struct item *item)
{
    pthread_mutex_lock(&run->reading);
    bool more = !run->ended;
    if (more) {
        int found = sk_image_read_bytes(run->reader, &run->image, &item->in, &item->err);
        more = found != 0;
        run->ended = found <= 0;
        item->status = found < 0 ? -1 : 0;
        item->ticket = run->tickets;
        run->tickets += more;
    }
    pthread_mutex_unlock(&run->reading);
    item->out.length = item->fed = 0;
    item->our_turn = false;
    return more;
}

/* Waits until the item's output may be written; false when the run has failed meanwhile. */
static bool wait_for_turn(struct run *run, struct item *item)
{
    pthread_mutex_lock(&run->writing);
    while (run->turn != item->ticket && !run->failed)
        pthread_cond_wait(&run->turn_changed, &run->writing);
    item->our_turn = !run->failed;
    pthread_mutex_unlock(&run->writing);
    return item->our_turn;
}

/* Whether these are the first bytes of a raw image. */
static bool is_raw_image(const struct sk_bytes *bytes)
{
    return bytes->length >= 2 && bytes->at[0] == 'P' && bytes->at[1] >= '4' && bytes->at[1] <= '7';
}

/* Writes what is held, in the item's turn. */
static int write_held(struct run *run, struct item *item)
{
    const size_t length = item->out.length;
    int status = 0;
    if (run->each->terminal && is_raw_image(&item->out))
        status = sk_fail(&item->err, "standard output is a terminal: send the images to a file or a pipe");
    else if (length && fwrite(item->out.at, 1, length, run->out) != length)
        status = sk_fail_errno(&item->err, "standard output");
    item->out.length = 0;
    item->output_failed = status != 0;
    return status;
}

/* Gives the program as much of the image as it takes now. One that has closed its input wants no more. */
static int feed(struct sk_child *child, struct item *item)
{
    ssize_t taken = write(child->in, item->in.at + item->fed, item->in.length - item->fed);
    if (taken < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (taken < 0 && errno != EPIPE)
        return sk_fail_errno(&item->err, "a pipe");
    item->fed += taken > 0 ? (size_t)taken : 0;
    if (taken < 0 || item->fed == item->in.length)
        sk_child_close_in(child);
    return 0;
}

/* Takes what the program has printed, its end of file too. */
static int collect(struct run *run, struct sk_child *child, struct item *item)
{
    if (item->out.length >= SK_EACH_HELD && write_held(run, item))
        return -1;
    if (sk_bytes_reserve(&item->out, CHUNK, &item->err))
        return -1;
    ssize_t got = read(child->out, item->out.at + item->out.length, CHUNK);
    if (got < 0)
        return errno == EINTR ? 0 : sk_fail_errno(&item->err, "a pipe");
    item->out.length += (size_t)got;
    if (got == 0)
        sk_child_close_out(child);
    return 0;
}

/* Until the program has closed its output: feeds it and takes what it prints. -1 with the item's err, code ECANCELED where another
   item has failed. */
static int exchange(struct run *run, struct sk_child *child, struct item *item)
{
    while (child->out >= 0) {
        struct pollfd wait[] = {{.fd = run->stop[0], .events = POLLIN},
                                {.fd = child->in, .events = POLLOUT}, /* a closed one, -1, is passed over */
                                {.fd = child->out, .events = POLLIN}};
        const bool full = item->out.length >= SK_EACH_HELD && !item->our_turn;
        errno = ECANCELED;
        if (full && !wait_for_turn(run, item))
            return sk_fail_errno(&item->err, "stopped");
        if (poll(wait, 3, -1) < 0 && errno != EINTR)
            return sk_fail_errno(&item->err, "poll");
        errno = ECANCELED;
        if (wait[0].revents)
            return sk_fail_errno(&item->err, "stopped");
        if ((wait[1].revents && feed(child, item)) || (wait[2].revents && collect(run, child, item)))
            return -1;
    }
    return 0;
}

/* The caller's environment with SK_IMAGE before it, in one block to be freed; NULL with err. */
static char **environment_of(const struct sk_each *each, uint64_t number, struct sk_error *err)
{
    enum { VARIABLE = 32 };
    size_t count = 0;
    while (each->environment[count])
        count++;
    char **block = malloc((count + 2) * sizeof *block + VARIABLE);
    if (!block) {
        sk_fail_errno(err, "the environment of a program");
        return NULL;
    }
    block[0] = (char *)(block + count + 2);
    snprintf(block[0], VARIABLE, "SK_IMAGE=%llu", (unsigned long long)number);
    memcpy(block + 1, each->environment, (count + 1) * sizeof *block);
    return block;
}

static int run_program(struct run *run, struct item *item)
{
    struct sk_child child;
    char **environment = environment_of(run->each, item->ticket, &item->err);
    if (!environment)
        return -1;
    int status = sk_child_start(&child, run->each->argv, environment, run->mask, &item->err);
    free(environment);
    if (status)
        return -1;
    if (exchange(run, &child, item)) {
        sk_child_kill(&child);
        return -1;
    }
    return sk_child_finish(&child, &item->err) ? sk_prefix(&item->err, "%s", run->each->argv[0]) : 0;
}

static void work(struct run *run, struct item *item)
{
    if (item->status || run_program(run, item) == 0)
        return;
    item->status = -1;
    if (!item->output_failed)
        sk_prefix(&item->err, "%s: image %llu", sk_image_reader_name(run->reader), (unsigned long long)item->ticket);
}

/* Writes the output when those before it are written; false when the run has failed. */
static bool deliver(struct run *run, struct item *item)
{
    if (!wait_for_turn(run, item))
        return false;
    if (item->status == 0)
        item->status = write_held(run, item);
    if (item->status == 0 && fflush(run->out) != 0)
        item->status = sk_fail_errno(&item->err, "standard output");
    pthread_mutex_lock(&run->writing);
    if (item->status) {
        run->failed = true;
        *run->err = item->err;
        (void)!write(run->stop[1], "", 1);
    }
    run->turn++;
    pthread_cond_broadcast(&run->turn_changed);
    bool going = !run->failed;
    pthread_mutex_unlock(&run->writing);
    return going;
}

static void run_threads(struct run *run)
{
    pthread_mutex_init(&run->reading, NULL);
    pthread_mutex_init(&run->writing, NULL);
    pthread_cond_init(&run->turn_changed, NULL);
#pragma omp parallel num_threads(run->each->jobs)
    {
        sk_threads_unbind(); /* or a program would stay on the processor of the thread that starts it */
        struct item item = {0};
        while (take(run, &item)) {
            work(run, &item);
            if (!deliver(run, &item))
                break;
        }
        sk_bytes_free(&item.in);
        sk_bytes_free(&item.out);
    }
    pthread_cond_destroy(&run->turn_changed);
    pthread_mutex_destroy(&run->writing);
    pthread_mutex_destroy(&run->reading);
}

int sk_each_image(const struct sk_each *each, const char *path, const sigset_t *mask, FILE *out, struct sk_error *err)
{
    struct run run = {.each = each, .mask = mask, .out = out, .err = err};
    if (sk_image_reader_open(&run.reader, path, err))
        return -1;
    if (pipe2(run.stop, O_CLOEXEC) != 0) {
        sk_image_reader_close(run.reader);
        return sk_fail_errno(err, "a pipe");
    }
    sk_image_reader_stop_by(run.reader, run.stop[0]);
    run_threads(&run);
    sk_image_reader_close(run.reader);
    close(run.stop[0]);
    close(run.stop[1]);
    sk_image_free(&run.image);
    return run.failed ? -1 : 0;
}
