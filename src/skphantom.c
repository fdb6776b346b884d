/* skphantom: synthetic dermoscopy lesions of a class, and what is true of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/outfile.h"
#include "image/phantom.h"
#include "image/pnm.h"

enum { WINDOW_SAMPLES = 1 << 27 };

static const char *const class_names[] = {"benign", "malignant"};

struct phantom {
    struct sk_image image;
    struct sk_phantom_truth truth;
};

struct job {
    struct sk_phantom_spec spec;
    long count;
    const char *truth_path, *mask_path;
    struct sk_outfile truth, mask;
};

/* --- options --------------------------------------------------------------------- */

#define MODEL(field, least, most) #field, SK_NUMBER(struct job, spec.model.field, least, most)
static const struct sk_option option_table[] = {
    {'n', "count", SK_NUMBER(struct job, count, 0, 1000000000), "N", "images"},
    {'w', "width", SK_NUMBER(struct job, spec.width, 1, SK_PHANTOM_MAX_WIDTH), "PIXELS", "width and height, which show 14 mm"},
    {0, "size", SK_NUMBER(struct job, spec.width, 1, SK_PHANTOM_MAX_WIDTH), "PIXELS", "the same as --width"},
    {'s', "seed", SK_SEED(struct job, spec.seed), "N", "image i depends on class, seed, the options below and i alone"},
    {0, MODEL(overlap, 0, 1), "SHARE", "of the classes, well apart to the same"},
    {0, MODEL(diameter, 1, SK_PHANTOM_FIELD_MM), "MM", "median of what is between the classes"},
    {0, MODEL(asymmetry, 0, 4), "X", "harmonics and lobes of the outline"},
    {0, MODEL(border, 0, 4), "X", "its raggedness, notches, streaks and uneven sharpness"},
    {0, MODEL(islands, 0, 4), "X", "of black, red, blue-grey and white"},
    {0, MODEL(network, 0, 4), "X", "pigment network"},
    {0, MODEL(dots, 0, 4), "X", "dots and globules"},
    {0, MODEL(mottle, 0, 4), "X", "blotches of pigment"},
    {0, MODEL(texture, 0, 4), "X", "pores, tone and flush of the skin"},
    {0, MODEL(vignette, 0, 4), "X", "uneven light, darker corners"},
    {0, MODEL(noise, 0, 4), "X", "grain of the sensor"},
    {0, MODEL(hair, 0, 1), "SHARE", "hairs"},
    {0, MODEL(field, 0, 1), "SHARE", "a round field of view"},
    {0, MODEL(ruler, 0, 1), "SHARE", "marks at each millimetre"},
    {0, "truth", SK_FILE(struct job, truth_path), "FILE", "class, asymmetry, border, colours, diameter... of each image, TSV"},
    {0, "mask", SK_FILE(struct job, mask_path), "FILE", "where the lesion is, 0 to 255 of each pixel, a stream of raw PGM"},
};

static double number_of(const struct sk_phantom_model *model, const struct sk_option *o)
{
    return *(const double *)(const void *)((const char *)model + (o->offset - offsetof(struct job, spec.model)));
}

/* --- the table ------------------------------------------------------------------- */

/* Provenance, with the numbers of the model that are not the default; then the columns' names. */
static int write_head(struct job *job, struct sk_error *err)
{
    FILE *out = job->truth.stream;
    fprintf(out, "# %s: skphantom %s, width %zu, seed %" PRIu64, sk_version(), class_names[job->spec.kind],
            job->spec.width, job->spec.seed);
    for (size_t k = 0; k < sizeof option_table / sizeof *option_table; k++) {
        const struct sk_option *o = &option_table[k];
        if (o->kind != SK_OPTION_DOUBLE)
            continue;
        double value = number_of(&job->spec.model, o), usual = number_of(&sk_phantom_default, o);
        if (value < usual || value > usual || strcmp(o->name, "overlap") == 0)
            fprintf(out, ", %s %.15g", o->name, value);
    }
    fputs("\nimage\tclass\tasymmetry\tborder\tcolours\tdiameter\tarea\tcut\tgrade\n", out);
    return ferror(out) ? sk_fail_errno(err, "%s", job->truth_path) : 0;
}

/* What cannot be measured, for there is no lesion in view, is `-`. */
static int write_truth(struct job *job, long i, const struct sk_phantom_truth *t, struct sk_error *err)
{
    FILE *out = job->truth.stream;
    fprintf(out, "%ld\t%s\t", i, class_names[job->spec.kind]);
    if (t->area > 0)
        fprintf(out, "%.4f\t%.4f\t%d\t%.3f\t%.3f\t%d", t->asymmetry, t->border, t->colours, t->diameter, t->area, t->cut);
    else
        fputs("-\t-\t-\t-\t0\t0", out);
    fprintf(out, "\t%.4f\n", t->grade);
    return ferror(out) ? sk_fail_errno(err, "%s", job->truth_path) : 0;
}

/* --- images ---------------------------------------------------------------------- */

/* Images from..from + count - 1 of the stream, in parallel, each into a place of its own. */
static int draw_window(struct phantom *window, long count, const struct job *job, long from, int jobs,
                       struct sk_error *err)
{
    const bool truth = job->truth_path || job->mask_path;
    int failed = 0;
#pragma omp parallel for num_threads(jobs) schedule(dynamic) if (jobs > 1)
    for (long i = 0; i < count; i++) {
        struct sk_error mine;
        if (sk_phantom_draw(&window[i].image, truth ? &window[i].truth : NULL, &job->spec, (uint64_t)(from + i), &mine)) {
#pragma omp critical
            {
                *err = mine;
                failed = -1;
            }
        }
    }
    return failed;
}

static int write_phantom(struct job *job, const struct phantom *phantom, long i, struct sk_error *err)
{
    if (sk_image_write(stdout, "standard output", &phantom->image, err))
        return -1;
    if (job->mask_path && sk_image_write(job->mask.stream, job->mask_path, &phantom->truth.mask, err))
        return -1;
    return job->truth_path ? write_truth(job, i, &phantom->truth, err) : 0;
}

/* Writes the stream, a window of images at a time: as many as keep the threads busy, fewer where they are so large
   that the window would not stay within 256 MB, at least one. */
static int write_phantoms(struct job *job, int jobs, struct sk_error *err)
{
    const size_t width = job->spec.width, depth = job->truth_path || job->mask_path ? 4 : 3;
    long room = (long)(WINDOW_SAMPLES / (depth * width * width)), size = 16L * jobs;
    size = size < room ? size : room > 1 ? room : 1;
    size = size < job->count ? size : job->count;
    struct phantom *window = sk_alloc((size_t)size, sizeof *window, err);
    if (!window)
        return -1;
    int failed = 0;
    for (long from = 0; from < job->count && !failed; from += size) {
        long drawn = job->count - from < size ? job->count - from : size;
        failed = draw_window(window, drawn, job, from, jobs, err);
        for (long i = 0; i < drawn && !failed; i++)
            failed = write_phantom(job, &window[i], from + i, err);
    }
    for (long i = 0; i < size; i++) {
        sk_image_free(&window[i].image);
        sk_image_free(&window[i].truth.mask);
    }
    free(window);
    return failed;
}

/* --- all of it ------------------------------------------------------------------- */

static int open_outputs(struct job *job, struct sk_error *err)
{
    const char *const outputs[] = {"-", job->truth_path, job->mask_path};
    if (sk_outfile_distinct(outputs, 3, NULL, 0, err) ||
        (job->truth_path && sk_outfile_open(&job->truth, job->truth_path, err)) ||
        (job->mask_path && sk_outfile_open(&job->mask, job->mask_path, err)))
        return -1;
    return job->truth_path ? write_head(job, err) : 0;
}

static int run(struct job *job, const struct sk_tool *tool, struct sk_error *err)
{
    if (open_outputs(job, err) || write_phantoms(job, tool->jobs, err))
        return -1;
    if (fflush(stdout) != 0) /* else the files would appear beside images that do not */
        return sk_fail_errno(err, "standard output");
    if (job->truth_path && sk_outfile_commit(&job->truth, err))
        return -1;
    return job->mask_path ? sk_outfile_commit(&job->mask, err) : 0;
}

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, struct job *job, int argc, char **argv)
{
    const struct job defaults = *job;
    const struct sk_options options = {
        .usage = "usage: skphantom [options] benign|malignant\n"
                 "Writes synthetic dermoscopy lesions that obey the ABCD rule, raw PPM, to standard output.\n"
                 "X is the strength of a part, 0 none; SHARE, but for --overlap, that of the images that have it.\n",
        SK_TABLE(option_table),
        .defaults = &defaults,
        .command = class_names,
        .commands = 2,
        .first = "class",
    };
    struct sk_arguments arguments;
    int status = sk_options_parse(tool, &options, argc, argv, job, &arguments);
    if (status >= 0)
        return status;
    job->spec.kind = (enum sk_phantom_class)arguments.command;
    if (arguments.operands)
        return sk_tool_usage(tool, "one class is wanted: benign or malignant");
    if (job->truth_path && strcmp(job->truth_path, "-") == 0)
        return sk_tool_usage(tool, "--truth: standard output has the images");
    if (job->mask_path && strcmp(job->mask_path, "-") == 0)
        return sk_tool_usage(tool, "--mask: standard output has the images");
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct job job = {.count = 1, .spec = {.model = sk_phantom_default, .seed = 1, .width = 64}};
    if (sk_tool_start(&tool, "skphantom"))
        return SK_EXIT_USAGE;
    int status = parse(&tool, &job, argc, argv);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    int failed = run(&job, &tool, &err);
    sk_outfile_abandon(&job.truth);
    sk_outfile_abandon(&job.mask);
    return failed ? sk_tool_fail(&tool, &err) : sk_tool_finish(&tool);
}
