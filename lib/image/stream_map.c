/* Every thread does the same: takes the next image under one lock, works on it, and writes it when its turn has come.
   Nothing is queued, so memory is bounded by the threads, and an image waits for none that comes after it. */
#include "image/stream_map.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"

struct run {
    const struct sk_stream_map *map;
    FILE *out;
    int stop[2]; /* a pipe: a byte in it ends a wait for input, as the output has failed */

    pthread_mutex_t reading; /* guards these */
    bool ended;              /* the input has, or is faulty */
    struct sk_image_reader *reader;
    int path; /* the operand that reader reads, or the next one */
    size_t outputs, outputs_left; /* of the last image read */
    struct sk_image again;        /* that image, while it has some left */
    uint64_t images, tickets;

    pthread_mutex_t writing; /* guards these */
    pthread_cond_t turn_changed;
    uint64_t turn; /* the ticket that may be written */
    bool failed;
    struct sk_error *err; /* why */
};

/* What a thread holds: one output to make, in its place in the order. */
struct item {
    uint64_t ticket, position;
    size_t output;
    const char *path;
    size_t index; /* of the image in its stream */
    struct sk_image in, out[SK_STREAM_MAP_PARTS];
    int status;
    struct sk_error err;
};

/* Reads the next image of the operands: 1, 0 at the end, -1 with err. */
static int next_image(struct run *run, struct sk_image *image, struct sk_error *err)
{
    static char *standard_input[] = {"-"};
    const int paths = run->map->paths > 0 ? run->map->paths : 1;
    char **path = run->map->paths > 0 ? run->map->path : standard_input;
    for (; run->path < paths; run->path++) {
        if (!run->reader) {
            if (sk_image_reader_open(&run->reader, path[run->path], err))
                return -1;
            sk_image_reader_stop_by(run->reader, run->stop[0]);
        }
        int found = sk_image_read(run->reader, image, err);
        if (found != 0)
            return found;
        sk_image_reader_close(run->reader);
        run->reader = NULL;
    }
    return 0;
}

static int copy_image(const struct sk_image *from, struct sk_image *to, struct sk_error *err)
{
    if (sk_image_shape(to, from->width, from->height, from->channels, from->alpha, from->maxval, err))
        return -1;
    memcpy(to->sample, from->sample, from->width * from->height * sk_image_depth(from) * sizeof *to->sample);
    return 0;
}

static size_t outputs_of(const struct sk_stream_map *map, uint64_t position)
{
    return map->count ? map->count(map->state, position) : map->outputs;
}

/* Reads an image that has outputs, into the thread's own memory: from thread to thread it would go from cache to cache. 1, 0 at the end,
   -1 with err. */
static int read_image(struct run *run, struct sk_image *image, struct sk_error *err)
{
    while (run->outputs_left == 0) {
        int found = next_image(run, image, err);
        if (found <= 0)
            return found;
        run->outputs = run->outputs_left = outputs_of(run->map, run->images++);
    }
    return run->outputs > 1 && copy_image(image, &run->again, err) ? -1 : 1;
}

/* The image of the next output. */
static int find_image(struct run *run, struct sk_image *image, struct sk_error *err)
{
    if (run->outputs_left == 0)
        return read_image(run, image, err);
    if (run->outputs_left > 1)
        return copy_image(&run->again, image, err) ? -1 : 1;
    struct sk_image spare = *image;
    *image = run->again;
    run->again = spare;
    return 1;
}

/* Takes the next piece of work; false when there is none left. A fault of the input is a piece of work
   too: it is reported when the images before it have been written. */
static bool take(struct run *run, struct item *item)
{
    pthread_mutex_lock(&run->reading);
    int found = run->ended ? 0 : find_image(run, &item->in, &item->err);
    run->ended = found <= 0;
    item->status = found < 0 ? -1 : 0;
    if (found > 0) {
        item->output = run->outputs - run->outputs_left--;
        item->position = run->images - 1;
        item->path = run->map->paths > 0 ? run->map->path[run->path] : "-";
        item->index = sk_image_reader_index(run->reader);
    }
    item->ticket = run->tickets;
    run->tickets += found != 0;
    pthread_mutex_unlock(&run->reading);
    return found != 0;
}

static void work(const struct run *run, struct item *item)
{
    if (item->status == 0 &&
        run->map->apply(run->map->context, &item->in, item->position, item->output, item->out, &item->err)) {
        sk_prefix(&item->err, "%s: image %zu", sk_input_name(item->path), item->index);
        item->status = -1;
    }
}

/* Writes the output when those before it are written; false when the run has failed. */
static bool deliver(struct run *run, struct item *item)
{
    pthread_mutex_lock(&run->writing);
    while (run->turn != item->ticket && !run->failed)
        pthread_cond_wait(&run->turn_changed, &run->writing);
    if (!run->failed) {
        if (item->status == 0 && sk_image_write(run->out, "standard output", &item->out[0], &item->err))
            item->status = -1;
        if (item->status == 0 && fflush(run->out) != 0)
            item->status = sk_fail_errno(&item->err, "standard output");
        if (item->status == 0 && run->map->written &&
            run->map->written(run->map->state, item->position, item->output, item->out, &item->err))
            item->status = -1;
        if (item->status) {
            run->failed = true;
            *run->err = item->err;
            (void)!write(run->stop[1], "", 1); /* others may wait for input that never comes */
        }
        run->turn++;
        pthread_cond_broadcast(&run->turn_changed);
    }
    bool going = !run->failed;
    pthread_mutex_unlock(&run->writing);
    return going;
}

/* What `skgamma a.ppm >> a.ppm` writes would be read again, for ever. */
static int check_output(const struct sk_stream_map *map, FILE *out, struct sk_error *err)
{
    const char *const standard = "-", *const *input = map->paths > 0 ? (const char *const *)map->path : &standard;
    return out == stdout ? sk_outfile_distinct(&standard, 1, input, map->paths > 0 ? (size_t)map->paths : 1, err) : 0;
}

int sk_stream_map(const struct sk_stream_map *map, FILE *out, struct sk_error *err)
{
    struct run run = {.map = map, .out = out, .err = err};
    if (check_output(map, out, err))
        return -1;
    if (pipe2(run.stop, O_CLOEXEC) != 0)
        return sk_fail_errno(err, "a pipe");
    setvbuf(out, NULL, _IONBF, 0); /* an image is written in large pieces, and at once */
    pthread_mutex_init(&run.reading, NULL);
    pthread_mutex_init(&run.writing, NULL);
    pthread_cond_init(&run.turn_changed, NULL);
#pragma omp parallel num_threads(map->jobs)
    {
        struct item item = {0};
        while (take(&run, &item)) {
            work(&run, &item);
            if (!deliver(&run, &item))
                break;
        }
        sk_image_free(&item.in);
        for (int i = 0; i < SK_STREAM_MAP_PARTS; i++)
            sk_image_free(&item.out[i]);
    }
    sk_image_reader_close(run.reader);
    close(run.stop[0]);
    close(run.stop[1]);
    sk_image_free(&run.again);
    pthread_cond_destroy(&run.turn_changed);
    pthread_mutex_destroy(&run.writing);
    pthread_mutex_destroy(&run.reading);
    return run.failed ? -1 : 0;
}
