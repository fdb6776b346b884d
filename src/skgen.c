/* skgen: images from a trained generator. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/streams.h"
#include "base/threads.h"
#include "data/picture.h"
#include "nn/conditional.h"
#include "nn/interpolate.h"
#include "nn/mixture.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "tensor/tensor_stream.h"

enum { BATCH = 32 };

struct command {
    size_t count;
    bool counted; /* -n: count points */
    uint64_t seed;
    double truncation;
    size_t steps; /* from a point to the next; 0 without --interpolate */
    enum sk_interpolation interpolation;
    const char *class; /* a name, or shares of several; NULL: those of the training */
    const char *latents, *latents_out, *model;
};

static const struct command defaults = {.seed = 1};
static const char *const ways[] = {[SK_SPHERICAL] = "spherical", [SK_LINEAR] = "linear"};

/* What says how latents are drawn means nothing to those of a file. */
enum { DRAWING = 1, READING = 2 };

static const struct sk_option option_table[] = {
    {'n', "count", SK_NUMBER(struct command, count, 0, 100000000), "N", "images", "64; with --latents as many as it holds"},
    {'s', "seed", SK_SEED(struct command, seed), "N", "of latents and classes; image i depends on seed and i alone"},
    {'c', "class", SK_TEXT(struct command, class), "NAME",
     "of a model of classes: images of this one, or of several with shares: benign=3,malignant=1", "the shares of its training"},
    {'t', "truncation", SK_NUMBER(struct command, truncation, 0, 100), "X",
     "draw latents again while |z| > X, in standard deviations", "0: never", .of = DRAWING},
    {0, "interpolate", SK_NUMBER(struct command, steps, 1, 1000000), "STEPS",
     "draw STEPS - 1 images between each and the next too, on the way from its latents to the next's", "none"},
    {0, "interpolation", SK_CHOICE(struct command, interpolation, ways, 2), "WAY", ""},
    {0, "latents", SK_FILE(struct command, latents), "FILE", "take the latents from a weights file (tensor 'latents' [n, dim])"},
    {0, "latents-out", SK_FILE(struct command, latents_out), "FILE", "write the latents used to a weights file"},
};

static const struct sk_options options = {
    .usage = "usage: skgen [-n count] [-s seed] [-c class] [-t truncation] [--interpolate steps] [--latents file] [--latents-out file]\n"
             "             model\n",
    SK_TABLE(option_table),
    .defaults = &defaults,
};

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    struct sk_arguments arguments;
    int status = sk_options_parse(tool, &options, argc, argv, c, &arguments);
    if (status >= 0)
        return status;
    struct sk_error err;
    const struct sk_option *drawing = sk_options_stray(&options, &arguments, READING);
    if (c->truncation > 0 && c->truncation < 0.01)
        return sk_tool_usage(tool, "--truncation: less than 0.01 would draw for ever");
    if (c->latents && drawing)
        return sk_tool_usage(tool, "--%s has no meaning with --latents, which are drawn already", drawing->name);
    if (c->latents && !c->class && sk_options_given(&options, &arguments, "seed"))
        return sk_tool_usage(tool, "--seed has no meaning with --latents, which are drawn already, but for the classes of --class");
    if (c->class && sk_mixture_check(c->class, &err))
        return sk_tool_usage(tool, "--class: %s", err.text);
    if (sk_options_given(&options, &arguments, "interpolation") && !c->steps)
        return sk_tool_usage(tool, "--interpolation is of --interpolate");
    if (arguments.operands > 1)
        return sk_tool_usage(tool, "one model, please");
    if (c->latents_out && strcmp(c->latents_out, "-") == 0)
        return sk_tool_usage(tool, "--latents-out wants a file: the images are on standard output");
    c->counted = sk_options_given(&options, &arguments, "count");
    c->model = arguments.operands ? arguments.operand[0] : "-";
    return -1;
}

/* The points whose images are wanted, and with --interpolate the ways between them. A point is what the generator takes: latents, and
   of a model of classes behind them the vector of a class, or what lies between such vectors. */
struct latents {
    const struct command *command;
    size_t points, z_length, class_length, length; /* class_length 0: the model has no classes; length: of both */
    const float *vector;        /* [classes][class_length], the network's */
    struct sk_mixture mixture;
    struct sk_tensor_file file; /* of --latents */
    const float *row;           /* its [points][columns]; NULL where they are drawn */
    size_t columns;             /* z_length, or length */
    float *ends;                /* [2][length] */
    struct sk_tensor_stream out;
};

static size_t count_images(const struct latents *l)
{
    const size_t steps = l->command->steps;
    return steps && l->points ? (l->points - 1) * steps + 1 : l->points;
}

/* Of point i, from a sequence of its own. */
static void draw(const struct latents *l, size_t i, float *z)
{
    const struct command *c = l->command;
    struct sk_random random;
    sk_random_init(&random, c->seed, sk_stream(SK_STREAM_GENERATE, i));
    for (size_t j = 0; j < l->z_length; j++)
        do
            z[j] = (float)sk_random_normal(&random);
        while (c->truncation > 0 && fabs((double)z[j]) > c->truncation);
}

/* Latents and class of the file, where it has them; --class stands above its class. */
static void take_point(const struct latents *l, size_t i, float *point)
{
    const float *row = l->row ? l->row + i * l->columns : NULL;
    const bool has_class = row && l->columns == l->length && !l->command->class;
    if (row)
        memcpy(point, row, (has_class ? l->length : l->z_length) * sizeof *point);
    else
        draw(l, i, point);
    if (l->class_length && !has_class)
        memcpy(point + l->z_length, l->vector + sk_mixture_class(&l->mixture, l->command->seed, i) * l->class_length,
               l->class_length * sizeof *point);
}

/* The i-th of what lies between points: steps - 1 of them from each to the next. From class to class in a straight line, as their
   vectors are no draws from a sphere. */
static void take_between(const struct latents *l, size_t i, float *point)
{
    const size_t steps = l->command->steps, before = i / (steps - 1), step = i % (steps - 1) + 1;
    const double t = (double)step / (double)steps;
    float *next = l->ends + l->length;
    take_point(l, before, l->ends);
    take_point(l, before + 1, next);
    sk_interpolate(l->command->interpolation, l->ends, next, l->z_length, t, point);
    sk_interpolate(SK_LINEAR, l->ends + l->z_length, next + l->z_length, l->class_length, t, point + l->z_length);
}

static int no_latents(const struct latents *l, struct sk_error *err)
{
    if (l->class_length)
        return sk_fail(err, "%s: no F32 tensor 'latents' of shape [n, %zu], or [n, %zu] with classes", l->command->latents, l->z_length,
                       l->length);
    return sk_fail(err, "%s: no F32 tensor 'latents' of shape [n, %zu]", l->command->latents, l->length);
}

static int read_latents(struct latents *l, struct sk_error *err)
{
    const struct command *c = l->command;
    if (sk_tensor_file_read(&l->file, c->latents, err))
        return -1;
    struct sk_tensor *t = sk_tensor_file_find(&l->file, "latents");
    if (!t || t->rank != 2 || (t->dim[1] != l->z_length && t->dim[1] != l->length))
        return no_latents(l, err);
    if (sk_tensor_to_float(t, err))
        return sk_prefix(err, "%s", c->latents);
    if (c->counted && c->count > t->dim[0])
        return sk_fail(err, "%s: holds %zu latents, not %zu", c->latents, t->dim[0], c->count);
    l->points = c->counted ? c->count : t->dim[0];
    l->row = t->data;
    l->columns = t->dim[1];
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
    void (*take)(const struct latents *l, size_t i, float *point);
    size_t count;                            /* of the whole run */
    float *points, *z, *classes, *images;    /* [BATCH], of the current batch; z and classes are the parts of points */
};

static int allocate_lane(struct lane *lane, const struct sk_net *g, const struct latents *l, struct sk_error *err)
{
    lane->points = sk_alloc(2 * BATCH * l->length, sizeof *lane->points, err);
    lane->images = lane->points ? sk_alloc(BATCH * sk_net_outputs(g), sizeof *lane->images, err) : NULL;
    if (!lane->images)
        return -1;
    lane->z = lane->points + BATCH * l->length;
    lane->classes = lane->z + BATCH * l->z_length;
    return 0;
}

static void fill_batch(struct lane *lane, struct sk_net *g, const struct latents *l, size_t at)
{
    size_t n = lane->count - at < BATCH ? lane->count - at : BATCH;
    for (size_t i = 0; i < n; i++) {
        const float *point = lane->points + i * l->length;
        lane->take(l, at + i, lane->points + i * l->length);
        memcpy(lane->z + i * l->z_length, point, l->z_length * sizeof *point);
        memcpy(lane->classes + i * l->class_length, point + l->z_length, l->class_length * sizeof *point);
    }
    g->vector = lane->classes;
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
        if ((l->command->latents_out && sk_tensor_stream_write(&l->out, lane->points + row * l->length, 1, err)) ||
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
    int failed = allocate_lane(&points, g, l, err) || (between.count && allocate_lane(&between, g, l, err)) ||
                 write_images(g, l, &points, &between, &picture, err);
    sk_image_free(&picture);
    free(points.points);
    free(points.images);
    free(between.points);
    free(between.images);
    return failed ? -1 : 0;
}

/* By which shares the classes come. */
static int read_mixture(struct latents *l, const struct sk_arch *arch, const struct sk_tensor_file *model, struct sk_error *err)
{
    const char *class = l->command->class;
    struct sk_class_names classes;
    if (arch->classes == 0)
        return class ? sk_fail(err, "has no classes: --class is of a model that was trained on class=stream") : 0;
    if (sk_class_names_read(&classes, model, err))
        return -1;
    return class ? sk_mixture_parse(&l->mixture, class, &classes, err) : sk_mixture_of_training(&l->mixture, &classes, model, err);
}

static int open_model(const struct sk_tool *tool, struct latents *l, struct sk_net **g, struct sk_error *err)
{
    const char *path = l->command->model;
    const struct sk_net_use use = {BATCH, false, tool->jobs};
    struct sk_tensor_file model;
    struct sk_arch arch;
    if (sk_model_read(&model, path, "gan", &arch, err))
        return -1;
    int failed = read_mixture(l, &arch, &model, err) ||
                 sk_net_open(g, sk_recipes_of(&arch)->generator, &arch, 0, &use, &model, err);
    sk_tensor_file_free(&model);
    if (failed)
        return sk_prefix(err, "%s", sk_input_name(path));
    l->z_length = arch.latent;
    l->vector = sk_conditional_vectors(*g, &l->class_length);
    l->length = l->z_length + l->class_length;
    return 0;
}

static int run(const struct sk_tool *tool, const struct command *c, struct sk_error *err)
{
    struct latents latents = {.command = c};
    struct sk_net *g = NULL;
    int failed = open_model(tool, &latents, &g, err) || open_latents(&latents, err) || generate(g, &latents, err) ||
                 close_latents(&latents, err);
    sk_tensor_stream_abandon(&latents.out);
    sk_tensor_file_free(&latents.file);
    free(latents.ends);
    sk_net_free(g);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct command c = defaults;
    struct sk_error err;
    sk_threads_wait_passively(argv);
    int status = sk_tool_start(&tool, "skgen");
    if (status)
        return status;
    status = parse(&tool, argc, argv, &c);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;
    if (run(&tool, &c, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
