#include "train/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/outfile.h"
#include "nn/model.h"

static char *append(const char *path, const char *suffix, struct sk_error *err)
{
    char *whole;
    if (asprintf(&whole, "%s%s", path, suffix) < 0) {
        errno = ENOMEM;
        sk_fail_errno(err, "%s", path);
        return NULL;
    }
    return whole;
}

bool sk_train_keeps_checkpoint(const struct sk_train_options *options)
{
    return strcmp(options->output, "-") != 0;
}

char *sk_train_path(const struct sk_train_options *options, enum sk_train_file which, struct sk_error *err)
{
    static const char *const suffix[] = {[SK_FILE_MODEL] = "", [SK_FILE_CHECKPOINT] = ".ckpt", [SK_FILE_BEST] = ".best"};
    return append(options->output, suffix[which], err);
}

/* All that a run writes; those that are not wanted are NULL, and so is a checkpoint that is not kept. The grid stands for those of
   other steps. */
struct outputs {
    const char *model, *log;
    char *checkpoint, *best, *grid;
};

static int list(struct outputs *outputs, const struct sk_train_options *o, struct sk_error *err)
{
    *outputs = (struct outputs){.model = o->output, .log = o->log};
    if ((sk_train_keeps_checkpoint(o) && !(outputs->checkpoint = sk_train_path(o, SK_FILE_CHECKPOINT, err))) ||
        (o->judge && !(outputs->best = sk_train_path(o, SK_FILE_BEST, err))))
        return -1;
    outputs->grid = o->samples ? append(o->samples, "-000000.ppm", err) : NULL;
    return o->samples && !outputs->grid ? -1 : 0;
}

static void free_list(struct outputs *outputs)
{
    free(outputs->checkpoint);
    free(outputs->best);
    free(outputs->grid);
}

static int check_writable(const struct outputs *outputs, struct sk_error *err)
{
    return sk_outfile_check(outputs->model, false, err) ||
                   (outputs->checkpoint && sk_outfile_check(outputs->checkpoint, false, err)) ||
                   (outputs->best && sk_outfile_check(outputs->best, false, err)) ||
                   (outputs->grid && sk_outfile_check(outputs->grid, false, err)) ||
                   (outputs->log && sk_outfile_check(outputs->log, true, err)) ? -1 : 0;
}

int sk_train_check_writable(const struct sk_train_options *options, struct sk_error *err)
{
    struct outputs outputs;
    int failed = list(&outputs, options, err) || check_writable(&outputs, err);
    free_list(&outputs);
    return failed ? -1 : 0;
}

/* A run reads its model and its checkpoint too; from a pipe there would be nothing to go on from. */
static int check_regular(const char *path, struct sk_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        return 0;
    return sk_fail(err, "%s: is no regular file, from which a training could be gone on with", path);
}

/* What lies where the checkpoint goes may be overwritten where it is of a training that has ended. */
static int check_unfinished(const char *path, struct sk_error *err)
{
    struct sk_tensor_file file;
    uint64_t step = 0, steps = 0;
    if (access(path, F_OK) != 0)
        return 0;
    int failed = sk_tensor_file_read(&file, path, err);
    if (!failed) {
        failed = sk_model_number(&file, "step", 0, UINT64_MAX, &step, err) ||
                 sk_model_number(&file, "steps", 0, UINT64_MAX, &steps, err);
        if (failed)
            sk_prefix(err, "%s", path);
        sk_tensor_file_free(&file);
    }
    if (failed) {
        const struct sk_error why = *err;
        return sk_fail(err, "%.380s; it lies where the checkpoint goes: --restart begins anew over it", why.text);
    }
    if (step >= steps)
        return 0;
    return sk_fail(err, "%s: is of an unfinished training, at step %llu of %llu: --resume goes on with it, --restart begins anew over it",
                   path, (unsigned long long)step, (unsigned long long)steps);
}

/* Where a path ends as a grid's does, "-000500.ppm"; else NULL. */
static const char *grid_end(const char *path)
{
    const char *end = path ? strrchr(path, '-') : NULL;
    const size_t digits = end ? strspn(end + 1, "0123456789") : 0;
    return digits >= 6 && strcmp(end + 1 + digits, ".ppm") == 0 ? end : NULL;
}

/* The grid of some step must be none of these either. */
static int check_grids(const char *samples, const char *const *path, size_t paths, struct sk_error *err)
{
    for (size_t i = 0; samples && i < paths; i++) {
        const char *end = grid_end(path[i]);
        char *grid = end ? append(samples, end, err) : NULL;
        int failed = end && (!grid || sk_outfile_distinct((const char *const *)&grid, 1, path + i, 1, err));
        free(grid);
        if (failed)
            return -1;
    }
    return 0;
}

static int check(const struct sk_train_options *o, const struct outputs *outputs, const char *const *input, size_t inputs,
                 struct sk_error *err)
{
    const char *const all[] = {outputs->model, outputs->checkpoint, outputs->best, outputs->log, outputs->grid};
    if ((outputs->checkpoint && (check_regular(outputs->model, err) || check_regular(outputs->checkpoint, err))) ||
        sk_outfile_distinct(all, sizeof all / sizeof *all, input, inputs, err) ||
        check_grids(o->samples, input, inputs, err) || check_grids(o->samples, all, 4, err))
        return -1;
    const bool perhaps_complete = o->resume && access(o->output, F_OK) == 0;
    if (!perhaps_complete && check_writable(outputs, err))
        return -1;
    return o->resume || o->restart || !outputs->checkpoint ? 0 : check_unfinished(outputs->checkpoint, err);
}

int sk_train_check_outputs(const struct sk_train_options *options, const char *const *input, size_t inputs,
                           struct sk_error *err)
{
    struct outputs outputs;
    int failed = list(&outputs, options, err) || check(options, &outputs, input, inputs, err);
    free_list(&outputs);
    return failed ? -1 : 0;
}
