/* skgen: images from a trained generator. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/tool.h"
#include "data/picture.h"
#include "nn/model.h"
#include "nn/streams.h"
#include "tensor/blas_kernel.h"
#include "tensor/gemm.h"

static const char usage[] =
    "usage: skgen [-n count] [-s seed] [-t truncation] [--latents file] [--latents-out file] model\n"
    "\n"
    "  -n, --count N           images (64; with --latents as many as it holds)\n"
    "  -s, --seed N            of the latents; image i depends on seed and i alone (1)\n"
    "  -c, --class NAME        of a class-conditional model\n"
    "  -t, --truncation X      draw latents again while |z| > X, in standard deviations (0: never)\n"
    "      --latents FILE      take the latents from a weights file (tensor 'latents' [n, dim])\n"
    "      --latents-out FILE  write the latents used to a weights file\n"
    "  -j, --jobs N            threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet             no warnings\n"
    "  -h, --help    -V, --version\n";

enum { LATENTS = 256, LATENTS_OUT, BATCH = 32 };

static const struct option long_options[] = {
    {"count", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, 's'},
    {"class", required_argument, NULL, 'c'},
    {"truncation", required_argument, NULL, 't'},
    {"latents", required_argument, NULL, LATENTS},
    {"latents-out", required_argument, NULL, LATENTS_OUT},
    SK_COMMON_LONG,
    {NULL, 0, NULL, 0},
};

struct command {
    size_t count; /* 0: the default */
    uint64_t seed;
    double truncation;
    const char *class_name, *latents, *latents_out, *model;
};

static int parse_options(struct sk_tool *tool, int argc, char **argv, struct command *c)
{
    int option, status;
    long count = 0;
    while ((option = getopt_long(argc, argv, "n:s:c:t:" SK_COMMON_SHORT, long_options, NULL)) != -1)
        switch (option) {
        case 'n':
            if (sk_tool_long(tool, "--count", optarg, 1, 100000000, &count))
                return SK_EXIT_USAGE;
            c->count = (size_t)count;
            break;
        case 's':
            if (sk_tool_seed(tool, "--seed", optarg, &c->seed))
                return SK_EXIT_USAGE;
            break;
        case 't':
            if (sk_tool_double(tool, "--truncation", optarg, 0, 100, &c->truncation))
                return SK_EXIT_USAGE;
            if (c->truncation > 0 && c->truncation < 0.01)
                return sk_tool_usage(tool, "--truncation: less than 0.01 would draw for ever");
            break;
        case 'c': c->class_name = optarg; break;
        case LATENTS: c->latents = optarg; break;
        case LATENTS_OUT: c->latents_out = optarg; break;
        default:
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
        }
    if (argc - optind > 1)
        return sk_tool_usage(tool, "one model, please");
    c->model = optind < argc ? argv[optind] : "-";
    return -1;
}

/* The latents of image i: from its own sequence, or row i of the file. */
static void draw_latents(const struct command *c, size_t latent, size_t image, float *z)
{
    struct sk_random random;
    sk_random_init(&random, c->seed, sk_stream(SK_STREAM_GENERATE, image));
    for (size_t j = 0; j < latent; j++)
        do
            z[j] = (float)sk_random_normal(&random);
        while (c->truncation > 0 && fabs((double)z[j]) > c->truncation);
}

/* All latents of the run, [count][latent], owned by *file as its tensor "latents". */
static int make_latents(struct command *c, const struct sk_arch *arch, struct sk_tensor_file *file, float **z,
                        struct sk_error *err)
{
    if (c->latents) {
        if (sk_tensor_file_read(file, c->latents, err))
            return -1;
        struct sk_tensor *t = sk_tensor_file_find(file, "latents");
        if (!t || t->dtype != SK_F32 || t->rank != 2 || t->dim[1] != arch->latent)
            return sk_fail(err, "%s: no F32 tensor 'latents' of shape [n, %zu]", c->latents, arch->latent);
        if (c->count > t->dim[0])
            return sk_fail(err, "%s: holds %zu latents, not %zu", c->latents, t->dim[0], c->count);
        c->count = c->count ? c->count : t->dim[0];
        *z = t->data;
        return 0;
    }
    c->count = c->count ? c->count : 64;
    void *data;
    size_t dim[2] = {c->count, arch->latent};
    if (sk_tensor_file_add(file, "latents", SK_F32, 2, dim, &data, err))
        return -1;
    *z = data;
    for (size_t i = 0; i < c->count; i++)
        draw_latents(c, arch->latent, i, *z + i * arch->latent);
    return 0;
}

/* Generates in batches of one size, the last padded with zero latents, so that an image is the same bytes whatever
   the count. */
static int generate(struct sk_generator *g, const float *z, size_t count, struct sk_error *err)
{
    size_t latent = g->arch.latent, values = sk_arch_values(&g->arch, 0);
    float *batch = sk_alloc(BATCH * latent, sizeof *batch, err);
    float *images = batch ? sk_alloc(BATCH * values, sizeof *images, err) : NULL;
    struct sk_image picture = {0};
    int failed = images ? 0 : -1;
    for (size_t at = 0; at < count && !failed; at += BATCH) {
        size_t n = count - at < BATCH ? count - at : BATCH;
        memset(batch, 0, BATCH * latent * sizeof *batch);
        memcpy(batch, z + at * latent, n * latent * sizeof *batch);
        sk_generator_infer(g, BATCH, batch, images);
        for (size_t i = 0; i < n && !failed; i++)
            failed = sk_picture(&picture, images + i * values, g->arch.size, err) ||
                     sk_image_write(stdout, "standard output", &picture, err);
    }
    sk_image_free(&picture);
    free(batch);
    free(images);
    return failed ? -1 : 0;
}

static int run(const struct sk_tool *tool, struct command *c, struct sk_error *err)
{
    struct sk_tensor_file model, latents = {0};
    struct sk_generator *g = NULL;
    struct sk_arch arch;
    float *z = NULL;
    if (sk_model_read(&model, c->model, "gan", &arch, err))
        return -1;
    int failed = 0;
    if (c->class_name)
        failed = sk_fail(err, "%s: is not class-conditional: --class has no meaning for it", c->model);
    if (!failed && sk_model_open_generator(&model, &arch, BATCH, tool->jobs, &g, err))
        failed = sk_prefix(err, "%s", c->model);
    sk_tensor_file_free(&model);
    failed = failed || make_latents(c, &arch, &latents, &z, err) ||
             (c->latents_out && sk_tensor_file_write(&latents, c->latents_out, err)) ||
             generate(g, z, c->count, err);
    sk_tensor_file_free(&latents);
    sk_generator_free(g);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct command c = {.seed = 1};
    struct sk_error err;
    sk_blas_start(argv, true);
    int status = sk_tool_start(&tool, "skgen", usage);
    if (status)
        return status;
    sk_blas_describe(tool.blas, sizeof tool.blas);
    status = parse_options(&tool, argc, argv, &c);
    if (status >= 0)
        return status;
    if (c.latents_out && strcmp(c.latents_out, "-") == 0)
        return sk_tool_usage(&tool, "--latents-out wants a file: the images are on standard output");
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;
    sk_blas_single_thread();
    if (run(&tool, &c, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
