/* As in stream_map.c every thread does the same: takes the next image, runs the program on it, and writes what that printed when
   its turn has come. There are more threads than programs may run at a time, so that others run while an output waits for its turn or
   for its reader. */
#include "image/each.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/child.h"
#include "base/held.h"
#include "base/threads.h"
#include "image/pnm.h"

enum {
    WAITING = 8, /* most outputs that wait for their turn while others run */
    PIPES = 16,  /* of SK_HELD_PIPE bytes, in which outputs are held, and again in which programs print: a user may have 64 */
    FIRST_PAUSE = 200000, MAX_PAUSE = 5000000 /* nanoseconds */
};

struct run {
    const struct sk_each *each;
    const sigset_t *mask;
    int out;
    int stop[2];     /* a pipe: a byte in it ends all waiting, as the run has failed */
    sem_t free_jobs; /* programs that may still be started; taken in the images' order, or those ahead could wait for ever */

    pthread_mutex_t reading; /* guards these */
    struct sk_image_reader *reader;
    bool ended; /* the input has, or is faulty */
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
    FILE *image; /* in memory: programs read it as fast as they like, and may seek in it */
    struct sk_held out;
    bool our_turn; /* known to have come; the output then goes straight on */
    int status;
    bool output_failed; /* it was not the program that did */
    struct sk_error err;
};

static void close_image(struct item *item)
{
    if (item->image)
        fclose(item->image);
    item->image = NULL;
}

/* Opens a file anew, so that it is read and written at places of its own; -1 without /proc. */
static int open_again(int fd, int how)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, how | O_CLOEXEC);
}

/* Whether nobody else has the file open: then it may be leased for writing. */
static bool is_ours_alone(FILE *file)
{
    return fcntl(fileno(file), F_SETLEASE, F_WRLCK) == 0 && fcntl(fileno(file), F_SETLEASE, F_UNLCK) == 0;
}

/* Makes item->image ready to be written: that of the program before, whose memory is there already, unless something that it left
   behind may read on in it, else a new one. */
static int open_image(struct item *item)
{
    if (item->image && is_ours_alone(item->image)) {
        rewind(item->image);
        return 0;
    }
    close_image(item);
    int fd = memfd_create("image", MFD_CLOEXEC);
    const int again = fd < 0 ? -1 : open_again(fd, O_RDWR);
    if (again >= 0) { /* no lease is given on a file that nobody has opened by name */
        close(fd);
        fd = again;
    }
    item->image = fd < 0 ? NULL : fdopen(fd, "w");
    if (item->image)
        return 0;
    sk_fail_errno(&item->err, "a file in memory");
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Writes the next image to item->image: 1, 0 at the end of the stream, -1 with the item's err. */
static int read_image(struct sk_image_reader *reader, struct item *item)
{
    if (open_image(item))
        return -1;
    int found = sk_image_read_copy(reader, NULL, item->image, &item->err);
    if (found == 1 && ftruncate(fileno(item->image), ftello(item->image)) != 0)
        return sk_fail_errno(&item->err, "a file in memory");
    return found;
}

/* Takes the next image and, unless it is faulty, one of free_jobs; false when there is none left. A fault of the input is an item too:
   it is told in its turn. */
static bool take(struct run *run, struct item *item)
{
    pthread_mutex_lock(&run->reading);
    bool more = !run->ended;
    if (more) {
        int found = read_image(run->reader, item);
        more = found != 0;
        run->ended = found <= 0;
        item->status = found < 0 ? -1 : 0;
        item->ticket = run->tickets;
        run->tickets += more;
        while (found > 0 && sem_wait(&run->free_jobs) != 0) /* EINTR */
            ;
    }
    pthread_mutex_unlock(&run->reading);
    item->our_turn = false;
    return more;
}

static bool has_failed(struct run *run)
{
    pthread_mutex_lock(&run->writing);
    bool failed = run->failed;
    pthread_mutex_unlock(&run->writing);
    return failed;
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
    int status = run->each->terminal && is_raw_image(&item->out.bytes)
                     ? sk_fail(&item->err, "standard output is a terminal: send the images to a file or a pipe")
                     : sk_held_write(&item->out, run->out, "standard output", &item->err);
    item->output_failed = status != 0;
    return status;
}

static int stopped(struct item *item)
{
    errno = ECANCELED;
    return sk_fail_errno(&item->err, "stopped");
}

/* Waits until the program prints something, and then so many nanoseconds for more: were we to take every write as it comes, we would
   interrupt the program at each. Its end ends both. */
static int wait_for_output(struct run *run, const struct sk_child *child, long pause, struct item *item)
{
    struct pollfd wait[] = {{.fd = run->stop[0], .events = POLLIN}, {.fd = child->out, .events = pause ? 0 : POLLIN}};
    const struct timespec time = {.tv_nsec = pause};
    if (ppoll(wait, 2, pause ? &time : NULL, NULL) < 0 && errno != EINTR)
        return sk_fail_errno(&item->err, "poll");
    return wait[0].revents ? stopped(item) : 0;
}

/* How long to wait for more behind so many bytes, so that the pipe gets neither full nor stays nearly empty. */
static long next_pause(long pause, size_t got, size_t room)
{
    if (got == 0)
        return 0;
    if (got > room / 2 || pause == 0)
        return FIRST_PAUSE;
    return got < room / 8 && pause < MAX_PAUSE / 2 ? 2 * pause : pause;
}

/* Takes what the program prints until it has closed its output. -1 with the item's err, code ECANCELED where another item has failed. */
static int collect(struct run *run, struct sk_child *child, struct item *item)
{
    bool end = false;
    long pause = 0;
    while (!end) {
        size_t got;
        if (item->out.length >= SK_EACH_HELD && !item->our_turn && !wait_for_turn(run, item))
            return stopped(item);
        if (item->out.length >= SK_EACH_HELD && write_held(run, item))
            return -1;
        if (wait_for_output(run, child, pause, item) || sk_held_take(&item->out, child->out, &got, &end, &item->err))
            return -1;
        pause = next_pause(pause, got, child->room);
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

/* Starts the program on the item's image, which it gets to read alone. */
static int start(struct run *run, struct sk_child *child, struct item *item)
{
    char **environment = environment_of(run->each, item->ticket, &item->err);
    if (!environment)
        return -1;
    const int image = fileno(item->image), again = open_again(image, O_RDONLY);
    const size_t room = (size_t)PIPES * SK_HELD_PIPE / (size_t)run->each->jobs;
    int status = again >= 0 || lseek(image, 0, SEEK_SET) == 0 ? 0 : sk_fail_errno(&item->err, "a file in memory");
    if (status == 0)
        status = sk_child_start(child, run->each->argv, environment, run->mask, again >= 0 ? again : image,
                                room < SK_HELD_PIPE ? room : SK_HELD_PIPE, &item->err);
    if (again >= 0)
        close(again);
    free(environment);
    return status;
}

static int run_program(struct run *run, struct item *item)
{
    struct sk_child child;
    if (has_failed(run))
        return stopped(item);
    if (start(run, &child, item))
        return -1;
    if (collect(run, &child, item)) {
        sk_child_kill(&child);
        return -1;
    }
    return sk_child_finish(&child, &item->err) ? sk_prefix(&item->err, "%s", run->each->argv[0]) : 0;
}

static void work(struct run *run, struct item *item)
{
    if (item->status)
        return;
    item->status = run_program(run, item);
    sem_post(&run->free_jobs);
    if (item->status && !item->output_failed)
        sk_prefix(&item->err, "%s: image %llu", sk_image_reader_name(run->reader), (unsigned long long)item->ticket);
}

/* Writes the output when those before it are written; false when the run has failed. */
static bool deliver(struct run *run, struct item *item)
{
    if (!wait_for_turn(run, item))
        return false;
    if (item->status == 0)
        item->status = write_held(run, item);
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

/* As many as programs run at a time, and again as many or WAITING. */
static int count_threads(const struct sk_each *each)
{
    return each->jobs + (each->jobs < WAITING ? each->jobs : WAITING);
}

static void *run_thread(void *context)
{
    struct run *run = context;
    struct item item = {.out.pipes = run->each->terminal ? 0 : (size_t)(PIPES / count_threads(run->each))};
    sk_threads_unbind(); /* or a program would stay on the processor of the thread that starts it */
    while (take(run, &item)) {
        work(run, &item);
        if (!deliver(run, &item))
            break;
    }
    close_image(&item);
    sk_held_free(&item.out);
    return NULL;
}

/* On as many threads as there are, this one at least. */
static int run_threads(struct run *run, struct sk_error *err)
{
    const size_t wanted = (size_t)count_threads(run->each) - 1;
    pthread_t *thread = calloc(wanted, sizeof *thread);
    size_t started = 0;
    if (!thread)
        return sk_fail_errno(err, "threads");
    while (started < wanted && pthread_create(&thread[started], NULL, run_thread, run) == 0)
        started++;
    run_thread(run);
    while (started > 0)
        pthread_join(thread[--started], NULL);
    free(thread);
    return run->failed ? -1 : 0;
}

int sk_each_image(const struct sk_each *each, const char *path, const sigset_t *mask, int out, struct sk_error *err)
{
    struct run run = {.each = each, .mask = mask, .out = out, .err = err};
    if (sk_image_reader_open(&run.reader, path, err))
        return -1;
    if (pipe2(run.stop, O_CLOEXEC) != 0) {
        sk_image_reader_close(run.reader);
        return sk_fail_errno(err, "a pipe");
    }
    sk_image_reader_stop_by(run.reader, run.stop[0]);
    sem_init(&run.free_jobs, 0, (unsigned)each->jobs);
    pthread_mutex_init(&run.reading, NULL);
    pthread_mutex_init(&run.writing, NULL);
    pthread_cond_init(&run.turn_changed, NULL);
    int status = run_threads(&run, err);
    pthread_cond_destroy(&run.turn_changed);
    pthread_mutex_destroy(&run.writing);
    pthread_mutex_destroy(&run.reading);
    sem_destroy(&run.free_jobs);
    sk_image_reader_close(run.reader);
    close(run.stop[0]);
    close(run.stop[1]);
    return status;
}
