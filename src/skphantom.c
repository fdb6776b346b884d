/* skphantom: synthetic dermoscopy lesions of a class, and what is true of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outfile.h"
#include "base/tool.h"
#include "image/phantom.h"
#include "image/pnm.h"

static const char usage[] =
    "usage: skphantom [options] benign|malignant\n"
    "Writes synthetic dermoscopy lesions that obey the ABCD rule, raw PPM, to standard output.\n"
    "\n"
    "  -n, --count N         images (default 1)\n"
    "  -w, --width PIXELS    width and height, which show 14 mm (default 64)\n"
    "  -s, --seed N          image i depends on class, seed, the options below and i alone (default 1)\n"
    "      --overlap SHARE   of the classes: 0 well apart, 1 the same (default 0.2)\n"
    "      --diameter MM     median of what is between the classes, 1 to 14 (default 6.6)\n"
    "Strength of a part, 0 (none) to 4 (default 1):\n"
    "      --asymmetry X     harmonics and lobes of the outline\n"
    "      --border X        its raggedness, notches, streaks and uneven sharpness\n"
    "      --islands X       of black, red, blue-grey and white\n"
    "      --network X       pigment network\n"
    "      --dots X          dots and globules\n"
    "      --mottle X        blotches of pigment\n"
    "      --texture X       pores, tone and flush of the skin\n"
    "      --vignette X      uneven light, darker corners\n"
    "      --noise X         grain of the sensor\n"
    "Share of the images that have it, 0 to 1:\n"
    "      --hair SHARE      hairs (default 0.3)\n"
    "      --field SHARE     a round field of view (default 0.1)\n"
    "      --ruler SHARE     marks at each millimetre (default 0.1)\n"
    "What is true of the images:\n"
    "      --truth FILE      class, asymmetry, border, colours, diameter... of each, TSV\n"
    "      --mask FILE       where the lesion is, 0 to 255 of each pixel, a stream of raw PGM\n"
    "\n"
    "  -j, --jobs N          threads (default: SK_THREADS, else all processors); the bytes are the same for all\n"
    "  -q, --quiet           no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         version and build\n";

enum { MAX_COUNT = 1000000000, WINDOW_SAMPLES = 1 << 27 };

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

/* --- options that are numbers of the model -------------------------------------- */

struct knob {
    const char *name;
    double low, high;
    size_t offset; /* of the number in struct sk_phantom_model */
};

#define KNOB(name, low, high) {#name, low, high, offsetof(struct sk_phantom_model, name)}
static const struct knob knobs[] = {
    KNOB(overlap, 0, 1), KNOB(diameter, 1, SK_PHANTOM_FIELD_MM),
    KNOB(asymmetry, 0, 4), KNOB(border, 0, 4), KNOB(islands, 0, 4), KNOB(network, 0, 4), KNOB(dots, 0, 4),
    KNOB(mottle, 0, 4), KNOB(texture, 0, 4), KNOB(vignette, 0, 4), KNOB(noise, 0, 4),
    KNOB(hair, 0, 1), KNOB(field, 0, 1), KNOB(ruler, 0, 1),
};
enum { KNOBS = sizeof knobs / sizeof *knobs, FIRST_KNOB = 256, TRUTH = FIRST_KNOB + KNOBS, MASK };

static double *knob_value(struct sk_phantom_model *model, int k)
{
    return (double *)(void *)((char *)model + knobs[k].offset);
}

static int turn_knob(const struct sk_tool *tool, struct sk_phantom_model *model, int k, const char *text)
{
    char option[32];
    snprintf(option, sizeof option, "--%s", knobs[k].name);
    return sk_tool_double(tool, option, text, knobs[k].low, knobs[k].high, knob_value(model, k));
}

/* --- the table ------------------------------------------------------------------- */

/* Provenance, with the numbers of the model that are not the default; then the columns' names. */
static int write_head(struct job *job, struct sk_error *err)
{
    FILE *out = job->truth.stream;
    struct sk_phantom_model usual = sk_phantom_default;
    fprintf(out, "# %s: skphantom %s, width %zu, seed %" PRIu64, sk_version(), class_names[job->spec.kind],
            job->spec.width, job->spec.seed);
    for (int k = 0; k < KNOBS; k++) {
        double value = *knob_value(&job->spec.model, k);
        if (k == 0 || value < *knob_value(&usual, k) || value > *knob_value(&usual, k))
            fprintf(out, ", %s %.15g", knobs[k].name, value);
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

static void list_options(struct option *list)
{
    static const struct option others[] = {{"count", required_argument, NULL, 'n'},
                                           {"width", required_argument, NULL, 'w'},
                                           {"seed", required_argument, NULL, 's'},
                                           {"truth", required_argument, NULL, TRUTH},
                                           {"mask", required_argument, NULL, MASK},
                                           SK_COMMON_LONG,
                                           {0}};
    for (int k = 0; k < KNOBS; k++)
        list[k] = (struct option){knobs[k].name, required_argument, NULL, FIRST_KNOB + k};
    memcpy(list + KNOBS, others, sizeof others);
}

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, struct job *job, int argc, char **argv)
{
    struct option options[KNOBS + 16];
    long width = 64;
    list_options(options);
    for (int option; (option = getopt_long(argc, argv, "n:w:s:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = 0;
        switch (option) {
        case 'n': status = sk_tool_long(tool, "--count", optarg, 0, MAX_COUNT, &job->count); break;
        case 'w': status = sk_tool_long(tool, "--width", optarg, 1, SK_PHANTOM_MAX_WIDTH, &width); break;
        case 's': status = sk_tool_seed(tool, "--seed", optarg, &job->spec.seed); break;
        case TRUTH: job->truth_path = optarg; break;
        case MASK: job->mask_path = optarg; break;
        default:
            if (option >= FIRST_KNOB) {
                status = turn_knob(tool, &job->spec.model, option - FIRST_KNOB, optarg);
                break;
            }
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
            continue;
        }
        if (status)
            return status;
    }
    job->spec.width = (size_t)width;
    if (argc - optind != 1)
        return sk_tool_usage(tool, "one class is wanted: benign or malignant");
    if (job->truth_path && strcmp(job->truth_path, "-") == 0)
        return sk_tool_usage(tool, "--truth: standard output has the images");
    if (job->mask_path && strcmp(job->mask_path, "-") == 0)
        return sk_tool_usage(tool, "--mask: standard output has the images");
    int kind, status = sk_tool_choice(tool, "class", argv[optind], class_names, 2, &kind);
    if (status)
        return status;
    job->spec.kind = (enum sk_phantom_class)kind;
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct job job = {.count = 1, .spec = {.model = sk_phantom_default, .seed = 1}};
    if (sk_tool_start(&tool, "skphantom", usage))
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
