/* skaug: random flips, shears and rotations of every image of a stream. */
#include <stdio.h>

#include "base/random.h"
#include "base/tool.h"
#include "image/stream_map.h"
#include "image/warp.h"

static const char usage[] =
    "usage: skaug [options] [stream...]\n"
    "Writes randomly flipped, sheared and rotated copies of every image of the streams (standard input\n"
    "without any), to standard output. The copies of image i depend on the seed and i alone.\n"
    "  -n, --copies N        of each image, 1 to 10000 (1)\n"
    "  -k, --keep            write the image itself before its copies\n"
    "  -r, --rotate DEGREES  rotate by up to this, either way, 0 to 360 (180)\n"
    "  -x, --shear FACTOR    shear by up to this, either way, 0 to 10 (0.2)\n"
    "  -f, --flip WHICH      none, h, v or hv: flips done with probability 1/2 each (hv)\n"
    "  -s, --seed N          0 to 18446744073709551615 (1)\n"
    "  -j, --jobs N          threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet           no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         version and build\n";

enum { FLIP_NONE, FLIP_H, FLIP_V, FLIP_HV, FLIPS };
static const char *const flips[FLIPS] = {"none", "h", "v", "hv"};

struct augmentation {
    long copies;
    bool keep;
    struct sk_warp_range range;
    uint64_t seed;
};

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct augmentation *a = context;
    struct sk_warp warp = {0}; /* the image itself */
    struct sk_random random;
    sk_random_init(&random, a->seed, position);
    for (size_t drawn = a->keep ? 1 : 0; drawn <= output; drawn++) /* one for each copy up to this */
        warp = sk_warp_draw(&a->range, &random);
    return sk_image_warp(in, &warp, out, err);
}

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, struct augmentation *a, int argc, char **argv)
{
    static const struct option options[] = {{"copies", required_argument, NULL, 'n'},
                                            {"keep", no_argument, NULL, 'k'},
                                            {"rotate", required_argument, NULL, 'r'},
                                            {"shear", required_argument, NULL, 'x'},
                                            {"flip", required_argument, NULL, 'f'},
                                            {"seed", required_argument, NULL, 's'},
                                            SK_COMMON_LONG,
                                            {0}};
    int flip = FLIP_HV;
    for (int option; (option = getopt_long(argc, argv, "n:kr:x:f:s:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = 0;
        switch (option) {
        case 'n':
            status = sk_tool_long(tool, "--copies", optarg, 1, 10000, &a->copies);
            break;
        case 'k':
            a->keep = true;
            break;
        case 'r':
            status = sk_tool_double(tool, "--rotate", optarg, 0, 360, &a->range.degrees);
            break;
        case 'x':
            status = sk_tool_double(tool, "--shear", optarg, 0, 10, &a->range.shear);
            break;
        case 'f':
            status = sk_tool_choice(tool, "--flip", optarg, flips, FLIPS, &flip);
            break;
        case 's':
            status = sk_tool_seed(tool, "--seed", optarg, &a->seed);
            break;
        default:
            status = sk_tool_common(tool, option, optarg);
            if (status >= 0)
                return status;
            continue;
        }
        if (status)
            return status;
    }
    a->range.flip_horizontal = flip == FLIP_H || flip == FLIP_HV;
    a->range.flip_vertical = flip == FLIP_V || flip == FLIP_HV;
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct augmentation augmentation = {.copies = 1, .seed = 1, .range = {.shear = 0.2, .degrees = 180}};
    if (sk_tool_start(&tool, "skaug", usage))
        return SK_EXIT_USAGE;
    int status = parse(&tool, &augmentation, argc, argv);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    const struct sk_stream_map map = {.path = argv + optind,
                                      .paths = argc - optind,
                                      .outputs = (size_t)augmentation.copies + (augmentation.keep ? 1 : 0),
                                      .jobs = tool.jobs,
                                      .apply = apply,
                                      .context = &augmentation};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
