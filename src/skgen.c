/* skgen: images from a trained generator. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/streams.h"
#include "base/threads.h"
#include "base/tool.h"
#include "data/picture.h"
#include "nn/interpolate.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "tensor/tensor_stream.h"

static const char usage[] =
    "usage: skgen [-n count] [-s seed] [-t truncation] [--interpolate steps] [--latents file] [--latents-out file] model\n"
    "\n"
    "  -n, --count N           images (64; with --latents as many as it holds)\n"
    "  -s, --seed N            of the latents; image i depends on seed and i alone (1)\n"
    "  -t, --truncation X      draw latents again while |z| > X, in standard deviations (0: never)\n"
    "      --interpolate STEPS draw STEPS - 1 images between each and the next too, on the way from its latents to the next's\n"
    "      --interpolation WAY spherical (default) or linear\n"
    "      --latents FILE      take the latents from a weights file (tensor 'latents' [n, dim])\n"
    "      --latents-out FILE  write the latents used to a weights file\n"
    "  -j, --jobs N            threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet             no warnings\n"
    "  -h, --help    -V, --version\n";

enum { LATENTS = 256, LATENTS_OUT, INTERPOLATE, INTERPOLATION, BATCH = 32 };

static const struct option long_options[] = {
    {"count", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, 's'},
    {"truncation", required_argument, NULL, 't'},
    {"interpolate", required_argument, NULL, INTERPOLATE},
    {"interpolation", required_argument, NULL, INTERPOLATION},
    {"latents", required_argument, NULL, LATENTS},
    {"latents-out", required_argument, NULL, LATENTS_OUT},
    SK_COMMON_LONG,
    {NULL, 0, NULL, 0},
};

struct command {
    bool counted; /* -n: count points */
    size_t count;
    uint64_t seed;
    double truncation;
    size_t steps; /* from a point to the next; 0 without --interpolate */
    const char *way;
    enum sk_interpolation interpolation;
    const char *latents, *latents_out, *model;
    const char *drawing; /* an option that says how latents are drawn, or NULL */
};

static int parse_interpolation(const struct sk_tool *tool, struct command *c)
{
    static const char *const ways[] = {[SK_SPHERICAL] = "spherical", [SK_LINEAR] = "linear"};
    int way = 0;
    if (c->way && !c->steps)
        return sk_tool_usage(tool, "--interpolation is of --interpolate");
    if (c->way && sk_tool_choice(tool, "--interpolation", c->way, ways, 2, &way))
        return SK_EXIT_USAGE;
    c->interpolation = (enum sk_interpolation)way;
    return 0;
}

static int parse_options(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    int option, status;
    long number = 0;
    while ((option = getopt_long(argc, argv, "n:s:t:" SK_COMMON_SHORT, long_options, NULL)) != -1)
        switch (option) {
        case 'n':
            if (sk_tool_long(tool, "--count", optarg, 0, 100000000, &number))
                return SK_EXIT_USAGE;
            c->counted = true;
            c->count = (size_t)number;
            break;
        case 's':
            if (sk_tool_seed(tool, "--seed", optarg, &c->seed))
                return SK_EXIT_USAGE;
            c->drawing = "--seed";
            break;
        case 't':
            if (sk_tool_double(tool, "--truncation", optarg, 0, 100, &c->truncation))
                return SK_EXIT_USAGE;
            if (c->truncation > 0 && c->truncation < 0.01)
                return sk_tool_usage(tool, "--truncation: less than 0.01 would draw for ever");
            c->drawing = "--truncation";
            break;
        case INTERPOLATE:
            if (sk_tool_long(tool, "--interpolate", optarg, 1, 1000000, &number))
                return SK_EXIT_USAGE;
            c->steps = (size_t)number;
            break;
        case INTERPOLATION: c->way = optarg; break;
        case LATENTS: c->latents = optarg; break;
        case LATENTS_OUT: c->latents_out = optarg; break;
        default:
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
        }
    if (c->latents && c->drawing)
        return sk_tool_usage(tool, "%s has no meaning with --latents, which are drawn already", c->drawing);
    if (parse_interpolation(tool, c))
        return SK_EXIT_USAGE;
    if (argc - optind > 1)
        return sk_tool_usage(tool, "one model, please");
    c->model = optind < argc ? argv[optind] : "-";
    return -1;
}

/* The points whose images are wanted, and with --interpolate the ways between them. */
struct latents {
    const struct command *command;
    size_t length, points;      /* of a vector; number of points */
    struct sk_tensor_file file; /* of --latents */
    const float *row;           /* its [points][length]; NULL where they are drawn */
    float *ends;                /* [2][length] */
    struct sk_tensor_stream out;
};

static size_t count_images(const struct latents *l)
{
    const size_t steps = l->command->steps;
    return steps && l->points ? (l->points - 1) * steps + 1 : l->points;
}

/* Point i: from its own sequence, or row i of the file. */
static void take_point(const struct latents *l, size_t i, float *z)
{
    const struct command *c = l->command;
    if (l->row) {
        memcpy(z, l->row + i * l->length, l->length * sizeof *z);
        return;
    }
    struct sk_random random;
    sk_random_init(&random, c->seed, sk_stream(SK_STREAM_GENERATE, i));
    for (size_t j = 0; j < l->length; j++)
        do
            z[j] = (float)sk_random_normal(&random);
        while (c->truncation > 0 && fabs((double)z[j]) > c->truncation);
}

/* The i-th of what lies between points: steps - 1 of them from each to the next. */
static void take_between(const struct latents *l, size_t i, float *z)
{
    const size_t steps = l->command->steps, point = i / (steps - 1), step = i % (steps - 1) + 1;
    float *next = l->ends + l->length;
    take_point(l, point, l->ends);
    take_point(l, point + 1, next);
    sk_interpolate(l->command->interpolation, l->ends, next, l->length, (double)step / (double)steps, z);
}

static int read_latents(struct latents *l, struct sk_error *err)
{
    const struct command *c = l->command;
    if (sk_tensor_file_read(&l->file, c->latents, err))
        return -1;
    struct sk_tensor *t = sk_tensor_file_find(&l->file, "latents");
    if (!t || t->rank != 2 || t->dim[1] != l->length)
        return sk_fail(err, "%s: no F32 tensor 'latents' of shape [n, %zu]", c->latents, l->length);
    if (sk_tensor_to_float(t, err))
        return sk_prefix(err, "%s", c->latents);
    if (c->counted && c->count > t->dim[0])
        return sk_fail(err, "%s: holds %zu latents, not %zu", c->latents, t->dim[0], c->count);
    l->points = c->counted ? c->count : t->dim[0];
    l->row = t->data;
    return 0;
}

static int open_latents(struct latents *l, struct sk_error *err)
{
    const struct command *c = l->command;
    const char *const outputs[] = {"-", c->latents_out}, *const inputs[] = {c->model, c->latents};
    l->points = c->counted ? c->count : 64;
    l->ends = sk_alloc(2 * l->length, sizeof *l->ends, err);
    if (!l->ends || sk_outfile_distinct(outputs, 2, inputs, 2, err) || (c->latents && read_latents(l, err)))
        return -1;
    return c->latents_out ? sk_tensor_stream_open(&l->out, c->latents_out, "latents", l->length, err) : 0;
}

static int close_latents(struct latents *l, struct sk_error *err)
{
    struct sk_tensor_file about = {0};
    if (!l->command->latents_out)
        return 0;
    if (fflush(stdout) != 0) /* else the file would appear beside images that do not */
        return sk_fail_errno(err, "standard output");
    int failed = sk_tensor_stream_commit(&l->out, &about, err);
    sk_tensor_file_free(&about);
    return failed;
}

/* Points are generated among points, what lies between among its like: the image of a point is the same bytes whatever its place in a
   batch, the count and the steps. */
struct lane {
    void (*take)(const struct latents *l, size_t i, float *z);
    size_t count;      /* of the whole run */
    float *z, *images; /* [BATCH], of the current batch */
};

static int allocate_lane(struct lane *lane, const struct sk_net *g, struct sk_error *err)
{
    lane->z = sk_alloc(BATCH * sk_net_inputs(g), sizeof *lane->z, err);
    lane->images = lane->z ? sk_alloc(BATCH * sk_net_outputs(g), sizeof *lane->images, err) : NULL;
    return lane->images ? 0 : -1;
}

static void fill_batch(struct lane *lane, struct sk_net *g, const struct latents *l, size_t at)
{
    size_t n = lane->count - at < BATCH ? lane->count - at : BATCH;
    for (size_t i = 0; i < n; i++)
        lane->take(l, at + i, lane->z + i * l->length);
    sk_net_infer(g, n, lane->z, lane->images);
}

static int write_images(struct sk_net *g, struct latents *l, struct lane *points, struct lane *between,
                        struct sk_image *picture, struct sk_error *err)
{
    const size_t count = count_images(l), steps = l->command->steps ? l->command->steps : 1;
    for (size_t image = 0; image < count; image++) {
        const size_t point = image / steps, step = image % steps;
        struct lane *lane = step == 0 ? points : between;
        const size_t i = step == 0 ? point : point * (steps - 1) + step - 1, row = i % BATCH;
        if (row == 0)
            fill_batch(lane, g, l, i);
        if ((l->command->latents_out && sk_tensor_stream_write(&l->out, lane->z + row * l->length, 1, err)) ||
            sk_picture(picture, lane->images + row * sk_net_outputs(g), g->map[g->output].side, err) ||
            sk_image_write(stdout, "standard output", picture, err))
            return -1;
    }
    return 0;
}

static int generate(struct sk_net *g, struct latents *l, struct sk_error *err)
{
    struct lane points = {.take = take_point, .count = l->points};
    struct lane between = {.take = take_between, .count = count_images(l) - l->points};
    struct sk_image picture = {0};
    int failed = allocate_lane(&points, g, err) || (between.count && allocate_lane(&between, g, err)) ||
                 write_images(g, l, &points, &between, &picture, err);
    sk_image_free(&picture);
    free(points.z);
    free(points.images);
    free(between.z);
    free(between.images);
    return failed ? -1 : 0;
}

static int run(const struct sk_tool *tool, const struct command *c, struct sk_error *err)
{
    struct sk_tensor_file model;
    struct sk_net *g = NULL;
    struct sk_arch arch;
    if (sk_model_read(&model, c->model, "gan", &arch, err))
        return -1;
    const struct sk_net_use use = {BATCH, false, tool->jobs};
    int failed = sk_net_open(&g, sk_recipes_of(&arch)->generator, &arch, 0, &use, &model, err);
    sk_tensor_file_free(&model);
    if (failed)
        return sk_prefix(err, "%s", c->model);
    struct latents latents = {.command = c, .length = arch.latent};
    failed = open_latents(&latents, err) || generate(g, &latents, err) || close_latents(&latents, err);
    sk_tensor_stream_abandon(&latents.out);
    sk_tensor_file_free(&latents.file);
    free(latents.ends);
    sk_net_free(g);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct command c = {.seed = 1};
    struct sk_error err;
    sk_threads_wait_passively(argv);
    int status = sk_tool_start(&tool, "skgen", usage);
    if (status)
        return status;
    status = parse_options(&tool, argc, argv, &c);
    if (status >= 0)
        return status;
    if (c.latents_out && strcmp(c.latents_out, "-") == 0)
        return sk_tool_usage(&tool, "--latents-out wants a file: the images are on standard output");
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;
    if (run(&tool, &c, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
