/* skaug: random flips, warps, changes of colour and artefacts of every image of a stream. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/outfile.h"
#include "base/progress.h"
#include "image/augment.h"
#include "image/stream_map.h"

enum flip { FLIP_NONE, FLIP_H, FLIP_V, FLIP_HV, FLIPS };
static const char *const flips[FLIPS] = {"none", "h", "v", "hv"};

struct job {
    long copies;
    bool keep;
    struct sk_augment_range range;
    enum flip flip; /* of the range */
    uint64_t seed;
    const char *log_path, *mask_path, *replay_path;
    bool artefacts; /* may be drawn: the log has columns for them */
    struct sk_outfile log, mask;
    struct sk_augment_list list; /* of --replay */
    struct sk_progress progress;
    uint64_t written; /* images */
    uint64_t images;             /* that have been read */
};

static const struct job defaults = {.copies = 1, .seed = 1, .flip = FLIP_HV, .range.warp = {.shear = 0.2, .degrees = 180}};

/* What says how copies are drawn means nothing to a replay. */
enum { DRAWING = 1, REPLAY = 2 };

#define RANGE(field, most) SK_NUMBER(struct job, range.field, 0, most)
static const struct sk_option option_table[] = {
    {'n', "copies", SK_NUMBER(struct job, copies, 1, 10000), "N", "of each image", .of = DRAWING},
    {'k', "keep", SK_FLAG(struct job, keep), "write the image itself before its copies", .of = DRAWING},
    {'r', "rotate", RANGE(warp.degrees, 360), "DEGREES", "rotate by up to this, either way", .of = DRAWING},
    {'x', "shear", RANGE(warp.shear, 10), "FACTOR", "shear by up to this, either way", .of = DRAWING},
    {'f', "flip", SK_CHOICE(struct job, flip, flips, FLIPS), "WHICH", "flips done with probability 1/2 each", .of = DRAWING},
    {0, "zoom", RANGE(warp.zoom, 0.9), "SHARE", "enlarge or reduce by up to this", .of = DRAWING},
    {0, "shift", RANGE(warp.shift, 1), "SHARE", "move by up to this share of width and height", .of = DRAWING},
    {0, "brightness", RANGE(colour.brightness, 1), "SHARE", "add up to this share of maxval, either way", .of = DRAWING},
    {0, "contrast", RANGE(colour.contrast, 1), "SHARE", "stretch or squeeze about the mean by up to this", .of = DRAWING},
    {0, "hue", RANGE(colour.hue, 180), "DEGREES", "turn the hue by up to this, either way", .of = DRAWING},
    {0, "ink", RANGE(artefact[SK_ARTEFACT_INK], 1), "PROBABILITY", "of a surgical marker's lines or dots", .of = DRAWING},
    {0, "hairs", RANGE(artefact[SK_ARTEFACT_HAIRS], 1), "PROBABILITY", "of hairs", .of = DRAWING},
    {0, "corners", RANGE(artefact[SK_ARTEFACT_CORNERS], 1), "PROBABILITY", "of the dermatoscope's round field, dark corners",
     .of = DRAWING},
    {0, "ruler", RANGE(artefact[SK_ARTEFACT_RULER], 1), "PROBABILITY", "of a scale along a side", .of = DRAWING},
    {0, "artefact-mask", SK_FILE(struct job, mask_path), "FILE", "write where these four are, 0 to 255 of each pixel, raw PGM"},
    {'s', "seed", SK_SEED(struct job, seed), "N", "", .of = DRAWING},
    {0, "log", SK_FILE(struct job, log_path), "FILE", "write what was drawn for each copy, TSV"},
    {0, "replay", SK_FILE(struct job, replay_path), "FILE", "make the copies of such a table again"},
};

static const struct sk_options options = {
    .usage = "usage: skaug [options] [stream...]\n"
             "       skaug --replay log [options] [stream...]\n"
             "Writes randomly flipped, sheared, rotated... copies of every image of the streams (standard input\n"
             "without any), to standard output. The copies of image i depend on the seed and i alone.\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
    .quiet = "no progress, no warnings",
};

/* The parameters of one output; identity for an original that is kept. */
static struct sk_augmentation of_output(const struct job *job, uint64_t position, size_t output)
{
    size_t count;
    if (job->replay_path)
        return job->list.augmentation[sk_augment_find(&job->list, position, &count) + output];
    if (job->keep && output == 0)
        return (struct sk_augmentation){0};
    return sk_augment_draw(&job->range, job->seed, position, output - job->keep);
}

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct job *job = context;
    const struct sk_augmentation a = of_output(job, position, output);
    return sk_augment(in, &a, &out[0], job->mask_path ? &out[1] : NULL, err);
}

static size_t count_outputs(void *state, uint64_t position)
{
    struct job *job = state;
    size_t count = (size_t)job->copies + job->keep;
    job->images = position + 1;
    if (job->replay_path)
        sk_augment_find(&job->list, position, &count);
    return count;
}

/* Tells of an output that has been written, writes its mask and logs it. */
static int note_output(void *state, uint64_t position, size_t output, const struct sk_image *made, struct sk_error *err)
{
    struct job *job = state;
    sk_progress_images(&job->progress, ++job->written, false);
    if (job->mask_path && sk_image_write(job->mask.stream, job->mask_path, &made[1], err))
        return -1;
    if (!job->log_path)
        return 0;
    const struct sk_augmentation a = of_output(job, position, output);
    const long copy = job->replay_path ? (long)output : (long)output - job->keep;
    return sk_augment_write(job->log.stream, position, copy, &a, job->artefacts, err) ? sk_prefix(err, "%s", job->log_path) : 0;
}

static int begin_log(struct job *job, struct sk_error *err)
{
    FILE *out = job->log.stream;
    if (fprintf(out, "# %s: skaug, ", sk_version()) < 0 ||
        (job->replay_path ? fprintf(out, "a replay\n") : fprintf(out, "seed %" PRIu64 "\n", job->seed)) < 0)
        return sk_fail_errno(err, "%s", job->log_path);
    return sk_augment_write_head(out, job->artefacts, err);
}

static int open_outputs(struct job *job, char **path, int paths, struct sk_error *err)
{
    enum { OUTPUTS = 3 };
    const char *const outputs[OUTPUTS] = {"-", job->log_path, job->mask_path};
    const char *const others[] = {job->replay_path, paths ? NULL : "-"};
    if (sk_outfile_distinct(outputs, OUTPUTS, (const char *const *)path, (size_t)paths, err) ||
        sk_outfile_distinct(outputs + 1, OUTPUTS - 1, others, 2, err))
        return -1;
    if (job->mask_path && sk_outfile_open(&job->mask, job->mask_path, err))
        return -1;
    return job->log_path && (sk_outfile_open(&job->log, job->log_path, err) || begin_log(job, err)) ? -1 : 0;
}

static int run(struct job *job, const struct sk_tool *tool, char **path, int paths, struct sk_error *err)
{
    if (job->replay_path && sk_augment_read(&job->list, job->replay_path, err))
        return -1;
    for (int k = 0; k < SK_ARTEFACTS; k++)
        job->artefacts |= job->range.artefact[k] > 0;
    job->artefacts |= job->list.artefacts;
    if (open_outputs(job, path, paths, err))
        return -1;
    const struct sk_stream_map map = {.path = path,
                                      .paths = paths,
                                      .jobs = tool->jobs,
                                      .apply = apply,
                                      .context = job,
                                      .count = count_outputs,
                                      .written = note_output,
                                      .state = job};
    sk_progress_start_images(&job->progress, tool->name, tool->quiet);
    if (sk_stream_map(&map, stdout, err))
        return -1;
    sk_progress_images(&job->progress, job->written, true);
    if (job->list.count > 0 && job->list.position[job->list.count - 1] >= job->images)
        return sk_fail(err, "%s: image %" PRIu64 ": the streams have but %" PRIu64, job->replay_path,
                       job->list.position[job->list.count - 1], job->images);
    if (job->mask_path && sk_outfile_commit(&job->mask, err))
        return -1;
    return job->log_path ? sk_outfile_commit(&job->log, err) : 0;
}

/* What one option means to another: 0, or SK_EXIT_USAGE, said. */
static int check(const struct sk_tool *tool, const struct job *job, const struct sk_arguments *arguments)
{
    const struct sk_option *drawing = sk_options_stray(&options, arguments, REPLAY);
    if (job->replay_path && drawing)
        return sk_tool_usage(tool, "--%s has no meaning with --replay, whose table says all", drawing->name);
    if (job->log_path && strcmp(job->log_path, "-") == 0)
        return sk_tool_usage(tool, "--log: standard output has the images");
    if (job->mask_path && strcmp(job->mask_path, "-") == 0)
        return sk_tool_usage(tool, "--artefact-mask: standard output has the images");
    return 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct job job = defaults;
    struct sk_arguments arguments;
    if (sk_tool_start(&tool, "skaug"))
        return SK_EXIT_USAGE;
    int status = sk_options_parse(&tool, &options, argc, argv, &job, &arguments);
    if (status >= 0)
        return status;
    job.range.warp.flip_horizontal = job.flip == FLIP_H || job.flip == FLIP_HV;
    job.range.warp.flip_vertical = job.flip == FLIP_V || job.flip == FLIP_HV;
    if (check(&tool, &job, &arguments) || sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    int failed = run(&job, &tool, arguments.operand, arguments.operands, &err);
    sk_progress_break(&job.progress);
    sk_outfile_abandon(&job.log);
    sk_outfile_abandon(&job.mask);
    sk_augment_list_free(&job.list);
    return failed ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
