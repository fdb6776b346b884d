/* skfilter: smooths every image of a stream (bilateral, Gaussian, median). */
#include <stdio.h>

#include "base/tool.h"
#include "image/filter.h"
#include "image/stream_map.h"

static const char usage[] =
    "usage: skfilter [options] [stream...]\n"
    "Smooths every image of the streams (standard input without any), to standard output.\n"
    "  -m, --method NAME        bilateral, gaussian or median (bilateral)\n"
    "  -d, --diameter PIXELS    of the window, 1 to 255; odd for gaussian and median; 0: as wide as sigma-space asks for (9)\n"
    "  -c, --sigma-color VALUE  bilateral: colour difference still smoothed, 0-255 scale (75)\n"
    "  -g, --sigma-space PIXELS bilateral, gaussian: reach (bilateral 75; gaussian as OpenCV's sigma 0: by the diameter)\n"
    "  -j, --jobs N             threads (all processors, or SK_THREADS)\n"
    "  -q, --quiet              no warnings\n"
    "  -h, --help               this text\n"
    "  -V, --version            version and build\n";

enum { BILATERAL, GAUSSIAN, MEDIAN, METHODS };
static const char *const methods[METHODS] = {"bilateral", "gaussian", "median"};

struct filter {
    int method, diameter;
    double sigma_color, sigma_space; /* 0: the method's default */
};

static int apply(const void *context, const struct sk_image *in, uint64_t position, size_t output,
                 struct sk_image *out, struct sk_error *err)
{
    const struct filter *f = context;
    (void)position;
    (void)output;
    switch (f->method) {
    case GAUSSIAN:
        return sk_filter_gaussian(in, f->diameter, f->sigma_space, out, err);
    case MEDIAN:
        return sk_filter_median(in, f->diameter, out, err);
    default:
        return sk_filter_bilateral(in, f->diameter, f->sigma_color > 0 ? f->sigma_color : 75,
                                   f->sigma_space > 0 ? f->sigma_space : 75, out, err);
    }
}

/* -1 to go on, else the exit code. */
static int parse(struct sk_tool *tool, struct filter *f, int argc, char **argv)
{
    static const struct option options[] = {{"method", required_argument, NULL, 'm'},
                                            {"diameter", required_argument, NULL, 'd'},
                                            {"sigma-color", required_argument, NULL, 'c'},
                                            {"sigma-space", required_argument, NULL, 'g'},
                                            SK_COMMON_LONG,
                                            {0}};
    for (int option; (option = getopt_long(argc, argv, "m:d:c:g:" SK_COMMON_SHORT, options, NULL)) != -1;) {
        int status = 0;
        long diameter = f->diameter;
        switch (option) {
        case 'm':
            status = sk_tool_choice(tool, "--method", optarg, methods, METHODS, &f->method);
            break;
        case 'd':
            status = sk_tool_long(tool, "--diameter", optarg, 0, SK_FILTER_MAX_DIAMETER, &diameter);
            f->diameter = (int)diameter;
            break;
        case 'c':
            status = sk_tool_double(tool, "--sigma-color", optarg, 0.001, 1e6, &f->sigma_color);
            break;
        case 'g':
            status = sk_tool_double(tool, "--sigma-space", optarg, 0.001, 1e6, &f->sigma_space);
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
    if (f->method != BILATERAL && f->sigma_color > 0)
        return sk_tool_usage(tool, "--sigma-color has no meaning for %s", methods[f->method]);
    if (f->method == MEDIAN && f->sigma_space > 0)
        return sk_tool_usage(tool, "--sigma-space has no meaning for median");
    const bool by_sigma = f->method == GAUSSIAN && f->diameter == 0;
    if (by_sigma && f->sigma_space <= 0)
        return sk_tool_usage(tool, "--diameter: 0 takes gaussian's window from --sigma-space, which is not given");
    if (f->method != BILATERAL && f->diameter % 2 == 0 && !by_sigma)
        return sk_tool_usage(tool, "--diameter: %s wants an odd one, not %d", methods[f->method], f->diameter);
    return -1;
}

int main(int argc, char **argv)
{
    struct sk_tool tool;
    struct filter filter = {.method = BILATERAL, .diameter = 9};
    if (sk_tool_start(&tool, "skfilter", usage))
        return SK_EXIT_USAGE;
    int status = parse(&tool, &filter, argc, argv);
    if (status >= 0)
        return status;
    if (sk_tool_binary_stdout(&tool))
        return SK_EXIT_USAGE;

    struct sk_error err;
    const struct sk_stream_map map = {.path = argv + optind,
                                      .paths = argc - optind,
                                      .outputs = 1,
                                      .jobs = tool.jobs,
                                      .apply = apply,
                                      .context = &filter};
    if (sk_stream_map(&map, stdout, &err))
        return sk_tool_fail(&tool, &err);
    return sk_tool_finish(&tool);
}
