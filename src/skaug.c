/* skaug: random flips, warps, changes of colour and artefacts of every image of a stream. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/outfile.h"
#include "base/progress.h"
#include "base/tool.h"
#include "image/augment.h"
#include "image/stream_map.h"

static const char usage[] =
    "usage: skaug [options] [stream...]\n"
    "       skaug --replay log [options] [stream...]\n"
    "Writes randomly flipped, sheared, rotated... copies of every image of the streams (standard input\n"
    "without any), to standard output. The copies of image i depend on the seed and i alone.\n"
    "  -n, --copies N        of each image, 1 to 10000 (1)\n"
    "  -k, --keep            write the image itself before its copies\n"
    "  -r, --rotate DEGREES  rotate by up to this, either way, 0 to 360 (180)\n"
    "  -x, --shear FACTOR    shear by up to this, either way, 0 to 10 (0.2)\n"
    "  -f, --flip WHICH      none, h, v or hv: flips done with probability 1/2 each (hv)\n"
    "      --zoom SHARE      enlarge or reduce by up to this, 0 to 0.9 (0)\n"
    "      --shift SHARE     move by up to this share of width and height, 0 to 1 (0)\n"
    "      --brightness SHARE  add up to this share of maxval, either way, 0 to 1 (0)\n"
    "      --contrast SHARE  stretch or squeeze about the mean by up to this, 0 to 1 (0)\n"
    "      --hue DEGREES     turn the hue by up to this, either way, 0 to 180 (0)\n"
    "      --ink PROBABILITY      of a surgical marker's lines or dots, 0 to 1 (0)\n"
    "      --hairs PROBABILITY    of hairs, 0 to 1 (0)\n"
    "      --corners PROBABILITY  of the dermatoscope's round field, dark corners, 0 to 1 (0)\n"
    "      --ruler PROBABILITY    of a scale along a side, 0 to 1 (0)\n"
    "      --artefact-mask FILE  write where these four are, 0 to 255 of each pixel, raw PGM\n"
    "  -s, --seed N          0 to 18446744073709551615 (1)\n"
    "      --log FILE        write what was drawn for each copy, TSV\n"
    "      --replay FILE     make the copies of such a table again\n"
    "  -j, --jobs N          threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet           no progress, no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         version and build\n";

enum { FLIP_NONE, FLIP_H, FLIP_V, FLIP_HV, FLIPS };
static const char *const flips[FLIPS] = {"none", "h", "v", "hv"};

struct job {
    long copies;
    bool keep;
    struct sk_augment_range range;
    uint64_t seed;
    const char *log_path, *mask_path, *replay_path;
    bool artefacts; /* may be drawn: the log has columns for them */
    struct sk_outfile log, mask;
    struct sk_augment_list list; /* of --replay */
    struct sk_progress progress;
    uint64_t written; /* images */
    uint64_t images;             /* that have been read */
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

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, struct job *job, int argc, char **argv)
{
    enum { ZOOM = 256, SHIFT, BRIGHTNESS, CONTRAST, HUE, INK, HAIRS, CORNERS, RULER, MASK, LOG, REPLAY };
    static const struct option options[] = {{"copies", required_argument, NULL, 'n'},
                                            {"keep", no_argument, NULL, 'k'},
                                            {"rotate", required_argument, NULL, 'r'},
                                            {"shear", required_argument, NULL, 'x'},
                                            {"flip", required_argument, NULL, 'f'},
                                            {"zoom", required_argument, NULL, ZOOM},
                                            {"shift", required_argument, NULL, SHIFT},
                                            {"brightness", required_argument, NULL, BRIGHTNESS},
                                            {"contrast", required_argument, NULL, CONTRAST},
                                            {"hue", required_argument, NULL, HUE},
                                            {"ink", required_argument, NULL, INK},
                                            {"hairs", required_argument, NULL, HAIRS},
                                            {"corners", required_argument, NULL, CORNERS},
                                            {"ruler", required_argument, NULL, RULER},
                                            {"artefact-mask", required_argument, NULL, MASK},
                                            {"seed", required_argument, NULL, 's'},
                                            {"log", required_argument, NULL, LOG},
                                            {"replay", required_argument, NULL, REPLAY},
                                            SK_COMMON_LONG,
                                            {0}};
    struct sk_warp_range *warp = &job->range.warp;
    struct sk_colour *colour = &job->range.colour;
    double *artefact = job->range.artefact;
    int flip = FLIP_HV, drawing = 0; /* an option that says what is drawn */
    for (int option; (option = getopt_long(argc, argv, "n:kr:x:f:s:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = 0;
        switch (option) {
        case 'n': status = sk_tool_long(tool, "--copies", optarg, 1, 10000, &job->copies); break;
        case 'k': job->keep = true; break;
        case 'r': status = sk_tool_double(tool, "--rotate", optarg, 0, 360, &warp->degrees); break;
        case 'x': status = sk_tool_double(tool, "--shear", optarg, 0, 10, &warp->shear); break;
        case 'f': status = sk_tool_choice(tool, "--flip", optarg, flips, FLIPS, &flip); break;
        case ZOOM: status = sk_tool_double(tool, "--zoom", optarg, 0, 0.9, &warp->zoom); break;
        case SHIFT: status = sk_tool_double(tool, "--shift", optarg, 0, 1, &warp->shift); break;
        case BRIGHTNESS: status = sk_tool_double(tool, "--brightness", optarg, 0, 1, &colour->brightness); break;
        case CONTRAST: status = sk_tool_double(tool, "--contrast", optarg, 0, 1, &colour->contrast); break;
        case HUE: status = sk_tool_double(tool, "--hue", optarg, 0, 180, &colour->hue); break;
        case INK: status = sk_tool_double(tool, "--ink", optarg, 0, 1, &artefact[SK_ARTEFACT_INK]); break;
        case HAIRS: status = sk_tool_double(tool, "--hairs", optarg, 0, 1, &artefact[SK_ARTEFACT_HAIRS]); break;
        case CORNERS: status = sk_tool_double(tool, "--corners", optarg, 0, 1, &artefact[SK_ARTEFACT_CORNERS]); break;
        case RULER: status = sk_tool_double(tool, "--ruler", optarg, 0, 1, &artefact[SK_ARTEFACT_RULER]); break;
        case 's': status = sk_tool_seed(tool, "--seed", optarg, &job->seed); break;
        case MASK: job->mask_path = optarg; break;
        case LOG: job->log_path = optarg; break;
        case REPLAY: job->replay_path = optarg; break;
        default:
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
            continue;
        }
        if (status)
            return status;
        if (option != MASK && option != LOG && option != REPLAY)
            drawing = option;
    }
    for (int i = 0; job->replay_path && drawing && options[i].name; i++)
        if (options[i].val == drawing)
            return sk_tool_usage(tool, "--%s has no meaning with --replay, whose table says all", options[i].name);
    warp->flip_horizontal = flip == FLIP_H || flip == FLIP_HV;
    warp->flip_vertical = flip == FLIP_V || flip == FLIP_HV;
    if (job->log_path && strcmp(job->log_path, "-") == 0)
        return sk_tool_usage(tool, "--log: standard output has the images");
    if (job->mask_path && strcmp(job->mask_path, "-") == 0)
        return sk_tool_usage(tool, "--artefact-mask: standard output has the images");
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct job job = {.copies = 1, .seed = 1, .range.warp = {.shear = 0.2, .degrees = 180}};
    if (sk_tool_start(&tool, "skaug", usage))
        return SK_EXIT_USAGE;
    int status = parse(&tool, &job, argc, argv);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    int failed = run(&job, &tool, argv + optind, argc - optind, &err);
    sk_progress_break(&job.progress);
    sk_outfile_abandon(&job.log);
    sk_outfile_abandon(&job.mask);
    sk_augment_list_free(&job.list);
    return failed ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
